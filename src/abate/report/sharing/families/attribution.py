"""Which sizes does the split of the fall hold? Courses with both ratings whose first was given before the first dose."""

from __future__ import annotations

from abate.report.sharing.keys import COURSES
from abate.report.sharing.ledger import Ledger
from abate.report.sharing.noting import inside, size_key
from abate.report.view import ResultView


def note_attribution(ledger: Ledger, view: ResultView) -> None:
    """Note of how many courses each number of the split is, and how many were left out of it."""
    change = view.known("change.mean")
    whole = COURSES if change is None else size_key(ledger, "endpoints", change.n)
    for found in view.result.estimates:
        is_of_split = found.id.startswith("regression.") or found.id.endswith(".expected")
        if not is_of_split or found.value is None:
            continue
        number = ("estimate", found.id)
        if found.unit == "{courses}":
            key = ledger.state(("count", found.id), found.value, 20)
            ledger.split(whole, key)
            ledger.is_share(number, key, whole)
        elif found.n is None:
            ledger.shows(number)
        else:
            ledger.has_size(number, inside(ledger, f"split {found.n}", found.n, whole))
