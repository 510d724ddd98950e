"""A median with repeat values of one person, by hand, at the edges, and in repeated samples."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.clustered_medians import clustered_median_interval
from abate.stats.medians import median_interval


def test_by_hand():
    "20 values, two a cluster: 5 clusters lie below the median, se = sqrt(10/9 * 10 / 400) = 1/6; 2.262157 / 6 = 0.377."
    estimate = clustered_median_interval(range(20), np.repeat(range(10), 2))
    # The quantiles at 0.123 and 0.877 of 20 values are the 3rd and the 18th.
    assert (estimate.value, estimate.lower, estimate.upper) == (9.5, 2.0, 17.0)
    assert (estimate.count, estimate.cluster_count) == (20, 10)


def test_every_value_twice_is_worth_no_more_than_once():
    values = [3.0, 4, 5, 6, 7, 9, 11, 12, 14, 20]
    once = clustered_median_interval(values, range(10))
    twice = clustered_median_interval(np.tile(values, 2), np.tile(range(10), 2))
    assert (twice.value, twice.lower, twice.upper) == (once.value, once.lower, once.upper)


def test_one_value_each_is_near_the_exact_interval():
    "Of 1 to 100 the exact limits are the 40th and the 61st value."
    exact, woodruff = median_interval(range(1, 101)), clustered_median_interval(range(1, 101), range(100))
    assert (exact.lower, exact.upper) == (40.0, 61.0)
    assert abs(woodruff.lower - exact.lower) <= 1
    assert abs(woodruff.upper - exact.upper) <= 1


def test_ties_at_the_median_and_the_largest_value():
    estimate = clustered_median_interval([5, 6, 7] + [10] * 9, range(12))
    assert (estimate.value, estimate.upper) == (10.0, 10.0)


@pytest.mark.parametrize(
    ("values", "cluster", "value", "reason"),
    [
        ([], [], None, "there are no values"),
        ([4], ["a"], 4.0, "one cluster shows no spread between clusters"),
        ([4, 6], ["a", "a"], 5.0, "one cluster shows no spread between clusters"),
        ([4, 4, 4], ["a", "b", "c"], 4.0, "all 3 values are equal"),
        ([4, 6, 7], ["a", "b", "c"], 6.0, "3 clusters are too few for a level of 0.95"),
    ],
)
def test_what_the_data_cannot_give_has_a_reason(values, cluster, value, reason):
    estimate = clustered_median_interval(values, cluster)
    assert (estimate.value, estimate.lower, estimate.reason) == (value, None, reason)


def test_refuses_columns_of_unequal_length():
    with pytest.raises(ParameterError, match="same number of rows"):
        clustered_median_interval([1, 2], ["a"])


def test_covers_in_repeated_samples():
    "60 persons with 1 to 5 values each, half of the variance between them: 95 % within three standard errors."
    rng, hits = np.random.default_rng(3), 0
    for _ in range(500):
        person = np.repeat(np.arange(60), rng.integers(1, 6, 60))
        estimate = clustered_median_interval(rng.normal(size=60)[person] + rng.normal(size=person.size), person)
        hits += estimate.lower <= 0 <= estimate.upper
    assert hits / 500 == pytest.approx(0.95, abs=3 * (0.05 * 0.95 / 500) ** 0.5)
