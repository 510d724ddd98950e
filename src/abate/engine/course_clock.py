"""Which second is a moment of a course, and on which day of the course does a time lie? Moments and days in epoch seconds.

All functions take and return Ibis expressions. What a record does not hold has one stated stand-in, used everywhere:

- a missing end of the last dose is the first dose (a course of which only the start is known);
- a missing admission lies 24 hours before the first dose;
- a missing discharge lies 24 hours after the end of the last dose.

The columns themselves stay empty: a stand-in opens and closes windows, it is never reported as a time of the course.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from abate.base.days import SECONDS_PER_DAY
from abate.contracts.clock import Anchor, Moment
from abate.engine.time import calendar_day, epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Stands in for an admission or a discharge that is not recorded.
STAND_IN_SECONDS = SECONDS_PER_DAY


def anchor_seconds(anchor: Anchor, courses: ir.Table) -> ir.IntegerValue:
    """Return the epoch seconds of one anchor of each course, its stand-in where it is not recorded.

    Parameters
    ----------
    anchor : Anchor
        Admission, first dose, end of the last dose, or discharge.
    courses : table
        With the columns ``admission``, ``start``, ``end``, ``discharge`` of `courses`, or of a table joined with it.

    Returns
    -------
    integer expression
        Never empty where ``start`` is not.
    """
    start = epoch_seconds(courses["start"])
    end = epoch_seconds(courses["end"]).fill_null(start)
    if anchor is Anchor.START:
        return start
    if anchor is Anchor.END:
        return end
    if anchor is Anchor.ADMISSION:
        return epoch_seconds(courses["admission"]).fill_null(start - STAND_IN_SECONDS)
    return epoch_seconds(courses["discharge"]).fill_null(end + STAND_IN_SECONDS)


def moment_seconds(moment: Moment, courses: ir.Table) -> ir.IntegerValue:
    """Return the epoch seconds of ``moment`` for each course; stand-ins as the module states."""
    seconds = anchor_seconds(moment.anchor, courses)
    return seconds if moment.offset_seconds == 0 else seconds + moment.offset_seconds


def course_day(
    time_seconds: ir.IntegerValue, start_seconds: ir.IntegerValue, day: Literal["calendar", "24h"]
) -> ir.IntegerValue:
    """Return the day of the course on which a time lies.

    Day 0 is everything up to and including the first dose: a rating given at that very second is one from before.

    Parameters
    ----------
    time_seconds, start_seconds : integer expressions
        A time, and the first dose of its course, in epoch seconds.
    day : "calendar" or "24h"
        ``calendar``: day 1 ends at the first midnight after the first dose. ``24h``: day 1 is the 24 hours that follow
        the first dose; a time exactly 24 hours after it lies on day 2.

    Returns
    -------
    integer expression
        0, or 1 and up.
    """
    # Days of 24 hours from the first dose are calendar days of a clock that was set to midnight then.
    days_since = calendar_day(time_seconds - start_seconds)
    if day == "calendar":
        days_since = calendar_day(time_seconds) - calendar_day(start_seconds)
    return (time_seconds > start_seconds).ifelse(days_since + 1, 0).cast("int64")
