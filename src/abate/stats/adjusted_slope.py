"""How does an outcome go with one number, other numbers held equal, when a person may give several rows?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, is_constant, label_vector, number_vector, require_level, require_same_length
from abate.stats.clustered import clustered_mean_interval
from abate.stats.distributions import t_quantile
from abate.stats.intervals import IntervalEstimate
from abate.stats.two_groups import number_matrix

METHOD = "least squares, covariance by person"

# A number of which less than this share is its own, beside the others, has no slope of its own.
_OWN_SHARE = 1e-9
# Residuals of less than this share of the spread, squared, are rounding.
_NO_SPREAD = 1e-20


@dataclass(frozen=True, kw_only=True)
class Slope(IntervalEstimate):
    """A slope with its interval; ``standard_error`` is None where there is no interval."""

    standard_error: float | None = None


def adjusted_slope(
    outcome: ArrayLike, number: ArrayLike, others: ArrayLike, person: ArrayLike, level: float = 0.95
) -> Slope:
    """Return by how much the outcome changes for one unit of a number, other numbers held equal.

    With r what is left of the number after least squares on the others, the slope is ``r'y / r'r``, and row i moves it by
    ``r_i e_i / r'r`` with the residual e. The variance sums these within persons, with the factor G / (G - p) for G persons
    and p coefficients; the interval takes Student's t on G - p degrees of freedom.

    Parameters
    ----------
    outcome, number : array-like of numbers, shape (n,)
    others : array-like of numbers, shape (n, k) or (n,)
        Without a column of ones.
    person : array-like of labels, shape (n,)
        Whose row it is.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Slope
        Value, interval, ``standard_error``. Without a number, and with a reason, where the number does not vary beside the
        others or there are too few persons.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ or ``level`` is outside its range.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73(1), 13-22. https://doi.org/10.1093/biomet/73.1.13

    Examples
    --------
    >>> found = adjusted_slope([1, 3, 2, 5, 4], [0, 1, 0, 2, 1], [0, 0, 1, 1, 1], range(5))
    >>> round(found.value, 4)  # by hand within the two groups: (1 + 3) / (0.5 + 2)
    1.6
    """
    require_level(level)
    y, x, labels = number_vector(outcome, "outcome"), number_vector(number, "number"), label_vector(person, "person")
    require_same_length(outcome=y, number=x, person=labels)
    design = np.column_stack([np.ones(y.size), number_matrix(others, "others")]) if y.size else np.ones((0, 1))
    freedom = np.unique(labels).size - design.shape[1] - 1
    if freedom < 1:
        return Slope(level=level, method=METHOD, reason="there are too few persons")
    own = _residuals(design, x)
    square = float(own @ own)
    if is_constant(x) or square <= _OWN_SHARE * float(np.sum((x - x.mean()) ** 2)):
        return Slope(level=level, method=METHOD, reason="it does not vary where the others are equal")
    value = float(own @ y) / square
    left = _residuals(np.column_stack([design, x]), y)
    if float(left @ left) <= _NO_SPREAD * float(np.sum((y - y.mean()) ** 2)):
        return Slope(value=value, level=level, method=METHOD, reason="nothing is left that varies")
    moved = clustered_mean_interval(own * left / square * y.size, labels)
    if moved.standard_error is None:
        return Slope(value=value, level=level, method=METHOD, reason=moved.reason)
    persons = freedom + design.shape[1] + 1
    error = moved.standard_error * math.sqrt((persons - 1) / freedom)
    half_width = t_quantile((1 + level) / 2, freedom) * error
    return Slope(
        value=value,
        lower=value - half_width,
        upper=value + half_width,
        level=level,
        method=METHOD,
        standard_error=error,
    )


def _residuals(design: Array, values: Array) -> Array:
    coefficients = np.linalg.lstsq(design, values, rcond=None)[0]
    left: Array = values - design @ coefficients
    return left
