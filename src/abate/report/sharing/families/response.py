"""Which counts does the response hold: by rule, by day, and who fell or rose?"""

from __future__ import annotations

from collections import defaultdict

from abate.report.sharing.keys import COURSES
from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.noting import note_share, size_key, sizes_of
from abate.report.view import ResultView


def note_response(ledger: Ledger, view: ResultView) -> None:
    """Note by every rule how many responded, did not, and cannot be judged; stricter rules of a kind lie in looser ones."""
    primary = view.study.response.primary.id
    of_kind: dict[tuple[str, Key], list[tuple[float, Key]]] = defaultdict(list)
    for rule in view.study.response.rules:
        judged = view.known(f"response.{rule.id}")
        if judged is None:
            continue
        importance = 80 if rule.id == primary else 50
        size = size_key(ledger, "endpoints", judged.denominator)
        met = ledger.state(("met", rule.id), judged.numerator, importance)
        not_met = ledger.state(
            ("not met", rule.id), (judged.denominator or 0) - (judged.numerator or 0), importance - 5
        )
        unknown = ledger.state(("not judged", rule.id), ledger[COURSES] - (judged.denominator or 0), 20)
        ledger.split(size, met, not_met)
        ledger.split(COURSES, met, not_met, unknown)
        ledger.split(COURSES, size, rest=unknown) if size != COURSES else None
        ledger.split(COURSES, met)
        of_kind[rule.kind, size].append((rule.threshold, met))
        ids = [f"response.{rule.id}"] + (["response.primary"] if rule.id == primary else [])
        for id in ids:
            ledger.shows(("estimate", id), not_met)
            ledger.is_share(("estimate", id), met, size)
            ledger.is_share(("estimate", f"{id}_missing_as_no"), met, COURSES)
        if rule.id == primary:
            is_of_all = view.study.response.missing_final == "non-response"
            ledger.shows(("estimate", "response.main"), *([met] if is_of_all else [met, not_met, size]))
    for (kind, _), rules in of_kind.items():
        ledger.nest(key for _, key in sorted(rules, reverse=kind == "at_most"))
    _note_time_to_response(ledger, view)
    _note_moves(ledger, view)


def _note_time_to_response(ledger: Ledger, view: ResultView) -> None:
    """Note how many had met the rule by each day: those of an earlier day are among those of a later one."""
    days = [found for found in view.under("time_to_response.day_") if found.value is not None]
    keys = []
    for found in days:
        of = size_key(ledger, "waiting", found.denominator, 45)
        note_share(ledger, found, of, ("had met", found.id), 30)
        keys.append(("had met", found.id))
    ledger.nest(keys)
    ledger.nest(sizes_of(ledger, "waiting"))


def _note_moves(ledger: Ledger, view: ResultView) -> None:
    """Note how many fell, rose and did neither."""
    found = [view.known(f"change.{way}") for way in ("fell", "rose", "same")]
    if any(one is None for one in found):
        return
    keys = []
    for one in found:
        if one is not None:
            size = size_key(ledger, "endpoints", one.denominator)
            note_share(ledger, one, size, ("moved", one.id), 40 if one.id.endswith("fell") else 25)
            keys.append(("moved", one.id))
    ledger.split(size, *keys)
    # The sum of the ranks of rises is small where few rose.
    ledger.shows(("estimate", "change.wilcoxon"), *keys)
