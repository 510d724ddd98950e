"""Which difference is planned on, and when is planning refused?"""

from __future__ import annotations

import math

import pytest

from abate.trial.effect import PRE_POST, plan_effect
from abate.trial.errors import DirectionError, PrePostEffectError
from tests.unit.trial.plans import number, plan_data, plan_of, share


def effect_of(**changes):
    return plan_of(effect={**plan_data()["effect"], **changes}).effect


def test_the_difference_is_the_fall_less_all_that_a_control_arm_has():
    "4.1 - 0.8 - 1.8 - 0.3 = 1.2; variances 0.1024 + 0.16 + 0.36 + 0.09: by hand, as trial reference 3 has it."
    found = plan_effect(effect_of())
    assert found.mean == pytest.approx(1.2)
    assert found.sd == pytest.approx(math.sqrt(0.7124))
    assert [step.id for step in found.steps] == ["observed_fall", "regression_to_mean", "context", "bundle", "planned"]


def test_the_fall_left_brings_the_error_of_both_that_come_from_the_same_ratings():
    found = plan_effect(effect_of(fall_left=number(3.3, 0.35)))
    assert found.mean == pytest.approx(1.2)
    assert found.sd == pytest.approx(math.sqrt(0.35**2 + 0.6**2 + 0.3**2))


def test_the_spread_between_populations_widens_what_is_believed():
    assert plan_effect(effect_of(between_populations_sd=number(0.5))).sd == pytest.approx(math.sqrt(0.7124 + 0.25))


def test_a_fall_left_that_is_not_the_difference_of_its_parts_is_refused():
    with pytest.raises(ValueError, match=r"fall_left is 2, and observed_fall less regression_to_mean is 3\.3"):
        effect_of(fall_left=number(2.0, 0.3))


def test_nothing_left_to_plan_on_is_refused():
    with pytest.raises(DirectionError, match=r"left to be planned on is -0\.20 points"):
        plan_effect(effect_of(context=number(3.2, 0.6)))


def test_the_whole_fall_is_refused_as_a_difference_unless_the_file_says_so():
    with pytest.raises(PrePostEffectError, match=r"the whole observed fall \(4\.10\)"):
        plan_effect(effect_of(plan_on="typed", typed=number(4.1)))
    found = plan_effect(effect_of(plan_on=PRE_POST))
    assert found.mean == 4.1
    assert found.is_pre_post


def test_nothing_taken_off_is_the_whole_fall_too():
    nothing = {name: number(0.0, 0.1) for name in ("regression_to_mean", "context", "bundle")}
    with pytest.raises(PrePostEffectError):
        plan_effect(effect_of(**nothing))


def test_belief_adds_what_believing_does_times_the_difference_of_who_believes():
    belief = {"effect": number(1.0), "in_active": share(0.7), "in_control": share(0.4)}
    assert plan_effect(effect_of(belief=belief)).measured == pytest.approx(1.2 + 0.3)


def test_what_is_to_be_taken_off_has_to_be_given():
    effect = plan_data()["effect"]
    del effect["context"]
    with pytest.raises(ValueError, match="takes context off the fall"):
        plan_of(effect=effect)


def test_a_prior_is_weighed_by_precision():
    "Study 1.2 (0.8440), prior 0.6 (0.4): weight of the prior 0.7124 / (0.7124 + 0.16) = 0.8166; mean 0.7100, SD 0.3615, by hand."
    found = plan_effect(effect_of(prior=number(0.6, 0.4)))
    assert found.mean == pytest.approx(0.7100, abs=1e-4)
    assert found.sd == pytest.approx(0.3615, abs=1e-4)
    assert [step.id for step in found.steps][-2:] == ["prior", "planned"]


def test_a_prior_without_spread_is_refused():
    with pytest.raises(ValueError, match="prior needs se above 0"):
        effect_of(prior=number(0.6))
