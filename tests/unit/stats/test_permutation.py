"""Permutation tests: all assignments counted by hand, draws near them, and the reasons why there is none."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats import permutation
from abate.stats.permutation import PermutationTest

DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def groups(*arguments, **options):
    return permutation.permutation_test_of_groups(*arguments, **options)


def test_fishers_plants():
    "Fisher (1935), section 21: of 32,768 arrangements 863 give 314 or more, and as many -314 or less."
    found = permutation.permutation_test_of_changes(DARWIN, seed=1)
    assert found == PermutationTest(
        difference=pytest.approx(314 / 15), p_value=2 * 863 / 32_768, method="exact", assignment_count=32_768
    )


def test_two_groups_by_hand():
    "Of the six ways to take two of 1, 2, 3 and 6, the pair {3, 6} and its opposite {1, 2} lie as far out as seen."
    found = groups([1, 2, 3, 6], [0, 0, 1, 1], seed=1)
    assert (found.difference, found.p_value, found.assignment_count) == (3.0, 2 / 6, 6)


def test_strata_are_kept_apart():
    "Two strata of a pair each: 2 x 2 assignments, both differences turned or not."
    found = groups([1, 4, 10, 12], [0, 1, 0, 1], seed=1, stratum=["a", "a", "b", "b"])
    assert (found.difference, found.p_value, found.assignment_count) == (2.5, 0.5, 4)


def test_a_stratum_with_one_group_says_nothing():
    one = groups([1, 4, 10, 12, 99], [0, 1, 0, 1, 1], seed=1, stratum=["a", "a", "b", "b", "c"])
    assert one == groups([1, 4, 10, 12], [0, 1, 0, 1], seed=1, stratum=["a", "a", "b", "b"])


def test_ties_by_rounding_count_as_as_far():
    "0.1 + 0.2 and 0.3: the two assignments differ in the last bit only."
    assert groups([0.1, 0.2, 0.3, 0.0], [1, 1, 0, 0], seed=1).p_value == 1.0


@pytest.mark.parametrize("test", ["groups", "signs"])
def test_draws_come_near_the_exact_share_and_repeat(monkeypatch, test):
    rng = np.random.default_rng(3)
    values, treated = rng.normal(size=12) + np.repeat([0, 1], 6), np.repeat([0, 1], 6)

    def ask(**options):
        if test == "groups":
            return groups(values, treated, **options)
        return permutation.permutation_test_of_changes(values, **options)

    exact = ask(seed=1)
    monkeypatch.setattr(permutation, "_MOST_EXACT", 1)
    monkeypatch.setattr(permutation, "_DRAWS_AT_ONCE", 50_000)
    drawn = ask(seed=1, draw_count=20_000)
    assert (exact.method, drawn.method) == ("exact", "Monte Carlo")
    assert drawn == ask(seed=1, draw_count=20_000)
    assert drawn != ask(seed=2, draw_count=20_000)
    error = math.sqrt(exact.p_value * (1 - exact.p_value) / 20_000)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=4 * error)


def test_the_smallest_drawn_share_is_not_0():
    far = np.concatenate([np.zeros(30), np.full(30, 9.0)])
    assert groups(far, np.repeat([0, 1], 30), seed=1, draw_count=99).p_value == 0.01


def test_every_assignment_of_the_exact_test_is_as_likely_by_enumeration():
    values, treated = np.array([2.0, 3, 5, 7, 11, 13]), np.array([0, 1, 0, 1, 1, 0])
    seen = abs(values[treated == 1].mean() - values[treated == 0].mean())
    all_of_three = [np.array(flags) for flags in product([0, 1], repeat=6) if sum(flags) == 3]
    far = [abs(values[f == 1].mean() - values[f == 0].mean()) >= seen - 1e-12 for f in all_of_three]
    assert groups(values, treated, seed=1).p_value == pytest.approx(np.mean(far))


def test_nothing_to_compare_says_why():
    assert groups([1, 2], [1, 1], seed=1).reason == "no stratum has units of both groups"
    assert permutation.permutation_test_of_changes([], seed=1).reason == "there are no changes"
    assert permutation.permutation_test_of_changes([0, 0], seed=1).p_value == 1.0


@pytest.mark.parametrize(
    "bad", [{"values": [1, np.nan]}, {"is_treated": [0, 2]}, {"stratum": ["a"]}, {"draw_count": 0}]
)
def test_a_mistake_is_told(bad):
    with pytest.raises(ParameterError):
        groups(**{"values": [1, 2], "is_treated": [0, 1], "seed": 1, **bad})
