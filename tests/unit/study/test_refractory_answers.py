"""One patient's answers and treatments against the definitions: what the form asks reaches them."""

from __future__ import annotations

import datetime as dt

import pytest

from abate.base.errors import AnswersError
from abate.study.refractory_answers import judge_answers, refractory_lines
from tests.unit.headache.patients import CHRONIC

AT = dt.date(2024, 6, 1)
FAILED = [
    {"drug": "topiramate", "outcome": "no effect"},
    {"drug": "propranolol", "outcome": "not tolerated"},
    {"drug": "amitriptyline", "outcome": "no effect"},
    {"drug": "sumatriptan", "outcome": "no effect"},
    {"drug": "rizatriptan", "outcome": "no effect"},
]
DEBILITATED = {**CHRONIC, "debilitating_days": 8, "debilitating_months": 3}


def verdict(name, answers, treatments=FAILED):
    (found,) = (result for result in judge_answers(answers, treatments, AT) if result.definition.id == name)
    return found.verdict


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "met"),
        ({"debilitating_days": 7}, "not met"),
        ({"debilitating_months": 2}, "not met"),
        ({"debilitating_months": None}, "not known"),
        ({"attack_count": None}, "not known"),
    ],
)
def test_the_answers_of_the_form_reach_the_definition(changes, expected):
    answers = {question: answer for question, answer in {**DEBILITATED, **changes}.items() if answer is not None}
    assert verdict("ehf-2020-resistant", answers) == expected


def test_two_triptans_are_asked():
    assert verdict("ehf-2020-resistant", DEBILITATED, FAILED[:4]) == "not met"


def test_without_a_list_of_treatments_nothing_is_judged():
    assert judge_answers(DEBILITATED, [], AT) == ()
    assert "not known: no treatments are listed" in refractory_lines(())[2]


def test_what_is_lacking_is_told():
    lines = "\n".join(refractory_lines(judge_answers(CHRONIC, FAILED, AT)))
    assert "not answered: debilitating_days" in lines
    assert "unverified" in lines


@pytest.mark.parametrize(
    ("treatment", "words"),
    [
        ({"drug": "topiramate", "start": "yesterday"}, "must be a date"),
        ({"drug": "topiramate", "start": "2024-02-01", "end": "2024-01-01"}, "ends before it starts"),
        ({"drug": "topiramate", "dose_mg_day": -1}, "0 or more"),
        ({"drug": "topiramate", "dose_mg_day": "100 mg"}, "must be a number"),
    ],
)
def test_an_impossible_treatment_is_told(treatment, words):
    with pytest.raises(AnswersError, match=words):
        judge_answers({}, [treatment], AT)
