"""How sure is a curve at one time when a person has more than one course?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, label_vector, require_same_length
from abate.stats.clustered import clustered_mean_interval
from abate.stats.competing_events import IncidenceCurve, aalen_johansen
from abate.stats.curves import StepCurve, share_at
from abate.stats.distributions import normal_quantile
from abate.stats.intervals import IntervalEstimate
from abate.stats.survival import kaplan_meier

KAPLAN_MEIER = "Kaplan-Meier, log-log interval, cluster-robust (infinitesimal jackknife)"
AALEN_JOHANSEN = "Aalen-Johansen, log(-log) interval, cluster-robust (infinitesimal jackknife)"


@dataclass(frozen=True, kw_only=True)
class ClusteredShare(IntervalEstimate):
    """A share read off a curve, with an interval that allows for courses of one cluster being alike.

    Attributes
    ----------
    standard_error : float or None
        None where no interval can be given.
    cluster_count : int
        Number of clusters (persons).
    """

    standard_error: float | None = None
    cluster_count: int


def clustered_survival_at(
    durations: ArrayLike, is_event: ArrayLike, cluster: ArrayLike, time: float, level: float = 0.95
) -> ClusteredShare:
    """Return the Kaplan-Meier share free of the event just after ``time``, with a cluster-robust log-log interval.

    The variance is that of the sums, within clusters, of every course's influence on the share: how much the share would
    move if the course counted a little more (infinitesimal jackknife), with the factor G / (G - 1) for G clusters. With
    one course a cluster and no censoring it is that of a share, ``S (1 - S) / (n - 1)``.

    Parameters
    ----------
    durations, is_event : array-like, shape (n,)
        As for :func:`abate.stats.survival.kaplan_meier`.
    cluster : array-like of labels, shape (n,)
        Whose duration it is. Clusters are independent of each other.
    time : float
        In the unit of the durations, at least 0.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    ClusteredShare
        From 0 to 1. Without a number, and with a reason, where nobody was observed so long; without an interval where
        the share is 0 or 1 or there are fewer than two clusters.

    Raises
    ------
    ParameterError
        If columns differ in length, a value or label is missing, a duration is below 0, or ``time`` or ``level`` is
        outside its range.

    References
    ----------
    Ying & Wei (1994), Journal of Multivariate Analysis 50(1), 17-29. https://doi.org/10.1006/jmva.1994.1031

    Examples
    --------
    >>> share = clustered_survival_at([1, 2, 3, 4], [True] * 4, ["a", "b", "c", "d"], time=2)
    >>> share.value, round(share.standard_error, 4)  # sqrt(0.5 * 0.5 / 3)
    (0.5, 0.2887)
    """
    curve = kaplan_meier(durations, is_event, level)
    influence = -_influence(curve, np.asarray(durations, np.float64), np.asarray(is_event, np.float64), 1, time)
    return _with_interval(share_at(curve, time), influence, cluster, KAPLAN_MEIER)


def clustered_incidence_at(
    durations: ArrayLike,
    event_kinds: ArrayLike,
    cluster: ArrayLike,
    time: float,
    kind: int = 1,
    level: float = 0.95,
) -> ClusteredShare:
    """Return the Aalen-Johansen share that has had the event by ``time``, with a cluster-robust interval.

    The variance is found as in :func:`clustered_survival_at`.

    Parameters
    ----------
    durations, event_kinds, kind
        As for :func:`abate.stats.competing_events.aalen_johansen`.
    cluster, time, level
        As for :func:`clustered_survival_at`.

    Returns
    -------
    ClusteredShare
        As for :func:`clustered_survival_at`.

    Raises
    ------
    ParameterError
        As for :func:`clustered_survival_at`, and if ``event_kinds`` or ``kind`` are no kinds of events.

    References
    ----------
    Ying & Wei (1994), Journal of Multivariate Analysis 50(1), 17-29. https://doi.org/10.1006/jmva.1994.1031

    Examples
    --------
    >>> share = clustered_incidence_at([1, 2, 3, 4], [1, 2, 1, 2], ["a", "a", "b", "b"], time=2)
    >>> share.value, share.cluster_count
    (0.25, 2)
    """
    curve = aalen_johansen(durations, event_kinds, kind, level)
    influence = _influence(curve, np.asarray(durations, np.float64), np.asarray(event_kinds, np.float64), kind, time)
    return _with_interval(share_at(curve, time), influence, cluster, AALEN_JOHANSEN)


def _influence(curve: StepCurve, durations: Array, event_kinds: Array, kind: int, time: float) -> Array:
    """Return each course's derivative of the incidence at ``time`` with respect to its weight, shape (n,).

    With hazards ``h1 = d1 / Y`` of this kind and ``h = d / Y`` of any, ``F = sum of S(t-) h1`` and a change of the
    weights moves F by ``sum of S(t-) dh1 - (F - F(t)) dh / (1 - h)`` over times t up to ``time``, where a course moves h
    by ``(1 if its event is at t else 0) - h``, over Y, as long as it is at risk.
    """
    is_counted = curve.times <= time
    if not np.any(is_counted):
        return np.zeros(durations.size)
    free_before = np.concatenate([[1.0], curve.event_free])[: curve.times.size]
    any_hazard = _any_count(curve) / curve.at_risk
    hazard = curve.event_count / curve.at_risk
    share = 1 - curve.share if curve.start else curve.share
    still_to_come = np.where(is_counted, share[is_counted][-1] - share, 0.0)
    per_any = still_to_come / np.where(any_hazard < 1, 1 - any_hazard, 1.0) / curve.at_risk
    per_own = free_before / curve.at_risk
    lost_at_risk = np.cumsum(np.where(is_counted, per_own * hazard - per_any * any_hazard, 0.0))
    place = np.searchsorted(curve.times, durations)
    own = np.where(event_kinds == kind, per_own[place], 0.0) - np.where(event_kinds != 0, per_any[place], 0.0)
    influence: Array = np.where(is_counted[place], own, 0.0) - lost_at_risk[place]
    return influence


def _any_count(curve: StepCurve) -> Array:
    """Return how many had an event of any kind at each time."""
    competing = curve.competing_count if isinstance(curve, IncidenceCurve) else 0
    return (curve.event_count + competing).astype(np.float64)


def _with_interval(plain: IntervalEstimate, influence: Array, cluster: ArrayLike, method: str) -> ClusteredShare:
    """Return the share with limits ``share ** exp(±z * se / (share log share))`` from the clusters' influence."""
    labels = label_vector(cluster, "cluster")
    require_same_length(durations=influence, cluster=labels)
    moved = clustered_mean_interval(influence * influence.size, labels)
    share, level = plain.value, plain.level
    if share is None or not 0 < share < 1 or moved.standard_error is None:
        reason = plain.reason or moved.reason
        return ClusteredShare(value=share, level=level, method=method, reason=reason, cluster_count=moved.cluster_count)
    spread = normal_quantile((1 + level) / 2) * moved.standard_error / (share * abs(math.log(share)))
    return ClusteredShare(
        value=share,
        lower=share ** math.exp(spread),
        upper=share ** math.exp(-spread),
        level=level,
        method=method,
        standard_error=moved.standard_error,
        cluster_count=moved.cluster_count,
    )
