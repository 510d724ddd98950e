"""What share has had this event by each time, when another event can come first and end the wait?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, number_vector, require_level, require_same_length
from abate.stats.curves import StepCurve, count_at_times, duration_vector, greenwood_terms
from abate.stats.distributions import normal_quantile

METHOD = "Aalen-Johansen, log(-log) interval (delta method)"


@dataclass(frozen=True, kw_only=True, eq=False)
class IncidenceCurve(StepCurve):
    """Aalen-Johansen estimate: ``share`` has had the event, and is 0 before the first time.

    Attributes
    ----------
    competing_count : array of int64, shape (m,)
        How many had another kind of event at each time.
    """

    competing_count: IntArray


def aalen_johansen(durations: ArrayLike, event_kinds: ArrayLike, kind: int = 1, level: float = 0.95) -> IncidenceCurve:
    """Return the cumulative incidence of one kind of event in the presence of others.

    ``F(t)`` is the sum of ``S(t_i-) d_i / Y_i`` over times up to t, where S is the share free of events of every kind
    and ``d_i`` counts those of this kind. One minus Kaplan-Meier with the other kinds censored would be too large.
    Events at one time are one step; who is last seen then still counts as at risk.

    With ``D_i`` all events at ``t_i`` and ``f_i = F(t) - F(t_i)``, the variance of ``F(t)`` is the sum over times up to
    t of ``f_i² D_i / (Y_i (Y_i - D_i)) + S(t_i-)² d_i (Y_i - d_i) / Y_i³ - 2 f_i S(t_i-) d_i / Y_i²``, and the limits
    are ``F ** exp(±z * se / (F log F))``.

    Parameters
    ----------
    durations : array-like of numbers, shape (n,)
        Time from start to the first event or end of observation, at least 0, any unit; without missing values.
    event_kinds : array-like of int, shape (n,)
        0 where observation ended without an event (censored), else the number of the kind that came first.
    kind : int
        The kind whose incidence is wanted, at least 1.
    level : float
        Pointwise coverage of the limits, between 0 and 1.

    Returns
    -------
    IncidenceCurve
        Empty, with a reason, where there are no durations.

    Raises
    ------
    ParameterError
        If columns differ in length, a value is missing, a duration is below 0, a kind is not a whole number of at least
        0, or ``kind`` or ``level`` is outside its range.

    References
    ----------
    Aalen & Johansen (1978), Scandinavian Journal of Statistics 5(3), 141-150. https://www.jstor.org/stable/4615704
    Coviello & Boggess (2004), The Stata Journal 4(2), 103-112. https://doi.org/10.1177/1536867X0400400201
    (variance and limits, after Gaynor et al. 1993 and Choudhury 2002)

    Examples
    --------
    >>> curve = aalen_johansen(durations=[1, 2, 3, 4], event_kinds=[1, 2, 1, 0])
    >>> curve.share
    array([0.25, 0.25, 0.5 , 0.5 ])
    >>> round(float(curve.standard_error[0]), 4)  # one of four: sqrt(0.25 * 0.75 / 4)
    0.2165
    """
    require_level(level)
    time, kinds = duration_vector(durations), _checked_kinds(event_kinds, kind)
    require_same_length(durations=time, event_kinds=kinds)
    times, at_risk, any_count = count_at_times(time, (kinds != 0).astype(np.float64))
    event_count = count_at_times(time, (kinds == kind).astype(np.float64))[2]
    event_free = np.cumprod(1 - any_count / at_risk, dtype=np.float64)
    free_before = np.concatenate([[1.0], event_free])[: times.size]
    share = np.cumsum(free_before * event_count / at_risk)
    standard_error = np.sqrt(_variance(share, free_before, at_risk, any_count, event_count))
    lower, upper = _limits(share, standard_error, level)
    return IncidenceCurve(
        times=times,
        at_risk=at_risk,
        event_count=event_count,
        competing_count=any_count - event_count,
        censored_count=count_at_times(time, (kinds == 0).astype(np.float64))[2],
        share=share,
        standard_error=standard_error,
        lower=lower,
        upper=upper,
        event_free=event_free,
        level=level,
        method=METHOD,
        start=0.0,
        reason=None if time.size else "there are no durations",
    )


def _checked_kinds(event_kinds: ArrayLike, kind: int) -> Array:
    """Return the kinds as numbers, refusing fractions and numbers below 0."""
    kinds = number_vector(event_kinds, "event_kinds")
    odd_count = int(np.count_nonzero((kinds < 0) | (kinds != np.floor(kinds))))
    if odd_count:
        raise ParameterError(
            f"event_kinds must be 0 (no event) or the whole number of a kind; found {odd_count} other values."
        )
    if kind < 1 or kind != int(kind):
        raise ParameterError(
            f"kind must be a whole number of at least 1; got {kind!r}. 0 means that no event was seen."
        )
    return kinds


def _variance(share: Array, free_before: Array, at_risk: IntArray, any_count: IntArray, event_count: IntArray) -> Array:
    """Return the variance of the share at each time (formula in :func:`aalen_johansen`).

    With running sums in place of a double loop: the square of F(t) - F(t_i) is multiplied out.
    """
    before_step = greenwood_terms(at_risk, any_count)
    own_step = free_before**2 * event_count * (at_risk - event_count) / at_risk.astype(np.float64) ** 3
    both = free_before * event_count / at_risk.astype(np.float64) ** 2
    variance = (
        share**2 * np.cumsum(before_step)
        - 2 * share * np.cumsum(share * before_step)
        + np.cumsum(share**2 * before_step)
        + np.cumsum(own_step)
        - 2 * share * np.cumsum(both)
        + 2 * np.cumsum(share * both)
    )
    return np.maximum(variance, 0.0)  # rounding can leave a hair below 0


def _limits(share: Array, standard_error: Array, level: float) -> tuple[Array, Array]:
    """Return the limits on the scale of log(-log F), nan where F is 0 or 1 or has no spread."""
    inside = (share > 0) & (share < 1) & (standard_error > 0)
    log_share = np.log(np.where(inside, share, 0.5))
    spread = normal_quantile((1 + level) / 2) * standard_error / np.where(inside, share, 1.0) / np.abs(log_share)
    lower, upper = np.exp(log_share * np.exp(spread)), np.exp(log_share * np.exp(-spread))
    return np.where(inside, lower, np.nan), np.where(inside, upper, np.nan)
