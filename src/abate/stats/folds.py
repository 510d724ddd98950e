"""Which rows are held back together, so that a model is judged on persons it has not seen?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray
from abate.stats.two_groups import TwoGroups


def person_folds(groups: TwoGroups, fold_count: int = 5, seed: int = 1) -> IntArray:
    """Return the number of each row's fold, the same for all rows of a person.

    Persons only in group 1, only in group 0 and in both are dealt out separately, so that every fold has its share of
    each. The order of the rows does not matter, only the sorted order of the persons' labels.

    Parameters
    ----------
    groups : TwoGroups
    fold_count : int
        At least 2; fewer folds are made where a group has fewer persons.
    seed : int
        Start of the random numbers, at least 0; the same seed gives the same folds.

    Returns
    -------
    array of int64, shape (n,)
        From 0.

    Raises
    ------
    ParameterError
        If ``fold_count`` is below 2 or ``seed`` below 0.

    Examples
    --------
    >>> from abate.stats.two_groups import checked_groups
    >>> groups = checked_groups([1, 0, 1, 0, 0], np.zeros((5, 0)), person=["a", "b", "c", "d", "d"])
    >>> folds = person_folds(groups, fold_count=2)
    >>> bool(folds[3] == folds[4]), np.bincount(folds[[0, 2]]).tolist()
    (True, [1, 1])
    """
    if fold_count < 2 or seed < 0:
        raise ParameterError(f"need fold_count >= 2 and seed >= 0; got {fold_count=}, {seed=}.")
    possible = max(1, min(fold_count, groups.person_count_of(1), groups.person_count_of(0)))
    kinds = _kinds_of_persons(groups)
    shuffled = np.random.default_rng(seed).permutation(groups.person_count)
    in_turn = shuffled[np.argsort(kinds[shuffled], kind="stable")]
    fold_of_person = np.empty(groups.person_count, dtype=np.int64)
    fold_of_person[in_turn] = np.arange(groups.person_count) % possible
    folds: IntArray = fold_of_person[groups.person_place]
    return folds


def splits(folds: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield, for each fold, the rows to learn from and the rows that are held back.

    Examples
    --------
    >>> [held.tolist() for _, held in splits(np.array([0, 1, 0]))]
    [[0, 2], [1]]
    """
    for fold in range(int(folds.max(initial=-1)) + 1):
        yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)


def _kinds_of_persons(groups: TwoGroups) -> Array:
    """Return 0 for persons only in group 0, 1 for those only in group 1 and 0.5 for those in both."""
    lowest, highest = np.ones(groups.person_count), np.zeros(groups.person_count)
    np.minimum.at(lowest, groups.person_place, groups.treated)
    np.maximum.at(highest, groups.person_place, groups.treated)
    kinds: Array = (lowest + highest) / 2
    return kinds
