"""What is the mean, and by how much did it change within pairs, with Student's t interval?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, differences, is_constant, number_vector, require_level, require_same_length
from abate.stats.distributions import t_quantile, t_two_sided_p
from abate.stats.intervals import IntervalEstimate

METHOD = "Student's t interval"


@dataclass(frozen=True, kw_only=True)
class MeanEstimate(IntervalEstimate):
    """A mean with its spread and t interval; ``value`` is the mean.

    Attributes
    ----------
    count : int
        Number of values.
    sd : float or None
        Sample standard deviation (divisor n - 1); None below two values.
    standard_error : float or None
        ``sd / sqrt(count)``; None where no interval can be given.
    """

    count: int
    sd: float | None = None
    standard_error: float | None = None


@dataclass(frozen=True, kw_only=True)
class PairedChange(MeanEstimate):
    """A mean change within pairs; ``value`` is the mean of after minus before, ``sd`` the spread of the changes.

    Attributes
    ----------
    mean_before, mean_after : float or None
        Means of the two columns, over the same pairs.
    t_statistic, degrees_of_freedom, p_value : float or None
        Student's paired test of no mean change, two-sided; None where no interval can be given.
    """

    mean_before: float | None = None
    mean_after: float | None = None
    t_statistic: float | None = None
    degrees_of_freedom: int | None = None
    p_value: float | None = None


def mean_interval(values: ArrayLike, level: float = 0.95) -> MeanEstimate:
    """Return the mean with Student's t interval.

    The interval is ``mean ± t * sd / sqrt(n)``, with ``t`` the quantile on n - 1 degrees of freedom. It asks for
    independent values: where a person gives several, use :func:`abate.stats.clustered.clustered_mean_interval`.

    Parameters
    ----------
    values : array-like of numbers, shape (n,)
        Any unit; without missing values.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    MeanEstimate
        In the unit of ``values``. Without an interval, and with a reason, where n is below 2 or all values are equal.

    Raises
    ------
    ParameterError
        If a value is missing or not a number, or ``level`` is outside its range.

    References
    ----------
    Student (1908), Biometrika 6(1), 1-25. https://doi.org/10.1093/biomet/6.1.1

    Examples
    --------
    >>> estimate = mean_interval([4, 5, 6])
    >>> estimate.value, estimate.sd
    (5.0, 1.0)
    >>> round(estimate.lower, 3), round(estimate.upper, 3)
    (2.516, 7.484)
    >>> mean_interval([5]).reason
    'one value shows no spread'
    """
    require_level(level)
    return _describe_mean(number_vector(values, "values"), level)


def paired_change(before: ArrayLike, after: ArrayLike, level: float = 0.95) -> PairedChange:
    """Return the mean of after minus before, with Student's paired t interval and test.

    Parameters
    ----------
    before, after : array-like of numbers, shape (n,)
        The same n units in the same order, in the same unit of measurement; without missing values.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    PairedChange
        In the unit of the columns; negative where values fell. Without an interval, and with a reason, where n is
        below 2 or all changes are equal.

    Raises
    ------
    ParameterError
        If the columns differ in length, a value is missing, or ``level`` is outside its range.

    References
    ----------
    Student (1908), Biometrika 6(1), 1-25. https://doi.org/10.1093/biomet/6.1.1

    Examples
    --------
    >>> change = paired_change(before=[7, 8, 9], after=[3, 5, 4])
    >>> change.value, change.mean_before, change.mean_after
    (-4.0, 8.0, 4.0)
    >>> round(change.p_value, 4)
    0.0202
    """
    require_level(level)
    first, second = number_vector(before, "before"), number_vector(after, "after")
    require_same_length(before=first, after=second)
    if first.size == 0:
        return PairedChange(level=level, method=METHOD, reason="there are no pairs", count=0)
    mean = _describe_mean(differences(second, first), level)
    t_statistic = None if mean.value is None or mean.standard_error is None else mean.value / mean.standard_error
    return PairedChange(
        value=mean.value,
        lower=mean.lower,
        upper=mean.upper,
        level=level,
        method=METHOD,
        reason=mean.reason,
        count=mean.count,
        sd=mean.sd,
        standard_error=mean.standard_error,
        mean_before=float(np.mean(first)),
        mean_after=float(np.mean(second)),
        t_statistic=t_statistic,
        degrees_of_freedom=None if t_statistic is None else mean.count - 1,
        p_value=None if t_statistic is None else t_two_sided_p(t_statistic, mean.count - 1),
    )


def _describe_mean(values: Array, level: float) -> MeanEstimate:
    """Return the mean, its spread and its interval."""
    if values.size == 0:
        return MeanEstimate(level=level, method=METHOD, reason="there are no values", count=0)
    mean = float(np.mean(values))
    if is_constant(values):
        reason = "one value shows no spread" if values.size == 1 else f"all {values.size} values are equal"
        sd = None if values.size == 1 else 0.0
        return MeanEstimate(value=mean, level=level, method=METHOD, reason=reason, count=values.size, sd=sd)
    sd = float(np.std(values, ddof=1))
    standard_error = sd / math.sqrt(values.size)
    half_width = t_quantile((1 + level) / 2, values.size - 1) * standard_error
    return MeanEstimate(
        value=mean,
        lower=mean - half_width,
        upper=mean + half_width,
        level=level,
        method=METHOD,
        count=values.size,
        sd=sd,
        standard_error=standard_error,
    )
