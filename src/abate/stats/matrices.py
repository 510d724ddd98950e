"""What is the inverse or the root of a matrix, or the answer to a linear system, in double precision?

NumPy's own functions say of their result only that it is some floating number; these keep the type.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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


def lower_roots(matrices: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the lower triangular root of each of many symmetric matrices, and where there is one; elsewhere the root of 1.

    Examples
    --------
    >>> roots, is_there = lower_roots(np.array([[[4.0, 2.0], [2.0, 5.0]], [[1.0, 2.0], [2.0, 1.0]]]))
    >>> is_there.tolist(), roots[0].tolist()
    ([True, False], [[2.0, 0.0], [1.0, 2.0]])
    """
    try:
        return np.asarray(np.linalg.cholesky(matrices)), np.ones(matrices.shape[:-2], dtype=np.bool_)
    except np.linalg.LinAlgError:
        finite = np.all(np.isfinite(matrices), axis=(-2, -1))
        safe = np.where(finite[..., None, None], matrices, np.eye(matrices.shape[-1]))
        lowest = np.linalg.eigvalsh(safe)
        is_there = finite & (lowest[..., 0] > 1e-13 * np.abs(lowest[..., -1]))
        safe = np.where(is_there[..., None, None], safe, np.eye(matrices.shape[-1]))
        return np.asarray(np.linalg.cholesky(safe)), is_there
