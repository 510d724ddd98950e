"""Samples become rows: means, medians, shares, rates and counts, and by person where courses repeat."""

from __future__ import annotations

import numpy as np
import pytest

from abate.contracts.result import Estimate
from abate.inference.columns import Sample
from abate.inference.rows import (
    ShareInterval,
    check_unique_ids,
    count_row,
    failed_row,
    mean_row,
    median_row,
    rate_row,
    share_row,
    slug,
)


def _sample(values, persons=None):
    values = np.asarray(values, dtype=np.float64)
    return Sample(
        values=values, persons=np.arange(values.size) if persons is None else np.asarray(persons, dtype=np.int64)
    )


def test_a_mean_carries_its_spread_and_its_interval():
    "Mean 5, sd 1, standard error 1/sqrt(3), t on 2 degrees of freedom 4.302653."
    row = mean_row("x.mean", "mean x", _sample([4, 5, 6]), "d")
    assert (row.value, row.sd, row.n, row.person_count, row.unit, row.level) == (5.0, 1.0, 3, 3, "d", 0.95)
    assert (row.lower, row.upper) == pytest.approx((5 - 4.302653 / 3**0.5, 5 + 4.302653 / 3**0.5), abs=1e-6)
    assert row.method == "mean, Student's t interval"


def test_a_mean_of_repeat_courses_is_by_person():
    "Every value twice is worth no more than once: the interval of [4, 5, 6], not that of six values."
    once = mean_row("x", "x", _sample([4, 5, 6]), "d")
    twice = mean_row("x", "x", _sample([4, 5, 6, 4, 5, 6], [0, 1, 2, 0, 1, 2]), "d")
    assert (twice.lower, twice.upper) == pytest.approx((once.lower, once.upper))
    assert (twice.n, twice.person_count) == (6, 3)
    assert "by person" in twice.method


@pytest.mark.parametrize(
    ("values", "persons", "value", "reason"),
    [
        ([], [], None, "no course has a value"),
        ([4], [0], 4.0, "one value shows no spread"),
        ([4, 4, 4], [0, 1, 2], 4.0, "all 3 values are equal"),
        ([4, 6], [0, 0], 5.0, "all 2 courses are of one person"),
        ([4, 6, 6, 4], [0, 0, 1, 1], 5.0, "the deviations cancel out within every person"),
    ],
)
def test_a_mean_without_an_interval_says_why(values, persons, value, reason):
    row = mean_row("x", "x", _sample(values, persons), "d")
    assert (row.value, row.lower, row.upper, row.level, row.reason) == (value, None, None, None, reason)


def test_a_median_lies_between_order_statistics():
    "Of 6 values the interval from smallest to largest covers 1 - 2/64."
    row = median_row("x", "x", _sample([3, 4, 5, 6, 7, 9]), "d")
    assert (row.value, row.lower, row.upper) == (5.5, 3.0, 9.0)


def test_a_median_of_repeat_courses_is_by_person():
    "Two courses each of ten persons with 0 to 19, in order: Woodruff's limits are the values 2 and 17."
    row = median_row("x", "x", _sample(np.arange(20), np.repeat(np.arange(10), 2)), "d")
    assert (row.value, row.lower, row.upper) == (9.5, 2.0, 17.0)
    assert row.method == "median, Woodruff interval, cluster-robust (CR1) by person"


def test_a_share_carries_its_counts():
    "48 of 61: 0.787 (0.669 to 0.871) by Wilson."
    row = share_row("x", "x", _sample([1] * 48 + [0] * 13))
    assert (row.numerator, row.denominator, row.n) == (48, 61, 61)
    assert (row.value, row.lower, row.upper) == pytest.approx((0.787, 0.669, 0.871), abs=5e-4)


def test_none_seen_has_an_upper_bound():
    "Exact: 1 - 0.025**(1/61) = 0.0587."
    row = share_row("x", "x", _sample([0] * 61), interval=ShareInterval.EXACT)
    assert (row.value, row.lower) == (0.0, 0.0)
    assert row.upper == pytest.approx(1 - 0.025 ** (1 / 61))


def test_a_share_of_repeat_courses_is_never_surer_than_one_of_single_courses():
    persons = np.repeat(np.arange(20), 3)
    alike = share_row("x", "x", _sample(np.repeat([1, 0], 30), persons))
    single = share_row("x", "x", _sample(np.repeat([1, 0], 30)))
    assert alike.lower < single.lower
    assert alike.upper > single.upper
    assert "by person" in alike.method


def test_a_rare_event_keeps_the_exact_upper_limit():
    "1 of 100 courses of 50 persons: cluster-robust ends near 0.030, the exact one of 1 of 100 at 0.0545."
    row = share_row("x", "x", _sample([1] + [0] * 99, np.repeat(np.arange(50), 2)), interval=ShareInterval.EXACT)
    assert row.upper == pytest.approx(0.0545, abs=1e-4)
    assert row.lower == 0.0


def test_none_seen_in_repeat_courses_counts_persons():
    "0 of 60 courses of 20 persons: the bound of 0 of 20, 1 - 0.025**(1/20)."
    row = share_row("x", "x", _sample([0] * 60, np.repeat(np.arange(20), 3)), interval=ShareInterval.EXACT)
    assert row.upper == pytest.approx(1 - 0.025 ** (1 / 20))
    assert (row.numerator, row.denominator) == (0, 60)


def test_courses_of_one_person_that_differ_have_no_interval():
    row = share_row("x", "x", _sample([1, 0], [0, 0]))
    assert (row.value, row.lower, row.reason) == (0.5, None, "all 2 courses are of one person")


def test_nobody_has_no_share():
    row = share_row("x", "x", _sample([]))
    assert (row.value, row.denominator, row.reason) == (None, 0, "no course can be judged")


def test_a_rate_is_per_100_days():
    "5 events in 311 days: 1.61 (0.52 to 3.75) per 100 days."
    row = rate_row("x", "x", _sample([5, 0]), np.array([300.0, 11.0]))
    assert (row.value, row.lower, row.upper) == pytest.approx((1.61, 0.52, 3.75), abs=5e-3)
    assert (row.numerator, row.denominator) == (5, 311.0)


def test_events_that_crowd_in_one_person_widen_the_rate():
    persons, days = np.repeat(np.arange(10), 2), np.full(20, 5.0)
    crowded = rate_row("x", "x", _sample([10, 10] + [0] * 18, persons), days)
    single = rate_row("x", "x", _sample([10, 10] + [0] * 18), days)
    assert crowded.value == single.value == 20.0
    assert crowded.lower < single.lower
    assert crowded.upper > single.upper


def test_events_without_days_have_no_rate():
    row = rate_row("x", "x", _sample([1, 0]), np.zeros(2))
    assert (row.value, row.reason) == (None, "these courses have no length to count days of infusion by")


def test_a_count_says_among_how_many():
    row = count_row("x", "x", _sample([1, 0, 1]))
    assert (row.value, row.numerator, row.denominator, row.unit, row.level) == (2.0, 2, 3, "{courses}", None)


def test_a_failed_row_says_why():
    row = failed_row("x", "x", "not asked", "d")
    assert (row.value, row.n, row.reason) == (None, 0, "not asked")


def test_an_id_stands_once():
    rows = [Estimate(id=id, quantity="x", value=1.0) for id in ("a", "b", "a")]
    with pytest.raises(ValueError, match=r"stand more than once: a$"):
        check_unique_ids(rows)
    check_unique_ids(rows[:2])


@pytest.mark.parametrize(
    ("text", "part"), [("No rating, at all", "no_rating_at_all"), ("a.b", "a_b"), ("!", "unnamed")]
)
def test_a_text_becomes_part_of_an_id(text, part):
    assert slug(text) == part
