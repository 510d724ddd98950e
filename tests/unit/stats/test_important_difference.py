"""Candidates for a minimal important difference by hand, and where there are none."""

from __future__ import annotations

import pytest

from abate.base.errors import ParameterError
from abate.stats.important_difference import important_difference_by_anchor, important_difference_by_spread


def test_spread_by_hand():
    "Standard deviation 2 and reliability 0.84: half is 1, the error of measurement 0.8."
    found = important_difference_by_spread([2, 4, 6], reliability=0.84)
    assert (found.sd, found.half_sd, found.standard_error_of_measurement) == pytest.approx((2, 1, 0.8))
    assert found.smallest_detectable_change == pytest.approx(1.959964 * 2**0.5 * 0.8)


def test_a_perfect_instrument_detects_everything():
    assert important_difference_by_spread([2, 4], reliability=1).smallest_detectable_change == 0


@pytest.mark.parametrize("ratings", [[], [4]])
def test_too_few_ratings(ratings):
    found = important_difference_by_spread(ratings, reliability=0.8)
    assert (found.sd, found.reason) == (None, "fewer than two ratings show no spread")


def test_equal_ratings():
    assert important_difference_by_spread([4, 4], reliability=0.8).reason == "all 2 ratings are equal"


def test_only_the_slightly_better_count():
    found = important_difference_by_anchor([-9, -2, -4, 3], [0, 1, 1, 0])
    assert (found.value, found.count) == (-3, 2)


def test_nobody_slightly_better():
    found = important_difference_by_anchor([-9, 3], [False, False])
    assert (found.value, found.reason) == (None, "there are no values")


def test_impossible_arguments_are_refused():
    with pytest.raises(ParameterError, match="reliability"):
        important_difference_by_spread([1, 2], reliability=1.1)
    with pytest.raises(ParameterError, match="same number of rows"):
        important_difference_by_anchor([1, 2], [True])
    with pytest.raises(ParameterError, match="is_slightly_better"):
        important_difference_by_anchor([1, 2], [1, 2])
