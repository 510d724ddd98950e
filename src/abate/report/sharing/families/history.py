"""Which counts does the treatment history hold: what had failed, and the ways from class to class?"""

from __future__ import annotations

from collections import defaultdict

from abate.report.sharing.keys import COURSES
from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.noting import note_share, size_key
from abate.report.view import ResultView


def note_history(ledger: Ledger, view: ResultView) -> None:
    """Note in how many courses each class had failed and why; the reasons lie inside, and ways meet in their classes."""
    for found in view.under("failed."):
        if found.value is None or found.numerator is None:
            continue
        role_and_class = ".".join(found.id.split(".")[:3])
        inside = (
            found.id.rsplit(".", 1)[-1] in ("no_effect", "not_tolerated", "inferred") and found.id != role_and_class
        )
        key = ("failed", found.id)
        note_share(
            ledger, found, size_key(ledger, "all", found.denominator), key, 5 if found.id != role_and_class else 25
        )
        if inside and ("failed", role_and_class) in ledger:
            ledger.split(("failed", role_and_class), key)
    _note_ways(ledger, view)


def _note_ways(ledger: Ledger, view: ResultView) -> None:
    """Note the ways from class to class; those that come in and those that go out of a class are as many."""
    ways = view.result.ways or ()
    into: dict[tuple[int, str], list[Key]] = defaultdict(list)
    out: dict[tuple[int, str], list[Key]] = defaultdict(list)
    ends: list[Key] = []
    for way in ways:
        key = ("way", str(way.step), way.drug_class, way.next_class or "")
        ledger.state(key, way.course_count, 3)
        ledger.shows(key, key)
        out[way.step, way.drug_class].append(key)
        if way.next_class is None:
            ends.append(key)
        else:
            into[way.step + 1, way.next_class].append(key)
    for place, keys in out.items():
        block = ledger.state(("class", str(place[0]), place[1]), sum(ledger[key] for key in keys), 4)
        ledger.split(block, *keys)
        if place in into and sum(ledger[key] for key in into[place]) == ledger[block]:
            ledger.split(block, *into[place])
    if ways:
        dated = size_key(ledger, "dated", sum(way.course_count for way in ways if way.step == 1), 20)
        ledger.split(dated, *(("class", str(step), name) for step, name in out if step == 1))
        if sum(ledger[key] for key in ends) == ledger[dated]:
            ledger.split(dated, *ends)
        ledger.nest([COURSES, dated])
