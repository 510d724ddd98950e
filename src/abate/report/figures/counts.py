"""Where does an axis of counts have its ticks? At whole numbers, since there is no half course."""

from __future__ import annotations

from abate.report.figures.figure import tenths
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_count

#: Width of a digit on an axis, and what lies between a label and the axis, in pixels.
_DIGIT, _GAP = 8.0, 10.0


def room_for_counts(most: int, least: float) -> float:
    """Return the room that the labels of `count_axis` need at the left, ``least`` or more."""
    return max(least, _GAP + _DIGIT * len(describe_count(most)))


def count_axis(sheet: Sheet, most: int) -> None:
    """Give a sheet the y axis of counts from 0 to ``most``, with its grid."""
    ticks = [tick for tick in tenths(0, most) if float(tick).is_integer()]
    sheet.y_axis(ticks, labels=[describe_count(tick) for tick in ticks])
    sheet.grid(ticks)
