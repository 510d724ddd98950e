"""How often do events happen per unit of exposure, and how do two such rates compare?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.stats.arrays import require_level, whole_number
from abate.stats.distributions import beta_quantile, gamma_quantile
from abate.stats.intervals import IntervalEstimate


@dataclass(frozen=True, kw_only=True)
class Rate(IntervalEstimate):
    """Events per unit of exposure.

    Attributes
    ----------
    event_count : int
        Events seen.
    exposure : float
        Sum of everyone's exposure. Its unit is the caller's: in hundreds of infusion-days the rate is per 100 days.
    """

    event_count: int
    exposure: float


@dataclass(frozen=True, kw_only=True)
class RateRatio(IntervalEstimate):
    """The rate of group 1 divided by the rate of group 2."""

    event_count_1: int
    exposure_1: float
    event_count_2: int
    exposure_2: float


def poisson_rate_interval(event_count: int, exposure: float, level: float = 0.95) -> Rate:
    """Return a rate with the exact Poisson interval of Garwood.

    With k events in exposure T the limits are the gamma quantiles ``q((1-level)/2; k) / T`` and
    ``q((1+level)/2; k+1) / T``; the lower limit is 0 for no event. They ask for events that come singly and
    independently: where one person's events cluster, the true uncertainty is larger.

    Parameters
    ----------
    event_count : int
        Events seen, at least 0.
    exposure : float
        Total exposure, at least 0, in the unit that the rate is to be per.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Rate
        Events per unit of exposure. Without numbers, and with a reason, where ``exposure`` is 0.

    Raises
    ------
    ParameterError
        If the count is not whole, the exposure below 0 or not finite, there are events without exposure, or ``level``
        is outside its range.

    References
    ----------
    Garwood (1936), Biometrika 28(3/4), 437-442. https://doi.org/10.1093/biomet/28.3-4.437

    Examples
    --------
    >>> rate = poisson_rate_interval(event_count=5, exposure=3.11)  # 5 events in 311 infusion-days, per 100 days
    >>> f"{rate.value:.2f} ({rate.lower:.2f} to {rate.upper:.2f})"
    '1.61 (0.52 to 3.75)'
    """
    require_level(level)
    k = _checked_events(event_count, exposure)
    method = "exact Poisson interval (Garwood)"
    if exposure == 0:
        return Rate(level=level, method=method, reason="there is no exposure", event_count=0, exposure=0.0)
    tail = (1 - level) / 2
    return Rate(
        value=k / exposure,
        lower=gamma_quantile(tail, k) / exposure if k else 0.0,
        upper=gamma_quantile(1 - tail, k + 1) / exposure,
        level=level,
        method=method,
        event_count=k,
        exposure=float(exposure),
    )


def upper_rate_when_none_seen(exposure: float, level: float = 0.95) -> Rate:
    """Return the largest rate that is still likely when no event was seen.

    The bound is one-sided: ``-log(1 - level) / exposure``, near 3 / exposure for 95 %. The upper limit of the two-sided
    95 % interval is the one-sided 97.5 % bound, near 3.7 / exposure.

    Parameters
    ----------
    exposure : float
        Total exposure without an event, at least 0, in the unit that the rate is to be per.
    level : float
        One-sided coverage, between 0 and 1.

    Returns
    -------
    Rate
        With value and lower limit 0. Without numbers, and with a reason, where ``exposure`` is 0.

    Raises
    ------
    ParameterError
        If the exposure is below 0 or not finite, or ``level`` is outside its range.

    References
    ----------
    Hanley & Lippman-Hand (1983), JAMA 249(13), 1743-1745. https://doi.org/10.1001/jama.1983.03330370053031

    Examples
    --------
    >>> round(upper_rate_when_none_seen(exposure=3.11).upper, 3)  # per 100 days, none seen in 311 days
    0.963
    """
    require_level(level)
    _checked_events(0, exposure)
    method = "exact one-sided upper bound, none seen"
    if exposure == 0:
        return Rate(level=level, method=method, reason="there is no exposure", event_count=0, exposure=0.0)
    upper = -math.log1p(-level) / exposure
    return Rate(value=0.0, lower=0.0, upper=upper, level=level, method=method, event_count=0, exposure=float(exposure))


def rate_ratio_interval(
    event_count_1: int, exposure_1: float, event_count_2: int, exposure_2: float, level: float = 0.95
) -> RateRatio:
    """Return the ratio of two Poisson rates with the exact interval given the total number of events.

    Given ``k1 + k2`` events, ``k1`` is binomial with odds ``ratio * exposure_1 / exposure_2``; the limits are the
    Clopper-Pearson limits of that proportion, turned back into a ratio.

    Parameters
    ----------
    event_count_1, event_count_2 : int
        Events seen in each group, at least 0.
    exposure_1, exposure_2 : float
        Total exposure of each group, at least 0, both in one unit.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    RateRatio
        Without the numbers that cannot be given, and with a reason, where a group has no exposure, neither has an event
        or group 2 has none (the ratio then has a lower limit only).

    Raises
    ------
    ParameterError
        As for :func:`poisson_rate_interval`.

    References
    ----------
    Przyborowski & Wilenski (1940), Biometrika 31(3/4), 313-323. https://doi.org/10.1093/biomet/31.3-4.313

    Examples
    --------
    >>> ratio = rate_ratio_interval(11, 800, 21, 3011)
    >>> round(ratio.value, 3), round(ratio.lower, 3), round(ratio.upper, 3)
    (1.971, 0.858, 4.277)
    """
    require_level(level)
    k1, k2 = _checked_events(event_count_1, exposure_1), _checked_events(event_count_2, exposure_2)
    value, lower, upper = _conditional_ratio(k1, k2, exposure_2 / exposure_1 if exposure_1 else 0.0, level)
    return RateRatio(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method="exact interval given the total",
        reason=_why_no_ratio(k1, exposure_1, k2, exposure_2),
        event_count_1=k1,
        exposure_1=float(exposure_1),
        event_count_2=k2,
        exposure_2=float(exposure_2),
    )


def _conditional_ratio(
    k1: int, k2: int, exposure_odds: float, level: float
) -> tuple[float | None, float | None, float | None]:
    """Return the ratio and its limits, each None where it cannot be given; ``exposure_odds`` is T2 / T1."""
    if exposure_odds == 0 or k1 + k2 == 0:
        return None, None, None
    tail = (1 - level) / 2
    lower_share = beta_quantile(tail, k1, k2 + 1) if k1 else 0.0
    lower = exposure_odds * lower_share / (1 - lower_share)
    if k2 == 0:
        return None, lower, None
    upper_share = beta_quantile(1 - tail, k1 + 1, k2)
    return exposure_odds * k1 / k2, lower, exposure_odds * upper_share / (1 - upper_share)


def _why_no_ratio(k1: int, exposure_1: float, k2: int, exposure_2: float) -> str | None:
    if exposure_1 == 0 or exposure_2 == 0:
        return f"group {1 if exposure_1 == 0 else 2} has no exposure"
    if k1 + k2 == 0:
        return "neither group has an event"
    return "group 2 has no event, so the ratio has no upper limit" if k2 == 0 else None


def _checked_events(event_count: int, exposure: float) -> int:
    """Return the count as an int, refusing impossible counts and exposures."""
    k = whole_number(event_count, "event_count")
    if not (math.isfinite(exposure) and exposure >= 0):
        raise ParameterError(f"exposure must be a finite number of at least 0; got {exposure!r}.")
    if k and exposure == 0:
        raise ParameterError(f"{k} events cannot have happened in an exposure of 0; check how exposure was summed.")
    return k
