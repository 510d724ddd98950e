"""How do the means of two groups differ, and how sure is it, when each row's influence on them is known?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, Labels, is_constant, require_level
from abate.stats.clustered import clustered_mean_interval
from abate.stats.distributions import t_quantile, t_two_sided_p
from abate.stats.intervals import IntervalEstimate

# With less than this the weight of a group hangs on one person.
_LEAST_EFFECTIVE = 2.0


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupMeans:
    """What each group would have been on average in one population, by some method.

    Attributes
    ----------
    mean_1, mean_0 : float or None
        In the outcome's unit; a risk or a share from 0 to 1. None where they cannot be given.
    influence_1, influence_0 : array of float64, shape (n,)
        By how much each row moved the mean away from its expectation, to first order; they sum to 0.
    person : array of labels, shape (n,)
        Whose row it is; persons are independent of each other.
    count_1, count_0 : int
        Rows of each group that were used.
    effective_1, effective_0 : float
        Persons of equal weight that would give as precise a mean (Kish); 0 where there is nothing.
    largest_share : float
        Of a group's weight, the most that one person carries.
    parameter_count : float
        What was fitted to the persons on the way: the two means, and the parameters of the score.
    method : str
    reason : str or None
        Why there are no means, as a clause.
    flags : tuple of str
        What to say beside the numbers.
    """

    mean_1: float | None = None
    mean_0: float | None = None
    influence_1: Array
    influence_0: Array
    person: Labels
    count_1: int
    count_0: int
    effective_1: float = 0.0
    effective_0: float = 0.0
    largest_share: float = 0.0
    parameter_count: float = 2.0
    method: str
    reason: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComparisonEstimate(IntervalEstimate):
    """Group 1 against group 0 with its interval; ``value`` is a difference or a ratio, as the function says.

    Attributes
    ----------
    standard_error : float or None
        Of a difference in its unit, of a ratio on the scale of logarithms.
    p_value : float or None
        Of no difference, two-sided.
    mean_1, mean_0 : float or None
        What is compared.
    count_1, count_0, person_count : int
        Rows of each group and persons in all.
    effective_1, effective_0, largest_share : float
        As in :class:`GroupMeans`.
    flags : tuple of str
        What to say beside the number.
    """

    standard_error: float | None = None
    p_value: float | None = None
    mean_1: float | None = None
    mean_0: float | None = None
    count_1: int
    count_0: int
    person_count: int
    effective_1: float = 0.0
    effective_0: float = 0.0
    largest_share: float = 0.0
    flags: tuple[str, ...] = ()


def difference_of(means: GroupMeans, level: float = 0.95) -> ComparisonEstimate:
    """Return the mean of group 1 less that of group 0, with an interval clustered by person.

    The variance is that of the sums, within persons, of the rows' influences, with the factor G / (G - p) for G persons
    and p fitted parameters; the interval takes Student's t on G - p degrees of freedom. Without the factor the interval
    is too narrow where persons are few for the covariates (docs/statistics-comparison.md has the numbers).

    Parameters
    ----------
    means : GroupMeans
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    ComparisonEstimate
        In the outcome's unit. Without a number, and with a reason, where there are no means; without an interval where
        the weight of a group hangs on one person or nothing varies.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.

    Examples
    --------
    >>> influence = np.array([-0.5, 0.5, 0.0, 0.0])  # means of two values each
    >>> means = GroupMeans(mean_1=3.0, mean_0=2.0, influence_1=influence, influence_0=influence[::-1],
    ...     person=np.arange(4), count_1=2, count_0=2, effective_1=2.0, effective_0=2.0, method="plain")
    >>> difference_of(means).value, round(difference_of(means).standard_error, 4)
    (1.0, 1.4142)
    """
    require_level(level)
    if means.mean_1 is None or means.mean_0 is None:
        return _without(means, level, None, means.reason or "there are no means")
    value = means.mean_1 - means.mean_0
    error, reason = _standard_error(means, means.influence_1 - means.influence_0)
    if error is None:
        return _without(means, level, value, reason)
    half_width = _quantile(means, level) * error
    return _estimate(means, level, value, value - half_width, value + half_width, error, value / error)


def ratio_of(means: GroupMeans, level: float = 0.95) -> ComparisonEstimate:
    """Return the mean of group 1 divided by that of group 0, with an interval on the scale of logarithms.

    Parameters
    ----------
    means : GroupMeans
        Risks, or other means above 0.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    ComparisonEstimate
        As :func:`difference_of`; without a number too where a mean is not above 0.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.

    Examples
    --------
    >>> influence = np.array([-0.1, 0.1, 0.0, 0.0])
    >>> means = GroupMeans(mean_1=0.6, mean_0=0.3, influence_1=influence, influence_0=influence[::-1],
    ...     person=np.arange(4), count_1=2, count_0=2, effective_1=2.0, effective_0=2.0, method="plain")
    >>> ratio_of(means).value
    2.0
    """
    require_level(level)
    if means.mean_1 is None or means.mean_0 is None:
        return _without(means, level, None, means.reason or "there are no means")
    for group, mean in ((1, means.mean_1), (0, means.mean_0)):
        if not mean > 0:
            return _without(means, level, None, f"the mean of group {group} is not above 0, so there is no ratio")
    value = means.mean_1 / means.mean_0
    error, reason = _standard_error(means, means.influence_1 / means.mean_1 - means.influence_0 / means.mean_0)
    if error is None:
        return _without(means, level, value, reason)
    stretch = math.exp(_quantile(means, level) * error)
    return _estimate(means, level, value, value / stretch, value * stretch, error, math.log(value) / error)


def without_means(person: Labels, method: str, reason: str, flags: tuple[str, ...] = ()) -> GroupMeans:
    """Return means that cannot be given, and why.

    Examples
    --------
    >>> difference_of(without_means(np.arange(2), "plain", "nobody is in group 0")).reason
    'nobody is in group 0'
    """
    nothing = np.zeros(len(person))
    return GroupMeans(
        influence_1=nothing,
        influence_0=nothing,
        person=person,
        count_1=0,
        count_0=0,
        method=method,
        reason=reason,
        flags=flags,
    )


def _standard_error(means: GroupMeans, influence: Array) -> tuple[float | None, str | None]:
    for group, effective in ((1, means.effective_1), (0, means.effective_0)):
        if effective < _LEAST_EFFECTIVE:
            return None, f"the weight of group {group} hangs on one person"
    if is_constant(influence):
        return None, "nothing varies within the groups"
    freedom = _freedom(means)
    if freedom < 1:
        return None, f"{_person_count(means)} persons are too few for {means.parameter_count:.3g} fitted parameters"
    moved = clustered_mean_interval(influence * influence.size, means.person)
    if moved.standard_error is None:
        return None, moved.reason
    return moved.standard_error * math.sqrt((_person_count(means) - 1) / freedom), None


def _person_count(means: GroupMeans) -> int:
    return int(np.unique(means.person).size)


def _freedom(means: GroupMeans) -> float:
    return _person_count(means) - means.parameter_count


def _quantile(means: GroupMeans, level: float) -> float:
    return t_quantile((1 + level) / 2, _freedom(means))


def _estimate(
    means: GroupMeans, level: float, value: float, lower: float, upper: float, error: float, statistic: float
) -> ComparisonEstimate:
    return ComparisonEstimate(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method=means.method,
        standard_error=error,
        p_value=t_two_sided_p(statistic, _freedom(means)),
        mean_1=means.mean_1,
        mean_0=means.mean_0,
        count_1=means.count_1,
        count_0=means.count_0,
        person_count=_person_count(means),
        effective_1=means.effective_1,
        effective_0=means.effective_0,
        largest_share=means.largest_share,
        flags=means.flags,
    )


def _without(means: GroupMeans, level: float, value: float | None, reason: str | None) -> ComparisonEstimate:
    return ComparisonEstimate(
        value=value,
        level=level,
        method=means.method,
        reason=reason,
        mean_1=means.mean_1,
        mean_0=means.mean_0,
        count_1=means.count_1,
        count_0=means.count_0,
        person_count=_person_count(means),
        effective_1=means.effective_1,
        effective_0=means.effective_0,
        largest_share=means.largest_share,
        flags=means.flags,
    )
