"""What do the drafts of each design say? Nothing that is true of another design only, and nothing that has not run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from abate.contracts.draft import ItemStatus
from abate.contracts.plan_file import TWO_ARM_KINDS, DesignKind
from abate.contracts.plan_view import OPEN_KINDS, UNMASKED_KINDS, PlanView
from abate.contracts.plan_words import say_headline
from abate.contracts.trial_plan import DesignRow
from abate.trial.designs.catalogue import catalogue
from abate.trial.documents import write_drafts
from tests.plan_example import example_plan, example_plan_file
from tests.unit.trial.documents.test_documents import drafts_of, items_of, words_of

KINDS = get_args(DesignKind)
OTHERS = [kind for kind in KINDS if kind not in TWO_ARM_KINDS]


def plan_of(kind, *, has_size=True, **changes):
    """The example planned as another design; nobody changed anything in the file but the kind."""
    entry = catalogue()[kind]
    row = DesignRow(
        kind=kind,
        title=entry.title,
        rank=1,
        is_chosen=True,
        can_answer=True,
        answers=entry.answers,
        against=entry.against,
        reasons=(),
        primary=f"{entry.primary}. {entry.analysis}",
        total=64 if has_size else None,
        size_in_words="2 x 32" if has_size else "",
        size_reason=None if has_size else "design.margin is not given.",
    )
    plan = example_plan()
    file = example_plan_file(**changes)
    file["design"] = {**file["design"], "kind": kind}
    looks = plan.looks if kind in TWO_ARM_KINDS else ()
    return replace(
        plan,
        designs=(row,),
        plan=file,
        looks=looks,
        characteristics=plan.characteristics if looks else (),
    )


def all_words(plan) -> str:
    texts = "\n".join(words_of(draft) for draft in drafts_of(plan).values())
    return f"{texts}\n{write_drafts(plan).registration}"


def test_what_can_be_hidden_is_as_the_catalogue_says():
    blinding = {kind: entry.blinding for kind, entry in catalogue().items()}
    assert {kind for kind in blinding if blinding[kind] in ("open", "none")} == OPEN_KINDS
    assert {kind for kind in blinding if blinding[kind] == "unmasked"} == UNMASKED_KINDS


@pytest.mark.parametrize("kind", OTHERS)
def test_only_two_arms_have_a_call_that_has_run(kind):
    words = all_words(plan_of(kind))
    assert "On simulated trials this call" not in words
    assert "The model was fitted" not in words
    assert example_plan().call not in words
    assert f"Model: {example_plan().model}" not in words


@pytest.mark.parametrize("kind", KINDS)
def test_the_analysis_is_that_of_the_catalogue(kind):
    item = next(item for item in items_of(drafts_of(plan_of(kind))["sap"]) if item.number == "4")
    assert catalogue()[kind].analysis in item.text[0]


def test_one_arm_is_allocated_by_nobody_and_claims_nothing():
    plan = plan_of("single-arm two-stage")
    words, data = all_words(plan), write_drafts(plan).registration
    for false in ("Allocation 1:1", "Superiority", "Chance of", "Bang", "day 5 of the trial", "two-sided", "Guess"):
        assert false not in words
    assert (data["allocation"], data["masking"], data["model"]) == ("not randomised", ["none"], "single group")
    assert len(data["arms"]) == 1
    assert data["primary_outcomes"][0]["measure"] == "response by the study's rule"


@pytest.mark.parametrize("kind", ["cluster", "stepped wedge"])
def test_centres_are_assigned_and_nothing_is_hidden(kind):
    plan = plan_of(kind)
    words = all_words(plan)
    for false in ("nobody at the bedside", "Chance of", "Bang", "Allocation 1:1"):
        assert false not in words
    assert write_drafts(plan).registration["masking"] == ["none"]
    assert "with centre" in next(text for text in words.splitlines() if text.startswith("Rating on one fixed day."))


@pytest.mark.parametrize("kind", ["crossover", "n-of-1"])
def test_each_person_has_both(kind):
    plan = plan_of(kind)
    words, data = all_words(plan), write_drafts(plan).registration
    assert "Chance of" not in words
    assert "Bang" not in words
    assert "within a person" in words
    assert data["masking"] is None
    assert "masking" in data["needs author"]


def test_non_inferiority_has_its_margin_and_one_side():
    plan = plan_of("non-inferiority")
    margin = {"value": 1.0, "basis": "typed", "source": "typed"}
    plan.plan["design"]["margin"] = margin
    words, headline = all_words(plan), "".join(text for text, _ in say_headline(plan))
    assert "Superiority" not in words
    assert "Non-inferiority, margin 1.00 point (typed)." in words
    assert "Type I error 2.5\u202f%, one-sided." in words
    assert "a margin of 1.00 point, one-sided, where the drugs do not differ" in headline
    assert "1.2 points" not in headline


def test_withdrawal_looks_for_relapse():
    plan = plan_of("randomised withdrawal")
    data = write_drafts(plan).registration
    assert data["primary_outcomes"][0]["measure"].startswith("time from randomisation to relapse")
    assert data["primary_outcomes"][0]["time_frame"] is None
    assert "Relapses" in words_of(drafts_of(plan)["sap"])
    assert "hazard ratio" in "".join(text for text, _ in say_headline(plan))


@pytest.mark.parametrize("kind", ["three arms", "dose-ranging"])
def test_a_third_arm_that_the_file_lacks_is_asked_for(kind):
    item = next(item for item in items_of(drafts_of(plan_of(kind))["protocol"]) if item.label == "Interventions")
    assert item.status is ItemStatus.NEEDS_AUTHOR
    assert "three arms or more and the plan file names 2" in item.text[2]


@pytest.mark.parametrize("kind", OTHERS)
def test_looks_that_are_not_used_are_said(kind):
    for name, number in (("protocol", "28"), ("sap", "8"), ("committee_charter", "6")):
        item = next(
            item for item in items_of(drafts_of(plan_of(kind))[name]) if (item.number, item.label) == (number, "Looks")
        )
        assert item.origin == "[looks] stands in the plan file, and this design makes no use of it."


def test_without_a_size_the_rules_for_harm_still_stand():
    rule = {"event": "psychosis", "limit": 0.05}
    plan = replace(plan_of("non-inferiority", has_size=False, harm=[rule]), harm=(), estimates=())
    drafts = drafts_of(plan)
    said = "Psychosis: stop when the probability that more than 5\u202f% have it is above 95\u202f%, from 5 participants on"
    assert said in words_of(drafts["sap"])
    assert "The plan names none" not in words_of(drafts["sap"])
    assert "No size: design.margin is not given." in words_of(drafts["synopsis"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("has_size", [True, False])
def test_no_text_ends_twice_or_counts_one_as_many(kind, has_size):
    words = all_words(plan_of(kind, has_size=has_size))
    assert not re.search(r"\.\.|\.;|;\.|\. \.", words)
    assert not re.search(r"(?<!\.)\b1 (persons|points|participants|courses)\b", words)
    assert not re.search(r"\bnrs\b|points_2|visit_1", words)


def test_simulated_patients_are_no_earlier_patients():
    plan = example_plan()
    simulated = replace(plan, provenance=replace(plan.provenance, is_simulated=True))
    words = words_of(drafts_of(simulated)["consent_facts"])
    assert "In earlier patients" not in words
    assert "must be replaced" in words


def test_the_view_says_whether_the_call_has_run():
    assert PlanView(plan_of("parallel")).has_run
    assert not PlanView(plan_of("cluster")).has_run
