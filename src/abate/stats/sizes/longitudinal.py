"""How many persons does a comparison of repeated ratings need, some of whom leave?

The mixed model for repeated measures uses every rating, so that who leaves still counts in part. Drop-out is in these
formulas already: the size is not raised for it again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import number_vector
from abate.stats.distributions import normal_quantile, t_quantile
from abate.stats.sizes.checks import arm_shares, require_above_zero, require_rate, require_sided
from abate.stats.sizes.expected_degrees import MeanModel, satterthwaite_degrees
from abate.stats.sizes.rated_arm import RatedArm, variance_inflation, visit_weights
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.size import Size, fields_of
from abate.stats.sizes.solving import answer, require_effect
from abate.stats.sizes.wald import difference_question, standard_error

_DROPOUT = "drop-out is in the formula"
# A t test asks for so many persons at the visit that is seen least, beyond its coefficients.
_SPARE_PERSONS = 2
_SMALL_ARM = 60
_SMALL = (
    f"below {_SMALL_ARM} persons an arm the normal formula promises some points of power too much; "
    "take the t reference, and decide on a simulation"
)


@dataclass(frozen=True, kw_only=True)
class LongitudinalSize(Size):
    """A size for repeated ratings, with what drop-out does to it.

    Attributes
    ----------
    standard_error : float
        Of the compared contrast at the unrounded size, in the outcome's unit.
    degrees_of_freedom : float or None
        Expected, by Satterthwaite; None for a normal reference.
    inflation : tuple of two float
        What drop-out multiplies the variance of the contrast by, arm 1 first (phi of Lu, Luo and Chen).
    """

    standard_error: float
    degrees_of_freedom: float | None
    inflation: tuple[float, float]


def contrast_over_visits(
    *,
    effect: float | None,
    weights: ArrayLike,
    active: RatedArm,
    control: RatedArm,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
    reference: Reference = Reference.NORMAL,
    covariate_count: int = 1,
) -> LongitudinalSize:
    """Return size, effect, power or alpha of a difference of any contrast over visits, whichever is ``None``.

    The variance is ``l' [inverse(I_1) / n_1 + inverse(I_2) / n_2] l`` with I the information of one person.

    Parameters
    ----------
    effect : float or None
        True difference between arms of the weighted means, in the direction of benefit, above 0.
    weights : array-like, shape (J,)
        ``(0, ..., 0, 1)`` for the last visit, ``(0, 0, 1/3, 1/3, 1/3)`` for the mean of days 3 to 5 of 5.
    active, control : RatedArm
        From :func:`~abate.stats.sizes.rated_arm.arm_leaving` or
        :func:`~abate.stats.sizes.rated_arm.arm_with_patterns`; the covariance given the baseline where it is adjusted for.
    total, power, alpha, sided, allocation
        As for :func:`abate.stats.sizes.means.two_means`; the size counts the randomised.
    reference : Reference
        Normal (the published formula), or t with the degrees of freedom to be expected.
    covariate_count : int
        Of covariates by visit; counts for t only.

    Returns
    -------
    LongitudinalSize

    Raises
    ------
    UnknownCountError, EffectError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Lu, Luo & Chen (2008), International Journal of Biostatistics 4(1), article 9. https://doi.org/10.2202/1557-4679.1098

    Examples
    --------
    >>> from abate.stats.sizes.rated_arm import arm_leaving
    >>> arm = arm_leaving([[1, 0.6], [0.6, 1]], [1, 0.8])
    >>> size = contrast_over_visits(effect=0.5, weights=[0, 1], active=arm, control=arm, power=0.9)
    >>> round(size.per_arm[0], 2), round(size.inflation[0], 3)
    (97.51, 1.16)
    """
    contrast = visit_weights(weights, active.visit_count)
    return _compared(
        MeanModel(design=np.eye(active.visit_count), weights=contrast),
        active,
        control,
        effect=effect,
        total=total,
        power=power,
        alpha=alpha,
        sided=sided,
        allocation=allocation,
        reference=reference,
        covariate_count=covariate_count,
        title="mixed model for repeated measures, contrast over visits",
        source="Lu, Luo & Chen (2008)",
        inflation=(variance_inflation(active, contrast), variance_inflation(control, contrast)),
    )


def difference_of_slopes(
    *,
    slope_difference: float | None,
    times: ArrayLike,
    active: RatedArm,
    control: RatedArm,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
    reference: Reference = Reference.NORMAL,
) -> LongitudinalSize:
    """Return size, effect, power or alpha where each arm's means lie on a line, and the slopes are compared.

    Parameters
    ----------
    slope_difference : float or None
        In the direction of benefit, above 0, in the outcome's unit per unit of time.
    times : array-like, shape (J,)
        Of the visits, not all the same.
    active, control : RatedArm
        With the covariance of all ratings that lie on the line.
    total, power, alpha, sided, allocation, reference
        As for :func:`contrast_over_visits`.

    Returns
    -------
    LongitudinalSize
        Its inflation compares with the same arm without missing visits.

    Raises
    ------
    UnknownCountError, EffectError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Diggle, Liang & Zeger (1994), Analysis of Longitudinal Data, pages 29-30.

    Examples
    --------
    >>> from abate.stats.sizes.rated_arm import arm_leaving
    >>> arm = arm_leaving([[100, 20, 20], [20, 100, 20], [20, 20, 100]], [1, 1, 1])
    >>> size = difference_of_slopes(
    ...     slope_difference=0.5, times=[0, 2, 5], active=arm, control=arm, power=0.8, alpha=0.05, sided=1)
    >>> round(size.per_arm[0], 2)
    312.38
    """
    moments = number_vector(times, "times")
    if len(moments) != active.visit_count or np.ptp(moments) == 0:
        raise ParameterError(f"times must be one for each of {active.visit_count} visits, not all the same.")
    model = MeanModel(design=np.column_stack([np.ones(len(moments)), moments]), weights=np.array([0.0, 1.0]))
    return _compared(
        model,
        active,
        control,
        effect=slope_difference,
        total=total,
        power=power,
        alpha=alpha,
        sided=sided,
        allocation=allocation,
        reference=reference,
        covariate_count=0,
        title="mixed model for repeated measures, difference of slopes",
        source="Diggle, Liang & Zeger (1994), pp. 29-30, with drop-out as in Lu, Luo & Chen (2008)",
        inflation=(_slope_inflation(model, active), _slope_inflation(model, control)),
    )


def difference_given_inflation(
    *,
    effect_over_sd: float | None,
    inflation: tuple[float, float],
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
) -> LongitudinalSize:
    """Return size, effect, power or alpha where what drop-out costs is known: ``(phi_1 + lambda phi_2) (z + z)^2 / effect^2``.

    Parameters
    ----------
    effect_over_sd : float or None
        Difference at the last visit over its standard deviation, in the direction of benefit.
    inflation : pair of float
        Phi of arms 1 and 2, at least 1.
    total, power, alpha, sided, allocation
        As for :func:`contrast_over_visits`.

    Returns
    -------
    LongitudinalSize

    Raises
    ------
    UnknownCountError, EffectError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Lu, Luo & Chen (2008), table 1.

    Examples
    --------
    >>> round(difference_given_inflation(effect_over_sd=0.5, inflation=(1, 2), power=0.9).total, 3)
    252.178
    """
    if min(inflation) < 1 or not all(map(math.isfinite, inflation)):
        raise ParameterError(f"inflation must be two finite numbers of at least 1; got {inflation!r}.")
    question = difference_question(
        lambda effect: inflation,
        shares=arm_shares(allocation),
        sided=sided,
        effect_is="difference over standard deviation",
    )
    size = answer(
        question,
        total=total,
        effect=effect_over_sd,
        power=power,
        alpha=alpha,
        method="mixed model for repeated measures, last visit, normal",
        source="Lu, Luo & Chen (2008)",
        dropout=_DROPOUT,
    )
    return _with_inflation(size, inflation, inflation, None)


def total_by_one_step_of_t(
    *,
    effect_over_sd: float,
    inflation: tuple[float, float],
    power: float,
    alpha: float = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
) -> float:
    """Return the total with t quantiles in place of normal ones, at two less than the normal total: Lu, Luo and Chen's step.

    Parameters
    ----------
    effect_over_sd, inflation, power, alpha, sided, allocation
        As for :func:`difference_given_inflation`.

    Returns
    -------
    float
        Unrounded persons in both arms.

    Raises
    ------
    EffectError, ErrorRateError, ParameterError
        As their names say.

    Examples
    --------
    >>> round(total_by_one_step_of_t(effect_over_sd=0.5, inflation=(1, 1), power=0.9), 3)
    170.148
    """
    require_effect(effect_over_sd, "difference over standard deviation")
    require_rate(alpha, "alpha")
    require_rate(power, "power")
    require_sided(sided)
    require_above_zero(allocation, "allocation (arm 1 to arm 2)")
    total = difference_given_inflation(
        effect_over_sd=effect_over_sd, inflation=inflation, power=power, alpha=alpha, sided=sided, allocation=allocation
    ).total
    by_t = t_quantile(1 - alpha / sided, total - 2) + t_quantile(power, total - 2)
    by_normal = normal_quantile(1 - alpha / sided) + normal_quantile(power)
    return total * (by_t / by_normal) ** 2


def _compared(
    model: MeanModel,
    active: RatedArm,
    control: RatedArm,
    *,
    effect: float | None,
    total: float | None,
    power: float | None,
    alpha: float | None,
    sided: int,
    allocation: float,
    reference: Reference,
    covariate_count: int,
    title: str,
    source: str,
    inflation: tuple[float, float],
) -> LongitudinalSize:
    if active.visit_count != control.visit_count:
        raise ParameterError(
            f"both arms must have the same visits; found {active.visit_count} and {control.visit_count}."
        )
    variances = (model.variance(active), model.variance(control))
    shares = arm_shares(allocation)
    is_t = reference is Reference.T
    degrees = satterthwaite_degrees(model, active, control, covariate_count) if is_t else None
    question = difference_question(
        lambda effect: variances,
        shares=shares,
        sided=sided,
        effect_is="difference between arms",
        degrees_of_freedom=degrees,
        least_total=_least_total(active, control, shares, covariate_count) if is_t else 0.0,
    )
    size = answer(
        question,
        total=total,
        effect=effect,
        power=power,
        alpha=alpha,
        method=f"{title}, {reference.value}",
        source=source,
        notes=() if is_t else (_SMALL,),
        dropout=_DROPOUT,
    )
    return _with_inflation(size, inflation, variances, None if degrees is None else degrees(size.per_arm))


def _least_total(active: RatedArm, control: RatedArm, shares: tuple[float, float], covariate_count: int) -> float:
    """Return a total at which every visit is seen by more persons than there are coefficients for it."""
    seen = shares[0] * active.seen_at_each() + shares[1] * control.seen_at_each()
    own_covariances = not np.array_equal(active.covariance, control.covariance)
    least_share = min(shares) if own_covariances else 1.0
    least = (2 + covariate_count + _SPARE_PERSONS + active.visit_count) / (float(seen.min()) * least_share)
    return least


def _slope_inflation(model: MeanModel, arm: RatedArm) -> float:
    complete = RatedArm(
        covariance=arm.covariance, patterns=np.ones((1, arm.visit_count), dtype=np.bool_), shares=np.ones(1)
    )
    return model.variance(arm) / model.variance(complete)


def _with_inflation(
    size: Size, inflation: tuple[float, float], variances: tuple[float, float], degrees: float | None
) -> LongitudinalSize:
    return LongitudinalSize(
        **fields_of(size),
        standard_error=standard_error(variances, size.per_arm),
        degrees_of_freedom=degrees,
        inflation=inflation,
    )
