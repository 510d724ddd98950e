"""Standardised differences, by hand and at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.balance import (
    standardised_difference_of_categories,
    standardised_difference_of_flags,
    standardised_difference_of_numbers,
)


def test_numbers_by_hand():
    "Means 5 and 8, variances 4 and 16: -3 / sqrt(10)."
    difference = standardised_difference_of_numbers([3, 5, 7], [4, 8, 12])
    assert difference.value == pytest.approx(-3 / 10**0.5)
    assert (difference.count_1, difference.count_2) == (3, 3)


def test_weights_count_like_shares_of_a_group():
    "Weights 1, 1, 2: mean 5.5; sum w (x - m)^2 = 6.25 + 0.25 + 4.5 = 11; times 4 / (16 - 6) = 4.4."
    difference = standardised_difference_of_numbers([3, 5, 7], [4, 8, 12], weights_1=[1, 1, 2])
    assert difference.value == pytest.approx(-2.5 / ((4.4 + 16) / 2) ** 0.5)


def test_equal_weights_change_nothing():
    plain = standardised_difference_of_numbers([3, 5, 7], [4, 8, 12])
    weighted = standardised_difference_of_numbers([3, 5, 7], [4, 8, 12], [0.3] * 3, [7] * 3)
    assert weighted.value == pytest.approx(plain.value)


def test_flags_by_hand():
    "Shares 3/4 and 1/2: 0.25 / sqrt((0.1875 + 0.25) / 2)."
    difference = standardised_difference_of_flags([1, 1, 1, 0], [True, False])
    assert difference.value == pytest.approx(0.25 / 0.21875**0.5)


def test_weighted_flags():
    "Weights 1 and 3 make the second share 3/4: the groups are alike."
    assert standardised_difference_of_flags([1, 1, 1, 0], [0, 1], weights_2=[1, 3]).value == 0.0


def test_three_categories_by_hand():
    """Shares (.5, .3, .2) and (.2, .3, .5); the first left out.

    Mean covariance [[.21, -.105], [-.105, .205]], difference (0, -.3): .09 * .21 / .032025 = .590164.
    """
    first, second = list("aaaaabbbcc"), list("aabbbccccc")
    assert standardised_difference_of_categories(first, second).value == pytest.approx(0.590164**0.5, abs=1e-6)


def test_names_of_categories_do_not_matter():
    here = standardised_difference_of_categories(list("aaabbcc"), list("abbbcc"))
    there = standardised_difference_of_categories([3, 3, 3, 1, 1, 2, 2], [3, 1, 1, 1, 2, 2])
    assert there.value == pytest.approx(here.value)


def test_two_categories_are_a_flag():
    first, second = np.array([1, 1, 1, 0]), np.array([0, 1, 0, 0, 0])
    flags = standardised_difference_of_flags(first, second)
    assert standardised_difference_of_categories(first, second).value == pytest.approx(abs(flags.value))


def test_weighted_categories_are_repeated_ones():
    plain = standardised_difference_of_categories(list("aabc"), list("abbccc"))
    weighted = standardised_difference_of_categories(list("abc"), list("abc"), [2, 1, 1], [1, 2, 3])
    assert weighted.value == pytest.approx(plain.value)


def test_one_common_category_is_no_difference():
    assert standardised_difference_of_categories(["a", "a"], ["a"]).value == 0.0


@pytest.mark.parametrize(
    ("first", "second"), [(list("ab"), list("cc")), (list("aa"), list("bb")), (list("abab"), list("cd"))]
)
def test_categories_that_tell_the_groups_apart(first, second):
    difference = standardised_difference_of_categories(first, second)
    assert (difference.value, difference.reason) == (None, "categories tell the groups apart without error")


def test_a_category_of_one_group_only_is_still_a_distance():
    "Shares (1/2, 1/2, 0) and (1/4, 1/4, 1/2): third left out, difference (1/4, 1/4) with variance 1/16 along it: 0.125 / 0.0625."
    difference = standardised_difference_of_categories(list("ab"), list("abcc"))
    assert difference.value == pytest.approx(2**0.5)


@pytest.mark.parametrize(
    ("first", "second", "value", "reason"),
    [
        ([5, 5], [5, 5, 5], 0.0, None),
        ([5, 5], [6, 6], None, "neither group has a spread, and they differ"),
        ([5], [6, 7], None, "group 1 has fewer than two values"),
        ([6, 7], [], None, "group 2 has fewer than two values"),
    ],
)
def test_numbers_without_spread(first, second, value, reason):
    difference = standardised_difference_of_numbers(first, second)
    assert (difference.value, difference.reason) == (value, reason)


@pytest.mark.parametrize(
    ("first", "second", "value", "reason"),
    [
        ([1, 1], [1], 0.0, None),
        ([1, 1], [0], None, "neither group has a spread, and they differ"),
        ([], [0, 1], None, "group 1 has no values"),
        ([], [], None, "group 1 and 2 has no values"),
    ],
)
def test_flags_without_spread(first, second, value, reason):
    difference = standardised_difference_of_flags(first, second)
    assert (difference.value, difference.reason) == (value, reason)


def test_an_empty_group_of_categories():
    assert standardised_difference_of_categories([], ["a"]).reason == "group 1 has no values"


def test_wrong_weights_are_refused():
    with pytest.raises(ParameterError, match="weights_1 must be at least 0; 1 are below"):
        standardised_difference_of_numbers([1, 2], [3, 4], weights_1=[1, -1])
    with pytest.raises(ParameterError, match="weights_2 has 1, values_2 has 2"):
        standardised_difference_of_numbers([1, 2], [3, 4], weights_2=[1])


def test_missing_values_are_refused():
    with pytest.raises(ParameterError, match="values_2 has 1 missing"):
        standardised_difference_of_numbers([1, 2], [3, float("nan")])
    with pytest.raises(ParameterError, match="labels_1 has 1 missing"):
        standardised_difference_of_categories(["a", None], ["a"])
