"""What was rated on the planned day, and how long after the first rating does it lie?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abate.base.arrow_arrays import times_of
from abate.contracts.definition import Attribution
from abate.inference.columns import numbers, rows_of_courses
from abate.stats.arrays import Array
from abate.stats.regression_to_mean import FallLeft, describe_fall
from abate.stats.regression_to_mean_intervals import CourseMean
from abate.stats.regression_to_mean_model import HistoryModel
from abate.stats.regression_to_mean_planned_day import PlannedDayFall
from abate.stats.regression_to_mean_prediction import expected_rating, predict_rating
from abate.stats.rubin import PooledEstimate

if TYPE_CHECKING:
    from abate.contracts.definition import Study

_DAY = np.timedelta64(1, "D").astype("timedelta64[us]")
_HALF = np.timedelta64(12, "h").astype("timedelta64[us]")


@dataclass(frozen=True, kw_only=True)
class PlannedDay:
    """The split on the planned day, and the same had the relief of those who left ended with their leaving."""

    found: PlannedDayFall
    ended: PlannedDayFall


def planned_day_of(study: Study) -> int:
    """Return the day of the course whose rating is final where patients left when better."""
    return (study.attribution or Attribution()).planned_day


def ratings_by_day(courses: pa.Table, daily: pa.Table, last: int) -> Array:
    """Return the daily values of each day to the latest, at least to ``last``, shape (n, days); nan where there is none.

    Parameters
    ----------
    courses, daily : Table
        Columns of `outcomes` and of `daily`.
    last : int
    """
    rows, place = rows_of_courses(daily, courses)
    day, value = numbers(rows, "day"), numbers(rows, "value")
    kept = day >= 1
    table = np.full((courses.num_rows, max(last, int(day[kept].max(initial=0)))), np.nan)
    table[place[kept], day[kept].astype(np.int64) - 1] = value[kept]
    return table


def planned_day_since_first(study: Study, courses: pa.Table) -> Array:
    """Return the days from the first rating to the middle of the planned day, shape (n,)."""
    start = times_of(courses["start"])
    opening = start if study.rating.day == "24h" else start.astype("datetime64[D]").astype("datetime64[us]")
    middle = opening + (planned_day_of(study) - 1) * _DAY + _HALF
    return np.asarray((middle - times_of(courses["baseline_time"])) / _DAY, dtype=np.float64)


def fall_of_planned_day(model: HistoryModel, found: PlannedDayFall, at: Array, level: float) -> FallLeft:
    """Return the split of the planned day as one of the last rating is written."""
    courses = model.courses

    def as_mean(pooled: PooledEstimate) -> CourseMean:
        return CourseMean(
            value=pooled.value,
            lower=pooled.lower,
            upper=pooled.upper,
            level=pooled.level,
            method=pooled.method,
            reason=pooled.reason,
            course_count=courses.course_count,
            person_count=courses.person_count,
            standard_error=pooled.standard_error,
        )

    predicted = expected_rating(predict_rating(model, at), courses.scale)
    return FallLeft(
        observed=as_mean(found.observed),
        expected_final=describe_fall(model, predicted, level).expected_final,
        natural=found.natural,
        left=as_mean(found.left),
    )
