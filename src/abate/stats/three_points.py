"""What does a sum come to whose parts are each known by a low, a likely and a high value?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector, require_level, require_same_length
from abate.stats.intervals import IntervalEstimate


class ThreePointsError(ParameterError):
    """Low, likely and high of a part do not rise, or a multiple is negative."""


@dataclass(frozen=True, kw_only=True)
class ThreePointSum(IntervalEstimate):
    """A sum with its interval.

    Attributes
    ----------
    lowest, likely, highest : float
        Sums of all lows, of all likely values, and of all highs.
    standard_deviation : float
        Of the sum, if the parts are independent.
    """

    lowest: float
    likely: float
    highest: float
    standard_deviation: float


def sum_of_three_points(
    low: ArrayLike,
    likely: ArrayLike,
    high: ArrayLike,
    times: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = 20_000,
    seed: int = 1,
) -> ThreePointSum:
    """Return the sum of ``times[i]`` times part ``i``, each part triangular between low and high with its mode at likely.

    The value is the exact mean; the interval is from draws, the parts independent of each other.

    Parameters
    ----------
    low, likely, high : array-like of float, shape (k,)
        Rising for each part.
    times : array-like of float, shape (k,)
        How often the part counts, at least 0.
    level : float
        Coverage of the interval, between 0 and 1.
    draws, seed : int
        At least 100 and at least 0; the same seed gives the same interval.

    Returns
    -------
    ThreePointSum

    Raises
    ------
    ThreePointsError
        If an argument is outside its range.

    Examples
    --------
    >>> total = sum_of_three_points([1, 10], [2, 20], [3, 60], [100, 1])
    >>> total.value, (total.lowest, total.likely, total.highest)
    (230.0, (110.0, 220.0, 360.0))
    """
    require_level(level)
    a, c, b = number_vector(low, "low"), number_vector(likely, "likely"), number_vector(high, "high")
    n = number_vector(times, "times")
    require_same_length(low=a, likely=c, high=b, times=n)
    if np.any((a > c) | (c > b)):
        raise ThreePointsError("low, likely and high of a part must rise, or be equal; exchange them.")
    if np.any(n < 0) or draws < 100 or seed < 0:
        raise ThreePointsError("multiples and seed must be at least 0, and draws at least 100; mend them.")
    mean = float(n @ (a + b + c) / 3)
    variance = float(n**2 @ (a**2 + b**2 + c**2 - a * b - a * c - b * c) / 18)
    tail = (1 - level) / 2
    lower, upper = np.quantile(_drawn_sums(a, c, b, n, draws, seed), [tail, 1 - tail])
    return ThreePointSum(
        value=mean,
        lower=float(lower),
        upper=float(upper),
        level=level,
        method=f"triangular parts, independent; {draws} draws",
        lowest=float(n @ a),
        likely=float(n @ c),
        highest=float(n @ b),
        standard_deviation=math.sqrt(max(0.0, variance)),
    )


def _drawn_sums(a: Array, c: Array, b: Array, n: Array, draws: int, seed: int) -> Array:
    """Return sums of triangular numbers by their inverse distribution, from one uniform number a part and draw."""
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
    sums = np.zeros(draws)
    for low, likely, high, times in zip(a, c, b, n, strict=True):
        u = rng.random(draws)
        if high == low:
            sums += times * low
            continue
        rising, width = likely - low, high - low
        left = low + np.sqrt(u * width * rising)
        right = high - np.sqrt((1 - u) * width * (high - likely))
        sums += times * np.where(u * width < rising, left, right)
    return sums
