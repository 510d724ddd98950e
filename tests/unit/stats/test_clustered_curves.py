"""A curve at one time with repeat courses of one person: by hand, against brute force, and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.clustered import clustered_mean_interval
from abate.stats.clustered_curves import clustered_incidence_at, clustered_survival_at
from abate.stats.curves import share_at
from abate.stats.survival import kaplan_meier


def test_by_hand():
    "Four courses of four persons, uncensored: S(2) = 1/2 with variance 1/2 * 1/2 / 3; limits on the log-log scale."
    share = clustered_survival_at([1, 2, 3, 4], [True] * 4, ["a", "b", "c", "d"], time=2)
    spread = 1.959964 * (1 / 12) ** 0.5 / (0.5 * math.log(2))
    assert (share.value, share.standard_error) == (0.5, pytest.approx((1 / 12) ** 0.5))
    assert (share.lower, share.upper) == pytest.approx((0.5 ** math.exp(spread), 0.5 ** math.exp(-spread)), abs=1e-6)


def test_without_censoring_the_error_is_that_of_a_share_by_cluster():
    rng = np.random.default_rng(5)
    durations, person = rng.integers(1, 9, 80), rng.integers(0, 25, 80)
    share = clustered_survival_at(durations, np.ones(80), person, time=4)
    plain = clustered_mean_interval(durations > 4, person)
    assert (share.value, share.standard_error) == pytest.approx((plain.value, plain.standard_error))


def test_without_censoring_the_incidence_is_a_share_too():
    rng = np.random.default_rng(6)
    durations, kinds, person = rng.integers(1, 9, 80), rng.integers(1, 3, 80), rng.integers(0, 25, 80)
    share = clustered_incidence_at(durations, kinds, person, time=4)
    plain = clustered_mean_interval((durations <= 4) & (kinds == 1), person)
    assert (share.value, share.standard_error) == pytest.approx((plain.value, plain.standard_error))


def _weighted_incidence(weights, durations, kinds, time):
    """The definition, step by step, with a weight for each course."""
    free, share = 1.0, 0.0
    for moment in np.unique(durations[durations <= time]):
        at_risk = weights[durations >= moment].sum()
        share += free * weights[(durations == moment) & (kinds == 1)].sum() / at_risk
        free *= 1 - weights[(durations == moment) & (kinds > 0)].sum() / at_risk
    return share


@pytest.mark.parametrize("time", [3.0, 7.0, 100.0])
def test_the_error_is_that_of_moving_the_weights_of_whole_persons(time):
    rng = np.random.default_rng(7)
    durations, kinds = np.round(rng.exponential(5, 120), 1), rng.integers(0, 3, 120)
    person = rng.permutation(np.arange(120) % 30)
    moved = []
    for one in range(30):
        more, less = (np.where(person == one, 1 + step, 1.0) for step in (1e-5, -1e-5))
        rise = _weighted_incidence(more, durations, kinds, time) - _weighted_incidence(less, durations, kinds, time)
        moved.append(rise / 2e-5)
    expected = math.sqrt(30 / 29 * np.sum(np.square(moved)))
    time = min(time, durations.max())
    assert clustered_incidence_at(durations, kinds, person, time).standard_error == pytest.approx(expected, rel=1e-6)


def test_one_course_each_is_near_greenwood():
    rng = np.random.default_rng(8)
    durations, is_event = rng.exponential(5, 500), rng.random(500) < 0.7
    plain = share_at(kaplan_meier(durations, is_event), 4.0)
    robust = clustered_survival_at(durations, is_event, np.arange(500), 4.0)
    assert (robust.value, robust.lower, robust.upper) == pytest.approx(
        (plain.value, plain.lower, plain.upper), abs=2e-3
    )


@pytest.mark.parametrize(
    ("durations", "is_event", "cluster", "time", "value", "reason"),
    [
        ([], [], [], 1, None, "there are no durations"),
        ([5, 5], [False, False], ["a", "b"], 2, 1.0, "a share of 1 has no interval on this scale"),
        ([1, 1], [True, True], ["a", "b"], 2, 0.0, "a share of 0 has no interval on this scale"),
        ([1, 3], [True, True], ["a", "a"], 2, 0.5, "one cluster shows no spread between clusters"),
        ([1, 3], [True, False], ["a", "b"], 9, None, "nobody was observed beyond 3"),
    ],
)
def test_what_the_data_cannot_give_has_a_reason(durations, is_event, cluster, time, value, reason):
    share = clustered_survival_at(durations, is_event, cluster, time)
    assert (share.value, share.lower, share.reason) == (value, None, reason)


def test_refuses_columns_of_unequal_length():
    with pytest.raises(ParameterError, match="same number of rows"):
        clustered_survival_at([1, 2], [True, True], ["a"], 1)
