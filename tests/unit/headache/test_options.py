"""When is prevention offered, what is contraindicated, and what was tried? Each rule at its boundary."""

from __future__ import annotations

import pytest

from abate.base.errors import AnswersError
from abate.headache.answers import make_answers
from abate.headache.evaluation import Evaluation
from abate.headache.option_lines import lines_of_options
from abate.headache.options import find_options
from abate.knowledge.drug_classes import drug_classes
from abate.knowledge.treatment_choice import SECTIONS, evidence_levels, statements

SEVERE = "severe or bed rest"

PREVENTION = [
    ({"headache_days": 6, "impairment": "none"}, "offer"),
    ({"headache_days": 5, "impairment": "none"}, "consider"),
    ({"headache_days": 4, "impairment": "none"}, "consider"),
    ({"headache_days": 3, "impairment": "none"}, "not"),
    ({"headache_days": 4, "impairment": "some"}, "offer"),
    ({"headache_days": 3, "impairment": "some"}, "consider"),
    ({"headache_days": 2, "impairment": "some"}, None),
    ({"headache_days": 3, "impairment": SEVERE}, "offer"),
    ({"headache_days": 2, "impairment": SEVERE}, "consider"),
    ({"headache_days": 1, "impairment": SEVERE}, "not"),
]
FREQUENCY = ("offer_days", "offer_some", "offer_severe", "consider", "not")


def said(section, answers, verdict="met"):
    return [one.statement for one in find_options(answers).said[section] if one.verdict == verdict]


@pytest.mark.parametrize(("answers", "kind"), PREVENTION)
def test_prevention_by_days_and_impairment(answers, kind):
    kinds = {statement.kind for statement in said("prevention", answers) if statement.id in FREQUENCY}
    assert kinds == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("answers", "id", "applies"),
    [
        ({"acute_days": 8.7}, "acute_days", True),
        ({"acute_days": 8.6}, "acute_days", False),
        ({"acute_drug_fails": "yes"}, "acute_fails", True),
        ({"aura_symptoms": "motor"}, "aura", True),
        ({"aura_symptoms": "visual", "aura_count": 1, "aura_minutes": 61}, "aura", True),
        ({"aura_symptoms": "visual", "aura_count": 1, "aura_minutes": 60}, "aura", False),
        ({"headache_days": 4, "midas": 12}, "cgrp_payers", True),
        ({"headache_days": 4, "midas": 11, "hit6": 50}, "cgrp_payers", False),
        ({"headache_days": 8}, "cgrp_payers", True),
    ],
)
def test_prevention_for_other_reasons(answers, id, applies):
    assert (id in {statement.id for statement in said("prevention", answers)}) is applies


def against(drug, answers):
    options = find_options(answers)
    (option,) = (one for group in options.classes for one in group.drugs if one.drug == drug)
    return {one.statement.kind for one in option.against if one.verdict == "met"}


@pytest.mark.parametrize(
    ("drug", "answers", "strength"),
    [
        ("sumatriptan", {"illness": ["coronary artery disease"]}, "contraindicated"),
        ("sumatriptan", {"illness": ["stroke or TIA"]}, "contraindicated"),
        ("sumatriptan", {"aura_symptoms": ["brainstem"]}, "contraindicated"),
        ("dihydroergotamine", {"pregnancy": "pregnant"}, "contraindicated"),
        ("dihydroergotamine", {"vasoconstrictor_last_day": "yes"}, "contraindicated"),
        ("valproate", {"pregnancy": "pregnant"}, "contraindicated"),
        ("divalproex", {"childbearing_potential": "yes"}, "avoid"),
        ("topiramate", {"illness": ["kidney stones"]}, "avoid"),
        ("propranolol", {"illness": ["asthma"]}, "contraindicated"),
        ("propranolol", {"illness": ["depression"]}, "caution"),
        ("flunarizine", {"illness": ["depression"]}, "caution"),
        ("ibuprofen", {"illness": ["anticoagulant treatment"]}, "avoid"),
        ("lasmiditan", {"drives_within_8_hours": "yes"}, "avoid"),
        ("amitriptyline", {"illness": ["obesity"]}, "avoid"),
    ],
)
def test_what_is_to_be_avoided(drug, answers, strength):
    assert strength in against(drug, answers)
    nothing = {"illness": "none", "aura_symptoms": "none", "pregnancy": "no", "vasoconstrictor_last_day": "no",
               "childbearing_potential": "no", "drives_within_8_hours": "no"}  # fmt: skip
    assert against(drug, nothing) == set()


def test_a_missing_answer_is_never_taken_as_no_contraindication():
    (option,) = (one for group in find_options({}).classes for one in group.drugs if one.drug == "sumatriptan")
    assert {one.verdict for one in option.against} == {"not known"}
    assert "illness" in find_options({}).not_answered


@pytest.mark.parametrize(
    ("answers", "id"),
    [
        ({"illness": ["psychosis"]}, "psychosis"),
        ({"illness": ["severe hepatic impairment"]}, "liver_severe"),
        ({"illness": ["raised intracranial or intraocular pressure"]}, "pressure"),
        ({"illness": ["active substance abuse"]}, "abuse"),
        ({"illness": ["uncontrolled hypertension"]}, "cardiovascular"),
        ({"pregnancy": "pregnant"}, "pregnancy"),
    ],
)
def test_what_speaks_against_ketamine(answers, id):
    assert id in {statement.id for statement in said("ketamine", answers)}


def test_an_infusion_and_a_step_carry_their_contraindications():
    text = "\n".join(
        lines_of_options(
            find_options({"pregnancy": "pregnant", "illness": ["coronary artery disease"], "intensity": "severe"})
        )
    )
    infusions = text[text.index("Infusions") :]
    assert infusions.count("CONTRAINDICATED: pregnancy") == 2
    step = text[text.index("Acute treatment") : text.index("In the emergency")]
    assert "triptan, ergot: CONTRAINDICATED: coronary artery disease" in step


def test_control_of_heart_disease_is_asked_before_ketamine():
    (asked,) = (
        one
        for one in find_options({"illness": ["coronary artery disease"]}).said["ketamine"]
        if one.statement.id == "cardiovascular"
    )
    assert (asked.verdict, asked.lacks) == ("not known", ("cardiovascular_controlled",))
    controlled = {"illness": ["coronary artery disease"], "cardiovascular_controlled": "yes"}
    assert "cardiovascular" not in {statement.id for statement in said("ketamine", controlled)}


@pytest.mark.parametrize(("answers", "id"), [({"age": 17}, "child"), ({"pregnancy": "after childbirth"}, "pregnancy")])
def test_what_the_sources_do_not_speak_of_comes_first(answers, id):
    assert id in {statement.id for statement in said("first", answers)}


def test_without_migraine_it_is_said_first():
    cluster = {"attack_count": 1, "aura_count": 0, "attack_hours": 1}
    assert "no_migraine" in {statement.id for statement in said("first", cluster)}


def test_a_red_flag_comes_first():
    text = lines_of_options(find_options({"systemic_symptoms": "other systemic symptoms", "age": 70, "onset_age": 70}))
    assert text[5].startswith("  a red flag is there: systemic symptoms, fever included, began at 50")


def test_an_infusion_that_was_tried_says_so():
    text = "\n".join(lines_of_options(find_options({}, [{"drug": "ketamine", "outcome": "no effect"}])))
    assert "ketamine [no effect]: level U" in text


@pytest.mark.parametrize(
    ("treatment", "words"),
    [
        ({"drug": "valproate", "outcome": "Mary"}, "outcome of treatment 1"),
        ({"drug": "valproate", "colour": 1}, "not read"),
    ],
)
def test_what_is_told_of_a_treatment_is_checked(treatment, words):
    with pytest.raises(AnswersError, match=words) as told:
        find_options({}, [treatment])
    assert "Mary" not in str(told.value)


def test_paracetamol_is_known_by_both_names():
    (tried,) = (
        drug.tried
        for option in find_options({}, [{"drug": "paracetamol"}]).classes
        for drug in option.drugs
        if drug.drug == "acetaminophen"
    )
    assert tried == "tried"


def test_the_guidelines_unknown_is_seen():
    text = "\n".join(lines_of_options(find_options({})))
    assert "ketamine: level U (unknown) in the emergency department, AHS 2025" in text
    assert "lidocaine: level U (unknown)" in text
    assert text.count("not a medical device") == 1


def test_overuse_comes_first():
    overuse = {
        "headache_days": 20,
        "headache_before_overuse": "yes",
        "overuse_months": 6,
        "triptan_days": 12,
        "better_explained": "no",
    }
    assert "overuse" in {statement.id for statement in said("first", overuse)}
    (open_,) = (one for one in find_options({}).said["first"] if one.statement.id == "overuse")
    assert open_.open_because == "whether 8.2 is met"


def test_what_was_tried_is_told_apart():
    options = find_options({}, [{"drug": "Topiramate", "outcome": "no effect"}, {"drug": "sumatriptan"}])
    tried = {
        option.drug_class: [(drug.drug, drug.tried) for drug in option.drugs if drug.tried]
        for option in options.classes
    }
    assert tried["anticonvulsant"] == [("topiramate", "no effect")]
    assert tried["triptan"] == [("sumatriptan", "tried")]
    assert {option.drug_class for option in options.classes if option.is_tried} == {"anticonvulsant", "triptan"}


def test_a_drug_that_nobody_knows():
    with pytest.raises(
        AnswersError, match="the drug of treatment 2 is not in the drug table; did you mean 'topiramate'"
    ):
        find_options({}, [{"drug": "valproate"}, {"drug": "topiramat"}])


def test_every_statement_has_a_source_and_speaks_of_drugs_that_are_there():
    drugs = {drug.ingredient for drug in drug_classes()}
    classes = {drug.drug_class for drug in drug_classes()}
    evaluation = Evaluation(make_answers({"age": [None]}))
    for section in SECTIONS:
        for statement in statements(section):
            assert statement.source
            assert set(statement.drugs) <= drugs
            assert set(statement.classes) <= classes
            if statement.rule:
                evaluation.verdicts(statement.rule)
    assert set(evidence_levels()) <= drugs
    unsourced = [s for section in SECTIONS for s in statements(section) if s.source == "none found"]
    assert all(statement.tag.startswith("unverified") for statement in unsourced)


def test_without_a_list_nothing_is_called_untried():
    without = "\n".join(lines_of_options(find_options({"triptan_days": 16})))
    assert "not yet tried" not in without
    assert "what was tried is not known" in without
    assert "Acute classes not yet tried" in "\n".join(lines_of_options(find_options({}, [{"drug": "sumatriptan"}])))
