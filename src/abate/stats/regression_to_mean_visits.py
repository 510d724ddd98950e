"""How much of a fall is left where earlier visits were asked for because it was bad?

Ratings at such visits are too high: nobody comes on a good day. If visits come the likelier the worse the pain is, with a log
chance that rises by gamma a point, then pain that is normal keeps its covariance, and its mean at time j is raised by
``gamma * sum over those visits k of cov(P_j, P_k)``. A diary, or visits planned beforehand, tell gamma from the level;
without either nothing does, and there is no number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, require_level
from abate.stats.regression_to_mean import FallLeft, describe_fall, fall_left, fall_without_split
from abate.stats.regression_to_mean_climb import Top, climb_within
from abate.stats.regression_to_mean_courses import NUMERIC_RATING_SCALE, RatedCourses, RatingScale, checked_courses
from abate.stats.regression_to_mean_intervals import CourseMean, mean_from_influence, no_mean
from abate.stats.regression_to_mean_likelihood import PARAMETER_COUNT, layout_of
from abate.stats.regression_to_mean_model import (
    LEAST_NEAR_PAIRS,
    NAMES,
    NEAR_DAYS,
    NO_MAXIMUM,
    START_DAYS,
    WEAK_PRIORS,
    HistoryModel,
    Priors,
    bounds_of,
    fit_history_model,
    reason_against_model,
)
from abate.stats.regression_to_mean_prediction import Predicted, Prediction, expected_rating
from abate.stats.regression_to_mean_tilt import GAMMA, TiltedSurface, Visits, moments_at, spells_at, weight_of

Flags = NDArray[np.bool_]

VISIT_METHOD = (
    "visits asked for when bad: mean of ratings raised by the visit process; maximum likelihood with weak priors; sandwich "
    "interval by person, t"
)
_STEP = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class VisitedCourses:
    """Courses whose earlier ratings are known to have been asked for because it was bad, or not.

    Attributes
    ----------
    courses : RatedCourses
    is_unplanned : array of bool, shape (n, 1 + k)
        Whether a rating was given at a visit asked for because it was bad; the first rating counts as one.
    watched_days : float
        Days before the first rating in which such a visit would be known.
    """

    courses: RatedCourses
    is_unplanned: Flags
    watched_days: float

    @property
    def unplanned_count(self) -> int:
        """Return how many earlier ratings were given at visits asked for because it was bad."""
        return int(np.count_nonzero(self.is_unplanned & self.courses.is_earlier))

    @property
    def planned(self) -> RatedCourses:
        """Return the courses with the first rating and those given in a diary or at planned visits alone."""
        seen = self.courses.seen & ~self.is_unplanned
        seen[:, 0] = self.courses.seen[:, 0]
        return replace(self.courses, seen=seen)


@dataclass(frozen=True, kw_only=True, eq=False)
class VisitModel(HistoryModel):
    """The model of ratings before, with visits that come because of pain.

    The attributes are those of :class:`abate.stats.regression_to_mean_model.HistoryModel`; ``influence`` has a sixth column,
    that of gamma.

    Attributes
    ----------
    visits : VisitedCourses
    gamma : float or None
        By how much the log of the chance of a visit rises with each point of pain.
    """

    visits: VisitedCourses
    gamma: float | None = None


@dataclass(frozen=True, kw_only=True)
class VisitFall:
    """A fall split where visits were asked for when bad.

    Attributes
    ----------
    fall : FallLeft
    gamma : CourseMean
        By how much the log of the chance of a visit rises with each point of pain. The first rating, chosen for being bad,
        counts as a visit: an interval above 0 alone does not say that the others came because it was bad.
    planned_only : FallLeft
        The second line: the model without a visit process, of the first rating and those given in a diary or at planned
        visits.
    unplanned_count : int
        Earlier ratings given at visits asked for because it was bad.
    """

    fall: FallLeft
    gamma: CourseMean
    planned_only: FallLeft
    unplanned_count: int


def checked_visits(
    day: ArrayLike,
    rating: ArrayLike,
    first: ArrayLike,
    final: ArrayLike,
    final_day: ArrayLike,
    is_unplanned: ArrayLike,
    person: ArrayLike | None = None,
    watched_days: float | None = None,
    scale: RatingScale = NUMERIC_RATING_SCALE,
) -> VisitedCourses:
    """Return the courses that have a first and a final rating, with what each earlier rating was given at.

    Parameters
    ----------
    day, rating, first, final, final_day, person, scale
        As for :func:`abate.stats.regression_to_mean_courses.checked_courses`.
    is_unplanned : array-like of bool, shape (n, k)
        Whether an earlier rating was given at a visit asked for because it was bad (True), or in a diary or at a visit
        planned beforehand (False).
    watched_days : float, optional
        Days before the first rating in which such a visit would be known; where it is not given, back to the earliest rating
        of any course.

    Raises
    ------
    ParameterError
        As for ``checked_courses``.

    Examples
    --------
    >>> visits = checked_visits([[-30, -9]], [[5, 6]], [8], [4], [5], [[False, True]])
    >>> visits.is_unplanned.tolist(), visits.unplanned_count
    ([[True, False, True]], 1)
    """
    if np.shape(is_unplanned) != np.shape(rating):
        raise ParameterError("is_unplanned and rating must have the same shape, one row a course.")
    courses = checked_courses(day, rating, first, final, final_day, person, is_visit=is_unplanned, scale=scale)
    assert courses.is_visit is not None
    unplanned = courses.is_visit & courses.seen
    unplanned[:, 0] = True
    earliest = float(-np.min(courses.day, initial=0.0))
    if watched_days is not None and not (math.isfinite(watched_days) and watched_days >= earliest):
        raise ParameterError(
            f"watched_days must reach back to the earliest rating, {earliest:g} days; got {watched_days!r}."
        )
    return VisitedCourses(
        courses=replace(courses, is_visit=None),
        is_unplanned=unplanned,
        watched_days=earliest if watched_days is None else watched_days,
    )


def fit_visit_model(visits: VisitedCourses, priors: Priors = WEAK_PRIORS) -> VisitModel:
    """Return the most likely parameters and gamma together.

    Parameters
    ----------
    visits : VisitedCourses
    priors : Priors
        On the covariance, as in :func:`abate.stats.regression_to_mean_model.fit_history_model`; none on gamma.

    Returns
    -------
    VisitModel
        With a reason in place of numbers where hardly any earlier rating was given in a diary or at planned visits, none was
        at a visit asked for, or there can be no model of ratings before at all.

    References
    ----------
    Diggle, Menezes & Su (2010), Journal of the Royal Statistical Society C 59(2), 191-232, for places in the role of times.
    https://doi.org/10.1111/j.1467-9876.2009.00701.x
    """
    courses = visits.courses
    pair_count = courses.near_pair_count(NEAR_DAYS)
    reason = reason_against_model(courses, pair_count, LEAST_NEAR_PAIRS) or _reason_against(visits)
    if reason is not None:
        return VisitModel(courses=courses, visits=visits, near_pair_count=pair_count, reason=reason)
    variance = float(np.var(courses.rating[courses.seen]))
    lower, upper = bounds_of(variance)
    surface = TiltedSurface(
        visits=_laid_out(visits),
        centres=priors.centres(variance),
        precisions=1 / np.square(priors.log_sds),
        bounds=(np.append(lower, -math.inf), np.append(upper, math.inf)),
    )
    return _described(visits, pair_count, surface, climb_within(surface, _start(surface, visits.planned)))


def _reason_against(visits: VisitedCourses) -> str | None:
    if visits.unplanned_count == 0:
        return "no earlier visit was asked for because it was bad"
    if not np.any(visits.planned.is_earlier):
        return (
            "all earlier ratings were given at visits asked for because it was bad: without a diary or planned visits they do "
            "not say how these patients usually are"
        )
    pairs = visits.planned.near_pair_count(NEAR_DAYS)
    if pairs < LEAST_NEAR_PAIRS:
        return (
            f"{pairs} pairs of ratings in a diary or at planned visits lie less than {NEAR_DAYS:g} days apart, fewer than the "
            f"{LEAST_NEAR_PAIRS} it takes beside visits asked for because it was bad"
        )
    return None


def _start(surface: TiltedSurface, planned: RatedCourses) -> Array:
    """Return the best of a few points without a visit process, with spells of different lengths."""
    mean = float(np.mean(planned.rating[planned.is_earlier]))
    starts = [np.array([mean, *surface.centres, 0.0]) for _ in START_DAYS]
    for start, days in zip(starts, START_DAYS, strict=True):
        start[NAMES.index("spell_days")] = math.log(days)
    return max(starts, key=surface.value)


def _described(visits: VisitedCourses, pair_count: int, surface: TiltedSurface, top: Top | None) -> VisitModel:
    if top is None:
        return VisitModel(courses=visits.courses, visits=visits, near_pair_count=pair_count, reason=NO_MAXIMUM)
    tau2, s2, theta, v = np.exp(top.at[1:PARAMETER_COUNT]).tolist()
    return VisitModel(
        courses=visits.courses,
        visits=visits,
        near_pair_count=pair_count,
        mean=float(top.at[0]),
        level_variance=tau2,
        spell_variance=s2,
        spell_days=theta,
        error_variance=v,
        gamma=float(top.at[PARAMETER_COUNT]),
        log_likelihood=top.value - surface.prior_value(top.at),
        at_bound=tuple(name for name, is_free in zip(NAMES, top.free[:PARAMETER_COUNT], strict=True) if not is_free),
        influence=top.influence,
        converged=True,
    )


def fall_left_by_visits(visits: VisitedCourses, level: float = 0.95) -> VisitFall:
    """Return the split of a mean fall where visits were asked for when bad, with gamma and the second line.

    Parameters
    ----------
    visits : VisitedCourses
        From :func:`checked_visits`.
    level : float

    Returns
    -------
    VisitFall
        Without a split, and with a reason, where there is no model: above all where nothing but visits is known.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.
    """
    require_level(level)
    courses = visits.courses
    model = fit_visit_model(visits)
    planned_only = fall_left(fit_history_model(visits.planned), level)
    if model.refusal is not None:
        nothing = no_mean(courses.course_count, courses.person_count, level, VISIT_METHOD, model.refusal)
        fall = fall_without_split(courses, model.refusal, level)
        return VisitFall(fall=fall, gamma=nothing, planned_only=planned_only, unplanned_count=visits.unplanned_count)
    assert model.influence is not None
    assert model.gamma is not None
    gamma = mean_from_influence(
        model.gamma,
        model.influence[:, PARAMETER_COUNT],
        courses.person,
        level,
        VISIT_METHOD,
        courses.course_count,
        courses.person_count,
    )
    fall = describe_fall(model, predicted_final(model), level)
    return VisitFall(
        fall=_renamed(fall), gamma=gamma, planned_only=planned_only, unplanned_count=visits.unplanned_count
    )


def _renamed(fall: FallLeft) -> FallLeft:
    def named(estimate: CourseMean) -> CourseMean:
        return replace(estimate, method=VISIT_METHOD)

    return replace(fall, expected_final=named(fall.expected_final), natural=named(fall.natural), left=named(fall.left))


def _laid_out(visits: VisitedCourses) -> Visits:
    courses = visits.courses
    return Visits(
        layout=layout_of(courses),
        before=-courses.day,
        unplanned=visits.is_unplanned.astype(np.float64),
        per_day=visits.is_unplanned.sum(axis=1) / visits.watched_days,
    )


def predicted_final(model: VisitModel) -> Predicted:
    """Return each course's expected final rating with its derivatives in the six parameters, by differences."""
    assert model.gamma is not None
    point = np.append(model.point, model.gamma)
    visits = _laid_out(model.visits)
    slopes = [
        (_expected_at(model, visits, point + step) - _expected_at(model, visits, point - step)) / (2 * _STEP)
        for step in _STEP * np.eye(len(point))
    ]
    return Predicted(value=_expected_at(model, visits, point), slopes=np.column_stack(slopes))


def _expected_at(model: VisitModel, visits: Visits, point: Array) -> Array:
    """Return the expected final ratings: from day 0 on the spell goes on as it does, whatever visits there were."""
    courses, layout = model.courses, visits.layout
    tau2, s2, theta, v = np.exp(point[1:GAMMA])
    mean, covariance = moments_at(visits, point)
    spells = spells_at(visits, point)
    kept = np.exp(-courses.final_day / theta)
    c = layout.seen * (tau2 + kept[:, None] * spells.covariance[:, 0])
    gain = np.matmul(weight_of(layout, covariance), c[:, :, None])[:, :, 0]
    variance = tau2 + v + s2 * (1 - kept**2) + kept**2 * spells.covariance[:, 0, 0] - np.sum(gain * c, axis=1)
    nothing = np.zeros((len(c), PARAMETER_COUNT))
    prediction = Prediction(
        mean=point[0] + kept * spells.mean[:, 0] + np.sum(gain * (layout.rating - mean), axis=1),
        variance=variance,
        mean_slopes=nothing,
        variance_slopes=nothing,
    )
    return expected_rating(prediction, courses.scale).value
