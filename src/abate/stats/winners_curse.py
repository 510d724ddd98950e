"""How much too large is an effect that was reported because it was significant, and what is left without that?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.roots import crossing
from abate.stats.sizes.checks import require_rate, require_sided, require_spread
from abate.stats.sizes.errors import EffectError

_NEAREST = 1e-12
_LOG_ROOT_2_PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, kw_only=True)
class Exaggeration:
    """What a significant result of a trial with this true effect looks like.

    Attributes
    ----------
    true_z : float
        True effect over its standard error.
    mean_z_same_sign : float
        Mean of the estimates that are significant on the side of the truth, over the standard error.
    exaggeration_same_sign : float
        The same over ``true_z``.
    type_m : float
        Mean size of all significant estimates over ``true_z``, on a two-sided test those of the wrong sign included.
    type_s : float
        Share of significant estimates that have the wrong sign; 0 on a one-sided test.
    """

    true_z: float
    mean_z_same_sign: float
    exaggeration_same_sign: float
    type_m: float
    type_s: float


@dataclass(frozen=True, kw_only=True)
class ConditionalEffect:
    """An estimate that was kept because it was significant, corrected for that.

    Attributes
    ----------
    naive, estimate : float
        As observed, and corrected: the effect at which a mean significant estimate is the observed one.
    lower, upper : float
        Effects that the observation does not rule out, given that it was significant; equal tails.
    level : float
        Coverage of the interval.
    """

    naive: float
    estimate: float
    lower: float
    upper: float
    level: float


def exaggeration(true_z: float, alpha: float = 0.05, sided: int = 2) -> Exaggeration:
    """Return by how much significant results overstate a true effect.

    Parameters
    ----------
    true_z : float
        True effect over its standard error, above 0.
    alpha : float
        Between 0 and 1.
    sided : int
        1 or 2.

    Returns
    -------
    Exaggeration

    Raises
    ------
    EffectError
        If ``true_z`` is not above 0.
    ErrorRateError, ParameterError
        As their names say.

    References
    ----------
    Gelman & Carlin (2014), Perspectives on Psychological Science 9(6), 641-651. https://doi.org/10.1177/1745691614551642

    Examples
    --------
    >>> round(exaggeration(z_of_power(0.5)).exaggeration_same_sign, 2)
    1.41
    """
    if not (math.isfinite(true_z) and true_z > 0):
        raise EffectError(f"true_z must be above 0, counted in the direction of the truth; got {true_z!r}.")
    critical = _critical(alpha, sided)
    with_truth = normal_cdf(true_z - critical)
    against = normal_cdf(-true_z - critical) if sided == 2 else 0.0
    sum_with = true_z * with_truth + _density(critical - true_z)
    sum_against = -true_z * against + _density(critical + true_z) if sided == 2 else 0.0
    return Exaggeration(
        true_z=true_z,
        mean_z_same_sign=sum_with / with_truth,
        exaggeration_same_sign=sum_with / with_truth / true_z,
        type_m=(sum_with + sum_against) / (with_truth + against) / true_z,
        type_s=against / (with_truth + against),
    )


def z_of_power(power: float, alpha: float = 0.05, sided: int = 2) -> float:
    """Return the true effect over its standard error at which a significant result in its direction has this chance.

    Raises
    ------
    ErrorRateError, ParameterError
        If an argument is outside its range.

    Examples
    --------
    >>> round(z_of_power(0.8), 4)
    2.8016
    """
    require_rate(power, "power")
    return _critical(alpha, sided) + normal_quantile(power)


def conditional_effect(
    observed: float, standard_error: float, alpha: float = 0.05, sided: int = 2, level: float = 0.95
) -> ConditionalEffect:
    """Return an effect that was chosen because it was significant, corrected for the choice.

    It solves ``E[Z | Z > c] = theta + phi(c - theta) / (1 - Phi(c - theta))`` for theta, with c the critical value in the
    direction of the effect.

    Parameters
    ----------
    observed : float
        In the direction of benefit; significant.
    standard_error : float
        Above 0.
    alpha : float
        Of the test by which it was chosen.
    sided : int
        1 or 2.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    ConditionalEffect

    Raises
    ------
    EffectError
        If the observed effect is not significant, so that it was not chosen for it.
    SpreadError, ErrorRateError, ParameterError
        As their names say.

    References
    ----------
    Zhong & Prentice (2008), Biostatistics 9(4), 621-634. https://doi.org/10.1093/biostatistics/kxn001

    Examples
    --------
    >>> found = conditional_effect(observed=2.5, standard_error=1.0)
    >>> round(found.estimate, 2), round(found.lower, 2), round(found.upper, 2)
    (1.03, -4.46, 4.33)
    """
    require_spread(standard_error, "standard_error")
    critical = _critical(alpha, sided)
    if not 0 < level < 1:
        raise ParameterError(f"level must be between 0 and 1, such as 0.95; got {level!r}.")
    z = observed / standard_error
    if not z > critical:
        raise EffectError(
            f"the observed effect is {z:.4g} standard errors, not above the critical {critical:.4g}: it was not chosen for "
            "being significant, so use it as it is."
        )
    tail = (1 - level) / 2
    return ConditionalEffect(
        naive=observed,
        estimate=standard_error * _solved(lambda theta: _mean_above(critical, theta) - z, z),
        lower=standard_error * _solved(lambda theta: _chance_beyond(z, critical, theta) - tail, z),
        upper=standard_error * _solved(lambda theta: _chance_beyond(z, critical, theta) - (1 - tail), z),
        level=level,
    )


def _critical(alpha: float, sided: int) -> float:
    require_rate(alpha, "alpha")
    require_sided(sided)
    return -normal_quantile(alpha / sided)


def _density(z: float) -> float:
    return math.exp(-z * z / 2 - _LOG_ROOT_2_PI)


def _mean_above(critical: float, theta: float) -> float:
    """Return the mean of a normal number with mean theta, of those above the critical value."""
    from scipy.special import erfcx

    gap = critical - theta
    # The density over the upper tail at the gap, by the scaled error function: it neither underflows nor cancels.
    return theta + math.sqrt(2 / math.pi) / float(erfcx(gap / math.sqrt(2)))


def _chance_beyond(z: float, critical: float, theta: float) -> float:
    """Return the chance of more than z, of those above the critical value."""
    from scipy.special import log_ndtr

    return math.exp(float(log_ndtr(theta - z)) - float(log_ndtr(theta - critical)))


def _solved(excess: Callable[[float], float], z: float) -> float:
    """Return where a function that rises with theta crosses 0."""
    below, above = 1.0, 1.0
    while excess(z - below) > 0:
        below *= 2
    while excess(z + above) < 0:
        above *= 2
    return crossing(excess, z - below, z + above, _NEAREST)
