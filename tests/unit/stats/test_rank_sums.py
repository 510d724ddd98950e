"""Rank sums and shifts by hand, with ties, at the edges, and with a known truth."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.rank_sums import EXACT, NORMAL, hodges_lehmann_shift
from abate.stats.rank_sums import test_of_rank_sums as rank_sum_test


def test_two_against_two_by_hand():
    "Of the 6 ways to share four ranks, one puts group 1 on top: twice 1/6."
    result = rank_sum_test([3, 4], [1, 2])
    assert (result.u_statistic, result.superiority, result.p_value) == (4, 1, pytest.approx(1 / 3))


def test_ties_across_groups_count_half():
    "Of the pairs (1,1), (1,2), (3,1), (3,2), two are won and one is tied."
    result = rank_sum_test([1, 3], [1, 2])
    assert (result.u_statistic, result.method) == (2.5, NORMAL)


def test_values_apart_by_rounding_are_tied():
    assert rank_sum_test([0.1 + 0.2, 5], [0.3, 1]).u_statistic == 2.5


@pytest.mark.parametrize(("count", "method"), [(50, EXACT), (51, NORMAL)])
def test_the_method_changes_after_fifty(count, method):
    values = np.arange(count) + 0.25
    assert rank_sum_test(values, [3.0, 5.0]).method == method


def test_the_two_methods_meet_at_fifty():
    rng = np.random.default_rng(1)
    first, second = rng.normal(0.4, 1, 51), rng.normal(0, 1, 50)
    exact, normal = rank_sum_test(first[:50], second), rank_sum_test(first, second)
    assert (exact.method, normal.method) == (EXACT, NORMAL)
    near = rank_sum_test(np.append(first[:50], first[0]), second)
    assert near.p_value == pytest.approx(exact.p_value, abs=0.02)


def test_groups_change_places():
    here, there = rank_sum_test([1, 5, 7], [2, 3, 9, 4]), rank_sum_test([2, 3, 9, 4], [1, 5, 7])
    assert here.u_statistic + there.u_statistic == 12
    assert here.p_value == there.p_value
    up, down = hodges_lehmann_shift([1, 5, 7], [2, 3, 9, 4]), hodges_lehmann_shift([2, 3, 9, 4], [1, 5, 7])
    assert up.value == -down.value


@pytest.mark.parametrize("sizes", [(4, 7), (30, 41), (60, 3)])
def test_the_shift_is_the_median_of_all_differences(sizes):
    rng = np.random.default_rng(2)
    first, second = (np.round(rng.normal(0, 3, size), 1) for size in sizes)
    assert hodges_lehmann_shift(first, second).value == pytest.approx(np.median(np.subtract.outer(first, second)))


def test_limits_are_differences_of_pairs():
    first, second = np.array([1.5, 4.25, 8, 9]), np.array([0.5, 2, 3.125, 7, 11])
    shift = hodges_lehmann_shift(first, second)
    differences = np.sort(np.subtract.outer(first, second).ravel())
    assert shift.lower in differences
    assert shift.upper in differences


@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_a_change_of_unit_changes_only_the_unit(factor):
    first, second = np.array([1.5, 4.25, 8, 9]), np.array([0.5, 2, 3.125, 7, 11])
    here, there = hodges_lehmann_shift(first, second), hodges_lehmann_shift(first * factor, second * factor)
    assert [there.lower, there.upper] == pytest.approx([here.lower * factor, here.upper * factor], rel=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([], [1], "group 1 has no values"),
        ([1], [], "group 2 has no values"),
        ([], [], "group 1 and 2 has no values"),
        ([4, 4], [4], "all values are equal"),
    ],
)
def test_groups_that_cannot_be_compared(first, second, reason):
    result = rank_sum_test(first, second)
    assert (result.p_value, result.reason) == (None, reason)


def test_equal_values_have_a_shift_of_0_and_no_interval():
    shift = hodges_lehmann_shift([4] * 6, [4] * 6)
    assert (shift.value, shift.lower, shift.reason) == (0, None, "all values are equal")
    zeros = hodges_lehmann_shift([0] * 6, [0] * 6)
    assert (zeros.value, zeros.reason) == (0, "all values are equal")


def test_too_few_values_have_a_shift_and_no_interval():
    shift = hodges_lehmann_shift([5, 6, 7], [1, 2, 3])
    assert (shift.value, shift.lower) == (4, None)
    assert shift.reason == "3 and 3 values are too few for a level of 0.95"


def test_an_empty_group_has_no_shift():
    assert hodges_lehmann_shift([], [1, 2]).reason == "group 1 has no values"


def test_missing_values_are_refused():
    with pytest.raises(ParameterError, match="missing"):
        rank_sum_test([1, float("nan")], [1])
    with pytest.raises(ParameterError, match="missing"):
        hodges_lehmann_shift([1], [float("nan")])


def test_shifts_hold_the_truth():
    rng = np.random.default_rng(3)
    shifts = [hodges_lehmann_shift(rng.standard_t(3, 9) + 2, rng.standard_t(3, 12)) for _ in range(1500)]
    held = np.mean([shift.lower <= 2 <= shift.upper for shift in shifts])
    assert held == pytest.approx(shifts[0].achieved_level, abs=0.015)
