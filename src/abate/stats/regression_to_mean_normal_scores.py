"""Does the split hang on ratings being normal? The same model on normal scores, as a line beside it.

Each rating is replaced by the normal number that has as much of all ratings below it. The model is fitted to these scores, and the
prediction goes back to the scale at the cut-points between them. Cut-points count as known: the interval does not cover them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, require_level
from abate.stats.regression_to_mean import FallLeft, describe_fall, fall_without_split
from abate.stats.regression_to_mean_checks import Check, CheckName
from abate.stats.regression_to_mean_courses import RatedCourses, RatingScale
from abate.stats.regression_to_mean_intervals import CourseMean
from abate.stats.regression_to_mean_model import WEAK_PRIORS, Priors, fit_history_model
from abate.stats.regression_to_mean_prediction import expected_rating, predict_rating

SCORES_METHOD = "ratings as normal scores at empirical cut-points"


@dataclass(frozen=True, kw_only=True)
class ScoredScale(RatingScale):
    """A scale of whole numbers whose cut-points lie where normal scores have them.

    Attributes
    ----------
    cut_points : tuple of float
        The normal number between each rating and the next; infinite below the lowest rating seen and above the highest.
    """

    cut_points: tuple[float, ...]

    @property
    def cuts(self) -> Array:
        """Return the cut-points, shape (highest - lowest,)."""
        return np.array(self.cut_points)


def normal_scores(courses: RatedCourses) -> tuple[RatedCourses, ScoredScale]:
    """Return the courses with scores for ratings, and the scale that takes predictions back to ratings.

    With F the share of all ratings before the end that are at or below a rating, cut-points are ``Phi^-1(F)``, and a rating's
    score is the mean of the normal numbers between its two.

    Examples
    --------
    >>> from abate.stats.regression_to_mean_courses import checked_courses
    >>> scored, scale = normal_scores(checked_courses([[-9]], [[5]], [8], [4], [5]))
    >>> scored.rating.round(3).tolist(), scale.cuts.tolist()[5]
    ([[0.798, -0.798]], 0.0)
    """
    from scipy.special import ndtri

    scale = courses.scale
    counts = np.bincount(_places(courses)[courses.seen], minlength=scale.highest - scale.lowest + 1)
    reached = np.append(0.0, np.cumsum(counts) / counts.sum())
    edges = np.asarray(ndtri(np.clip(reached, 0.0, 1.0)), dtype=np.float64)
    density = np.where(np.isfinite(edges), np.exp(-0.5 * np.where(np.isfinite(edges), edges, 0.0) ** 2), 0.0)
    scores = np.zeros(len(counts))
    np.divide(-np.diff(density) / np.sqrt(2 * np.pi), counts / counts.sum(), out=scores, where=counts > 0)
    scored = replace(courses, rating=np.where(courses.seen, scores[_places(courses)], 0.0))
    points = ScoredScale(lowest=scale.lowest, highest=scale.highest, cut_points=tuple(edges[1:-1].tolist()))
    return scored, points


def _places(courses: RatedCourses) -> IntArray:
    """Return which rating of the scale each is; a rating between two counts as the nearer."""
    nearest = np.rint(courses.rating - courses.scale.lowest).astype(np.int64)
    return np.clip(nearest, 0, courses.scale.highest - courses.scale.lowest)


def fall_left_by_scores(courses: RatedCourses, priors: Priors = WEAK_PRIORS, level: float = 0.95) -> FallLeft:
    """Return the split of a mean fall with the model fitted to normal scores.

    Parameters
    ----------
    courses : RatedCourses
    priors : Priors
        Shares of the variance of all scores.
    level : float

    Returns
    -------
    FallLeft
        In points, as :func:`abate.stats.regression_to_mean.fall_left`.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.
    """
    require_level(level)
    if not np.any(courses.seen):
        return fall_without_split(courses, "there are no courses with a first and a final rating", level)
    scored, scale = normal_scores(courses)
    model = fit_history_model(scored, priors)
    if model.refusal is not None:
        return fall_without_split(courses, model.refusal, level)
    predicted = expected_rating(predict_rating(model, courses.final_day), scale)
    fall = describe_fall(replace(model, courses=courses), predicted, level)
    return replace(
        fall, expected_final=_named(fall.expected_final), natural=_named(fall.natural), left=_named(fall.left)
    )


def check_shape_of_ratings(plain: FallLeft, by_scores: FallLeft, margin: float = 0.25) -> Check:
    """Return whether the split hangs on how ratings are distributed: both splits of the same fall lie more than a margin apart.

    Where they do, ratings are so far from normal that the plain model does not hold, and the one on normal scores need not either.
    The rule was chosen after the plain model had been seen to fail in simulated hospitals whose pain comes in attacks, and was
    then tried on others.

    Parameters
    ----------
    plain, by_scores : FallLeft
        From :func:`abate.stats.regression_to_mean.fall_left` and :func:`fall_left_by_scores`, of the same courses.
    margin : float
        Points; at least 0.

    Returns
    -------
    Check
        ``size``: points that the plain model leaves more than the one on scores; below 0 where it leaves less. No statistic:
        the margin, not chance, is what the difference is held against.

    Raises
    ------
    ParameterError
        If ``margin`` is below 0 or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from abate.stats.regression_to_mean import fall_left
    >>> from abate.stats.regression_to_mean_courses import checked_courses
    >>> random = np.random.default_rng(1)
    >>> day = np.tile(np.arange(-30.0, 0, 3), (40, 1))
    >>> courses = checked_courses(day, random.integers(3, 9, day.shape), np.full(40, 8), np.full(40, 4), np.full(40, 5))
    >>> check = check_shape_of_ratings(fall_left(fit_history_model(courses)), fall_left_by_scores(courses))
    >>> check.is_flagged, check.count
    (False, 40)
    """
    if not (math.isfinite(margin) and margin >= 0):
        raise ParameterError(f"a margin is a number of points of at least 0; got {margin!r}.")
    name, count = CheckName.SHAPE_OF_RATINGS, plain.left.person_count
    if plain.left.value is None or by_scores.left.value is None:
        reason = plain.left.reason if plain.left.value is None else f"on normal scores: {by_scores.left.reason}"
        return Check(name=name, is_flagged=None, count=count, reason=reason)
    size = plain.left.value - by_scores.left.value
    return Check(name=name, is_flagged=abs(size) > margin, size=size, count=count)


def _named(estimate: CourseMean) -> CourseMean:
    return replace(estimate, method=f"{SCORES_METHOD}; {estimate.method}")
