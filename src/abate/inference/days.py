"""How many courses ran on each day, how many of them were rated on it, and how many had their lowest day then?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from abate.base.arrow_arrays import times_of
from abate.contracts.result import DayCount
from abate.inference.columns import eligible_courses, numbers, rows_of_courses

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study

_DAY = np.timedelta64(86_400_000_000, "us")


def count_days(study: Study, outcomes: pa.Table, daily: pa.Table) -> tuple[DayCount, ...]:
    """Return one row a day, from the first to the last on which a course ran or was at its lowest.

    A course runs from its first dose to the end of its last, or to discharge where that end is not known. A course that ends
    exactly where a day begins does not reach into that day. Ratings after the last day do not count as ratings of a running course.

    Parameters
    ----------
    study : Study
        Whether days are calendar days or 24 hours from the first dose.
    outcomes, daily : Table
        Columns of ``contracts.outcome``; rows of other courses are ignored.
    """
    courses = eligible_courses(study, outcomes)
    last = last_days(courses, study.rating.day)
    lowest = _whole_numbers(numbers(courses, "nadir_day"))
    rows, place = rows_of_courses(daily, courses)
    day = _whole_numbers(numbers(rows, "day"))
    rated = day[(day >= 1) & (day <= last[place])]
    end = int(max(last.max(initial=0), lowest.max(initial=0)))
    return tuple(
        DayCount(
            day=at,
            running=int(np.count_nonzero(last >= at)),
            rated=int(np.count_nonzero(rated == at)),
            lowest=int(np.count_nonzero(lowest == at)),
        )
        for at in range(1, end + 1)
    )


def last_days(courses: pa.Table, day_rule: str) -> NDArray[np.int64]:
    """Return the day on which the last dose of each course ended, else of its discharge; 0 where neither is known."""
    starts, ends, discharges = (times_of(courses[name]) for name in ("start", "end", "discharge"))
    days = (np.where(np.isnat(ends), discharges, ends) - _first_moments(starts, day_rule)) / _DAY
    return _whole_numbers(np.maximum(np.ceil(days), 1.0))


def _first_moments(starts: NDArray[Any], day_rule: str) -> NDArray[Any]:
    """Return when day 1 of each course begins: midnight before the first dose, or the first dose itself."""
    return starts.astype("datetime64[D]").astype("datetime64[us]") if day_rule == "calendar" else starts


def _whole_numbers(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.where(np.isfinite(values), values, 0).astype(np.int64)
