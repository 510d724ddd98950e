"""How numbers are written: expected texts by hand, with \\u2212 minus and \\u202f narrow spaces."""

import pytest

from abate.report.numbers import (
    decimals_for,
    describe_bound,
    describe_compact,
    describe_count,
    describe_number,
    describe_p,
    describe_percent,
    describe_share,
    describe_share_range,
    describe_short,
    describe_signed,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(-4.12, "\u22124.1"), (4.15, "4.2"), (0.0, "0.0"), (-0.04, "0.0"), (12345.67, "12\u202f345.7")],
)
def test_a_number_has_a_true_minus_and_narrow_thousands_and_no_negative_nothing(value, text):
    assert describe_number(value) == text


def test_a_signed_number_has_its_plus_but_nothing_has_no_sign():
    assert [describe_signed(value) for value in (1.2, -1.2, 0.01)] == ["+1.2", "\u22121.2", "0.0"]


def test_counts_are_whole_and_grouped():
    assert describe_count(60000.0) == "60\u202f000"


@pytest.mark.parametrize(
    ("value", "text"), [(5, "5"), (0.7312, "0.731"), (118.2, "118"), (5040, "5\u202f040"), (0, "0")]
)
def test_short_numbers_keep_three_digits_that_mean_something(value, text):
    assert describe_short(value) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (45, 59, "45/59 (76\u202f%)"),
        (5, 6, "5/6"),  # under 10 there is no percentage
        (7, 10, "7/10 (70\u202f%)"),
        (0, 59, "0/59 (0\u202f%)"),
        (59, 59, "59/59 (100\u202f%)"),
        (1, 300, "1/300 (0.3\u202f%)"),  # never 0 unless it is none
        (299, 300, "299/300 (99.7\u202f%)"),  # never 100 unless it is all
        (45678, 60000, "45\u202f678/60\u202f000 (76.1\u202f%)"),
    ],
)
def test_a_share_stands_with_its_counts(numerator, denominator, text):
    assert describe_share(numerator, denominator) == text


def test_the_interval_of_a_share_of_a_few_is_no_percentage():
    assert describe_share_range(0.436, 0.970, 6) == "0.44 to 0.97"
    assert describe_share_range(0.638, 0.853, 59) == "64 to 85\u202f%"
    assert describe_share_range(None, None, 59) == ""


def test_a_small_bound_keeps_the_digits_that_say_something():
    assert describe_bound(0.0587, 61) == "5.9\u202f%"
    assert describe_bound(0.0000615, 60000) == "0.006\u202f%"
    assert describe_bound(0.459, 6) == "0.46"


def test_an_interval_narrower_than_a_tenth_gets_another_decimal():
    assert [decimals_for(3.4, 4.8), decimals_for(4.49, 4.53), decimals_for(4.502, 4.511)] == [1, 2, 3]
    assert decimals_for(5.0, 5.0) == 1


def test_p_values_have_no_stars():
    assert [describe_p(p) for p in (0.00004, 0.0123, 0.44)] == ["p < 0.001", "p = 0.012", "p = 0.44"]


def test_percent_of_many_has_a_decimal():
    assert describe_percent(0.7613, 60000) == "76.1\u202f%"


def test_a_long_count_is_shortened_only_where_it_does_not_fit():
    assert describe_compact(59812, 60) == "59\u202f812"
    assert describe_compact(59812, 36) == "59.8k"
    assert describe_compact(59812, 20) == "60k"
    assert describe_compact(61, 5) == "61"
