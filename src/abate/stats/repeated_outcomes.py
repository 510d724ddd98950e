"""What is known of persons who are rated at several planned visits and may miss some?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, Labels, label_vector, require_same_length
from abate.stats.covariates import Covariates, checked_covariates
from abate.stats.repeated_normal import Flags

_EVERYBODY = "all"


@dataclass(frozen=True, kw_only=True, eq=False)
class RepeatedOutcomes:
    """Checked outcomes of persons at planned visits.

    Attributes
    ----------
    outcomes : array of float64, shape (n, v)
        nan where a visit is not seen.
    arms : tuple
        The labels of the arms, the reference first.
    arm_place : array of int64, shape (n,)
        Each person's place among the arms.
    covariates : Covariates or None
        At baseline.
    """

    outcomes: Array
    arms: tuple[Any, ...]
    arm_place: IntArray
    covariates: Covariates | None

    @property
    def seen(self) -> Flags:
        """Say which visits were seen, shape (n, v)."""
        return np.isfinite(self.outcomes)

    @property
    def last_seen(self) -> IntArray:
        """Return the place of each person's last seen visit, -1 where none was, shape (n,)."""
        seen = self.seen
        last: IntArray = np.where(seen.any(axis=1), seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1), -1)
        return last

    @property
    def baseline(self) -> Array:
        """Return ones and the covariates, centred and in units of their ranges, shape (n, 1 + k)."""
        ones = np.ones((len(self.outcomes), 1))
        if self.covariates is None:
            return ones
        values = self.covariates.values
        return np.column_stack([ones, (values - values.mean(axis=0)) / self.covariates.spread])

    @property
    def visit_means(self) -> Array:
        """Return the mean of what was seen at each visit, 0 where nothing was, shape (v,)."""
        seen_count = np.maximum(self.seen.sum(axis=0), 1)
        means: Array = np.where(self.seen, self.outcomes, 0.0).sum(axis=0) / seen_count
        return means

    @property
    def design(self) -> Array:
        """Return ones, the covariates, and a column of 0 and 1 for each arm but the reference."""
        flags = self.arm_place[:, None] == np.arange(1, len(self.arms))
        return np.column_stack([self.baseline, flags.astype(np.float64)])


def checked_outcomes(
    outcomes: ArrayLike, arm: ArrayLike | None = None, reference: Any = None, covariates: ArrayLike | None = None
) -> RepeatedOutcomes:
    """Return outcomes, arms and covariates in the form that imputation takes.

    Parameters
    ----------
    outcomes : array-like of numbers, shape (n, v) or (n,) for one visit
        One row a person, one column a planned visit, in their order; nan where a visit is not seen.
    arm : array-like of labels, shape (n,), optional
        Everybody is in one arm where it is not given.
    reference : label, optional
        The arm from which reference-based strategies borrow, and with which the others are compared; asked for with
        ``arm``.
    covariates : array-like of numbers, shape (n, k) or (n,), optional
        At baseline, without missing values and without the arm.

    Returns
    -------
    RepeatedOutcomes

    Raises
    ------
    ParameterError
        If an outcome is infinite, lengths differ, the reference is none of the arms, or the covariates cannot be told
        apart.

    Examples
    --------
    >>> checked_outcomes([[7, 5], [8, float("nan")], [6, 6]], ["drug", "drug", "none"], "none").last_seen
    array([1, 0, 1])
    """
    try:
        matrix = np.asarray(outcomes, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError("outcomes must be numbers, and nan where a visit is not seen.") from None
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ParameterError(f"outcomes must have one row a person and one column a visit; got shape {matrix.shape}.")
    if np.any(np.isinf(matrix)):
        raise ParameterError(
            f"outcomes has {int(np.isinf(matrix).sum())} infinite values; give nan where none is seen."
        )
    labels = np.full(len(matrix), _EVERYBODY) if arm is None else label_vector(arm, "arm")
    columns = None if covariates is None else checked_covariates(covariates)
    require_same_length(outcomes=matrix, arm=labels, covariates=labels if columns is None else columns.values)
    arms = _arms(labels, _EVERYBODY if arm is None and reference is None else reference)
    place = np.array([arms.index(label) for label in labels.tolist()], dtype=np.int64)
    return RepeatedOutcomes(outcomes=matrix, arms=arms, arm_place=place, covariates=columns)


def checked_visit(visit: int, data: RepeatedOutcomes) -> int:
    """Return the place of a visit, counted from 0.

    Raises
    ------
    ParameterError
        If there is no such visit.
    """
    visit_count: int = data.outcomes.shape[1]
    if not -visit_count <= visit < visit_count:
        raise ParameterError(f"visit must be from 0 to {visit_count - 1}, or -1 for the last; got {visit!r}.")
    return visit % visit_count


def _arms(labels: Labels, reference: Any) -> tuple[Any, ...]:
    found = np.unique(labels).tolist()
    if reference not in found:
        raise ParameterError(f"reference must be one of the arms {', '.join(map(repr, found))}; got {reference!r}.")
    return (reference, *(label for label in found if label != reference))
