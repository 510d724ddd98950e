"""What if those left who were better? Then the last rating flatters, and the rating of a planned day is asked of everybody.

Whoever had gone by that day is filled in many times over from their own earlier days, missing at random given what was recorded.
Beside it stands what would be left if the relief of those who left had ended with their leaving.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, flag_vector, require_level
from abate.stats.imputation import impute_outcomes
from abate.stats.regression_to_mean import FallLeft, describe_fall, fall_without_split
from abate.stats.regression_to_mean_intervals import CourseMean
from abate.stats.regression_to_mean_model import HistoryModel
from abate.stats.regression_to_mean_prediction import Predicted, expected_rating, predict_rating
from abate.stats.repeated_outcomes import checked_outcomes
from abate.stats.rubin import pool_estimates

METHOD = "planned day; multiple imputation of days from the first to it, normal, at random; Rubin's rules over sandwich intervals by person"
#: With fewer courses rated on the planned day nobody can be filled in from them.
LEAST_RATED = 10
IMPUTATIONS = 50


@dataclass(frozen=True, kw_only=True)
class PlannedDayFall:
    """A fall to a planned day, split; in points.

    Attributes
    ----------
    fall : FallLeft
        Of all courses of the model, whoever had gone filled in; with a reason in place of numbers where that is not possible.
    relief_ended : FallLeft
        The same where whoever had gone is rated, in expectation, as if nothing had been done (jump to reference).
    rated_count, filled_count : int
        Courses rated on the day, and courses filled in.
    """

    fall: FallLeft
    relief_ended: FallLeft
    rated_count: int
    filled_count: int


def fall_on_planned_day(
    model: HistoryModel,
    daily: ArrayLike,
    day: ArrayLike,
    is_gone: ArrayLike | None = None,
    imputation_count: int = IMPUTATIONS,
    seed: int = 1,
    level: float = 0.95,
) -> PlannedDayFall:
    """Return the split of the fall from the first rating to the rating of a planned day.

    Days 1 to d follow a normal distribution given the first rating, its covariance free; parameters are drawn from their
    posterior distribution and unseen days given the seen ones. Each filled set is split as :func:`abate.stats.regression_to_mean.fall_left`
    does, and Rubin's rules join the sets, so that the interval covers both the filling and the model's parameters. What is filled
    in is kept on the scale.

    Parameters
    ----------
    model : HistoryModel
    daily : array-like of numbers, shape (n, d)
        Rating of each day of the course up to the planned one, the last column; nan where there is none.
    day : array-like of numbers, shape (n,) or a number
        The planned day, in days after the first rating.
    is_gone : array-like of bool, shape (n,), optional
        Who had left by the planned day; whoever is not rated on it where it is not given. The others were there and not asked.
    imputation_count, seed : int
    level : float

    Returns
    -------
    PlannedDayFall

    Raises
    ------
    ParameterError
        If ``daily`` does not have one row a course, or a day is not finite.

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys. https://doi.org/10.1002/9780470316696
    Wolbers et al. (2022), Pharmaceutical Statistics 21(6), 1246-1257, for the expected value in the place of draws.
    https://doi.org/10.1002/pst.2234
    """
    require_level(level)
    courses, ratings = model.courses, np.asarray(daily, dtype=np.float64)
    if ratings.ndim != 2 or len(ratings) != courses.course_count or not ratings.shape[1]:
        raise ParameterError(f"daily must have {courses.course_count} rows, one a course; got shape {ratings.shape}.")
    seen = np.isfinite(ratings[:, -1])
    gone = ~seen if is_gone is None else ~seen & (flag_vector(is_gone, "is_gone") == 1)
    rated, filled = int(seen.sum()), int((~seen).sum())
    reason = model.refusal or _reason_against(rated)
    if reason is None:
        predicted = expected_rating(predict_rating(model, day), courses.scale)
        finals, reason = _filled_in(model, ratings, imputation_count, seed)
        if reason is None:
            return PlannedDayFall(
                fall=_pooled(model, predicted, finals, level),
                relief_ended=_relief_ended(model, predicted, finals.mean(axis=0), gone, level),
                rated_count=rated,
                filled_count=filled,
            )
    nothing = fall_without_split(courses, reason, level)
    return PlannedDayFall(fall=nothing, relief_ended=nothing, rated_count=rated, filled_count=filled)


def _reason_against(rated: int) -> str | None:
    if rated >= LEAST_RATED:
        return None
    return f"{rated} courses are rated on the planned day, fewer than {LEAST_RATED}"


def _filled_in(model: HistoryModel, ratings: Array, count: int, seed: int) -> tuple[Array, str | None]:
    """Return the planned day's ratings in every imputation, shape (m, n), and why there are none."""
    used = ratings[:, np.isfinite(ratings).sum(axis=0) >= LEAST_RATED]
    scale, first = model.courses.scale, model.courses.first
    covariates = None if np.ptp(first) == 0 else first[:, None]
    if np.isfinite(used[:, -1]).all():
        return used[None, :, -1], None
    try:
        filled = impute_outcomes(checked_outcomes(used, covariates=covariates), imputation_count=count, seed=seed)
    except ParameterError as error:
        return np.empty((0, len(ratings))), str(error).rstrip(".")
    return np.clip(filled.values[:, :, -1], scale.lowest, scale.highest), None


def _pooled(model: HistoryModel, predicted: Predicted, finals: Array, level: float) -> FallLeft:
    splits = [describe_fall(replace_final(model, final), predicted, level) for final in finals]

    def joined(name: str) -> CourseMean:
        means: list[CourseMean] = [getattr(split, name) for split in splits]
        first = means[0]
        if len(means) == 1 or any(mean.standard_error is None for mean in means):
            return replace(
                first, value=float(np.mean([mean.value or 0.0 for mean in means])), method=f"{METHOD}; {first.method}"
            )
        variances = [float(mean.standard_error or 0) ** 2 for mean in means]
        found = pool_estimates([mean.value or 0.0 for mean in means], variances, first.person_count - 2.0, level)
        return CourseMean(
            value=found.value,
            lower=found.lower,
            upper=found.upper,
            level=level,
            method=METHOD,
            course_count=first.course_count,
            person_count=first.person_count,
            standard_error=found.standard_error,
        )

    # What would have been rated with nothing done does not hang on the filling.
    return FallLeft(
        observed=joined("observed"),
        expected_final=splits[0].expected_final,
        natural=splits[0].natural,
        left=joined("left"),
    )


def _relief_ended(
    model: HistoryModel, predicted: Predicted, final: Array, gone: NDArray[np.bool_], level: float
) -> FallLeft:
    """Return the split where those who had gone are rated as if nothing had been done, so that nothing of theirs is left."""
    value = np.where(gone, 0.0, predicted.value)
    slopes = np.where(gone[:, None], 0.0, predicted.slopes)
    stands_in = np.where(gone, predicted.value, final)
    whole = describe_fall(replace_final(model, stands_in), predicted, level)
    nothing_left = describe_fall(
        replace_final(model, np.where(gone, 0.0, final)), Predicted(value=value, slopes=slopes), level
    )
    return replace(whole, left=nothing_left.left)


def replace_final(model: HistoryModel, final: Array) -> HistoryModel:
    """Return a model whose courses have other final ratings; they play no part in its fit."""
    return replace(model, courses=replace(model.courses, final=final))
