"""How likely is a trial to succeed, averaged over what is not known about the effect?

Power says how likely success is at one effect. Assurance is its mean over the effects that are thought possible; as the
trial grows it does not go to 1, but to the chance that there is an effect at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.roots import crossing
from abate.stats.sizes.checks import require_rate, require_sided, require_spread
from abate.stats.sizes.rejection import normal_power

_LARGEST_TOTAL = 1e10
_SMALLEST_TOTAL = 1e-9
_NODES = 201


@dataclass(frozen=True, kw_only=True)
class EffectPrior:
    """What is thought of the true effect, counted in the direction of benefit.

    Attributes
    ----------
    mean : float
    sd : float
        Its uncertainty, at least 0.
    no_effect_chance : float
        Chance that the effect is exactly 0; the normal part has what is left. From 0 to below 1.
    """

    mean: float
    sd: float
    no_effect_chance: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.sd) and self.sd >= 0):
            raise ParameterError(
                f"a prior needs a finite mean and an sd of at least 0; got {self.mean!r}, {self.sd!r}."
            )
        if not 0 <= self.no_effect_chance < 1:
            raise ParameterError(f"no_effect_chance must be from 0 to below 1; got {self.no_effect_chance!r}.")


@dataclass(frozen=True, kw_only=True)
class Assurance:
    """The chance of success of one trial.

    Attributes
    ----------
    assurance : float
        Chance of a significant result on the side of benefit, over the prior.
    limit : float
        What it comes to as the trial grows.
    power_at_mean : float
        Chance where the effect is the prior's mean.
    """

    assurance: float
    limit: float
    power_at_mean: float


@dataclass(frozen=True, kw_only=True)
class AssuranceSize:
    """The smallest trial with an assurance.

    Attributes
    ----------
    total : float or None
        Persons in both arms, unrounded; None where no size reaches the assurance.
    asked : float
        The assurance asked for.
    limit : float
        The largest that any size comes near to.
    reason : str or None
        Why there is no size.
    """

    total: float | None
    asked: float
    limit: float
    reason: str | None


def assurance_of_means(
    prior: EffectPrior, *, sd: float, total: float, allocation: float = 1.0, alpha: float = 0.05, sided: int = 2
) -> Assurance:
    """Return the assurance of a comparison of two means with known spread.

    ``Phi((m - z se) / sqrt(se^2 + tau^2))``, with the mass at no effect added.

    Parameters
    ----------
    prior : EffectPrior
    sd : float
        Within an arm, above 0.
    total : float
        Persons in both arms, above 0.
    allocation : float
        Persons in arm 1 for each in arm 2.
    alpha : float
        Between 0 and 1.
    sided : int
        1 or 2.

    Returns
    -------
    Assurance

    Raises
    ------
    SpreadError, ErrorRateError, ParameterError
        As their names say.

    References
    ----------
    O'Hagan, Stevens & Campbell (2005), Pharmaceutical Statistics 4(3), 187-201. https://doi.org/10.1002/pst.175

    Examples
    --------
    >>> found = assurance_of_means(EffectPrior(mean=1.3, sd=0.5), sd=2.2, total=120)
    >>> round(found.power_at_mean, 3), round(found.assurance, 3), round(found.limit, 3)
    (0.899, 0.788, 0.995)
    """
    return assurance(prior, error_of_means(sd, total, allocation), alpha, sided)


def error_of_means(sd: float, total: float, allocation: float = 1.0) -> float:
    """Return the standard error of a difference of two means.

    Raises
    ------
    SpreadError, ParameterError
        If ``sd``, ``total`` or ``allocation`` is not above 0.

    Examples
    --------
    >>> error_of_means(2.0, 64)
    0.5
    """
    require_spread(sd, "sd")
    if not (math.isfinite(total) and total > 0 and math.isfinite(allocation) and allocation > 0):
        raise ParameterError(f"total and allocation must be above 0; got {total!r} and {allocation!r}.")
    return sd * (1 + allocation) / math.sqrt(allocation * total)


def assurance(prior: EffectPrior, standard_error: float, alpha: float = 0.05, sided: int = 2) -> Assurance:
    """Return the assurance of any trial whose estimate is normal with this standard error.

    Parameters
    ----------
    prior : EffectPrior
    standard_error : float
        Of the estimate, above 0.
    alpha, sided
        As for :func:`assurance_of_means`.

    Returns
    -------
    Assurance

    Raises
    ------
    SpreadError, ErrorRateError, ParameterError
        As their names say.

    Examples
    --------
    >>> round(assurance(EffectPrior(mean=1.2, sd=0.84), 0.4).assurance, 3)
    0.673
    """
    require_spread(standard_error, "standard_error")
    require_rate(alpha, "alpha")
    require_sided(sided)
    z = -normal_quantile(alpha / sided)
    spread = math.hypot(standard_error, prior.sd)
    where_there_is = normal_cdf((prior.mean - z * standard_error) / spread)
    return Assurance(
        assurance=_with_mass(prior, where_there_is, alpha / sided),
        limit=limit_of_assurance(prior, alpha, sided),
        power_at_mean=normal_power(prior.mean / standard_error, alpha, sided),
    )


def limit_of_assurance(prior: EffectPrior, alpha: float = 0.05, sided: int = 2) -> float:
    """Return what assurance comes to as the trial grows: ``Phi(m / tau)``, less the mass at no effect.

    Examples
    --------
    >>> round(limit_of_assurance(EffectPrior(mean=1.2, sd=0.84)), 3)
    0.923
    """
    is_better = normal_cdf(prior.mean / prior.sd) if prior.sd > 0 else float(prior.mean > 0)
    return _with_mass(prior, is_better, alpha / sided)


def size_for_assurance(
    prior: EffectPrior, *, asked: float, sd: float, allocation: float = 1.0, alpha: float = 0.05, sided: int = 2
) -> AssuranceSize:
    """Return the smallest comparison of two means with an assurance, or why there is none at any size.

    Parameters
    ----------
    prior : EffectPrior
    asked : float
        Assurance, between 0 and 1.
    sd, allocation, alpha, sided
        As for :func:`assurance_of_means`.

    Returns
    -------
    AssuranceSize

    Raises
    ------
    SpreadError, ErrorRateError, ParameterError
        As their names say.

    Examples
    --------
    >>> round(size_for_assurance(EffectPrior(mean=1.3, sd=0.5), asked=0.8, sd=2.2).total, 1)
    126.8
    >>> size_for_assurance(EffectPrior(mean=0.5, sd=1.0), asked=0.8, sd=2.2).reason
    'an assurance of 0.8 is not reachable at any size: with this prior it stays below 0.6915, and more persons do not help'
    """
    require_rate(asked, "assurance")
    limit = limit_of_assurance(prior, alpha, sided)

    def excess(total: float) -> float:
        return (
            assurance_of_means(prior, sd=sd, total=total, allocation=allocation, alpha=alpha, sided=sided).assurance
            - asked
        )

    # With a prior that has harm in it assurance first may fall as the trial grows, so the first crossing is looked for.
    totals = np.geomspace(_SMALLEST_TOTAL, _LARGEST_TOTAL, 400)
    enough = next((place for place, total in enumerate(totals) if excess(float(total)) >= 0), None)
    if enough is None:
        return AssuranceSize(total=None, asked=asked, limit=limit, reason=_reason(asked, limit))
    if enough == 0:
        return AssuranceSize(total=float(totals[0]), asked=asked, limit=limit, reason=None)
    total = crossing(excess, float(totals[enough - 1]), float(totals[enough]))
    return AssuranceSize(total=total, asked=asked, limit=limit, reason=None)


def averaged_power(prior: EffectPrior, power_at: Callable[[float], float]) -> float:
    """Return the mean of any power curve over the prior, such as that of responders or of an exact test.

    Parameters
    ----------
    prior : EffectPrior
    power_at : function
        Chance of success at a true effect, which may be 0 or below.

    Returns
    -------
    float
        Between 0 and 1.

    Examples
    --------
    >>> known = EffectPrior(mean=1.3, sd=0.5)
    >>> round(averaged_power(known, lambda effect: normal_power(effect / 0.4, 0.05, 2)), 4)
    0.7898
    """
    if prior.sd == 0:
        where_there_is = power_at(prior.mean)
    else:
        nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        powers = np.array([power_at(prior.mean + prior.sd * float(node)) for node in nodes])
        where_there_is = float(weights @ powers / weights.sum())
    none = power_at(0.0) if prior.no_effect_chance else 0.0
    return prior.no_effect_chance * none + (1 - prior.no_effect_chance) * where_there_is


def _with_mass(prior: EffectPrior, where_there_is: float, by_chance: float) -> float:
    return prior.no_effect_chance * by_chance + (1 - prior.no_effect_chance) * where_there_is


def _reason(asked: float, limit: float) -> str:
    return (
        f"an assurance of {asked:g} is not reachable at any size: with this prior it stays below {limit:.4g}, "
        "and more persons do not help"
    )
