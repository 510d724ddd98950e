"""How many persons must the trial have, or what can so many show?

Numbers in, small frozen results out. Of size, effect, power and alpha the one that is ``None`` is solved for. Effects are
counted in the direction of benefit. The mathematics, with sources, lies in ``abate.stats.sizes``; docs/trial-sizes.md says it in
plain words.
"""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.sizes.ancova import BaselineUse, means_given_baseline, variance_factor
from abate.stats.sizes.checks import require_share, require_spread
from abate.stats.sizes.clusters import (
    design_effect,
    information_of_repeats,
    mean_effect_over_cycles,
    two_means_in_clusters,
    two_means_in_given_clusters,
)
from abate.stats.sizes.counts import bounded_days, days_with_own_sds, negative_binomial_rates
from abate.stats.sizes.dose_finding import DoseFindingSize, DoseTest, dose_test, mcp_mod, optimal_contrasts
from abate.stats.sizes.dose_shapes import Form, Shape, shape_means
from abate.stats.sizes.exact_shares import OneGroupSize, one_share_exact, two_shares_exact
from abate.stats.sizes.group_sequential import (
    LookedSize,
    events_by_look,
    largest_hazard_ratios,
    least_differences,
    with_looks,
)
from abate.stats.sizes.longitudinal import LongitudinalSize, contrast_over_visits, difference_of_slopes
from abate.stats.sizes.means import crossover_means, paired_means, two_means, two_means_not_inferior
from abate.stats.sizes.rated_arm import RatedArm, arm_leaving, arm_with_patterns, given_baseline
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.relapse import (
    EventFormula,
    RelapseSize,
    Times,
    events_needed,
    hazard_from_median,
    hazard_from_share,
    log_rank,
    time_of_events,
    with_open_phase,
)
from abate.stats.sizes.responders import ShareTest, two_shares, two_shares_not_inferior, two_shares_ratio
from abate.stats.sizes.size import Size, Unknown, with_dropout
from abate.stats.sizes.solving import require_effect
from abate.stats.sizes.stepped_wedge import stepped_wedge
from abate.stats.sizes.two_stage import TwoStageDesign, TwoStageDesigns, two_stage_designs

__all__ = [
    "BaselineUse",
    "Dichotomised",
    "DoseFindingSize",
    "DoseTest",
    "EventFormula",
    "Form",
    "LongitudinalSize",
    "LookedSize",
    "OneGroupSize",
    "RatedArm",
    "Reference",
    "RelapseSize",
    "Shape",
    "ShareTest",
    "Size",
    "Times",
    "TwoStageDesign",
    "TwoStageDesigns",
    "Unknown",
    "arm_leaving",
    "arm_with_patterns",
    "bounded_days",
    "contrast_over_visits",
    "crossover_means",
    "days_with_own_sds",
    "design_effect",
    "dichotomised",
    "difference_of_slopes",
    "dose_test",
    "events_by_look",
    "events_needed",
    "given_baseline",
    "hazard_from_median",
    "hazard_from_share",
    "information_of_repeats",
    "largest_hazard_ratios",
    "least_differences",
    "log_rank",
    "mcp_mod",
    "mean_effect_over_cycles",
    "means_given_baseline",
    "mixed_model",
    "negative_binomial_rates",
    "one_share_exact",
    "optimal_contrasts",
    "paired_means",
    "shape_means",
    "stepped_wedge",
    "time_of_events",
    "two_means",
    "two_means_in_clusters",
    "two_means_in_given_clusters",
    "two_means_not_inferior",
    "two_shares",
    "two_shares_exact",
    "two_shares_not_inferior",
    "two_shares_ratio",
    "two_stage_designs",
    "variance_factor",
    "with_dropout",
    "with_looks",
    "with_open_phase",
]


@dataclass(frozen=True, kw_only=True)
class Dichotomised:
    """What it costs to count responders where the rating itself could be compared.

    Attributes
    ----------
    of_mean, of_responders : Size
        For the same difference, power and alpha.
    active_share : float
        Responders in the active arm, where ratings are normal with the same spread in both arms.
    times_as_many : float
        Persons for responders over persons for means, unrounded.
    """

    of_mean: Size
    of_responders: Size
    active_share: float
    times_as_many: float


def mixed_model(
    *,
    effect: float | None,
    weights: ArrayLike,
    covariance_with_baseline: ArrayLike,
    active_retention: ArrayLike,
    control_retention: ArrayLike,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
    reference: Reference = Reference.T,
) -> LongitudinalSize:
    """Return size, effect, power or alpha of a mixed model for repeated measures that adjusts for the baseline by day.

    The constrained longitudinal model, with the baseline as a response that is equal in all arms, has the same size.

    Parameters
    ----------
    effect : float or None
        True difference of the weighted means by day, in the direction of benefit, above 0.
    weights : array-like, shape (J,)
        ``(0, ..., 0, 1)`` for the last day; any other contrast over days.
    covariance_with_baseline : array-like, shape (J + 1, J + 1)
        Within an arm, the same in both, baseline first.
    active_retention, control_retention : array-like, shape (J,)
        Share still rated by day: 1 first, then falling or level.
    total, power, alpha, sided, allocation
        The size counts the randomised.
    reference : Reference
        T with the degrees of freedom to be expected, or normal.

    Returns
    -------
    LongitudinalSize

    Raises
    ------
    UnknownCountError, EffectError, SpreadError, NotPositiveDefiniteError, RetentionError, ErrorRateError, UnreachableError
        As their names say.

    References
    ----------
    Lu, Luo & Chen (2008), International Journal of Biostatistics 4(1), article 9. https://doi.org/10.2202/1557-4679.1098

    Examples
    --------
    >>> size = mixed_model(
    ...     effect=1.3, weights=[0, 1], power=0.8, covariance_with_baseline=[[4, 2, 2], [2, 5, 3], [2, 3, 6]],
    ...     active_retention=[1, 0.8], control_retention=[1, 0.9])
    >>> size.per_arm_rounded, round(size.degrees_of_freedom, 1)
    ((55, 55), 93.8)
    """
    covariance = given_baseline(covariance_with_baseline)
    return contrast_over_visits(
        effect=effect,
        weights=weights,
        active=arm_leaving(covariance, active_retention),
        control=arm_leaving(covariance, control_retention),
        total=total,
        power=power,
        alpha=alpha,
        sided=sided,
        allocation=allocation,
        reference=reference,
    )


def dichotomised(
    *, difference: float, sd: float, control_share: float, power: float, alpha: float = 0.05, sided: int = 2
) -> Dichotomised:
    """Return the size for responders beside that for means, for one and the same difference of normal ratings.

    Parameters
    ----------
    difference : float
        Of means, in the direction of benefit, above 0.
    sd : float
        Within an arm, above 0.
    control_share : float
        Responders in the control arm, between 0 and 1; it says where the limit of response lies.
    power, alpha, sided
        For both.

    Returns
    -------
    Dichotomised

    Raises
    ------
    EffectError, SpreadError, ErrorRateError, ParameterError
        As their names say.

    Examples
    --------
    >>> found = dichotomised(difference=1.3, sd=2.4, control_share=0.3, power=0.8)
    >>> round(found.active_share, 3), round(found.times_as_many, 2)
    (0.507, 1.63)
    """
    require_spread(sd, "sd")
    require_share(control_share, "control_share")
    require_effect(difference, "difference of means")
    active_share = normal_cdf(normal_quantile(control_share) + difference / sd)
    of_mean = two_means(difference=difference, sd=sd, reference=Reference.NORMAL, power=power, alpha=alpha, sided=sided)
    of_responders = two_shares(
        active_share=active_share, control_share=control_share, power=power, alpha=alpha, sided=sided
    )
    return Dichotomised(
        of_mean=of_mean,
        of_responders=of_responders,
        active_share=active_share,
        times_as_many=of_responders.total / of_mean.total,
    )
