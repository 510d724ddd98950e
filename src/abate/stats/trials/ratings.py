"""How does a number on the whole line become a rating from 0 to 10, and what happens to its mean and spread?

Three maps: as it is; rounded and clipped, which moves means near the ends of the scale; and cut-points with the mean behind them
moved until the ratings have the mean that was asked for, and, if so wanted, with the spread behind them stretched until they have
the SD too.
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
# Means in points, and SDs as shares of themselves, are kept to this: far below anything that a simulation can see.
_CLOSE_ENOUGH = 1e-10


class RatingMap(ABC):
    """How latent numbers become ratings."""

    @abstractmethod
    def latent(self, mean: Array, sd: Array) -> tuple[Array, Array]:
        """Return latent means and SDs from which ratings are made, for the means and SDs that were asked for."""

    @abstractmethod
    def rated(self, latent: Array) -> Array:
        """Return the ratings of latent numbers."""

    @abstractmethod
    def moments(self, latent_mean: Array, sd: Array) -> tuple[Array, Array]:
        """Return mean and SD of the ratings of normal latent numbers."""


@dataclass(frozen=True)
class AsIs(RatingMap):
    """The rating is the latent number: no floor, no ceiling, no rounding."""

    def latent(self, mean: Array, sd: Array) -> tuple[Array, Array]:
        return mean, sd

    def rated(self, latent: Array) -> Array:
        return latent

    def moments(self, latent_mean: Array, sd: Array) -> tuple[Array, Array]:
        return latent_mean, sd


@dataclass(frozen=True)
class RoundedAndClipped(RatingMap):
    """The nearest whole number from 0 to 10; means near 0 or 10 move away from the end."""

    def latent(self, mean: Array, sd: Array) -> tuple[Array, Array]:
        return mean, sd

    def rated(self, latent: Array) -> Array:
        return np.clip(np.rint(latent), 0.0, HIGHEST)

    def moments(self, latent_mean: Array, sd: Array) -> tuple[Array, Array]:
        return _moments(latent_mean, sd, _HALF_POINTS)


#: What an ordinal map keeps: means alone, with the covariance taken as that of the latent numbers; or SDs as well.
PRESERVED = ("means", "means and SDs")


@dataclass(frozen=True, eq=False)
class Ordinal(RatingMap):
    """The count of cut-points below the latent number, with the latent mean moved so that ratings keep their mean.

    Attributes
    ----------
    cut_points : array-like, shape (10,)
        Rising; the half points 0.5 to 9.5 by default, or those of an observed distribution (``cut_points_of``).
    preserves : str
        means, or means and SDs (default): then the latent SD is stretched until the ratings' SD is the one asked for. Near the
        ends of the scale the first makes ratings with a smaller SD, which flatters; the second is right where the covariance was
        estimated from ratings.
    """

    cut_points: ArrayLike = tuple(k - 0.5 for k in range(1, HIGHEST + 1))
    preserves: str = "means and SDs"

    def __post_init__(self) -> None:
        cuts = np.asarray(self.cut_points, dtype=np.float64)
        if (
            cuts.shape != (HIGHEST,)
            or np.any(np.isnan(cuts))
            or np.any(cuts[1:] < cuts[:-1])
            or not np.any(np.isfinite(cuts))
        ):
            raise RatingScaleError(
                f"cut_points must be {HIGHEST} rising numbers, one between each two ratings from 0 to {HIGHEST}, and one of them "
                f"finite; got {np.array2string(cuts)}."
            )
        if self.preserves not in PRESERVED:
            raise RatingScaleError(f"preserves must be one of {', '.join(PRESERVED)}; got {self.preserves!r}.")
        object.__setattr__(self, "cut_points", cuts)

    @property
    def _cuts(self) -> Array:
        return np.asarray(self.cut_points)

    def latent(self, mean: Array, sd: Array) -> tuple[Array, Array]:
        """Return latent means, by Newton's steps inside a bracket, and SDs, by secants in the logarithm.

        Raises
        ------
        RatingScaleError
            If a mean is not between the lowest and the highest rating that the cut-points allow, or no ratings of that mean
            can have the SD.
        """
        mean, sd = np.broadcast_arrays(mean, sd)
        self._check_means(mean)
        if self.preserves == "means":
            return self._latent_mean(mean, sd, mean), sd
        at, log_sd, slope = self._latent_mean(mean, sd, mean), np.log(sd), np.ones_like(sd)
        off = np.log(self.moments(at, sd)[1]) - np.log(sd)
        for _ in range(_MOST_STEPS):
            if np.max(np.abs(off)) < _CLOSE_ENOUGH:
                return at, np.exp(log_sd)
            step = np.clip(-off / slope, -0.5, 0.5)
            log_sd = log_sd + step
            at = self._latent_mean(mean, np.exp(log_sd), at)
            before, off = off, np.log(self.moments(at, np.exp(log_sd))[1]) - np.log(sd)
            with np.errstate(invalid="ignore", divide="ignore"):
                secant = (off - before) / step
            slope = np.where(np.isfinite(secant) & (np.abs(off) > 1e-14), np.clip(secant, 0.02, 2.0), slope)
        raise RatingScaleError(
            f"no ratings from 0 to {HIGHEST} with means of {float(mean.min()):g} to {float(mean.max()):g} have SDs of "
            f"{float(sd.min()):g} to {float(sd.max()):g}; correct them, or preserve means only."
        )

    def _check_means(self, mean: Array) -> None:
        low, high = float(np.sum(np.isneginf(self._cuts))), HIGHEST - float(np.sum(np.isposinf(self._cuts)))
        if np.any((mean <= low + _ROOM) | (mean >= high - _ROOM)):
            raise RatingScaleError(
                f"means of ratings must lie between {low:g} and {high:g}; found {float(np.min(mean)):g} to "
                f"{float(np.max(mean)):g}. Correct them, or take the ratings as they are."
            )

    def _latent_mean(self, mean: Array, sd: Array, start: Array) -> Array:
        from scipy.special import ndtr

        low, finite = float(np.sum(np.isneginf(self._cuts))), self._cuts[np.isfinite(self._cuts)]
        lower, upper = finite[0] - 40 * sd, finite[-1] + 40 * sd
        at = np.clip(start, lower, upper)
        for _ in range(_MOST_STEPS):
            z = (at[..., None] - finite) / sd[..., None]
            off = low + ndtr(z).sum(axis=-1) - mean
            if np.max(np.abs(off)) < _CLOSE_ENOUGH:
                break
            lower, upper = np.where(off < 0, at, lower), np.where(off >= 0, at, upper)
            slope = (np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)).sum(axis=-1) / sd
            step = at - off / np.maximum(slope, 1e-300)
            at = np.where((step >= lower) & (step <= upper), step, (lower + upper) / 2)
        return np.asarray(at)

    def rated(self, latent: Array) -> Array:
        if np.array_equal(self._cuts, _HALF_POINTS):  # the same without a search, ten times as fast
            return np.clip(np.floor(latent + 0.5), 0.0, HIGHEST)
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
