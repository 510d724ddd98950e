"""Differences and ratios of means from influences."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.balancing_weights import Weights
from abate.stats.contrasts import difference_of, ratio_of, without_means
from abate.stats.distributions import t_quantile
from abate.stats.mean_differences import welch_difference
from abate.stats.weighted_comparison import weighted_means, weighted_shares_free

EVEN = Weights(weight=np.ones(7), method="even")
OUTCOME, TREATED = [3.0, 5.0, 7.0, 1.0, 2.0, 4.0, 5.0], [1, 1, 1, 0, 0, 0, 0]


def test_even_weights_by_hand():
    "Means 5 and 3; squares 8 and 10; variance 7/5 (8 / 9 + 10 / 16)."
    difference = difference_of(weighted_means(OUTCOME, TREATED, EVEN))
    assert difference.value == pytest.approx(2)
    assert difference.standard_error == pytest.approx((7 / 5 * (8 / 9 + 10 / 16)) ** 0.5)
    half_width = t_quantile(0.975, 5) * difference.standard_error
    assert (difference.lower, difference.upper) == pytest.approx((2 - half_width, 2 + half_width))
    assert (difference.count_1, difference.count_0, difference.person_count) == (3, 4, 7)


def test_the_ratio_by_hand():
    "5 / 3; variance of its logarithm 7/5 (8 / 9 / 25 + 10 / 16 / 9)."
    ratio = ratio_of(weighted_means(OUTCOME, TREATED, EVEN))
    assert ratio.value == pytest.approx(5 / 3)
    assert ratio.standard_error == pytest.approx((7 / 5 * (8 / 9 / 25 + 10 / 16 / 9)) ** 0.5)
    assert ratio.lower * ratio.upper == pytest.approx(ratio.value**2)


def test_a_person_in_both_groups_takes_its_own_level_away():
    "Only the differences within persons, 2, 2 and 5, count: squares 6 about their mean; over 9; times 3 / (3 - 2)."
    y, t, person = [5, 6, 9, 3, 4, 4], [1, 1, 1, 0, 0, 0], ["a", "b", "c", "a", "b", "c"]
    difference = difference_of(weighted_means(y, t, Weights(weight=np.ones(6), method="even"), person))
    assert difference.value == pytest.approx(3)
    assert difference.standard_error == pytest.approx((6 / 9 * 3) ** 0.5)


def test_it_comes_near_welch_where_there_are_many():
    random = np.random.default_rng(0)
    y, t = random.normal(size=400), np.repeat([0, 1], 200)
    ours = difference_of(weighted_means(y, t, Weights(weight=np.ones(400), method="even")))
    first, second = y[t == 1], y[t == 0]
    welch = welch_difference(200, first.mean(), first.std(ddof=1), 200, second.mean(), second.std(ddof=1))
    assert (ours.lower, ours.upper) == pytest.approx((welch.lower, welch.upper), rel=0.01)


@pytest.mark.parametrize(
    ("outcome", "weight", "person", "reason"),
    [
        ([3, 5, 7, 1, 2, 4, 5], [1, 0, 0, 1, 1, 1, 1], None, "the weight of group 1 hangs on one person"),
        ([3, 5, 7, 1, 2, 4, 5], [1, 1, 1, 1e6, 1, 1, 1], None, "the weight of group 0 hangs on one person"),
        ([3, 5, 7, 1, 2, 4, 5], [1] * 7, list("abcdddd"), "the weight of group 0 hangs on one person"),
        ([2, 2, 2, 1, 1, 1, 1], [1] * 7, None, "nothing varies within the groups"),
        (
            [3, 5, 7, 1, 2, 4, 5],
            [1, 1, 0, 1, 1, 0, 0],
            list("abaabbb"),
            "2 persons are too few for 2 fitted parameters",
        ),
    ],
)
def test_no_interval_has_a_reason(outcome, weight, person, reason):
    estimate = difference_of(weighted_means(outcome, TREATED, Weights(weight=np.array(weight), method="given"), person))
    assert estimate.value is not None
    assert (estimate.lower, estimate.reason) == (None, reason)


def test_no_weights_no_number():
    nothing = Weights(weight=np.zeros(7), method="none", reason="no overlap", flags=("said",))
    estimate = difference_of(weighted_means(OUTCOME, TREATED, nothing))
    assert (estimate.value, estimate.reason, estimate.flags) == (None, "no overlap", ("said",))
    one_side = Weights(weight=np.array([1.0] * 3 + [0.0] * 4), method="given")
    assert difference_of(weighted_means(OUTCOME, TREATED, one_side)).reason == "nobody of group 0 has a weight"


def test_no_ratio_to_nothing():
    means = weighted_means([1, 0, 1, 0, 0, 0, 0], TREATED, EVEN)
    assert ratio_of(means).reason == "the mean of group 0 is not above 0, so there is no ratio"
    assert difference_of(means).value == pytest.approx(2 / 3)
    assert ratio_of(without_means(np.arange(3), "none", "no overlap")).reason == "no overlap"


def test_a_level_in_per_cent_is_refused():
    with pytest.raises(ParameterError, match="level"):
        difference_of(weighted_means(OUTCOME, TREATED, EVEN), level=95)


def test_shares_free_without_weights_and_censoring_are_shares():
    "2 of 3 and 1 of 4 last beyond 4."
    means = weighted_shares_free([5, 6, 2, 1, 2, 3, 9], [1] * 7, TREATED, EVEN, time=4)
    assert (means.mean_1, means.mean_0) == pytest.approx((2 / 3, 1 / 4))
    difference = difference_of(means)
    assert difference.standard_error == pytest.approx((7 / 5 * (2 / 9 / 3 + 3 / 16 / 4)) ** 0.5)


def test_a_weight_of_two_is_two_rows():
    duration, event = [5, 6, 2, 1, 2, 3, 9], [1, 0, 1, 1, 0, 1, 0]
    double = Weights(weight=np.array([2.0, 1, 1, 1, 2, 1, 1]), method="given")
    rows = [0, 0, 1, 2, 3, 4, 4, 5, 6]
    repeated = weighted_shares_free(
        np.array(duration)[rows], np.array(event)[rows], np.array(TREATED)[rows],
        Weights(weight=np.ones(9), method="even"), 4, person=rows,
    )  # fmt: skip
    weighted = weighted_shares_free(duration, event, TREATED, double, 4)
    assert (weighted.mean_1, weighted.mean_0) == pytest.approx((repeated.mean_1, repeated.mean_0))
    assert difference_of(weighted).standard_error == pytest.approx(difference_of(repeated).standard_error)


def test_nobody_observed_so_long_is_a_reason():
    means = weighted_shares_free([5, 6, 2, 1, 2, 3, 3], [1, 1, 1, 1, 1, 1, 0], TREATED, EVEN, time=4)
    assert means.reason == "nobody of group 0 was observed beyond 3"
    all_had_it = weighted_shares_free([5, 6, 2, 1, 2, 3, 3], [1] * 7, TREATED, EVEN, time=4)
    assert all_had_it.mean_0 == 0
    with pytest.raises(ParameterError, match="time"):
        weighted_shares_free([1] * 7, [1] * 7, TREATED, EVEN, time=-1)
