"""How much error is left where there should be no effect, and what does that make of the effect in question?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector, require_level, require_same_length
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.intervals import IntervalEstimate
from abate.stats.roots import crossing

METHOD = "normal distribution of systematic error, maximum likelihood"

_FEW = 10
_GRID_COUNT = 60


@dataclass(frozen=True, kw_only=True)
class EmpiricalNull:
    """The distribution of systematic error among negative controls.

    Attributes
    ----------
    mean, sd : float or None
        On the scale of the estimates: of logarithms for ratios.
    standard_error : float or None
        Of the mean.
    expected_size : float or None
        The systematic error to be expected, without its sign.
    count : int
        Negative controls that were used.
    excluding_count : int
        Of them, those whose own interval of 95 % excludes no effect: one in twenty is chance.
    affected : tuple of int
        Places (from 0) of controls that lie too far from the others to be of their distribution: perhaps they are
        affected by the treatment, and are no negative controls.
    method : str
    reason : str or None
        Why there is no distribution.
    caution : str or None
        What to say beside it.
    """

    mean: float | None = None
    sd: float | None = None
    standard_error: float | None = None
    expected_size: float | None = None
    count: int
    excluding_count: int = 0
    affected: tuple[int, ...] = ()
    method: str = METHOD
    reason: str | None = None
    caution: str | None = None


@dataclass(frozen=True, kw_only=True)
class CalibratedEstimate(IntervalEstimate):
    """An estimate with the systematic error of the negative controls taken into account.

    Attributes
    ----------
    standard_error : float or None
        Of the calibrated estimate.
    p_value : float or None
        Calibrated, of no effect, two-sided.
    plain_p_value : float or None
        Without calibration.
    caution : str or None
        What to say beside it.
    """

    standard_error: float | None = None
    p_value: float | None = None
    plain_p_value: float | None = None
    caution: str | None = None


def fit_empirical_null(estimates: ArrayLike, standard_errors: ArrayLike, *, least_count: int = 5) -> EmpiricalNull:
    """Return the mean and spread of systematic error by maximum likelihood.

    Each control's estimate is taken as normal around its own systematic error with its standard error, and the errors as
    normal with ``mean`` and ``sd``; so an estimate is normal with variance ``sd² + se²``. A control is named as affected
    where it lies further than a normal quantile at 1 - 0.025 / count from the distribution of the others.

    Parameters
    ----------
    estimates : array-like of numbers, shape (k,)
        Of effects that are known to be none; logarithms of ratios, or differences in one unit.
    standard_errors : array-like of numbers, shape (k,)
        Above 0.
    least_count : int
        With fewer controls there is no answer; at least 2.

    Returns
    -------
    EmpiricalNull
        Without a distribution, and with a reason, where there are too few controls. With fewer than 10 a caution: the
        spread is then found too small as a rule.

    Raises
    ------
    ParameterError
        If a number is missing, lengths differ, a standard error is not above 0 or ``least_count`` below 2.

    References
    ----------
    Schuemie et al. (2014), Statistics in Medicine 33(2), 209-218. https://doi.org/10.1002/sim.5925
    Schuemie et al. (2018), PNAS 115(11), 2571-2577. https://doi.org/10.1073/pnas.1708282114

    Examples
    --------
    >>> null = fit_empirical_null([0.1, 0.3, 0.5, 0.1, 0.5], [0.01] * 5)
    >>> round(null.mean, 6), round(null.sd, 4)  # root of the mean square 0.032, less 0.0001
    (0.3, 0.1786)
    """
    found, errors = number_vector(estimates, "estimates"), number_vector(standard_errors, "standard_errors")
    require_same_length(estimates=found, standard_errors=errors)
    if np.any(errors <= 0):
        raise ParameterError(f"standard_errors must be above 0; {int(np.count_nonzero(errors <= 0))} are not.")
    if least_count < 2:
        raise ParameterError(f"least_count must be at least 2; got {least_count}.")
    excluding = int(np.count_nonzero(np.abs(found / errors) > normal_quantile(0.975)))
    if found.size < least_count:
        reason = f"there are {found.size} negative controls, fewer than {least_count}"
        return EmpiricalNull(count=found.size, excluding_count=excluding, reason=reason)
    mean, variance = _most_likely(found, errors)
    affected = _affected(found, errors)
    return EmpiricalNull(
        mean=mean,
        sd=math.sqrt(variance),
        standard_error=1 / math.sqrt(float(np.sum(1 / (variance + errors**2)))),
        expected_size=_expected_size(mean, math.sqrt(variance)),
        count=found.size,
        excluding_count=excluding,
        affected=affected,
        caution=_caution(found.size, affected),
    )


def calibrate(estimate: float, standard_error: float, null: EmpiricalNull, level: float = 0.95) -> CalibratedEstimate:
    """Return an estimate less the mean systematic error, with an interval and a p-value that count its spread.

    The calibrated standard error is ``sqrt(sd² + se²)``. Systematic error is taken to be the same where there is an
    effect as where there is none. The error of the fitted mean and spread themselves is not counted, as in the papers.

    Parameters
    ----------
    estimate : float
        On the scale of the negative controls.
    standard_error : float
        Above 0.
    null : EmpiricalNull
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    CalibratedEstimate
        Without a number, and with its reason, where there is no distribution.

    Raises
    ------
    ParameterError
        If a number is not finite, the standard error not above 0 or ``level`` outside its range.

    References
    ----------
    Schuemie et al. (2018), PNAS 115(11), 2571-2577. https://doi.org/10.1073/pnas.1708282114

    Examples
    --------
    >>> null = EmpiricalNull(mean=0.2, sd=0.3, count=40)
    >>> calibrated = calibrate(1.0, 0.4, null)
    >>> round(calibrated.value, 6), round(calibrated.standard_error, 6), round(calibrated.p_value, 4)
    (0.8, 0.5, 0.1096)
    """
    require_level(level)
    if not (math.isfinite(estimate) and math.isfinite(standard_error) and standard_error > 0):
        raise ParameterError(f"need a finite estimate and standard_error > 0; got {estimate=}, {standard_error=}.")
    plain = 2 * normal_cdf(-abs(estimate) / standard_error)
    method = f"calibrated by {null.count} negative controls"
    if null.mean is None or null.sd is None:
        reason = null.reason or "there is no distribution of systematic error"
        return CalibratedEstimate(level=level, method=method, reason=reason, plain_p_value=plain, caution=null.caution)
    value, error = estimate - null.mean, math.hypot(null.sd, standard_error)
    half_width = normal_quantile((1 + level) / 2) * error
    return CalibratedEstimate(
        value=value,
        lower=value - half_width,
        upper=value + half_width,
        level=level,
        method=method,
        standard_error=error,
        p_value=2 * normal_cdf(-abs(value) / error),
        plain_p_value=plain,
        caution=null.caution,
    )


def _most_likely(found: Array, errors: Array) -> tuple[float, float]:
    """Return the mean and variance of highest likelihood: the best of 0 and all places where the slope turns down."""
    widest = float(np.ptp(found)) ** 2
    candidates = [0.0]
    grid = widest * np.linspace(0, 1, _GRID_COUNT) ** 2
    slopes = _slopes(found, errors, grid)
    for left, right, before, after in zip(grid, grid[1:], slopes, slopes[1:], strict=False):
        if before > 0 >= after:
            candidates.append(
                crossing(
                    lambda v: float(_slopes(found, errors, np.array([v]))[0]), float(left), float(right), 1e-14 * widest
                )
            )
    variance = max(candidates, key=lambda v: _log_likelihood(found, errors, v))
    return _mean(found, errors, variance), variance


def _mean(found: Array, errors: Array, variance: float) -> float:
    return float(np.average(found, weights=1 / (variance + errors**2)))


def _log_likelihood(found: Array, errors: Array, variance: float) -> float:
    total = variance + errors**2
    return -float(np.sum(np.log(total) + (found - _mean(found, errors, variance)) ** 2 / total)) / 2


def _slopes(found: Array, errors: Array, variances: Array) -> Array:
    """Return the derivatives of the profile log-likelihood with respect to the variance, at each of some."""
    w = 1 / (variances[:, None] + errors**2)
    means = (w @ found) / w.sum(axis=1)
    slopes: Array = np.sum(((found - means[:, None]) * w) ** 2 - w, axis=1) / 2
    return slopes


def _affected(found: Array, errors: Array) -> tuple[int, ...]:
    bound = normal_quantile(1 - 0.025 / found.size)
    places = []
    for place in range(found.size):
        others, their_errors = np.delete(found, place), np.delete(errors, place)
        mean, variance = _most_likely(others, their_errors)
        of_mean = 1 / float(np.sum(1 / (variance + their_errors**2)))
        if abs(found[place] - mean) > bound * math.sqrt(variance + errors[place] ** 2 + of_mean):
            places.append(place)
    return tuple(places)


def _expected_size(mean: float, sd: float) -> float:
    """Return the mean of the absolute value of a normal number."""
    if sd == 0:
        return abs(mean)
    density = math.sqrt(2 / math.pi) * math.exp(-((mean / sd) ** 2) / 2)
    return sd * density + mean * (1 - 2 * normal_cdf(-mean / sd))


def _caution(count: int, affected: tuple[int, ...]) -> str | None:
    said = []
    if count < _FEW:
        said.append(f"{count} negative controls are few: the spread of systematic error is found too small as a rule")
    if affected:
        places = ", ".join(str(place + 1) for place in affected)
        said.append(f"negative control {places} lies far from the others and may be affected by the treatment")
    return "; ".join(said) or None
