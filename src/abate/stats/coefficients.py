"""What does a regression say of each of its coefficients?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.distributions import normal_cdf, normal_quantile, t_quantile, t_two_sided_p
from abate.stats.intervals import IntervalEstimate


@dataclass(frozen=True, kw_only=True)
class Coefficient(IntervalEstimate):
    """One coefficient of a regression with its interval and test; ``value`` is on the scale that the fit names.

    Attributes
    ----------
    name : str
        The covariate, or ``intercept``.
    standard_error, statistic, p_value : float or None
        None where no interval can be given. ``statistic`` is the z, t or chi-square of the test that the coefficient is
        0, two-sided; the fit says which.
    """

    name: str
    standard_error: float | None = None
    statistic: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Coefficients:
    """What every regression's result carries.

    Attributes
    ----------
    coefficients : tuple of Coefficient
        In the order of the covariates, after the intercept where there is one.
    covariance : array of float64, shape (k, k), or None
        Covariance of the coefficients' estimates, in the same order; None where there is no fit.
    count : int
        Number of rows.
    converged : bool
        Whether every coefficient has a finite estimate.
    reason : str or None
        Why a coefficient or an interval is missing, as a clause without a full stop.
    """

    coefficients: tuple[Coefficient, ...]
    covariance: Array | None
    count: int
    converged: bool
    reason: str | None = None

    def coefficient(self, name: str) -> Coefficient:
        """Return one coefficient by its name.

        Raises
        ------
        KeyError
            If there is no coefficient of that name.
        """
        return {coefficient.name: coefficient for coefficient in self.coefficients}[name]


def wald_coefficients(
    names: Sequence[str],
    estimate: Array,
    covariance: Array,
    level: float,
    method: str,
    degrees_of_freedom: float | None = None,
    reasons: Sequence[str | None] | None = None,
) -> tuple[Coefficient, ...]:
    """Return estimates with intervals ``estimate ± quantile * standard error``.

    Parameters
    ----------
    names : sequence of str
        One for each coefficient.
    estimate, covariance : array of float64, shapes (k,) and (k, k)
        Finite where no reason is given.
    level : float
        Coverage of the intervals.
    method : str
        How the intervals were found.
    degrees_of_freedom : float, optional
        Of Student's t; the normal distribution where it is not given.
    reasons : sequence of str or None, optional
        Why a coefficient has no estimate; None where it has one.

    Returns
    -------
    tuple of Coefficient

    Examples
    --------
    >>> treated, = wald_coefficients(["treated"], np.array([0.5]), np.array([[0.04]]), 0.95, "Wald")
    >>> round(treated.lower, 3), round(treated.statistic, 2), round(treated.p_value, 4)
    (0.108, 2.5, 0.0124)
    """
    described = []
    for k, name in enumerate(names):
        reason = reasons[k] if reasons else None
        if reason is not None:
            described.append(Coefficient(name=name, level=level, method=method, reason=reason))
            continue
        value, standard_error = float(estimate[k]), math.sqrt(float(covariance[k, k]))
        half_width = _quantile((1 + level) / 2, degrees_of_freedom) * standard_error
        described.append(
            Coefficient(
                name=name,
                value=value,
                lower=value - half_width,
                upper=value + half_width,
                level=level,
                method=method,
                standard_error=standard_error,
                statistic=value / standard_error,
                p_value=_two_sided_p(value / standard_error, degrees_of_freedom),
            )
        )
    return tuple(described)


def missing_coefficients(names: Sequence[str], level: float, method: str, reason: str) -> tuple[Coefficient, ...]:
    """Return coefficients that the data cannot give, all for one reason.

    Examples
    --------
    >>> missing_coefficients(["treated"], 0.95, "Wald", "there are no events")[0].reason
    'there are no events'
    """
    nothing = np.zeros(len(names))
    return wald_coefficients(names, nothing, np.diag(nothing), level, method, reasons=[reason] * len(names))


def _quantile(probability: float, degrees_of_freedom: float | None) -> float:
    return normal_quantile(probability) if degrees_of_freedom is None else t_quantile(probability, degrees_of_freedom)


def _two_sided_p(statistic: float, degrees_of_freedom: float | None) -> float:
    if degrees_of_freedom is None:
        return 2 * normal_cdf(-abs(statistic))
    return t_two_sided_p(statistic, degrees_of_freedom)
