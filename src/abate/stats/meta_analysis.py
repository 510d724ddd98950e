"""What do several studies say together, and what would the next one say?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from abate.stats.arrays import Array, require_level
from abate.stats.distributions import normal_cdf, normal_quantile, t_quantile, t_two_sided_p
from abate.stats.heterogeneity import BetweenStudies, Heterogeneity, measure_heterogeneity
from abate.stats.intervals import IntervalEstimate
from abate.stats.study_effects import Scale, StudyEffects


class PooledInterval(Enum):
    """How the interval of a random-effects mean is made."""

    NORMAL = "normal"
    HARTUNG_KNAPP = "Hartung-Knapp"
    HARTUNG_KNAPP_NEVER_SHRUNK = "Hartung-Knapp, never below the normal standard error"


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledEffect(IntervalEstimate):
    """The mean effect of several studies; ``value`` and all limits are turned back from the scale of pooling.

    Attributes
    ----------
    scale : Scale
        On which the studies were pooled: a mean of log odds turned back is near the median study's share, not the mean.
    study_count : int
        Studies pooled.
    standard_error : float or None
        On ``scale``.
    p_value : float or None
        Two-sided test of an effect of 0 on ``scale``. That is no difference for differences and log ratios; for a
        share it is one half and for a rate 1 per unit, which is seldom a question.
    prediction_lower, prediction_upper : float or None
        Where the true effect of a new study would lie with probability ``level``; None below three studies and in a
        fixed-effect pooling.
    weights : array of float64, shape (k,)
        Each study's share in the mean; they sum to 1.
    heterogeneity : Heterogeneity
        How much the studies differ.
    caution : str or None
        Why the interval must be read with care.
    """

    scale: Scale
    study_count: int
    standard_error: float | None = None
    p_value: float | None = None
    prediction_lower: float | None = None
    prediction_upper: float | None = None
    weights: Array
    heterogeneity: Heterogeneity
    caution: str | None = None


def pool_fixed(effects: StudyEffects, level: float = 0.95) -> PooledEffect:
    """Return the mean of studies that share one true effect, weighted by the inverse of their variances.

    The mean is ``m = Σ wy / Σ w`` with ``w = 1/v``, its standard error ``1/sqrt(Σ w)``. Where the studies differ
    beyond chance it speaks of these studies only (``heterogeneity`` says how much they do).

    Parameters
    ----------
    effects : StudyEffects
        From a function of :mod:`abate.stats.study_effects`.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    PooledEffect
        Without numbers, and with a reason, where there are no studies or one has no effect on the scale. One study is
        given as it is, with a caution.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.

    References
    ----------
    Cochran (1954), Biometrics 10(1), 101-129.

    Examples
    --------
    >>> from abate.stats.study_effects import effects_given
    >>> pooled = pool_fixed(effects_given([1.0, 3.0], [1.0, 1.0]))
    >>> pooled.value, round(pooled.lower, 3), round(pooled.upper, 3)
    (2.0, 0.614, 3.386)
    """
    require_level(level)
    method = "fixed effect, inverse variance" + _correction(effects)
    heterogeneity = measure_heterogeneity(effects.effect, effects.variance, None, level)
    if effects.effect.size == 0:
        return _nothing(effects, heterogeneity, level, method)
    w = 1 / effects.variance
    mean, se = float(w @ effects.effect / w.sum()), 1 / math.sqrt(w.sum())
    return _describe(
        effects,
        heterogeneity,
        mean=mean,
        standard_error=se,
        half_width=normal_quantile((1 + level) / 2) * se,
        p_value=2 * normal_cdf(-abs(mean) / se),
        weights=w / w.sum(),
        level=level,
        method=method,
        caution="one study: nothing is pooled" if effects.effect.size == 1 else None,
    )


def pool_random(
    effects: StudyEffects,
    estimator: BetweenStudies = BetweenStudies.REML,
    interval: PooledInterval = PooledInterval.HARTUNG_KNAPP,
    level: float = 0.95,
) -> PooledEffect:
    """Return the mean of the true effects of studies that differ.

    The mean is ``m = Σ wy / Σ w`` with ``w = 1/(v + tau²)``. NORMAL takes the standard error ``1/sqrt(Σ w)`` and the
    normal quantile. HARTUNG_KNAPP takes ``sqrt(Σ w (y-m)² / ((k-1) Σ w))`` and Student's t on k - 1 degrees of freedom;
    where studies agree by chance it can be narrower than NORMAL, which HARTUNG_KNAPP_NEVER_SHRUNK forbids. The
    prediction interval is ``m ± t sqrt(se² + tau²)`` with t on k - 2 degrees of freedom; it holds too little
    where tau² is not well above the sampling variances (87 % of 95 % with ten studies and both equal).

    Parameters
    ----------
    effects : StudyEffects
        From a function of :mod:`abate.stats.study_effects`.
    estimator : BetweenStudies
        How tau², the variance of the true effects, is found.
    interval : PooledInterval
        Which interval the mean gets.
    level : float
        Coverage of all intervals, between 0 and 1.

    Returns
    -------
    PooledEffect
        Without numbers, and with a reason, where there are no studies or one has no effect on the scale. One study
        has a value and no interval: nothing is known of how others would differ. Two have one, with a caution.
        Without an interval where all effects are equal and HARTUNG_KNAPP would give it no width.

    Raises
    ------
    ParameterError
        If ``level`` is outside its range.

    References
    ----------
    DerSimonian & Laird (1986), Controlled Clinical Trials 7(3), 177-188. https://doi.org/10.1016/0197-2456(86)90046-2
    Hartung & Knapp (2001), Statistics in Medicine 20(24), 3875-3889. https://doi.org/10.1002/sim.1009
    Knapp & Hartung (2003), Statistics in Medicine 22(17), 2693-2710. https://doi.org/10.1002/sim.1482
    Higgins, Thompson & Spiegelhalter (2009), JRSS A 172(1), 137-159. https://doi.org/10.1111/j.1467-985X.2008.00552.x

    Examples
    --------
    >>> from abate.stats.study_effects import effects_of_proportions
    >>> pooled = pool_random(effects_of_proportions([48, 55, 15, 25], [61, 77, 55, 34]))
    >>> f"{pooled.value:.2f} ({pooled.lower:.2f} to {pooled.upper:.2f}), I² {pooled.heterogeneity.i_squared:.2f}"
    '0.64 (0.25 to 0.90), I² 0.91'
    """
    require_level(level)
    method = f"random effects, {estimator.value}, {interval.value} interval" + _correction(effects)
    heterogeneity = measure_heterogeneity(effects.effect, effects.variance, estimator, level)
    k, tau_squared = effects.effect.size, heterogeneity.tau_squared
    if k == 0:
        return _nothing(effects, heterogeneity, level, method)
    if tau_squared is None:
        return _only_study(effects, heterogeneity, level, method)
    w = 1 / (effects.variance + tau_squared)
    mean = float(w @ effects.effect / w.sum())
    se = _standard_error(effects.effect - mean, w, interval)
    is_normal = interval is PooledInterval.NORMAL
    quantile = normal_quantile((1 + level) / 2) if is_normal else t_quantile((1 + level) / 2, k - 1)
    return _describe(
        effects,
        heterogeneity,
        mean=mean,
        standard_error=se,
        half_width=quantile * se,
        p_value=_p_value(mean, se, None if is_normal else k - 1),
        weights=w / w.sum(),
        level=level,
        method=method,
        prediction_half_width=t_quantile((1 + level) / 2, k - 2) * math.hypot(se, math.sqrt(tau_squared))
        if k > 2
        else None,
        caution="two studies hardly show how much studies differ, and give no prediction" if k == 2 else None,
    )


def _standard_error(deviation: Array, w: Array, interval: PooledInterval) -> float:
    """Return the standard error of the weighted mean on the pooling scale."""
    normal = 1 / math.sqrt(w.sum())
    if interval is PooledInterval.NORMAL:
        return normal
    hartung_knapp = math.sqrt(float(w @ deviation**2) / ((w.size - 1) * float(w.sum())))
    is_shrunk = interval is PooledInterval.HARTUNG_KNAPP_NEVER_SHRUNK and hartung_knapp < normal
    return normal if is_shrunk else hartung_knapp


def _p_value(mean: float, standard_error: float, degrees_of_freedom: int | None) -> float | None:
    """Return the two-sided p value of a mean of 0, by the normal distribution where there are no degrees of freedom."""
    if standard_error == 0:
        return None
    if degrees_of_freedom is None:
        return 2 * normal_cdf(-abs(mean) / standard_error)
    return t_two_sided_p(mean / standard_error, degrees_of_freedom)


def _describe(
    effects: StudyEffects,
    heterogeneity: Heterogeneity,
    *,
    mean: float,
    standard_error: float,
    half_width: float,
    p_value: float | None,
    weights: Array,
    level: float,
    method: str,
    caution: str | None,
    prediction_half_width: float | None = None,
) -> PooledEffect:
    """Return a mean and its intervals, turned back from the scale of pooling."""
    has_width = standard_error > 0
    value = _turned_back(mean, effects.scale)
    lower = _turned_back(mean - half_width, effects.scale) if has_width else None
    upper = _turned_back(mean + half_width, effects.scale) if has_width else None
    reason = None if None not in (value, lower, upper) else "a limit is too large a number to be written"
    has_prediction = prediction_half_width is not None
    return PooledEffect(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        reason=reason if has_width else "all effects are equal, which leaves the Hartung-Knapp interval no width",
        scale=effects.scale,
        study_count=effects.effect.size,
        standard_error=standard_error if has_width else None,
        p_value=p_value,
        prediction_lower=_turned_back(mean - (prediction_half_width or 0), effects.scale) if has_prediction else None,
        prediction_upper=_turned_back(mean + (prediction_half_width or 0), effects.scale) if has_prediction else None,
        weights=weights,
        heterogeneity=heterogeneity,
        caution=caution,
    )


def _turned_back(number: float, scale: Scale) -> float | None:
    """Return a number on the scale of the data, None where it overflows."""
    if scale is Scale.LOGIT:
        return 0.5 + math.tanh(number / 2) / 2
    if scale is Scale.LOG:
        return math.exp(number) if number < 700 else None
    return number


def _only_study(effects: StudyEffects, heterogeneity: Heterogeneity, level: float, method: str) -> PooledEffect:
    """Return the effect of the only study, without the interval of a mean over studies."""
    return PooledEffect(
        value=_turned_back(float(effects.effect[0]), effects.scale),
        level=level,
        method=method,
        reason="one study cannot show how studies differ; give its own interval instead",
        scale=effects.scale,
        study_count=1,
        weights=np.ones(1),
        heterogeneity=heterogeneity,
    )


def _nothing(effects: StudyEffects, heterogeneity: Heterogeneity, level: float, method: str) -> PooledEffect:
    """Return no number, and the reason."""
    return PooledEffect(
        level=level,
        method=method,
        reason=effects.reason or "there are no studies",
        scale=effects.scale,
        study_count=0,
        weights=np.empty(0),
        heterogeneity=heterogeneity,
    )


def _correction(effects: StudyEffects) -> str:
    """Return what was added to the counts, for the name of the method."""
    if not effects.corrected_count:
        return ""
    studies = "1 study" if effects.corrected_count == 1 else f"{effects.corrected_count} studies"
    return f", {effects.zero_addend:g} added to the counts of {studies}"
