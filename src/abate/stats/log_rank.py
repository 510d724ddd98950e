"""Do two or more groups wait equally long for the event?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, IntArray, Labels, flag_vector, label_vector, require_same_length
from abate.stats.curves import count_at_times, duration_vector, number_at_risk
from abate.stats.distributions import chi_square_upper_tail

# The covariance is singular by nature (the excesses of all groups sum to 0); this tells its zero from rounding.
_RANK_TOLERANCE = 1e-10


@dataclass(frozen=True, kw_only=True)
class LogRankTest:
    """The log-rank test.

    Attributes
    ----------
    groups : tuple of labels
        In sorted order, as the next three.
    counts, observed, expected : tuple of numbers
        Units, events seen, and events expected if all groups had the same hazard.
    statistic, degrees_of_freedom, p_value : float or None
        Chi-square of the test; degrees of freedom are the groups less one (fewer where groups never share a risk set).
    method : str
    reason : str or None
        Why there is no test.
    """

    groups: tuple[Any, ...]
    counts: tuple[int, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    statistic: float | None = None
    degrees_of_freedom: int | None = None
    p_value: float | None = None
    method: str = "log-rank test"
    reason: str | None = None


def test_of_log_rank(durations: ArrayLike, is_event: ArrayLike, group: ArrayLike) -> LogRankTest:
    """Test whether groups have the same hazard of the event at all times.

    At each time with ``d`` events among ``Y`` at risk, group g expects ``d Y_g / Y``; the covariance of the sums of
    observed less expected is the hypergeometric one, ``d (Y - d) / (Y - 1) * (diag(Y_g / Y) - outer(Y_g / Y))``, which
    takes ties into account.

    Parameters
    ----------
    durations : array-like of numbers, shape (n,)
        Time from start to event or end of observation, at least 0; without missing values.
    is_event : array-like of bool, shape (n,)
        True where the duration ended in the event, False where observation ended first.
    group : array-like of labels, shape (n,)
        Numbers or words, of one kind.

    Returns
    -------
    LogRankTest
        Without a p value, and with a reason, where there is one group or none, or no event while several groups are at
        risk.

    Raises
    ------
    ParameterError
        If columns differ in length, a value is missing, or a duration is below 0.

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports 50(3), 163-170.
    Peto & Peto (1972), JRSS A 135(2), 185-207. https://doi.org/10.2307/2344317

    Examples
    --------
    >>> result = test_of_log_rank([1, 2, 3, 4], [True, True, True, True], ["a", "a", "b", "b"])
    >>> result.observed, round(result.statistic, 3), result.degrees_of_freedom
    ((2, 2), 2.882, 1)
    """
    time, event, labels = duration_vector(durations), flag_vector(is_event, "is_event"), label_vector(group, "group")
    require_same_length(durations=time, is_event=event, group=labels)
    groups, place = np.unique(labels, return_inverse=True)
    observed = np.bincount(place, weights=event, minlength=groups.size)
    expected, covariance = _expected_events(time, event, place, groups.size)
    statistic, degrees_of_freedom = _chi_square(observed - expected, covariance)
    return LogRankTest(
        groups=tuple(groups.tolist()),
        counts=tuple(np.bincount(place, minlength=groups.size).tolist()),
        observed=tuple(observed.astype(int).tolist()),
        expected=tuple(expected.tolist()),
        statistic=statistic,
        degrees_of_freedom=degrees_of_freedom if statistic is not None else None,
        p_value=None if statistic is None else chi_square_upper_tail(statistic, degrees_of_freedom),
        reason=None if statistic is not None else _why_no_test(groups, event),
    )


def _expected_events(time: Array, event: Array, place: IntArray, group_count: int) -> tuple[Array, Array]:
    """Return each group's expected events and the covariance of observed less expected."""
    times, at_risk, event_count = count_at_times(time, event)
    if group_count == 0:
        return np.zeros(0), np.zeros((0, 0))
    group_at_risk = np.array([number_at_risk(time[place == g], times) for g in range(group_count)])
    shares = group_at_risk / at_risk  # shape (groups, times)
    spread = event_count * (at_risk - event_count) / np.maximum(at_risk - 1, 1)
    covariance = np.diag(shares @ spread) - (shares * spread) @ shares.T
    return shares @ event_count, covariance


def _chi_square(excess: Array, covariance: Array) -> tuple[float | None, int]:
    """Return the chi-square of observed less expected, and its degrees of freedom: the rank of their covariance."""
    degrees_of_freedom = int(np.linalg.matrix_rank(covariance, rtol=_RANK_TOLERANCE, hermitian=True))
    if degrees_of_freedom == 0:
        return None, 0
    inverse = np.linalg.pinv(covariance, rtol=_RANK_TOLERANCE, hermitian=True)
    return float(excess @ inverse @ excess), degrees_of_freedom


def _why_no_test(groups: Labels, event: Array) -> str:
    if groups.size < 2:
        return "there are no durations" if groups.size == 0 else "there is one group only"
    return "no event came while several groups were at risk" if event.any() else "no group has an event"
