"""Has every design its arms, and is what only an author knows marked?"""

from __future__ import annotations

from typing import get_args

import pytest

from abate.contracts.plan_file import DesignKind
from abate.trial.designs.author_marks import left_to_author
from abate.trial.designs.blinding_choices import ASKED, ASKED_WHEN, blinding_choices
from abate.trial.designs.default_arms import Course, default_arms

COURSE = Course(drug="ketamine", days=5, ceiling="0.5 mg/kg/h", other_drug="lidocaine", doses=(0, 0.1, 0.5))
COUNTS = {"three arms": 3, "dose-ranging": 3, "single-arm two-stage": 1}


@pytest.mark.parametrize("kind", get_args(DesignKind))
def test_every_design_has_its_arms_with_a_text(kind):
    arms = default_arms(kind, COURSE)
    assert len(arms) == COUNTS.get(kind, 2)
    assert all(arm.text for arm in arms)
    assert arms[-1 if kind != "dose-ranging" else 0].role != "active" or len(arms) == 1


def test_an_active_placebo_of_ketamine_is_named_and_its_dose_left_to_an_author():
    placebo = default_arms("parallel", COURSE)[1]
    assert placebo.role == "control"
    assert placebo.text.startswith("midazolam as a continuous infusion, or ketamine at a very low dose")
    assert left_to_author(placebo.text) == ("which of the two, its dose cap and monitoring of sedation",)


def test_an_active_placebo_of_another_drug_is_left_to_an_author():
    placebo = default_arms("parallel", Course(drug="lidocaine", days=5))[1]
    assert left_to_author(placebo.text) == ("an active placebo that feels like lidocaine, its dose and monitoring",)


def test_a_ceiling_that_is_known_is_not_asked_for():
    assert not left_to_author(default_arms("parallel", COURSE)[0].text)
    assert left_to_author(default_arms("parallel", Course(drug="ketamine", days=5))[0].text)


def test_each_assigned_ceiling_is_an_arm_and_none_is_the_placebo():
    arms = default_arms("dose-ranging", COURSE)
    assert [arm.name for arm in arms] == ["active placebo", "ketamine, 0.1 mg/kg/h", "ketamine, 0.5 mg/kg/h"]
    unknown = default_arms("dose-ranging", Course(drug="ketamine", days=5))
    assert left_to_author(unknown[-1].text) == ("the ceilings that are assigned",)


def test_without_another_drug_an_author_names_it():
    arm = default_arms("non-inferiority", Course(drug="ketamine", days=5))[1]
    assert arm.role == "other drug"
    assert left_to_author(arm.name) == ("the other drug",)


def test_what_can_be_done_against_guessing_depends_on_the_design():
    parallel, crossover, cluster = (blinding_choices(kind) for kind in ("parallel", "crossover", "cluster"))
    assert len(parallel) > len(crossover) > len(cluster) > 0
    assert not any("never had the drug" in choice.choice for choice in crossover)
    assert blinding_choices("single-arm two-stage") == ()


def test_a_means_that_nobody_has_shown_to_help_is_unverified():
    sources = [choice.shown_source for choice in blinding_choices("parallel")]
    assert any(source.endswith("; unverified") for source in sources)
    assert any("Wilkinson" in source and "unverified" not in source for source in sources)


def test_guesses_are_asked_of_three_and_three_times():
    assert len(ASKED) == len(ASKED_WHEN) == 3
