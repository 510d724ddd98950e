"""Do size, power, assurance and what they hang on fit each other?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.trial.effect import plan_effect
from abate.trial.planning.curves import size_curves
from abate.trial.planning.power import assurance_limit, assurance_of, assurance_through, closed_power, power_needed
from abate.trial.planning.tornado import tornado_bars
from abate.trial.two_arms.closed import ancova_size, mmrm_size, rated_trial, unadjusted_size
from abate.trial.two_arms.looks import TrialSize, characteristics_rows, look_rows, plan_looks
from abate.trial.two_arms.pace import Pace
from tests.unit.trial.plans import number, plan_data, plan_of, share

NO_LOOKS = {"looks": None}


def test_the_power_of_a_size_is_that_of_the_closed_form():
    plan = plan_of(**NO_LOOKS)
    trial = rated_trial(plan)
    size = mmrm_size(trial, plan, effect=1.2, power=0.8)
    assert float(closed_power(trial, plan, size.total, None).at(1.2)) == pytest.approx(0.8, abs=1e-6)


def test_with_looks_the_power_asked_for_is_reached():
    plan = plan_of()
    trial, design = rated_trial(plan), plan_looks(plan)
    size = mmrm_size(trial, plan, effect=1.2, power=power_needed(plan, design))
    assert float(closed_power(trial, plan, size.total, design).at(1.2)) == pytest.approx(0.8, abs=1e-3)


def test_without_a_difference_power_is_the_level_of_one_side():
    plan = plan_of(**NO_LOOKS)
    power = closed_power(rated_trial(plan), plan, 100, None)
    assert float(power.at(0.0)) == pytest.approx(0.025, abs=1e-9)
    assert float(power.at(-1.0)) < 0.025


def test_the_baseline_and_the_days_before_save_participants():
    plan = plan_of(**NO_LOOKS)
    trial = rated_trial(plan)
    sizes = [make(trial, plan, effect=1.2, power=0.8).total for make in (mmrm_size, ancova_size, unadjusted_size)]
    assert sizes == sorted(sizes)


def test_a_known_difference_has_an_assurance_that_is_its_power():
    plan = plan_of(**NO_LOOKS, effect={"plan_on": "typed", "typed": number(1.2)})
    effect = plan_effect(plan.effect)
    power = closed_power(rated_trial(plan), plan, 90, None)
    assert assurance_of(power, effect) == pytest.approx(float(power.at(1.2)))
    assert assurance_limit(power, effect) == 1.0


def test_assurance_is_the_mean_of_the_power_over_what_is_believed():
    "By 200,000 draws from the normal, Monte Carlo error below 0.001."
    plan = plan_of()
    effect = plan_effect(plan.effect)
    power = closed_power(rated_trial(plan), plan, 90, plan_looks(plan))
    drawn = np.random.default_rng(1).normal(effect.mean, effect.sd, 200_000)
    assert assurance_of(power, effect) == pytest.approx(float(power.at(drawn).mean()), abs=0.003)


def test_curves_rise_and_assurance_stays_below_its_limit():
    plan = plan_of()
    effect, design = plan_effect(plan.effect), plan_looks(plan)
    curves = {
        curve.id: [point.y for point in curve.points]
        for curve in size_curves(rated_trial(plan), plan, effect, 90, design)
    }
    assert all(np.all(np.diff(values) > 0) for values in curves.values())
    limit = assurance_limit(closed_power(rated_trial(plan), plan, 90, design), effect)
    assert max(curves["assurance"]) < limit


def test_the_tornado_names_the_difference_first_and_knows_what_lowers_power():
    bars = tornado_bars(rated_trial(plan_of()), plan_of(), plan_effect(plan_of().effect), 90, None)
    assert bars[0].id == "effect"
    spread = next(bar for bar in bars if bar.id == "ratings.sd")
    assert spread.power_low > spread.power_high
    widths = [abs(bar.power_high - bar.power_low) for bar in bars]
    assert widths == sorted(widths, reverse=True)


def test_what_is_taken_as_known_has_no_bar():
    data = plan_data()
    plan = plan_of(
        ratings={**data["ratings"], "df": None},
        retention={**data["retention"], "n": None},
        effect={"plan_on": "typed", "typed": number(1.2)},
    )
    assert tornado_bars(rated_trial(plan), plan, plan_effect(plan.effect), 90, None) == ()


def test_looks_tell_when_how_many_and_what_stops():
    plan = plan_of()
    design = plan_looks(plan)
    size = TrialSize(per_arm=(50, 50), standard_error=0.43)
    first, last = look_rows(design, size, Pace(per_month=2.0, outcome_months=0.5))
    assert (first.participants, first.month, first.in_pipeline) == (50, 25.5, 1.0)
    assert first.efficacy_z == pytest.approx(
        2.9626, abs=1e-4
    )  # rpact 3.3.4, efficacy-lan-demets-obrien-fleming-k2-1sided
    assert last.futility_z is None


def test_futility_costs_little_where_there_is_an_effect_and_saves_where_there_is_none():
    plan = plan_of()
    design = plan_looks(plan)
    size = TrialSize(per_arm=(50, 50), standard_error=1.2 / design.drift)
    none, _, planned, _ = characteristics_rows(design, size, 1.2, Pace(per_month=2.0, outcome_months=0.5))
    assert none.reject <= 0.025
    assert none.expected_participants < planned.expected_participants < 100
    assert planned.reject == pytest.approx(0.8, abs=1e-6)
    assert planned.expected_with_overrun > planned.expected_participants


def test_no_looks_are_no_design():
    assert plan_looks(plan_of(looks=None)) is None
    assert plan_looks(plan_of(looks={"information": [1.0]})) is None


def test_more_who_leave_need_more():
    fewer = plan_of(**NO_LOOKS, retention={**plan_data()["retention"], "seen": [0.9, 0.7, 0.5]})
    sizes = [mmrm_size(rated_trial(plan), plan, effect=1.2, power=0.8).total for plan in (plan_of(**NO_LOOKS), fewer)]
    assert sizes[0] < sizes[1]


def test_belief_moves_the_measured_difference_only():
    belief = {"effect": number(1.0, 0.5), "in_active": share(0.7), "in_control": share(0.4)}
    plan = plan_of(effect={**plan_data()["effect"], "belief": belief})
    bars = tornado_bars(rated_trial(plan), plan, plan_effect(plan.effect), 90, None)
    bar = next(bar for bar in bars if bar.id == "effect.belief")
    assert (bar.low, bar.high) == (pytest.approx(1.2), pytest.approx(1.5))


def test_a_classic_shape_may_take_the_place_of_a_spending_function():
    "rpact 3.3.4, classic-haybittle-peto-k2-2sided: 3 at the first look, and the last solved for the whole level."
    design = plan_looks(plan_of(looks={"shape": "haybittle-peto", "futility": "none"}))
    assert design.efficacy_z[0] == 3.0
    assert design.efficacy_z[1] == pytest.approx(1.9673, abs=1e-4)


def test_the_planned_size_says_what_it_can_find():
    plan = plan_of(**NO_LOOKS)
    trial = rated_trial(plan)
    size = mmrm_size(trial, plan, effect=1.2, power=0.8)
    assert mmrm_size(trial, plan, effect=None, power=0.8, total=size.total).effect == pytest.approx(1.2, abs=1e-6)


def test_assurance_through_one_power_is_the_normal_closed_form():
    "Power 0.8 at 1.2: s = 1.2 / (1.95996 + 0.84162) = 0.42833; Phi((1.2 - 1.95996 s) / sqrt(s^2 + 0.5^2)) = Phi(0.54754) = 0.70800."
    effect = plan_effect(plan_of(effect={"plan_on": "typed", "typed": number(1.2, 0.5)}).effect)
    assert assurance_through(effect, 0.8, 0.025) == pytest.approx(0.70800, abs=2e-5)
