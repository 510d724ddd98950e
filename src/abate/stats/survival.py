"""What share is still free of the event at each time, when is it half, and how long is it on average?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, flag_vector, require_level, require_same_length
from abate.stats.curves import StepCurve, count_at_times, duration_vector, greenwood_terms, why_unknown
from abate.stats.distributions import normal_quantile
from abate.stats.intervals import IntervalEstimate

METHOD = "Kaplan-Meier, log-log interval (Greenwood)"


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivalCurve(StepCurve):
    """Kaplan-Meier estimate: ``share`` is free of the event, and 1 before the first time."""


def kaplan_meier(durations: ArrayLike, is_event: ArrayLike, level: float = 0.95) -> SurvivalCurve:
    """Return the share free of the event over time, with log-log limits from Greenwood's variance.

    ``S(t)`` is the product of ``1 - d_i / Y_i`` over times up to t. Its limits are ``S ** exp(±z * s / log S)`` with
    ``s² = sum of d_i / (Y_i (Y_i - d_i))``. Who is last seen at the time of an event still counts as at risk of it.

    Parameters
    ----------
    durations : array-like of numbers, shape (n,)
        Time from start to event or end of observation, at least 0, any unit; without missing values.
    is_event : array-like of bool, shape (n,)
        True where the duration ended in the event, False where observation ended first (censored).
    level : float
        Pointwise coverage of the limits, between 0 and 1.

    Returns
    -------
    SurvivalCurve
        Empty, with a reason, where there are no durations. The standard error is nan once nobody is left.

    Raises
    ------
    ParameterError
        If columns differ in length, a value is missing, a duration is below 0, or ``level`` is outside its range.

    References
    ----------
    Kaplan & Meier (1958), JASA 53(282), 457-481. https://doi.org/10.1080/01621459.1958.10501452
    Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, section 1.4.
    https://doi.org/10.1002/9781118032985

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 2, 4], [True, True, False, True])
    >>> curve.times, curve.share
    (array([1., 2., 4.]), array([0.75, 0.5 , 0.  ]))
    >>> curve.at_risk
    array([4, 3, 1])
    """
    require_level(level)
    time, event = duration_vector(durations), flag_vector(is_event, "is_event")
    require_same_length(durations=time, is_event=event)
    times, at_risk, event_count = count_at_times(time, event)
    share = np.cumprod(1 - event_count / at_risk, dtype=np.float64)
    log_error = np.sqrt(np.cumsum(greenwood_terms(at_risk, event_count)))
    lower, upper = _log_log_limits(share, log_error, level)
    return SurvivalCurve(
        times=times,
        at_risk=at_risk,
        event_count=event_count,
        censored_count=count_at_times(time, 1 - event)[2],
        share=share,
        standard_error=np.where(share > 0, share * log_error, np.nan),
        lower=lower,
        upper=upper,
        event_free=share,
        level=level,
        method=METHOD,
        start=1.0,
        reason=None if time.size else "there are no durations",
    )


def median_survival(curve: SurvivalCurve) -> IntervalEstimate:
    """Return the first time at which at most half are free of the event, with Brookmeyer and Crowley's interval.

    The limits are the first times at which the lower and the upper limit of the curve are at most one half. (Where the
    curve lies at exactly one half for a while, some programs give the middle of that stretch; this gives its start.)

    Parameters
    ----------
    curve : SurvivalCurve
        From :func:`kaplan_meier`.

    Returns
    -------
    IntervalEstimate
        In the unit of the durations. With a reason where the curve or one of its limits does not fall to one half.

    References
    ----------
    Brookmeyer & Crowley (1982), Biometrics 38(1), 29-41. https://doi.org/10.2307/2530286

    Examples
    --------
    >>> median = median_survival(kaplan_meier([1, 2, 3, 4, 5, 6, 7, 8], [True] * 8))
    >>> median.value, median.lower, median.upper
    (4.0, 1.0, 7.0)
    """
    value, lower, upper = (_first_time_at_half(curve.times, line) for line in (curve.share, curve.lower, curve.upper))
    missing = [
        name for name, time in (("curve", value), ("lower limit", lower), ("upper limit", upper)) if time is None
    ]
    reason = curve.reason or (f"the {' and the '.join(missing)} did not fall to one half" if missing else None)
    method = f"{METHOD}, Brookmeyer-Crowley median"
    return IntervalEstimate(value=value, lower=lower, upper=upper, level=curve.level, method=method, reason=reason)


def restricted_mean(curve: SurvivalCurve, horizon: float) -> IntervalEstimate:
    """Return the mean time free of the event within ``horizon``: the area under the curve up to it.

    The variance is the sum over event times of ``A_i² d_i / (Y_i (Y_i - d_i))``, where ``A_i`` is the area from that
    time to the horizon; the interval is normal and kept within 0 and the horizon.

    Parameters
    ----------
    curve : SurvivalCurve
        From :func:`kaplan_meier`.
    horizon : float
        Above 0, in the unit of the durations. State it before looking: the mean depends on it.

    Returns
    -------
    IntervalEstimate
        In the unit of the durations. Without a number, and with a reason, where the horizon lies beyond the last
        observed time while some are still free of the event; without an interval where the data show no spread.

    Raises
    ------
    ParameterError
        If ``horizon`` is not a finite number above 0.

    References
    ----------
    Royston & Parmar (2013), BMC Medical Research Methodology 13, 152. https://doi.org/10.1186/1471-2288-13-152

    Examples
    --------
    >>> restricted_mean(kaplan_meier([1, 2, 3, 4], [True] * 4), horizon=4).value
    2.5
    """
    if not (math.isfinite(horizon) and horizon > 0):
        raise ParameterError(f"horizon must be a finite number above 0; got {horizon!r}.")
    method = f"area under Kaplan-Meier up to {horizon:g}, normal interval"
    reason = why_unknown(curve, horizon)
    if reason:
        return IntervalEstimate(level=curve.level, method=method, reason=reason)
    value, standard_error = _area_and_error(curve, horizon)
    if standard_error == 0:
        reason = f"the durations up to {horizon:g} show no spread"
        return IntervalEstimate(value=value, level=curve.level, method=method, reason=reason)
    half_width = normal_quantile((1 + curve.level) / 2) * standard_error
    lower, upper = max(0.0, value - half_width), min(float(horizon), value + half_width)
    return IntervalEstimate(value=value, lower=lower, upper=upper, level=curve.level, method=method)


def _log_log_limits(share: Array, log_error: Array, level: float) -> tuple[Array, Array]:
    """Return the limits on the scale of log(-log S), nan where S is 1 or 0."""
    inside = (share > 0) & (share < 1)
    log_share = np.log(np.where(inside, share, 0.5))
    spread = normal_quantile((1 + level) / 2) * log_error / np.abs(log_share)
    lower, upper = np.exp(log_share * np.exp(spread)), np.exp(log_share * np.exp(-spread))
    return np.where(inside, lower, np.nan), np.where(inside, upper, np.nan)


def _first_time_at_half(times: Array, line: Array) -> float | None:
    """Return the first time at which a falling line is at most one half, rounding forgiven."""
    places = np.flatnonzero(line <= 0.5 + 1e-12)
    return float(times[places[0]]) if places.size else None


def _area_and_error(curve: SurvivalCurve, horizon: float) -> tuple[float, float]:
    """Return the area under the curve up to the horizon, and its standard error."""
    within = curve.times < horizon
    edges = np.concatenate([[0.0], curve.times[within], [horizon]])
    pieces = np.diff(edges) * np.concatenate([[1.0], curve.share[within]])
    area_after = np.cumsum(pieces[::-1])[::-1][1:]  # from each time within to the horizon
    variance = np.sum(area_after**2 * greenwood_terms(curve.at_risk, curve.event_count)[within])
    return float(np.sum(pieces)), math.sqrt(float(variance))
