"""Does a mean, a share or a rate move from group to group by more than chance, against limits that know each group's size?

The groups stand in the order of time. The centre is that of all of them together, as in the first phase of charting
(Montgomery 2013, chapters 5 to 7), so that a group outside its limits has pulled the centre a little towards itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector, require_same_length
from abate.stats.distributions import normal_cdf

BoolArray = NDArray[np.bool_]

#: Distance of the limits from the centre, in standard deviations.
SIGMAS = 3
#: So many points in a row on one side of the centre are a run.
RUN_LENGTH = 8
#: Below so many expected events or non-events in a group the limits of the chart are exact.
FEWEST_EXPECTED = 5
#: From so many units a group on average, the limits are widened by how much the groups differ beyond chance.
MANY_UNITS = 1_000

#: Mean moving range of two independent standard normal numbers, ``2 / sqrt(pi)``.
_MEAN_RANGE_OF_TWO = 2 / math.sqrt(math.pi)
_ROUNDING = 1e-12


class Limits(StrEnum):
    """How the limits were found."""

    NORMAL = "three standard deviations"
    EXACT_BINOMIAL = "exact binomial"
    EXACT_POISSON = "exact Poisson"
    WIDENED = "three standard deviations, widened for differences beyond chance (Laney)"


@dataclass(frozen=True, kw_only=True, eq=False)
class ControlChart:
    """One value a group with its limits.

    Attributes
    ----------
    centre : float or None
        The value of all groups together; None where there is none.
    limits : Limits or None
        How the limits were found; None where there are none.
    spread : float
        Factor by which the limits are wider than chance within groups alone would make them; 1 unless ``WIDENED``.
    values, lower, upper : array of float64, shape (n,)
        A group each; nan where the group has no units or there are no limits.
    is_outside : array of bool, shape (n,)
        Beyond a limit; a value on its limit is not.
    is_in_run : array of bool, shape (n,)
        One of `RUN_LENGTH` or more in a row on one side of the centre. A group without a value, or on the centre, ends a run.
    reason : str or None
        Why there are no limits, as a clause.
    """

    centre: float | None
    limits: Limits | None
    spread: float
    values: Array
    lower: Array
    upper: Array
    is_outside: BoolArray
    is_in_run: BoolArray
    reason: str | None = None


def share_chart(numerators: ArrayLike, denominators: ArrayLike) -> ControlChart:
    """Return the chart of a share (p chart) for groups of different size.

    With ``p`` the share over all groups, the limits of a group of n units are ``p ± 3 sqrt(p (1 - p) / n)``, kept within 0
    and 1. Where a group expects fewer than `FEWEST_EXPECTED` units with the property or without it, that is wrong, and all
    limits of the chart are exact: the counts that are passed with a probability of at most 0.00135 on each side, as the
    normal distribution passes three standard deviations. Where groups have `MANY_UNITS` on average, the limits are
    ``p ± 3 s sqrt(p (1 - p) / n)``, with ``s`` from :func:`spread_between_groups`.

    Parameters
    ----------
    numerators, denominators : array-like of whole numbers, shape (n,)
        Units with the property and units judged in each group; a group with none judged has no point.

    Returns
    -------
    ControlChart
        Shares from 0 to 1.

    Raises
    ------
    ParameterError
        If the columns differ in length, a count is not whole or below 0, or a numerator exceeds its denominator.

    References
    ----------
    Montgomery (2013), Introduction to Statistical Quality Control, 7th edition, section 7.2.
    Benneyan, Lloyd & Plsek (2003), Quality and Safety in Health Care 12(6), 458-464. https://doi.org/10.1136/qhc.12.6.458
    Laney (2002), Quality Engineering 14(4), 531-537. https://doi.org/10.1081/QEN-120003555

    Examples
    --------
    >>> chart = share_chart([20, 24, 31], [40, 40, 50])
    >>> f"{chart.centre:.4f}, at most {chart.upper[0]:.4f} of 40 and {chart.upper[2]:.4f} of 50"
    '0.5769, at most 0.8113 of 40 and 0.7865 of 50'
    """
    k, n = _counts(numerators, "numerators"), _counts(denominators, "denominators")
    require_same_length(numerators=k, denominators=n)
    if np.any(k > n):
        raise ParameterError("a numerator is above its denominator; check how the groups were counted.")
    has_units = n > 0
    if not np.any(has_units):
        return _empty(k.size, "no group has anybody to judge")
    p = float(k.sum() / n.sum())
    values, deviations = _divided(k, n), _divided(np.full(k.size, math.sqrt(p * (1 - p))), np.sqrt(n))
    if p in (0.0, 1.0):
        return _without_limits(p, values, f"the share is {p:.0f} in every group")
    if n[has_units].mean() >= MANY_UNITS:
        return _chart(p, values, deviations, Limits.WIDENED, low=0.0, high=1.0)
    if n[has_units].min() * min(p, 1 - p) >= FEWEST_EXPECTED:
        return _chart(p, values, deviations, Limits.NORMAL, low=0.0, high=1.0)
    ends = [_exact_ends(_binomial_tail(int(units), p), int(units)) if units else (np.nan, np.nan) for units in n]
    return _exact_chart(p, k, n, ends, Limits.EXACT_BINOMIAL)


def rate_chart(event_counts: ArrayLike, exposures: ArrayLike) -> ControlChart:
    """Return the chart of a rate (u chart) for groups of different exposure.

    With ``u`` the rate over all groups, the limits of a group of exposure t are ``u ± 3 sqrt(u / t)``, not below 0. Exact
    Poisson limits and widened ones take their place as in :func:`share_chart`: where a group expects fewer than
    `FEWEST_EXPECTED` events, and where groups expect `MANY_UNITS` on average.

    Parameters
    ----------
    event_counts : array-like of whole numbers, shape (n,)
        Events in each group.
    exposures : array-like of numbers, shape (n,)
        Exposure of each group, at least 0, all in one unit; a group without has no point.

    Returns
    -------
    ControlChart
        Events per unit of exposure.

    Raises
    ------
    ParameterError
        If the columns differ in length, a count is not whole, a number is below 0, or there are events without exposure.

    References
    ----------
    Montgomery (2013), Introduction to Statistical Quality Control, 7th edition, section 7.3.
    Benneyan, Lloyd & Plsek (2003), Quality and Safety in Health Care 12(6), 458-464. https://doi.org/10.1136/qhc.12.6.458
    Laney (2002), Quality Engineering 14(4), 531-537. https://doi.org/10.1081/QEN-120003555

    Examples
    --------
    >>> chart = rate_chart([30, 24, 36], [20.0, 20.0, 20.0])
    >>> f"{chart.centre} ({chart.lower[0]:.4f} to {chart.upper[0]:.4f})"
    '1.5 (0.6784 to 2.3216)'
    """
    k, t = _counts(event_counts, "event_counts"), number_vector(exposures, "exposures")
    require_same_length(event_counts=k, exposures=t)
    if np.any(t < 0) or np.any(k[t == 0] > 0):
        raise ParameterError("an exposure is below 0, or there are events without exposure; check how it was summed.")
    has_units = t > 0
    if not np.any(has_units):
        return _empty(k.size, "no group has any exposure")
    u = float(k.sum() / t.sum())
    values, deviations = _divided(k, t), _divided(np.full(k.size, math.sqrt(u)), np.sqrt(t))
    if u == 0:
        return _without_limits(u, values, "no event was seen in any group")
    expected = u * t[has_units]
    if expected.mean() >= MANY_UNITS:
        return _chart(u, values, deviations, Limits.WIDENED, low=0.0)
    if expected.min() >= FEWEST_EXPECTED:
        return _chart(u, values, deviations, Limits.NORMAL, low=0.0)
    ends = [_exact_ends(_poisson_tail(u * days), _most_events(u * days)) if days else (np.nan, np.nan) for days in t]
    return _exact_chart(u, k, t, ends, Limits.EXACT_POISSON)


def mean_chart(counts: ArrayLike, means: ArrayLike, sds: ArrayLike) -> ControlChart:
    """Return the chart of a mean (X-bar chart) for groups of different size, from each group's count, mean and spread.

    With ``m`` the mean of all units and ``s`` the spread within groups, the limits of a group of n units are
    ``m ± 3 s / sqrt(n)``. The spread is ``sqrt(sum((n_i - 1) sd_i²) / d) / c4``, ``d = sum(n_i - 1)``, where ``c4`` takes out
    its bias. A group of one unit has a point and limits, and adds nothing to the spread. Widened as in :func:`share_chart`
    where groups have `MANY_UNITS` on average.

    Parameters
    ----------
    counts : array-like of whole numbers, shape (n,)
        Units in each group; a group without has no point, whatever stands in the other columns.
    means : array-like of numbers, shape (n,)
        Mean of each group.
    sds : array-like of numbers, shape (n,)
        Sample standard deviation (divisor n - 1) of each group; that of one unit is not used.

    Returns
    -------
    ControlChart
        In the unit of the means. Without limits, and with a reason, where no group has two units or nothing varies.

    Raises
    ------
    ParameterError
        If the columns differ in length, a count is not whole, or a number is missing or a spread below 0.

    References
    ----------
    Montgomery (2013), Introduction to Statistical Quality Control, 7th edition, section 6.3.2.
    Burr (1969), Journal of Quality Technology 1(3), 163-167.

    Examples
    --------
    >>> chart = mean_chart(counts=[4, 9], means=[10.0, 12.0], sds=[2.0, 2.0])
    >>> f"{chart.centre:.4f}, and {chart.upper[0] - chart.centre:.4f} or {chart.upper[1] - chart.centre:.4f} from it"
    '11.3846, and 3.0689 or 2.0459 from it'
    """
    n, x, s = _counts(counts, "counts"), number_vector(means, "means"), number_vector(sds, "sds")
    require_same_length(counts=n, means=x, sds=s)
    if np.any(s < 0):
        raise ParameterError("a standard deviation is below 0; check the column of spreads.")
    if not np.any(n > 0):
        return _empty(n.size, "no group has a value")
    centre = float((n * x).sum() / n.sum())
    values = np.where(n > 0, x, np.nan)
    spread_within = _pooled_sd(n, s)
    if not spread_within:
        reason = "no group has two values" if spread_within is None else "the values do not vary within groups"
        return _without_limits(centre, values, reason)
    deviations = _divided(np.full(n.size, spread_within), np.sqrt(n))
    limits = Limits.WIDENED if n[n > 0].mean() >= MANY_UNITS else Limits.NORMAL
    return _chart(centre, values, deviations, limits)


def spread_between_groups(values: ArrayLike, centre: float, deviations: ArrayLike) -> float:
    """Return how many times more neighbouring groups differ than chance within them explains (Laney's sigma of z).

    With ``z_i = (value_i - centre) / deviation_i``, the mean of ``|z_i - z_(i-1)|`` divided by ``2 / sqrt(pi)``, which is what
    it would be on average by chance alone. Below 1 it is given as 1: limits are widened, never narrowed.

    Parameters
    ----------
    values, deviations : array-like of numbers, shape (n,)
        Value of each group and its standard deviation by chance; nan in ``values`` where there is none.
    centre : float
        The value of all groups together.

    References
    ----------
    Laney (2002), Quality Engineering 14(4), 531-537. https://doi.org/10.1081/QEN-120003555

    Examples
    --------
    >>> round(spread_between_groups([0.0, 2.0, 0.0, 2.0], 1.0, [0.5, 0.5, 0.5, 0.5]), 4)
    3.5449
    >>> spread_between_groups([1.0, 1.0], 1.0, [0.5, 0.5])
    1.0
    """
    found = np.asarray(values, dtype=np.float64)
    is_there = np.isfinite(found)
    z = (found[is_there] - centre) / np.asarray(deviations, dtype=np.float64)[is_there]
    return 1.0 if z.size < 2 else max(1.0, float(np.abs(np.diff(z)).mean()) / _MEAN_RANGE_OF_TWO)


def find_runs(values: ArrayLike, centre: float) -> BoolArray:
    """Return which values belong to `RUN_LENGTH` or more in a row strictly on one side of the centre.

    A missing value (nan), and one on the centre, ends a run.

    References
    ----------
    Montgomery (2013), Introduction to Statistical Quality Control, 7th edition, section 5.3.6 (a rule of Western Electric, 1956).

    Examples
    --------
    >>> int(find_runs([2.0] * 8 + [0.0], centre=1.0).sum())
    8
    >>> int(find_runs([2.0] * 7 + [0.0], centre=1.0).sum())
    0
    """
    found = np.asarray(values, dtype=np.float64)
    side = np.where(np.isfinite(found) & (np.abs(found - centre) > _ROUNDING), np.sign(found - centre), 0.0)
    is_in_run = np.zeros(found.size, dtype=np.bool_)
    first = 0
    for place in range(1, found.size + 1):
        if place == found.size or side[place] != side[first]:
            is_in_run[first:place] = side[first] != 0 and place - first >= RUN_LENGTH
            first = place
    return is_in_run


def _chart(
    centre: float, values: Array, deviations: Array, limits: Limits, low: float = -np.inf, high: float = np.inf
) -> ControlChart:
    spread = spread_between_groups(values, centre, deviations) if limits is Limits.WIDENED else 1.0
    reach = SIGMAS * spread * deviations
    return ControlChart(
        centre=centre,
        limits=limits,
        spread=spread,
        values=values,
        lower=np.maximum(low, centre - reach),
        upper=np.minimum(high, centre + reach),
        is_outside=np.abs(values - centre) > reach + _ROUNDING,
        is_in_run=find_runs(values, centre),
    )


def _exact_chart(centre: float, k: Array, size: Array, ends: list[tuple[float, float]], limits: Limits) -> ControlChart:
    low, high = (np.array(column, dtype=np.float64) for column in zip(*ends, strict=True))
    values = _divided(k, size)
    return ControlChart(
        centre=centre,
        limits=limits,
        spread=1.0,
        values=values,
        lower=_divided(low, size),
        upper=_divided(high, size),
        is_outside=(k < low) | (k > high),
        is_in_run=find_runs(values, centre),
    )


def _without_limits(centre: float, values: Array, reason: str) -> ControlChart:
    nothing = np.full(values.size, np.nan)
    return ControlChart(
        centre=centre,
        limits=None,
        spread=1.0,
        values=values,
        lower=nothing,
        upper=nothing,
        is_outside=np.zeros(values.size, dtype=np.bool_),
        is_in_run=find_runs(values, centre),
        reason=reason,
    )


def _empty(count: int, reason: str) -> ControlChart:
    nothing = np.full(count, np.nan)
    nowhere = np.zeros(count, dtype=np.bool_)
    return ControlChart(
        centre=None,
        limits=None,
        spread=1.0,
        values=nothing,
        lower=nothing,
        upper=nothing,
        is_outside=nowhere,
        is_in_run=nowhere,
        reason=reason,
    )


def _counts(values: ArrayLike, name: str) -> Array:
    counts = number_vector(values, name)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ParameterError(f"{name} must be whole numbers of at least 0; check the column of counts.")
    return counts


def _divided(numbers: Array, by: Array) -> Array:
    """Return a quotient a group, nan where there is nothing to divide by."""
    quotients = np.full(numbers.size, np.nan)
    np.divide(numbers, by, out=quotients, where=by > 0)
    return quotients


def _pooled_sd(n: Array, sds: Array) -> float | None:
    """Return the spread within groups without bias; None where no group has two units."""
    weights = np.maximum(n - 1, 0)
    d = float(weights.sum())
    if d == 0:
        return None
    c4 = math.sqrt(2 / d) * math.exp(math.lgamma((d + 1) / 2) - math.lgamma(d / 2))
    return math.sqrt(float((weights * np.where(weights > 0, sds, 0.0) ** 2).sum()) / d) / c4


def _exact_ends(at_most: Callable[[Array], Array], highest: int) -> tuple[float, float]:
    """Return the smallest and the largest count that chance does not pass with more than the tail of three deviations."""
    tail = normal_cdf(-SIGMAS)
    probability = at_most(np.arange(highest + 1, dtype=np.float64))
    return float(np.argmax(probability >= tail)), float(np.argmax(probability >= 1 - tail))


def _binomial_tail(unit_count: int, p: float) -> Callable[[Array], Array]:
    from scipy.special import bdtr

    return lambda counts: np.asarray(bdtr(counts, unit_count, p), dtype=np.float64)


def _poisson_tail(mean: float) -> Callable[[Array], Array]:
    from scipy.special import pdtr

    return lambda counts: np.asarray(pdtr(counts, mean), dtype=np.float64)


def _most_events(mean: float) -> int:
    """Return a count far beyond any limit of a Poisson number with this mean."""
    return math.ceil(mean + 10 * math.sqrt(mean) + 20)
