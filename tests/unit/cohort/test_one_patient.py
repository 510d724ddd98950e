"""Is one patient refractory? Each definition at the edge of its demands, followed by hand from its text."""

import datetime as dt
import itertools

import pytest

from abate.base.errors import ParameterError
from abate.cohort.one_patient import PastTreatment, judge_grades, judge_one
from abate.contracts.failure import Failure, SiteDrug
from abate.knowledge.drug_table import classes_of_role, drug_table
from abate.knowledge.refractory_definitions import definitions

AT = dt.date(2024, 6, 1)
BURDEN = {"migraine": True, "debilitating_days": 8, "debilitating_months": 3}


def failed(*ingredients, outcome="no effect", **more):
    return [PastTreatment(ingredient=name, outcome=outcome, **more) for name in ingredients]


def judged(name, treatments, answers=None, at=AT, **more):
    found = judge_one(name, treatments, at=at, answers=answers, **more)
    return found.verdict, found.missing


THREE = failed("topiramate", "propranolol", "amitriptyline")
TRIPTANS = failed("sumatriptan", "rizatriptan")


def test_resistant_by_the_ehf_of_2020():
    assert judged("ehf-2020-resistant", THREE + TRIPTANS, BURDEN) == ("met", ())


@pytest.mark.parametrize(
    ("treatments", "answers", "verdict", "missing"),
    [
        (THREE[:2] + TRIPTANS, BURDEN, "not met", ("preventive_classes",)),
        (THREE[:2] + failed("valproate") + TRIPTANS, BURDEN, "not met", ("preventive_classes",)),  # one class twice
        (THREE + TRIPTANS[:1], BURDEN, "not met", ("triptans",)),
        (THREE + TRIPTANS[:1] * 2, BURDEN, "not met", ("triptans",)),  # one triptan twice
        (THREE + TRIPTANS, {**BURDEN, "debilitating_days": 7}, "not met", ("debilitating_days",)),
        (THREE + TRIPTANS, {**BURDEN, "debilitating_months": 2}, "not met", ("debilitating_months",)),
        (THREE + TRIPTANS, {**BURDEN, "debilitating_days": None}, "not known", ("debilitating_days",)),
        (THREE + TRIPTANS, {}, "not known", ("migraine", "debilitating_days", "debilitating_months")),
        (THREE + TRIPTANS, {**BURDEN, "migraine": False}, "not met", ("migraine",)),
        # one of three whose outcome nobody knows: it may have failed
        (THREE[:2] + failed("amitriptyline", outcome=None) + TRIPTANS, BURDEN, "not known", ("preventive_classes",)),
        # taken still, or a mere contraindication: neither is a failure here
        (THREE[:2] + failed("amitriptyline", outcome="ongoing") + TRIPTANS, BURDEN, "not met", ("preventive_classes",)),
        (THREE[:2] + failed("amitriptyline", outcome="contraindicated") + TRIPTANS, BURDEN, "not met", ("preventive_classes",)),
    ],
)  # fmt: skip
def test_resistant_at_its_edges(treatments, answers, verdict, missing):
    assert judged("ehf-2020-resistant", treatments, answers) == (verdict, missing)


@pytest.mark.parametrize(("days", "verdict"), [(59, "not met"), (60, "met")])
def test_two_months_are_a_fair_trial(days, verdict):
    trial = failed("amitriptyline", start=dt.date(2023, 1, 1), end=dt.date(2023, 1, 1) + dt.timedelta(days=days))
    assert judged("ehf-2020-resistant", THREE[:2] + trial + TRIPTANS, BURDEN)[0] == verdict


def all_preventives(but=()):
    first = {drug.drug_class: drug.ingredient for drug in drug_table() if drug.role == "preventive"}
    return failed(*(name for drug_class, name in first.items() if drug_class not in but))


@pytest.mark.parametrize(
    ("at", "but", "verdict"),
    [
        (dt.date(2024, 6, 1), (), "met"),
        (dt.date(2024, 6, 1), ("CGRP antibody",), "not met"),  # there since 2018, not tried
        (dt.date(2018, 6, 1), ("CGRP antibody",), "not known"),  # came in that very year
        (dt.date(2017, 12, 31), ("CGRP antibody",), "met"),  # nobody could have failed one
        (dt.date(2024, 6, 1), ("gepant",), "not known"),  # since when is not known
    ],
)
def test_all_available_classes_are_judged_by_the_date(at, but, verdict):
    answers = {**BURDEN, "debilitating_months": 6}
    assert judged("ehf-2020-refractory", all_preventives(but) + TRIPTANS, answers, at=at)[0] == verdict


def test_what_is_missing_of_all_available_is_named():
    found = judge_one("ehf-2020-refractory", all_preventives(("CGRP antibody", "gepant")), at=AT)
    (result,) = [one for one in found.demands if one.demand.id == "all_preventive_classes"]
    assert "available and not failed: CGRP antibody" in result.because
    assert "not known whether available or failed: gepant" in result.because


def test_a_site_may_say_since_when_a_class_was_there():
    answers, tried = {**BURDEN, "debilitating_months": 6}, all_preventives(("gepant",)) + TRIPTANS
    for year, verdict in ((2023, "not met"), (2024, "not known"), (2025, "met")):
        failure = Failure(available_since={"gepant": year})
        assert judged("ehf-2020-refractory", tried, answers, failure=failure)[0] == verdict


def test_chronic_migraine_by_the_ehf_of_2014_asks_for_drugs_and_no_overuse():
    answers = {"chronic_migraine": True, "medication_overuse": False, "psychiatric_care": True}
    three = failed("topiramate", "valproate", "gabapentin")  # one class, three drugs
    assert judged("ehf-2014", three, answers) == ("met", ())
    assert judged("ehf-2014", three[:2], answers) == ("not met", ("preventive_drugs",))
    overuse = {**answers, "medication_overuse": True}
    assert judged("ehf-2014", three, overuse) == ("not met", ("no_medication_overuse",))


def test_the_ahs_of_2008_asks_for_two_of_four_classes_and_three_kinds_of_acute_drugs():
    answers = {"migraine": True, "interference": True, "combination_analgesic_failed": False}
    acute = failed("sumatriptan", "dihydroergotamine", "naproxen")
    two = failed("propranolol", "verapamil")
    assert judged("ahs-2008", two + acute, answers) == ("met", ())
    assert judged("ahs-2008", two[:1] + failed("candesartan") + acute, answers) == ("not met", ("preventive_classes",))
    assert judged("ahs-2008", two + acute[:1] + acute[2:], answers) == ("not met", ("dihydroergotamine",))
    assert judged("ahs-2008", two + acute[:2], answers) == ("not met", ("nsaid_or_combination",))
    combination = {**answers, "combination_analgesic_failed": True}
    assert judged("ahs-2008", two + acute[:2], combination) == ("met", ())
    silent = {**answers, "combination_analgesic_failed": None}
    assert judged("ahs-2008", two + acute[:2], silent) == ("not known", ("nsaid_or_combination",))


def test_the_grades_of_silberstein_rise_and_the_highest_asks_for_a_failed_infusion():
    answers = {"acute_grade": True, "inpatient_or_detoxification_failed": False}
    grades = [one for one in definitions().values() if one.family == "silberstein-2010"]
    assert [grade.grade for grade in grades] == [1, 2, 3, 4]
    met = {
        count: [grade.grade for grade in grades if judged(grade, THREE[:count], answers)[0] == "met"]
        for count in range(4)
    }
    assert met == {0: [], 1: [1], 2: [1, 2], 3: [1, 2, 3]}
    assert judged("silberstein-2010-very-severe", THREE + failed("lidocaine"), answers) == ("met", ())
    detoxified = {**answers, "inpatient_or_detoxification_failed": True}
    assert judged("silberstein-2010-very-severe", THREE, detoxified) == ("met", ())


def test_all_grades_are_judged_at_once():
    answers = {"acute_grade": True}
    found = judge_grades("silberstein-2010", THREE[:2], at=AT, answers=answers)
    assert {grade: result.verdict for grade, result in found.items()} == {
        1: "met",
        2: "met",
        3: "not met",
        4: "not met",
    }
    with pytest.raises(ParameterError, match="did you mean 'silberstein-2010'"):
        judge_grades("silberstein-2011", [], at=AT)


def test_goadsby_asks_for_four_classes():
    assert judged("goadsby-2006", THREE + failed("candesartan"))[0] == "met"
    assert judged("goadsby-2006", THREE)[0] == "not met"


def test_dantona_asks_for_five_classes_of_which_two_are_of_three_and_counts_contraindications():
    answers = {"chronic_migraine": True, "medication_overuse": False}
    four = failed("propranolol", "amitriptyline", "candesartan", "topiramate")
    toxin = failed("onabotulinumtoxinA", outcome="contraindicated")
    assert judged("dantona-2019", four + toxin, answers) == ("met", ())
    assert judged("dantona-2019", four + failed("verapamil"), answers) == ("not met", ("two_of_three",))
    assert judged("dantona-2019", four[1:] + toxin, answers) == ("not met", ("preventive_classes",))
    strict = Failure(contraindicated="does not count")
    assert judged("dantona-2019", four + toxin, answers, failure=strict)[0] == "not met"


def test_a_number_of_classes_is_a_definition_too():
    assert judged("3-preventive-1-acute", THREE + TRIPTANS[:1]) == ("met", ())
    assert judged("3-preventive-1-acute", THREE) == ("not met", ("acute_classes",))
    assert judged("4-preventive", THREE) == ("not met", ("preventive_classes",))


def test_an_incomplete_history_is_never_a_no():
    failure = Failure(not_recorded="not known")
    assert judged("4-preventive", THREE, failure=failure) == ("not known", ("preventive_classes",))
    assert judged("3-preventive", THREE, failure=failure) == ("met", ())


def test_what_is_assumed_counts_as_met():
    assumed = ("debilitating_days", "debilitating_months")
    assert judged("ehf-2020-resistant", THREE + TRIPTANS, {"migraine": True}, assumed=assumed) == ("met", ())


def test_the_order_of_treatments_is_of_no_account():
    exposures = [
        PastTreatment(ingredient="topiramate", start=dt.date(2023, 1, day), end=dt.date(2023, 2, 2 * day)) for day in (1, 5, 9)
    ]  # fmt: skip
    found = {judge_one("3-preventive", order, at=AT).trials[0].days for order in itertools.permutations(exposures)}
    assert found == {48.0}


def test_classes_come_from_the_table_and_from_the_sites_own_rows():
    site = Failure(drugs=(SiteDrug(ingredient="riboflavin", drug_class="vitamin", role="preventive"),))
    assert judged("3-preventive", THREE[:2] + failed("Riboflavin "), failure=site)[0] == "met"
    assert judged("3-preventive", THREE[:2] + failed("Riboflavin"))[0] == "not met"  # of no class


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "ehf-2020-resistent"}, "did you mean 'ehf-2020-resistant'"),
        ({"name": "0-preventive"}, "at least 1"),
        ({"answers": {"debilitating_day": 8}}, "did you mean 'debilitating_days'"),
        ({"answers": {"debilitating_days": 35}}, "lies outside 0 to 31"),
        ({"answers": {"debilitating_days": True}}, "must be a number"),
        ({"answers": {"migraine": 1}}, "must be yes or no"),
        ({"assumed": ("triptan",)}, "did you mean 'triptans'"),
        ({"treatments": [{"ingrediant": "topiramate"}]}, "did you mean 'ingredient'"),
        ({"treatments": [{"drug_class": "triptan"}]}, "has no ingredient"),
        ({"treatments": [{"ingredient": "a", "outcome": "failed"}]}, "none of no effect"),
        ({"treatments": [{"ingredient": "a", "start": AT, "end": dt.date(2024, 1, 1)}]}, "ends before it starts"),
        ({"treatments": [{"ingredient": "a", "dose_mg_day": -1}]}, "below nought"),
    ],
)
def test_a_mistake_gets_one_sentence(change, sentence):
    arguments = {"name": "ehf-2020-resistant", "treatments": [], "at": AT, **change}
    with pytest.raises(ParameterError, match=sentence):
        judge_one(arguments.pop("name"), arguments.pop("treatments"), **arguments)


def test_every_result_says_what_it_is_for():
    assert "not a medical device" in judge_one("goadsby-2006", [], at=AT).notice


def test_the_classes_that_definitions_name_are_those_of_the_drug_table():
    classes = {drug.drug_class for drug in drug_table()}
    ingredients = {drug.ingredient.lower() for drug in drug_table()}
    for definition in definitions().values():
        named = [group for demand in definition.demands for group in (demand.among, *demand.groups)]
        assert {name for group in named for name in group.classes} <= classes
        assert {name for group in named for name in group.ingredients} <= ingredients
        assert set(definition.adequate_days or {}) <= {"", *classes_of_role(drug_table(), "preventive")}


def test_salts_of_one_drug_are_one():
    "Valproate, valproic acid and divalproex are one preventive drug; ehf-2014 asks three."
    salts = [{"ingredient": name, "outcome": "no effect"} for name in ("valproate", "valproic acid", "divalproex")]
    (drugs,) = (one for one in judge_one("ehf-2014", salts, at=AT).demands if one.demand.role == "preventive")
    assert drugs.verdict == "not met"


def test_an_outcome_of_one_day_tells_nothing_of_how_long():
    one_day = {
        "ingredient": "onabotulinumtoxinA",
        "outcome": "no effect",
        "start": dt.date(2023, 1, 1),
        "end": dt.date(2023, 1, 1),
    }
    found = judge_one("1-preventive", [one_day], at=AT)
    assert (found.verdict, found.trials[0].adequate, found.trials[0].days) == ("met", "not known", None)


def test_doses_a_quarter_apart_are_not_taken_as_intolerance():
    "Four doses of a CGRP antibody, then another class: the rows are short because a dose acts for long."
    doses = [
        {"ingredient": "eptinezumab", "start": dt.date(2023, month, 1), "end": dt.date(2023, month, 1)}
        for month in (1, 4, 7, 10)
    ]
    then = {"ingredient": "topiramate", "start": dt.date(2023, 10, 20), "end": dt.date(2023, 12, 1)}
    found = judge_one("1-preventive", [*doses, then], at=AT)
    assert {trial.outcome for trial in found.trials if trial.ingredient == "eptinezumab"} == {"unknown"}


@pytest.mark.parametrize("name", ["-1-acute", "1-preventive-", "1-preventive1-acute", "-"])
def test_a_number_of_classes_is_written_in_one_way(name):
    with pytest.raises(ParameterError, match="there is no definition"):
        judge_one(name, [], at=AT)
