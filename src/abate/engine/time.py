"""How are times reckoned alike on every engine? Whole seconds since the epoch, days by integer division, no zones.

Intervals, ``timestamp.delta`` and zoned timestamps differ between engines, sometimes without a word; only what stands here
is used. Each function has one test that runs on every engine.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import ibis

from abate.base.days import SECONDS_PER_DAY, SECONDS_PER_HOUR

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: What each engine calls the two conversions by; it learns them when it opens. Ibis's own ways (truncate, then a zoned time,
#: then a cast) take up to twenty times as long on DuckDB, and a large study asks for them tens of millions of times.
DUCKDB_FUNCTIONS = (
    "CREATE TEMP MACRO abate_seconds(t) AS CAST(floor(epoch(t)) AS BIGINT)",
    "CREATE TEMP MACRO abate_time(s) AS make_timestamp(s * 1000000)",
)
SPARK_FUNCTIONS = (
    "CREATE OR REPLACE TEMPORARY FUNCTION abate_seconds(t TIMESTAMP_NTZ) RETURNS BIGINT RETURN unix_seconds(CAST(t AS TIMESTAMP_LTZ))",
    "CREATE OR REPLACE TEMPORARY FUNCTION abate_time(s BIGINT) RETURNS TIMESTAMP_NTZ RETURN CAST(timestamp_seconds(s) AS TIMESTAMP_NTZ)",
)


@ibis.udf.scalar.builtin(name="abate_seconds")  # type: ignore[untyped-decorator]
def _seconds_of(time: datetime) -> int:  # type: ignore[empty-body]
    """Whole seconds since 1970, the fraction cut off downwards, also before 1970."""


@ibis.udf.scalar.builtin(name="abate_time")  # type: ignore[untyped-decorator]
def _time_of(seconds: int) -> datetime:  # type: ignore[empty-body]
    """The reverse."""


def epoch_seconds(time: ir.TimestampValue) -> ir.IntegerValue:
    """Return whole seconds since 1970-01-01 00:00 of the wall clock; a fraction of a second counts as the second begun."""
    return _seconds_of(time)


def date_seconds(date: ir.DateValue) -> ir.IntegerValue:
    """Return the epoch seconds of the midnight at which a date begins."""
    return epoch_seconds(date.cast("timestamp"))


def calendar_year(time: ir.TimestampValue) -> ir.IntegerValue:
    """Return the year of the wall clock."""
    return time.year().cast("int64")


def time_from_seconds(seconds: ir.IntegerValue) -> ir.TimestampValue:
    """Return the wall-clock time that lies ``seconds`` after 1970-01-01 00:00."""
    return _time_of(seconds)


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
