"""What the drafts of a plan hold: items in order, statuses, schedule, registration; nothing small of the study, nothing invented."""

import re
from dataclasses import replace
from typing import get_args

import pytest

from abate.contracts.draft import Draft, ItemStatus
from abate.contracts.plan_file import DesignKind
from abate.contracts.plan_view import PlanView
from abate.trial.documents import write_drafts
from abate.trial.documents.design_models import MODELS
from abate.trial.documents.registration import UNKNOWN, describe_registration
from abate.trial.documents.schedule import PLANNED, PROPOSED, schedule_table
from tests.plan_example import PRE_POST, bare_plan, example_plan, example_plan_file, pre_post_plan

NAMES = ("synopsis", "protocol", "sap", "consent_facts", "schedule", "committee_charter")


def drafts_of(plan) -> dict[str, Draft]:
    made = write_drafts(plan)
    return {name: getattr(made, name) for name in NAMES}


def words_of(draft: Draft) -> str:
    """Everything that a draft says."""
    texts = [draft.title, draft.note]
    for section in draft.sections:
        texts += [section.heading, *section.paragraphs, section.code]
        texts += [text for item in section.items for text in (item.label, *item.text, item.origin)]
        texts += [cell for table in section.tables for row in (table.columns, *table.rows) for cell in row]
        texts += [text for table in section.tables for text in (table.title, table.note)]
    return "\n".join(texts)


def items_of(draft: Draft):
    return [item for section in draft.sections for item in section.items]


def with_design(**changes):
    file = example_plan_file()
    return replace(example_plan(), plan=example_plan_file(design={**file["design"], **changes}))


def test_the_protocol_has_the_34_items_in_their_order():
    numbers = [int(item.number) for item in items_of(drafts_of(example_plan())["protocol"])]
    assert sorted(set(numbers)) == list(range(1, 35))
    assert numbers == sorted(numbers)


def test_the_numbering_of_the_items_is_marked_unverified():
    drafts = drafts_of(example_plan())
    assert "numbering is unverified" in words_of(drafts["protocol"])
    assert "the list is unverified" in words_of(drafts["sap"])


@pytest.mark.parametrize("plan", [example_plan, bare_plan, pre_post_plan])
def test_an_item_is_filled_with_words_asks_an_author_or_says_why_not(plan):
    for draft in drafts_of(plan()).values():
        for item in items_of(draft):
            if item.status is ItemStatus.NOT_APPLICABLE:
                assert item.origin
                assert not item.text
            else:
                assert all(text.strip() for text in item.text)
                assert item.text


@pytest.mark.parametrize("plan", [example_plan, bare_plan, pre_post_plan])
def test_no_draft_says_none_or_nan(plan):
    for draft in drafts_of(plan()).values():
        assert not re.search(
            r"\b(None|nan|inf)\b",
            words_of(draft).replace("None before the end", "").replace("None of the", "").replace("None planned", ""),
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_warning_of_the_plan_goes_with_every_draft(name):
    assert drafts_of(pre_post_plan())[name].warnings == (PRE_POST,)


def test_a_plan_on_the_fall_never_calls_it_the_effect():
    drafts = drafts_of(pre_post_plan())
    for name in ("synopsis", "protocol"):
        assert "which is not the effect of the drug" in words_of(drafts[name])
        assert "what is left of the observed fall" not in words_of(drafts[name])
    assert "come from the drug, and the rest" not in words_of(drafts["consent_facts"])


def test_without_a_size_an_author_is_asked_with_the_reason():
    item = next(item for item in items_of(drafts_of(bare_plan())["protocol"]) if item.number == "19")
    assert item.status is ItemStatus.NEEDS_AUTHOR
    assert item.text == ("No size could be had: the covariance was not given.",)


def test_without_looks_the_item_does_not_apply():
    for name, number in (("protocol", "28"), ("sap", "8"), ("committee_charter", "6")):
        item = next(
            item for item in items_of(drafts_of(bare_plan())[name]) if (item.number, item.label) == (number, "Looks")
        )
        assert item.status is ItemStatus.NOT_APPLICABLE


def test_a_trial_of_one_arm_assigns_nobody():
    file = example_plan_file()
    plan = replace(
        example_plan(),
        plan=example_plan_file(arms=file["arms"][:1], design={**file["design"], "kind": "single-arm two-stage"}),
    )
    items = {
        item.number: item for item in items_of(drafts_of(plan)["protocol"]) if item.number in ("21", "22", "23", "24")
    }
    assert {item.status for item in items.values()} == {ItemStatus.NOT_APPLICABLE}
    assert write_drafts(plan).registration["allocation"] == "not randomised"


def test_a_text_with_a_place_left_open_needs_an_author():
    file = example_plan_file()
    arms = [{**file["arms"][0], "text": "infusion to [needs author: ceiling of the rate]"}, file["arms"][1]]
    item = next(
        item
        for item in items_of(drafts_of(replace(example_plan(), plan=example_plan_file(arms=arms)))["protocol"])
        if item.label == "Interventions"
    )
    assert item.status is ItemStatus.NEEDS_AUTHOR
    assert item.origin


def test_the_sequence_names_method_and_strata_and_never_the_sizes_of_blocks():
    specified = {
        "method": "permuted blocks",
        "block_sizes": [4, 8, 16],
        "strata": [{"name": "centre", "levels": ["A", "B"]}],
    }
    plan = replace(example_plan(), plan=example_plan_file(randomisation=specified))
    item = next(item for item in items_of(drafts_of(plan)["protocol"]) if item.number == "21")
    assert item.status is ItemStatus.FILLED
    assert "Method: permuted blocks." in item.text
    assert "Strata: centre." in item.text
    assert "16" not in words_of(drafts_of(plan)["protocol"]).replace("2016", "")


def test_three_arms_need_a_hierarchy():
    file = example_plan_file()
    arms = [*file["arms"], {"name": "Low dose", "role": "active", "text": None, "weight": 1}]
    three = {**file["design"], "kind": "three arms"}
    item = next(
        item
        for item in items_of(drafts_of(replace(example_plan(), plan=example_plan_file(arms=arms, design=three)))["sap"])
        if item.label == "Multiplicity"
    )
    assert item.status is ItemStatus.NEEDS_AUTHOR


def test_what_was_assumed_says_unverified_where_it_stands():
    drafts = drafts_of(example_plan())
    assert "share that consents 50\u202f% (unverified)" in words_of(drafts["protocol"])
    assert "(to be set by the committee; unverified)" in words_of(drafts["committee_charter"])
    rows = [
        row
        for section in drafts["protocol"].sections
        for table in section.tables
        if table.title.startswith("Assumptions")
        for row in table.rows
    ]
    assert sum("unverified" in row[2] for row in rows) == 3


def test_small_counts_of_the_study_are_not_told():
    file = example_plan_file()
    few = {**file["accrual"], "seen": 3}
    assumptions = tuple(replace(row, n=3 if row.basis == "study" else row.n) for row in example_plan().assumptions)
    drafts = drafts_of(replace(example_plan(), plan=example_plan_file(accrual=few), assumptions=assumptions))
    assert "It rests on <5 eligible first courses" in words_of(drafts["protocol"])
    tables = [
        table
        for section in drafts["protocol"].sections
        for table in section.tables
        if table.title.startswith("Assumptions")
    ]
    assert {row[4] for row in tables[0].rows} == {"<5", "\u2013"}


def test_counts_of_the_study_are_rounded_as_the_plan_asks():
    plan = replace(example_plan(), plan=example_plan_file(disclosure={"smallest_count": 10, "rounding": 10}))
    assert "It rests on 60 eligible first courses" in words_of(drafts_of(plan)["protocol"])


def test_the_schedule_has_every_activity_and_time():
    table = schedule_table(PlanView(example_plan()))
    assert [row[0] for row in table.rows] == [
        "Consent", "Diary", "Eligibility", "Bloods", "Heart rate, blood pressure, oxygen, sedation", "Rating", "Rescue drugs",
        "Scale of dissociation, of the kind of CADSS", "Guess of the assignment", "Harm", "HIT-6", "MIDAS", "PHQ-9", "PGIC",
    ]  # fmt: skip
    assert table.columns[1:7] == ("Screening", "Day \u221228 to \u22121", "Admission", "Hour 1", "Hour 4", "Hour 8")
    assert table.columns[-6:] == ("Discharge", "Week 1", "Week 2", "Week 4", "Week 8", "Week 12")
    rating = dict(zip(table.columns, table.rows[5], strict=True))
    assert [rating[f"Day {day}"] for day in range(1, 6)] == [PLANNED] * 5
    assert rating["Week 4"] == PROPOSED
    assert {cell for row in table.rows for cell in row[1:]} == {"", PLANNED, PROPOSED}


def test_a_rating_that_the_plan_has_in_week_4_is_planned_there():
    file = example_plan_file()
    days = [0, 5, 28]
    ratings = {
        **file["ratings"],
        "days": days,
        "mean": [7.5, 3.4, 5.0],
        "covariance": [[4.0 if i == j else 2.0 for j in range(3)] for i in range(3)],
    }
    plan = example_plan_file(ratings=ratings, retention={**file["retention"], "seen": [0.9, 0.6]})
    table = schedule_table(PlanView(replace(example_plan(), plan=plan)))
    rating = dict(zip(table.columns, table.rows[5], strict=True))
    assert (rating["Day 5"], rating["Week 4"], rating["Week 12"]) == (PLANNED, PLANNED, PROPOSED)
    assert "Day 1" not in rating


def test_every_kind_of_design_has_a_model_in_the_register():
    assert set(MODELS) == set(get_args(DesignKind))


def test_what_no_plan_can_know_is_null_in_the_registration():
    data = describe_registration(PlanView(example_plan()))
    assert all(data[name] is None for name in UNKNOWN)
    assert set(UNKNOWN) < set(data["needs author"])
    assert data["arms"][1] == {
        "name": "Midazolam",
        "role": "control",
        "intervention": "infusion as active placebo on the same clock",
    }


def test_consent_facts_are_plain_and_no_form():
    draft = drafts_of(example_plan())["consent_facts"]
    assert "not a consent form" in draft.note
    sentences = [
        sentence
        for section in draft.sections
        for table in section.tables
        for row in table.rows
        for sentence in re.split(r"(?<=[.?])\s", row[1])
    ]
    lengths = [len(sentence.split()) for sentence in sentences if sentence]
    assert max(lengths) <= 25
    assert sum(lengths) / len(lengths) <= 14


def test_the_rate_of_strange_experiences_stands_only_where_ketamine_is_given():
    assert "76\u202f%" in words_of(drafts_of(example_plan())["consent_facts"])
    file = example_plan_file()
    arms = [{**file["arms"][0], "name": "Lidocaine", "text": "infusion"}, file["arms"][1]]
    assert "76\u202f%" not in words_of(
        drafts_of(replace(example_plan(), plan=example_plan_file(arms=arms)))["consent_facts"]
    )


def test_the_synopsis_is_one_table_of_one_page():
    draft = drafts_of(example_plan())["synopsis"]
    assert [len(section.tables) for section in draft.sections] == [1]
    assert len(words_of(draft)) < 3500


def test_the_analysis_plan_says_how_each_analysis_is_made():
    said = {}
    for analysis in ("mmrm", "constrained longitudinal", "ancova"):
        item = next(item for item in items_of(drafts_of(with_design(analysis=analysis))["sap"]) if item.number == "4")
        said[analysis] = item.text[2]
    assert "baseline as a covariate" in said["mmrm"]
    assert "same mean in all arms at the baseline" in said["constrained longitudinal"]
    assert said["ancova"] == "The rating on the primary day is modelled by arm and baseline."


def test_a_crossover_is_not_analysed_as_arms_in_parallel():
    chosen = replace(example_plan().designs[2], is_chosen=True)
    plan = replace(example_plan(), designs=(chosen,))
    items = [item for item in items_of(drafts_of(plan)["sap"]) if item.number == "4"]
    assert items[0].text[0] == "Difference within a person."
    assert not any("modelled together" in text for item in items for text in item.text)
    assert "Model of this design" in [item.label for item in items if item.status is ItemStatus.NEEDS_AUTHOR]
    assert write_drafts(plan).registration["model"] == "crossover"


def test_the_call_is_shown_as_code_and_left_away_where_none_has_run():
    draft = drafts_of(example_plan())["sap"]
    assert [section.code for section in draft.sections if section.code] == [example_plan().call]
    without = drafts_of(replace(example_plan(), call=""))["sap"]
    assert "The analysis as a call" not in [section.heading for section in without.sections]
