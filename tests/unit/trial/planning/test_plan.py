"""What does planning find, and what does it say where it finds nothing?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.trial.effect import plan_effect
from abate.trial.planning.closed import rated_trial
from abate.trial.planning.looks import TrialSize
from abate.trial.planning.plan import plan as plan_trial
from abate.trial.planning.responders import responder_shares
from abate.trial.planning.simulated import Simulator
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


def test_a_design_without_a_size_says_why_where_each_number_would_have_stood():
    found = plan_trial(plan_of(design={"kind": "crossover"}))
    assert "within_sd" in found.estimate("size.total").reason
    assert found.estimate("power.simulated").value is None
    assert found.estimate("power.simulated").reason
    assert found.looks == ()


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
