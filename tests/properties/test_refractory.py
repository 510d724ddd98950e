"""What always holds of failures and definitions: engine and single patient agree, and more information never unmakes a verdict."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abate.cohort.failure_rules import declared_rules
from abate.cohort.failures import find_failures
from abate.cohort.one_patient import PastTreatment, find_trials, judge_one
from abate.cohort.verdicts import find_verdicts
from abate.contracts.failure import Failure
from abate.engine.time import epoch_seconds
from abate.knowledge.drug_table import drug_table
from abate.knowledge.refractory_definitions import definition, definitions
from tests.tables import arrow_table

DRUGS = {drug.ingredient: drug for drug in drug_table()}
TAKEN = (
    "topiramate", "valproate", "divalproex", "propranolol", "amitriptyline", "erenumab", "onabotulinumtoxinA", "candesartan",
    "sumatriptan", "rizatriptan", "dihydroergotamine", "naproxen", "lidocaine", "a drug nobody knows",
)  # fmt: skip
EVERY = [*definitions(), "2-preventive-1-acute"]
ANSWERS = {
    "migraine": True, "chronic_migraine": True, "medication_overuse": False, "interference": True, "acute_grade": True,
    "psychiatric_care": True, "debilitating_days": 10, "debilitating_months": 7, "combination_analgesic_failed": False,
}  # fmt: skip
FIRST = dt.datetime(2019, 3, 1, 10)
DAY = dt.timedelta(days=1)


@st.composite
def past_treatments(draw: Any) -> list[PastTreatment]:
    rows = []
    for ingredient in draw(st.lists(st.sampled_from(TAKEN), max_size=8)):
        known = DRUGS.get(ingredient)
        start = draw(st.one_of(st.none(), st.integers(-400, 20).map(lambda day: FIRST + day * DAY)))
        length = draw(
            st.one_of(st.none(), st.sampled_from([0, 1, 20, 29, 30, 31, 55, 56, 59, 60, 61, 84, 90, 167, 168, 200]))
        )
        rows.append(
            PastTreatment(
                ingredient=ingredient,
                drug_class=known and known.drug_class,
                role=known.role if known else draw(st.sampled_from([None, "preventive"])),
                start=start,
                end=None if length is None or start is None else start + length * DAY,
                dose_mg_day=draw(st.sampled_from([None, None, 20.0, 100.0, 1000.0])),
                outcome=draw(st.sampled_from([None, None, None, "unknown", "no effect", "not tolerated", "contraindicated", "ongoing"])),
                basis=draw(st.sampled_from([None, "recorded", "inferred"])),
            )
        )  # fmt: skip
    return rows


failures = st.builds(
    Failure,
    target_dose=st.sampled_from(["EHF 2018", "AHS/AAN 2012"]),
    dose=st.sampled_from(["where known", "required", "ignored"]),
    adequate_preventive=st.sampled_from([None, None, "28d", "84d"]),
    refill_gap=st.sampled_from(["0d", "30d", "60d"]),
    switch_within=st.sampled_from(["0d", "30d", "90d"]),
    stopped_after_adequate=st.sampled_from(["no effect", "unknown"]),
    switched_after_adequate=st.sampled_from(["no effect", "unknown"]),
    switched_after_short=st.sampled_from(["not tolerated", "unknown"]),
    no_effect_too_short=st.sampled_from(["counts", "does not count"]),
    contraindicated=st.sampled_from(["as the definition says", "counts", "does not count"]),
    unknown_after_adequate=st.sampled_from(["counts", "not known"]),
    not_recorded=st.sampled_from(["never taken", "not known"]),
    available_since=st.sampled_from([{}, {"gepant": 2018, "beta-blocker": 1970, "tricyclic": 2019}]),
)


def in_engine(engine: Any, histories: list[list[PastTreatment]]) -> tuple[Any, Any]:
    """Return courses and treatments of persons numbered by their place; each has one course, at FIRST."""
    courses = [{"course_id": str(n), "person_id": n, "start": FIRST} for n in range(len(histories))]
    rows = [{"person_id": n, **vars(one)} for n, history in enumerate(histories) for one in history]
    loaded = []
    for name, found in (("courses", courses), ("treatments", rows)):
        empty = arrow_table(name, "person_id")
        loaded.append(engine.from_arrow(pa.Table.from_pylist(found, empty.schema), name))
    return loaded[0].mutate(start_seconds=epoch_seconds(loaded[0]["start"])), loaded[1]


def assert_agreement(engine: Any, histories: list[list[PastTreatment]], failure: Failure, name: str) -> None:
    asked = definition(name)
    courses, treatments = in_engine(engine, histories)
    found = find_verdicts(courses, treatments, asked, failure=failure, answers=ANSWERS)
    rows = {int(row["course_id"]): row for row in engine.to_arrow(found).to_pylist()}
    assert set(rows) == set(range(len(histories)))
    for number, history in enumerate(histories):
        own = judge_one(asked, history, at=FIRST, answers=ANSWERS, failure=failure)
        row = rows[number]
        assert row["verdict"] == own.verdict
        assert row["missing"] == ", ".join(own.missing)
        assert {one.demand.id: one.verdict for one in own.demands} == {
            id: row[f"demand_{id}"] for id in asked.demand_ids
        }


def trial_key(trial: dict[str, Any]) -> tuple[str, ...]:
    names = ("ingredient", "role", "days", "dose_mg_day", "dose_reached", "outcome", "basis", "rule", "adequate", "is_failed", "may_have_failed")  # fmt: skip
    return tuple(f"{trial[name]:.6f}" if isinstance(trial[name], float) else str(trial[name]) for name in names)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories=st.lists(past_treatments(), min_size=1, max_size=25), failure=failures, name=st.sampled_from(EVERY))
def test_one_patient_is_a_table_with_one_person(duckdb_engine, histories, failure, name):
    assert_agreement(duckdb_engine, histories, failure, name)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories=st.lists(past_treatments(), min_size=1, max_size=25), failure=failures)
def test_engine_and_single_patient_make_the_same_trials(duckdb_engine, histories, failure):
    rules = declared_rules(failure)
    courses, treatments = in_engine(duckdb_engine, histories)
    found = duckdb_engine.to_arrow(find_failures(courses, treatments, rules)).to_pylist()
    for number, history in enumerate(histories):
        own = sorted(trial_key(vars(trial)) for trial in find_trials(history, at=FIRST, rules=rules))
        assert sorted(trial_key(row) for row in found if row["course_id"] == str(number)) == own


def many_histories(count: int) -> list[list[PastTreatment]]:
    """Make histories that often come near to a verdict: several drugs, mostly failed."""
    rng, found = random.Random(2019), []
    for _ in range(count):
        rows = []
        for ingredient in rng.sample(TAKEN[:13], rng.choice([0, 4, 9, 12, 13])):
            drug, start = DRUGS[ingredient], FIRST - rng.randint(1, 700) * DAY
            rows.append(
                PastTreatment(
                    ingredient=ingredient,
                    drug_class=drug.drug_class,
                    role=drug.role,
                    start=start,
                    end=start + rng.choice([10, 59, 60, 100, 200]) * DAY,
                    outcome=rng.choice([None, None, "no effect", "not tolerated", "ongoing", "contraindicated"]),
                )
            )
        found.append(rows)
    return found


@pytest.mark.spark
@pytest.mark.slow
def test_spark_agrees_too(spark_engine):
    for name in ("ehf-2020-refractory", "dantona-2019"):
        assert_agreement(spark_engine, many_histories(60), Failure(), name)


def test_the_histories_made_reach_every_verdict(duckdb_engine):
    courses, treatments = in_engine(duckdb_engine, many_histories(300))
    for name, wanted in (
        ("ehf-2020-resistant", {"met", "not met", "not known"}),
        ("ahs-2008", {"met", "not met", "not known"}),
        ("dantona-2019", {"met", "not met", "not known"}),
        ("goadsby-2006", {"met", "not met", "not known"}),
    ):
        found = find_verdicts(courses, treatments, definition(name), answers=ANSWERS)
        assert set(duckdb_engine.to_arrow(found.select("verdict")).column("verdict").to_pylist()) == wanted, name


@settings(max_examples=150, deadline=None)
@given(history=past_treatments(), failure=failures, name=st.sampled_from(EVERY), data=st.data())
def test_an_answer_more_never_turns_a_verdict_into_not_known(history, failure, name, data):
    known = {key: answer for key, answer in ANSWERS.items() if data.draw(st.booleans())}
    fewer = judge_one(name, history, at=FIRST, answers=known, failure=failure)
    more = judge_one(name, history, at=FIRST, answers=ANSWERS, failure=failure)
    if fewer.verdict != "not known":
        assert more.verdict == fewer.verdict


@settings(max_examples=150, deadline=None)
@given(history=past_treatments(), failure=failures, name=st.sampled_from(EVERY), data=st.data())
def test_the_order_of_treatments_is_of_no_account(history, failure, name, data):
    shuffled = data.draw(st.permutations(history))
    first, second = (judge_one(name, rows, at=FIRST, answers=ANSWERS, failure=failure) for rows in (history, shuffled))
    assert [one.verdict for one in first.demands] == [one.verdict for one in second.demands]


@settings(max_examples=150, deadline=None)
@given(history=past_treatments(), name=st.sampled_from([n for n in EVERY if n != "dantona-2019"]))
def test_one_failed_drug_more_never_unmakes_a_met_definition(history, name):
    more = [
        *history,
        PastTreatment(ingredient="timolol", drug_class="beta-blocker", role="preventive", outcome="not tolerated"),
    ]
    if judge_one(name, history, at=FIRST, answers=ANSWERS).verdict == "met":
        assert judge_one(name, more, at=FIRST, answers=ANSWERS).verdict == "met"
