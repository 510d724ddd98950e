"""How are times reckoned alike on every engine? Whole seconds since the epoch, days by integer division, no zones.

Intervals, ``timestamp.delta`` and zoned timestamps differ between engines, sometimes without a word; only what stands here
is used. Each function has one test that runs on every engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abate.base.days import SECONDS_PER_DAY, SECONDS_PER_HOUR

if TYPE_CHECKING:
    import ibis.expr.types as ir


def epoch_seconds(time: ir.TimestampValue) -> ir.IntegerValue:
    """Return whole seconds since 1970-01-01 00:00 of the wall clock; a fraction of a second counts as the second begun."""
    # Without the truncation DuckDB rounds half a second up, and Spark rounds towards 1970.
    return time.truncate("s").epoch_seconds().cast("int64")


def date_seconds(date: ir.DateValue) -> ir.IntegerValue:
    """Return the epoch seconds of the midnight at which a date begins."""
    return epoch_seconds(date.cast("timestamp"))


def calendar_year(time: ir.TimestampValue) -> ir.IntegerValue:
    """Return the year of the wall clock."""
    return time.year().cast("int64")


def time_from_seconds(seconds: ir.IntegerValue) -> ir.TimestampValue:
    """Return the wall-clock time that lies ``seconds`` after 1970-01-01 00:00."""
    return seconds.as_timestamp("s").cast("timestamp")


def calendar_day(seconds: ir.IntegerValue) -> ir.IntegerValue:
    """Return the number of the calendar day that holds a time in epoch seconds; days before 1970 are negative."""
    shifted = seconds - seconds % SECONDS_PER_DAY
    # % keeps the sign of the dividend on both engines, so times before 1970 need one day less.
    return (shifted / SECONDS_PER_DAY).cast("int64") - ((seconds % SECONDS_PER_DAY) < 0).cast("int64")


def hours(seconds: ir.IntegerValue) -> ir.FloatingValue:
    """Return a number of seconds as hours."""
    return seconds.cast("float64") / SECONDS_PER_HOUR


def days(seconds: ir.IntegerValue) -> ir.FloatingValue:
    """Return a number of seconds as days of 24 hours."""
    return seconds.cast("float64") / SECONDS_PER_DAY
