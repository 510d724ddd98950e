"""Signed ranks and the Hodges-Lehmann estimate, by hand and by brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats import signed_ranks
from abate.stats.signed_ranks import EXACT, NORMAL, hodges_lehmann


def test_an_exact_p_value_by_counting_all_signs():
    "Ranks of 1.1, -2, 3, 4.5, 5, -0.2, 7 sum to 24 with plus; 2^7 sign patterns are counted one by one."
    result = signed_ranks.test_of_signed_ranks([1.1, -2, 3, 4.5, 5, -0.2, 7])
    sums = [
        sum(rank for rank, plus in zip(range(1, 8), signs, strict=True) if plus)
        for signs in itertools.product([0, 1], repeat=7)
    ]
    at_least = sum(total >= 24 for total in sums)
    assert (result.positive_rank_sum, result.method) == (24.0, EXACT)
    assert result.p_value == pytest.approx(2 * at_least / 128)


def test_ties_take_their_mean_rank_and_zeros_leave():
    "Sizes 1, 1, 2, 3: ranks 1.5, 1.5, 3, 4; plus has 1.5 + 4. Variance 4*5*9/24 - 6/48 = 7.375; z = (5.5 - 5 - 0.5) / sd = 0."
    result = signed_ranks.test_of_signed_ranks([1, -1, -2, 3, 0, 0])
    assert (result.positive_rank_sum, result.count, result.zero_count) == (5.5, 4, 2)
    assert (result.method, result.p_value) == (NORMAL, 1.0)


def test_more_than_fifty_changes_use_the_normal_approximation():
    "1 to 51 all plus: T = 1326, expected 663, variance 51*52*103/24 = 11381.5, z = 662.5 / 106.684 = 6.20993."
    result = signed_ranks.test_of_signed_ranks(range(1, 52))
    assert result.method == NORMAL
    assert result.p_value == pytest.approx(5.30e-10, rel=2e-3)
    assert signed_ranks.test_of_signed_ranks(range(1, 51)).method == EXACT


def test_fifty_changes_are_counted_exactly():
    assert signed_ranks.test_of_signed_ranks(range(1, 51)).p_value == pytest.approx(2 / 2**50, rel=1e-12)


def test_sizes_that_differ_by_rounding_are_tied():
    result = signed_ranks.test_of_signed_ranks([0.1 + 0.2, -0.3, 5, 6])
    assert (result.positive_rank_sum, result.method) == (1.5 + 3 + 4, NORMAL)


@pytest.mark.parametrize(
    ("changes", "zero_count", "reason"), [([], 0, "there are no changes"), ([0, 0], 2, "every change is 0")]
)
def test_nothing_to_rank(changes, zero_count, reason):
    result = signed_ranks.test_of_signed_ranks(changes)
    assert (result.p_value, result.count, result.zero_count, result.reason) == (None, 0, zero_count, reason)


def test_one_change_says_nothing():
    assert signed_ranks.test_of_signed_ranks([3]).p_value == 1.0


def test_equal_changes_are_ranked_as_ties():
    "Six of -2: ranks 3.5 each; T = 0, expected 10.5, variance 22.75 - 210/48 = 18.375, z = 10 / 4.28661 = 2.33285."
    result = signed_ranks.test_of_signed_ranks([-2] * 6)
    assert (result.positive_rank_sum, result.p_value) == (0.0, pytest.approx(0.01966, abs=1e-5))


def test_a_missing_change_is_refused():
    with pytest.raises(ParameterError, match="changes has 1 missing"):
        signed_ranks.test_of_signed_ranks([1, float("nan")])


def test_the_estimate_by_hand():
    "Pairwise means of 1, 2, 6: 1, 1.5, 2, 3.5, 4, 6; their middle is between 2 and 3.5."
    assert hodges_lehmann([6, 1, 2]).value == 2.75


@pytest.mark.parametrize("count", [1, 2, 7, 51, 200])
@pytest.mark.parametrize("decimals", [0, 1, 15])
def test_pairwise_means_are_found_without_listing_them(count, decimals):
    ordered = np.sort(np.round(np.random.default_rng(count).normal(-4, 3, count), decimals))
    i, j = np.triu_indices(count)
    listed = np.sort((ordered[i] + ordered[j]) / 2)
    ranks = sorted({1, 2, len(listed) // 3, len(listed) // 2 + 1, len(listed)} - {0})
    found = [signed_ranks._walsh_average(ordered, rank) for rank in ranks if rank <= len(listed)]
    assert found == pytest.approx([listed[rank - 1] for rank in ranks if rank <= len(listed)], abs=1e-14)


@pytest.mark.parametrize("count", [6, 20, 50, 51, 120])
def test_the_interval_holds_what_the_test_does_not_reject(count):
    "Shifting by a hair inside the limits keeps p above 0.05, by a hair outside takes it below."
    changes = np.random.default_rng(count).normal(1, 2, count)
    estimate = hodges_lehmann(changes)
    for limit, inwards in ((estimate.lower, 1e-6), (estimate.upper, -1e-6)):
        assert signed_ranks.test_of_signed_ranks(changes - limit - inwards).p_value > 0.05
        assert signed_ranks.test_of_signed_ranks(changes - limit + inwards).p_value <= 0.05


def test_the_estimate_moves_with_the_data():
    changes = np.array([-4, -3, -2, -5, 1, -6, 0.5])
    here, there = hodges_lehmann(changes), hodges_lehmann(10 - 2 * changes)
    assert (there.value, there.lower, there.upper) == pytest.approx(
        (10 - 2 * here.value, 10 - 2 * here.upper, 10 - 2 * here.lower)
    )


@pytest.mark.parametrize(
    ("changes", "value", "reason"),
    [
        ([], None, "there are no changes"),
        ([2], 2.0, "1 change is too few for a level of 0.95"),
        ([0] * 8, 0.0, "all 8 changes are equal"),
    ],
)
def test_no_interval_without_enough_that_differs(changes, value, reason):
    estimate = hodges_lehmann(changes)
    assert (estimate.value, estimate.lower, estimate.upper, estimate.reason) == (value, None, None, reason)
