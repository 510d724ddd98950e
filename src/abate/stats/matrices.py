"""What is the inverse or the root of a matrix, or the answer to a linear system, in double precision?

NumPy's own functions say of their result only that it is some floating number; these keep the type.
"""

from __future__ import annotations

import numpy as np

from abate.stats.arrays import Array


def inverse(matrix: Array) -> Array:
    """Return the inverse, of each matrix of a stack.

    Examples
    --------
    >>> inverse(np.array([[2.0]]))
    array([[0.5]])
    """
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def lower_root(matrix: Array) -> Array:
    """Return the lower triangular L with ``L @ L.T = matrix``, for each positive definite matrix of a stack.

    Examples
    --------
    >>> lower_root(np.array([[4.0]]))
    array([[2.]])
    """
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


def solved(matrix: Array, right: Array) -> Array:
    """Return x with ``matrix @ x = right``, for each matrix of a stack.

    Examples
    --------
    >>> solved(np.array([[2.0]]), np.array([3.0]))
    array([1.5])
    """
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
