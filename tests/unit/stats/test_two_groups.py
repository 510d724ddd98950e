"""What a comparison accepts, and how persons are dealt into folds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.base.errors import ParameterError
from abate.stats.folds import person_folds, splits
from abate.stats.two_groups import checked_groups


@pytest.mark.parametrize(
    ("treated", "covariates", "person", "names", "said"),
    [
        ([1, 2], [1, 2], None, None, "treated must be 0 or 1"),
        ([1, 0], [1, float("nan")], None, None, "1 missing or infinite"),
        ([1, 0], ["a", "b"], None, None, "must be numbers"),
        ([1, 0], [[[1]], [[2]]], None, None, "one row a unit"),
        ([1, 0], [1, 2, 3], None, None, "same number of rows"),
        ([1, 0], [1, 2], ["a", None], None, "missing labels"),
        ([1, 0], [[1, 2], [3, 4]], None, ["age", "age"], "2 distinct names"),
    ],
)
def test_what_does_not_fit_is_refused(treated, covariates, person, names, said):
    with pytest.raises(ParameterError, match=said):
        checked_groups(treated, covariates, person, names)


@pytest.mark.parametrize(
    ("treated", "person", "reason"),
    [
        ([], [], "there are no rows"),
        ([0, 0], ["a", "b"], "nobody is in group 1"),
        ([1, 1], ["a", "b"], "nobody is in group 0"),
        ([1, 1, 0, 0], ["a", "a", "b", "c"], "group 1 has fewer than 2 persons: 1"),
        ([1, 1, 0, 0], ["a", "d", "b", "c"], None),
    ],
)
def test_too_few_are_counted_by_person(treated, person, reason):
    groups = checked_groups(treated, np.zeros((len(treated), 1)), person)
    assert groups.reason_against(least_persons=2) == reason


def test_every_fold_has_its_share_of_both_groups():
    groups = checked_groups([1] * 10 + [0] * 20, np.zeros((30, 1)))
    folds = person_folds(groups, fold_count=5)
    assert np.bincount(folds[:10]).tolist() == [2] * 5
    assert np.bincount(folds[10:]).tolist() == [4] * 5


def test_no_more_folds_than_persons_of_the_smaller_group():
    groups = checked_groups([1] * 3 + [0] * 20, np.zeros((23, 1)))
    assert person_folds(groups, fold_count=5).max() == 2


def test_a_wrong_number_of_folds_is_refused():
    with pytest.raises(ParameterError, match="fold_count >= 2"):
        person_folds(checked_groups([1, 0], [1, 2]), fold_count=1)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40), st.randoms(use_true_random=False)
)
def test_folds_keep_persons_together_whatever_the_order(rows, random):
    person, treated = np.array([p for p, _ in rows]), np.array([t for _, t in rows])
    folds = person_folds(checked_groups(treated, np.zeros((len(rows), 1)), person))
    assert len({(p, f) for p, f in zip(person.tolist(), folds.tolist(), strict=True)}) == len(set(person.tolist()))
    order = np.array(random.sample(range(len(rows)), len(rows)))
    again = person_folds(checked_groups(treated[order], np.zeros((len(rows), 1)), person[order]))
    assert again.tolist() == folds[order].tolist()


def test_splits_cover_every_row_once():
    held = [rows.tolist() for _, rows in splits(np.array([2, 0, 1, 0]))]
    assert held == [[1, 3], [2], [0]]
