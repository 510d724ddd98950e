"""Which counts does the headline under other rules and definitions hold?"""

from __future__ import annotations

from abate.report.sharing.keys import COURSES
from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.noting import inside, size_key, sizes_of
from abate.report.view import ResultView


def note_variants(ledger: Ledger, view: ResultView) -> None:
    """Note the headline under other rules: sets of courses that differ by few give those few away, with their values."""
    for row in view.rule_changes:
        for id, found in row.estimates.items():
            number = ("variant", row.id, id)
            if found.value is None:
                continue
            size = size_key(ledger, "endpoints", found.n, 15)
            ledger.shows(number, size)
            if found.numerator is not None:
                met: Key = ("met", view.study.response.primary.id) if row.is_main else ("variant", row.id, "met")
                ledger.state(met, found.numerator, 8)
                ledger.split(size, met)
                ledger.shows(number, met)
    _note_definitions(ledger, view)


def _note_definitions(ledger: Ledger, view: ResultView) -> None:
    """Note the headline under other definitions of refractory: sets of courses that lie in one another."""
    for row in view.definition_changes:
        courses = row.estimates.get("refractory.courses")
        whole = size_key(ledger, "definition", None if courses is None else courses.value, 12)
        for id, found in row.estimates.items():
            number = ("variant", row.id, id)
            if found.value is None:
                continue
            ledger.shows(number, whole)
            if id == "refractory.not_known":
                ledger.shows(number, ledger.state(number, found.value, 4))
            elif id != "refractory.courses":
                size = inside(ledger, f"{row.id}.{id}", found.n, whole)
                ledger.shows(number, size)
                if found.numerator is not None:
                    met: Key = (
                        ("met", view.study.response.primary.id) if whole == COURSES else ("variant", row.id, "met")
                    )
                    ledger.state(met, found.numerator, 4)
                    ledger.split(size, met)
                    ledger.shows(number, met)
    ledger.nest(sizes_of(ledger, "definition"))
