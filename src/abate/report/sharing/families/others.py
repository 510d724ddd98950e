"""Which sizes and shares has no other family noted?"""

from __future__ import annotations

from abate.contracts.result import PUBLISHED
from abate.report.sharing.families.table_1 import note_what_stands_twice
from abate.report.sharing.keys import COURSES
from abate.report.sharing.ledger import Ledger
from abate.report.sharing.noting import note_share, size_key, sizes_of
from abate.report.view import ResultView


def note_others(ledger: Ledger, view: ResultView) -> None:
    """Note the sizes of all other numbers, and shares that no family has noted."""
    known = {number[1] for number in (*ledger.shown_by, *ledger.size_of) if number[0] == "estimate"}
    for found in view.result.estimates:
        if found.id.startswith(PUBLISHED):
            continue
        if found.value is None or (found.id in known and found.id != "change.wilcoxon"):
            continue
        if found.numerator is not None and found.denominator is not None and float(found.denominator).is_integer():
            of = size_key(ledger, "endpoints", found.denominator)
            note_share(ledger, found, of, ("share", found.id), 20)
        elif found.unit == "{courses}":
            key = ledger.state(("count", found.id), found.value, 20)
            ledger.is_share(("estimate", found.id), key, COURSES)
            ledger.split(COURSES, key)
        else:
            ledger.has_size(("estimate", found.id), size_key(ledger, "endpoints", found.n))
    ends = [("share", found.id) for found in view.under("end_reason.") if ("share", found.id) in ledger]
    if ends:
        ledger.split(COURSES, *ends)
    note_what_stands_twice(ledger, view)
    ledger.nest(sizes_of(ledger, "endpoints"))
    ledger.nest(sizes_of(ledger, "all"))
