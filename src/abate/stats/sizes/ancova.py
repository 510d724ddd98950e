"""How many persons does a comparison of means need where the baseline is a covariate?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.sizes.checks import arm_shares, checked_covariance, require_spread
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.size import Size
from abate.stats.sizes.solving import answer
from abate.stats.sizes.wald import difference_question, least_total_of, pooled_degrees


class BaselineUse(Enum):
    """What is done with the rating before treatment."""

    COVARIATE = "analysis of covariance"
    CHANGE = "change from baseline"
    IGNORED = "final ratings only"


# What each takes off the variance of the mean of the final ratings, in units of sd^2, where rho is their correlation
# with the baseline: a covariate takes its square, a change twice rho less the variance of the baseline itself.
_TAKEN_OFF: Mapping[BaselineUse, Callable[[float], float]] = {
    BaselineUse.COVARIATE: lambda rho: rho**2,
    BaselineUse.CHANGE: lambda rho: 2 * rho - 1,
    BaselineUse.IGNORED: lambda rho: 0.0,
}


def means_given_baseline(
    *,
    difference: float | None,
    sd: float,
    correlation: float,
    final_ratings: int = 1,
    correlation_of_final_ratings: float | None = None,
    baseline_use: BaselineUse = BaselineUse.COVARIATE,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
    reference: Reference = Reference.NORMAL,
) -> Size:
    """Return size, difference, power or alpha of a comparison adjusted for the baseline, whichever is ``None``.

    The variance per person is ``sd^2 [(1 + (k - 1) rho_f) / k - rho^2]`` with k final ratings, and
    ``sd^2 (1 - rho^2)`` with one.

    Parameters
    ----------
    difference : float or None
        True difference of (the means of) final ratings, in the direction of benefit, above 0.
    sd : float
        Of one rating within an arm, above 0.
    correlation : float
        Of the baseline with each final rating, between -1 and 1.
    final_ratings : int
        How many final ratings are averaged; at least 1.
    correlation_of_final_ratings : float, optional
        Of each pair of them; needed from two on.
    baseline_use : BaselineUse
        A covariate is never worse than a change or than leaving it out.
    total, power, alpha, sided, allocation
        As for :func:`abate.stats.sizes.means.two_means`.
    reference : Reference
        Normal (the published formula), or t with three degrees of freedom taken off (two without a covariate).

    Returns
    -------
    Size

    Raises
    ------
    NotPositiveDefiniteError
        If ratings cannot have these correlations together.
    UnknownCountError, EffectError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Borm, Fransen & Lemmens (2007), Journal of Clinical Epidemiology 60(12), 1234-1238.
    https://doi.org/10.1016/j.jclinepi.2007.02.006
    Frison & Pocock (1992), Statistics in Medicine 11(13), 1685-1704. https://doi.org/10.1002/sim.4780111304

    Examples
    --------
    >>> size = means_given_baseline(difference=1.3, sd=2.4, correlation=0.5, power=0.8)
    >>> round(size.per_arm[0], 2)  # 2 * 2.8016**2 * 2.4**2 * 0.75 / 1.3**2 is 40.13
    40.13
    """
    require_spread(sd, "sd")
    variance = sd**2 * variance_factor(correlation, final_ratings, correlation_of_final_ratings, baseline_use)
    lost = 3 if baseline_use is BaselineUse.COVARIATE else 2
    shares = arm_shares(allocation)
    question = difference_question(
        lambda effect: (variance, variance),
        shares=shares,
        sided=sided,
        effect_is="difference of means",
        degrees_of_freedom=pooled_degrees(lost) if reference is Reference.T else None,
        least_total=least_total_of(reference, lost, shares),
    )
    ratings = "" if final_ratings == 1 else f" of the mean of {final_ratings} final ratings"
    return answer(
        question,
        total=total,
        effect=difference,
        power=power,
        alpha=alpha,
        method=f"{baseline_use.value}{ratings}, {reference.value}",
        source="Borm, Fransen & Lemmens (2007); Frison & Pocock (1992)",
    )


def variance_factor(
    correlation: float,
    final_ratings: int = 1,
    correlation_of_final_ratings: float | None = None,
    baseline_use: BaselineUse = BaselineUse.COVARIATE,
) -> float:
    """Return by what the squared standard deviation of one rating is multiplied.

    Parameters
    ----------
    correlation, final_ratings, correlation_of_final_ratings, baseline_use
        As for :func:`means_given_baseline`.

    Returns
    -------
    float
        Above 0.

    Raises
    ------
    NotPositiveDefiniteError, ParameterError
        As for :func:`means_given_baseline`.

    Examples
    --------
    >>> variance_factor(0.5), variance_factor(0.5, baseline_use=BaselineUse.CHANGE)
    (0.75, 1.0)
    >>> round(variance_factor(0.5, 3, 0.7), 4)
    0.55
    """
    if final_ratings < 1 or final_ratings != int(final_ratings):
        raise ParameterError(f"final_ratings must be a whole number of at least 1; got {final_ratings!r}.")
    if final_ratings > 1 and correlation_of_final_ratings is None:
        raise ParameterError(f"correlation_of_final_ratings is needed for the mean of {final_ratings} final ratings.")
    among = 1.0 if correlation_of_final_ratings is None or final_ratings == 1 else correlation_of_final_ratings
    _require_possible(correlation, final_ratings, among)
    of_mean = (1 + (final_ratings - 1) * among) / final_ratings
    return of_mean - _TAKEN_OFF[baseline_use](correlation)


def _require_possible(correlation: float, final_ratings: int, among: float) -> None:
    if not (math.isfinite(correlation) and math.isfinite(among)):
        raise ParameterError(f"correlations must be finite numbers; got {correlation!r} and {among!r}.")
    table = np.full((final_ratings + 1, final_ratings + 1), among if final_ratings > 1 else 1.0)
    table[0, :] = table[:, 0] = correlation
    np.fill_diagonal(table, 1.0)
    checked_covariance(table, "the correlations of baseline and final ratings")
