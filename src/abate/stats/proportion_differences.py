"""How much do two shares differ, by the score test or within pairs?"""

from __future__ import annotations

import math

from abate.stats.arrays import whole_number
from abate.stats.distributions import normal_quantile
from abate.stats.proportions import ProportionDifference, wilson_interval
from abate.stats.roots import crossing

_MIETTINEN_NURMINEN = "Miettinen-Nurminen score interval"
_PAIRED_NEWCOMBE = "Newcombe score interval for pairs (method 10)"


def miettinen_nurminen_difference(
    numerator_1: int, denominator_1: int, numerator_2: int, denominator_2: int, level: float = 0.95
) -> ProportionDifference:
    """Return the difference of two independent proportions with Miettinen and Nurminen's score interval.

    It holds every difference ``D`` with ``(p1 - p2 - D)² <= z² V(D)``, where
    ``V(D) = (q1(1-q1)/n1 + q2(1-q2)/n2) N/(N-1)``, ``N = n1 + n2``, at the most likely shares ``q1 = q2 + D``.

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
        As for :func:`abate.stats.proportions.wilson_interval`.

    References
    ----------
    Miettinen & Nurminen (1985), Statistics in Medicine 4(2), 213-226. https://doi.org/10.1002/sim.4780040211

    Examples
    --------
    >>> difference = miettinen_nurminen_difference(56, 70, 48, 80)
    >>> round(difference.value, 4), round(difference.lower, 4), round(difference.upper, 4)
    (0.2, 0.0528, 0.3382)
    """
    first, second = (
        wilson_interval(numerator_1, denominator_1, level),
        wilson_interval(numerator_2, denominator_2, level),
    )
    counts = (first.numerator, first.denominator, second.numerator, second.denominator)
    if first.value is None or second.value is None:
        reason = f"nobody in group {1 if first.value is None else 2} could be judged"
        return _difference(None, None, None, level, _MIETTINEN_NURMINEN, counts, reason)
    value, z = first.value - second.value, normal_quantile((1 + level) / 2)

    def excess(difference: float) -> float:
        if difference == value:
            return -1.0  # what was seen is always inside, also where its own variance is 0
        return (value - difference) ** 2 - z**2 * _variance_given(difference, *counts)

    lower = -1.0 if value == -1 else crossing(excess, -1.0, value)
    upper = 1.0 if value == 1 else crossing(excess, value, 1.0)
    return _difference(value, lower, upper, level, _MIETTINEN_NURMINEN, counts)


def paired_newcombe_difference(
    both_count: int, only_first_count: int, only_second_count: int, neither_count: int, level: float = 0.95
) -> ProportionDifference:
    """Return the difference of two proportions of the same units, with Newcombe's score interval for pairs.

    With Wilson limits ``l`` and ``u`` of each share and the correlation ``r`` of the two answers, the limits of
    ``d = p1 - p2`` are ``d - sqrt(a² - 2rab + b²)``, ``a = p1 - l1``, ``b = u2 - p2``, and ``d + sqrt(a² - 2rab + b²)``,
    ``a = u1 - p1``, ``b = p2 - l2``. In ``r``, the product of the agreements less that of the disagreements is brought
    nearer to 0 by n/2 where it is above 0 (to 0 at most); ``r`` is 0 where a share is 0 or 1.

    Parameters
    ----------
    both_count, only_first_count, only_second_count, neither_count : int
        Units with the property at both occasions, at the first only, at the second only, at neither.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    ProportionDifference
        First less second occasion, from -1 to 1. Without numbers, and with a reason, where there are no units.

    Raises
    ------
    ParameterError
        If a count is not whole or below 0, or ``level`` is outside its range.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17(22), 2635-2650.

    Examples
    --------
    >>> difference = paired_newcombe_difference(1, 1, 7, 12)
    >>> round(difference.value, 4)
    -0.2857
    """
    e, f, g, h = (
        whole_number(count, name)
        for count, name in (
            (both_count, "both_count"),
            (only_first_count, "only_first_count"),
            (only_second_count, "only_second_count"),
            (neither_count, "neither_count"),
        )
    )
    n = e + f + g + h
    first, second = wilson_interval(e + f, n, level), wilson_interval(e + g, n, level)
    counts = (e + f, n, e + g, n)
    p1, l1, u1, p2, l2, u2 = first.value, first.lower, first.upper, second.value, second.lower, second.upper
    if p1 is None or l1 is None or u1 is None or p2 is None or l2 is None or u2 is None:
        return _difference(None, None, None, level, _PAIRED_NEWCOMBE, counts, "there are no pairs")
    r = _correlation(e, f, g, h)
    lower = p1 - p2 - _joined(p1 - l1, u2 - p2, r)
    upper = p1 - p2 + _joined(u1 - p1, p2 - l2, r)
    return _difference(p1 - p2, max(-1.0, lower), min(1.0, upper), level, _PAIRED_NEWCOMBE, counts)


def _variance_given(difference: float, x1: int, n1: int, x2: int, n2: int) -> float:
    """Return the variance of the difference at the most likely shares that differ by ``difference``.

    The second share is the root of the cubic likelihood equation, in Miettinen and Nurminen's closed form.
    """
    n, d = n1 + n2, difference
    l3, l2 = n, (n1 + 2 * n2) * d - n - (x1 + x2)
    l1, l0 = (n2 * d - n - 2 * x2) * d + x1 + x2, x2 * d * (1 - d)
    q = l2**3 / (3 * l3) ** 3 - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    p = math.copysign(math.sqrt(max(0.0, l2**2 / (3 * l3) ** 2 - l1 / (3 * l3))), q)
    angle = (math.pi + math.acos(max(-1.0, min(1.0, q / p**3)))) / 3 if p else 0.0
    lowest, highest = max(0.0, -d), min(1.0, 1 - d)
    share_2 = min(highest, max(lowest, 2 * p * math.cos(angle) - l2 / (3 * l3)))
    share_1 = min(1.0, max(0.0, share_2 + d))
    return (share_1 * (1 - share_1) / n1 + share_2 * (1 - share_2) / n2) * n / (n - 1)


def _correlation(e: int, f: int, g: int, h: int) -> float:
    """Return Newcombe's corrected correlation of two answers of the same units."""
    product = (e + f) * (g + h) * (e + g) * (f + h)
    if product == 0:
        return 0.0
    agreement = e * h - f * g
    corrected = agreement if agreement < 0 else max(0.0, agreement - (e + f + g + h) / 2)
    return corrected / math.sqrt(product)


def _joined(a: float, b: float, r: float) -> float:
    """Return the distance of a limit from the difference."""
    return math.sqrt(max(0.0, a**2 - 2 * r * a * b + b**2))


def _difference(
    value: float | None,
    lower: float | None,
    upper: float | None,
    level: float,
    method: str,
    counts: tuple[int, int, int, int],
    reason: str | None = None,
) -> ProportionDifference:
    return ProportionDifference(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        reason=reason,
        numerator_1=counts[0],
        denominator_1=counts[1],
        numerator_2=counts[2],
        denominator_2=counts[3],
    )
