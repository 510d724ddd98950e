"""Reading step curves, and who is at risk."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.competing_events import aalen_johansen
from abate.stats.curves import number_at_risk, share_at
from abate.stats.survival import kaplan_meier


def test_at_risk_counts_those_who_end_at_that_very_time():
    assert number_at_risk([5, 3, 3, 8], [0, 3, 3.1, 8, 9]).tolist() == [4, 4, 2, 1, 0]
    assert number_at_risk([], [0, 1]).tolist() == [0, 0]


def test_a_curve_holds_its_share_until_the_next_step():
    curve = kaplan_meier([2, 4, 6, 8], [True, True, False, False])
    assert [share_at(curve, time).value for time in (0, 1.9, 2, 3, 4, 8)] == [1, 1, 0.75, 0.75, 0.5, 0.5]


def test_before_the_first_step_there_is_no_interval():
    before, after = kaplan_meier([2, 4], [True, False]), aalen_johansen([2, 4], [1, 0])
    assert share_at(before, 1).reason == "a share of 1 has no interval on this scale"
    assert share_at(after, 1).reason == "a share of 0 has no interval on this scale"


def test_beyond_the_last_observed_time_nothing_is_known():
    curve = kaplan_meier([2, 4], [True, False])
    estimate = share_at(curve, 4.5)
    assert (estimate.value, estimate.lower, estimate.reason) == (None, None, "nobody was observed beyond 4")


def test_once_everybody_has_had_an_event_the_future_is_known():
    assert share_at(kaplan_meier([2, 4], [True, True]), 99).value == 0.0
    assert share_at(aalen_johansen([2, 4], [1, 2]), 99).value == 0.5


def test_an_incidence_with_people_still_waiting_is_unknown_beyond():
    "Kind 1 has reached one half, and one person of kind 0 waits: unlike above, the future is open."
    assert share_at(aalen_johansen([2, 4], [1, 0]), 99).reason == "nobody was observed beyond 4"


@pytest.mark.parametrize("time", [-1, float("nan"), float("inf")])
def test_an_impossible_time_is_refused(time):
    with pytest.raises(ParameterError, match="time must be a finite number of at least 0"):
        share_at(kaplan_meier([2], [True]), time)


@pytest.mark.parametrize("estimate", [lambda d, e: kaplan_meier(d, e), lambda d, e: aalen_johansen(d, e)])
def test_wrong_durations_are_refused(estimate):
    with pytest.raises(ParameterError, match="durations must be at least 0; 1 of 2 are below"):
        estimate([-1, 2], [1, 0])
    with pytest.raises(ParameterError, match="durations has 1 missing"):
        estimate([np.nan, 2], [1, 0])
    with pytest.raises(ParameterError, match="durations has 2"):
        estimate([1, 2], [1])


@pytest.mark.parametrize("curve", [kaplan_meier([], []), aalen_johansen([], [])])
def test_nobody_gives_an_empty_curve(curve):
    assert (curve.times.size, curve.share.size, curve.reason) == (0, 0, "there are no durations")
    assert share_at(curve, 1).reason == "there are no durations"
