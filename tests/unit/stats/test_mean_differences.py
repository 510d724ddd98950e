"""Welch's interval by hand and at its edges."""

from __future__ import annotations

import math

import pytest

from abate.base.errors import ParameterError
from abate.stats.mean_differences import welch_difference


def test_by_hand():
    "v = 2.8²/15 + 2.3²/15 = 0.875333; root 0.935593; 26.98 degrees of freedom, t = 2.05189."
    found = welch_difference(15, 20.8, 2.8, 15, 23.0, 2.3)
    assert found.degrees_of_freedom == pytest.approx(26.9823, abs=1e-4)
    assert (found.lower, found.upper) == pytest.approx((-2.2 - 2.05189 * 0.935593, -2.2 + 2.05189 * 0.935593), abs=2e-4)


def test_equal_groups_have_the_degrees_of_freedom_of_student():
    assert welch_difference(8, 1.0, 2.0, 8, 1.0, 2.0).degrees_of_freedom == pytest.approx(14)


def test_turned_round_it_changes_its_sign():
    here, there = welch_difference(5, 3.0, 1.0, 9, 4.0, 2.0), welch_difference(9, 4.0, 2.0, 5, 3.0, 1.0)
    assert (here.value, here.lower, here.upper) == pytest.approx((-there.value, -there.upper, -there.lower))


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ((1, 3.0, 0.0, 9, 4.0, 2.0), "one value shows no spread in group 1"),
        ((9, 3.0, 1.0, 1, 4.0, 0.0), "one value shows no spread in group 2"),
        ((9, 3.0, 0.0, 9, 4.0, 0.0), "the values do not vary in either group"),
    ],
)
def test_without_spread_there_is_no_interval(groups, reason):
    found = welch_difference(*groups)
    assert (found.value, found.lower, found.reason) == (-1.0, None, reason)


@pytest.mark.parametrize(
    "groups", [(0, 1.0, 1.0, 5, 1.0, 1.0), (5, math.nan, 1.0, 5, 1.0, 1.0), (5, 1.0, -1.0, 5, 1.0, 1.0)]
)
def test_impossible_groups_are_refused(groups):
    with pytest.raises(ParameterError):
        welch_difference(*groups)
