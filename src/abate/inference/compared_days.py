"""How do the daily ratings of treatment and comparator differ, whoever was rated on which day?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abate.base.errors import ParameterError
from abate.contracts.result import Estimate
from abate.inference.columns import numbers, rows_of_courses
from abate.inference.compared_courses import ComparedCourses
from abate.inference.rows import LEVEL, failed_row
from abate.inference.weighted_outcome import Weighted, weigh
from abate.stats.arrays import Array, IntArray, is_constant
from abate.stats.contrasts import difference_of
from abate.stats.mmrm import MmrmFit, fit_mmrm
from abate.stats.weighted_comparison import weighted_means

if TYPE_CHECKING:
    import pyarrow as pa

POINTS = "{points}"

#: With fewer courses of a group rated on it, a day is not compared.
FEWEST_ON_A_DAY = 5
_STRUCTURES = ("toeplitz-h", "ar1-h", "compound-symmetry-h", "compound-symmetry")
_ID, _QUANTITY = "comparison.day_{}", "difference of the mean rating on day {}, treatment less comparator"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Ratings:
    """Daily ratings of courses with a weight, on days that are compared: arrays of one value a course and day."""

    days: tuple[int, ...]
    day: IntArray
    value: Array
    treated: Array
    weight: Array
    course: IntArray


def compare_days(courses: ComparedCourses, daily: pa.Table) -> list[Estimate]:
    """Return the difference of the mean daily rating on each day, by a mixed model with the courses' weights.

    Courses without a rating on a day count by what the model expects of them, given their other days. Weights are taken as
    known, and the covariance of the means is empirical (CR2), by course.

    Parameters
    ----------
    courses : ComparedCourses
    daily : Table
        Columns of `daily`, of the compared courses and perhaps others.
    """
    weighted = weigh(courses)
    ratings = _find_ratings(courses, weighted, daily)
    reason = _why_none(courses, weighted, ratings)
    if reason is not None:
        return [failed_row(_ID.format(day), _QUANTITY.format(day), reason, POINTS) for day in ratings.days or (1,)]
    try:
        fit = _fit(ratings)
    except ParameterError as error:
        reason = f"the model cannot be fitted: {error}"
        return [failed_row(_ID.format(day), _QUANTITY.format(day), reason, POINTS) for day in ratings.days]
    return [row for place in range(len(ratings.days)) for row in _rows_of_day(weighted, ratings, fit, place)]


def _find_ratings(courses: ComparedCourses, weighted: Weighted, daily: pa.Table) -> _Ratings:
    rows, place = rows_of_courses(daily, courses.rows)
    day, value = numbers(rows, "day").astype(np.int64), numbers(rows, "value")
    treated, weight = courses.treated[place], _scaled(weighted)[place]
    days = tuple(
        asked
        for asked in range(1, courses.design.last_day + 1)
        if min(np.count_nonzero((day == asked) & (treated == group) & (weight > 0)) for group in (0, 1))
        >= FEWEST_ON_A_DAY
    )
    kept = np.isin(day, days) & (weight > 0)
    return _Ratings(
        days=days, day=day[kept], value=value[kept], treated=treated[kept], weight=weight[kept], course=place[kept]
    )


def _why_none(courses: ComparedCourses, weighted: Weighted, ratings: _Ratings) -> str | None:
    """Return why the daily ratings are not compared; None where they are."""
    if weighted.weights.reason:
        return weighted.in_words(weighted.weights.reason)
    if not ratings.days:
        return f"on no day were {FEWEST_ON_A_DAY} courses of each group rated"
    if np.unique(courses.persons).size < courses.persons.size:
        return "persons have several courses, and this model takes courses as independent"
    if is_constant(ratings.value):
        return "every rating is the same"
    # Balance, overlap and the size of the weights do not hang on the outcome: any would do.
    anything = weighted_means(courses.treated, courses.treated, weighted.weights, courses.persons)
    return weighted.why_not(difference_of(anything))


def _fit(ratings: _Ratings) -> MmrmFit:
    """Return the model: a mean of the comparator for each day, and what the treatment adds to it on that day."""
    columns = [(ratings.day == asked).astype(np.float64) for asked in ratings.days]
    return fit_mmrm(
        ratings.value,
        np.column_stack([*columns, *(column * ratings.treated for column in columns)]),
        ratings.course,
        ratings.day,
        weights=ratings.weight,
        sandwich="cr2",
        fallback=_STRUCTURES,
    )


def _rows_of_day(weighted: Weighted, ratings: _Ratings, fit: MmrmFit, place: int) -> Sequence[Estimate]:
    day, added = ratings.days[place], len(ratings.days) + place
    id, quantity, is_rated = _ID.format(day), _QUANTITY.format(day), ratings.day == day
    found = [float(values[added]) for values in (fit.estimate, fit.lower, fit.upper, fit.standard_error, fit.p)]
    if not (fit.converged and np.all(np.isfinite(found))):
        return [failed_row(id, quantity, f"the model did not converge: {fit.message or 'no interval'}", POINTS)]
    value, lower, upper, error, p = found
    method = f"weighted mixed model of days 1 to {ratings.days[-1]}, {fit.structure}, CR2; {weighted.in_words(weighted.weights.method)}"
    difference = Estimate(
        id=id,
        quantity=quantity,
        value=value,
        lower=lower,
        upper=upper,
        level=LEVEL,
        unit=POINTS,
        n=int(np.count_nonzero(is_rated)),
        person_count=int(np.unique(ratings.course[is_rated]).size),
        standard_error=error,
        p_value=p,
        method=method,
    )
    of_comparator = float(fit.estimate[place])
    means = (("treated", 1, of_comparator + value), ("comparator", 0, of_comparator))
    return [
        difference,
        *(
            Estimate(
                id=f"{id}.{name}",
                quantity=f"mean rating on day {day}, {group}",
                value=mean,
                unit=POINTS,
                n=int(np.count_nonzero(is_rated & (ratings.treated == number))),
                method=method,
                group=group,
            )
            for (name, number, mean), group in zip(means, weighted.groups, strict=True)
        ),
    ]


def _scaled(weighted: Weighted) -> Array:
    """Return weights whose mean is 1 in each group."""
    weight = weighted.weights.weight
    found = np.zeros(weight.size)
    for group in (0, 1):
        members = (weighted.treated == group) & (weight > 0)
        if np.any(members):
            found[members] = weight[members] / weight[members].mean()
    return found
