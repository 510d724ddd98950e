"""The study in prose says what the file says."""

import pytest

from abate.contracts.definition import ResponseRule, Study
from abate.contracts.result import AttritionStep
from abate.study.explain import describe_rule, explain, explain_run, questions_before_omop
from abate.study.read import read_study


def test_the_model_study_reads_like_a_methods_section():
    text = " ".join(explain(read_study("ketamine-migraine")))
    for phrase in (
        "a pause of more than 24 hours between doses began a new course",
        "a diagnosis of migraine was on record by the day of the first dose",
        "at least 3 classes of preventive drugs had failed",
        "The baseline was the last rating from admission to the first dose, or, where there was none, the first rating of the course.",
        "The final rating was the last rating from 24 hours before the end of the last dose to discharge",
        "Response was a fall of at least 2 points.",
        "visit 1 (14 days to 60 days)",
        "What is left is the treatment and everything else that comes with being there; the design cannot part the two.",
    ):
        assert phrase in text


def test_what_is_left_out_is_said_to_be_left_out():
    text = " ".join(explain(read_study("opioid-icu")))
    assert "What happened after the course was not asked." in text
    assert "Adverse events were not asked." in text


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"points": 1}, "a fall of at least 1 point"),
        ({"percent": 30}, "a fall of at least 30 % of the baseline"),
        ({"at_most": 3}, "a final rating of at most 3"),
    ],
)
def test_a_rule_is_a_noun_phrase(rule, words):
    assert describe_rule(ResponseRule(**rule)) == words


def test_a_study_of_two_lines_is_explained_too():
    study = Study.model_validate(
        {"title": "T", "treatment": {"name": "x"}, "rating": {"scale": "nrs"}, "response": {"primary": {"points": 2}}}
    )
    assert "Every course entered. A person could enter with more than one course." in explain(study)


def test_codes_left_empty_are_asked_for_before_a_run_on_omop():
    questions = questions_before_omop(read_study("ketamine-depression-phq9"))
    assert questions == ["rating.concepts is empty: give the OMOP concept ids of PHQ-9 total."]
    assert questions_before_omop(read_study("ketamine-migraine")) == []


def test_the_methods_of_a_chart_review_name_no_codes_and_what_could_not_be_asked():
    step = AttritionStep(
        id="observed_before", rule="The 365 days before lie within one observed span.", is_asked=False, persons=3, courses=3,
        persons_lost=0, courses_lost=0, note="The records hold no table of observed spans.",
    )  # fmt: skip
    text = " ".join(explain_run(read_study("ketamine-migraine"), "course tables", [step]))
    assert "OMOP" not in text
    assert "SNOMED" not in text
    assert "could not be asked of these records, and nobody was lost at them: The 365 days before" in text


def test_the_methods_of_an_omop_run_name_the_codes_that_were_looked_for():
    assert "(OMOP 785649, descendants included)" in " ".join(
        explain_run(read_study("ketamine-migraine"), "OMOP CDM", [])
    )
