"""How much of a fall would have come with nothing done, by numbers that others published?

mu and sigma are the mean and SD of ratings of *all persons' days together*, rho the correlation of two ratings of a person as
far apart as the first and the final one, between persons and within them together. With rho within a person the regression
comes out too large. All forms take off too little of a fall after a first admission, which also says that the days before were
better.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector
from abate.stats.distributions import normal_cdf
from abate.stats.regression_to_mean_courses import NUMERIC_RATING_SCALE, RatingScale

# Between these ends lies all of the normal distribution that double precision sees.
_FAR = 8.5
_NODES = 80
_ROUNDING_HALF = 0.5
_SHARES_SUM = 1e-6


@dataclass(frozen=True, kw_only=True)
class StatedValues:
    """Ranges within which the values of a reference are held to lie, each as (lower, upper).

    Attributes
    ----------
    mu : tuple of float
        Mean of all persons' days, in points.
    rho : tuple of float
        Correlation of two ratings, from 0 to 1.
    sigma : tuple of float
        SD of all persons' days, in points; for the forms that ask for it.
    """

    mu: tuple[float, float]
    rho: tuple[float, float]
    sigma: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        for name, (lower, upper) in (("mu", self.mu), ("rho", self.rho), ("sigma", self.sigma)):
            if not (math.isfinite(lower) and math.isfinite(upper) and lower <= upper):
                raise ParameterError(f"{name} must be a finite range, the lower end first; got {lower!r}, {upper!r}.")
        _require_values(self.mu[0], self.sigma[0], self.rho[0])
        _require_values(self.mu[1], self.sigma[1], self.rho[1])


@dataclass(frozen=True, kw_only=True)
class StatedRange:
    """What the values of a reference give: a span under stated values, never an interval from sampling.

    Attributes
    ----------
    lower, upper : float
        In points.
    stated : StatedValues
    """

    lower: float
    upper: float
    stated: StatedValues


def natural_fall_conditional(mean_first: float, mu: float, rho: float) -> float:
    """Return the fall to expect given the first ratings: ``(1 - rho) (mean of the first - mu)``, in points.

    Exact for normal pairs selected on the first rating alone, whatever the rule. Use it wherever first ratings are at hand.

    Raises
    ------
    ParameterError
        If a number is not finite or rho is not between 0 and 1.

    References
    ----------
    Barnett, van der Pols & Dobson (2005), International Journal of Epidemiology 34(1), 215-220.
    https://doi.org/10.1093/ije/dyh299

    Examples
    --------
    >>> natural_fall_conditional(7.5, mu=5.5, rho=0.5)
    1.0
    """
    _require_values(mu, 1.0, rho)
    if not math.isfinite(mean_first):
        raise ParameterError(f"mean_first must be finite; got {mean_first!r}.")
    return (1 - rho) * (mean_first - mu)


def natural_fall_above_threshold(threshold: float, mu: float, sigma: float, rho: float) -> float:
    """Return the fall to expect where all that is known is that first ratings were at least ``threshold``, in points.

    ``(1 - rho) sigma phi(z) / (1 - Phi(z))`` with ``z = (threshold - 0.5 - mu) / sigma``; the half point is for rounding.

    Raises
    ------
    ParameterError
        If a number is not finite, sigma is not above 0 or rho not between 0 and 1.

    References
    ----------
    Davis (1976), American Journal of Epidemiology 104(5), 493-498. https://doi.org/10.1093/oxfordjournals.aje.a112321
    Linden (2013), BMC Medical Research Methodology 13, 119. https://doi.org/10.1186/1471-2288-13-119

    Examples
    --------
    >>> round(natural_fall_above_threshold(6.5, mu=6.0, sigma=2.0, rho=0.5), 4)
    0.7979
    """
    _require_values(mu, sigma, rho)
    if not math.isfinite(threshold):
        raise ParameterError(f"threshold must be finite; got {threshold!r}.")
    z = (threshold - _ROUNDING_HALF - mu) / sigma
    return (1 - rho) * sigma * _mean_above(z)


def natural_fall_worst_of(day_count: float, sigma: float, rho: float) -> float:
    """Return the fall to expect after the worst of some independent days: ``(1 - rho) sigma E[max of k normals]``.

    Days of one spell count as fewer: ``day_count`` need not be whole.

    Raises
    ------
    ParameterError
        If ``day_count`` is below 1, sigma is not above 0 or rho not between 0 and 1.

    Examples
    --------
    >>> round(natural_fall_worst_of(2, sigma=1.0, rho=0.0), 4)
    0.5642
    """
    _require_values(0.0, sigma, rho)
    if not (math.isfinite(day_count) and day_count >= 1):
        raise ParameterError(f"day_count must be at least 1; got {day_count!r}.")
    from scipy.special import log_ndtr

    z, weight = _normal_nodes(-_FAR, _FAR, 4 * _NODES)
    density = day_count * np.exp((day_count - 1) * log_ndtr(z))
    return (1 - rho) * sigma * float(np.sum(weight * z * density))


def natural_fall_on_scale(
    first: ArrayLike, shares: ArrayLike, rho: float, scale: RatingScale = NUMERIC_RATING_SCALE
) -> float:
    """Return the mean fall to expect given the first ratings, where ratings are whole and end at the scale's ends.

    A latent normal number passes from one rating to the next at ``Phi^-1`` of the shares below it; two of them correlate
    by rho. The later rating's expectation given the first is found by integration over the latent numbers of that rating.

    Parameters
    ----------
    first : array-like of whole numbers, shape (n,)
    shares : array-like of numbers, shape (highest - lowest + 1,)
        How often each rating is given, over all persons' days; they sum to 1.
    rho : float
        Of the latent numbers, from 0 to 1.
    scale : RatingScale

    Returns
    -------
    float
        In points.

    Raises
    ------
    ParameterError
        If there are no first ratings or one is no rating of the scale, shares are not such, or rho is not between 0 and 1.

    Examples
    --------
    >>> even = np.full(11, 1 / 11)
    >>> round(natural_fall_on_scale([9], even, rho=0.0), 6), round(natural_fall_on_scale([9], even, rho=1.0), 6)
    (4.0, 0.0)
    """
    _require_values(0.0, 1.0, rho)
    ratings, weights = number_vector(first, "first"), number_vector(shares, "shares")
    places = ratings - scale.lowest
    size = scale.highest - scale.lowest + 1
    if not len(places) or np.any(places != np.round(places)) or np.any((places < 0) | (places >= size)):
        raise ParameterError(f"first must be whole ratings from {scale.lowest} to {scale.highest}, at least one.")
    if len(weights) != size or np.any(weights < 0) or abs(weights.sum() - 1) > _SHARES_SUM:
        raise ParameterError(f"shares must be {size} numbers of at least 0 that sum to 1, one for each rating.")
    later = _later_ratings(weights / weights.sum(), rho, scale)
    return float(np.mean(ratings - later[places.astype(np.int64)]))


def range_under_stated_values(natural: Callable[[float, float, float], float], stated: StatedValues) -> StatedRange:
    """Return the span of a form over stated ranges of its values.

    Parameters
    ----------
    natural : callable
        From ``(mu, sigma, rho)`` to a natural fall; each form here rises or falls in each value throughout, so that its ends
        lie at ends of the ranges.
    stated : StatedValues

    Returns
    -------
    StatedRange

    Examples
    --------
    >>> stated = StatedValues(mu=(5.5, 6.5), rho=(0.4, 0.6))
    >>> span = range_under_stated_values(lambda mu, sigma, rho: natural_fall_conditional(7.5, mu, rho), stated)
    >>> round(span.lower, 3), round(span.upper, 3)
    (0.4, 1.2)
    """
    corners = [natural(mu, sigma, rho) for mu, sigma, rho in product(stated.mu, stated.sigma, stated.rho)]
    return StatedRange(lower=min(corners), upper=max(corners), stated=stated)


def normal_shares(mu: float, sigma: float, scale: RatingScale = NUMERIC_RATING_SCALE) -> Array:
    """Return how often each rating is given where a rounded normal number is cut off at the scale's ends.

    Raises
    ------
    ParameterError
        If mu is not finite or sigma not above 0.

    Examples
    --------
    >>> normal_shares(5, 2).round(3)
    array([0.012, 0.028, 0.066, 0.121, 0.175, 0.197, 0.175, 0.121, 0.066,
           0.028, 0.012])
    """
    _require_values(mu, sigma, 0.0)
    below = np.array([0.0, *(normal_cdf((cut - mu) / sigma) for cut in scale.cuts), 1.0])
    shares: Array = np.diff(below)
    return shares


def _require_values(mu: float, sigma: float, rho: float) -> None:
    if not (math.isfinite(mu) and math.isfinite(sigma) and sigma > 0 and 0 <= rho <= 1):
        raise ParameterError(f"need a finite mu, sigma above 0 and rho from 0 to 1; got {mu=}, {sigma=}, {rho=}.")


def _mean_above(z: float) -> float:
    """Return the mean of a standard normal number above z, exact far out too."""
    from scipy.special import log_ndtr

    return math.exp(-0.5 * z * z - 0.5 * math.log(2 * math.pi) - float(log_ndtr(-z)))


def _normal_nodes(lower: float, upper: float, count: int) -> tuple[Array, Array]:
    """Return points and weights that integrate over a stretch of the standard normal distribution."""
    nodes, weights = _legendre(count)
    z = 0.5 * (upper - lower) * nodes + 0.5 * (upper + lower)
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    return z, 0.5 * (upper - lower) * weights * density


@cache
def _legendre(count: int) -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return np.asarray(nodes, dtype=np.float64), np.asarray(weights, dtype=np.float64)


def _later_ratings(shares: Array, rho: float, scale: RatingScale) -> Array:
    """Return the expected later rating for each first one, shape (highest - lowest + 1,)."""
    from scipy.special import ndtr, ndtri

    whole = np.arange(scale.lowest, scale.highest + 1, dtype=np.float64)
    if rho == 1:
        return whole
    below = np.clip(np.append(0.0, np.cumsum(shares)), 0.0, 1.0)
    cuts = np.clip(ndtri(below), -_FAR, _FAR)
    left = math.sqrt(1 - rho * rho)
    later = np.empty(len(whole))
    for place in range(len(whole)):
        z, weight = _normal_nodes(cuts[place], cuts[place + 1], _NODES)
        if weight.sum() <= 0:  # nobody gives this rating: it stands at the point between its neighbours
            z, weight = cuts[place : place + 1], np.ones(1)
        above = ndtr((rho * z[:, None] - ndtri(below[1:-1])) / left)
        later[place] = scale.lowest + float(weight @ above.sum(axis=1)) / float(weight.sum())
    return later
