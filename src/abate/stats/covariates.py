"""What does a regression accept as its covariates, and how does it refuse columns that say the same twice?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, is_constant, number_vector

INTERCEPT = "intercept"

# A column of which less than this share lies outside the span of the columns before it says nothing of its own.
_OWN_SHARE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Covariates:
    """Checked columns, one for each coefficient beside the intercept.

    Attributes
    ----------
    values : array of float64, shape (n, k)
        Finite; no column is a combination of the others and a constant.
    names : tuple of str
        One for each column.
    """

    values: Array
    names: tuple[str, ...]

    @property
    def spread(self) -> Array:
        """Return each column's range, shape (k,): the unit in which a step of its coefficient is judged."""
        spread: Array = np.ptp(self.values, axis=0)
        return spread

    def with_intercept(self) -> Array:
        """Return the columns with a column of ones before them, shape (n, k + 1)."""
        return np.column_stack([np.ones(len(self.values)), self.values])


def checked_covariates(covariates: ArrayLike, names: Sequence[str] | None = None) -> Covariates:
    """Return covariates that a regression with an intercept (or a baseline hazard, or thresholds) can tell apart.

    Parameters
    ----------
    covariates : array-like of numbers, shape (n, k) or (n,)
        One row a unit, one column a covariate, **without** a column of ones; categories coded as 0 and 1 by the caller.
    names : sequence of str, optional
        What to call the columns; ``covariate_1`` and so on where it is not given.

    Returns
    -------
    Covariates

    Raises
    ------
    ParameterError
        If there are no columns, a value is missing or not a number, the names do not fit the columns or are not
        distinct, or a column is constant or a combination of the columns before it.

    Examples
    --------
    >>> checked_covariates([[0, 61], [1, 48], [1, 70]], ["treated", "age"]).names
    ('treated', 'age')
    """
    try:
        matrix = np.asarray(covariates, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError("covariates must be numbers only; code categories as columns of 0 and 1.") from None
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or matrix.shape[1] == 0:
        raise ParameterError(f"covariates must have one row a unit and at least one column; got shape {matrix.shape}.")
    checked_names = _checked_names(names, matrix.shape[1])
    for column, name in zip(matrix.T, checked_names, strict=True):
        number_vector(column, name)
    _require_own_columns(matrix, checked_names)
    return Covariates(values=matrix, names=checked_names)


def _checked_names(names: Sequence[str] | None, column_count: int) -> tuple[str, ...]:
    given = tuple(names) if names is not None else tuple(f"covariate_{i + 1}" for i in range(column_count))
    if len(given) != column_count or len(set(given)) != column_count or INTERCEPT in given:
        raise ParameterError(
            f"names must be {column_count} distinct names, none of them {INTERCEPT!r}; got {', '.join(given)}."
        )
    return given


def _require_own_columns(matrix: Array, names: tuple[str, ...]) -> None:
    """Refuse a column that is a combination of the intercept and the columns before it."""
    if not len(matrix):
        raise ParameterError("covariates have no rows; a regression needs some.")
    basis = np.empty((len(matrix), 0))
    for column, name in zip(matrix.T, names, strict=True):
        centred = _centred(column)
        own = centred - basis @ (basis.T @ centred)
        own -= basis @ (basis.T @ own)  # a second pass takes away what rounding left of the first
        length = float(np.linalg.norm(own))
        if is_constant(column) or length <= _OWN_SHARE * float(np.linalg.norm(centred)):
            raise ParameterError(
                f"covariate {name!r} is constant or a combination of the covariates before it "
                f"in these {len(matrix)} rows; leave it out."
            )
        basis = np.column_stack([basis, own / length])


def _centred(column: Array) -> Array:
    """Return a column less its mean, taken twice, because a large mean is known to few digits behind the point."""
    centred: Array = column - column.mean()
    centred -= centred.mean()
    return centred
