"""Erlang's formulas by hand, and the simulated queue against them."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.queues import (
    AdmissionsError,
    BedsError,
    SimulatedWeeksError,
    StayError,
    erlang_queue,
    simulate_queue,
)


def test_one_bed_by_hand():
    "M/M/1 with load 1/2: B = 1/3, C = 1/2, wait = 1/2 * stay / (1 - 1/2)."
    queue = erlang_queue(1, admissions_per_day=0.1, mean_stay_days=5)
    assert (queue.refused, queue.waits, queue.mean_wait) == pytest.approx((1 / 3, 0.5, 5.0))


def test_a_load_beyond_the_beds_has_no_wait():
    queue = erlang_queue(2, admissions_per_day=1, mean_stay_days=2)
    assert (queue.waits, queue.mean_wait, queue.mean_wait_constant) == (None, None, None)
    assert "never ends" in queue.reason
    assert queue.refused == pytest.approx(2 / 5)  # (2²/2!)/(1 + 2 + 2)


def test_exponential_stays_wait_as_erlang_says():
    stays = -np.log1p(-(np.arange(2000) + 0.5) / 2000) * 5  # exponential, mean near 5
    queue = erlang_queue(4, 3 / 7, float(stays.mean()))
    found = simulate_queue(4, 3, 0, stays, weeks=500, runs=40, seed=7).usual_alone
    assert found.mean_wait == pytest.approx(queue.mean_wait, abs=3.5 * found.mean_wait_error)
    assert found.share_waiting == pytest.approx(queue.waits, abs=0.02)


def test_constant_stays_wait_half_at_one_bed_and_between_at_several():
    "Pollaczek and Khinchin: at one bed exactly half of what exponential stays wait."
    one = simulate_queue(1, 0.7, 0, [5.0], weeks=2000, runs=20, seed=8).usual_alone
    assert one.mean_wait == pytest.approx(erlang_queue(1, 0.1, 5).mean_wait_constant, abs=3.5 * one.mean_wait_error)
    four, erlang = simulate_queue(4, 3, 0, [5.0], weeks=500, runs=20, seed=8).usual_alone, erlang_queue(4, 3 / 7, 5)
    assert erlang.mean_wait_constant < four.mean_wait < erlang.mean_wait


def test_bed_days_are_load():
    found = simulate_queue(6, 3, 1, [5.0], weeks=300, runs=10, seed=9)
    assert found.occupancy_alone == pytest.approx(3 * 5 / 7 / 6, rel=0.05)
    assert found.occupancy_with_trial == pytest.approx(4 * 5 / 7 / 6, rel=0.05)


def test_the_trial_changes_no_usual_admission():
    "The same numbers without the trial, whatever the trial adds."
    first = simulate_queue(4, 3, 0.5, [4, 5, 6], weeks=50, runs=5, seed=1)
    second = simulate_queue(4, 3, 2.0, [4, 5, 6], weeks=50, runs=5, seed=1, trial_weekday=0)
    assert first.usual_alone == second.usual_alone


def test_by_hand_one_bed_and_mondays():
    "No usual admissions, one bed: whoever comes on the same Monday waits for the one before."
    found = simulate_queue(1, 0, 1.0, [3.0], weeks=200, runs=5, seed=2, trial_weekday=0)
    assert found.usual_alone.mean_wait is None
    assert found.trial.mean_wait > 0
    lonely = simulate_queue(50, 0, 1.0, [3.0], weeks=20, runs=2, seed=2, trial_weekday=0)
    assert lonely.trial.mean_wait == 0


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (BedsError, lambda: erlang_queue(0, 1, 1)),
        (AdmissionsError, lambda: erlang_queue(1, 0, 1)),
        (StayError, lambda: erlang_queue(1, 1, 0)),
        (StayError, lambda: simulate_queue(1, 1, 1, [])),
        (StayError, lambda: simulate_queue(1, 1, 1, [2, 0])),
        (AdmissionsError, lambda: simulate_queue(1, 0, 0, [2])),
        (SimulatedWeeksError, lambda: simulate_queue(1, 1, 0, [2], runs=0)),
        (SimulatedWeeksError, lambda: simulate_queue(1, 1, 1, [2], trial_weekday=7)),
    ],
)
def test_mistakes(error, call):
    with pytest.raises(error):
        call()
