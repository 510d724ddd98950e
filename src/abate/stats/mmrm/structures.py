"""Which covariance do visits have under each structure, and how does it change with the structure's parameters?

A structure maps its parameters, any real numbers, to a covariance matrix of the visits. They are the logarithms of standard
deviations, then what makes the correlations, in the parametrisation of R's mmrm: Kenward-Roger's correction depends on it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.matrices import lower_root

# A correlation of this size or more is no place to start from: the transformed parameter would be far away.
_LARGEST_START = 0.9


class Structure(ABC):
    """A covariance structure for ``visit_count`` visits."""

    def __init__(self, visit_count: int) -> None:
        self.visit_count = visit_count

    @property
    @abstractmethod
    def parameter_count(self) -> int:
        """How many parameters there are."""

    @abstractmethod
    def start(self, covariance: Array) -> Array:
        """Return parameters near a rough covariance matrix, shape (visit, visit), with a positive diagonal."""

    @abstractmethod
    def covariance(self, theta: Array) -> Array:
        """Return the covariance, shape (visit, visit), or (pattern, visit, visit) where patterns differ in it."""

    @abstractmethod
    def slopes(self, theta: Array) -> Array:
        """Return its first derivatives, shape (parameter, visit, visit), or with the patterns before that."""

    @abstractmethod
    def curvature(self, theta: Array, weight: Array) -> Array:
        """Return for each pair of parameters the second derivative of ``sum(weight * covariance)``.

        ``weight`` has shape (pattern, visit, visit), symmetric; the result (parameter, parameter).
        """

    @abstractmethod
    def weighted_curvature(self, theta: Array, weight: Array) -> Array:
        """Return the second derivatives of the covariance added up with ``weight``, shape (parameter, parameter).

        The result has the shape of ``covariance``.
        """

    # Many fits at once: a fit a row. These may be overridden by what does not go row by row.

    def starts(self, covariances: Array) -> Array:
        """Return :meth:`start` for each of several rough covariances, shape (fit, parameter)."""
        return np.array([self.start(covariance) for covariance in covariances]).reshape(len(covariances), -1)

    def covariances(self, thetas: Array) -> Array:
        """Return :meth:`covariance` for each row of parameters."""
        return np.array([self.covariance(theta) for theta in thetas])

    def slopes_of_each(self, thetas: Array) -> Array:
        """Return :meth:`slopes` for each row of parameters."""
        return np.array([self.slopes(theta) for theta in thetas])

    def curvatures(self, thetas: Array, weights: Array) -> Array:
        """Return :meth:`curvature` for each row of parameters and its weights, shape (fit, visit, visit)."""
        return np.array([self.curvature(theta, weight[None]) for theta, weight in zip(thetas, weights, strict=True)])

    def weighted_curvatures(self, thetas: Array, weights: Array) -> Array:
        """Return :meth:`weighted_curvature` for each row of parameters and its weights."""
        return np.array([self.weighted_curvature(theta, weight) for theta, weight in zip(thetas, weights, strict=True)])


class Unstructured(Structure):
    """Any covariance: ``L @ L.T`` with ``L[i, i] = s_i`` and ``L[i, j] = s_i * l_ij`` below the diagonal.

    Its parameters are the log s_i, then the l_ij row by row.
    """

    @property
    def parameter_count(self) -> int:
        return self.visit_count * (self.visit_count + 1) // 2

    @cached_property
    def _below(self) -> tuple[IntArray, IntArray]:
        rows, columns = np.tril_indices(self.visit_count, -1)
        return rows.astype(np.int64), columns.astype(np.int64)

    @cached_property
    def _row(self) -> IntArray:
        """The one row of L that each parameter changes."""
        return np.concatenate([np.arange(self.visit_count), self._below[0]])

    def start(self, covariance: Array) -> Array:
        root = lower_root(_positive_definite(covariance))
        s = np.diag(root)
        rows, columns = self._below
        return np.concatenate([np.log(s), root[rows, columns] / s[rows]])

    def _root(self, theta: Array) -> Array:
        s = np.exp(theta[: self.visit_count])
        root = np.diag(s)
        rows, columns = self._below
        root[rows, columns] = s[rows] * theta[self.visit_count :]
        return root

    def _root_slopes(self, theta: Array, root: Array) -> Array:
        """Return how each parameter changes its row of L, shape (parameter, visit)."""
        slopes = np.zeros((self.parameter_count, self.visit_count))
        slopes[: self.visit_count] = root
        rows, columns = self._below
        slopes[np.arange(self.visit_count, self.parameter_count), columns] = np.exp(theta)[rows]
        return slopes

    def covariance(self, theta: Array) -> Array:
        root = self._root(theta)
        return root @ root.T

    def slopes(self, theta: Array) -> Array:
        root = self._root(theta)
        half = np.zeros((self.parameter_count, self.visit_count, self.visit_count))
        half[np.arange(self.parameter_count), self._row] = self._root_slopes(theta, root) @ root.T
        return half + half.transpose(0, 2, 1)

    def curvature(self, theta: Array, weight: Array) -> Array:
        # L @ L.T has the second derivative L_hj @ L.T + L_h @ L_j.T and its transpose; each L_h has one row.
        total, root = weight.sum(axis=0), self._root(theta)
        changes = self._root_slopes(theta, root)
        curved = total[np.ix_(self._row, self._row)] * (changes @ changes.T)
        slope_of_root = total @ root
        m, (rows, columns) = self.visit_count, self._below
        curved[np.arange(m), np.arange(m)] += np.sum(slope_of_root * root, axis=1)
        below = np.arange(m, self.parameter_count)
        mixed = slope_of_root[rows, columns] * np.exp(theta[:m])[rows]
        curved[rows, below] += mixed
        curved[below, rows] += mixed
        return np.asarray(2 * curved)

    def _roots(self, thetas: Array) -> Array:
        m, (rows, columns) = self.visit_count, self._below
        s = np.exp(thetas[:, :m])
        roots = np.zeros((len(thetas), m, m))
        roots[:, np.arange(m), np.arange(m)] = s
        roots[:, rows, columns] = s[:, rows] * thetas[:, m:]
        return roots

    def _root_slopes_of_each(self, thetas: Array, roots: Array) -> Array:
        m, (rows, columns) = self.visit_count, self._below
        slopes = np.zeros((len(thetas), self.parameter_count, m))
        slopes[:, :m] = roots
        slopes[:, np.arange(m, self.parameter_count), columns] = np.exp(thetas[:, rows])
        return slopes

    def covariances(self, thetas: Array) -> Array:
        roots = self._roots(thetas)
        return roots @ roots.transpose(0, 2, 1)

    def slopes_of_each(self, thetas: Array) -> Array:
        roots = self._roots(thetas)
        half = np.zeros((len(thetas), self.parameter_count, self.visit_count, self.visit_count))
        turned = self._root_slopes_of_each(thetas, roots) @ roots.transpose(0, 2, 1)
        half[:, np.arange(self.parameter_count), self._row] = turned
        return half + half.transpose(0, 1, 3, 2)

    def curvatures(self, thetas: Array, weights: Array) -> Array:
        m, (rows, columns) = self.visit_count, self._below
        roots = self._roots(thetas)
        changes = self._root_slopes_of_each(thetas, roots)
        curved = weights[:, self._row[:, None], self._row[None, :]] * (changes @ changes.transpose(0, 2, 1))
        slope_of_root = weights @ roots
        curved[:, np.arange(m), np.arange(m)] += np.sum(slope_of_root * roots, axis=2)
        below = np.arange(m, self.parameter_count)
        mixed = slope_of_root[:, rows, columns] * np.exp(thetas[:, rows])
        curved[:, rows, below] += mixed
        curved[:, below, rows] += mixed
        return np.asarray(2 * curved)

    def weighted_curvature(self, theta: Array, weight: Array) -> Array:
        root = self._root(theta)
        changes = self._root_slopes(theta, root)
        m, (rows, columns) = self.visit_count, self._below
        products = np.zeros((m, m))
        np.add.at(products, (self._row[:, None], self._row[None, :]), weight * (changes @ changes.T))
        bent = np.diag(weight)[:m, None] * root
        bent[rows, columns] += 2 * weight[rows, np.arange(m, self.parameter_count)] * np.exp(theta[:m])[rows]
        half = bent @ root.T
        return products + products.T + half + half.T

    def weighted_curvatures(self, thetas: Array, weights: Array) -> Array:
        m, (rows, columns) = self.visit_count, self._below
        roots = self._roots(thetas)
        changes = self._root_slopes_of_each(thetas, roots)
        by_row = (self._row == np.arange(m)[:, None]).astype(np.float64)
        products = by_row @ (weights * (changes @ changes.transpose(0, 2, 1))) @ by_row.T
        bent = np.diagonal(weights, axis1=1, axis2=2)[:, :m, None] * roots
        bent[:, rows, columns] += 2 * weights[:, rows, np.arange(m, self.parameter_count)] * np.exp(thetas[:, rows])
        half = bent @ roots.transpose(0, 2, 1)
        return np.asarray(products + products.transpose(0, 2, 1) + half + half.transpose(0, 2, 1))


@dataclass(frozen=True, eq=False)
class Correlation:
    """A correlation matrix and its derivatives in the structure's own parameters.

    ``matrix`` has shape (visit, visit), ``first`` (parameter, visit, visit), ``second`` (parameter, parameter, visit, visit).
    """

    matrix: Array
    first: Array
    second: Array


class Scaled(Structure):
    """Standard deviations, one or one a visit, times a correlation that few parameters make."""

    def __init__(self, visit_count: int, kind: CorrelationKind, *, is_heterogeneous: bool) -> None:
        super().__init__(visit_count)
        self._kind = kind
        self._sd_count = visit_count if is_heterogeneous else 1

    @property
    def parameter_count(self) -> int:
        return self._sd_count + self._kind.count(self.visit_count)

    @cached_property
    def _powers(self) -> Array:
        """How often each standard deviation stands in each covariance, shape (standard deviation, visit, visit)."""
        if self._sd_count == 1:
            return np.full((1, self.visit_count, self.visit_count), 2.0)
        unit = np.eye(self.visit_count)
        return unit[:, :, None] + unit[:, None, :]

    def start(self, covariance: Array) -> Array:
        sd = np.sqrt(np.diag(covariance))
        log_sd = np.log(sd) if self._sd_count > 1 else np.log([np.sqrt(np.mean(sd**2))])
        correlation = np.clip(covariance / np.outer(sd, sd), -_LARGEST_START, _LARGEST_START)
        theta: Array = np.concatenate([log_sd, self._kind.start(correlation)])
        # Correlations averaged over unlike pairs of visits may go together with no covariance: then nearer to none.
        while np.linalg.eigvalsh(self.covariance(theta))[0] <= 0:
            correlation = 0.8 * correlation + 0.2 * np.eye(self.visit_count)
            theta = np.concatenate([log_sd, self._kind.start(correlation)])
        return theta

    def covariance(self, theta: Array) -> Array:
        products, correlation = self._parts(theta)
        return products * correlation.matrix

    def slopes(self, theta: Array) -> Array:
        products, correlation = self._parts(theta)
        by_sd = self._powers * (products * correlation.matrix)
        return np.concatenate([by_sd, products * correlation.first])

    def curvature(self, theta: Array, weight: Array) -> Array:
        return np.asarray(np.einsum("hjab,ab->hj", self._second(theta), weight.sum(axis=0)))

    def weighted_curvature(self, theta: Array, weight: Array) -> Array:
        return np.asarray(np.einsum("hjab,hj->ab", self._second(theta), weight))

    def _parts(self, theta: Array) -> tuple[Array, Correlation]:
        sd = np.broadcast_to(np.exp(theta[: self._sd_count]), self.visit_count)
        return np.outer(sd, sd), self._kind.at(theta[self._sd_count :], self.visit_count)

    def _second(self, theta: Array) -> Array:
        products, correlation = self._parts(theta)
        n, k, m = self._sd_count, self.parameter_count, self.visit_count
        second = np.empty((k, k, m, m))
        second[:n, :n] = self._powers[:, None] * self._powers[None] * (products * correlation.matrix)
        second[:n, n:] = self._powers[:, None] * (products * correlation.first)[None]
        second[n:, :n] = second[:n, n:].transpose(1, 0, 2, 3)
        second[n:, n:] = products * correlation.second
        return second


@dataclass(frozen=True, eq=False)
class CorrelationKind:
    """How parameters make a correlation: how many, where to start, and the matrix with its derivatives."""

    count: Callable[[int], int]
    start: Callable[[Array], Array]
    at: Callable[[Array, int], Correlation]


def _from_theta(theta: Array) -> tuple[Array, Array, Array]:
    """Return rho = theta / sqrt(1 + theta²) with its first two derivatives."""
    grown = 1 + theta**2
    return theta / np.sqrt(grown), grown**-1.5, -3 * theta * grown**-2.5


def _to_theta(rho: Array) -> Array:
    return rho / np.sqrt(1 - rho**2)


def _lags(visit_count: int) -> IntArray:
    visit = np.arange(visit_count)
    return np.asarray(np.abs(visit[:, None] - visit[None, :]))


def _mean_by_lag(correlation: Array) -> Array:
    return np.array([np.mean(np.diagonal(correlation, lag)) for lag in range(1, len(correlation))])


def _toeplitz(theta: Array, visit_count: int) -> Correlation:
    lags, count = _lags(visit_count), visit_count - 1
    rho, slope, bend = _from_theta(theta)
    is_lag = (lags == np.arange(1, visit_count)[:, None, None]).astype(np.float64)
    second = np.zeros((count, count, visit_count, visit_count))
    second[np.arange(count), np.arange(count)] = bend[:, None, None] * is_lag
    return Correlation(np.concatenate([[1.0], rho])[lags], slope[:, None, None] * is_lag, second)


def _autoregressive(theta: Array, visit_count: int) -> Correlation:
    lags = _lags(visit_count)
    if theta.size == 0:
        return _alone(visit_count)
    rho, slope, bend = (float(part[0]) for part in _from_theta(theta))
    by_rho = np.where(lags > 0, lags * rho ** np.maximum(lags - 1, 0), 0.0)
    twice = np.where(lags > 1, lags * (lags - 1) * rho ** np.maximum(lags - 2, 0), 0.0)
    return Correlation(
        rho ** lags.astype(np.float64), (slope * by_rho)[None], (slope**2 * twice + bend * by_rho)[None, None]
    )


def _ante_dependence(theta: Array, visit_count: int) -> Correlation:
    """Return the products of the neighbours' correlations that lie between two visits."""
    rho, slope, bend = _from_theta(theta)
    visit = np.arange(visit_count)
    low, high = np.minimum(visit[:, None], visit[None, :]), np.maximum(visit[:, None], visit[None, :])
    step = np.arange(visit_count - 1)[:, None, None]
    lies_between = (low <= step) & (step < high)

    def product_without(left_out: tuple[int, ...]) -> Array:
        factors = np.where(lies_between, rho[:, None, None], 1.0)
        factors[list(left_out)] = 1.0
        product: Array = np.prod(factors, axis=0)
        for k in left_out:
            product = product * lies_between[k]
        return product

    count = visit_count - 1
    by_rho = np.array([product_without((k,)) for k in range(count)]).reshape(count, visit_count, visit_count)
    second = np.zeros((count, count, visit_count, visit_count))
    for k in range(count):
        second[k, k] = bend[k] * by_rho[k]
        for j in range(k):
            second[k, j] = second[j, k] = slope[k] * slope[j] * product_without((j, k))
    return Correlation(product_without(()), slope[:, None, None] * by_rho, second)


def _lowest_equal_correlation(visit_count: int) -> float:
    return 1 / (visit_count - 1)


def _compound_symmetry(theta: Array, visit_count: int) -> Correlation:
    """Return one correlation for all pairs, between -1 / (visits - 1) and 1 by a logistic curve."""
    if theta.size == 0:
        return _alone(visit_count)
    a = _lowest_equal_correlation(visit_count)
    share = float(1 / (1 + np.exp(-theta[0])))
    slope = (1 + a) * share * (1 - share)
    apart = 1 - np.eye(visit_count)
    matrix = np.eye(visit_count) + (share * (1 + a) - a) * apart
    return Correlation(matrix, (slope * apart)[None], (slope * (1 - 2 * share) * apart)[None, None])


def _start_of_compound_symmetry(correlation: Array) -> Array:
    m = len(correlation)
    if m == 1:
        return np.zeros(0)
    a = _lowest_equal_correlation(m)
    mean = (correlation.sum() - m) / (m * (m - 1))
    share = np.clip((mean + a) / (1 + a), 0.05, 0.95)
    return np.array([np.log(share / (1 - share))])


def _alone(visit_count: int) -> Correlation:
    return Correlation(
        np.eye(visit_count), np.zeros((0, visit_count, visit_count)), np.zeros((0, 0, visit_count, visit_count))
    )


_TOEPLITZ = CorrelationKind(lambda m: m - 1, lambda c: _to_theta(_mean_by_lag(c)), _toeplitz)
_AUTOREGRESSIVE = CorrelationKind(lambda m: min(m - 1, 1), lambda c: _to_theta(_mean_by_lag(c)[:1]), _autoregressive)
_ANTE_DEPENDENCE = CorrelationKind(lambda m: m - 1, lambda c: _to_theta(np.diagonal(c, 1)), _ante_dependence)
_COMPOUND_SYMMETRY = CorrelationKind(lambda m: min(m - 1, 1), _start_of_compound_symmetry, _compound_symmetry)

#: A new structure is one function and one line. Spatial structures need distances and stand in ``spatial.py``.
STRUCTURES: Mapping[str, Callable[[int], Structure]] = {
    "unstructured": Unstructured,
    "toeplitz": lambda m: Scaled(m, _TOEPLITZ, is_heterogeneous=False),
    "toeplitz-h": lambda m: Scaled(m, _TOEPLITZ, is_heterogeneous=True),
    "ar1": lambda m: Scaled(m, _AUTOREGRESSIVE, is_heterogeneous=False),
    "ar1-h": lambda m: Scaled(m, _AUTOREGRESSIVE, is_heterogeneous=True),
    "ante-dependence": lambda m: Scaled(m, _ANTE_DEPENDENCE, is_heterogeneous=False),
    "ante-dependence-h": lambda m: Scaled(m, _ANTE_DEPENDENCE, is_heterogeneous=True),
    "compound-symmetry": lambda m: Scaled(m, _COMPOUND_SYMMETRY, is_heterogeneous=False),
    "compound-symmetry-h": lambda m: Scaled(m, _COMPOUND_SYMMETRY, is_heterogeneous=True),
}


def _positive_definite(covariance: Array) -> Array:
    """Return the covariance, its correlations shrunk as far as it takes to be positive definite with some room."""
    variance, found = np.diag(np.diag(covariance)), covariance
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    while np.linalg.eigvalsh(found / scale)[0] < 0.02:
        found = 0.8 * found + 0.2 * variance
    return found
