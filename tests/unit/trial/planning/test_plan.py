"""What does planning find, and what does it say where it finds nothing?"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache
from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError

from abate.base.errors import ParameterError
from abate.contracts.plan_file import TWO_ARM_KINDS, DesignKind
from abate.trial.assumptions import describe_assumptions
from abate.trial.effect import plan_effect
from abate.trial.planning.conduct import plan_conduct
from abate.trial.planning.other import PLAYS
from abate.trial.planning.plan import plan as plan_trial
from abate.trial.planning.responders import responder_shares, response_of
from abate.trial.planning.simulated import Simulator
from abate.trial.planning.words import limits_of, limits_of_allocation
from abate.trial.simulate import Response
from abate.trial.two_arms.closed import rated_trial
from abate.trial.two_arms.looks import TrialSize
from tests.unit.trial.plans import number, plan_data, plan_of, share

SIZE = TrialSize(per_arm=(40, 40), standard_error=0.4)


@pytest.fixture(scope="module")
def found():
    return plan_trial(plan_of(response={"rule": "points_2"}))


def simulator(**sections):
    plan = plan_of(**sections)
    return Simulator(plan=plan, effect=plan_effect(plan.effect), design=None, pace=None)


def test_every_number_is_there_or_has_its_reason(found):
    for row in found.estimates:
        assert (row.value is None) == (row.reason is not None), row.id


def test_ids_stand_once(found):
    assert len({row.id for row in found.estimates}) == len(found.estimates)


def test_closed_and_simulated_power_stand_beside_each_other_with_their_difference(found):
    closed, simulated, difference = (
        found.estimate(f"power.{name}").value for name in ("closed", "simulated", "difference")
    )
    assert difference == pytest.approx(closed - simulated)
    assert abs(difference) < 0.12  # 200 trials: Monte Carlo error 0.03


def test_the_chosen_design_has_the_planned_size(found):
    chosen = next(row for row in found.designs if row.is_chosen)
    assert chosen.total == found.estimate("size.total").value


def test_what_the_plan_does_not_say_is_asked_for(found):
    assert "add [accrual]" in found.estimate("accrual.months").reason
    assert "add [[costs]]" in found.estimate("budget.total").reason


def test_assumptions_that_nobody_has_measured_are_warned_of(found):
    assert any("assumptions nobody has measured" in warning for warning in found.warnings)


def test_the_same_plan_gives_the_same_numbers(found):
    again = plan_trial(plan_of(response={"rule": "points_2"}))
    assert again == replace(found)


#: What each design needs beside the small plan.
OTHERS = {
    "three arms": {},
    "crossover": {},
    "randomised withdrawal": {"hazard_ratio": number(0.4)},
    "dose-ranging": {},
    "non-inferiority": {"margin": number(1.2)},
    "single-arm two-stage": {},
    "cluster": {"icc": number(0.02), "clusters": 9},
    "stepped wedge": {"icc": number(0.05), "clusters": 10},
    "n-of-1": {},
}
NOT_DRAWN = {"randomised withdrawal", "non-inferiority", "single-arm two-stage"}


@cache
def planned(kind):
    return other(kind)


def other(kind, **sections):
    made_up = {"basis": "typed", "source": "made up"}
    given = {
        "response": {"rule": "points_2", "active": share(0.7, 50), "control": share(0.35, 50)},
        "follow_up": {"lost": share(0.1), "sustained": share(0.4), "day": 38},
        "repeats": {"courses_per_person": 1.2, "icc": 0.5, **made_up},
        "effect": {"plan_on": "typed", "typed": number(1.2, 0.4)},
    }
    return plan_trial(plan_of(**{**given, **sections, "design": {"kind": kind, **OTHERS[kind]}}))


def test_every_design_is_either_two_arms_or_played():
    assert set(PLAYS) == set(OTHERS) == set(get_args(DesignKind)) - TWO_ARM_KINDS


@pytest.mark.parametrize("kind", OTHERS)
def test_every_other_design_has_its_power_by_closed_form_and_by_simulation(kind):
    found = planned(kind)
    closed, simulated, difference = (found.estimate(f"power.{name}") for name in ("closed", "simulated", "difference"))
    assert 0.78 < closed.value < 0.9
    assert difference.value == pytest.approx(closed.value - simulated.value)
    assert abs(difference.value) < 3.5 * simulated.standard_error + 0.03
    assert simulated.lower < simulated.value < simulated.upper
    assert "simulated trials, seed 1; 0 fits failed" in simulated.method
    assurance = found.estimate("assurance.simulated")
    assert (assurance.value is None) == (kind in NOT_DRAWN) == (assurance.reason is not None)
    if kind not in NOT_DRAWN:
        assert abs(found.estimate("assurance").value - assurance.value) < 3.5 * assurance.standard_error + 0.04
        # P(N(1.2, 0.4) > 0), by hand
        assert found.estimate("assurance.limit").value == pytest.approx(0.99865, abs=1e-5)
    assert all((row.value is None) == (row.reason is not None) for row in found.estimates)


def test_three_arms_show_either_dose_more_often_than_one_and_both_less_often():
    found = planned("three arms")
    either, one, both = (
        found.estimate(f"power.{name}").value for name in ("either_dose.simulated", "simulated", "both_doses.simulated")
    )
    assert both < one < either


def test_a_design_without_a_size_says_why_where_each_number_would_have_stood():
    found = plan_trial(plan_of(design={"kind": "crossover"}))
    assert "within_sd" in found.estimate("size.total").reason
    for name in ("power.closed", "power.simulated", "power.difference", "assurance.simulated"):
        assert "has no size" in found.estimate(name).reason
    assert found.looks == ()


def test_responders_have_a_power_of_their_own(found):
    closed, simulated = (found.estimate(f"power.responders.{name}").value for name in ("closed", "simulated"))
    assert 0.8 <= closed < 0.82
    assert found.estimate("power.responders.difference").value == pytest.approx(closed - simulated)
    assert abs(closed - simulated) < 0.15  # normal ratings against whole ones from 0 to 10


@pytest.mark.parametrize(
    ("rule", "scale", "expected"),
    [
        ("points_2", (0, 10), Response(points=2.0)),
        ("points_20", (0, 100), Response(points=2.0)),
        ("percent_30", (0, 100), Response(percent=30.0)),
        ("at_most_3", (0, 10), Response(at_most=3.0)),
        ("at_most_6", (1, 11), Response(at_most=5.0)),
    ],
)
def test_a_rule_is_carried_to_the_simulated_scale(rule, scale, expected):
    ratings = {**plan_data()["ratings"], "lowest": scale[0], "highest": scale[1]}
    assert response_of(plan_of(response={"rule": rule}, ratings=ratings)) == expected


def test_a_percentage_of_a_scale_that_begins_above_0_is_refused():
    ratings = {**plan_data()["ratings"], "lowest": 1, "highest": 11}
    with pytest.raises(ParameterError, match="begins at 1"):
        response_of(plan_of(response={"rule": "percent_30"}, ratings=ratings))


def rescue(**changes):
    made_up = {"basis": "assumed", "source": "made up"}
    return {
        "in_active": {"share": 0.1, **made_up},
        "in_control": {"share": [0.1, 0.2, 0.3], **made_up},
        "points": number(1.5),
        **changes,
    }


def test_rescue_is_simulated_as_the_plan_says():
    model = simulator(rescue=rescue(depends_on_pain=number(0.4))).model(SIZE, 1.2)
    assert np.asarray(model.rescue.share).tolist() == [[0.1, 0.2, 0.3], [0.1, 0.1, 0.1]]
    assert (model.rescue.points, model.rescue.slope, model.rescue.strategy) == (1.5, 0.4, "treatment policy")
    earlier = simulator(rescue=rescue(), design={"primary_day": 2}).model(SIZE, 1.2)
    assert np.asarray(earlier.rescue.share).tolist() == [[0.1, 0.2], [0.1, 0.1]]


def test_rescue_in_the_control_arm_costs_power():
    """On the primary day 0.3 of the control and 0.1 of the active arm fall by 1.5 points more: the difference is 0.3 less."""
    none, some = (simulator(**given) for given in ({}, {"rescue": rescue()}))
    with_none, with_some = (each.run(SIZE).summary for each in (none, some))
    assert with_some.true_value.value - with_none.true_value.value == pytest.approx(0.3, abs=0.03)
    assert with_some.success.value < with_none.success.value


def test_rescue_stands_among_the_assumptions_and_is_said_not_to_be_in_the_closed_form():
    planned = simulator(rescue=rescue())
    rows = {row.id: row for row in describe_assumptions(planned.plan)}
    assert rows["rescue.in_control"].value == 0.3
    assert rows["rescue.in_control"].is_unverified
    assert "0.10, 0.20, 0.30" in rows["rescue.in_control"].shown
    assert "treatment policy" in rows["rescue.points"].quantity
    assert any("closed forms take no notice" in limit for limit in planned.limits(SIZE))


@pytest.mark.parametrize(("strategy", "is_said"), [("treatment policy", False), ("hypothetical", True)])
def test_a_strategy_for_rescue_that_is_not_the_estimands_is_said(strategy, is_said):
    events = [{"event": "Rescue drug", "strategy": "treatment policy"}]
    estimand = {**plan_data()["estimand"], "events": events}
    plan = plan_of(rescue=rescue(strategy=strategy), estimand=estimand)
    limits = limits_of(plan, plan_effect(plan.effect))
    assert any("estimand takes rescue by treatment policy" in limit for limit in limits) == is_said


def test_three_arms_take_rescue_and_too_little_power_is_said():
    found = other("three arms", rescue=rescue(points=number(3.0)), simulation={"trials": 100, "seed": 1})
    assert any("less than the 80 % asked for" in limit for limit in found.limits)


def test_a_design_that_cannot_take_rescue_says_so():
    assert "Rescue is not simulated in this design." in other("crossover", rescue=rescue()).limits


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"in_active": {"share": [0.1, 0.2], "basis": "typed", "source": "x"}}, "rescue.in_active.share has 2 values"),
        ({"in_active": {"share": [1.0], "basis": "typed", "source": "x"}}, "less than 1"),
        ({"points": number(-1.0)}, "rescue lowers a rating"),
        ({"strategy": "composite"}, "treatment policy"),
    ],
)
def test_a_mistake_in_rescue_is_said(changes, said):
    with pytest.raises(ValidationError, match=said):
        plan_of(rescue=rescue(**changes))


def test_the_control_lies_above_the_active_arm_by_the_difference_on_the_primary_day():
    control, active = simulator().means(np.array([1.2]))[0]
    assert control[-1] - active[-1] == pytest.approx(1.2)
    assert control[0] == active[0]
    assert np.all(np.diff(control - active) > 0)


def test_another_scale_is_simulated_in_its_own_proportion():
    data = plan_data()["ratings"]
    wide = {
        **data,
        "highest": 100,
        "scale": "vas",
        "mean": [75, 65, 50, 34],
        "covariance": (np.array(data["covariance"]) * 100).tolist(),
    }
    effect = {"plan_on": "typed", "typed": number(12.0)}
    model = simulator(ratings=wide, effect=effect).model(SIZE, 12.0)
    control, active = np.asarray(model.mean)
    assert control[-1] - active[-1] == pytest.approx(1.2)
    assert not simulator(ratings=wide, effect=effect).is_whole


def test_ratings_cannot_spread_further_than_their_scale():
    wide = simulator().within_scale(np.eye(4)[None] * 100.0, np.full((1, 2, 4), 1.0))
    assert np.sqrt(wide[0, 0, 0, 0]) < np.sqrt(1.0 * 9.0)


def test_responders_come_from_the_same_ratings_as_the_means():
    """Fall of 2 points or more, whole ratings: P(N(4.1, s) >= 1.5), s^2 = 4 + 4 - 2 x 1.2 = 5.6, times 0.9 rated; by hand 0.777.

    The control falls 1.2 less: P(N(2.9, s) >= 1.5) x 0.9 = 0.651.
    """
    plan = plan_of(response={"rule": "points_2"})
    found = responder_shares(plan, rated_trial(plan), (7.5, 3.4, 4.6))
    assert found.active == pytest.approx(0.777, abs=1e-3)
    assert found.control == pytest.approx(0.651, abs=1e-3)


def test_a_rule_that_is_not_known_is_one_sentence():
    plan = plan_of(response={"rule": "much better"})
    with pytest.raises(ParameterError, match=r"response\.rule names no rule"):
        responder_shares(plan, rated_trial(plan), (7.5, 3.4, 4.6))


def test_a_covariance_that_no_ratings_can_have_offers_the_nearest_one():
    data = plan_data()["ratings"]
    impossible = [[4, 3.9, -3.9, 0], [3.9, 4, 3.9, 0], [-3.9, 3.9, 4, 0], [0, 0, 0, 4]]
    with pytest.raises(ParameterError, match="positive definite"):
        plan_trial(plan_of(ratings={**data, "covariance": impossible}))


def test_nobody_coming_is_said_where_the_months_would_have_stood():
    accrual = {"basis": "typed", "source": "made up", "seen": 0, "months": 12, "consent": share(0.5)}
    found = plan_trial(plan_of(accrual=accrual))
    assert found.estimate("accrual.months").value is None
    assert found.estimate("accrual.months").reason


def test_another_design_may_be_asked_of_the_same_assumptions():
    found = plan_trial(plan_of(), plan_of(design={"kind": "crossover"}).design)
    assert found.plan["design"]["kind"] == "crossover"


def test_methods_are_words():
    found = plan_trial(plan_of())
    for row in found.estimates:
        assert "(name=" not in row.method, row.id
    assert found.estimate("size.inflation").method == "obrien-fleming spending; beta: obrien-fleming spending"


def test_an_analysis_that_rejects_too_often_says_so():
    "docs/trial-type-one-error.md: Kenward-Roger as R's mmrm has it, 0.056 to 0.059; the linear one and Satterthwaite hold."
    limits = {df: plan_trial(plan_of(design={"df": df})).limits for df in ("kenward-roger", "satterthwaite")}
    assert any("rejects a little too often" in limit for limit in limits["kenward-roger"])
    assert not any("rejects a little too often" in limit for limit in limits["satterthwaite"])


def test_whatever_is_drawn_can_be_spread_on_the_scale():
    "Small studies draw wild spreads: none may be one that whole ratings of its mean cannot have."
    from abate.trial.simulate import Ordinal

    generator = np.random.default_rng(1)
    means = generator.uniform(0.3, 9.7, (300, 2, 4))
    sd = generator.uniform(0.05, 6.0, (300, 4))
    covariance = np.einsum("ni,nj->nij", sd, sd) * (0.5 + 0.5 * np.eye(4))
    told = simulator().within_scale(covariance, means)
    Ordinal().latent(means, np.sqrt(np.diagonal(told, axis1=2, axis2=3)))


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ({"effect": {"plan_on": "typed", "typed": number(-1.0)}}, r"effect\.typed is -1 points"),
        ({"effect": {"plan_on": "typed", "typed": number(0.001)}}, "no more than 20,000 are planned"),
        (
            {"ratings": {**plan_data()["ratings"], "covariance": np.diag([4.0, 0.0, 4.0, 4.0]).tolist()}},
            r"smallest variance of ratings\.covariance",
        ),
        ({"retention": {**plan_data()["retention"], "seen": [0.9, 0.95, 0.9]}}, r"rises from 0\.9 to 0\.95 on day 2"),
    ],
)
def test_a_plan_that_makes_no_sense_is_one_sentence(sections, sentence):
    with pytest.raises(ParameterError, match=sentence):
        plan_trial(plan_of(**sections))


def test_the_nearest_covariance_is_printed_for_the_file():
    impossible = [[4, 3.9, -3.9, 0], [3.9, 4, 3.9, 0], [-3.9, 3.9, 4, 0], [0, 0, 0, 4]]
    with pytest.raises(ParameterError, match=r"covariance = \[\[4, ") as caught:
        plan_trial(plan_of(ratings={**plan_data()["ratings"], "covariance": impossible}))
    printed = np.array(json.loads(str(caught.value).split("covariance = ")[1].rstrip(".")))
    assert np.all(np.linalg.eigvalsh(printed) > 0)


def test_a_trial_against_another_drug_needs_a_difference_from_it():
    arms = [{"name": "ketamine"}, {"name": "lidocaine", "role": "other drug"}]
    found = plan_trial(plan_of(design={"kind": "parallel, other drug"}, arms=arms))
    assert found.estimate("size.total").value is None
    assert "difference from the other drug" in found.estimate("size.total").reason


def test_a_trial_that_would_take_decades_says_so():
    accrual = {"basis": "typed", "source": "made up", "seen": 10, "months": 60, "consent": share(0.5)}
    assert any("it cannot be done as it stands" in limit for limit in plan_trial(plan_of(accrual=accrual)).limits)


def strata(levels: int) -> tuple[dict, ...]:
    return ({"name": "centre", "levels": [f"centre {number}" for number in range(levels)]},)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"strata": strata(30)}, "No allocation list can be made: 30 strata cannot be filled by 40 participants"),
        ({"strata": strata(5)}, "Allocation: 5 strata are many for 40 participants"),
        ({"participants": 30}, "[randomisation] has 30 participants, and the trial needs 40"),
        (
            {"ratio": (3, 1), "block_sizes": (6,)},
            "No allocation list can be made: a block size must be a multiple of 4",
        ),
    ],
)
def test_an_allocation_that_does_not_fit_the_size_is_said(section, said):
    assert any(said in limit for limit in limits_of_allocation(plan_of(randomisation=section), 40))


def test_an_allocation_that_fits_says_nothing():
    assert limits_of_allocation(plan_of(randomisation={"strata": strata(3)}), 40) == ()
    assert limits_of_allocation(plan_of(), 40) == ()


def test_the_plan_holds_what_is_said_of_its_allocation():
    found = plan_trial(plan_of(randomisation={"strata": strata(200)}, simulation={"trials": 100}))
    assert any("strata cannot be filled" in limit for limit in found.limits)


def cost(per: str) -> dict:
    return {"item": "a thing", "per": per, "low": 80, "likely": 100, "high": 120}


def budget_of(*costs: dict, **sections: dict):
    found = plan_conduct(plan_of(costs=costs, **sections), SIZE, None).estimates
    return next(row for row in found if row.id == "budget.total")


@pytest.mark.parametrize(("per", "section"), [("month", "[accrual]"), ("bed-day", "[stay]")])
def test_a_cost_whose_number_of_times_is_not_known_has_no_budget(per, section):
    total = budget_of(cost(per), cost("trial"))
    assert total.value is None
    assert section in total.reason


def test_costs_that_need_neither_months_nor_stay_add_up_without_them():
    assert budget_of(cost("participant"), cost("trial")).value == pytest.approx(100 * (80 + 1), rel=0.01)


STAY = {"basis": "typed", "source": "made up", "mean": 5.0, "sd": 1.0}


def test_who_is_given_two_courses_lies_twice():
    twice = replace(SIZE, courses_each=2)
    plan = plan_of(stay=STAY, costs=(cost("bed-day"),))
    once_rows, twice_rows = (
        {row.id: row for row in plan_conduct(plan, size, None).estimates} for size in (SIZE, twice)
    )
    assert twice_rows["beds.days"].value == 2 * once_rows["beds.days"].value == 2 * 80 * 5.0
    assert twice_rows["budget.total"].value == pytest.approx(2 * once_rows["budget.total"].value)
    assert "2 courses each" in twice_rows["beds.days"].quantity


@pytest.mark.parametrize(("kind", "courses"), [("crossover", 2), ("n-of-1", 6), ("three arms", 1)])
def test_the_courses_of_a_design_are_counted_in_its_beds(kind, courses):
    found = plan_trial(plan_of(stay=STAY, design={"kind": kind, "within_sd": number(1.5)}, simulation={"trials": 100}))
    arms = len(found.plan["arms"])
    persons = math.ceil(found.estimate("size.total").value / arms) * arms
    assert found.estimate("beds.days").value == pytest.approx(persons * courses * 5.0)
