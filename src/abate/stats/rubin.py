"""How sure is an estimate when the missing values were filled in several times?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import number_vector, require_level, require_same_length
from abate.stats.distributions import normal_cdf, normal_quantile, t_quantile, t_two_sided_p
from abate.stats.intervals import IntervalEstimate

METHOD = "multiple imputation, Rubin's rules, Barnard-Rubin t interval"


@dataclass(frozen=True, kw_only=True)
class PooledEstimate(IntervalEstimate):
    """An estimate from several imputations; ``value`` is the mean of theirs.

    Attributes
    ----------
    imputation_count : int
        Number of imputations.
    standard_error, statistic, p_value : float or None
        Root of the total variance; value over it; two-sided test that the estimate is 0.
    within, between : float or None
        Mean variance of an imputation's estimate, and the variance of the estimates.
    degrees_of_freedom : float or None
        Barnard & Rubin's; infinite degrees are None beside a ``p_value`` from the normal distribution.
    missing_information : float or None
        Share of the information that was lost with the missing values, from 0 to 1.
    """

    imputation_count: int
    standard_error: float | None = None
    statistic: float | None = None
    p_value: float | None = None
    within: float | None = None
    between: float | None = None
    degrees_of_freedom: float | None = None
    missing_information: float | None = None


def pool_estimates(
    estimates: ArrayLike,
    variances: ArrayLike,
    complete_degrees_of_freedom: float | None = None,
    level: float = 0.95,
) -> PooledEstimate:
    """Return one estimate from those of several imputations, by Rubin's rules.

    With m estimates of mean Q and variance B, and W the mean of their own variances, the total variance is
    ``T = W + (1 + 1/m) B``. Let ``g = (1 + 1/m) B / T``; the degrees of freedom are ``(m - 1) / g²`` (Rubin), joined
    harmonically with ``(v + 1) / (v + 3) * v * (1 - g)``, where v are those of the complete data (Barnard & Rubin), so that
    they never exceed v.

    Parameters
    ----------
    estimates, variances : array-like of numbers, shape (m,)
        Each imputation's estimate, and its squared standard error.
    complete_degrees_of_freedom : float, optional
        Degrees of freedom of the analysis if nothing had been missing; infinite where it is not given.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    PooledEstimate
        Without an interval, and with a reason, where there are fewer than two imputations or no variance at all.

    Raises
    ------
    ParameterError
        If a value is missing, a variance is below 0, the columns differ in length, or the degrees of freedom are not
        above 0.

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, Wiley.
    Barnard & Rubin (1999), Biometrika 86(4), 948-955. https://doi.org/10.1093/biomet/86.4.948

    Examples
    --------
    >>> pooled = pool_estimates([-2.0, -2.4, -2.2, -1.8], [0.25, 0.25, 0.25, 0.25], complete_degrees_of_freedom=60)
    >>> round(pooled.value, 2), round(pooled.standard_error, 4), round(pooled.degrees_of_freedom, 2)
    (-2.1, 0.5774, 22.84)
    """
    require_level(level)
    values, squares = number_vector(estimates, "estimates"), number_vector(variances, "variances")
    require_same_length(estimates=values, variances=squares)
    if np.any(squares < 0):
        raise ParameterError("variances must be at least 0; give squared standard errors.")
    if complete_degrees_of_freedom is not None and not complete_degrees_of_freedom > 0:
        raise ParameterError(f"complete_degrees_of_freedom must be above 0; got {complete_degrees_of_freedom!r}.")
    m = values.size
    if m == 0:
        return _without_interval(level, 0, None, "there are no imputations")
    value = float(values.mean())
    if m == 1:
        return _without_interval(level, 1, value, "one imputation shows no spread between imputations")
    within, between = float(squares.mean()), float(values.var(ddof=1))
    total = within + (1 + 1 / m) * between
    if total <= 0:
        return _without_interval(level, m, value, "the estimates have no variance")
    degrees_of_freedom = _barnard_rubin(m, (1 + 1 / m) * between / total, complete_degrees_of_freedom)
    return _describe(m, value, within, between, total, degrees_of_freedom, level)


def _barnard_rubin(m: int, missing_share: float, complete: float | None) -> float | None:
    """Return the degrees of freedom, None where they are infinite."""
    inverse = missing_share**2 / (m - 1)
    if complete is not None and math.isfinite(complete):
        observed = (complete + 1) / (complete + 3) * complete * (1 - missing_share)
        if observed == 0:  # all variance lies between the imputations, which carry none of their own
            return m - 1.0
        inverse += 1 / observed
    return 1 / inverse if inverse > 0 else None


def _describe(
    m: int, value: float, within: float, between: float, total: float, degrees_of_freedom: float | None, level: float
) -> PooledEstimate:
    error, probability = math.sqrt(total), (1 + level) / 2
    statistic = value / error
    if degrees_of_freedom is None:
        quantile, p_value, correction = normal_quantile(probability), 2 * normal_cdf(-abs(statistic)), 0.0
    else:
        quantile, p_value = t_quantile(probability, degrees_of_freedom), t_two_sided_p(statistic, degrees_of_freedom)
        correction = 2 / (degrees_of_freedom + 3)
    increase = (1 + 1 / m) * between / within if within > 0 else math.inf
    return PooledEstimate(
        value=value,
        lower=value - quantile * error,
        upper=value + quantile * error,
        level=level,
        method=METHOD,
        imputation_count=m,
        standard_error=error,
        statistic=statistic,
        p_value=p_value,
        within=within,
        between=between,
        degrees_of_freedom=degrees_of_freedom,
        missing_information=(increase + correction) / (increase + 1) if math.isfinite(increase) else 1.0,
    )


def _without_interval(level: float, m: int, value: float | None, reason: str) -> PooledEstimate:
    return PooledEstimate(value=value, level=level, method=METHOD, imputation_count=m, reason=reason)
