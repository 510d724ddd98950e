"""Where does an axis of counts have its ticks? At whole numbers, since there is no half course."""

from __future__ import annotations

from abate.report.figures.figure import tenths
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_count


def count_axis(sheet: Sheet, most: int) -> None:
    """Give a sheet the y axis of counts from 0 to ``most``, with its grid."""
    ticks = [tick for tick in tenths(0, most) if float(tick).is_integer()]
    sheet.y_axis(ticks, labels=[describe_count(tick) for tick in ticks])
    sheet.grid(ticks)
