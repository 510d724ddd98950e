"""What would a later rating be, given one's own earlier ratings and the first one, had nothing been done?

The model's prediction is a normal number for each course. Only here it meets the scale: ratings are whole and end at its ends.
Each result carries its derivatives in the five parameters, so that an interval can cover them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array
from abate.stats.regression_to_mean_courses import RatingScale
from abate.stats.regression_to_mean_likelihood import PARAMETER_COUNT, covariances_at, layout_of
from abate.stats.regression_to_mean_model import HistoryModel

Flags = NDArray[np.bool_]

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Prediction:
    """A rating to come before rounding: a normal number for each course.

    Attributes
    ----------
    mean, variance : array of float64, shape (n,)
        In points and points squared; the variance holds level, spell and the error of the rating.
    mean_slopes, variance_slopes : array of float64, shape (n, 5)
        Their derivatives in ``(m, log tau2, log s2, log theta, log v)``.
    """

    mean: Array
    variance: Array
    mean_slopes: Array
    variance_slopes: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Predicted:
    """A number for each course with its derivatives.

    Attributes
    ----------
    value : array of float64, shape (n,)
        nan where the question has no answer for a course.
    slopes : array of float64, shape (n, 5)
    """

    value: Array
    slopes: Array


def predict_rating(model: HistoryModel, day: ArrayLike, given: Flags | None = None) -> Prediction:
    """Return what a rating would be on a day, given ratings of the same course.

    With ``c`` the covariances of that rating with the given ones, V theirs and y those ratings: mean
    ``m + c'V^-1(y - m)``, variance ``tau2 + s2 + v - c'V^-1 c`` (empirical Bayes).

    Parameters
    ----------
    model : HistoryModel
        With numbers.
    day : array-like of numbers, shape (n,) or a number
        Days from the first rating.
    given : array of bool, shape (n, 1 + k), optional
        Which of the courses' ratings are known; all where it is not given.

    Returns
    -------
    Prediction

    Raises
    ------
    ParameterError
        If a day is not finite.
    """
    courses = model.courses
    days = np.broadcast_to(np.asarray(day, dtype=np.float64), (courses.course_count,))
    if not np.all(np.isfinite(days)):
        raise ParameterError("day must be finite: one number, or one for each course.")
    point = model.point
    tau2, s2, theta, v = np.exp(point[1:])
    layout = layout_of(courses, given)
    covariances = covariances_at(layout, point)
    scaled = layout.seen * np.abs(days[:, None] - courses.day) / theta
    spell = layout.seen * s2 * np.exp(-scaled)
    c = tau2 * layout.seen + spell
    c_slopes = np.stack([tau2 * layout.seen, spell, spell * scaled, np.zeros_like(spell)])
    a = np.einsum("nij,nj->ni", covariances.weight, layout.seen * (layout.rating - point[0]))
    g = np.einsum("nij,nj->ni", covariances.weight, c)
    pull = np.einsum("jnik,nk->jni", covariances.slopes, g)  # V_j V^-1 c
    own_slopes = np.array([tau2, s2, 0.0, v])
    mean_slopes = np.einsum("jni,ni->nj", c_slopes - pull, a)
    variance_slopes = own_slopes - np.einsum("jni,ni->nj", 2 * c_slopes - pull, g)
    return Prediction(
        mean=point[0] + np.sum(c * a, axis=1),
        variance=tau2 + s2 + v - np.sum(c * g, axis=1),
        mean_slopes=np.column_stack([1 - g.sum(axis=1), mean_slopes]),
        variance_slopes=np.column_stack([np.zeros(len(c)), variance_slopes]),
    )


def expected_rating(prediction: Prediction, scale: RatingScale) -> Predicted:
    """Return the expectation of the rounded rating on its scale: ``highest - sum over cuts of Phi((cut - mean) / sd)``."""
    value = np.full(len(prediction.mean), float(scale.highest))
    slopes = np.zeros((len(value), PARAMETER_COUNT))
    for cut in scale.cuts:
        below = _chance_below(prediction, np.full(len(value), cut))
        value -= below.value
        slopes -= below.slopes
    return Predicted(value=value, slopes=slopes)


def chance_of_at_most(prediction: Prediction, limit: Array, scale: RatingScale) -> Predicted:
    """Return the chance that the rounded rating is at most a limit, which may be nan or no whole number, shape (n,)."""
    whole = np.floor(limit + _ROUNDING)
    cut = np.where(whole < scale.lowest, -np.inf, np.where(whole >= scale.highest, np.inf, whole + 0.5))
    return _chance_below(prediction, np.where(np.isnan(limit), np.nan, cut))


def _chance_below(prediction: Prediction, cut: Array) -> Predicted:
    """Return the chance that the normal number is below a cut, which may be infinite."""
    from scipy.special import ndtr

    sd = np.sqrt(prediction.variance)
    z = (cut - prediction.mean) / sd
    finite_z = np.where(np.isfinite(z), z, 0.0)
    density = np.where(np.isinf(z), 0.0, np.exp(-0.5 * finite_z**2) / np.sqrt(2 * np.pi))
    by_mean = -density / sd
    by_variance = -density * finite_z / (2 * prediction.variance)
    slopes = by_mean[:, None] * prediction.mean_slopes + by_variance[:, None] * prediction.variance_slopes
    return Predicted(value=np.asarray(ndtr(z), dtype=np.float64), slopes=slopes)
