"""A definition of refractory and the rules of failure, in prose: with source, choices and what is unverified."""

import pytest

from abate.base.errors import StudyFileError
from abate.study.explain import explain
from abate.study.provenance import hash_study
from abate.study.read import parse_study, preset_text

MODEL = preset_text("ketamine-migraine")


def said(entry="", failure=""):
    text = MODEL.replace('courses = "first"\n', f'courses = "first"\n{entry}\n') + f"\n{failure}\n"
    return explain(parse_study(text))


def test_a_study_that_asks_nothing_of_it_says_nothing_of_it():
    assert "definition" not in " ".join(said())


def test_the_definition_is_said_with_its_source_and_what_records_do_not_show():
    text = " ".join(said('refractory = "ehf-2020-resistant"\nrefractory_assumed = ["debilitating_days"]'))
    assert "the person met the definition resistant migraine, EHF 2020 before it" in text
    assert "PMID 32546227" in text
    assert "unverified: recalled" in text
    assert "Taken as met, by the diagnosis or by declaration: the diagnosis is migraine; headache is debilitating on at least 8 days a month." in text  # fmt: skip
    assert "so that it stays not known: that has lasted at least 3 months in a row." in text
    assert "Courses of which it is not known did not enter." in text
    assert "not a medical device" in text


def test_the_rules_of_failure_are_said_as_choices():
    (text,) = [one for one in said(failure='[failure]\ndose = "required"\nrefill_gap = "45d"') if "refill" in one or "45 days" in one]  # fmt: skip
    assert "with at most 45 days between them were one trial (a choice)" in text
    assert "these rules are choices, not published" in text
    assert "A trial was fair only at the target dose of the EHF 2018" in text
    assert "168 of botulinum toxin and 84 of a CGRP antibody (both unverified" in text


@pytest.mark.parametrize(
    ("entry", "failure", "sentence"),
    [
        ('refractory = "ehf-2020-resistent"', "", "eligibility.refractory: there is no definition 'ehf-2020-resistent'; did you mean 'ehf-2020-resistant'?"),
        ('refractory = "goadsby-2006"\nrefractory_assumed = ["triptans"]', "", "goadsby-2006 has no demand 'triptans'; there are preventive_classes."),
        ('refractory_unknown = "include"', "", "need a definition in refractory"),
        ('refractry = "x"', "", "did you mean 'refractory'?"),
        ("", "[failure]\navailable_since = { betablocker = 1970 }", "there is no class 'betablocker'; did you mean 'beta-blocker'?"),
        ("", '[failure]\nrefil_gap = "3d"', "failure.refil_gap: the key 'refil_gap' is not known; did you mean 'refill_gap'?"),
        ("", '[failure]\nrefill_gap = "-3d"', "is below nought"),
        ("", '[failure]\ndose = "maybe"', "write 'where known', 'required' or 'ignored'"),
    ],
)  # fmt: skip
def test_a_mistake_gets_one_sentence(entry, failure, sentence):
    with pytest.raises(StudyFileError) as error:
        said(entry, failure)
    assert sentence in str(error.value)


def test_a_study_that_does_not_ask_keeps_its_hash():
    "The keys of this section add nothing to a study that leaves them out."
    data = parse_study(MODEL)
    assert hash_study(data) == hash_study(
        parse_study(MODEL.replace('courses = "first"', 'courses = "first" # as before'))
    )
    assert "refractory" not in data.model_dump(mode="json", exclude_none=True)["eligibility"]


def test_reasons_for_stopping_are_said_as_they_are_read():
    text = " ".join(said(failure='[failure]\nstop_reasons = { "side effects" = "not tolerated" }'))
    assert "Reasons for stopping were read as outcomes: \u201cside effects\u201d as not tolerated." in text
