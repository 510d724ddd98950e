"""Do two independent groups differ in place, and by how much, judged by ranks instead of by the mean?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, IntArray, is_constant, number_vector, require_level, rounding_width
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.intervals import IntervalEstimate

# Up to here in each group the null distribution is counted out.
LARGEST_EXACT_COUNT = 50

EXACT = "exact"
NORMAL = "normal approximation with tie and continuity correction"


@dataclass(frozen=True, kw_only=True)
class RankSumTest:
    """The rank-sum test of Wilcoxon, Mann and Whitney, two-sided.

    Attributes
    ----------
    count_1, count_2 : int
        Values in each group.
    u_statistic : float or None
        Pairs in which group 1 has the larger value, ties as one half: R's W.
    superiority : float or None
        ``u_statistic`` divided by all pairs: the chance that a value of group 1 is above one of group 2, ties halved.
    p_value : float or None
        Probability, where both groups are alike, of a statistic at least as far from its expectation.
    method : str
        ``EXACT`` or ``NORMAL``.
    reason : str or None
        Why there is no p value.
    """

    count_1: int
    count_2: int
    u_statistic: float | None = None
    superiority: float | None = None
    p_value: float | None = None
    method: str = EXACT
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ShiftEstimate(IntervalEstimate):
    """The Hodges-Lehmann estimate of the shift of group 1 against group 2.

    Attributes
    ----------
    count_1, count_2 : int
        Values in each group.
    achieved_level : float or None
        True coverage for continuous data; None where the interval is a normal approximation.
    """

    count_1: int
    count_2: int
    achieved_level: float | None = None


def test_of_rank_sums(values_1: ArrayLike, values_2: ArrayLike) -> RankSumTest:
    """Test by rank sums whether two independent groups have one distribution.

    The p value is exact with at most 50 values in each group and no ties; else it is the normal approximation with
    corrections for ties and continuity. This is the rule of R's ``wilcox.test`` with 49 for 50. Values that differ only
    by rounding count as tied.

    Parameters
    ----------
    values_1, values_2 : array-like of numbers, shapes (n,) and (m,)
        In one unit; without missing values; independent.

    Returns
    -------
    RankSumTest
        Without a p value, and with a reason, where a group is empty or all values are equal.

    Raises
    ------
    ParameterError
        If a value is missing or not a number.

    References
    ----------
    Mann & Whitney (1947), Annals of Mathematical Statistics 18(1), 50-60. https://doi.org/10.1214/aoms/1177730491

    Examples
    --------
    >>> result = test_of_rank_sums([5, 6, 7], [1, 2, 3])
    >>> result.u_statistic, result.p_value, result.method
    (9.0, 0.1, 'exact')
    """
    first, second = number_vector(values_1, "values_1"), number_vector(values_2, "values_2")
    n, m = first.size, second.size
    reason = _why_no_comparison(first, second)
    if reason:
        return RankSumTest(count_1=n, count_2=m, reason=reason)
    ranks, tie_sizes = _mean_ranks(np.concatenate([first, second]))
    u = float(ranks[:n].sum()) - n * (n + 1) / 2
    is_exact = max(n, m) <= LARGEST_EXACT_COUNT and int(tie_sizes.max()) == 1
    return RankSumTest(
        count_1=n,
        count_2=m,
        u_statistic=u,
        superiority=u / (n * m),
        p_value=_exact_p(u, n, m) if is_exact else _normal_p(u, n, m, tie_sizes),
        method=EXACT if is_exact else NORMAL,
    )


def hodges_lehmann_shift(values_1: ArrayLike, values_2: ArrayLike, level: float = 0.95) -> ShiftEstimate:
    """Return how far group 1 lies above group 2: the median of all differences of a value of each.

    The interval runs between two of the differences ``x_i - y_j``: the shifts that the rank-sum test at ``1 - level``
    just does not reject. With at most 50 values in each group their places come from the exact null distribution, above
    that from its normal approximation. With ties the interval is approximate.

    Parameters
    ----------
    values_1, values_2 : array-like of numbers, shapes (n,) and (m,)
        In one unit; without missing values; independent.
    level : float
        Wanted coverage, between 0 and 1.

    Returns
    -------
    ShiftEstimate
        In the unit of the values. Without an interval, and with a reason, where the groups are too small for ``level``
        or all values are equal; without a value where a group is empty.

    Raises
    ------
    ParameterError
        If a value is missing or not a number, or ``level`` is outside its range.

    References
    ----------
    Hodges & Lehmann (1963), Annals of Mathematical Statistics 34(2), 598-611. https://doi.org/10.1214/aoms/1177704172

    Examples
    --------
    >>> shift = hodges_lehmann_shift([5, 6, 7, 9], [1, 2, 3, 4])
    >>> shift.value, shift.lower, shift.upper
    (4.0, 1.0, 8.0)
    """
    require_level(level)
    first, second = np.sort(number_vector(values_1, "values_1")), np.sort(number_vector(values_2, "values_2"))
    n, m = first.size, second.size
    is_exact = max(n, m) <= LARGEST_EXACT_COUNT
    method = "differences of pairs, exact" if is_exact else "differences of pairs, normal approximation"
    if n == 0 or m == 0:
        reason = _why_no_comparison(first, second)
        return ShiftEstimate(level=level, method=method, reason=reason, count_1=n, count_2=m)
    centre = [_difference_at(first, second, place) for place in ((n * m + 1) // 2, n * m // 2 + 1)]
    value = (centre[0] + centre[1]) / 2
    rank, achieved_level = _rank_of_limit(n, m, level)
    reason = _why_no_comparison(first, second)
    if rank < 1:
        reason = f"{n} and {m} values are too few for a level of {level:g}"
    if reason:
        return ShiftEstimate(value=value, level=level, method=method, reason=reason, count_1=n, count_2=m)
    return ShiftEstimate(
        value=value,
        lower=_difference_at(first, second, rank),
        upper=_difference_at(first, second, n * m + 1 - rank),
        level=level,
        method=method,
        count_1=n,
        count_2=m,
        achieved_level=achieved_level,
    )


def _why_no_comparison(first: Array, second: Array) -> str | None:
    """Return why two groups cannot be compared, None where they can."""
    empty = [str(group) for group, values in ((1, first), (2, second)) if values.size == 0]
    if empty:
        return f"group {' and '.join(empty)} has no values"
    return "all values are equal" if is_constant(np.concatenate([first, second])) else None


def _mean_ranks(values: Array) -> tuple[Array, IntArray]:
    """Return each value's mean rank, and how many values share each place."""
    decimals = -math.floor(math.log10(rounding_width(values)))
    _, place, tie_sizes = np.unique(np.round(values, decimals), return_inverse=True, return_counts=True)
    return (np.cumsum(tie_sizes) - (tie_sizes - 1) / 2)[place], tie_sizes


def _null_cdf(n: int, m: int) -> Array:
    """Return the probability, where both groups are alike, of a U of at most 0, 1, ... n m."""
    least = n * (n + 1) // 2
    ways = np.zeros((n + 1, least + n * m + 1))
    ways[0, 0] = 1
    for rank in range(1, n + m + 1):
        ways[1:, rank:] += ways[:-1, :-rank].copy()  # each rank is in group 1 or not
    cdf: Array = np.cumsum(ways[n, least:]) / math.comb(n + m, n)
    return cdf


def _exact_p(u: float, n: int, m: int) -> float:
    """Return the two-sided p value: twice the smaller tail, at most 1."""
    return min(1.0, 2 * float(_null_cdf(n, m)[int(min(u, n * m - u))]))


def _normal_p(u: float, n: int, m: int, tie_sizes: IntArray) -> float:
    """Return the two-sided p value by the normal approximation, corrected for ties and continuity."""
    total = n + m
    tie_term = float(np.sum(tie_sizes.astype(np.float64) ** 3 - tie_sizes)) / (total * (total - 1))
    sd = math.sqrt(n * m / 12 * (total + 1 - tie_term))
    return min(1.0, 2 * normal_cdf(-max(0.0, abs(u - n * m / 2) - 0.5) / sd))


def _rank_of_limit(n: int, m: int, level: float) -> tuple[int, float | None]:
    """Return the place, from below, of the difference that is the lower limit, and the coverage if exact."""
    tail = (1 - level) / 2
    if max(n, m) <= LARGEST_EXACT_COUNT:
        cdf = _null_cdf(n, m)
        rank = int(np.searchsorted(cdf, tail, side="right"))
        return rank, 1 - 2 * float(cdf[rank - 1]) if rank else None
    sd = math.sqrt(n * m * (n + m + 1) / 12)
    return math.floor(n * m / 2 + normal_quantile(tail) * sd + 0.5), None


def _difference_at(first: Array, second: Array, rank: int) -> float:
    """Return the ``rank``-th smallest difference of a value of each sorted group, without listing them.

    Halves the range of possible values until it is as narrow as rounding, then takes the smallest difference inside it.
    """
    low, high = float(first[0] - second[-1]), float(first[-1] - second[0])
    scale = max(abs(float(number)) for number in (first[0], first[-1], second[0], second[-1]))
    if low == high:
        return low
    low -= 1e-12 * scale
    narrow = 4 * np.finfo(np.float64).eps * scale
    while high - low > narrow:
        middle = (low + high) / 2
        if int(np.sum(second.size - np.searchsorted(second, first - middle, side="left"))) >= rank:
            high = middle
        else:
            low = middle
    # Of each value of group 1, the largest value of group 2 whose difference is still above the lower end.
    place = np.searchsorted(second, first - low, side="left") - 1
    has_pair = place >= 0
    return float(np.min(first[has_pair] - second[place[has_pair]]))
