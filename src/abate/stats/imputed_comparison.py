"""By how much do arms differ at a visit when unseen visits are imputed?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.analysis_of_covariance import CovarianceAnalysis, covariance_analysis
from abate.stats.arm_models import FittedModel, ImputationModel, fit_arms
from abate.stats.arrays import Array, require_level
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.imputation import ImputedOutcomes, checked_delta, checked_strategies, fill_in
from abate.stats.intervals import IntervalEstimate
from abate.stats.reference_strategies import Strategy
from abate.stats.repeated_outcomes import RepeatedOutcomes, checked_visit
from abate.stats.rubin import PooledEstimate, pool_estimates

JACKKNIFE_METHOD = "conditional mean imputation, jackknife, normal interval"

_COMPLETED_AT_ONCE = 4_000_000


@dataclass(frozen=True, kw_only=True)
class PooledComparison:
    """One arm against the reference at one visit, over all imputations.

    Attributes
    ----------
    arm, reference : label
    visit : int
        Place of the visit, from 0.
    difference : PooledEstimate
        Mean of the arm less mean of the reference, covariates held equal.
    arm_mean, reference_mean : PooledEstimate
        Means at the average of the covariates.
    """

    arm: Any
    reference: Any
    visit: int
    difference: PooledEstimate
    arm_mean: PooledEstimate
    reference_mean: PooledEstimate


@dataclass(frozen=True, kw_only=True)
class JackknifeEstimate(IntervalEstimate):
    """An estimate after conditional mean imputation.

    Attributes
    ----------
    standard_error, statistic, p_value : float or None
        By leaving out each person in turn; the test takes the normal distribution.
    """

    standard_error: float | None = None
    statistic: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, kw_only=True)
class ConditionalMeanComparison:
    """One arm against the reference at one visit, with each unseen visit at its conditional mean.

    Attributes
    ----------
    arm, reference, visit
        As in :class:`PooledComparison`.
    difference, arm_mean, reference_mean : JackknifeEstimate
    reason : str or None
        Why there are no estimates.
    """

    arm: Any
    reference: Any
    visit: int
    difference: JackknifeEstimate
    arm_mean: JackknifeEstimate
    reference_mean: JackknifeEstimate
    reason: str | None = None


def compare_imputed(
    imputed: ImputedOutcomes, visit: int = -1, covariates: ArrayLike | None = None, level: float = 0.95
) -> tuple[PooledComparison, ...]:
    """Return each arm's difference from the reference at a visit: analysis of covariance, pooled by Rubin's rules.

    Parameters
    ----------
    imputed : ImputedOutcomes
        From :func:`abate.stats.imputation.impute_outcomes`, with :meth:`ImputedOutcomes.shifted` where a delta is wanted.
    visit : int
        Place of the visit, from 0; -1 is the last.
    covariates : array-like of numbers, shape (n, k), optional
        What the analysis adjusts for; those of the imputation where it is not given. ``np.empty((n, 0))`` for none.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    tuple of PooledComparison
        One for each arm but the reference, in the order of ``data.arms``.

    Raises
    ------
    ParameterError
        If there is no such visit, the covariates do not fit, or no degrees of freedom are left.

    Examples
    --------
    >>> from abate.stats.imputation import impute_outcomes
    >>> from abate.stats.repeated_outcomes import checked_outcomes
    >>> nan = float("nan")
    >>> outcomes = [[7, 5], [8, nan], [6, 4], [7, 3], [5, 4], [8, 7], [7, nan], [6, 6], [9, 7], [5, 5]]
    >>> data = checked_outcomes(outcomes, ["drug"] * 5 + ["none"] * 5, "none")
    >>> imputed = impute_outcomes(data, Strategy.JUMP_TO_REFERENCE, seed=1)
    >>> comparison, = compare_imputed(imputed)
    >>> comparison.arm, -3 < comparison.difference.value < -1
    ('drug', True)
    """
    pooled, analysis, place = _pooled(imputed, visit, covariates, level)
    return tuple(
        PooledComparison(
            arm=arm,
            reference=imputed.data.arms[0],
            visit=place,
            difference=pooled[analysis.place_of_difference(k)],
            arm_mean=pooled[analysis.place_of_mean(k)],
            reference_mean=pooled[analysis.place_of_mean(0)],
        )
        for k, arm in enumerate(imputed.data.arms)
        if k > 0
    )


def imputed_means(
    imputed: ImputedOutcomes, visit: int = -1, covariates: ArrayLike | None = None, level: float = 0.95
) -> tuple[PooledEstimate, ...]:
    """Return each arm's mean at a visit, at the average of the covariates, pooled by Rubin's rules.

    Parameters
    ----------
    imputed, visit, covariates, level
        As in :func:`compare_imputed`; one arm is enough.

    Returns
    -------
    tuple of PooledEstimate
        In the order of ``data.arms``.

    Raises
    ------
    ParameterError
        As :func:`compare_imputed`.

    Examples
    --------
    >>> from abate.stats.imputation import impute_outcomes
    >>> from abate.stats.repeated_outcomes import checked_outcomes
    >>> ratings = [[7, 5], [8, float("nan")], [6, 4], [7, 3], [5, 4], [8, 7]]
    >>> mean, = imputed_means(impute_outcomes(checked_outcomes(ratings), seed=1))
    >>> 4.6 < mean.value < 5.4
    True
    """
    pooled, analysis, _ = _pooled(imputed, visit, covariates, level)
    return tuple(pooled[analysis.place_of_mean(k)] for k in range(len(imputed.data.arms)))


def compare_conditional_means(
    data: RepeatedOutcomes,
    strategy: Strategy | Sequence[Strategy] = Strategy.MISSING_AT_RANDOM,
    visit: int = -1,
    delta: ArrayLike = 0.0,
    model: ImputationModel = ImputationModel.COMMON,
    covariates: ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[ConditionalMeanComparison, ...]:
    """Return each arm's difference from the reference with unseen visits at their conditional mean, without chance.

    The REML fit of the imputation model gives each unseen visit its mean given the seen ones under the strategy; the
    analysis of covariance of the completed outcomes gives the estimate. Its standard error is the jackknife's: with
    t_i the estimate when person i is left out of everything, imputation model included,
    ``sqrt((n - 1) / n * sum((t_i - mean)²))``. It is right in repeated samples also for reference-based strategies, where
    Rubin's rules are too wide.

    Parameters
    ----------
    data : RepeatedOutcomes
        From :func:`abate.stats.repeated_outcomes.checked_outcomes`.
    strategy, model
        As in :func:`abate.stats.imputation.impute_outcomes`.
    visit, covariates, level
        As in :func:`compare_imputed`.
    delta : array-like of numbers that fits shape (n, v)
        Added to what is imputed.

    Returns
    -------
    tuple of ConditionalMeanComparison
        One for each arm but the reference. Without estimates, and with a reason, where the imputation model cannot be
        fitted to the outcomes; without an interval where it cannot be fitted without some person.

    Raises
    ------
    ParameterError
        As the functions named above.

    References
    ----------
    Wolbers, Noci, Delmar, Gower-Page, Yiu & Bartlett (2022), Pharmaceutical Statistics 21(6), 1246-1257.
    https://doi.org/10.1002/pst.2234

    Examples
    --------
    >>> from abate.stats.repeated_outcomes import checked_outcomes
    >>> nan = float("nan")
    >>> outcomes = [[7, 5], [8, nan], [6, 4], [7, 3], [5, 4], [8, 7], [7, nan], [6, 6], [9, 7], [5, 5]]
    >>> data = checked_outcomes(outcomes, ["drug"] * 5 + ["none"] * 5, "none")
    >>> comparison, = compare_conditional_means(data, Strategy.JUMP_TO_REFERENCE)
    >>> round(comparison.difference.value, 3)
    -1.69
    """
    require_level(level)
    analysis, place = covariance_analysis(data, covariates), checked_visit(visit, data)
    strategies = checked_strategies(strategy, data)
    shift = np.where(data.seen, 0.0, checked_delta(delta, data))[:, place]
    fit = fit_arms(data, model)
    if fit.reason is not None:
        return _describe_jackknife(data, place, analysis, None, None, level, fit.reason)
    completed = fill_in(data, strategies, fit.parameters(), random=None)[:, :, place] + shift
    estimates = analysis.of(completed)[0][0]
    left_out = _estimates_without_each(fit, strategies, place, shift, analysis)
    reason = None if left_out is not None else "the imputation model cannot be fitted without some person"
    return _describe_jackknife(data, place, analysis, estimates, left_out, level, reason)


def _pooled(
    imputed: ImputedOutcomes, visit: int, covariates: ArrayLike | None, level: float
) -> tuple[list[PooledEstimate], CovarianceAnalysis, int]:
    """Return the pooled estimates of the analysis, the analysis, and the visit counted from 0."""
    require_level(level)
    analysis, place = covariance_analysis(imputed.data, covariates), checked_visit(visit, imputed.data)
    estimates, variances = analysis.of(imputed.values[:, :, place])
    columns = zip(estimates.T, variances.T, strict=True)
    return [pool_estimates(*column, analysis.degrees_of_freedom, level) for column in columns], analysis, place


def _estimates_without_each(
    fit: FittedModel,
    strategies: Sequence[Strategy],
    place: int,
    shift: Array,
    analysis: CovarianceAnalysis,
) -> Array | None:
    """Return the estimates without each person, shape (n, estimates); None where a model cannot be fitted."""
    data = fit.data
    block_size = max(1, _COMPLETED_AT_ONCE // data.outcomes.size)
    blocks = []
    for start in range(0, len(data.outcomes), block_size):
        persons = np.arange(start, min(start + block_size, len(data.outcomes)))
        parameters = fit.parameters_without_each(persons)
        if parameters is None:
            return None
        completed = fill_in(data, strategies, parameters, random=None)[:, :, place] + shift
        blocks.append(analysis.without_each(persons, completed))
    return np.concatenate(blocks)


def _describe_jackknife(
    data: RepeatedOutcomes,
    place: int,
    analysis: CovarianceAnalysis,
    estimates: Array | None,
    left_out: Array | None,
    level: float,
    reason: str | None,
) -> tuple[ConditionalMeanComparison, ...]:
    described = [
        _jackknife_estimate(
            None if estimates is None else float(estimates[k]),
            None if left_out is None else left_out[:, k],
            level,
            reason,
        )
        for k in range(2 * analysis.arm_count - 1)
    ]
    return tuple(
        ConditionalMeanComparison(
            arm=arm,
            reference=data.arms[0],
            visit=place,
            difference=described[analysis.place_of_difference(k)],
            arm_mean=described[analysis.place_of_mean(k)],
            reference_mean=described[analysis.place_of_mean(0)],
            reason=reason,
        )
        for k, arm in enumerate(data.arms)
        if k > 0
    )


def _jackknife_estimate(
    value: float | None, left_out: Array | None, level: float, reason: str | None
) -> JackknifeEstimate:
    if value is None or left_out is None:
        return JackknifeEstimate(value=value, level=level, method=JACKKNIFE_METHOD, reason=reason)
    n = left_out.size
    error = math.sqrt((n - 1) / n * float(np.sum((left_out - left_out.mean()) ** 2)))
    half_width = normal_quantile((1 + level) / 2) * error
    return JackknifeEstimate(
        value=value,
        lower=value - half_width,
        upper=value + half_width,
        level=level,
        method=JACKKNIFE_METHOD,
        standard_error=error,
        statistic=value / error if error > 0 else None,
        p_value=2 * normal_cdf(-abs(value) / error) if error > 0 else None,
    )
