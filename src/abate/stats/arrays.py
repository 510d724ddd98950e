"""What does a statistic accept as its data, and how does it refuse the rest?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Labels = NDArray[Any]

# Two numbers that differ by less than this share of the largest one came out of the same sum in another order.
_ROUNDING_SHARE = 1e-12


def number_vector(values: ArrayLike, name: str) -> Array:
    """Return ``values`` as one row of finite numbers, refusing what is missing or infinite.

    Parameters
    ----------
    values : array-like of numbers, shape (n,)
        May be empty; ``True`` and ``False`` count as 1 and 0.
    name : str
        What to call the values in an error.

    Returns
    -------
    array of float64, shape (n,)

    Raises
    ------
    ParameterError
        If ``values`` has more than one dimension, holds something that is not a number, or a missing or infinite one.

    Examples
    --------
    >>> number_vector([True, 2, 0.5], "ratings")
    array([1. , 2. , 0.5])
    """
    try:
        vector = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} must be numbers only; found something else. Convert the column first.") from None
    if vector.ndim != 1:
        raise ParameterError(f"{name} must have one dimension; found {vector.ndim}. Pass one column.")
    bad_count = int(np.count_nonzero(~np.isfinite(vector)))
    if bad_count:
        raise ParameterError(
            f"{name} has {bad_count} missing or infinite values among {vector.size}; "
            "leave them out first and report how many were left out."
        )
    return vector


def flag_vector(values: ArrayLike, name: str) -> Array:
    """Return ``values`` as zeros and ones.

    Raises
    ------
    ParameterError
        As :func:`number_vector`, and if a value is neither 0 nor 1.

    Examples
    --------
    >>> flag_vector([True, False], "responded")
    array([1., 0.])
    """
    vector = number_vector(values, name)
    other_count = int(np.count_nonzero((vector != 0) & (vector != 1)))
    if other_count:
        raise ParameterError(f"{name} must be 0 or 1 throughout; found {other_count} other values. Code it as 0 and 1.")
    return vector


def label_vector(labels: ArrayLike, name: str) -> Labels:
    """Return ``labels`` (numbers, words or flags, but of one kind) as one column that can be sorted.

    Raises
    ------
    ParameterError
        If there is more than one dimension, a label is missing, or numbers and words are mixed.

    Examples
    --------
    >>> label_vector(["b", "a"], "site").tolist()
    ['b', 'a']
    """
    column = np.asarray(labels)
    if column.ndim != 1:
        raise ParameterError(f"{name} must have one dimension; found {column.ndim}. Pass one column.")
    if column.dtype.kind == "O":
        column = _plain_labels(column, name)
    _refuse_missing(int(np.count_nonzero(column != column)), column, name)  # only NaN and NaT differ from themselves
    return column


def _plain_labels(column: Labels, name: str) -> Labels:
    """Return a column of Python objects as words or numbers, refusing what cannot be sorted."""
    _refuse_missing(sum(label is None or label != label for label in column), column, name)
    kinds = sorted({type(label).__name__ for label in column})
    if len(kinds) > 1:
        raise ParameterError(f"{name} must be labels of one kind; found {', '.join(kinds)}. Convert them to one.")
    return np.array(column.tolist())


def _refuse_missing(missing_count: int, column: Labels, name: str) -> None:
    if missing_count:
        raise ParameterError(
            f"{name} has {missing_count} missing labels among {column.size}; give the missing a label of their own."
        )


def require_same_length(**columns: NDArray[Any]) -> None:
    """Refuse columns of unequal length.

    Raises
    ------
    ParameterError
        If the columns, given by name, do not all have the same number of rows.

    Examples
    --------
    >>> require_same_length(before=np.zeros(2), after=np.ones(2))
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ParameterError(f"columns must have the same number of rows; {found}.")


def whole_number(value: float, name: str) -> int:
    """Return a count as an int, refusing fractions and numbers below 0.

    Raises
    ------
    ParameterError
        If ``value`` is not a whole number of at least 0.

    Examples
    --------
    >>> whole_number(48.0, "numerator")
    48
    """
    if not (math.isfinite(value) and value == int(value) and value >= 0):
        raise ParameterError(f"{name} must be a whole number of at least 0; got {value!r}.")
    return int(value)


def require_level(level: float) -> None:
    """Refuse a coverage that is not between 0 and 1, such as 95 for 95 %.

    Raises
    ------
    ParameterError
        If ``level`` is not above 0 and below 1.

    Examples
    --------
    >>> require_level(0.95)
    """
    if not 0 < level < 1:
        raise ParameterError(f"level must be between 0 and 1, such as 0.95; got {level!r}.")


def differences(after: Array, before: Array) -> Array:
    """Return after minus before, exactly 0 where only rounding keeps the two apart.

    Examples
    --------
    >>> differences(np.array([0.3, 4.0]), np.array([0.1 + 0.2, 7.0]))
    array([ 0., -3.])
    """
    change: Array = after - before
    scale = np.maximum(np.abs(after), np.abs(before))
    change[np.abs(change) <= _ROUNDING_SHARE * scale] = 0.0
    return change


def is_constant(values: Array) -> bool:
    """Are all values equal, apart from rounding in the last digits?

    Examples
    --------
    >>> is_constant(np.array([0.3, 0.1 + 0.2]))
    True
    """
    return bool(np.ptp(values) <= rounding_width(values)) if values.size else True


def rounding_width(values: Array) -> float:
    """Return the largest difference between two values that rounding alone can explain, in the values' unit.

    Examples
    --------
    >>> rounding_width(np.array([-10.0, 5.0]))
    1e-11
    """
    return _ROUNDING_SHARE * float(np.max(np.abs(values))) if values.size else 0.0
