"""What does the page say of dose and response: how they go together, what came first, and why neither is a cause?"""

from __future__ import annotations

from abate.contracts.result import Estimate
from abate.report.cells import point_cell, share_cells
from abate.report.numbers import INTERVAL, describe_count
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import capital, of_things, shown

_SLOPE = ".slope"
_ORDER = "dose_response.order."
_NOT_HERE = "Dose and response are not in this edition: their counts are not protected yet."


def say_dose_response(view: ResultView) -> str:
    """Return how often the response came before the highest rate; where that is not known, why."""
    found = [view.estimate(f"{_ORDER}{when}") for when in ("before_first_rise", "while_rising")]
    if view.result.edition.is_shared:
        return _NOT_HERE
    known = [one for one in found if one is not None and one.value is not None]
    if len(known) < len(found):
        reason = next((one.reason for one in found if one is not None and one.reason), "it was not found")
        return f"What came first, the rise of the rate or the fall of the {view.noun}, cannot be said: {reason}."
    early = sum(int(one.numerator or 0) for one in known)
    judged = int(known[0].denominator or 0)
    return f"In {of_things(early, judged, 'course')} the primary rule was met before the highest rate was reached: that rate cannot have brought it about."


def say_indication(view: ResultView) -> tuple[str, ...]:
    """Return the warning that goes with every number of dose and response."""
    if view.result.edition.is_shared:
        return ()
    return (
        (
            f"Confounding by indication: the rate of {shown(view.treatment)} is raised where the {view.noun} stays, and a course goes on where it has not "
            "ended. A higher dose then goes with a worse final rating whatever the dose does; and a total dose is large because a course was long."
        ),
        "A response after a rise may be the rise’s, the time’s, or the ward’s. Nothing here says which dose to give.",
    )


def slopes_table(view: ResultView) -> ReportTable:
    """Return by how much the final rating differs with more of each measure, the baseline held equal."""
    rows = [
        row(_measure_of(found), _steps_of(found), point_cell(found), describe_count(found.n or 0))
        for found in view.under("dose_response.")
        if found.id.endswith(_SLOPE)
    ]
    columns = ("Measure", "One standard deviation", f"Final {view.noun} for one more, points ({INTERVAL})", "Courses")
    notes = ("Baseline held equal. An association: dose was chosen by how it went.",)
    return table("dose-response-slopes", f"Dose and final {view.noun}.", columns, rows, notes=notes)


def order_table(view: ResultView) -> ReportTable:
    """Return what came first in how many courses."""
    rows = [
        row(capital(found.quantity), *share_cells(found)) for found in view.under(_ORDER) if found.value is not None
    ]
    columns = ("What came first", "Courses", INTERVAL)
    return table("dose-response-order", f"The rise of the rate and the fall of the {view.noun}.", columns, rows)


def _measure_of(found: Estimate) -> str:
    return capital(found.quantity.partition("more of the ")[2].partition(",")[0])


def _steps_of(found: Estimate) -> str:
    return found.method.partition("one standard deviation is ")[2] or "\u2013"
