"""How sure is a mean over courses, some of them of one person, that may rest on estimated parameters?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, IntArray, is_constant
from abate.stats.distributions import t_quantile
from abate.stats.intervals import IntervalEstimate

PLAIN_METHOD = "mean over courses; sandwich interval by person, t"
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class CourseMean(IntervalEstimate):
    """A mean over courses, its interval by person.

    Attributes
    ----------
    course_count, person_count : int
    standard_error : float or None
        None where no interval can be given.
    """

    course_count: int
    person_count: int
    standard_error: float | None = None


def mean_by_person(values: Array, person: IntArray, level: float, method: str = PLAIN_METHOD) -> CourseMean:
    """Return the mean of observed numbers over courses, its interval by person.

    Examples
    --------
    >>> mean = mean_by_person(np.array([1.0, 2.0, 3.0, 6.0]), np.array([0, 1, 2, 3]), 0.95)
    >>> mean.value, round(mean.standard_error, 4)
    (3.0, 1.0801)
    """
    persons, place = np.unique(person, return_inverse=True)
    if not len(values):
        reason = "there are no such courses"
        return no_mean(0, 0, level, method, reason)
    mean = float(np.mean(values))
    deviations = np.zeros(len(values)) if is_constant(values) else values - mean
    return mean_from_influence(
        mean, deviations, place.astype(np.int64).ravel(), level, method, len(values), len(persons)
    )


def mean_from_influence(
    mean: float, influence: Array, place: IntArray, level: float, method: str, course_count: int, person_count: int
) -> CourseMean:
    """Return a mean with ``SE² = g/(g - 1) * sum over persons of (their summed influence)² / n²`` and t on g - 2.

    Parameters
    ----------
    mean : float
    influence : array of float64, shape (n,)
        What each course adds to the mean, times n; sums to 0.
    place : array of int64, shape (n,)
        Whose course it is, numbered from 0.
    level, method
        Of the interval.
    course_count, person_count : int
        As they are to be reported.

    Returns
    -------
    CourseMean
        Without an interval, and with a reason, below three persons or where nothing varies.
    """
    sums = np.bincount(place, weights=influence)
    degrees = len(sums) - 2
    standard_error = math.sqrt(len(sums) / max(len(sums) - 1, 1) * float(sums @ sums)) / len(influence)
    reason = None
    if degrees < 1:
        reason = f"{len(sums)} persons are too few for an interval"
    elif standard_error <= _ROUNDING * (1 + abs(mean)):
        reason = f"all {course_count} values are equal"
    if reason is not None:
        return CourseMean(
            value=mean, level=level, method=method, reason=reason, course_count=course_count, person_count=person_count
        )
    half_width = t_quantile((1 + level) / 2, degrees) * standard_error
    return CourseMean(
        value=mean,
        lower=mean - half_width,
        upper=mean + half_width,
        level=level,
        method=method,
        course_count=course_count,
        person_count=person_count,
        standard_error=standard_error,
    )


def no_mean(course_count: int, person_count: int, level: float, method: str, reason: str) -> CourseMean:
    """Return a mean without a number, with the reason."""
    return CourseMean(level=level, method=method, reason=reason, course_count=course_count, person_count=person_count)
