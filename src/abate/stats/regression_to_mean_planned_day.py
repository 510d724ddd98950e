"""How much of the fall is left on a planned day, where people left because they were better?

The last rating then flatters: it is the better for having been the last. So everybody is rated on the same day, those gone by then
by multiple imputation, and held against what that day would have been with nothing done. The interval covers both: the
filling, by Rubin's rules, and the parameters of the model, by their influence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, require_level
from abate.stats.regression_to_mean import describe_fall
from abate.stats.regression_to_mean_courses import RatingScale
from abate.stats.regression_to_mean_filling import LEAST_RATED, fill_planned_day
from abate.stats.regression_to_mean_intervals import CourseMean, mean_from_influence, no_mean
from abate.stats.regression_to_mean_model import HistoryModel
from abate.stats.regression_to_mean_prediction import Predicted, expected_rating, predict_rating
from abate.stats.rubin import PooledEstimate, pool_estimates

Flags = NDArray[np.bool_]

PLANNED_DAY = 5
_NOT_YET = "nothing has been filled in"
_OWN_COURSE = "those gone as others with the same ratings so far"
_UNTREATED = "those gone back to what nothing done would have brought"


class AfterLeaving(Enum):
    """What is assumed of those who had left before the planned day."""

    OWN_COURSE = _OWN_COURSE
    UNTREATED = _UNTREATED


@dataclass(frozen=True, kw_only=True)
class PlannedDayFall:
    """The mean fall to a planned day and its two parts, in points; ``natural.value + left.value = observed.value``.

    Attributes
    ----------
    planned_day : int
    after_leaving : AfterLeaving
    rated_count, gone_count, missed_count : int
        Courses rated on the planned day; not rated then or later; rated later but not then.
    observed, left : PooledEstimate
        Mean of the first rating minus that of the planned day, and of the expected minus that of the planned day.
    natural : CourseMean
        Mean of the first rating minus what would be expected on the planned day.
    seed : int
    reason : str or None
        Why there is no split.
    """

    planned_day: int
    after_leaving: AfterLeaving
    rated_count: int
    gone_count: int
    missed_count: int
    observed: PooledEstimate
    natural: CourseMean
    left: PooledEstimate
    seed: int
    reason: str | None = None


def fall_left_on_planned_day(
    model: HistoryModel,
    daily: ArrayLike,
    planned_day: int = PLANNED_DAY,
    after_leaving: AfterLeaving = AfterLeaving.OWN_COURSE,
    at: ArrayLike | None = None,
    imputation_count: int = 200,
    seed: int = 1,
    level: float = 0.95,
) -> PlannedDayFall:
    """Return the split of the mean fall to a planned day.

    The missing ratings are filled in as :func:`abate.stats.regression_to_mean_filling.fill_planned_day` says. In each filled
    data set a course's influence on the fall left is that of :func:`abate.stats.regression_to_mean.fall_left`, with the filled
    rating in the place of the final one; its variance is by person, and Rubin's rules join the data sets, with g - 2 degrees
    of freedom of complete data for g persons.

    Under :attr:`AfterLeaving.UNTREATED` ("jump to reference") those gone are expected, from then on, to be what nothing done
    would have brought: to the fall left they add 0, whatever the parameters. It is the second line, beside the first.

    Parameters
    ----------
    model : HistoryModel
        From :func:`abate.stats.regression_to_mean_model.fit_history_model`.
    daily : array-like of numbers, shape (n, days)
        A rating, or the mean of the ratings, of each day for each course of the model; day 1 is that of the first dose. nan
        where not rated, and after discharge.
    planned_day : int
    after_leaving : AfterLeaving
    at : float or array-like of numbers, shape (n,), optional
        When the planned day's value was given, in days from the first rating, of all or of each course; ``planned_day`` where it is not given. Of the
        mean of a day's ratings it is the mean of their times.
    imputation_count : int
        At least 2. The number's error from drawing is the root of ``left.between`` over it: where a third are gone and 200 are
        drawn, a tenth of its standard error or less.
    seed : int
    level : float

    Returns
    -------
    PlannedDayFall
        With a reason in place of a split where there is no model, or too little to fill in from.

    Raises
    ------
    ParameterError
        If ``daily`` does not have one row a course, does not reach the planned day, or is off the scale; or a number is out
        of its range.

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, Wiley.
    Carpenter, Roger & Kenward (2013), Journal of Biopharmaceutical Statistics 23(6), 1352-1371, for jumping to a
    reference. https://doi.org/10.1080/10543406.2013.834911
    """
    require_level(level)
    values = _checked_daily(daily, planned_day, model)
    _require_settings(imputation_count, seed, at)
    nothing = _without_split(model, values, planned_day, after_leaving, seed, level)
    reason = model.refusal or _reason_against(nothing.rated_count, planned_day)
    if reason is not None:
        return _refused(nothing, reason)
    filled = fill_planned_day(
        model.courses.first, values[:, :planned_day], imputation_count, np.random.default_rng(seed)
    )
    if filled.planned is None:
        return _refused(nothing, filled.reason or "")
    predicted = expected_rating(predict_rating(model, planned_day if at is None else at), model.courses.scale)
    is_gone = ~np.any(np.isfinite(values[:, planned_day - 1 :]), axis=1)
    jumps = is_gone & (after_leaving is AfterLeaving.UNTREATED)
    return _described(nothing, model, predicted, filled.planned, jumps, level)


def _checked_daily(daily: ArrayLike, planned_day: int, model: HistoryModel) -> Array:
    count, scale = model.courses.course_count, model.courses.scale
    try:
        values = np.asarray(daily, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError("daily must be numbers in rows of equal length; fill up with nan.") from None
    if values.ndim != 2 or len(values) != count:
        raise ParameterError(f"daily must have {count} rows, one a course of the model; got shape {values.shape}.")
    if planned_day != int(planned_day) or not 1 <= planned_day <= values.shape[1]:
        raise ParameterError(f"planned_day must be a day from 1 to {values.shape[1]}, as daily has; got {planned_day}.")
    _require_on_scale(values, scale)
    return values


def _require_on_scale(values: Array, scale: RatingScale) -> None:
    given = values[~np.isnan(values)]
    off = int(np.count_nonzero((given < scale.lowest) | (given > scale.highest)))
    if off:
        raise ParameterError(
            f"daily has {off} values outside the scale from {scale.lowest} to {scale.highest}; mend them or name the scale."
        )


def _require_settings(imputation_count: int, seed: int, at: ArrayLike | None) -> None:
    if imputation_count < 2 or seed < 0:
        raise ParameterError(
            f"imputation_count must be at least 2 and seed at least 0; got {imputation_count} and {seed}."
        )
    if at is not None and not np.all(np.asarray(at, dtype=np.float64) > 0):
        raise ParameterError(f"at must be a time after the first rating, in days; got {at!r}.")


def _reason_against(rated_count: int, planned_day: int) -> str | None:
    if rated_count >= LEAST_RATED:
        return None
    return (
        f"{rated_count} courses were rated on day {planned_day}, fewer than the {LEAST_RATED} it takes to say what the "
        "others would have been"
    )


def _without_split(
    model: HistoryModel, values: Array, planned_day: int, after_leaving: AfterLeaving, seed: int, level: float
) -> PlannedDayFall:
    """Return what there is to say before anything is filled in."""
    courses, method = model.courses, _method(after_leaving)
    rated = np.isfinite(values[:, planned_day - 1])
    later = np.any(np.isfinite(values[:, planned_day - 1 :]), axis=1)
    empty = PooledEstimate(level=level, method=method, imputation_count=0, reason=_NOT_YET)
    return PlannedDayFall(
        planned_day=planned_day,
        after_leaving=after_leaving,
        rated_count=int(np.count_nonzero(rated)),
        gone_count=int(np.count_nonzero(~later)),
        missed_count=int(np.count_nonzero(later & ~rated)),
        observed=empty,
        natural=no_mean(courses.course_count, courses.person_count, level, method, _NOT_YET),
        left=empty,
        seed=seed,
    )


def _refused(nothing: PlannedDayFall, reason: str) -> PlannedDayFall:
    return replace(
        nothing,
        observed=replace(nothing.observed, reason=reason),
        natural=replace(nothing.natural, reason=reason),
        left=replace(nothing.left, reason=reason),
        reason=reason,
    )


def _described(
    nothing: PlannedDayFall, model: HistoryModel, predicted: Predicted, filled: Array, jumps: Flags, level: float
) -> PlannedDayFall:
    courses = model.courses
    assert model.influence is not None
    rating = np.where(jumps, predicted.value, filled)
    # The rating of those who jump moves with the parameters as its prediction does.
    of_rating = model.influence @ np.where(jumps[:, None], predicted.slopes, 0.0).mean(axis=0)
    of_prediction = model.influence @ predicted.slopes.mean(axis=0)

    def pooled(values: Array, of_parameters: Array) -> PooledEstimate:
        return _pooled(values, of_parameters, model, _method(nothing.after_leaving), level)

    return replace(
        nothing,
        observed=pooled(courses.first - rating, -of_rating),
        natural=describe_fall(model, predicted, level).natural,
        left=pooled(predicted.value - rating, of_prediction - of_rating),
    )


def _pooled(values: Array, of_parameters: Array, model: HistoryModel, method: str, level: float) -> PooledEstimate:
    """Return the mean of values, shape (m, n), over the courses, pooled over the data sets."""
    person = model.courses.person
    means = [
        mean_from_influence(row.mean(), row - row.mean() + of_parameters, person, level, method, len(row), len(row))
        for row in values
    ]
    value = float(np.mean([mean.value for mean in means if mean.value is not None]))
    for mean in means:
        if mean.standard_error is None:
            reason = mean.reason
            return PooledEstimate(value=value, level=level, method=method, imputation_count=len(means), reason=reason)
    variances = [mean.standard_error**2 for mean in means if mean.standard_error is not None]
    estimates = [mean.value for mean in means if mean.value is not None]
    pooled = pool_estimates(estimates, variances, float(model.courses.person_count - 2), level)
    return replace(pooled, method=method)


def _method(after_leaving: AfterLeaving) -> str:
    return (
        f"planned day, {after_leaving.value}; multiple imputation from a normal distribution of the days; Rubin's rules with "
        "the sandwich variance by person"
    )
