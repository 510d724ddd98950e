"""Which correlation matrix that is positive definite lies nearest to a table of numbers that is not?"""

from __future__ import annotations

import numpy as np

from abate.stats.arrays import Array

# Nearest to a table outside the cone lies on its edge, where the inverse does not exist; this far inside it does.
_LEAST_EIGENVALUE = 1e-6
_MOST_ROUNDS = 2000
_STILL = 1e-12


def nearest_correlation(table: Array) -> Array:
    """Return the nearest positive definite correlation matrix in the sum of squared differences.

    Parameters
    ----------
    table : array of float64, shape (k, k)
        Symmetric.

    Returns
    -------
    array of float64, shape (k, k)
        Ones on the diagonal, smallest eigenvalue about 1e-6.

    References
    ----------
    Higham (2002), IMA Journal of Numerical Analysis 22(3), 329-343. https://doi.org/10.1093/imanum/22.3.329

    Examples
    --------
    >>> found = nearest_correlation(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]))
    >>> found.round(4).tolist()  # Higham's own example
    [[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]]
    """
    current, correction = table.copy(), np.zeros_like(table)
    for _ in range(_MOST_ROUNDS):
        moved = current - correction
        inside = _with_eigenvalues_above(moved, _LEAST_EIGENVALUE)
        correction = inside - moved
        before, current = current, inside.copy()
        np.fill_diagonal(current, 1.0)
        if np.max(np.abs(current - before)) < _STILL:
            break
    return _as_correlation(_with_eigenvalues_above(current, _LEAST_EIGENVALUE))


def _with_eigenvalues_above(matrix: Array, least: float) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    raised: Array = (vectors * np.maximum(values, least)) @ vectors.T
    return raised


def _as_correlation(matrix: Array) -> Array:
    scale = 1 / np.sqrt(np.diag(matrix))
    correlation: Array = matrix * np.outer(scale, scale)
    return correlation
