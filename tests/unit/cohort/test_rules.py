"""Rules of entry are said in plain English with the study's numbers."""

import pytest

from abate.cohort.rules import RULES
from abate.contracts.definition import Study


def sentences(length=None, **eligibility):
    study = Study.model_validate(
        {
            "title": "A test",
            "condition": {"name": "migraine"},
            "treatment": {"name": "ketamine", "length": length},
            "eligibility": {"courses": "all", **eligibility},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
        }
    )
    return {rule.id: rule.say(study, study.treatment) for rule in RULES}


@pytest.mark.parametrize(
    ("length", "sentence"),
    [
        (["24h", "14d"], "The course lasted from 24 hours to 14 days, from the first dose to the end of the last."),
        (["0h", "14d"], "The course lasted at most 14 days, from the first dose to the end of the last."),
        (None, None),
    ],
)
def test_length(length, sentence):
    assert sentences(length)["length"] == sentence


def test_every_rule_has_a_sentence_with_its_numbers():
    said = sentences(age=[18, 89], observed_before="365d", failed_preventive_classes=3, failed_acute_classes=1)
    assert said["treated"] == "A course of ketamine is in the records."
    assert said["condition"] == "A diagnosis of migraine is recorded on or before the day of the first dose."
    assert said["age"] == "The person was 18 to 89 years old at the first dose."
    assert said["observed_before"] == "The 365 days before the first dose lie within one observed span."
    assert said["failed_preventive_classes"].startswith("At least 3 classes of preventive drugs had failed before")
    assert said["failed_acute_classes"].startswith("At least 1 class of acute drugs had failed before")


@pytest.mark.parametrize(
    ("courses", "asked"), [("first", ["first_course"]), ("first eligible", ["first_eligible"]), ("all", [])]
)
def test_only_one_of_the_two_first_rules_is_asked(courses, asked):
    said = sentences(courses=courses)
    assert [rule for rule in ("first_course", "first_eligible") if said[rule] is not None] == asked
