"""Kaplan-Meier, median and restricted mean, by hand and at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.curves import share_at
from abate.stats.survival import kaplan_meier, median_survival, restricted_mean


def test_a_curve_by_hand():
    "Times 1, 2, 2+, 3+, 4: shares 4/5, 4/5 * 3/4 = 3/5, 3/5, 0; who is censored at 2 is at risk of the event at 2."
    curve = kaplan_meier([4, 2, 1, 3, 2], [True, True, True, False, False])
    assert curve.times.tolist() == [1, 2, 3, 4]
    assert curve.at_risk.tolist() == [5, 4, 2, 1]
    assert curve.event_count.tolist() == [1, 1, 0, 1]
    assert curve.censored_count.tolist() == [0, 1, 1, 0]
    assert curve.share == pytest.approx([0.8, 0.6, 0.6, 0.0])


def test_without_censoring_the_error_is_that_of_a_proportion():
    "Greenwood's sum then telescopes to S (1 - S) / n, whatever the ties."
    curve = kaplan_meier([1, 2, 2, 3, 5, 5, 5, 8, 9, 9], [True] * 10)
    inner = slice(0, -1)
    assert curve.standard_error[inner] == pytest.approx(np.sqrt(curve.share * (1 - curve.share) / 10)[inner])


def test_log_log_limits_by_hand():
    "S = 0.8 of 10, Greenwood 2/(10*8) = 0.025: exponent exp(1.96 * 0.158114 / 0.223144) = 4.0093; 0.8^4.0093, 0.8^0.24942."
    estimate = share_at(kaplan_meier([1, 1] + [2] * 8, [True] * 2 + [False] * 8), 1)
    assert (estimate.lower, estimate.upper) == pytest.approx((0.40869, 0.94587), abs=1e-4)


def test_no_event_keeps_everybody_and_has_no_interval():
    curve = kaplan_meier([3, 5, 5], [False] * 3)
    assert curve.share.tolist() == [1, 1]
    assert curve.standard_error.tolist() == [0, 0]
    assert np.isnan(curve.lower).all()
    assert np.isnan(curve.upper).all()


def test_all_events_at_once():
    curve = kaplan_meier([3, 3, 3], [True] * 3)
    assert curve.share.tolist() == [0]
    assert np.isnan([curve.standard_error[0], curve.lower[0], curve.upper[0]]).all()
    assert median_survival(curve).value == 3.0


def test_an_event_at_time_0_counts():
    assert kaplan_meier([0, 1], [True, False]).share.tolist() == [0.5, 0.5]


def test_a_median_at_exactly_one_half_is_where_the_stretch_begins():
    "Of 24 in a row half are left after the 12th; the product of 23/24, 22/23 ... ends a hair above 0.5."
    curve = kaplan_meier(range(1, 25), [True] * 24)
    assert curve.share[11] > 0.5
    assert median_survival(curve).value == 12.0


def test_a_median_that_is_not_reached_says_so():
    median = median_survival(kaplan_meier([1, 2, 3, 4], [True, False, False, False]))
    assert (median.value, median.upper) == (None, None)
    assert median.reason == "the curve and the upper limit did not fall to one half"


@pytest.mark.parametrize(
    ("durations", "is_event", "reason"),
    [
        ([], [], "there are no durations"),
        ([3], [False], "the curve and the lower limit and the upper limit did not fall to one half"),
    ],
)
def test_a_median_of_nothing(durations, is_event, reason):
    median = median_survival(kaplan_meier(durations, is_event))
    assert (median.value, median.lower, median.upper, median.reason) == (None, None, None, reason)


def test_without_censoring_the_restricted_mean_is_the_mean_of_what_lies_within():
    "Waits 1, 2, 6, 7 within 5: mean of 1, 2, 5, 5 is 3.25, its error the root of their variance (divisor n) over n."
    mean = restricted_mean(kaplan_meier([1, 2, 6, 7], [True] * 4), horizon=5)
    within = np.array([1, 2, 5, 5])
    assert mean.value == 3.25
    assert mean.upper - mean.value == pytest.approx(min(1.959964 * within.std() / 2, 5 - 3.25), rel=1e-6)


def test_a_restricted_mean_stays_within_its_horizon():
    mean = restricted_mean(kaplan_meier([1, 9, 9, 9], [True, False, False, False]), horizon=9)
    assert (mean.value, mean.upper) == (7.0, 9.0)


def test_a_horizon_beyond_observation_has_no_mean():
    mean = restricted_mean(kaplan_meier([1, 3], [True, False]), horizon=4)
    assert (mean.value, mean.reason) == (None, "nobody was observed beyond 3")
    assert restricted_mean(kaplan_meier([1, 3], [True, True]), horizon=4).value == 2.0


def test_no_event_before_the_horizon_shows_no_spread():
    mean = restricted_mean(kaplan_meier([5, 6], [True, False]), horizon=4)
    assert (mean.value, mean.lower, mean.reason) == (4.0, None, "the durations up to 4 show no spread")


@pytest.mark.parametrize("horizon", [0, -1, float("nan"), float("inf")])
def test_an_impossible_horizon_is_refused(horizon):
    with pytest.raises(ParameterError, match="horizon must be a finite number above 0"):
        restricted_mean(kaplan_meier([1], [True]), horizon)


def test_nobody_has_no_restricted_mean():
    assert restricted_mean(kaplan_meier([], []), 4).reason == "there are no durations"


def test_a_status_other_than_0_or_1_is_refused():
    with pytest.raises(ParameterError, match="is_event must be 0 or 1"):
        kaplan_meier([1, 2], [1, 2])
