"""What always holds of entry: every engine agrees with the oracle, and attrition adds up to the courses that entered."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

import pyarrow as pa
import pytest

from abate.cohort.entry import Entry, find_entry
from abate.contracts.course_tables import COURSE_TABLES, FINDINGS, CourseTables
from abate.contracts.definition import Study
from tests.oracle.entry import Rules, lost_at
from tests.tables import arrow_table

RULES = {
    "lengths": {
        "ketamine": (dt.timedelta(days=1), dt.timedelta(days=5)),
        "lidocaine": (dt.timedelta(hours=1), dt.timedelta(days=2)),
    },
    "condition": "migraine",
    "icd10cm": "G43",
    "ages": (18, 60),
    "observed_before": dt.timedelta(days=60),
    "preventive_classes": 2,
    "acute_classes": 1,
    "preventive_exposure": dt.timedelta(days=56),
    "acute_exposure": dt.timedelta(days=1),
}


REACHED = {
    "treated", "length", "condition", "age", "observed_before", "failed_preventive_classes", "failed_acute_classes",
}  # fmt: skip
LAST = {"first": "first_course", "first eligible": "first_eligible"}


def study_of(courses: str) -> Study:
    return Study.model_validate(
        {
            "title": "A test",
            "condition": {"name": "migraine", "icd10cm": ["G43"]},
            "treatment": {"name": "ketamine", "length": ["1d", "5d"]},
            "comparator": {"name": "lidocaine", "length": ["1h", "2d"]},
            "eligibility": {
                "age": [18, 60],
                "observed_before": "60d",
                "failed_preventive_classes": 2,
                "failed_acute_classes": 1,
                "courses": courses,
            },
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
        }
    )


def make_person(rng: random.Random, person: int) -> dict[str, list[dict[str, Any]]]:
    """Make one person's tables; most rows meet the rules, so that every rule is reached."""
    choose, day = rng.choice, dt.timedelta(days=1)
    treatment = choose(["ketamine", "ketamine", "ketamine", "lidocaine", "lidocaine", "other"])
    start, courses = dt.datetime(2024, 2, 28, 6), []
    for number in range(choose([1, 2, 3])):
        length = choose([None, 0, 1, 23, *[24, 25, 36, 48] * 4, 120, 121])
        courses.append(
            {
                "course_id": f"{person}:{number}",
                "treatment": treatment,
                "course_number": number + 1,
                "start": start,
                "end": None if length is None else start + dt.timedelta(hours=length),
            }
        )
        start += choose([10, 40]) * day
    first = courses[0]["start"]
    conditions = [
        {
            "date": first + choose([-100, -1, 0, 1, 20]) * day,
            "code": choose(["G43.7", "g43", "G4", "H43"]).upper(),
            "vocabulary": choose(["ICD10CM", "ICD10CM", None]),
            "name": choose(["Migraine", None, "cluster headache"]),
        }
        for _ in range(choose([0, 2, 3, 4]))
    ]
    patients = [
        {
            "birth_date": choose([None, dt.date(2006, 2, 28), dt.date(2006, 2, 28), dt.date(1963, 2, 28), dt.date(1984, 2, 29)]),
            "birth_year": choose([None, 2006, 1964]),
        }
    ][: choose([0, 1, 1, 1])]  # fmt: skip
    observed = [
        {"start": first - choose([59, 60, 61, 400]) * day, "end": first + choose([-1, 0, 100, 100]) * day}
        for _ in range(choose([0, 2, 3, 4]))
    ]
    treatments = []
    for _ in range(choose([0, 8, 12, 12])):
        began = choose([None, first - 100 * day, first - 57 * day])
        treatments.append(
            {
                "ingredient": "drug",
                "drug_class": choose([None, "a", "b", "b", "c"]),
                "role": choose(["preventive", "preventive", "acute", "other"]),
                "start": began,
                "end": None if began is None else choose([None, began + 55 * day, began + 56 * day, began + 57 * day]),
                "outcome": choose([None, "unknown", "ongoing", "no effect", "not tolerated"]),
            }
        )
    tables = {"courses": courses, "conditions": conditions, "patients": patients, "observed": observed}
    tables["treatments"] = treatments
    return {name: [{"person_id": person, **row} for row in rows] for name, rows in tables.items()}


def make_tables(person_count: int) -> dict[str, list[dict[str, Any]]]:
    rng = random.Random(20240229)
    persons = [make_person(rng, person) for person in range(person_count)]
    return {name: [row for person in persons for row in person[name]] for name in persons[0]}


def find_in(engine: Any, tables: dict[str, list[dict[str, Any]]], courses: str) -> Entry:
    loaded = {}
    for table in (*COURSE_TABLES.values(), FINDINGS):
        if table.name in tables or table.name in ("ratings", "findings"):
            schema = arrow_table(table.name, " | ".join(table.column_names)).schema
            rows = pa.Table.from_pylist(tables.get(table.name, []), schema)
            loaded[table.name] = engine.from_arrow(rows, table.name)
    return find_entry(study_of(courses), CourseTables(**loaded, source_kind="test"), engine)


@pytest.mark.parametrize(
    ("engine_name", "courses"),
    [
        ("duckdb_engine", "first"),
        ("duckdb_engine", "all"),
        ("duckdb_engine", "first eligible"),
        pytest.param("spark_engine", "first eligible", marks=[pytest.mark.spark, pytest.mark.slow]),
    ],
)
def test_engines_agree_with_the_oracle_on_hundreds_of_persons(request, engine_name, courses):
    engine, tables = request.getfixturevalue(engine_name), make_tables(600)
    found = engine.to_arrow(find_in(engine, tables, courses).courses).to_pylist()
    expected = lost_at(Rules(**RULES, courses=courses), tables)
    assert {row["course_id"]: row["lost_at"] for row in found} == expected
    assert len(found) == len(expected)
    assert all(row["is_eligible"] == (row["lost_at"] is None) for row in found)
    assert set(expected.values()) == REACHED | {None, LAST.get(courses)}, "the persons made do not reach every rule"


@pytest.mark.parametrize("treatment", ["ketamine", "lidocaine"])
def test_attrition_adds_up(duckdb_engine, treatment):
    tables = make_tables(500)
    entry = find_in(duckdb_engine, tables, "first eligible")
    steps = entry.attrition if treatment == "ketamine" else entry.comparator_attrition
    courses = {row["course_id"]: row["person_id"] for row in tables["courses"] if row["treatment"] == treatment}
    rows = duckdb_engine.to_arrow(entry.courses).to_pylist()
    entered = [row["course_id"] for row in rows if row["is_eligible"] and row["course_id"] in courses]
    assert (steps[0].courses, steps[-1].courses) == (len(courses), len(entered))
    assert steps[-1].persons == len({courses[course] for course in entered})
    assert all(before.courses - after.courses_lost == after.courses for before, after in itertools.pairwise(steps))
    assert all(before.persons - after.persons_lost == after.persons for before, after in itertools.pairwise(steps))
