"""What if the first day was chosen afterwards, as the worst of its neighbours?

Then the days after it were no worse, which the ratings up to it do not say. The prediction has to hold that too: paths of level
and spell are drawn given the ratings seen, and each counts by the chance that no day of the window is rated above the first one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, require_level
from abate.stats.matrices import lower_root
from abate.stats.regression_to_mean import FallLeft, describe_fall, fall_without_split
from abate.stats.regression_to_mean_courses import RatingScale
from abate.stats.regression_to_mean_intervals import CourseMean
from abate.stats.regression_to_mean_likelihood import PARAMETER_COUNT, covariances_at, layout_of
from abate.stats.regression_to_mean_model import HistoryModel
from abate.stats.regression_to_mean_prediction import Predicted

_STEP = 1e-4
# A mean whose chance error from the draws is larger than this, in points, is not given.
_LARGEST_CHANCE_ERROR = 0.05
_NUDGE = 1e-9


@dataclass(frozen=True, kw_only=True)
class HindsightFall:
    """A fall split under the rule that chose its first day.

    Attributes
    ----------
    fall : FallLeft
    chance_error : float or None
        Standard error of the mean prediction that comes from drawing, in points: with weights w a course's draws are worth
        ``sum(w)² / sum(w²)``.
    """

    fall: FallLeft
    chance_error: float | None


def fall_left_in_hindsight(
    model: HistoryModel, window_day: ArrayLike, draw_count: int = 1000, seed: int = 1, level: float = 0.95
) -> HindsightFall:
    """Return the split of a mean fall where the first day is the worst of a window that looks ahead.

    The fit stays that of :func:`abate.stats.regression_to_mean_model.fit_history_model`; only the prediction holds the rule.
    Errors of ratings are not drawn but integrated over, so that the result is smooth in the parameters, and its derivatives
    for the interval are differences at the same draws.

    Parameters
    ----------
    model : HistoryModel
    window_day : array-like of numbers, shape (n, w)
        Days of the window on which the course, with nothing done, would not have been rated above its first rating; after
        day 0, unless days without a rating before it are to count too. nan where a course has fewer.
    draw_count : int
        Paths for each course.
    seed : int
    level : float

    Returns
    -------
    HindsightFall
        With a reason in place of a split where there is no model, or hardly any path agrees with the rule.

    Raises
    ------
    ParameterError
        If ``window_day`` does not have one row a course, or ``draw_count`` is below 100.
    """
    require_level(level)
    courses = model.courses
    days = np.asarray(window_day, dtype=np.float64)
    if days.ndim != 2 or len(days) != courses.course_count:
        raise ParameterError(f"window_day must have {courses.course_count} rows, one a course; got shape {days.shape}.")
    if draw_count < 100:
        raise ParameterError(f"draw_count must be at least 100; got {draw_count}.")
    if model.refusal is not None:
        fall = fall_without_split(courses, model.refusal, level)
        return HindsightFall(fall=fall, chance_error=None)
    normal = np.random.default_rng(seed).standard_normal((courses.course_count, draw_count, days.shape[1] + 1))
    value, error = _expected_under_rule(model, model.point, days, normal)
    chance_error = float(np.linalg.norm(error)) / len(error)
    if chance_error > _LARGEST_CHANCE_ERROR:
        reason = "too few of the paths drawn agree with the rule that chose the first day"
        return HindsightFall(fall=fall_without_split(courses, reason, level), chance_error=chance_error)
    slopes = np.column_stack(
        [
            (
                _expected_under_rule(model, model.point + step, days, normal)[0]
                - _expected_under_rule(model, model.point - step, days, normal)[0]
            )
            / (2 * _STEP)
            for step in _STEP * np.eye(PARAMETER_COUNT)
        ]
    )
    fall = describe_fall(model, Predicted(value=value, slopes=slopes), level)
    return HindsightFall(fall=_renamed(fall), chance_error=chance_error)


def _renamed(fall: FallLeft) -> FallLeft:
    def named(estimate: CourseMean) -> CourseMean:
        return replace(estimate, method=f"first day the worst of its window; {estimate.method}")

    return replace(fall, expected_final=named(fall.expected_final), natural=named(fall.natural), left=named(fall.left))


def _expected_under_rule(model: HistoryModel, point: Array, window: Array, normal: Array) -> tuple[Array, Array]:
    """Return each course's expected final rating under the rule, and its standard error from drawing."""
    from scipy.special import log_ndtr

    courses = model.courses
    v = float(np.exp(point[4]))
    mean, root = _paths(model, point, np.column_stack([window, courses.final_day]))
    highest = np.where(courses.first >= courses.scale.highest, np.inf, np.floor(courses.first + _NUDGE) + 0.5)
    value, error = np.empty(len(mean)), np.empty(len(mean))
    for course in range(len(mean)):
        path = mean[course] + normal[course] @ root[course].T
        asked = np.isfinite(window[course])
        log_weight = log_ndtr((highest[course] - path[:, :-1][:, asked]) / np.sqrt(v)).sum(axis=1)
        weight = np.exp(log_weight - log_weight.max())
        rating = _rating_at(path[:, -1], v, courses.scale)
        value[course] = weight @ rating / weight.sum()
        error[course] = np.std(rating) * np.sqrt(weight @ weight) / weight.sum()
    return value, error


def _rating_at(path: Array, v: float, scale: RatingScale) -> Array:
    """Return the expected rating where level and spell are known."""
    from scipy.special import ndtr

    expected: Array = scale.highest - ndtr((scale.cuts - path[:, None]) / np.sqrt(v)).sum(axis=1)
    return expected


def _paths(model: HistoryModel, point: Array, day: Array) -> tuple[Array, Array]:
    """Return mean and root of the covariance of ``m + b + w`` on some days, given the ratings seen."""
    courses = model.courses
    tau2, s2, theta, _ = np.exp(point[1:])
    layout = layout_of(courses)
    weight = covariances_at(layout, point).weight
    when = np.where(np.isfinite(day), day, 0.0)
    across = layout.seen[:, None, :] * _covariance(when[:, :, None] - courses.day[:, None, :], tau2, s2, theta)
    own = _covariance(when[:, :, None] - when[:, None, :], tau2, s2, theta)
    gain = np.matmul(across, weight)
    mean = point[0] + np.einsum("nij,nj->ni", gain, layout.seen * (layout.rating - point[0]))
    left = own - np.matmul(gain, np.swapaxes(across, -1, -2))
    # Two of the days may be the same: a trace of independence keeps the root real.
    return mean, lower_root(left + _NUDGE * (tau2 + s2) * np.eye(day.shape[1]))


def _covariance(lag: Array, tau2: float, s2: float, theta: float) -> Array:
    covariance: Array = tau2 + s2 * np.exp(-np.abs(lag) / theta)
    return covariance
