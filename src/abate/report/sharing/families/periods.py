"""Which counts do calendar periods hold?"""

from __future__ import annotations

from abate.contracts.result import PeriodKind, PeriodRow
from abate.report.sharing.keys import COURSES, period_number
from abate.report.sharing.ledger import Ledger
from abate.report.view import ResultView

#: Counts of a calendar period, and in which other count of it they lie.
_INSIDE_PERIOD = {
    "person_count": "course_count",
    "length_count": "course_count",
    "change_count": "course_count",
    "judged_count": "course_count",
    "responder_count": "judged_count",
    "harm_known_count": "course_count",
    "final_missing_count": "course_count",
    "return_known_count": "course_count",
    "return_count": "return_known_count",
}


_SUMMED = ("course_count", *(name for name in _INSIDE_PERIOD if name != "person_count"), "event_count")


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


def note_periods(ledger: Ledger, view: ResultView) -> None:
    """Note the calendar periods: what lies in what, that they make up all courses, and short ones the long ones they lie in."""
    rows = view.result.periods or ()
    for row in rows:
        number = period_number(row)
        for name in ("course_count", *_INSIDE_PERIOD, "event_count"):
            ledger.shows(number, ledger.state((*number, name), getattr(row, name), 2))
        for inner, outer in _INSIDE_PERIOD.items():
            ledger.split((*number, outer), (*number, inner))
    for kind in PeriodKind:
        of_kind = [row for row in rows if row.kind is kind]
        if of_kind:
            ledger.split(COURSES, *((*period_number(row), "course_count") for row in of_kind))
    for row in rows:
        inside = [other for other in rows if _MONTHS[other.kind] < _MONTHS[row.kind] and _lies_in(other, row)]
        for name in _SUMMED if inside else ():
            ledger.split((*period_number(row), name), *((*period_number(other), name) for other in inside))


def _lies_in(short: PeriodRow, long: PeriodRow) -> bool:
    months = _MONTHS[long.kind] // _MONTHS[short.kind]
    return short.year == long.year and (short.number - 1) // months == long.number - 1
