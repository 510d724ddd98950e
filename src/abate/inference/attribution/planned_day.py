"""What was rated on the planned day, and how long after the first rating does it lie?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abate.base.arrow_arrays import times_of
from abate.contracts.definition import Attribution
from abate.inference.columns import numbers, rows_of_courses
from abate.stats.arrays import Array

if TYPE_CHECKING:
    from abate.contracts.definition import Study

_DAY = np.timedelta64(1, "D").astype("timedelta64[us]")
_HALF = np.timedelta64(12, "h").astype("timedelta64[us]")


def planned_day_of(study: Study) -> int:
    """Return the day of the course whose rating is final where patients left when better."""
    return (study.attribution or Attribution()).planned_day


def ratings_by_day(courses: pa.Table, daily: pa.Table, last: int) -> Array:
    """Return the daily values of days 1 to ``last``, shape (n, last); nan where there is none.

    Parameters
    ----------
    courses, daily : Table
        Columns of `outcomes` and of `daily`.
    last : int
    """
    rows, place = rows_of_courses(daily, courses)
    day, value = numbers(rows, "day"), numbers(rows, "value")
    table = np.full((courses.num_rows, last), np.nan)
    kept = (day >= 1) & (day <= last)
    table[place[kept], day[kept].astype(np.int64) - 1] = value[kept]
    return table


def is_gone_by(courses: pa.Table, daily: pa.Table, day: int) -> Array:
    """Return 1 for each course of which nothing was rated on the day or later, shape (n,)."""
    rows, place = rows_of_courses(daily, courses)
    last = np.full(courses.num_rows, -np.inf)
    np.maximum.at(last, place, numbers(rows, "day"))
    return np.asarray(last < day, dtype=np.float64)


def planned_day_since_first(study: Study, courses: pa.Table) -> Array:
    """Return the days from the first rating to the middle of the planned day, shape (n,)."""
    start = times_of(courses["start"])
    opening = start if study.rating.day == "24h" else start.astype("datetime64[D]").astype("datetime64[us]")
    middle = opening + (planned_day_of(study) - 1) * _DAY + _HALF
    return np.asarray((middle - times_of(courses["baseline_time"])) / _DAY, dtype=np.float64)
