"""How sure is a median when a person gives more than one value?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, Labels, label_vector, number_vector, require_level, require_same_length
from abate.stats.clustered import ClusteredMean, clustered_mean_interval
from abate.stats.distributions import t_quantile
from abate.stats.intervals import IntervalEstimate

METHOD = "Woodruff interval, cluster-robust (CR1)"


@dataclass(frozen=True, kw_only=True)
class ClusteredMedian(IntervalEstimate):
    """A median over all values with an interval that allows for values of one cluster being alike.

    Attributes
    ----------
    count : int
        Number of values.
    cluster_count : int
        Number of clusters (persons).
    """

    count: int
    cluster_count: int


def clustered_median_interval(values: ArrayLike, cluster: ArrayLike, level: float = 0.95) -> ClusteredMedian:
    """Return the median of all values with Woodruff's interval for clusters.

    The limits are the quantiles of the values at ``1/2 ± t * se``. There ``se`` is the cluster-robust standard error of
    the share of values up to the median (or below it, whichever share is nearer one half, where values are tied) and
    ``t`` has as many degrees of freedom as there are clusters, less one. The quantile at p is the smallest value that at
    least a share p of the values do not exceed.

    Parameters
    ----------
    values : array-like of numbers, shape (n,)
        Any unit; without missing values.
    cluster : array-like of labels, shape (n,)
        Whose value it is. Clusters are independent of each other.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    ClusteredMedian
        In the unit of ``values``. Without an interval, and with a reason, where there are fewer than two clusters, all
        values are equal, or there are too few clusters for ``level``.

    Raises
    ------
    ParameterError
        If the columns differ in length, a value or label is missing, or ``level`` is outside its range.

    References
    ----------
    Woodruff (1952), Journal of the American Statistical Association 47(260), 635-646.
    https://doi.org/10.1080/01621459.1952.10483443

    Examples
    --------
    >>> estimate = clustered_median_interval(range(20), [g for g in range(10) for _ in range(2)])
    >>> estimate.value, estimate.lower, estimate.upper
    (9.5, 2.0, 17.0)
    """
    require_level(level)
    ordered, labels = number_vector(values, "values"), label_vector(cluster, "cluster")
    require_same_length(values=ordered, cluster=labels)
    if ordered.size == 0:
        return ClusteredMedian(level=level, method=METHOD, reason="there are no values", count=0, cluster_count=0)
    median = float(np.median(ordered))
    share = _share_near_half(ordered, median, labels)
    limits, reason = _quantiles_about_half(ordered, share, level)
    return ClusteredMedian(
        value=median,
        lower=limits[0] if limits else None,
        upper=limits[1] if limits else None,
        level=level,
        method=METHOD,
        reason=reason,
        count=ordered.size,
        cluster_count=share.cluster_count,
    )


def _share_near_half(values: Array, median: float, labels: Labels) -> ClusteredMean:
    """Return the share of values up to the median, or below it, whichever is nearer one half."""
    sides = (values <= median, values < median)
    nearer = min(sides, key=lambda side: abs(float(np.mean(side)) - 0.5))
    return clustered_mean_interval(nearer, labels)


def _quantiles_about_half(
    values: Array, share: ClusteredMean, level: float
) -> tuple[tuple[float, float] | None, str | None]:
    """Return the limits, or why there are none."""
    if share.standard_error is None:
        has_spread = float(np.ptp(values)) > 0
        return None, share.reason if has_spread or values.size == 1 else f"all {values.size} values are equal"
    half_width = t_quantile((1 + level) / 2, share.cluster_count - 1) * share.standard_error
    if half_width >= 0.5:
        return None, f"{share.cluster_count} clusters are too few for a level of {level:g}"
    lower, upper = np.quantile(values, [0.5 - half_width, 0.5 + half_width], method="inverted_cdf").tolist()
    return (lower, upper), None
