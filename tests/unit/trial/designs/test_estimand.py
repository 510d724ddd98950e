"""Is the default estimand whole, and does it say of each event how often it is to be expected, and whose number that is?"""

from __future__ import annotations

import pytest

from abate.contracts.plan_assumptions import Ratings, Repeats, Retention
from abate.contracts.plan_file import Arm
from abate.contracts.plan_values import Share
from abate.trial.designs.author_marks import left_to_author
from abate.trial.designs.estimand import MEDIATOR, default_estimand, default_events, describe_events, expected_in_words
from abate.trial.designs.usual_events import usual_events
from tests.unit.trial.designs.plans import MADE_UP, number, plan, share

RATINGS = Ratings(scale="nrs", days=(0, 3, 5), mean=(7, 5, 5), covariance=((4, 2, 2), (2, 4, 3), (2, 3, 4)), **MADE_UP)
RETENTION = Retention(seen=(0.95, 0.8), n=60, reasons={"adverse event": Share(value=0.1, n=60, **MADE_UP)}, **MADE_UP)
ARMS = (Arm(name="ketamine", text="ketamine to 0.5 mg/kg/h for 5 days"), Arm(name="midazolam", role="control"))


def estimand(**changes):
    given = {
        "kind": "parallel",
        "condition": "migraine",
        "arms": ARMS,
        "ratings": RATINGS,
        "retention": RETENTION,
        **changes,
    }
    return default_estimand(**given)


def events(**changes):
    given = {"ratings": RATINGS, "retention": RETENTION, "primary_day": 5, **changes}
    return {usual.id: event for usual, event in zip(usual_events(), default_events(**given), strict=True)}


def test_the_default_names_population_treatment_variable_and_summary():
    text = estimand(failed_classes=3)
    assert text.population.startswith(
        "Adults with migraine, at least 3 classes of preventive drugs failed, with a diary of the 28 days before"
    )
    assert "ketamine to 0.5 mg/kg/h for 5 days or to midazolam, on top of one fixed bundle" in text.treatment
    assert text.variable == "rating of the numeric rating scale (0 to 10) on day 5"
    assert text.summary == "difference in means between the arms as assigned"


def test_what_only_an_author_knows_is_marked():
    text = estimand()
    assert left_to_author(text.population) == ("how many classes of preventive drugs have failed",)
    assert left_to_author(text.treatment) == ("what is in the bundle",)


def test_the_variable_is_that_of_the_design():
    assert "relapse" in estimand(kind="randomised withdrawal").variable
    assert (
        estimand(kind="crossover", primary_day=3).variable
        == "rating of the numeric rating scale (0 to 10) on day 3 of each period"
    )
    assert estimand(kind="single-arm two-stage").summary == "share that responds"


def test_frequencies_of_the_study_go_before_the_usual_range():
    found = events()
    assert found["stopped for harm"].expected.value == 0.1
    assert found["stopped for harm"].expected.basis == "study"
    assert found["discharge before the day"].expected.value == pytest.approx(0.2)
    assert "for any reason" in found["discharge before the day"].expected.source


def test_where_the_study_does_not_have_it_the_usual_range_is_assumed():
    silent = Retention(seen=(1.0, 1.0), **MADE_UP)
    harm = events(retention=silent)["stopped for harm"].expected
    assert (harm.low, harm.high, harm.basis) == (0.03, 0.10, "assumed")
    assert events(retention=silent)["stopped for no effect"].expected is None


def test_courses_a_person_bound_the_share_with_a_repeat():
    repeats = Repeats(courses_per_person=1.13, **MADE_UP)
    expected = events(repeats=repeats)["repeat course"].expected
    assert expected.value == pytest.approx(0.13)
    assert "at most this share" in expected.source
    assert events()["repeat course"].expected is None


def test_rows_say_which_numbers_nobody_has_measured():
    text = estimand()
    rows = describe_events(plan(estimand=text.model_dump()))
    by_event = {row.event: row for row in rows}
    harm = by_event["infusion stopped, or its rate capped, for harm"]
    assert harm.expected == "10 % (6/60) (made up for a test)"
    assert not harm.is_unverified
    other = by_event["other infusion (lidocaine, dihydroergotamine) before the primary rating"]
    assert other.expected == "5 to 20 % (usual range, from no study of this plan; unverified)"
    assert by_event["rescue drug (triptan, opioid, ketorolac, neuroleptic)"].expected == "most patients (unverified)"
    assert all(row.is_unverified == ("unverified" in row.expected or row.expected == "not known") for row in rows)


def test_an_event_of_an_author_without_a_frequency_is_not_known():
    own = {"events": [{"event": "holiday", "strategy": "treatment policy"}]}
    row = describe_events(plan(estimand=own))[0]
    assert (row.expected, row.alternative, row.is_unverified) == ("not known", "", True)


def test_a_guess_is_no_intercurrent_event():
    rows = describe_events(plan())
    assert rows[-1].strategy == MEDIATOR
    assert not any("guess" in usual.event for usual in usual_events())
    belief = {"belief": {"effect": number(1.0), "in_active": share(0.75), "in_control": share(0.25)}}
    row = describe_events(plan(effect=belief))[-1]
    assert "with it 75 % (36/48) (made up for a test), without it 25 % (12/48)" in row.expected
    assert not row.is_unverified


def test_an_assumed_share_without_a_range_is_unverified_once():
    assert expected_in_words(Share(value=0.2, basis="assumed", source="a guess"), 5) == "20 % (a guess; unverified)"
