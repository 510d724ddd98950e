"""How do covariates shift a rating of a few ordered values, and what mean does each group then have?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, number_vector, require_level, require_same_length
from abate.stats.coefficients import Coefficients, missing_coefficients, wald_coefficients
from abate.stats.covariates import Covariates, checked_covariates
from abate.stats.distributions import chi_square_upper_tail, normal_cdf, normal_quantile
from abate.stats.intervals import IntervalEstimate
from abate.stats.matrices import inverse
from abate.stats.newton import Ascent, climb
from abate.stats.proportionality import ProportionalityTest, test_of_proportionality

METHOD = "proportional odds, Wald interval"
DELTA_METHOD = "proportional odds, delta method"

_SEPARATED = "the likelihood keeps rising as the coefficient grows: it separates low ratings from high ones"


@dataclass(frozen=True, kw_only=True)
class PredictedMean(IntervalEstimate):
    """A predicted mean rating, or a difference of two; ``value`` is in points of the rating.

    Attributes
    ----------
    standard_error : float
        By the delta method.
    p_value : float or None
        Wald test that a difference is 0; None for a mean.
    """

    standard_error: float
    p_value: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class OrdinalFit(Coefficients):
    """Log odds ratios of a higher rating, with the thresholds between the ratings.

    Attributes
    ----------
    seen, unseen : tuple of float
        The ratings that occur, rising, and those of ``scale`` that do not: their estimated share is 0, and they have no
        threshold of their own.
    thresholds : array of float64, shape (len(seen) - 1,)
        Log odds of a rating of at most seen[j] where all covariates are 0; empty where there is no fit.
    full_covariance : array of float64 or None
        Covariance of thresholds and coefficients, the thresholds first.
    log_likelihood, null_log_likelihood : float or None
        With the covariates, and with thresholds only.
    ratio_p_value : float or None
        Likelihood-ratio test that all coefficients are 0.
    proportionality : ProportionalityTest
        Does one coefficient serve all thresholds?
    level : float
        Coverage of the intervals.
    """

    seen: tuple[float, ...]
    unseen: tuple[float, ...]
    thresholds: Array
    full_covariance: Array | None
    log_likelihood: float | None
    null_log_likelihood: float | None
    ratio_p_value: float | None
    proportionality: ProportionalityTest
    level: float


@dataclass(frozen=True, kw_only=True, eq=False)
class OrdinalPrediction:
    """What a fit predicts for some patterns of covariates.

    Attributes
    ----------
    ratings : tuple of float
        The ratings that were seen, one for each column of the shares.
    shares : array of float64, shape (m, r)
        Probability of each rating for each pattern; each row sums to 1.
    share_lower, share_upper : array of float64, shape (m, r)
        Limits by the delta method on the scale of log odds, so that they stay within 0 and 1.
    means : tuple of PredictedMean
        The mean rating of each pattern.
    mean_covariance : array of float64, shape (m, m)
        Covariance of the means.
    """

    ratings: tuple[float, ...]
    shares: Array
    share_lower: Array
    share_upper: Array
    means: tuple[PredictedMean, ...]
    mean_covariance: Array

    def difference(self, of: int, less: int) -> PredictedMean:
        """Return the mean of one pattern less that of another, by their places, with interval and Wald test."""
        weights = np.zeros(len(self.means))
        weights[of] += 1
        weights[less] -= 1
        values = np.array([mean.value for mean in self.means])
        mean = _mean(float(weights @ values), float(weights @ self.mean_covariance @ weights), self.means[of].level)
        if mean.value is None or mean.standard_error == 0:
            return mean
        return replace(mean, p_value=2 * normal_cdf(-abs(mean.value) / mean.standard_error))


def fit_ordinal(
    rating: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    scale: Sequence[float] | None = None,
    level: float = 0.95,
) -> OrdinalFit:
    """Return a proportional-odds regression of a rating with ordered values, such as 0 to 10.

    With covariates x, thresholds a and coefficients b,

        log odds of a rating of at most seen[j]  =  a[j] - x'b

    so that ``exp(b)`` multiplies the odds of a higher rating, at whichever threshold. The log-likelihood is concave in
    thresholds and coefficients together, and Newton's method with exact derivatives finds its maximum.

    Parameters
    ----------
    rating : array-like of numbers, shape (n,)
        Only their order counts for the coefficients; predicted means use their values.
    covariates : array-like of numbers, shape (n, k) or (n,)
        Without a column of ones.
    names : sequence of str, optional
        What to call the covariates.
    scale : sequence of numbers, optional
        All ratings that could have been given, such as ``range(11)``: those that nobody gave are then named in
        ``unseen``.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    OrdinalFit
        Without coefficients, and with a reason, where all ratings are equal; without the coefficient of a covariate
        that separates low ratings from high ones.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ, a rating is not on the scale, or a covariate is constant or a
        combination of the others.

    References
    ----------
    McCullagh (1980), Journal of the Royal Statistical Society B 42(2), 109-142.
    Burridge (1981), Journal of the Royal Statistical Society B 43(1), 41-45, for the concavity.
    Peterson & Harrell (1990), Applied Statistics 39(2), 205-217, for the score test of proportionality.

    Examples
    --------
    >>> rating, treated = [2, 3, 3, 5, 6, 3, 5, 6, 7, 8], [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> fit = fit_ordinal(rating, treated, ["treated"], scale=range(11))
    >>> round(fit.coefficients[0].value, 3), fit.unseen
    (-2.116, (0.0, 1.0, 4.0, 9.0, 10.0))
    >>> predicted = predict_ordinal(fit, [[0], [1]])
    >>> round(predicted.difference(1, 0).value, 2)
    -1.99
    """
    require_level(level)
    ratings, columns = number_vector(rating, "rating"), checked_covariates(covariates, names)
    require_same_length(rating=ratings, covariates=columns.values)
    seen, place = np.unique(ratings, return_inverse=True)
    unseen = _unseen(seen, scale)
    if seen.size < 2:
        return _no_fit(columns, seen, unseen, level, f"all {ratings.size} ratings are equal")
    return _fit(columns, seen, unseen, place, level)


def predict_ordinal(fit: OrdinalFit, patterns: ArrayLike) -> OrdinalPrediction:
    """Return the share of each rating and the mean rating for patterns of covariates.

    Parameters
    ----------
    fit : OrdinalFit
        A fit whose coefficients are all there.
    patterns : array-like of numbers, shape (m, k)
        One row a pattern, the covariates in the order of the fit.

    Returns
    -------
    OrdinalPrediction
        Intervals by the delta method, at the level of the fit.

    Raises
    ------
    ParameterError
        If the fit did not converge (its reason is repeated) or the patterns have another number of columns.
    """
    matrix = np.asarray(patterns, dtype=np.float64)
    if fit.full_covariance is None:
        raise ParameterError(f"the fit has no coefficients to predict from: {fit.reason}.")
    slopes = np.array([coefficient.value for coefficient in fit.coefficients], dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[1] != slopes.size or not np.all(np.isfinite(matrix)):
        raise ParameterError(
            f"patterns must have {slopes.size} columns of finite numbers, one for each covariate; got shape {matrix.shape}."
        )
    at_most = 1 / (1 + np.exp(-(fit.thresholds - (matrix @ slopes)[:, None])))
    shares = np.diff(at_most, axis=1, prepend=0.0, append=1.0)
    turns = _share_turns(at_most, matrix)
    errors = np.sqrt(np.maximum(np.einsum("mrp,pq,mrq->mr", turns, fit.full_covariance, turns), 0.0))
    odds_width = normal_quantile((1 + fit.level) / 2) * errors / (shares * (1 - shares))
    odds = np.log(shares / (1 - shares))
    ratings = np.array(fit.seen)
    mean_turns = np.einsum("r,mrp->mp", ratings, turns)
    covariance = mean_turns @ fit.full_covariance @ mean_turns.T
    return OrdinalPrediction(
        ratings=fit.seen,
        shares=shares,
        share_lower=1 / (1 + np.exp(odds_width - odds)),
        share_upper=1 / (1 + np.exp(-odds_width - odds)),
        means=tuple(
            _mean(value, variance, fit.level)
            for value, variance in zip((shares @ ratings).tolist(), np.diag(covariance).tolist(), strict=True)
        ),
        mean_covariance=covariance,
    )


def _fit(columns: Covariates, seen: Array, unseen: tuple[float, ...], place: IntArray, level: float) -> OrdinalFit:
    centre, cut = columns.values.mean(axis=0), seen.size - 1
    x = columns.values - centre
    below, above = _log_odds_designs(place, x, cut)
    best = climb(
        lambda theta: _ascent(theta, below, above, place, seen.size),
        start=np.append(_threshold_start(place, seen.size), np.zeros(centre.size)),
        unit=np.append(np.ones(cut), columns.spread),
    )
    drifts = best.drifts[cut:]
    if not best.converged and not np.any(drifts):
        return _no_fit(columns, seen, unseen, level, "the likelihood has no maximum that could be found")
    thresholds, slopes = best.at[:cut], best.at[cut:]
    covariance = _uncentred(inverse(best.reached.information), centre)
    null = _null_log_likelihood(place, seen.size)
    whole = best.converged
    return OrdinalFit(
        coefficients=wald_coefficients(
            columns.names,
            slopes,
            covariance[cut:, cut:],
            level,
            METHOD,
            reasons=[_SEPARATED if drift else None for drift in drifts],
        ),
        covariance=covariance[cut:, cut:] if whole else None,
        count=place.size,
        converged=whole,
        reason=None if whole else _SEPARATED,
        seen=tuple(seen.tolist()),
        unseen=unseen,
        thresholds=thresholds + centre @ slopes if whole else np.empty(0),
        full_covariance=covariance if whole else None,
        log_likelihood=best.reached.value,
        null_log_likelihood=null,
        ratio_p_value=chi_square_upper_tail(max(2 * (best.reached.value - null), 0.0), centre.size),
        proportionality=test_of_proportionality(place, x, thresholds, slopes)
        if whole
        else ProportionalityTest(degrees_of_freedom=centre.size * (cut - 1), reason=_SEPARATED),
        level=level,
    )


def _no_fit(columns: Covariates, seen: Array, unseen: tuple[float, ...], level: float, reason: str) -> OrdinalFit:
    return OrdinalFit(
        coefficients=missing_coefficients(columns.names, level, METHOD, reason),
        covariance=None,
        count=len(columns.values),
        converged=False,
        reason=reason,
        seen=tuple(seen.tolist()),
        unseen=unseen,
        thresholds=np.empty(0),
        full_covariance=None,
        log_likelihood=None,
        null_log_likelihood=None,
        ratio_p_value=None,
        proportionality=ProportionalityTest(degrees_of_freedom=0, reason=reason),
        level=level,
    )


def _unseen(seen: Array, scale: Sequence[float] | None) -> tuple[float, ...]:
    if scale is None:
        return ()
    possible = np.unique(number_vector(np.asarray(scale), "scale"))
    strange_count = int(np.count_nonzero(~np.isin(seen, possible)))
    if strange_count:
        raise ParameterError(f"rating has {strange_count} distinct values that are not on the scale.")
    return tuple(possible[~np.isin(possible, seen)].tolist())


def _threshold_start(place: IntArray, seen_count: int) -> Array:
    """Return the thresholds without covariates: log odds of the cumulated shares."""
    share = np.cumsum(np.bincount(place, minlength=seen_count))[:-1] / place.size
    start: Array = np.log(share / (1 - share))
    return start


def _null_log_likelihood(place: IntArray, seen_count: int) -> float:
    counts = np.bincount(place, minlength=seen_count)
    return float(counts @ np.log(counts / place.size))


def _log_odds_designs(place: IntArray, x: Array, threshold_count: int) -> tuple[Array, Array]:
    """Return the designs of the log odds just below and just above each row's rating: thresholds, then slopes."""
    chosen = np.vstack([np.eye(threshold_count), np.zeros(threshold_count)])
    # The lowest rating has nothing below and the highest nothing above: _ascent leaves those ends out.
    return np.column_stack([chosen[place - 1], -x]), np.column_stack([chosen[place], -x])


def _ascent(theta: Array, below: Array, above: Array, place: IntArray, seen_count: int) -> Ascent:
    """Return the log-likelihood where a row's share is F(upper) - F(lower), F logistic.

    With d = lower - upper < 0 that share is ``F(upper) (1 - F(lower)) (1 - exp(d))``, which loses no digits in the tails.
    The upper end of the highest rating and the lower end of the lowest are infinite, and give no derivative.
    """
    has_lower, has_upper = place > 0, place < seen_count - 1
    lower, upper = np.where(has_lower, below @ theta, -np.inf), np.where(has_upper, above @ theta, np.inf)
    width = lower - upper
    if np.any(width >= 0):
        nothing = np.zeros_like(theta)
        return Ascent(value=-math.inf, slope=nothing, information=np.diag(nothing))
    lower_odds, upper_odds = np.where(has_lower, lower, 0.0), np.where(has_upper, upper, 0.0)
    at_most_lower = np.where(has_lower, 1 / (1 + np.exp(-np.clip(lower_odds, -700, 700))), 0.0)
    at_most_upper = np.where(has_upper, 1 / (1 + np.exp(-np.clip(upper_odds, -700, 700))), 1.0)
    gap = -np.expm1(width)  # 1 - exp(d)
    value = np.where(has_upper, -np.logaddexp(0, -upper_odds), 0.0) - np.where(
        has_lower, np.logaddexp(0, lower_odds), 0.0
    )
    pull = np.exp(width) / gap
    slope_upper = np.where(has_upper, 1 - at_most_upper + pull, 0.0)
    slope_lower = np.where(has_lower, -at_most_lower - pull, 0.0)
    bend = pull / gap
    bend_upper = np.where(has_upper, at_most_upper * (1 - at_most_upper) + bend, 0.0)
    bend_lower = np.where(has_lower, at_most_lower * (1 - at_most_lower) + bend, 0.0)
    shared = (below * np.where(has_lower & has_upper, bend, 0.0)[:, None]).T @ above
    return Ascent(
        value=float(np.sum(value + np.log(gap))),
        slope=above.T @ slope_upper + below.T @ slope_lower,
        information=above.T @ (above * bend_upper[:, None])
        + below.T @ (below * bend_lower[:, None])
        - shared
        - shared.T,
    )


def _uncentred(covariance: Array, centre: Array) -> Array:
    """Return the covariance when the thresholds move from the centre of the covariates to 0."""
    threshold_count = len(covariance) - centre.size
    move = np.eye(len(covariance))
    move[:threshold_count, threshold_count:] = centre
    return move @ covariance @ move.T


def _share_turns(at_most: Array, patterns: Array) -> Array:
    """Return the derivatives of the shares by thresholds and slopes, shape (m, r, thresholds + k)."""
    density = at_most * (1 - at_most)
    pattern_count, threshold_count = density.shape
    by_threshold = np.zeros((pattern_count, threshold_count, threshold_count + patterns.shape[1]))
    steps = np.arange(threshold_count)
    by_threshold[:, steps, steps] = density
    by_threshold[:, :, threshold_count:] = -density[:, :, None] * patterns[:, None, :]
    edge = np.zeros((pattern_count, 1, by_threshold.shape[2]))
    return np.diff(by_threshold, axis=1, prepend=edge, append=edge)


def _mean(value: float, variance: float, level: float) -> PredictedMean:
    error = math.sqrt(max(variance, 0.0))
    half_width = normal_quantile((1 + level) / 2) * error
    return PredictedMean(
        value=value,
        lower=value - half_width,
        upper=value + half_width,
        level=level,
        method=DELTA_METHOD,
        standard_error=error,
    )
