"""A mean with repeat values of one person, by hand and at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.clustered import clustered_mean_interval
from abate.stats.means import mean_interval


def test_by_hand():
    "Mean 6; summed deviations -4, -2, 3, 3; 4/3 * 38 / 36 = 1.407407; t on 3 degrees of freedom 3.182446."
    estimate = clustered_mean_interval([3, 5, 4, 8, 7, 9], ["a", "a", "b", "c", "c", "d"])
    assert (estimate.value, estimate.count, estimate.cluster_count) == (6.0, 6, 4)
    assert estimate.standard_error == pytest.approx(1.407407**0.5, abs=1e-6)
    assert estimate.upper == pytest.approx(6 + 3.182446 * 1.407407**0.5, abs=1e-5)


def test_one_value_each_is_the_t_interval():
    values = [3.1, 5, 5.5, 7]
    plain, clustered = mean_interval(values), clustered_mean_interval(values, [4, 3, 2, 1])
    assert (clustered.lower, clustered.upper) == pytest.approx((plain.lower, plain.upper))
    assert clustered.design_effect == pytest.approx(1)


def test_every_value_twice_is_worth_no_more_than_once():
    values = np.array([3.1, 5, 5.5, 7])
    once, twice = mean_interval(values), clustered_mean_interval(np.tile(values, 2), np.tile(np.arange(4), 2))
    assert (twice.lower, twice.upper) == pytest.approx((once.lower, once.upper))
    assert twice.count == 8


@pytest.mark.parametrize(
    ("values", "cluster", "value", "reason"),
    [
        ([], [], None, "there are no values"),
        ([4], ["a"], 4.0, "one cluster shows no spread between clusters"),
        ([4, 5], ["a", "a"], 4.5, "one cluster shows no spread between clusters"),
        ([4, 4], ["a", "b"], 4.0, "all 2 values are equal"),
        ([3, 5, 5, 3], ["a", "a", "b", "b"], 4.0, "the deviations cancel out within every cluster"),
    ],
)
def test_no_interval_says_why(values, cluster, value, reason):
    estimate = clustered_mean_interval(values, cluster)
    assert (estimate.value, estimate.reason) == (value, reason)
    assert (estimate.lower, estimate.upper, estimate.standard_error) == (None, None, None)


def test_unequal_lengths_and_missing_values_are_refused():
    with pytest.raises(ParameterError, match="values has 2, cluster has 1"):
        clustered_mean_interval([1, 2], ["a"])
    with pytest.raises(ParameterError, match="values has 1 missing"):
        clustered_mean_interval([1, float("nan")], ["a", "b"])
