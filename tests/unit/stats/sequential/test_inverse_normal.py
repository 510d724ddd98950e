"""Stages together: with the planned sizes the usual trial, with other sizes still a standard normal sum."""

from __future__ import annotations

import math

import pytest

from abate.stats.sequential import FixedBounds, SpendingRule, after_stopping, named_spending, own_table, plan_design
from abate.stats.sequential.errors import ErrorRateError, PowerNotReachableError, StageError
from abate.stats.sequential.inverse_normal import (
    Stage,
    combine_stages,
    patients_for_power,
    power_with_more,
    score_still_needed,
    two_sample_stages,
)

OBRIEN = SpendingRule(spending=named_spending("obrien-fleming"))


def plan(looks=(0.4, 1.0), **others):
    return plan_design(looks, **({"alpha": 0.025, "sided": 1, "power": 0.9, "efficacy": OBRIEN} | others))


#: Information 4 and 6, as planned (0.4 : 0.6); together 10, estimate 0.4 * 0.5 + 0.6 * 0.9 = 0.74, z = 0.74 * sqrt(10).
PLANNED = [Stage(estimate=0.5, standard_error=1 / 2), Stage(estimate=0.9, standard_error=1 / math.sqrt(6))]


def test_with_the_planned_sizes_it_is_the_usual_statistic():
    assert combine_stages(plan(), PLANNED).combined_z == pytest.approx((1.0, 0.74 * math.sqrt(10)))


def test_with_the_planned_sizes_the_final_result_is_the_usual_one():
    found = combine_stages(plan(), PLANNED).stopped
    usual = after_stopping(plan(), look=2, z=0.74 * math.sqrt(10), standard_error=1 / math.sqrt(10))
    assert found is not None
    assert found.p_value == pytest.approx(usual.p_value, abs=1e-12)
    assert (found.estimate, found.lower, found.upper) == pytest.approx(
        (usual.effect, usual.effect_lower, usual.effect_upper), abs=1e-8
    )


def test_a_repeated_interval_is_estimate_and_critical_value_times_error():
    design = plan()
    found = combine_stages(design, PLANNED)
    error = 1 / math.sqrt(10)
    assert found.repeated_lower[1] == pytest.approx(0.74 - design.efficacy_z[1] * error)
    assert found.repeated_upper[1] == pytest.approx(0.74 + design.efficacy_z[1] * error)


def test_a_look_that_cannot_stop_has_no_limits():
    never = plan(efficacy=SpendingRule(spending=own_table((0.4, 1.0), (0.0, 1.0))))
    found = combine_stages(never, PLANNED[:1])
    assert (found.repeated_lower[0], found.repeated_upper[0]) == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("estimate", "futility", "ended"),
    [(3.0, None, 1), (0.4, None, None), (-0.1, None, None), (-0.1, FixedBounds(z=(0.0,)), 1)],
)
def test_a_trial_goes_on_between_its_bounds(estimate, futility, ended):
    found = combine_stages(plan(futility=futility), [Stage(estimate=estimate, standard_error=0.5)])
    assert (found.stopped.stage if found.stopped else None) == ended


def test_two_sides_reject_below_too():
    found = combine_stages(plan(alpha=0.05, sided=2), [Stage(estimate=-3.0, standard_error=0.5)])
    assert found.rejected_at == 1
    assert found.stopped.upper < 0


def test_a_stage_too_far_out_for_its_p_value_still_has_a_score():
    found = combine_stages(plan(), [Stage(estimate=90.0, standard_error=0.5, df=30)])
    assert found.combined_z[0] > 9


def test_more_patients_give_the_power_that_was_asked_for():
    design = plan()
    more = patients_for_power(design, 1.2, 1, effect=1.0, sd=2.0, power=0.85)
    assert power_with_more(design, 1.2, 1, effect=1.0, sd=2.0, more_per_arm=more) == pytest.approx(0.85)


def test_none_are_needed_where_the_answer_is_as_good_as_there():
    assert patients_for_power(plan(), 6.0, 1, effect=1.0, sd=2.0, power=0.5) == 0


def test_the_score_still_needed_by_hand():
    design = plan()
    expected = (design.efficacy_z[1] - math.sqrt(0.4) * 1.2) / math.sqrt(0.6)
    assert score_still_needed(design, 1.2, 1) == pytest.approx(expected)


GOOD = {"n_1": [20], "n_2": [20], "mean_1": [2], "mean_2": [1], "sd_1": [2], "sd_2": [2]}


@pytest.mark.parametrize("wrong", [{"n_1": [1]}, {"sd_2": [0]}])
def test_a_stage_that_cannot_be_tested_is_refused(wrong):
    with pytest.raises(StageError, match="at least 2 patients"):
        two_sample_stages(**(GOOD | wrong))


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([], "results of 0"),
        ([PLANNED[0]] * 3, "results of 3"),
        ([Stage(estimate=1, standard_error=0)], "stage 1"),
        ([Stage(estimate=1, standard_error=1, df=0)], "degrees of freedom"),
        ([Stage(estimate=1, standard_error=1, known_error=-1)], "known error"),
    ],
)
def test_stages_that_do_not_fit_are_refused(stages, words):
    with pytest.raises(StageError, match=words):
        combine_stages(plan(), stages)


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(PowerNotReachableError, match="must be above 0"):
        patients_for_power(plan(), 1.0, 1, effect=0.0, sd=1.0, power=0.9)
    with pytest.raises(ErrorRateError, match="power"):
        patients_for_power(plan(), 1.0, 1, effect=1.0, sd=1.0, power=1.0)
    with pytest.raises(StageError, match="before the last"):
        score_still_needed(plan(), 1.0, 2)
    with pytest.raises(StageError, match="more_per_arm"):
        power_with_more(plan(), 1.0, 1, effect=1.0, sd=1.0, more_per_arm=0)
