"""How sure is a mean when a person gives more than one value?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import (
    Array,
    IntArray,
    is_constant,
    label_vector,
    number_vector,
    require_level,
    require_same_length,
    rounding_width,
)
from abate.stats.distributions import t_quantile
from abate.stats.means import MeanEstimate

METHOD = "cluster-robust t interval (CR1)"


@dataclass(frozen=True, kw_only=True)
class ClusteredMean(MeanEstimate):
    """A mean over all values with an interval that allows for values of one cluster being alike.

    Attributes
    ----------
    cluster_count : int
        Number of clusters (persons); the interval has one degree of freedom less.
    design_effect : float or None
        Squared ratio of the standard error to that of as many independent values: 1 means no price for clustering.
    """

    cluster_count: int
    design_effect: float | None = None


def clustered_mean_interval(values: ArrayLike, cluster: ArrayLike, level: float = 0.95) -> ClusteredMean:
    """Return the mean of all values with the sandwich interval for clusters.

    With ``e_g`` the sum of deviations from the mean in cluster g, n values and G clusters, the variance of the mean is
    ``G / (G - 1) * sum(e_g²) / n²`` (CR1) and the interval uses Student's t on G - 1 degrees of freedom. With one value
    a cluster it is exactly :func:`abate.stats.means.mean_interval`. With fewer than some 30 clusters, or very unequal
    ones, it is too narrow. Zeros and ones may be given: then it is a proportion's interval, not kept within 0 and 1.

    Parameters
    ----------
    values : array-like of numbers, shape (n,)
        Any unit; without missing values.
    cluster : array-like of labels, shape (n,)
        Whose value it is: numbers or words, of one kind. Clusters are independent of each other.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    ClusteredMean
        In the unit of ``values``. Without an interval, and with a reason, where there are fewer than two clusters, all
        values are equal, or the clusters' deviations cancel out.

    Raises
    ------
    ParameterError
        If the columns differ in length, a value or label is missing, or ``level`` is outside its range.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73(1), 13-22. https://doi.org/10.1093/biomet/73.1.13
    Cameron & Miller (2015), Journal of Human Resources 50(2), 317-372. https://doi.org/10.3368/jhr.50.2.317

    Examples
    --------
    >>> estimate = clustered_mean_interval([3, 5, 4, 8, 7, 9], ["a", "a", "b", "c", "c", "d"])
    >>> estimate.value, estimate.cluster_count
    (6.0, 4)
    >>> round(estimate.standard_error, 4), round(estimate.design_effect, 2)
    (1.1863, 1.51)
    """
    require_level(level)
    vector, labels = number_vector(values, "values"), label_vector(cluster, "cluster")
    require_same_length(values=vector, cluster=labels)
    clusters, place = np.unique(labels, return_inverse=True)
    if vector.size == 0:
        return ClusteredMean(level=level, method=METHOD, reason="there are no values", count=0, cluster_count=0)
    mean = float(np.mean(vector))
    sd = _sample_sd(vector)
    variance, reason = _sandwich_variance(vector, place, clusters.size)
    if variance is None or sd is None:
        return ClusteredMean(
            value=mean, level=level, method=METHOD, reason=reason, count=vector.size, sd=sd, cluster_count=clusters.size
        )
    half_width = t_quantile((1 + level) / 2, clusters.size - 1) * math.sqrt(variance)
    return ClusteredMean(
        value=mean,
        lower=mean - half_width,
        upper=mean + half_width,
        level=level,
        method=METHOD,
        count=vector.size,
        sd=sd,
        standard_error=math.sqrt(variance),
        cluster_count=clusters.size,
        design_effect=variance / (sd**2 / vector.size),
    )


def _sample_sd(values: Array) -> float | None:
    """Return the spread of single values, exactly 0 where all are equal and None where there is one."""
    if values.size < 2:
        return None
    return 0.0 if is_constant(values) else float(np.std(values, ddof=1))


def _sandwich_variance(values: Array, place: IntArray, cluster_count: int) -> tuple[float | None, str | None]:
    """Return the variance of the mean, or why there is none; ``place`` numbers each value's cluster."""
    if cluster_count < 2:
        return None, "one cluster shows no spread between clusters"
    if is_constant(values):
        return None, f"all {values.size} values are equal"
    sums = np.bincount(place, weights=values - np.mean(values), minlength=cluster_count)
    if np.max(np.abs(sums)) <= values.size * rounding_width(values):
        return None, "the deviations cancel out within every cluster"
    return cluster_count / (cluster_count - 1) * float(sums @ sums) / values.size**2, None
