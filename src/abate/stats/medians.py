"""What is the middle of the values, their quartiles, and the exact interval of the median?"""

from __future__ import annotations

import bisect
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import number_vector, require_level
from abate.stats.distributions import binomial_cdf
from abate.stats.intervals import IntervalEstimate

METHOD = "order statistics, exact binomial"


@dataclass(frozen=True, kw_only=True)
class Quartiles:
    """Minimum, quartiles and maximum; all None, with a reason, where there are no values."""

    count: int
    minimum: float | None = None
    lower_quartile: float | None = None
    median: float | None = None
    upper_quartile: float | None = None
    maximum: float | None = None
    method: str = "quantiles by linear interpolation (type 7)"
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class MedianEstimate(IntervalEstimate):
    """A median with an interval between two of the values.

    Attributes
    ----------
    count : int
        Number of values.
    achieved_level : float or None
        True coverage for continuous data, at least ``level``: only certain coverages can be had from n values.
    """

    count: int
    achieved_level: float | None = None


def quartiles(values: ArrayLike) -> Quartiles:
    """Return minimum, quartiles and maximum, interpolated linearly between neighbours (type 7).

    The quantile ``p`` lies at place ``1 + (n - 1) * p`` of the sorted values, as in NumPy, R and Excel by default.
    SPSS, SAS and Minitab place it elsewhere by default and can differ for small n.

    Parameters
    ----------
    values : array-like of numbers, shape (n,)
        Any unit; without missing values.

    Returns
    -------
    Quartiles
        In the unit of ``values``.

    Raises
    ------
    ParameterError
        If a value is missing or not a number.

    References
    ----------
    Hyndman & Fan (1996), The American Statistician 50(4), 361-365. https://doi.org/10.1080/00031305.1996.10473566

    Examples
    --------
    >>> found = quartiles([3, 4, 5, 6, 7, 9])
    >>> found.lower_quartile, found.median, found.upper_quartile
    (4.25, 5.5, 6.75)
    """
    vector = number_vector(values, "values")
    if vector.size == 0:
        return Quartiles(count=0, reason="there are no values")
    minimum, lower, middle, upper, maximum = np.quantile(vector, [0, 0.25, 0.5, 0.75, 1], method="linear").tolist()
    return Quartiles(
        count=vector.size, minimum=minimum, lower_quartile=lower, median=middle, upper_quartile=upper, maximum=maximum
    )


def median_interval(values: ArrayLike, level: float = 0.95) -> MedianEstimate:
    """Return the median with the exact interval between order statistics.

    The interval reaches from the k-th smallest to the k-th largest value, with the largest k for which fewer than k
    of n fair coin tosses come up heads with probability at most ``(1 - level) / 2``. It assumes no distribution; with
    ties its coverage is only higher.

    Parameters
    ----------
    values : array-like of numbers, shape (n,)
        Any unit; without missing values; independent.
    level : float
        Wanted coverage, between 0 and 1; the coverage that is reached stands in the result.

    Returns
    -------
    MedianEstimate
        In the unit of ``values``. Without an interval, and with a reason, where n is too small for ``level`` (below 6
        for 0.95).

    Raises
    ------
    ParameterError
        If a value is missing or not a number, or ``level`` is outside its range.

    References
    ----------
    Hahn & Meeker (1991), Statistical Intervals, section 5.2. https://doi.org/10.1002/9780470316771

    Examples
    --------
    >>> estimate = median_interval([3, 4, 5, 6, 7, 9])
    >>> estimate.value, estimate.lower, estimate.upper, estimate.achieved_level
    (5.5, 3.0, 9.0, 0.96875)
    """
    require_level(level)
    ordered = np.sort(number_vector(values, "values"))
    if ordered.size == 0:
        return MedianEstimate(level=level, method=METHOD, reason="there are no values", count=0)
    median, rank = float(np.median(ordered)), _rank_of_limit(ordered.size, level)
    if rank == 0:
        reason = f"{ordered.size} {'value is' if ordered.size == 1 else 'values are'} too few for a level of {level:g}"
        return MedianEstimate(value=median, level=level, method=METHOD, reason=reason, count=ordered.size)
    return MedianEstimate(
        value=median,
        lower=float(ordered[rank - 1]),
        upper=float(ordered[-rank]),
        level=level,
        method=METHOD,
        count=ordered.size,
        achieved_level=1 - 2 * binomial_cdf(rank - 1, ordered.size, 0.5),
    )


def _rank_of_limit(count: int, level: float) -> int:
    """Return k of the median's interval (see :func:`median_interval`), 0 where n is too small for the level."""
    return bisect.bisect_right(range(count), (1 - level) / 2, key=lambda heads: binomial_cdf(heads, count, 0.5))
