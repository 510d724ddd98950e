"""How likely are the outcomes under covariance parameters, and how does that change with them?

With Z_i the rows of subject i (design matrix X_i, outcome y_i), Omega_i the inverse of its covariance and S_h the first
derivatives of the covariance, everything here is made of sums of Z_i' W Z_i, which :class:`Patterns` holds. The mathematics
stands in docs/mmrm.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.matrices import inverse, lower_root
from abate.stats.mmrm.patterns import Flags, Patterns
from abate.stats.mmrm.structures import Structure

_LOG_TWO_PI = math.log(2 * math.pi)


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """What is fitted: patterns, one structure a group, and whether restricted likelihood is meant.

    ``log_weight`` is the sum of half the logarithms of the weights, a constant of the likelihood.
    """

    patterns: Patterns
    structures: tuple[Structure, ...]
    reml: bool
    observation_count: int
    log_weight: float = 0.0

    @property
    def column_count(self) -> int:
        """Columns of the design matrix."""
        return self.patterns.value_count - 1

    @property
    def parts(self) -> Sequence[slice]:
        """Where each group's parameters stand."""
        edges = np.cumsum([0, *(structure.parameter_count for structure in self.structures)])
        return [slice(int(low), int(high)) for low, high in pairwise(edges)]

    def of_group(self, group: int) -> IntArray:
        """Return the places of a group's patterns."""
        return np.flatnonzero(self.patterns.group == group)


@dataclass(frozen=True, kw_only=True, eq=False)
class Point:
    """The likelihood at one value of the covariance parameters.

    Attributes
    ----------
    theta : array, shape (parameter,)
    value : float
        The log-likelihood.
    precision : array, shape (pattern, visit, visit)
        Inverse covariances; 0 at visits not seen.
    coefficients : array, shape (column,)
        Generalised least squares at these parameters.
    spread : array, shape (column, column)
        Their covariance if the parameters were known.
    """

    theta: Array
    value: float
    precision: Array
    coefficients: Array
    spread: Array


def likelihood_at(model: Model, theta: Array) -> Point | None:
    """Return the likelihood at ``theta``; None where a covariance is not positive definite there."""
    patterns = model.patterns
    precision = np.empty((len(patterns.seen), patterns.visit_count, patterns.visit_count))
    log_determinant = 0.0
    for group, (structure, part) in enumerate(zip(model.structures, model.parts, strict=True)):
        chosen = model.of_group(group)
        with np.errstate(over="ignore", invalid="ignore"):
            covariance = structure.covariance(theta[part])
        found = _inverted(covariance, patterns.seen[chosen])
        if found is None:
            return None
        precision[chosen], determinants = found
        log_determinant += float(patterns.subject_count[chosen] @ determinants)
    total = patterns.added(precision)
    return _solved(model, theta, precision, total, log_determinant)


def _inverted(covariance: Array, seen: Flags) -> tuple[Array, Array] | None:
    """Return inverse and log determinant of the seen part of the covariance, pattern by pattern, 0 elsewhere."""
    both = seen[:, :, None] & seen[:, None, :]
    unit = np.eye(seen.shape[1])
    padded = np.where(both, covariance, unit)
    if not np.all(np.isfinite(padded)):
        return None
    try:
        root = np.linalg.cholesky(padded)
    except np.linalg.LinAlgError:
        return None
    inverse_root = np.where(both | (unit > 0), np.linalg.inv(root), 0.0)
    precision = np.where(both, inverse_root.transpose(0, 2, 1) @ inverse_root, 0.0)
    return precision, 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)


def _solved(model: Model, theta: Array, precision: Array, total: Array, log_determinant: float) -> Point | None:
    p, n = model.column_count, model.observation_count
    information, right = total[:p, :p], total[:p, p]
    try:
        root = lower_root(information)
    except np.linalg.LinAlgError:
        return None
    inverse_root = inverse(root)
    spread = inverse_root.T @ inverse_root
    coefficients = spread @ right
    misfit = max(float(total[p, p] - right @ coefficients), 0.0)
    free = n - p if model.reml else n
    value = free * _LOG_TWO_PI + log_determinant + misfit
    if model.reml:
        value += 2 * float(np.log(np.diagonal(root)).sum())
    return Point(
        theta=theta,
        value=-0.5 * value + model.log_weight,
        precision=precision,
        coefficients=coefficients,
        spread=spread,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Slopes:
    """First and second derivatives of the log-likelihood, and of the coefficients' information.

    Attributes
    ----------
    gradient : array, shape (parameter,)
    hessian : array, shape (parameter, parameter)
    information_slopes : array, shape (parameter, column, column)
        X' Omega S_h Omega X: minus the derivatives of X' Omega X.
    """

    gradient: Array
    hessian: Array
    information_slopes: Array


def slopes_at(model: Model, point: Point) -> Slopes:
    """Return the exact derivatives at a point."""
    patterns, p = model.patterns, model.column_count
    count = point.theta.size
    bare = patterns.between_visits(_of_residuals(point.coefficients))
    summed = bare + patterns.between_visits(_of_columns(point.spread)) if model.reml else bare
    gradient, hessian = np.empty(count), np.zeros((count, count))
    products = np.empty((count, p + 1, p + 1))
    for group, (structure, part) in enumerate(zip(model.structures, model.parts, strict=True)):
        chosen = model.of_group(group)
        omega, n = point.precision[chosen], patterns.subject_count[chosen, None, None]
        sandwiched = omega @ summed[chosen] @ omega
        weight = -0.5 * (n * omega - sandwiched)
        first = _by_pattern(structure.slopes(point.theta[part]), len(chosen))
        gradient[part] = _flat(first) @ weight.reshape(-1)
        left = omega[:, None] @ first
        right = first @ (0.5 * n * omega - sandwiched)[:, None]
        crossed = _flat(left) @ _flat(right).T
        hessian[part, part] = structure.curvature(point.theta[part], weight) + (crossed + crossed.T) / 2
        products[part] = patterns.added((left @ omega[:, None]).transpose(1, 0, 2, 3), chosen)
    information_slopes = products[:, :p, :p]
    pulled = products[:, :p, p] - information_slopes @ point.coefficients
    hessian += pulled @ point.spread @ pulled.T
    if model.reml:
        turned = point.spread @ information_slopes
        hessian += 0.5 * turned.reshape(count, -1) @ turned.transpose(0, 2, 1).reshape(count, -1).T
    return Slopes(gradient=gradient, hessian=hessian, information_slopes=information_slopes)


def _flat(by_pattern: Array) -> Array:
    """Return (pattern, parameter, visit, visit) with a row for each parameter."""
    return by_pattern.transpose(1, 0, 2, 3).reshape(by_pattern.shape[1], -1)


def _by_pattern(first: Array, pattern_count: int) -> Array:
    """Return first derivatives with the patterns in front, whether the structure tells them apart or not."""
    if first.ndim == 4:
        return first
    return np.broadcast_to(first, (pattern_count, *first.shape))


def _of_residuals(coefficients: Array) -> Array:
    """Return the matrix that makes squared residuals of products of values."""
    contrast = np.append(-coefficients, 1.0)
    return np.outer(contrast, contrast)


def _of_columns(spread: Array) -> Array:
    padded = np.zeros((len(spread) + 1, len(spread) + 1))
    padded[:-1, :-1] = spread
    return padded
