"""How large is a share of counted units, or the difference of two shares, and how sure is it?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.stats.arrays import require_level, whole_number
from abate.stats.distributions import beta_quantile, normal_quantile
from abate.stats.intervals import IntervalEstimate


@dataclass(frozen=True, kw_only=True)
class Proportion(IntervalEstimate):
    """A share from 0 to 1 with its numerator and denominator."""

    numerator: int
    denominator: int


@dataclass(frozen=True, kw_only=True)
class ProportionDifference(IntervalEstimate):
    """The share of group 1 minus the share of group 2, from -1 to 1."""

    numerator_1: int
    denominator_1: int
    numerator_2: int
    denominator_2: int


def wilson_interval(numerator: int, denominator: int, level: float = 0.95) -> Proportion:
    """Return a proportion with Wilson's score interval, without continuity correction.

    The limits are the shares that the score test at ``1 - level`` just does not reject:
    ``(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)``. They stay within 0 and 1 and have a width at 0 and at n.

    Parameters
    ----------
    numerator : int
        Units that have the property, from 0 to ``denominator``.
    denominator : int
        Units in which it could be judged; independent of each other.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Proportion
        From 0 to 1. Without numbers, and with a reason, where ``denominator`` is 0.

    Raises
    ------
    ParameterError
        If a count is not whole or below 0, the numerator is above the denominator, or ``level`` is outside its range.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22(158), 209-212.
    https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> share = wilson_interval(48, 61)
    >>> f"{share.value:.3f} ({share.lower:.3f} to {share.upper:.3f})"
    '0.787 (0.669 to 0.871)'
    """
    k, n = _checked_counts(numerator, denominator, level)
    method = "Wilson score interval"
    if n == 0:
        return _nobody(level, method)
    p, z = k / n, normal_quantile((1 + level) / 2)
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half_width = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return Proportion(
        value=p,
        lower=0.0 if k == 0 else max(0.0, centre - half_width),
        upper=1.0 if k == n else min(1.0, centre + half_width),
        level=level,
        method=method,
        numerator=k,
        denominator=n,
    )


def clopper_pearson_interval(numerator: int, denominator: int, level: float = 0.95) -> Proportion:
    """Return a proportion with the exact interval of Clopper and Pearson.

    Each limit leaves at most ``(1 - level) / 2`` in its tail of the binomial distribution, so the coverage is never
    below ``level`` and often well above.

    Parameters
    ----------
    numerator, denominator, level
        As for :func:`wilson_interval`.

    Returns
    -------
    Proportion
        From 0 to 1. Without numbers, and with a reason, where ``denominator`` is 0.

    Raises
    ------
    ParameterError
        As for :func:`wilson_interval`.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26(4), 404-413. https://doi.org/10.1093/biomet/26.4.404

    Examples
    --------
    >>> share = clopper_pearson_interval(0, 10)
    >>> share.lower, round(share.upper, 4)
    (0.0, 0.3085)
    """
    k, n = _checked_counts(numerator, denominator, level)
    method = "exact interval (Clopper-Pearson)"
    if n == 0:
        return _nobody(level, method)
    tail = (1 - level) / 2
    return Proportion(
        value=k / n,
        lower=0.0 if k == 0 else beta_quantile(tail, k, n - k + 1),
        upper=1.0 if k == n else beta_quantile(1 - tail, k + 1, n - k),
        level=level,
        method=method,
        numerator=k,
        denominator=n,
    )


def upper_bound_when_none_seen(denominator: int, level: float = 0.95) -> Proportion:
    """Return the largest share that is still likely when none of ``denominator`` units had the property.

    The bound is one-sided: ``1 - (1 - level)^(1/n)``, near 3/n for 95 % ("rule of three"). The upper limit of a
    two-sided 95 % interval (:func:`clopper_pearson_interval` with numerator 0) is the one-sided 97.5 % bound, near
    3.7/n: do not mix the two in one table.

    Parameters
    ----------
    denominator : int
        Units that were looked at, none of which had the property; independent of each other.
    level : float
        One-sided coverage, between 0 and 1.

    Returns
    -------
    Proportion
        With value and lower limit 0. Without numbers, and with a reason, where ``denominator`` is 0.

    Raises
    ------
    ParameterError
        If ``denominator`` is not a whole number of at least 0, or ``level`` is outside its range.

    References
    ----------
    Hanley & Lippman-Hand (1983), JAMA 249(13), 1743-1745. https://doi.org/10.1001/jama.1983.03330370053031

    Examples
    --------
    >>> round(upper_bound_when_none_seen(61).upper, 4)
    0.0479
    """
    _, n = _checked_counts(0, denominator, level)
    method = "exact one-sided upper bound, none seen"
    if n == 0:
        return _nobody(level, method)
    upper = -math.expm1(math.log1p(-level) / n)
    return Proportion(value=0.0, lower=0.0, upper=upper, level=level, method=method, numerator=0, denominator=n)


def newcombe_difference(
    numerator_1: int, denominator_1: int, numerator_2: int, denominator_2: int, level: float = 0.95
) -> ProportionDifference:
    """Return the difference of two independent proportions with Newcombe's hybrid score interval (his method 10).

    With Wilson limits ``l`` and ``u`` of each group, the limits of ``d = p1 - p2`` are
    ``d - sqrt((p1 - l1)² + (u2 - p2)²)`` and ``d + sqrt((u1 - p1)² + (p2 - l2)²)``.

    Parameters
    ----------
    numerator_1, denominator_1 : int
        Units with the property and units judged, group 1.
    numerator_2, denominator_2 : int
        The same of group 2; no unit stands in both groups.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    ProportionDifference
        From -1 to 1. Without numbers, and with a reason, where a denominator is 0.

    Raises
    ------
    ParameterError
        As for :func:`wilson_interval`.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17(8), 873-890.
    https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I

    Examples
    --------
    >>> difference = newcombe_difference(56, 70, 48, 80)
    >>> round(difference.value, 4), round(difference.lower, 4), round(difference.upper, 4)
    (0.2, 0.0524, 0.3339)
    """
    first = wilson_interval(numerator_1, denominator_1, level)
    second = wilson_interval(numerator_2, denominator_2, level)
    value, lower, upper = _square_and_add(first, second)
    return ProportionDifference(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method="Newcombe hybrid score interval (method 10)",
        reason=None if value is not None else f"nobody in group {1 if first.denominator == 0 else 2} could be judged",
        numerator_1=first.numerator,
        denominator_1=first.denominator,
        numerator_2=second.numerator,
        denominator_2=second.denominator,
    )


def _square_and_add(first: Proportion, second: Proportion) -> tuple[float | None, float | None, float | None]:
    """Return the difference and its limits from two proportions with their own limits."""
    p1, l1, u1 = first.value, first.lower, first.upper
    p2, l2, u2 = second.value, second.lower, second.upper
    if p1 is None or l1 is None or u1 is None or p2 is None or l2 is None or u2 is None:
        return None, None, None
    difference = p1 - p2
    lower = difference - math.hypot(p1 - l1, u2 - p2)
    upper = difference + math.hypot(u1 - p1, p2 - l2)
    return difference, max(-1.0, lower), min(1.0, upper)


def _checked_counts(numerator: int, denominator: int, level: float) -> tuple[int, int]:
    """Return both counts as ints, refusing impossible ones."""
    require_level(level)
    k, n = whole_number(numerator, "numerator"), whole_number(denominator, "denominator")
    if k > n:
        raise ParameterError(f"numerator must be at most the denominator; got {k} of {n}.")
    return k, n


def _nobody(level: float, method: str) -> Proportion:
    """Return the share of nobody: no number, and the reason."""
    return Proportion(level=level, method=method, reason="the denominator is 0", numerator=0, denominator=0)
