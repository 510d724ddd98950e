"""What does each study say, on a scale on which its error is nearly normal?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector, require_same_length


class Scale(Enum):
    """On which scale effects are pooled; the pooled number is turned back from it."""

    IDENTITY = "identity"
    LOGIT = "logit"
    LOG = "log"


@dataclass(frozen=True, kw_only=True, eq=False)
class StudyEffects:
    """One effect a study, with its sampling variance.

    Attributes
    ----------
    effect, variance : array of float64, shape (k,)
        On ``scale``; empty where ``reason`` is given.
    scale : Scale
        What was done to the data.
    corrected_count : int
        Studies to whose counts ``zero_addend`` was added.
    zero_addend : float or None
        What was added, None where the caller asked for nothing.
    reason : str or None
        Why a study has no effect or no variance on this scale.
    """

    effect: Array
    variance: Array
    scale: Scale = Scale.IDENTITY
    corrected_count: int = 0
    zero_addend: float | None = None
    reason: str | None = None


def effects_given(effects: ArrayLike, variances: ArrayLike, scale: Scale = Scale.IDENTITY) -> StudyEffects:
    """Return effects that were found elsewhere, such as differences of means or log risk ratios.

    Parameters
    ----------
    effects : array-like of numbers, shape (k,)
        Already on ``scale``; independent of each other.
    variances : array-like of numbers, shape (k,)
        Squares of the standard errors, above 0.
    scale : Scale
        LOG turns pooled log ratios back into ratios; IDENTITY leaves them.

    Returns
    -------
    StudyEffects

    Raises
    ------
    ParameterError
        If the columns differ in length, a number is missing, or a variance is not above 0.

    Examples
    --------
    >>> effects_given([-0.9, -1.6], [0.33, 0.19]).variance.tolist()
    [0.33, 0.19]
    """
    effect, variance = number_vector(effects, "effects"), number_vector(variances, "variances")
    require_same_length(effects=effect, variances=variance)
    _require_above(variance, 0, "variances")
    return StudyEffects(effect=effect, variance=variance, scale=scale)


def effects_of_means(means: ArrayLike, sds: ArrayLike, counts: ArrayLike) -> StudyEffects:
    """Return each study's mean with the variance ``sd² / n``.

    Parameters
    ----------
    means, sds : array-like of numbers, shape (k,)
        Mean and sample standard deviation, all in one unit.
    counts : array-like of whole numbers, shape (k,)
        Units behind each mean, at least 2.

    Returns
    -------
    StudyEffects
        Empty, with a reason, where a study's standard deviation is 0.

    Raises
    ------
    ParameterError
        If the columns differ in length, a number is missing, a standard deviation below 0, or a count below 2 or not
        whole.

    Examples
    --------
    >>> effects_of_means([-3.0], [2.0], [16]).variance.tolist()
    [0.25]
    """
    mean, sd = number_vector(means, "means"), number_vector(sds, "sds")
    count = _count_vector(counts, "counts")
    require_same_length(means=mean, sds=sd, counts=count)
    _require_above(count, 1, "counts")
    if np.any(sd < 0):
        raise ParameterError(f"sds must be at least 0; {int(np.count_nonzero(sd < 0))} are below.")
    if np.any(sd == 0):
        return _without(f"{_studies(sd == 0)} a standard deviation of 0, so no finite weight", Scale.IDENTITY)
    return StudyEffects(effect=mean, variance=sd**2 / count)


def effects_of_proportions(
    numerators: ArrayLike, denominators: ArrayLike, *, zero_addend: float | None = None
) -> StudyEffects:
    """Return each study's log odds ``log(x / (n - x))`` with the variance ``1/x + 1/(n - x)``.

    Where a study has none or all, its log odds are infinite. Nothing is done about it unless ``zero_addend`` says so:
    it is then added to ``x`` and to ``n - x`` of those studies alone. It pulls them towards one half, and the answer
    can depend on it: compare two of them.

    Parameters
    ----------
    numerators, denominators : array-like of whole numbers, shape (k,)
        Units with the property and units judged, in each study.
    zero_addend : float, optional
        Above 0; 0.5 is usual.

    Returns
    -------
    StudyEffects
        Empty, with a reason that names the studies by place (the first is 1), where a study has none or all and no
        ``zero_addend`` was given.

    Raises
    ------
    ParameterError
        If the columns differ in length, a count is not whole or impossible, a denominator is 0, or ``zero_addend`` is
        not above 0.

    References
    ----------
    Stijnen, Hamza & Ozdemir (2010), Statistics in Medicine 29(29), 3046-3067.

    Examples
    --------
    >>> effects_of_proportions([6, 13], [6, 17]).reason
    'study 1 has none or all with the property, so infinite log odds; leave it out or choose a zero_addend'
    >>> effects_of_proportions([6, 13], [6, 17], zero_addend=0.5).corrected_count
    1
    """
    seen, judged = _count_vector(numerators, "numerators"), _count_vector(denominators, "denominators")
    require_same_length(numerators=seen, denominators=judged)
    _require_above(judged, 0, "denominators")
    if np.any(seen > judged):
        raise ParameterError(
            "numerators must be at most the denominators; in some study more have it than were judged."
        )
    is_extreme = (seen == 0) | (seen == judged)
    addend = _addends(is_extreme, zero_addend)
    if addend is None:
        return _without(f"{_studies(is_extreme)} none or all with the property, so infinite log odds", Scale.LOGIT)
    with_it, without_it = seen + addend, judged - seen + addend
    return StudyEffects(
        effect=np.log(with_it / without_it),
        variance=1 / with_it + 1 / without_it,
        scale=Scale.LOGIT,
        corrected_count=int(np.count_nonzero(is_extreme)),
        zero_addend=zero_addend,
    )


def effects_of_rates(
    event_counts: ArrayLike, exposures: ArrayLike, *, zero_addend: float | None = None
) -> StudyEffects:
    """Return each study's log rate ``log(x / T)`` with the variance ``1 / x``.

    A study without an event has no log rate. Nothing is done about it unless ``zero_addend`` says so: it is then added
    to the events of those studies alone.

    Parameters
    ----------
    event_counts : array-like of whole numbers, shape (k,)
        Events in each study; they come singly and independently.
    exposures : array-like of numbers, shape (k,)
        Total exposure in each study, above 0, all in one unit.
    zero_addend : float, optional
        Above 0; 0.5 is usual.

    Returns
    -------
    StudyEffects
        Empty, with a reason, where a study has no event and no ``zero_addend`` was given.

    Raises
    ------
    ParameterError
        As for :func:`effects_of_proportions`, and if an exposure is not above 0.

    Examples
    --------
    >>> effects_of_rates([4, 1], [4.0, 2.0]).variance.tolist()
    [0.25, 1.0]
    """
    events, exposure = _count_vector(event_counts, "event_counts"), number_vector(exposures, "exposures")
    require_same_length(event_counts=events, exposures=exposure)
    _require_above(exposure, 0, "exposures")
    addend = _addends(events == 0, zero_addend)
    if addend is None:
        return _without(f"{_studies(events == 0)} no event, so no log rate", Scale.LOG)
    return StudyEffects(
        effect=np.log((events + addend) / exposure),
        variance=1 / (events + addend),
        scale=Scale.LOG,
        corrected_count=int(np.count_nonzero(events == 0)),
        zero_addend=zero_addend,
    )


def _count_vector(counts: ArrayLike, name: str) -> Array:
    """Return whole numbers of at least 0."""
    vector = number_vector(counts, name)
    bad_count = int(np.count_nonzero((vector < 0) | (vector != np.floor(vector))))
    if bad_count:
        raise ParameterError(f"{name} must be whole numbers of at least 0; {bad_count} of {vector.size} are not.")
    return vector


def _require_above(vector: Array, bound: float, name: str) -> None:
    bad_count = int(np.count_nonzero(vector <= bound))
    if bad_count:
        raise ParameterError(f"{name} must be above {bound:g} in every study; in {bad_count} it is not.")


def _addends(is_extreme: NDArray[np.bool_], zero_addend: float | None) -> Array | None:
    """Return what to add to each study's counts, None where something is needed and nothing was asked for."""
    if zero_addend is not None and not (np.isfinite(zero_addend) and zero_addend > 0):
        raise ParameterError(f"zero_addend must be a number above 0, such as 0.5; got {zero_addend!r}.")
    if zero_addend is None:
        return None if np.any(is_extreme) else np.zeros(is_extreme.size)
    return np.where(is_extreme, zero_addend, 0.0)


def _studies(is_meant: NDArray[np.bool_]) -> str:
    """Return the studies that are meant, by place, with their verb."""
    places = [str(place + 1) for place in np.flatnonzero(is_meant)]
    return f"study {places[0]} has" if len(places) == 1 else f"studies {', '.join(places)} have"


def _without(reason: str, scale: Scale) -> StudyEffects:
    """Return no effects, and the reason."""
    advice = "" if scale is Scale.IDENTITY else "; leave it out or choose a zero_addend"
    return StudyEffects(effect=np.empty(0), variance=np.empty(0), scale=scale, reason=reason + advice)
