"""How many persons does a comparison of counts need: of attacks, or of headache days among the days of a diary?

Benefit is fewer. Headache days near all days of the diary are not negative binomial: its variance would pass the bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector
from abate.stats.sizes.ancova import variance_factor
from abate.stats.sizes.checks import arm_shares, require_above_zero, require_share, require_spread
from abate.stats.sizes.errors import EffectError
from abate.stats.sizes.size import Size
from abate.stats.sizes.solving import answer
from abate.stats.sizes.wald import Variances, difference_question


def negative_binomial_rates(
    *,
    active_rate: float | None,
    control_rate: float,
    dispersion: float,
    exposure: float | Sequence[float] = 1.0,
    null_ratio: float = 1.0,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.025,
    sided: int = 1,
    allocation: float = 1.0,
) -> Size:
    """Return size, effect, power or alpha of a comparison of two rates of events, whichever is ``None``.

    The variance per person of a log rate is ``1 / (exposure * rate) + dispersion``, taken under the alternative; where
    exposures differ it is 1 over the mean of what persons tell, ``exposure * rate / (1 + dispersion * exposure * rate)``.

    Parameters
    ----------
    active_rate : float or None
        Events per unit of time in arm 1, below ``null_ratio * control_rate``.
    control_rate : float
        Events per unit of time in arm 2, above 0.
    dispersion : float
        k in ``Var = mean + k mean^2``, at least 0 (0 is Poisson).
    exposure : float or sequence of float
        Time for which each person is observed, above 0; several are equally frequent, such as those of a pilot.
    null_ratio : float
        Ratio of rates under the null hypothesis, above 0: above 1 for non-inferiority.
    total, power, alpha, sided, allocation
        As for :func:`abate.stats.sizes.means.two_means`.

    Returns
    -------
    Size
        Its effect is the logarithm of ``null_ratio * control_rate / active_rate``.

    Raises
    ------
    EffectError
        If the active rate is not below ``null_ratio * control_rate``.
    UnknownCountError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Zhu & Lakkis (2014), Statistics in Medicine 33(3), 376-387, method 2. https://doi.org/10.1002/sim.5947
    Friede & Schmidli (2010), Methods of Information in Medicine 49(6), 618-624.

    Examples
    --------
    >>> size = negative_binomial_rates(active_rate=1.05, control_rate=1.4, dispersion=0.5, power=0.9)
    >>> round(size.per_arm[0], 3)
    338.563
    """
    require_above_zero(control_rate, "control_rate")
    require_above_zero(null_ratio, "null_ratio")
    exposures = _checked_exposures(exposure)
    if not (math.isfinite(dispersion) and dispersion >= 0):
        raise ParameterError(f"dispersion must be a finite number of at least 0; got {dispersion!r}.")
    at_null = null_ratio * control_rate

    def variances(effect: float) -> tuple[float, float]:
        rate = at_null * math.exp(-effect)
        return _log_rate_variance(rate, exposures, dispersion), _log_rate_variance(control_rate, exposures, dispersion)

    question = difference_question(
        variances, shares=arm_shares(allocation), sided=sided, effect_is="log of null rate over active rate"
    )
    return answer(
        question,
        total=total,
        effect=_log_ratio(active_rate, at_null),
        power=power,
        alpha=alpha,
        method="negative binomial rates, Wald test of the log ratio, variance under the alternative",
        source="Zhu & Lakkis (2014), method 2; Friede & Schmidli (2010)",
    )


def bounded_days(
    *,
    active_days: float | None,
    control_days: float,
    days_observed: float,
    overdispersion: float,
    correlation: float = 0.0,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
) -> Size:
    """Return size, effect, power or alpha of a comparison of mean days out of a fixed number, whichever is ``None``.

    The variance is quasi-binomial, ``overdispersion * days_observed * p * (1 - p)``, times ``1 - correlation^2`` where
    the days before are a covariate.

    Parameters
    ----------
    active_days : float or None
        Mean days in arm 1, above 0 and below ``control_days``.
    control_days : float
        Mean days in arm 2, above 0 and below ``days_observed``.
    days_observed : float
        Days of the diary, such as 28.
    overdispersion : float
        Variance over that of independent days, above 0.
    correlation : float
        Of days before and after within an arm, between -1 and 1.
    total, power, alpha, sided, allocation
        As for :func:`abate.stats.sizes.means.two_means`; the reference is normal.

    Returns
    -------
    Size
        Its effect is the difference in days.

    Raises
    ------
    EffectError
        If the active days are not below the control's.
    UnknownCountError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, section 4.5.

    Examples
    --------
    >>> size = bounded_days(active_days=20, control_days=24, days_observed=28, overdispersion=6, power=0.9)
    >>> round(size.per_arm[0], 3)
    36.025
    """
    require_above_zero(days_observed, "days_observed")
    require_spread(overdispersion, "overdispersion")
    require_share(control_days / days_observed, "control_days over days_observed")
    factor = variance_factor(correlation)

    def variances(effect: float) -> tuple[float, float]:
        return (
            factor * sd_of_days(control_days - effect, days_observed, overdispersion) ** 2,
            factor * sd_of_days(control_days, days_observed, overdispersion) ** 2,
        )

    return _fewer_days(
        variances,
        control_days,
        active_days,
        total=total,
        power=power,
        alpha=alpha,
        sided=sided,
        allocation=allocation,
        method="mean days out of a fixed number, quasi-binomial variance, normal",
    )


def days_with_own_sds(
    *,
    active_days: float | None,
    control_days: float,
    active_sd: float,
    control_sd: float,
    correlation: float = 0.0,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
) -> Size:
    """Return size, effect, power or alpha of a comparison of mean days whose spreads are known and differ.

    Parameters
    ----------
    active_days, control_days, correlation, total, power, alpha, sided, allocation
        As for :func:`bounded_days`.
    active_sd, control_sd : float
        Of days within arms 1 and 2, above 0.

    Returns
    -------
    Size

    Raises
    ------
    UnknownCountError, EffectError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    Examples
    --------
    >>> size = days_with_own_sds(active_days=22.5, control_days=26.8, active_sd=8.3, control_sd=3.9, power=0.8)
    >>> round(size.per_arm[0], 2)  # 2.8016**2 * (8.3**2 + 3.9**2) / 4.3**2
    35.7
    """
    require_spread(active_sd, "active_sd")
    require_spread(control_sd, "control_sd")
    require_above_zero(control_days, "control_days")
    factor = variance_factor(correlation)
    return _fewer_days(
        lambda effect: (factor * active_sd**2, factor * control_sd**2),
        control_days,
        active_days,
        total=total,
        power=power,
        alpha=alpha,
        sided=sided,
        allocation=allocation,
        method="mean days, spreads of their own, normal",
    )


def sd_of_days(days: float, days_observed: float, overdispersion: float) -> float:
    """Return the quasi-binomial standard deviation of days out of a fixed number.

    Examples
    --------
    >>> round(sd_of_days(24, 28, 6), 4)
    4.5356
    """
    share = days / days_observed
    return math.sqrt(overdispersion * days_observed * share * (1 - share))


def _fewer_days(
    variances: Variances,
    control_days: float,
    active_days: float | None,
    *,
    total: float | None,
    power: float | None,
    alpha: float | None,
    sided: int,
    allocation: float,
    method: str,
) -> Size:
    question = difference_question(
        variances,
        shares=arm_shares(allocation),
        sided=sided,
        effect_is="days fewer than control",
        largest_effect=control_days,
    )
    return answer(
        question,
        total=total,
        effect=None if active_days is None else control_days - active_days,
        power=power,
        alpha=alpha,
        method=method,
        source="n = (z + z)^2 (s1^2 + s2^2) / difference^2; McCullagh & Nelder (1989), section 4.5",
    )


def _checked_exposures(exposure: float | Sequence[float]) -> Array:
    exposures = number_vector(np.atleast_1d(exposure), "exposure")
    if not exposures.size:
        raise ParameterError("exposure must hold at least one time.")
    require_above_zero(float(exposures.min()), "exposure")
    return exposures


def _log_rate_variance(rate: float, exposures: Array, dispersion: float) -> float:
    expected = rate * exposures
    return 1 / float(np.mean(expected / (1 + dispersion * expected)))


def _log_ratio(active_rate: float | None, at_null: float) -> float | None:
    if active_rate is None:
        return None
    require_above_zero(active_rate, "active_rate")
    if active_rate >= at_null:
        raise EffectError(
            f"the active rate ({active_rate:g}) must be below {at_null:g} (null ratio times control rate): fewer events "
            "are the benefit, and without one no size shows it."
        )
    return math.log(at_null / active_rate)
