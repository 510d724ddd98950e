"""What does a repeated-measures model accept as its data, and how do rows become subjects by visits?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, Labels, label_vector
from abate.stats.mmrm.errors import (
    GroupError,
    NoFreedomError,
    OutcomeError,
    RankError,
    RepeatedVisitError,
    SamePlaceError,
    ShapeError,
    UnknownStructureError,
)
from abate.stats.mmrm.patterns import SubjectRows

# What is left of a column, in units of itself, once the columns before it are taken out; below it nothing is left.
_RANK_TOLERANCE = 1e-10
# A remainder of the outcomes that is smaller, in units of the outcomes, is rounding.
EXACT = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class RepeatedData:
    """Checked data of a repeated-measures model.

    Attributes
    ----------
    rows : SubjectRows
        Values are the design matrix and ``outcome - design_matrix @ centre``, times ``root_weight``.
    subject_place, visit_place : array of int, shape (row,)
        Where each given row went.
    subjects, visits, groups : array of labels
        What the places stand for, in order; ``groups`` has one entry where no group was given, and ``is_grouped`` is False.
    names : tuple of str
        The columns of the design matrix.
    outcome, design_matrix : array, shape (row,) and (row, column)
        As given.
    centre : array, shape (column,)
        Coefficients of least squares. What they explain is taken out before sums of squares are made, so that outcomes far
        from 0 lose no digits.
    root_weight : array, shape (row,)
        Roots of the weights; 1 without them.
    """

    rows: SubjectRows
    subject_place: IntArray
    visit_place: IntArray
    subjects: Labels
    visits: Labels
    groups: Labels
    is_grouped: bool
    names: tuple[str, ...]
    outcome: Array
    design_matrix: Array
    centre: Array
    root_weight: Array

    @property
    def observation_count(self) -> int:
        """How many rows there are."""
        return len(self.design_matrix)


def check_repeated_data(
    outcome: ArrayLike,
    design_matrix: ArrayLike,
    subject: ArrayLike,
    visit: ArrayLike,
    *,
    group: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> RepeatedData:
    """Return the data laid out by subject and visit, refusing what no model can be fitted to.

    Raises
    ------
    OutcomeError, ShapeError, RepeatedVisitError, GroupError, RankError, NoFreedomError
        Each with one sentence; see there.
    """
    y, x = _finite(outcome, "outcome", 1), _finite(design_matrix, "design_matrix", 2)
    subject_labels, visit_labels = label_vector(subject, "subject"), label_vector(visit, "visit")
    root_weight = np.ones(len(y)) if weights is None else np.sqrt(_positive(weights))
    _same_length(outcome=y, design_matrix=x, subject=subject_labels, visit=visit_labels, weights=root_weight)
    columns = _column_names(names, x.shape[1])
    if len(y) <= x.shape[1]:
        raise NoFreedomError(
            f"there are {len(y)} rows for {x.shape[1]} coefficients: no degrees of freedom are left; leave columns out."
        )
    subjects, subject_place = np.unique(subject_labels, return_inverse=True)
    visits, visit_place = np.unique(visit_labels, return_inverse=True)
    _refuse_repeated(subject_place, visit_place, len(visits))
    groups, group_of_subject = _groups(group, subject_place, len(subjects), len(y))
    _refuse_dependent(x, columns)
    centre, remainder = taken_out(y, x, root_weight)
    values = np.zeros((len(subjects), len(visits), x.shape[1] + 1))
    values[subject_place, visit_place, :-1] = x * root_weight[:, None]
    values[subject_place, visit_place, -1] = remainder * root_weight
    seen = np.zeros((len(subjects), len(visits)), dtype=np.bool_)
    seen[subject_place, visit_place] = True
    return RepeatedData(
        rows=SubjectRows(values=values, seen=seen, group=group_of_subject),
        subject_place=subject_place,
        visit_place=visit_place,
        subjects=subjects,
        visits=visits,
        groups=groups,
        is_grouped=group is not None,
        names=columns,
        outcome=y,
        design_matrix=x,
        centre=centre,
        root_weight=root_weight,
    )


def taken_out(outcome: Array, design_matrix: Array, root_weight: Array | None = None) -> tuple[Array, Array]:
    """Return the coefficients of least squares, shape (column,), and what they leave of each outcome, shape (row,).

    What is left is 0 where the outcomes are fitted exactly, but for rounding.
    """
    x = design_matrix if root_weight is None else design_matrix * root_weight[:, None]
    products = x.T @ x
    size = np.sqrt(np.diagonal(products))
    gram = products / np.outer(size, size)
    coefficients, remainder = np.zeros(x.shape[1]), outcome
    # The second pass takes out what the rounding of the first has left.
    for _ in range(2):
        left = remainder if root_weight is None else remainder * root_weight
        step = np.linalg.solve(gram, x.T @ left / size) / size
        coefficients = coefficients + step
        remainder = remainder - design_matrix @ step
    if np.linalg.norm(remainder) <= EXACT * np.linalg.norm(outcome):
        remainder = np.zeros(len(outcome))
    return coefficients, remainder


def contrast_rows(weights: ArrayLike, column_count: int) -> Array:
    """Return contrasts as rows, shape (contrast, column).

    Raises
    ------
    ShapeError
        If a row has not one weight a coefficient.
    ParameterError
        If a weight is missing or infinite, or a row has zeros only.
    """
    try:
        rows = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    except (TypeError, ValueError):
        raise ParameterError("the weights of a contrast must be numbers, as many in every row.") from None
    if rows.ndim != 2 or rows.shape[1] != column_count:
        raise ShapeError(f"a contrast has one weight a coefficient, here {column_count}; got shape {rows.shape}.")
    if not np.all(np.isfinite(rows)):
        raise ParameterError("a weight of a contrast is missing or infinite; give a number for every coefficient.")
    if not np.all(np.any(rows != 0, axis=1)):
        raise ParameterError("a contrast of zeros says nothing; give a weight other than 0.")
    return rows


def choice(value: str, known: Iterable[str], what: str) -> str:
    """Return ``value`` where it is one of ``known``, else refuse it and name the nearest.

    Raises
    ------
    UnknownStructureError
        If it is not known.
    """
    names = list(known)
    if value in names:
        return value
    near = difflib.get_close_matches(str(value), names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UnknownStructureError(f"{what} {value!r} is not known; {hint}choose one of {', '.join(names)}.")


def _finite(values: ArrayLike, name: str, dimension_count: int) -> Array:
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise OutcomeError(f"{name} must be numbers only; found something else. Convert the column first.") from None
    if found.ndim != dimension_count:
        raise ShapeError(f"{name} must have {dimension_count} dimension(s); found {found.ndim}.")
    bad = int(np.count_nonzero(~np.isfinite(found)))
    if bad:
        raise OutcomeError(
            f"{name} has {bad} missing or infinite values among {found.size}; leave those rows out first and count them."
        )
    return found


def _positive(weights: ArrayLike) -> Array:
    found = _finite(weights, "weights", 1)
    bad = int(np.count_nonzero(found <= 0))
    if bad:
        raise OutcomeError(f"weights must be above 0; {bad} of {found.size} are not. Leave those rows out.")
    return found


def _same_length(**columns: Any) -> None:
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ShapeError(f"there must be one row of each for every rating; {found}.")


def _column_names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return tuple(f"column {place}" for place in range(1, count + 1))
    if len(names) != count:
        raise ShapeError(f"names must be as many as the columns of design_matrix; got {len(names)} for {count}.")
    return tuple(str(name) for name in names)


def _refuse_repeated(subject_place: IntArray, visit_place: IntArray, visit_count: int) -> None:
    cell, count = np.unique(subject_place * visit_count + visit_place, return_counts=True)
    doubled = int(np.unique(cell[count > 1] // visit_count).size)
    if doubled:
        raise RepeatedVisitError(
            f"{doubled} subject{'s have' if doubled > 1 else ' has'} two rows for one visit; keep one row a subject and visit."
        )


def _groups(
    group: ArrayLike | None, subject_place: IntArray, subject_count: int, row_count: int
) -> tuple[Labels, IntArray]:
    if group is None:
        return np.array(["all"]), np.zeros(subject_count, dtype=np.int64)
    labels = label_vector(group, "group")
    if len(labels) != row_count:
        raise ShapeError(f"group must have one entry a row; it has {len(labels)} for {row_count} rows.")
    groups, place = np.unique(labels, return_inverse=True)
    of_subject = np.zeros(subject_count, dtype=np.int64)
    of_subject[subject_place] = place
    changing = int(np.unique(subject_place[of_subject[subject_place] != place]).size)
    if changing:
        raise GroupError(
            f"{changing} subject{'s change' if changing > 1 else ' changes'} the group between rows; a subject has one group."
        )
    return groups, of_subject


def _refuse_dependent(x: Array, names: Sequence[str]) -> None:
    """Refuse columns that the columns before them make up, by taking those out one after the other."""
    size = np.sqrt(np.einsum("np,np->p", x, x))
    gram = (x.T @ x) / np.outer(np.where(size > 0, size, 1), np.where(size > 0, size, 1))
    left, dependent = gram.copy(), []
    for column in range(len(names)):
        rest = left[column, column]
        if size[column] == 0 or rest <= _RANK_TOLERANCE:
            dependent.append(names[column])
            continue
        left[column + 1 :, column + 1 :] -= np.outer(left[column + 1 :, column], left[column, column + 1 :]) / rest
    if dependent:
        raise RankError(
            f"the design matrix has no full rank: {', '.join(dependent)} can be made of the columns before; leave them out."
        )


def check_coordinates(coordinates: ArrayLike | None, data: RepeatedData) -> Array:
    """Return the places of the rows, shape (row, dimension), for a spatial structure.

    Raises
    ------
    ParameterError
        If there are none, they are no finite numbers or not one a row, or a subject has two rows at one place.
    """
    row_count = data.observation_count
    if coordinates is None:
        raise ParameterError("a spatial structure needs coordinates: one row of numbers for every rating.")
    given = np.asarray(coordinates)
    places = _finite(given[:, None] if given.ndim == 1 else given, "coordinates", 2)
    if len(places) != row_count:
        raise ShapeError(f"coordinates must have one row a rating; they have {len(places)} for {row_count}.")
    where = np.column_stack([data.subject_place, places])
    doubled = np.unique(where, axis=0, return_counts=True)
    count = int(np.unique(doubled[0][doubled[1] > 1, 0]).size)
    if count:
        raise SamePlaceError(
            f"{count} subject{'s have' if count > 1 else ' has'} two rows at the same coordinates, where a spatial structure "
            "leaves nothing between them; keep one row a place, or choose another structure."
        )
    return places
