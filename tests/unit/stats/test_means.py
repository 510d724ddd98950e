"""Means and paired changes, by hand and at the edges."""

from __future__ import annotations

import pytest

from abate.base.errors import ParameterError
from abate.stats.means import mean_interval, paired_change


def test_a_mean_by_hand():
    "Mean 5, SD sqrt(8 / 3), and t on 3 degrees of freedom is 3.182446 (any table)."
    estimate = mean_interval([3, 5, 5, 7])
    assert (estimate.value, estimate.count) == (5.0, 4)
    assert estimate.sd == pytest.approx(1.632993, abs=1e-6)
    assert estimate.standard_error == pytest.approx(0.816497, abs=1e-6)
    assert (estimate.lower, estimate.upper) == pytest.approx((5 - 2.598457, 5 + 2.598457), abs=1e-5)


def test_a_wider_level_gives_a_wider_interval():
    "t on 3 degrees of freedom is 5.840909 for 99 %."
    assert mean_interval([3, 5, 5, 7], level=0.99).upper == pytest.approx(5 + 5.840909 * 0.8164966, abs=1e-5)


@pytest.mark.parametrize(
    ("values", "mean", "sd", "reason"),
    [
        ([], None, None, "there are no values"),
        ([4], 4.0, None, "one value shows no spread"),
        ([4, 4, 4], 4.0, 0.0, "all 3 values are equal"),
        ([0.3, 0.1 + 0.2], pytest.approx(0.3), 0.0, "all 2 values are equal"),
    ],
)
def test_without_spread_there_is_no_interval(values, mean, sd, reason):
    estimate = mean_interval(values)
    assert (estimate.value, estimate.sd, estimate.reason) == (mean, sd, reason)
    assert (estimate.lower, estimate.upper, estimate.standard_error) == (None, None, None)


def test_a_missing_value_is_refused():
    with pytest.raises(ParameterError, match="values has 1 missing"):
        mean_interval([1, float("nan"), 3])


def test_a_change_by_hand():
    "Changes -4, -3, -5: mean -4, SD 1, standard error 1 / sqrt(3), t = -6.928203."
    change = paired_change(before=[7, 8, 9], after=[3, 5, 4])
    assert (change.value, change.sd, change.count) == (-4.0, 1.0, 3)
    assert (change.mean_before, change.mean_after) == (8.0, 4.0)
    assert (change.t_statistic, change.degrees_of_freedom) == (pytest.approx(-6.928203), 2)
    assert change.upper == pytest.approx(-4 + 4.302653 / 3**0.5, abs=1e-6)


def test_the_change_turns_round_with_its_columns():
    there, back = paired_change([7, 8, 9], [3, 5, 4]), paired_change([3, 5, 4], [7, 8, 9])
    assert (there.value, there.lower, there.upper) == (-back.value, -back.upper, -back.lower)
    assert there.p_value == back.p_value


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ([], [], "there are no pairs"),
        ([7], [3], "one value shows no spread"),
        ([7, 8], [3, 4], "all 2 values are equal"),
        ([0.3, 7.0], [0.1 + 0.2, 7.0], "all 2 values are equal"),
    ],
)
def test_equal_changes_have_no_interval_and_no_test(before, after, reason):
    change = paired_change(before, after)
    assert change.reason == reason
    assert (change.lower, change.p_value, change.t_statistic, change.degrees_of_freedom) == (None, None, None, None)


def test_unequal_lengths_are_refused():
    with pytest.raises(ParameterError, match="before has 2, after has 1"):
        paired_change([7, 8], [3])
