"""Who has been seen at the same visits, and what do their rows add up to?

All that the likelihood needs of the subjects of one pattern is the sum of the cross-products of their rows, for each pair of
visits: a fit of 50,000 subjects then takes as many steps of the same size as one of 60.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
class Packing:
    """How symmetric sums are kept once: visits a <= b, and columns i <= j.

    Attributes
    ----------
    visit_count, value_count : int
        Visits; columns of the design matrix and one for the outcome.
    """

    visit_count: int
    value_count: int

    @cached_property
    def visits(self) -> tuple[IntArray, IntArray]:
        """The two visits of each pair."""
        return _upper(self.visit_count)

    @cached_property
    def values(self) -> tuple[IntArray, IntArray]:
        """The two columns of each pair."""
        return _upper(self.value_count)

    def packed_visits(self, weight: Array) -> Array:
        """Return symmetric (..., visit, visit) as (..., pair), what stands off the diagonal counted twice."""
        first, second = self.visits
        return np.asarray(weight[..., first, second] * np.where(first == second, 1.0, 2.0))

    def packed_values(self, matrix: Array) -> Array:
        """Return symmetric (..., column, column) as (..., pair), what stands off the diagonal counted twice."""
        first, second = self.values
        return np.asarray(matrix[..., first, second] * np.where(first == second, 1.0, 2.0))

    def open_visits(self, pairs: Array) -> Array:
        """Return (..., pair) as symmetric (..., visit, visit)."""
        return _opened(pairs, self.visits, self.visit_count)

    def open_values(self, pairs: Array) -> Array:
        """Return (..., pair) as symmetric (..., column, column)."""
        return _opened(pairs, self.values, self.value_count)

    def moments(self, rows: Array) -> Array:
        """Return the summed products of subjects' rows (subject, visit, column), shape (pair of visits, pair of columns)."""
        m, q = self.visit_count, self.value_count
        flat = rows.reshape(-1, m * q)
        products = (flat.T @ flat).reshape(m, q, m, q)
        (a, b), (i, j) = self.visits, self.values
        a, b, i, j = a[:, None], b[:, None], i[None], j[None]
        return np.asarray((products[a, i, b, j] + products[a, j, b, i]) / 2)


def _upper(size: int) -> tuple[IntArray, IntArray]:
    first, second = np.triu_indices(size)
    return first.astype(np.int64), second.astype(np.int64)


def _opened(pairs: Array, places: tuple[IntArray, IntArray], size: int) -> Array:
    opened = np.empty((*pairs.shape[:-1], size, size))
    opened[..., places[0], places[1]] = pairs
    opened[..., places[1], places[0]] = pairs
    return opened


@dataclass(frozen=True, kw_only=True, eq=False)
class Patterns:
    """Subjects put together who share visits and group.

    Attributes
    ----------
    seen : array of bool, shape (pattern, visit)
    group : array of int, shape (pattern,)
    subject_count : array of float64, shape (pattern,)
    moments : array of float64, shape (pattern, pair of visits, pair of columns)
        Sum over subjects of the products of their values at the first visit with those at the second, made symmetric in the
        columns: all that symmetric weights ask for.
    of_subject : array of int, shape (subject,)
        The pattern of each subject.
    packing : Packing
    """

    seen: Flags
    group: IntArray
    subject_count: Array
    moments: Array
    of_subject: IntArray
    packing: Packing

    @property
    def visit_count(self) -> int:
        """How many visits there are."""
        return self.packing.visit_count

    @property
    def value_count(self) -> int:
        """Columns of the design matrix, and one for the outcome."""
        return self.packing.value_count

    @property
    def is_fitted_exactly(self) -> bool:
        """Whether nothing is left of any outcome, so that there is no variance to describe."""
        return not np.any(self.moments[..., -1])

    def added(self, weight: Array, chosen: IntArray | None = None) -> Array:
        """Return the sum over subjects and pairs of visits of ``weight`` times the products of values.

        ``weight`` has shape (..., pattern, visit, visit), symmetric, for the ``chosen`` patterns or all; the result
        (..., column + 1, column + 1).
        """
        moments = self.moments if chosen is None or len(chosen) == len(self.seen) else self.moments[chosen]
        packed = self.packing.packed_visits(weight)
        flat = packed.reshape(*packed.shape[:-2], -1)
        return self.packing.open_values(flat @ moments.reshape(-1, moments.shape[-1]))

    def between_visits(self, matrix: Array) -> Array:
        """Return the sum over subjects of ``values @ matrix @ values.T``, shape (pattern, visit, visit)."""
        return self.packing.open_visits(self.moments @ self.packing.packed_values(matrix))


def find_patterns(rows: SubjectRows, *, one_each: bool = False) -> Patterns:
    """Return the patterns of visits; with ``one_each`` every subject is a pattern of its own."""
    key = np.column_stack([rows.group, rows.seen.astype(np.int64)])
    if one_each:
        first, of_subject = np.arange(len(key)), np.arange(len(key))
    else:
        _, first, of_subject = np.unique(_as_one_number(key), return_index=True, return_inverse=True)
    packing = Packing(visit_count=rows.values.shape[1], value_count=rows.values.shape[2])
    return Patterns(
        seen=rows.seen[first],
        group=rows.group[first],
        subject_count=np.bincount(of_subject, minlength=len(first)).astype(np.float64),
        moments=_moments(rows.values, of_subject, len(first), packing),
        of_subject=of_subject,
        packing=packing,
    )


def _as_one_number(key: IntArray) -> NDArray[np.void]:
    """Return each row as one value that can be sorted: many visits do not fit into the bits of a number."""
    small = np.ascontiguousarray(key.astype(np.int32))
    return small.view(np.dtype((np.void, small.dtype.itemsize * small.shape[1]))).ravel()


def _moments(values: Array, of_subject: IntArray, pattern_count: int, packing: Packing) -> Array:
    moments = np.empty((pattern_count, len(packing.visits[0]), len(packing.values[0])))
    order = np.argsort(of_subject, kind="stable")
    edges = np.searchsorted(of_subject[order], np.arange(pattern_count + 1))
    for pattern in range(pattern_count):
        moments[pattern] = packing.moments(values[order[edges[pattern] : edges[pattern + 1]]])
    return moments
