"""Are there two groups of persons at all, and what was known of each before?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, Labels, flag_vector, label_vector, require_same_length


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoGroups:
    """Checked columns of a comparison; a row is a course, and a person may give several.

    Attributes
    ----------
    treated : array of float64, shape (n,)
        1 in group 1, 0 in group 0.
    covariates : array of float64, shape (n, k)
        Finite; constant or repeated columns are allowed.
    names : tuple of str
        One for each covariate.
    person : array of labels, shape (n,)
        Whose row it is.
    person_place : array of int64, shape (n,)
        The same as numbers from 0, in the order of the sorted labels.
    person_count : int
    """

    treated: Array
    covariates: Array
    names: tuple[str, ...]
    person: Labels
    person_place: IntArray
    person_count: int

    def person_count_of(self, group: int) -> int:
        """Return how many persons have a row in one group."""
        return int(np.unique(self.person_place[self.treated == group]).size)

    def reason_against(self, least_persons: int) -> str | None:
        """Return why the groups cannot be compared, as a clause, None where they can."""
        if not self.treated.size:
            return "there are no rows"
        counts = {group: self.person_count_of(group) for group in (1, 0)}
        for group, count in counts.items():
            if count == 0:
                return f"nobody is in group {group}"
        for group, count in counts.items():
            if count < least_persons:
                return f"group {group} has fewer than {least_persons} persons: {count}"
        return None


def checked_groups(
    treated: ArrayLike,
    covariates: ArrayLike,
    person: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> TwoGroups:
    """Return the columns of a comparison, refusing what is missing or of another form.

    Parameters
    ----------
    treated : array-like of 0 and 1, shape (n,)
        Whether the row belongs to group 1.
    covariates : array-like of numbers, shape (n, k) or (n,)
        What was known before, without a column of ones; categories coded as 0 and 1 by the caller.
    person : array-like of labels, shape (n,), optional
        Whose row it is; every row is a person where it is left out.
    names : sequence of str, optional
        What to call the covariates; ``covariate_1`` and so on where it is left out.

    Returns
    -------
    TwoGroups

    Raises
    ------
    ParameterError
        If a value or label is missing, ``treated`` is not 0 or 1, lengths differ or names do not fit.

    Examples
    --------
    >>> groups = checked_groups([1, 0, 0], [[61], [48], [70]], person=["a", "b", "b"])
    >>> groups.person_count_of(0), groups.reason_against(least_persons=2)
    (1, 'group 1 has fewer than 2 persons: 1')
    """
    flags = flag_vector(treated, "treated")
    matrix = number_matrix(covariates, "covariates")
    labels = label_vector(person if person is not None else np.arange(flags.size), "person")
    require_same_length(treated=flags, covariates=matrix, person=labels)
    persons, place = np.unique(labels, return_inverse=True)
    return TwoGroups(
        treated=flags,
        covariates=matrix,
        names=_checked_names(names, matrix.shape[1]),
        person=labels,
        person_place=place.astype(np.int64),
        person_count=persons.size,
    )


def number_matrix(values: ArrayLike, name: str) -> Array:
    """Return ``values`` as rows of finite numbers, one column where they have one dimension.

    Raises
    ------
    ParameterError
        If a value is missing, infinite or not a number, or there are more than two dimensions.

    Examples
    --------
    >>> number_matrix([1, 2], "covariates").shape
    (2, 1)
    """
    try:
        matrix = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} must be numbers only; code categories as columns of 0 and 1.") from None
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2:
        raise ParameterError(f"{name} must have one row a unit and one column a covariate; got shape {matrix.shape}.")
    bad_count = int(np.count_nonzero(~np.isfinite(matrix)))
    if bad_count:
        raise ParameterError(
            f"{name} has {bad_count} missing or infinite values among {matrix.size}; "
            "fill them or leave their rows out first and report how many."
        )
    return matrix


def _checked_names(names: Sequence[str] | None, column_count: int) -> tuple[str, ...]:
    given = tuple(names) if names is not None else tuple(f"covariate_{k + 1}" for k in range(column_count))
    if len(given) != column_count or len(set(given)) != column_count:
        raise ParameterError(f"names must be {column_count} distinct names; got {', '.join(given)}.")
    return given
