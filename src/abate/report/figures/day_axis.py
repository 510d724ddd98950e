"""Where do the days of a course lie on a figure, and which of them have a mean?"""

from __future__ import annotations

from collections.abc import Sequence

from abate.contracts.result import Estimate
from abate.report.figures.clock import MOST_DAYS
from abate.report.figures.sheet import Sheet
from abate.report.view import ResultView

LEFT = 44


def shown_days(view: ResultView) -> Sequence[tuple[int, Estimate]]:
    """Return the days of the course that have a mean, from day 1 to `MOST_DAYS`."""
    return [(day, mean) for day, mean in means_by_day(view) if 1 <= day <= MOST_DAYS]


def means_by_day(view: ResultView) -> Sequence[tuple[int, Estimate]]:
    """Return all days that have a mean; day 0 is the time before the first dose."""
    prefix = "daily.mean.day_"
    found = [(int(estimate.id.removeprefix(prefix)), estimate) for estimate in view.under(prefix)]
    return sorted((day, estimate) for day, estimate in found if estimate.value is not None)


def more_days(view: ResultView) -> str:
    """Return the sentence on days that the figure does not reach; empty where there are none."""
    longest = max((day for day, _ in means_by_day(view)), default=0)
    return "" if longest <= MOST_DAYS else f" Days {MOST_DAYS + 1} to {longest} stand in the numbers behind the figure."


def place_before(wide: bool) -> float:
    """Return the place of the baseline: on a narrow figure further from day 1, so that their names stay apart."""
    return 0 if wide else -0.5


def ends_of_days(last: int, wide: bool) -> tuple[float, float]:
    """Return both ends of the axis of days, with room for the baseline and the final rating."""
    return (place_before(wide) - 0.6, last + 1.4)


def room_at_right(wide: bool) -> float:
    """Return the room for values beside the last day, in pixels."""
    return 116 if wide else 50


def draw_days(sheet: Sheet, last: int, wide: bool) -> None:
    """Draw bands and names of the days, the baseline before and the final rating after them."""
    bands = [{"x": day - 0.5, "x2": day + 0.5, "y": sheet.y[0], "y2": sheet.y[1]} for day in range(1, last + 1, 2)]
    sheet.boxes(bands, hue="band")
    has_room = wide and last <= 8
    labels = ["before", *(f"day {day}" if has_room else str(day) for day in range(1, last + 1)), "final"]
    sheet.x_axis([place_before(wide), *range(1, last + 2)], labels=labels)
