"""When will one centre have enough? Counts of the past as a gamma rate, and from it months and patients in closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector

#: Of a forecast: the middle, its 80 % and its 95 %.
PROBABILITIES = (0.025, 0.1, 0.5, 0.9, 0.975)

#: More is no forecast of a trial.
MOST_PATIENTS = 1_000_000


class AccrualZeroError(ParameterError):
    """Nobody was seen, so that no month can be forecast."""


class AccrualRateError(ParameterError):
    """Counts, months or a prior of accrual are impossible."""


class AccrualNeedError(ParameterError):
    """The number needed, the time or a probability of a forecast is impossible."""


class ConsentError(ParameterError):
    """A share that consents is impossible."""


@dataclass(frozen=True, kw_only=True)
class GammaRate:
    """What is known of a centre's rate: a gamma distribution of patients a month.

    Attributes
    ----------
    shape : float
        Patients that the knowledge is worth, above 0.
    months : float
        Months that it is worth, above 0; the mean is ``shape / months``.
    """

    shape: float
    months: float

    def __post_init__(self) -> None:
        if not (0 < self.shape < math.inf and 0 < self.months < math.inf):
            raise AccrualRateError(
                f"a rate has a shape and months above 0; got {self.shape!r} and {self.months!r}. Give at least one month of counting."
            )

    @property
    def mean(self) -> float:
        """Patients a month."""
        return self.shape / self.months

    def thinned(self, share: float) -> GammaRate:
        """Return the rate of those among the patients who are taken, a known share above 0 and up to 1."""
        if not 0 < share <= 1:
            raise ConsentError(f"a share that consents is above 0 and at most 1; got {share!r}. Write 30 % as 0.3.")
        return GammaRate(shape=self.shape, months=self.months / share)


@dataclass(frozen=True, kw_only=True)
class MonthsForecast:
    """Months until enough have come.

    Attributes
    ----------
    probabilities, months : tuple of float
        Enough have come by ``months[i]`` with ``probabilities[i]``.
    mean : float or None
        Expected months; None where it is infinite, which ``reason`` says.
    reason : str or None
    """

    probabilities: tuple[float, ...]
    months: tuple[float, ...]
    mean: float | None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class CentrePopulation:
    """From which gamma distribution the rates of centres come; without one where they differ no more than by chance."""

    mean: float  # patients a month and centre
    rate: GammaRate | None
    reason: str | None = None


def rate_after(seen: int, months: float, prior_shape: float = 0.5, prior_months: float = 0.0) -> GammaRate:
    """Return what is known of a rate once ``seen`` patients have come in ``months``.

    Parameters
    ----------
    seen : int
        At least 0.
    months : float
        Time of counting, above 0.
    prior_shape, prior_months : float
        What was known before, in patients and months; at least 0. One half and 0 say nothing (Jeffreys).

    Returns
    -------
    GammaRate
        ``Gamma(seen + prior_shape, months + prior_months)``.

    Raises
    ------
    AccrualZeroError
        If nobody was seen and nothing was known before.
    AccrualRateError
        If an argument is outside its range.

    References
    ----------
    Anisimov & Fedorov (2007), Statistics in Medicine 26(27), 4958-4975. https://doi.org/10.1002/sim.2956

    Examples
    --------
    >>> round(rate_after(61, 36).mean, 3)
    1.708
    """
    if not (float(seen).is_integer() and seen >= 0 and 0 < months < math.inf):
        raise AccrualRateError(
            f"patients seen are a whole number of at least 0, in months above 0; got {seen!r} in {months!r}."
        )
    if not (prior_shape >= 0 and prior_months >= 0):
        raise AccrualRateError(f"a prior of accrual has no negative numbers; got {prior_shape!r} and {prior_months!r}.")
    if seen == 0 and prior_months == 0:
        raise AccrualZeroError(
            f"nobody was seen in {months:g} months, so that no end can be forecast; count over a longer time, widen eligibility or add centres."
        )
    return GammaRate(shape=seen + prior_shape, months=months + prior_months)


def months_until(rate: GammaRate, needed: int, probabilities: Sequence[float] = PROBABILITIES) -> MonthsForecast:
    """Return the months until one centre has the number needed, in closed form.

    With a rate ``Gamma(a, b)``, the months to patient ``m`` are ``b X/(1 - X)``, ``X`` beta with shapes ``m`` and ``a``; their mean is
    ``m b/(a - 1)``.

    Parameters
    ----------
    rate : GammaRate
    needed : int
        At least 1.
    probabilities : sequence of float
        Between 0 and 1.

    Returns
    -------
    MonthsForecast

    Raises
    ------
    AccrualNeedError
        If an argument is outside its range.

    References
    ----------
    Anisimov & Fedorov (2007), Statistics in Medicine 26(27), 4958-4975. https://doi.org/10.1002/sim.2956

    Examples
    --------
    >>> forecast = months_until(rate_after(61, 36), 120)
    >>> [round(months) for months in forecast.months], round(forecast.mean, 1)
    ([52, 58, 70, 86, 96], 71.4)
    """
    check_needed(needed)
    from scipy.special import betaincinv

    x = betaincinv(needed, rate.shape, checked_probabilities(probabilities))
    months = tuple(float(value) for value in rate.months * x / (1 - x))
    mean = needed * rate.months / (rate.shape - 1) if rate.shape > 1 else None
    reason = None if mean is not None else "so few were seen that the mean is infinite"
    return MonthsForecast(probabilities=tuple(probabilities), months=months, mean=mean, reason=reason)


def patients_within(rate: GammaRate, months: float, probabilities: Sequence[float] = PROBABILITIES) -> tuple[int, ...]:
    """Return the quantiles of the patients of one centre in a time: negative binomial with size ``a`` and ``b/(b + months)``.

    Parameters
    ----------
    rate : GammaRate
    months : float
        At least 0.
    probabilities : sequence of float
        Between 0 and 1.

    Returns
    -------
    tuple of int
        The fewest patients that are not exceeded with each probability.

    Raises
    ------
    AccrualNeedError
        If an argument is outside its range.

    Examples
    --------
    >>> patients_within(rate_after(61, 36), 24)
    (26, 31, 41, 52, 58)
    """
    check_month(months, "months")
    asked = checked_probabilities(probabilities)
    from scipy.special import betainc

    def reached(count: float, probability: float) -> bool:
        return bool(betainc(rate.shape, count + 1, rate.months / (rate.months + months)) >= probability)

    quantiles = []
    for probability in asked:
        lower, upper = -1, 1
        while not reached(upper, probability):
            lower, upper = upper, 2 * upper
        while upper - lower > 1:
            middle = (lower + upper) // 2
            lower, upper = (lower, middle) if reached(middle, probability) else (middle, upper)
        quantiles.append(upper)
    return tuple(quantiles)


def fit_centre_rates(seen: ArrayLike, months: ArrayLike) -> CentrePopulation:
    """Return the gamma distribution from which the rates of several centres come, by maximum likelihood.

    Parameters
    ----------
    seen : array-like of whole numbers, shape (k,)
        Patients of each centre, k at least 2.
    months : array-like of float, shape (k,)
        Over how many months, above 0.

    Returns
    -------
    CentrePopulation
        ``rate`` is what is known of a centre that is not there yet; of one that is, add its own count and months. Without a rate, and
        with a reason, where the counts differ no more than by chance.

    Raises
    ------
    AccrualZeroError
        If nobody was seen anywhere.
    AccrualRateError
        If there are fewer than two centres, or a count or time is impossible.

    References
    ----------
    Anisimov & Fedorov (2007), Statistics in Medicine 26(27), 4958-4975. https://doi.org/10.1002/sim.2956

    Examples
    --------
    >>> found = fit_centre_rates([61, 20, 8, 33], [36, 36, 36, 36])
    >>> round(found.mean, 3), round(found.rate.shape, 2)
    (0.847, 2.37)
    """
    k, t = number_vector(seen, "seen"), number_vector(months, "months")
    if k.size < 2 or k.size != t.size or np.any(k < 0) or np.any(k != np.floor(k)) or np.any(t <= 0):
        raise AccrualRateError(
            "rates of centres need two centres at least, whole counts of at least 0, and one time above 0 for each."
        )
    if not k.any():
        raise AccrualZeroError(
            "nobody was seen in any centre, so that no end can be forecast; count over a longer time."
        )
    pooled = float(k.sum() / t.sum())
    if float(np.sum((k - pooled * t) ** 2 - k)) <= 0:  # slope of the likelihood in 1/shape, where there is no spread
        return CentrePopulation(mean=pooled, rate=None, reason="the centres differ no more than by chance")
    mean, shape = _most_likely(k, t, pooled)
    return CentrePopulation(mean=mean, rate=GammaRate(shape=shape, months=shape / mean))


def _most_likely(k: Array, t: Array, pooled: float) -> tuple[float, float]:
    from scipy.optimize import minimize
    from scipy.special import gammaln

    def unlikely(logs: Array) -> float:
        mean, shape = np.exp(logs)
        months = shape / mean
        terms = (
            gammaln(shape + k) - gammaln(shape) + shape * np.log(months / (months + t)) + k * np.log(t / (months + t))
        )
        return -float(terms.sum())

    found = minimize(unlikely, np.log([pooled, 1.0]), method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12})
    mean, shape = np.exp(found.x)
    return float(mean), float(shape)


def checked_probabilities(probabilities: Sequence[float]) -> Array:
    """Return probabilities of a forecast, refusing those that are not between 0 and 1."""
    asked = number_vector(probabilities, "probabilities")
    if asked.size == 0 or np.any((asked <= 0) | (asked >= 1)):
        raise AccrualNeedError(
            "probabilities of a forecast lie between 0 and 1, such as 0.5 for the middle; mend them."
        )
    return asked


def check_needed(needed: int) -> None:
    """Refuse a number needed that is not whole, or below 1."""
    if not (float(needed).is_integer() and 1 <= needed <= MOST_PATIENTS):
        raise AccrualNeedError(f"the number needed is a whole number from 1 to {MOST_PATIENTS:,}; got {needed!r}.")


def check_month(month: float, name: str) -> None:
    """Refuse a time below 0 or without end."""
    if not 0 <= month < math.inf:
        raise AccrualNeedError(f"{name} must be a finite number of at least 0; got {month!r}.")
