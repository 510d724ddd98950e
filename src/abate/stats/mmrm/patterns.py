"""Who has been seen at the same visits, and what do their rows add up to?

All that the likelihood needs of the subjects of one pattern is the sum of the cross-products of their rows, for each pair of
visits: a fit of 50,000 subjects then takes as many steps of the same size as one of 60.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.stats.arrays import Array, IntArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class SubjectRows:
    """The rows of every subject, laid out by visit.

    Attributes
    ----------
    values : array of float64, shape (subject, visit, column + 1)
        Design matrix and, last, the outcome; 0 at visits where the subject was not seen. With weights, each row times the
        root of its weight.
    seen : array of bool, shape (subject, visit)
    group : array of int, shape (subject,)
        Place of the subject's group; 0 throughout where there is one covariance.
    """

    values: Array
    seen: Flags
    group: IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Patterns:
    """Subjects put together who share visits and group.

    Attributes
    ----------
    seen : array of bool, shape (pattern, visit)
    group : array of int, shape (pattern,)
    subject_count : array of float64, shape (pattern,)
    moments : array of float64, shape (pattern, visit * visit, (column + 1)²)
        Sum over subjects of the products of their values at the first visit with those at the second.
    of_subject : array of int, shape (subject,)
        The pattern of each subject.
    """

    seen: Flags
    group: IntArray
    subject_count: Array
    moments: Array
    of_subject: IntArray

    @property
    def visit_count(self) -> int:
        """How many visits there are."""
        return int(self.seen.shape[1])

    @property
    def value_count(self) -> int:
        """Columns of the design matrix, and one for the outcome."""
        return int(np.sqrt(self.moments.shape[2]))

    def added(self, weight: Array) -> Array:
        """Return the sum over subjects and pairs of visits of ``weight`` times the products of values.

        ``weight`` has shape (..., pattern, visit, visit), the result (..., column + 1, column + 1).
        """
        size = self.value_count
        flat = weight.reshape(*weight.shape[:-3], -1)
        found: Array = flat @ self.moments.reshape(-1, size * size)
        return found.reshape(*weight.shape[:-3], size, size)

    def between_visits(self, matrix: Array) -> Array:
        """Return the sum over subjects of ``values @ matrix @ values.T``, shape (pattern, visit, visit)."""
        m = self.visit_count
        return np.asarray(self.moments @ matrix.reshape(-1)).reshape(-1, m, m)


def find_patterns(rows: SubjectRows, *, one_each: bool = False) -> Patterns:
    """Return the patterns of visits; with ``one_each`` every subject is a pattern of its own."""
    key = np.column_stack([rows.group, rows.seen.astype(np.int64)])
    if one_each:
        first, of_subject = np.arange(len(key)), np.arange(len(key))
    else:
        _, first, of_subject = np.unique(_as_one_number(key), return_index=True, return_inverse=True)
    return Patterns(
        seen=rows.seen[first],
        group=rows.group[first],
        subject_count=np.bincount(of_subject, minlength=len(first)).astype(np.float64),
        moments=_moments(rows.values, of_subject, len(first)),
        of_subject=of_subject,
    )


def _as_one_number(key: IntArray) -> NDArray[np.void]:
    """Return each row as one value that can be sorted: many visits do not fit into the bits of a number."""
    small = np.ascontiguousarray(key.astype(np.int32))
    return small.view(np.dtype((np.void, small.dtype.itemsize * small.shape[1]))).ravel()


def _moments(values: Array, of_subject: IntArray, pattern_count: int) -> Array:
    _, m, q = values.shape
    moments = np.empty((pattern_count, m * m, q * q))
    order = np.argsort(of_subject, kind="stable")
    edges = np.searchsorted(of_subject[order], np.arange(pattern_count + 1))
    for pattern in range(pattern_count):
        flat = values[order[edges[pattern] : edges[pattern + 1]]].reshape(-1, m * q)
        products = (flat.T @ flat).reshape(m, q, m, q)
        moments[pattern] = products.transpose(0, 2, 1, 3).reshape(m * m, q * q)
    return moments
