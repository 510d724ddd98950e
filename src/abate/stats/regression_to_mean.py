"""How much of a fall would have come with nothing done, by each one's own earlier ratings, and how much is left?

What is left is everything that was done and all that came with it: no number here parts the two. Beside it stand a bracket that
needs no model, and the share of responders that nothing would have brought.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, require_level
from abate.stats.regression_to_mean_courses import RatedCourses
from abate.stats.regression_to_mean_intervals import CourseMean, mean_by_person, mean_from_influence, no_mean
from abate.stats.regression_to_mean_model import HistoryModel
from abate.stats.regression_to_mean_prediction import (
    Predicted,
    chance_of_at_most,
    expected_rating,
    predict_rating,
)

Flags = NDArray[np.bool_]

MODEL_METHOD = "level, spell and error by maximum likelihood with weak priors; sandwich interval by person, t"

# Ratings nearer to the first one than this belong to the bad spell that it stands for.
HISTORY_BEFORE_DAYS = 3.0
LEAST_HISTORY_RATINGS = 2
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class FallLeft:
    """A mean fall and its two parts, in points; ``natural.value + left.value = observed.value``.

    Attributes
    ----------
    observed : CourseMean
        Mean of first minus final rating.
    expected_final : CourseMean
        Mean rating on the final day, had nothing been done.
    natural : CourseMean
        Mean of the first rating minus what would be expected on the final day: regression to the mean and natural course.
    left : CourseMean
        Mean of the expected minus the observed final rating.
    reason : str or None
        Why only ``observed`` has a number.
    """

    observed: CourseMean
    expected_final: CourseMean
    natural: CourseMean
    left: CourseMean
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Bracket:
    """Two ends between which the fall left lies where visits were not chosen by the ratings; for the same courses.

    Attributes
    ----------
    history_mean_left : CourseMean
        Mean of each one's average of earlier ratings minus the final rating. It forgets that a bad spell lasts, so it
        takes off too much: the lower end.
    observed : CourseMean
        The raw fall: the upper end.
    left_out_count : int
        Courses with fewer than two ratings at least three days before.
    """

    history_mean_left: CourseMean
    observed: CourseMean
    left_out_count: int


class RuleKind(Enum):
    """Of what a response is made."""

    POINTS = "fell by at least so many points"
    PER_CENT = "fell by at least so many per cent of the first rating"
    AT_MOST = "ended at or below"


@dataclass(frozen=True, kw_only=True)
class ResponseRule:
    """When a course counts as one with a response.

    Attributes
    ----------
    kind : RuleKind
    amount : float
        Points, per cent, or the highest final rating.
    """

    kind: RuleKind
    amount: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.amount) and self.amount >= 0):
            raise ParameterError(f"a rule of response has an amount of at least 0; got {self.amount!r}.")

    def limits(self, first: Array) -> Array:
        """Return the highest final rating with a response, nan where a fall in per cent of 0 is asked for.

        Examples
        --------
        >>> ResponseRule(kind=RuleKind.PER_CENT, amount=50).limits(np.array([8.0, 0.0]))
        array([ 4., nan])
        """
        if self.kind is RuleKind.POINTS:
            return np.asarray(first - self.amount)
        if self.kind is RuleKind.AT_MOST:
            return np.full(len(first), float(self.amount))
        return np.where(first > 0, first * (1 - self.amount / 100), np.nan)


@dataclass(frozen=True, kw_only=True)
class ExpectedResponse:
    """The share of courses with a response, observed, and expected had nothing been done; from 0 to 1.

    Attributes
    ----------
    rule : ResponseRule
    expected : CourseMean
    observed, beyond : CourseMean or None
        The observed share, and observed minus expected; None where the question is of a day without a rating.
    left_out_count : int
        Courses of which the rule cannot be asked: a fall in per cent of a first rating of 0.
    reason : str or None
        Why there is no expected share.
    """

    rule: ResponseRule
    expected: CourseMean
    observed: CourseMean | None
    beyond: CourseMean | None
    left_out_count: int
    reason: str | None = None


def fall_left(model: HistoryModel, level: float = 0.95) -> FallLeft:
    """Return the mean fall, what would have come with nothing done, and what is left.

    Each course's final rating is predicted given its earlier ratings and the first one. The interval covers the
    parameters: with ``s_i`` a course's score, H the mean information and G the derivative of the mean prediction,
    a course's influence is ``(predicted_i - final_i - left) + s_i'H^-1 G``. Influences are added up within a person, and
    ``SE² = g/(g - 1) * sum over persons / n²`` with Student's t on g - 2 degrees of freedom, g persons.

    Parameters
    ----------
    model : HistoryModel
        From :func:`abate.stats.regression_to_mean_model.fit_history_model`.
    level : float
        Coverage of the intervals.

    Returns
    -------
    FallLeft
        In points. With a reason, and numbers for ``observed`` alone, where there is no model.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.

    References
    ----------
    Stefanski & Boos (2002), The American Statistician 56(1), 29-38. https://doi.org/10.1198/000313002753631330
    Liang & Zeger (1986), Biometrika 73(1), 13-22. https://doi.org/10.1093/biomet/73.1.13
    """
    require_level(level)
    if model.refusal is not None:
        return fall_without_split(model.courses, model.refusal, level)
    return describe_fall(
        model, expected_rating(predict_rating(model, model.courses.final_day), model.courses.scale), level
    )


def fall_without_split(courses: RatedCourses, reason: str, level: float) -> FallLeft:
    """Return the observed fall alone, with the reason why it cannot be split."""
    nothing = no_mean(courses.course_count, courses.person_count, level, MODEL_METHOD, reason)
    observed = mean_by_person(courses.first - courses.final, courses.person, level)
    return FallLeft(observed=observed, expected_final=nothing, natural=nothing, left=nothing, reason=reason)


def describe_fall(model: HistoryModel, predicted: Predicted, level: float) -> FallLeft:
    """Return the fall split at predicted final ratings, with intervals that cover the parameters."""
    courses = model.courses

    def described(values: Array, sign: float) -> CourseMean:
        return _model_mean(model, Predicted(value=values, slopes=sign * predicted.slopes), level)

    return FallLeft(
        observed=mean_by_person(courses.first - courses.final, courses.person, level),
        expected_final=described(predicted.value, 1),
        natural=described(courses.first - predicted.value, -1),
        left=described(predicted.value - courses.final, 1),
    )


def history_bracket(courses: RatedCourses, level: float = 0.95) -> Bracket:
    """Return the two ends of the fall left that need no model.

    Parameters
    ----------
    courses : RatedCourses
        Those with at least two ratings three days or more before the first one are used.
    level : float

    Returns
    -------
    Bracket
        In points; with a reason where no course has such ratings.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.

    Examples
    --------
    >>> from abate.stats.regression_to_mean_courses import checked_courses
    >>> courses = checked_courses([[-30, -9], [-20, -3], [-9, -4]], [[5, 6], [7, 6], [8, 6]], [8, 9, 8], [4, 4, 5], [5, 5, 5])
    >>> bracket = history_bracket(courses)
    >>> bracket.history_mean_left.value, bracket.observed.value
    (2.0, 4.0)
    """
    require_level(level)
    counted = courses.is_earlier & (courses.day <= -HISTORY_BEFORE_DAYS)
    count = counted.sum(axis=1)
    enough = count >= LEAST_HISTORY_RATINGS
    mean = np.sum(np.where(counted, courses.rating, 0.0), axis=1)[enough] / count[enough]
    person, final = courses.person[enough], courses.final[enough]
    return Bracket(
        history_mean_left=mean_by_person(mean - final, person, level),
        observed=mean_by_person(courses.first[enough] - final, person, level),
        left_out_count=int(np.count_nonzero(~enough)),
    )


def expected_response(model: HistoryModel, rule: ResponseRule, level: float = 0.95) -> ExpectedResponse:
    """Return the share of courses with a response on the final day, observed and expected with nothing done.

    Parameters
    ----------
    model : HistoryModel
    rule : ResponseRule
    level : float

    Returns
    -------
    ExpectedResponse

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.
    """
    courses = model.courses
    limits = rule.limits(courses.first)
    asked = np.isfinite(limits)
    responded = (courses.final <= limits + _ROUNDING).astype(np.float64)
    expected = _expected_share(model, rule, courses.final_day, level)
    observed = mean_by_person(responded[asked], courses.person[asked], level)
    if model.refusal is not None:
        return _without_expectation(model, rule, expected, observed, expected)
    chance = chance_of_at_most(predict_rating(model, courses.final_day), limits, courses.scale)
    beyond = _model_mean(model, Predicted(value=responded - chance.value, slopes=-chance.slopes), level, asked)
    return ExpectedResponse(
        rule=rule,
        expected=expected,
        observed=observed,
        beyond=beyond,
        left_out_count=int(np.count_nonzero(~asked)),
    )


def expected_response_later(
    model: HistoryModel, rule: ResponseRule, day: ArrayLike, level: float = 0.95
) -> ExpectedResponse:
    """Return the share of courses that would meet the rule on a later day with nothing done.

    It stands beside every share that is "still better": a random later day is often much better than a day chosen for
    being bad.

    Parameters
    ----------
    model : HistoryModel
    rule : ResponseRule
    day : array-like of numbers, shape (n,) or a number
        Days from the first rating.
    level : float

    Returns
    -------
    ExpectedResponse
        Without an observed share.

    Raises
    ------
    ParameterError
        If a day is not finite or ``level`` is outside its range.
    """
    expected = _expected_share(model, rule, day, level)
    if model.refusal is not None:
        return _without_expectation(model, rule, expected, None, None)
    left_out = int(np.count_nonzero(np.isnan(rule.limits(model.courses.first))))
    return ExpectedResponse(rule=rule, expected=expected, observed=None, beyond=None, left_out_count=left_out)


def _expected_share(model: HistoryModel, rule: ResponseRule, day: ArrayLike, level: float) -> CourseMean:
    require_level(level)
    courses = model.courses
    if model.refusal is not None:
        return no_mean(courses.course_count, courses.person_count, level, MODEL_METHOD, model.refusal)
    limits = rule.limits(courses.first)
    chance = chance_of_at_most(predict_rating(model, day), limits, courses.scale)
    return _model_mean(model, chance, level, np.isfinite(limits))


def _without_expectation(
    model: HistoryModel,
    rule: ResponseRule,
    expected: CourseMean,
    observed: CourseMean | None,
    beyond: CourseMean | None,
) -> ExpectedResponse:
    left_out = int(np.count_nonzero(np.isnan(rule.limits(model.courses.first))))
    return ExpectedResponse(
        rule=rule, expected=expected, observed=observed, beyond=beyond, left_out_count=left_out, reason=model.refusal
    )


def _model_mean(model: HistoryModel, predicted: Predicted, level: float, asked: Flags | None = None) -> CourseMean:
    """Return the mean of what depends on the parameters, over the courses asked, with an interval that covers them.

    Parameters rest on all courses, asked or not, so that every course has an influence.
    """
    courses = model.courses
    asked = np.ones(courses.course_count, dtype=bool) if asked is None else asked
    if not np.any(asked):
        return no_mean(
            courses.course_count, courses.person_count, level, MODEL_METHOD, "the rule can be asked of no course"
        )
    assert model.influence is not None
    mean = float(np.mean(predicted.value[asked]))
    own = np.where(asked, predicted.value - mean, 0.0) * courses.course_count / np.count_nonzero(asked)
    influence = own + model.influence @ predicted.slopes[asked].mean(axis=0)
    persons = len(np.unique(courses.person[asked]))
    return mean_from_influence(
        mean, influence, courses.person, level, MODEL_METHOD, int(np.count_nonzero(asked)), persons
    )
