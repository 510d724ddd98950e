"""Medians and quartiles, by hand and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.medians import median_interval, quartiles


def test_quartiles_are_interpolated_by_type_7():
    "Of 1, 2, 4, 8: places 1.75, 2.5 and 3.25 of the sorted values."
    found = quartiles([8, 1, 4, 2])
    assert (found.lower_quartile, found.median, found.upper_quartile) == (1.75, 3.0, 5.0)
    assert (found.minimum, found.maximum, found.count) == (1.0, 8.0, 4)


def test_no_values_have_no_quartiles():
    found = quartiles([])
    assert (found.median, found.count, found.reason) == (None, 0, "there are no values")


def test_one_value_is_all_its_quartiles():
    found = quartiles([4])
    assert (found.minimum, found.lower_quartile, found.median, found.maximum, found.reason) == (4, 4, 4, 4, None)


def test_the_interval_of_a_median_of_ten():
    "P(B <= 1) = 11/1024 and P(B <= 2) = 56/1024 for ten tosses, so the limits are 2nd and 9th: 97.85 %."
    estimate = median_interval(range(1, 11))
    assert (estimate.value, estimate.lower, estimate.upper) == (5.5, 2.0, 9.0)
    assert estimate.achieved_level == pytest.approx(1 - 22 / 1024)


@pytest.mark.parametrize("count", [6, 7, 8, 15, 16, 61, 400])
def test_the_interval_is_the_narrowest_that_reaches_its_level(count):
    "Coverage counted with whole numbers: of 2^n patterns, those with fewer than k heads or tails are not covered."
    estimate = median_interval(np.arange(count))
    k = int(estimate.lower) + 1
    missed = 2 * sum(math.comb(count, heads) for heads in range(k)) / 2**count
    missed_if_narrower = 2 * sum(math.comb(count, heads) for heads in range(k + 1)) / 2**count
    assert missed <= 0.05 < missed_if_narrower
    assert estimate.achieved_level == pytest.approx(1 - missed, abs=1e-12)
    assert estimate.upper == count - k


def test_a_level_that_is_reached_exactly_is_enough():
    "All of five on one side has probability 2/32: minimum to maximum covers 93.75 %."
    estimate = median_interval([1, 2, 3, 4, 5], level=0.9375)
    assert (estimate.lower, estimate.upper, estimate.achieved_level) == (1, 5, 0.9375)


@pytest.mark.parametrize(
    ("values", "median", "reason"),
    [
        ([], None, "there are no values"),
        ([4], 4.0, "1 value is too few for a level of 0.95"),
        ([1, 2, 3, 4, 5], 3.0, "5 values are too few for a level of 0.95"),
    ],
)
def test_few_values_have_no_interval(values, median, reason):
    estimate = median_interval(values)
    assert (estimate.value, estimate.lower, estimate.achieved_level, estimate.reason) == (median, None, None, reason)


def test_equal_values_have_that_value_as_interval():
    "Order statistics need no spread: whatever the distribution, both limits are the value."
    estimate = median_interval([5] * 8)
    assert (estimate.value, estimate.lower, estimate.upper, estimate.reason) == (5, 5, 5, None)


def test_a_missing_value_is_refused():
    with pytest.raises(ParameterError, match="values has 1 missing"):
        median_interval([1, float("nan")])
    with pytest.raises(ParameterError, match="values has 1 missing"):
        quartiles([1, float("nan")])
