"""Who is at risk when, and what does a curve that falls or rises in steps say at one time?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, number_vector
from abate.stats.intervals import IntervalEstimate


@dataclass(frozen=True, kw_only=True, eq=False)
class StepCurve:
    """A share over time: one element for each distinct observed time, in rising order.

    Attributes
    ----------
    times : array of float64, shape (m,)
        Distinct durations, whether or not an event came then.
    at_risk, event_count, censored_count : array of int64, shape (m,)
        Units observed and without an event just before each time; how many had the event at it; how many were last seen
        at it.
    share : array of float64, shape (m,)
        The estimate just after each time, from 0 to 1.
    standard_error : array of float64, shape (m,)
        nan where it cannot be given.
    lower, upper : array of float64, shape (m,)
        Pointwise limits; nan where the share is 0 or 1, because the scale of the interval ends there.
    event_free : array of float64, shape (m,)
        Share without an event of any kind just after each time.
    level : float
        Pointwise coverage of the limits.
    method : str
        How the curve and its limits were found.
    start : float
        The share before the first time.
    reason : str or None
        Why the curve is empty.
    """

    times: Array
    at_risk: IntArray
    event_count: IntArray
    censored_count: IntArray
    share: Array
    standard_error: Array
    lower: Array
    upper: Array
    event_free: Array
    level: float
    method: str
    start: float
    reason: str | None = None


def share_at(curve: StepCurve, time: float) -> IntervalEstimate:
    """Return a curve's share just after ``time``, with its interval.

    Parameters
    ----------
    curve : StepCurve
        From :func:`abate.stats.survival.kaplan_meier` or :func:`abate.stats.competing_events.aalen_johansen`.
    time : float
        In the unit of the durations, at least 0.

    Returns
    -------
    IntervalEstimate
        From 0 to 1. Without a number, and with a reason, where nobody was observed so long; without an interval where
        the share is 0 or 1.

    Raises
    ------
    ParameterError
        If ``time`` is below 0 or not finite.

    Examples
    --------
    >>> from abate.stats.survival import kaplan_meier
    >>> share_at(kaplan_meier([1, 2, 2, 4], [True, True, False, True]), time=3).value
    0.5
    """
    if not (math.isfinite(time) and time >= 0):
        raise ParameterError(f"time must be a finite number of at least 0; got {time!r}.")
    reason = why_unknown(curve, time)
    if reason:
        return IntervalEstimate(level=curve.level, method=curve.method, reason=reason)
    place = int(np.searchsorted(curve.times, time, side="right")) - 1
    value = curve.start if place < 0 else float(curve.share[place])
    if place < 0 or math.isnan(curve.lower[place]):
        reason = f"a share of {value:g} has no interval on this scale"
        return IntervalEstimate(value=value, level=curve.level, method=curve.method, reason=reason)
    lower, upper = float(curve.lower[place]), float(curve.upper[place])
    return IntervalEstimate(value=value, lower=lower, upper=upper, level=curve.level, method=curve.method)


def why_unknown(curve: StepCurve, time: float) -> str | None:
    """Return why a curve says nothing at ``time``, None where it does.

    It is unknown beyond the last observed time, unless everybody has had an event by then.

    Examples
    --------
    >>> from abate.stats.survival import kaplan_meier
    >>> why_unknown(kaplan_meier([1, 2], [True, False]), time=3)
    'nobody was observed beyond 2'
    """
    if curve.reason:
        return curve.reason
    is_beyond = time > curve.times[-1] and curve.event_free[-1] > 0
    return f"nobody was observed beyond {curve.times[-1]:g}" if is_beyond else None


def number_at_risk(durations: ArrayLike, times: ArrayLike) -> IntArray:
    """Return how many are still observed, without an event yet, just before each of the given times.

    Parameters
    ----------
    durations : array-like of numbers, shape (n,)
        Time from start to event or end of observation, at least 0; without missing values.
    times : array-like of numbers, shape (k,)
        Where to count, such as the ticks under a figure, in the unit of the durations.

    Returns
    -------
    array of int64, shape (k,)

    Raises
    ------
    ParameterError
        If a value is missing or a duration below 0.

    Examples
    --------
    >>> number_at_risk([1, 2, 2, 4], [0, 2, 3])
    array([4, 3, 1])
    """
    ordered = np.sort(duration_vector(durations))
    counts: IntArray = ordered.size - np.searchsorted(ordered, number_vector(times, "times"), side="left")
    return counts


def duration_vector(durations: ArrayLike) -> Array:
    """Return durations as numbers, refusing those below 0.

    Raises
    ------
    ParameterError
        If a duration is missing, infinite or below 0.

    Examples
    --------
    >>> duration_vector([0, 2.5])
    array([0. , 2.5])
    """
    vector = number_vector(durations, "durations")
    below_count = int(np.count_nonzero(vector < 0))
    if below_count:
        raise ParameterError(
            f"durations must be at least 0; {below_count} of {vector.size} are below. Check the starts."
        )
    return vector


def count_at_times(durations: Array, is_counted: Array) -> tuple[Array, IntArray, IntArray]:
    """Return the distinct times, how many are at risk just before each, and how many of the counted kind end at each.

    Examples
    --------
    >>> count_at_times(np.array([1.0, 2.0, 2.0]), np.array([1.0, 1.0, 0.0]))
    (array([1., 2.]), array([3, 2]), array([1, 1]))
    """
    times, place, counts = np.unique(durations, return_inverse=True, return_counts=True)
    at_risk = durations.size - np.cumsum(counts) + counts
    counted = np.bincount(place, weights=is_counted, minlength=times.size).astype(np.int64)
    return times, at_risk, counted


def greenwood_terms(at_risk: IntArray, event_count: IntArray) -> Array:
    """Return ``d / (Y (Y - d))`` for each time, and 0 for the last one if everybody left had the event.

    There the share free of it falls to 0, and the term, which would be infinite, is never needed: nothing comes after.

    Examples
    --------
    >>> greenwood_terms(np.array([2, 1]), np.array([1, 1]))
    array([0.5, 0. ])
    """
    remaining = at_risk - event_count
    return np.where(remaining > 0, event_count / (at_risk * np.maximum(remaining, 1)), 0.0)
