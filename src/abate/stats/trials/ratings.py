"""How does a number on the whole line become a rating from 0 to 10, and what happens to its mean and spread?

Three maps: as it is; rounded and clipped, which moves means near the ends of the scale; and cut-points with the mean behind them
moved until the ratings have the mean that was asked for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, number_vector
from abate.stats.trials.errors import RatingScaleError

HIGHEST = 10
_MOST_STEPS = 100
# A mean nearer than this to an end of the scale would need a latent mean infinitely far away.
_ROOM = 1e-6


class RatingMap(ABC):
    """How latent numbers become ratings."""

    @abstractmethod
    def latent_mean(self, mean: Array, sd: Array) -> Array:
        """Return the latent means from which ratings are made, for the means that were asked for and latent SDs."""

    @abstractmethod
    def rated(self, latent: Array) -> Array:
        """Return the ratings of latent numbers."""

    @abstractmethod
    def moments(self, latent_mean: Array, sd: Array) -> tuple[Array, Array]:
        """Return mean and SD of the ratings of normal latent numbers."""


@dataclass(frozen=True)
class AsIs(RatingMap):
    """The rating is the latent number: no floor, no ceiling, no rounding."""

    def latent_mean(self, mean: Array, sd: Array) -> Array:
        return mean

    def rated(self, latent: Array) -> Array:
        return latent

    def moments(self, latent_mean: Array, sd: Array) -> tuple[Array, Array]:
        return latent_mean, sd


@dataclass(frozen=True)
class RoundedAndClipped(RatingMap):
    """The nearest whole number from 0 to 10; means near 0 or 10 move away from the end."""

    def latent_mean(self, mean: Array, sd: Array) -> Array:
        return mean

    def rated(self, latent: Array) -> Array:
        return np.clip(np.rint(latent), 0.0, HIGHEST)

    def moments(self, latent_mean: Array, sd: Array) -> tuple[Array, Array]:
        return _moments(latent_mean, sd, _HALF_POINTS)


@dataclass(frozen=True, eq=False)
class Ordinal(RatingMap):
    """The count of cut-points below the latent number, with the latent mean moved so that ratings keep their mean.

    Attributes
    ----------
    cut_points : array-like, shape (10,)
        Rising; the half points 0.5 to 9.5 by default, or those of an observed distribution (``cut_points_of``).
    """

    cut_points: ArrayLike = tuple(k - 0.5 for k in range(1, HIGHEST + 1))

    def __post_init__(self) -> None:
        cuts = np.asarray(self.cut_points, dtype=np.float64)
        if cuts.shape != (HIGHEST,) or np.any(np.isnan(cuts)) or np.any(np.diff(cuts[np.isfinite(cuts)]) < 0):
            raise RatingScaleError(
                f"cut_points must be {HIGHEST} rising numbers, one between each two ratings from 0 to {HIGHEST}; "
                f"got {np.array2string(cuts)}."
            )
        if np.any(np.diff(np.sign(np.where(np.isfinite(cuts), 0.0, cuts))) < 0) or not np.any(np.isfinite(cuts)):
            raise RatingScaleError(
                "infinite cut_points must stand at the ends, and one must be finite; check the shares."
            )
        object.__setattr__(self, "cut_points", cuts)

    @property
    def _cuts(self) -> Array:
        return np.asarray(self.cut_points)

    def latent_mean(self, mean: Array, sd: Array) -> Array:
        """Return the latent means by Newton's steps inside a bracket.

        Raises
        ------
        RatingScaleError
            If a mean is not between the lowest and the highest rating that the cut-points allow.
        """
        from scipy.special import ndtr

        low, high = float(np.sum(np.isneginf(self._cuts))), HIGHEST - float(np.sum(np.isposinf(self._cuts)))
        if np.any((mean <= low + _ROOM) | (mean >= high - _ROOM)):
            raise RatingScaleError(
                f"means of ratings must lie between {low:g} and {high:g}; found {float(np.min(mean)):g} to "
                f"{float(np.max(mean)):g}. Correct them, or take the ratings as they are."
            )
        finite = self._cuts[np.isfinite(self._cuts)]
        lower, upper = finite[0] - 40 * sd - 0 * mean, finite[-1] + 40 * sd + 0 * mean
        at = np.clip(mean, lower, upper)
        for _ in range(_MOST_STEPS):
            z = (at[..., None] - finite) / sd[..., None]
            off = low + ndtr(z).sum(axis=-1) - mean
            if np.max(np.abs(off)) < 1e-12 * HIGHEST:
                break
            lower, upper = np.where(off < 0, at, lower), np.where(off >= 0, at, upper)
            slope = (np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)).sum(axis=-1) / sd
            step = at - off / np.maximum(slope, 1e-300)
            at = np.where((step > lower) & (step < upper), step, (lower + upper) / 2)
        return np.asarray(at)

    def rated(self, latent: Array) -> Array:
        flat = np.searchsorted(self._cuts, latent.ravel(), side="right")
        return flat.reshape(latent.shape).astype(np.float64)

    def moments(self, latent_mean: Array, sd: Array) -> tuple[Array, Array]:
        return _moments(latent_mean, sd, self._cuts)


_HALF_POINTS: Array = np.arange(1, HIGHEST + 1, dtype=np.float64) - 0.5


def _moments(mean: Array, sd: Array, cuts: Array) -> tuple[Array, Array]:
    from scipy.special import ndtr

    at_least = ndtr((mean[..., None] - cuts) / sd[..., None])
    ratings = np.arange(1, HIGHEST + 1)
    first, second = at_least.sum(axis=-1), ((2 * ratings - 1) * at_least).sum(axis=-1)
    return first, np.sqrt(second - first**2)


def cut_points_of(shares: ArrayLike, *, mean: float, sd: float) -> Array:
    """Return cut-points that give an observed distribution of ratings, for latent numbers of a mean and SD.

    Parameters
    ----------
    shares : array-like, shape (11,)
        How often each rating from 0 to 10 was given: counts or shares.
    mean, sd : float
        Of the latent numbers at that time, usually those of the ratings themselves.

    Returns
    -------
    array, shape (10,)
        Minus infinity below ratings that nobody gave at the lower end, infinity above the highest one.

    Raises
    ------
    RatingScaleError
        If a share is below 0, all are 0 or on one rating, or ``sd`` is not above 0.

    Examples
    --------
    >>> cut_points_of([0, 0, 0, 0, 1, 2, 2, 2, 2, 1, 0], mean=6.5, sd=1.4).round(2)[[4, 5, 9]]
    array([4.71, 5.77,  inf])
    """
    from scipy.special import ndtri

    counts = number_vector(shares, "shares")
    if counts.shape != (HIGHEST + 1,) or np.any(counts < 0) or np.count_nonzero(counts) < 2 or not sd > 0:
        raise RatingScaleError(
            f"shares must be {HIGHEST + 1} numbers of at least 0 on two or more ratings, and sd above 0; "
            f"got {counts.tolist()} and {sd!r}."
        )
    below = np.clip(np.cumsum(counts)[:-1] / counts.sum(), 0.0, 1.0)
    return np.asarray(mean + sd * ndtri(below))


#: Maps by name; the default of trial planning is the ordinal one.
RATING_MAPS = {"as is": AsIs, "round and clip": RoundedAndClipped, "ordinal": Ordinal}
