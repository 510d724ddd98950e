"""How did the rating move from day to day, and on which day was it lowest?

Two statistics sound alike and are not: the mean of each course's own best day, and the day with the lowest mean. The second
moves with who is left, because those who are better go home; it is therefore given for a fixed set of courses too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import Sample, numbers, persons, rows_of_courses, sample
from abate.inference.rows import failed_row, mean_row, median_row
from abate.stats.arrays import IntArray

if TYPE_CHECKING:
    import pyarrow as pa

POINTS = "{points}"
_NO_RATING = "no course has a rating after the first dose"

# Two means that are nearer than this came out of the same ratings, added in another order.
_TIE_WIDTH = 1e-9

_MEANS: Mapping[str, tuple[str, str, str]] = {
    "nadir.mean": ("nadir", "mean of each course's lowest daily value", POINTS),
    "nadir_day.mean": ("nadir_day", "mean of each course's day with the lowest daily value, the first of ties", "d"),
    "nadir_rating.mean": ("nadir_rating", "mean of each course's lowest single rating", POINTS),
    "mean_time_weighted.mean": ("mean_time_weighted", "mean of each course's time-weighted mean rating", POINTS),
    "spid.mean": ("spid", "mean sum of pain intensity differences from the baseline", "{points}.h"),
    "ratings.count_mean": ("rating_count", "mean number of ratings from first dose to discharge", "{ratings}"),
}


def estimate_trajectory(courses: pa.Table, daily: pa.Table) -> list[Estimate]:
    """Return lowest values, their days, the daily means and how densely the courses were rated.

    Parameters
    ----------
    courses : Table
        One row a course, with the columns of `outcomes`.
    daily : Table
        One row a day of a course; rows of other courses are ignored.
    """
    by_day = _samples_by_day(courses, daily)
    last_day = last_day_of_fixed_set(courses)
    fixed = {} if last_day is None else _samples_of_fixed_set(courses, daily, last_day)
    return [
        *(
            mean_row(id, quantity, sample(courses, column), unit, none=_NO_RATING)
            for id, (column, quantity, unit) in _MEANS.items()
        ),
        median_row(
            "ratings.longest_gap_median",
            "median of each course's longest time without a rating",
            sample(courses, "longest_gap_hours"),
            "h",
        ),
        *_lowest_day_rows(by_day, "", "", _NO_RATING),
        *_lowest_day_rows(fixed, "_fixed_set", _fixed_set_words(last_day), _why_no_fixed_set(last_day)),
        *_daily_rows("daily.mean", by_day, ""),
        *_daily_rows("daily.mean_fixed_set", fixed, _fixed_set_words(last_day)),
    ]


def last_day_of_fixed_set(courses: pa.Table) -> int | None:
    """Return the day that a course of median length reaches: its length in days, rounded up; None without lengths."""
    lengths = sample(courses, "length_days").values
    return max(1, math.ceil(float(np.median(lengths)) - _TIE_WIDTH)) if lengths.size else None


def _samples_by_day(courses: pa.Table, daily: pa.Table) -> dict[int, Sample]:
    """Return the daily values of each day from the first to the last that has any; days between without one are empty."""
    rows, place = rows_of_courses(daily, courses)
    return _split_by_day(rows, persons(courses)[place])


def _samples_of_fixed_set(courses: pa.Table, daily: pa.Table, last_day: int) -> dict[int, Sample]:
    """Return the daily values, day 1 to ``last_day``, of the courses that have one on each of these days."""
    rows, place = rows_of_courses(daily, courses)
    days = numbers(rows, "day")
    is_within = (days >= 1) & (days <= last_day)
    rated_days = np.bincount(place[is_within], minlength=courses.num_rows)
    is_kept = is_within & (rated_days == last_day)[place]
    kept = rows.filter(is_kept)
    return _split_by_day(kept, persons(courses)[place[is_kept]])


def _split_by_day(rows: pa.Table, whose: IntArray) -> dict[int, Sample]:
    days, values = numbers(rows, "day").astype(np.int64), numbers(rows, "value")
    if not days.size:
        return {}
    order = np.argsort(days, kind="stable")
    every_day = np.arange(days.min(), days.max() + 1)
    ends = np.searchsorted(days[order], every_day, side="right")
    starts = np.searchsorted(days[order], every_day, side="left")
    return {
        int(day): Sample(values=values[order[start:end]], persons=whose[order[start:end]])
        for day, start, end in zip(every_day, starts, ends, strict=True)
    }


def _daily_rows(id: str, by_day: Mapping[int, Sample], of_whom: str) -> Sequence[Estimate]:
    return [
        mean_row(
            f"{id}.day_{day}",
            f"mean daily value on day {day}{of_whom}",
            values,
            POINTS,
            none=f"no course has a rating on day {day}",
        )
        for day, values in by_day.items()
    ]


def _lowest_day_rows(by_day: Mapping[int, Sample], ending: str, of_whom: str, none: str) -> Sequence[Estimate]:
    """Return the day with the lowest mean, and that mean; days before the first dose do not compete."""
    ids = (f"nadir_day.of_lowest_mean{ending}", f"nadir_day.lowest_mean{ending}")
    quantities = (f"day with the lowest mean daily value{of_whom}", f"lowest mean daily value of a day{of_whom}")
    day = _day_of_lowest_mean(by_day)
    if day is None:
        return [failed_row(ids[0], quantities[0], none, "d"), failed_row(ids[1], quantities[1], none, POINTS)]
    mean = mean_row(ids[1], quantities[1], by_day[day], POINTS)
    return [
        Estimate(
            id=ids[0],
            quantity=quantities[0],
            value=float(day),
            unit="d",
            n=mean.n,
            person_count=mean.person_count,
            method=f"day with the lowest mean, the first of ties; n: courses rated on day {day}",
            reason=f"a day has no simple interval; its mean has one in {ids[1]}",
        ),
        replace(mean, method=f"{mean.method}, as if day {day} had been chosen beforehand"),
    ]


def _day_of_lowest_mean(by_day: Mapping[int, Sample]) -> int | None:
    means = {day: float(found.values.mean()) for day, found in by_day.items() if day >= 1 and found.course_count}
    if not means:
        return None
    lowest = min(means.values())
    return min(day for day, mean in means.items() if mean <= lowest + _TIE_WIDTH)


def _fixed_set_words(last_day: int | None) -> str:
    until = "" if last_day is None else f" from day 1 to {last_day}"
    return f", among the courses rated on every day{until}"


def _why_no_fixed_set(last_day: int | None) -> str:
    if last_day is None:
        return "no course has a length that says which days to ask for"
    return f"no course is rated on every day from 1 to {last_day}"
