"""How sure is a statistic that has no formula, when a person gives more than one value?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import (
    Array,
    IntArray,
    Labels,
    is_constant,
    label_vector,
    number_vector,
    require_level,
    require_same_length,
)
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.intervals import IntervalEstimate

# Drawn clusters held in memory at one time: 32 MB.
_DRAWS_AT_ONCE = 4_000_000


class BootstrapInterval(Enum):
    """How replicates become an interval."""

    PERCENTILE = "percentile"
    BCA = "bias-corrected and accelerated"


@dataclass(frozen=True, kw_only=True)
class BootstrapEstimate(IntervalEstimate):
    """A statistic with its bootstrap interval.

    Attributes
    ----------
    standard_error : float or None
        Standard deviation of the replicates.
    cluster_count : int
        Clusters that were drawn from.
    replicate_count, seed : int
        Enough, with the data, to give the same interval again.
    """

    standard_error: float | None = None
    cluster_count: int
    replicate_count: int
    seed: int


def cluster_bootstrap(
    statistic: Callable[..., float],
    data: Sequence[ArrayLike],
    cluster: ArrayLike,
    *,
    seed: int,
    replicate_count: int = 2000,
    level: float = 0.95,
    interval: BootstrapInterval = BootstrapInterval.BCA,
) -> BootstrapEstimate:
    """Return any statistic with a bootstrap interval that draws whole clusters.

    Each replicate draws as many clusters as there are, with replacement, takes all their rows (twice where drawn twice)
    and calls the statistic again. The order of the rows does not matter, only the sorted order of the cluster labels.
    For a statistic of sums, such as a mean or a share, :func:`cluster_bootstrap_of_sums` gives the same much faster.

    Parameters
    ----------
    statistic : callable
        Takes the columns of ``data``, in order and of any one length, and returns a number.
    data : sequence of k arrays, each with n rows
        Columns; numbers must not be missing.
    cluster : array-like of labels, shape (n,)
        Whose row it is. Clusters are independent of each other.
    seed : int
        Start of the random numbers; the same seed gives the same interval.
    replicate_count : int
        Number of replicates, at least 100; 2000 or more for an interval.
    level : float
        Coverage of the interval, between 0 and 1.
    interval : BootstrapInterval
        BCA (the default) or PERCENTILE.

    Returns
    -------
    BootstrapEstimate
        In the statistic's unit. Without an interval, and with a reason, where there are fewer than two clusters, the
        statistic is not finite in every replicate (of these, the share is named), or it is the same in all.

    Raises
    ------
    ParameterError
        If columns differ in length, a number or label is missing, or an argument is outside its range.

    References
    ----------
    Efron (1987), JASA 82(397), 171-185. https://doi.org/10.1080/01621459.1987.10478410
    Field & Welsh (2007), JRSS B 69(3), 369-390. https://doi.org/10.1111/j.1467-9868.2007.00593.x

    Examples
    --------
    >>> change, person = [-4, -3, -5, -1, 0, -2, -6, -3], [1, 1, 2, 3, 4, 5, 6, 6]
    >>> estimate = cluster_bootstrap(np.median, [change], person, seed=1)
    >>> estimate.value, estimate.cluster_count
    (-3.0, 6)
    """
    _check_arguments(level, replicate_count, seed)
    columns, labels = _checked_columns(data), label_vector(cluster, "cluster")
    require_same_length(**_by_name(columns), cluster=labels)
    clusters = _sort_into_clusters(labels)
    settings = _Settings(clusters.starts.size, replicate_count, seed, level, interval)

    def of_rows(rows: IntArray) -> float:
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(statistic(*(column[rows] for column in columns)))

    return _bootstrap(
        value=lambda: of_rows(np.arange(labels.size)),
        replicates=lambda: np.array([of_rows(clusters.rows_of(draw)) for draw in _draws(settings)]),
        jackknife=lambda: np.array([of_rows(clusters.rows_without(g)) for g in range(settings.cluster_count)]),
        settings=settings,
    )


def cluster_bootstrap_of_sums(
    statistic: Callable[[Array], Array],
    data: Sequence[ArrayLike],
    cluster: ArrayLike,
    *,
    seed: int,
    replicate_count: int = 2000,
    level: float = 0.95,
    interval: BootstrapInterval = BootstrapInterval.BCA,
) -> BootstrapEstimate:
    """Return a statistic of column sums with a bootstrap interval that draws whole clusters, all replicates at once.

    A mean is ``sum(x) / sum(1)``, a share ``sum(flag) / sum(1)``; a difference of two groups' means takes four sums.
    The draws are those of :func:`cluster_bootstrap` with the same seed.

    Parameters
    ----------
    statistic : callable
        Takes sums of the columns, shape (r, k), and returns one number a row, shape (r,).
    data : sequence of k arrays of numbers, shape (n,)
        Columns to be summed; without missing values.
    cluster, seed, replicate_count, level, interval
        As for :func:`cluster_bootstrap`.

    Returns
    -------
    BootstrapEstimate
        As for :func:`cluster_bootstrap`.

    Raises
    ------
    ParameterError
        As for :func:`cluster_bootstrap`.

    References
    ----------
    Efron (1987), JASA 82(397), 171-185. https://doi.org/10.1080/01621459.1987.10478410

    Examples
    --------
    >>> change, person = [-4, -3, -5, -1, 0, -2, -6, -3], [1, 1, 2, 3, 4, 5, 6, 6]
    >>> mean_of_sums = lambda sums: sums[:, 0] / sums[:, 1]
    >>> cluster_bootstrap_of_sums(mean_of_sums, [change, np.ones(8)], person, seed=1).value
    -3.0
    """
    _check_arguments(level, replicate_count, seed)
    columns = [number_vector(column, name) for name, column in _by_name(_checked_columns(data)).items()]
    labels = label_vector(cluster, "cluster")
    require_same_length(**_by_name(columns), cluster=labels)
    clusters, place = np.unique(labels, return_inverse=True)
    sums = np.zeros((clusters.size, len(columns)))
    for k, column in enumerate(columns):
        sums[:, k] = np.bincount(place, weights=column, minlength=clusters.size)
    total = sums.sum(axis=0, keepdims=True)
    settings = _Settings(clusters.size, replicate_count, seed, level, interval)

    def of_sums(rows: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(statistic(rows), dtype=np.float64)

    return _bootstrap(
        value=lambda: float(of_sums(total)[0]),
        replicates=lambda: of_sums(_drawn_sums(sums, settings)),
        jackknife=lambda: of_sums(total - sums),
        settings=settings,
    )


def percentile_limits(replicates: Array, level: float) -> tuple[float, float]:
    """Return the quantiles of the replicates that leave equal shares on both sides.

    Examples
    --------
    >>> percentile_limits(np.arange(101.0), level=0.5)
    (25.0, 75.0)
    """
    lower, upper = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2], method="linear").tolist()
    return lower, upper


def bca_limits(value: float, replicates: Array, jackknife: Array, level: float) -> tuple[float, float] | None:
    """Return Efron's bias-corrected and accelerated limits, None where the correction is infinite.

    The bias correction ``z0`` is the normal quantile of the share of replicates below the value, half of the equal ones
    counted below; the acceleration is ``a = sum(u³) / (6 sum(u²)^1.5)`` with u the jackknife mean less each jackknife
    value. The limits are the replicates' quantiles at ``cdf(z0 + (z0 + z) / (1 - a (z0 + z)))``.

    Parameters
    ----------
    value : float
        The statistic of the data.
    replicates : array of float64, shape (r,)
        The statistic of each replicate.
    jackknife : array of float64, shape (g,)
        The statistic with each cluster left out.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    tuple of two floats or None
        None where all replicates lie on one side of the value, or a jackknife value is not finite.

    References
    ----------
    Efron (1987), JASA 82(397), 171-185. https://doi.org/10.1080/01621459.1987.10478410

    Examples
    --------
    >>> replicates = np.linspace(0, 1, 101)
    >>> lower, upper = bca_limits(0.5, replicates, jackknife=np.array([0.4, 0.5, 0.6]), level=0.9)
    >>> round(lower, 6), round(upper, 6)
    (0.05, 0.95)
    """
    share_below = float(np.mean(replicates < value) + np.mean(replicates <= value)) / 2
    if not (0 < share_below < 1 and np.all(np.isfinite(jackknife))):
        return None
    bias = normal_quantile(share_below)
    influence = np.mean(jackknife) - jackknife
    squares = float(np.sum(influence**2))
    acceleration = float(np.sum(influence**3)) / (6 * squares**1.5) if squares > 0 else 0.0
    places = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        shifted = bias + normal_quantile(tail)
        places.append(normal_cdf(bias + shifted / (1 - acceleration * shifted)))
    lower, upper = np.quantile(replicates, places, method="linear").tolist()
    return lower, upper


@dataclass(frozen=True)
class _Settings:
    """What a bootstrap was asked for."""

    cluster_count: int
    replicate_count: int
    seed: int
    level: float
    interval: BootstrapInterval


@dataclass(frozen=True)
class _Clusters:
    """The rows of each cluster: ``order[starts[g] : starts[g] + sizes[g]]``."""

    order: IntArray
    starts: IntArray
    sizes: IntArray

    def rows_of(self, draw: IntArray) -> IntArray:
        """Return the rows of the drawn clusters, one cluster after the other."""
        sizes = self.sizes[draw]
        shift = np.repeat(self.starts[draw] - (np.cumsum(sizes) - sizes), sizes)
        return self.order[shift + np.arange(shift.size)]

    def rows_without(self, cluster: int) -> IntArray:
        """Return the rows of all clusters but one."""
        start = self.starts[cluster]
        return np.delete(self.order, np.s_[start : start + self.sizes[cluster]])


def _sort_into_clusters(labels: Labels) -> _Clusters:
    _, place, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return _Clusters(order=np.argsort(place, kind="stable"), starts=np.cumsum(sizes) - sizes, sizes=sizes)


def _bootstrap(
    value: Callable[[], float],
    replicates: Callable[[], Array],
    jackknife: Callable[[], Array],
    settings: _Settings,
) -> BootstrapEstimate:
    """Return the estimate, going as far as the data allow."""
    if settings.cluster_count == 0:
        return _estimate(settings, reason="there are no values")
    estimate = value()
    if not math.isfinite(estimate):
        return _estimate(settings, reason="the statistic of the data is not a finite number")
    if settings.cluster_count == 1:
        return _estimate(settings, value=estimate, reason="one cluster shows no spread between clusters")
    drawn = replicates()
    failed_count = int(np.count_nonzero(~np.isfinite(drawn)))
    if failed_count:
        reason = f"the statistic is not finite in {failed_count} of {settings.replicate_count} replicates"
        return _estimate(settings, value=estimate, reason=reason)
    if is_constant(drawn):
        reason = "the statistic is the same in every replicate"
        return _estimate(settings, value=estimate, standard_error=0.0, reason=reason)
    spread = float(np.std(drawn, ddof=1))
    if settings.interval is BootstrapInterval.PERCENTILE:
        limits: tuple[float, float] | None = percentile_limits(drawn, settings.level)
    else:
        limits = bca_limits(estimate, drawn, jackknife(), settings.level)
    if limits is None:
        reason = "the correction is infinite: all replicates lie on one side, or leaving a cluster out leaves nothing"
        return _estimate(settings, value=estimate, standard_error=spread, reason=reason)
    return _estimate(settings, value=estimate, lower=limits[0], upper=limits[1], standard_error=spread)


def _estimate(
    settings: _Settings,
    value: float | None = None,
    lower: float | None = None,
    upper: float | None = None,
    standard_error: float | None = None,
    reason: str | None = None,
) -> BootstrapEstimate:
    return BootstrapEstimate(
        value=value,
        lower=lower,
        upper=upper,
        level=settings.level,
        method=f"cluster bootstrap, {settings.interval.value}, {settings.replicate_count} replicates",
        reason=reason,
        standard_error=standard_error,
        cluster_count=settings.cluster_count,
        replicate_count=settings.replicate_count,
        seed=settings.seed,
    )


def _draws(settings: _Settings) -> Iterator[IntArray]:
    """Yield each replicate's draw of clusters, as numbers of clusters in sorted order."""
    for block in _draw_blocks(settings):
        yield from block


def _draw_blocks(settings: _Settings) -> Iterator[IntArray]:
    """Yield the draws, shape (some replicates, clusters), in blocks that fit in memory."""
    random = np.random.default_rng(settings.seed)
    block_size = max(1, _DRAWS_AT_ONCE // settings.cluster_count)
    for start in range(0, settings.replicate_count, block_size):
        count = min(block_size, settings.replicate_count - start)
        yield random.integers(0, settings.cluster_count, size=(count, settings.cluster_count))


def _drawn_sums(sums: Array, settings: _Settings) -> Array:
    """Return the column sums of each replicate, shape (replicates, k), from each cluster's, shape (clusters, k)."""
    blocks = []
    for draws in _draw_blocks(settings):
        cells = draws + settings.cluster_count * np.arange(len(draws))[:, None]
        times_drawn = np.bincount(cells.ravel(), minlength=draws.size).reshape(draws.shape)
        blocks.append(times_drawn @ sums)
    return np.concatenate(blocks)


def _checked_columns(data: Sequence[ArrayLike]) -> list[NDArray[Any]]:
    """Return the columns as arrays, refusing single numbers and missing values."""
    columns = [np.asarray(column) for column in data]
    if not columns or any(column.ndim == 0 for column in columns):
        raise ParameterError("data must be a list of columns; for one column write [column].")
    for name, column in _by_name(columns).items():
        bad_count = int(np.count_nonzero(~np.isfinite(column))) if column.dtype.kind == "f" else 0
        if bad_count:
            raise ParameterError(
                f"{name} has {bad_count} missing or infinite values among {column.size}; "
                "leave their rows out first and report how many were left out."
            )
    return columns


def _by_name(columns: Sequence[NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"data[{i}]": column for i, column in enumerate(columns)}


def _check_arguments(level: float, replicate_count: int, seed: int) -> None:
    require_level(level)
    if replicate_count < 100:
        raise ParameterError(f"replicate_count must be at least 100; got {replicate_count}.")
    if seed < 0:
        raise ParameterError(f"seed must be a whole number of at least 0; got {seed}.")
