"""How the numbers of a plan are said: shares in per cent, points, money, and the reason where there is no number."""

from dataclasses import replace

import pytest

from abate.contracts.plan_words import (
    describe_size,
    describe_value,
    describe_with_interval,
    is_share,
    say_arithmetic,
    say_headline,
    say_limit,
    say_unverified,
)
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import TrialPlan
from tests.plan_example import example_plan


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def without(id: str, **changes) -> TrialPlan:
    """The example with one number changed."""
    plan = example_plan()
    return replace(plan, estimates=tuple(replace(one, **changes) if one.id == id else one for one in plan.estimates))


def headline(plan: TrialPlan) -> str:
    return plain("".join(text for text, _ in say_headline(plan)))


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (Estimate(id="power.closed", quantity="power", value=0.8, lower=0.78, upper=0.82), "80 % (78 to 82 %)"),
        (Estimate(id="power.difference", quantity="difference", value=-0.021), "\u22122.1 percentage points"),
        (Estimate(id="beds.refused", quantity="share refused", value=0.07), "7 %"),
        (Estimate(id="effect.planned", quantity="difference", value=1.2, lower=-0.4, upper=2.8, unit="{points}"), "1.20 points (\u22120.40 to 2.80)"),
        (Estimate(id="accrual.months", quantity="months", value=48.0, unit="mo"), "48 months"),
        (Estimate(id="budget.total", quantity="cost", value=812000.0, unit="EUR"), "812 000 EUR"),
        (Estimate(id="x", quantity="x", value=None, reason="design.margin is not given"), "none: design.margin is not given"),
        (Estimate(id="x", quantity="x", value=None), "none"),
        (None, "not asked for"),
    ],
)  # fmt: skip
def test_a_number_is_said_with_its_unit_and_interval(estimate, said):
    assert plain(describe_with_interval(estimate)) == said


def test_a_share_is_known_by_its_id_or_its_words():
    assert is_share(Estimate(id="assurance.limit", quantity="limit", value=0.9))
    assert not is_share(Estimate(id="size.mmrm.per_arm", quantity="persons", value=64.0))


def test_without_assurance_the_sentence_ends_earlier():
    assert headline(without("assurance", value=None)).endswith("with 80 % probability if they are there.")


def test_without_simulated_power_the_closed_form_stands_in():
    assert "with 82 % probability" in headline(without("power.simulated", value=None))


def test_without_power_it_is_said_why():
    plan = replace(example_plan(), estimates=(example_plan().estimates[0],))
    assert headline(plan) == "A trial of 2 \u00d7 64 persons is planned for a difference of 1.20 points; how likely it is to find it is not known: it was not asked for."  # fmt: skip


def test_a_difference_of_zero_or_less_cannot_be_found():
    assert headline(without("effect.planned", value=-0.2, lower=None, upper=None)) == "Nothing is left to be found: the fall less what a control arm has too is \u22120.20 points."  # fmt: skip


def test_without_a_size_the_reason_stands_there():
    designs = tuple(
        replace(one, size_in_words="", total=None, size_reason="power cannot be reached")
        for one in example_plan().designs
    )
    assert (
        headline(replace(example_plan(), designs=designs))
        == "No size can be given for a difference of 1.20 points: power cannot be reached."
    )


def test_a_size_that_ends_in_a_noun_keeps_it():
    designs = (replace(example_plan().designs[0], size_in_words="31 pairs"),)
    assert describe_size(replace(example_plan(), designs=designs)) == "31 pairs"


def test_the_sum_has_its_signs():
    assert say_arithmetic(example_plan().effect_steps) == "4.10 \u2212 0.80 \u2212 1.80 \u2212 0.30 = 1.20 points"
    assert say_arithmetic(()) == ""


def test_the_unverified_are_counted():
    assert say_unverified(example_plan()) == "3 of 10 assumptions are unverified: nobody has measured them."
    assert say_unverified(replace(example_plan(), assumptions=())) == ""


def test_the_limit_is_said_where_it_is_known():
    assert plain(say_limit(example_plan())) == "No size brings the probability of success above 92 %."
    assert say_limit(without("assurance.limit", value=None)) == ""


def test_a_value_is_said_without_its_interval():
    assert describe_value(example_plan().estimates[0]) == "1.20 points"
