"""The headline numbers under other definitions: three persons with two, three and no failed classes, reckoned by hand."""

import datetime as dt

import pyarrow as pa
import pytest

from abate.contracts.course_tables import CourseTables
from abate.contracts.definition import Study
from abate.study.refractory_sensitivity import vary_the_definition
from tests.tables import arrow_table

COURSES = """
    course_id | person_id | treatment | course_number | start      | end
    a         | 1         | ketamine  | 1             | 2024-03-10 | 2024-03-12
    b         | 2         | ketamine  | 1             | 2024-03-10 | 2024-03-12
    c         | 3         | ketamine  | 1             | 2024-03-10 | 2024-03-12
    d         | 1         | ketamine  | 2             | 2024-09-10 | 2024-09-12
"""
#: Person 1: two classes for certain, a third by a contraindication, before the second course; person 2: three, one of them by
#: 60 days of exposure.
TREATMENTS = """
    person_id | ingredient    | drug_class     | role       | start      | end        | outcome
    1         | topiramate    | anticonvulsant | preventive | 2023-01-01 | 2023-06-01 | no effect
    1         | propranolol   | beta-blocker   | preventive | 2023-01-01 | 2023-06-01 | not tolerated
    1         | amitriptyline | tricyclic      | preventive | 2024-05-01 | 2024-05-02 | contraindicated
    2         | topiramate    | anticonvulsant | preventive | 2023-01-01 | 2023-06-01 | no effect
    2         | propranolol   | beta-blocker   | preventive | 2023-01-01 | 2023-06-01 | not tolerated
    2         | venlafaxine   | SNRI           | preventive | 2023-01-01 | 2023-03-02 |
"""
OUTCOMES = pa.table(
    {
        "course_id": ["a", "b", "c", "d"],
        "person_id": [1, 2, 3, 1],
        "treatment": ["ketamine"] * 4,
        "start": [dt.datetime(2024, 3, 10)] * 3 + [dt.datetime(2024, 9, 10)],
        "baseline": [8.0, 8.0, 8.0, 8.0],
        "final": [7.0, 5.0, 2.0, 4.0],
    }
)


def study_of(**sections):
    return Study.model_validate(
        {
            "title": "A test",
            "treatment": {"name": "ketamine"},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
            **sections,
        }
    )


@pytest.fixture
def vary(duckdb_engine):
    def run(study, treatments=TREATMENTS):
        texts = {"courses": COURSES, "treatments": treatments, "ratings": "person_id", "findings": "table"}
        tables = {
            name: duckdb_engine.from_arrow(arrow_table(name, text), name)
            for name, text in texts.items()
            if text is not None
        }
        rows = vary_the_definition(study, CourseTables(source_kind="test", **tables), OUTCOMES, duckdb_engine)
        return {row.id.removeprefix("refractory."): row for row in rows}

    return run


def counted(rows, id):
    estimates = rows[id].estimates
    return tuple(estimates[name].value for name in ("refractory.courses", "refractory.not_known", "change.mean"))


ASKED = {"courses": "first", "failed_preventive_classes": 3}


def test_other_rules_of_entry_stay_and_each_definition_picks_its_courses(vary):
    "First courses only: a, b, c. Without a rule all three; three classes by 56 days: b. A mere contraindication comes later."
    rows = vary(study_of(eligibility=ASKED))
    assert counted(rows, "any") == (3, 0, pytest.approx(-10 / 3))
    assert counted(rows, "3-preventive") == (1, 0, -3)
    assert counted(rows, "goadsby-2006") == (0, 0, None)
    assert counted(rows, "silberstein-2010-moderate") == (2, 0, -2)


def test_the_grid_varies_time_and_contraindications(vary):
    "All courses: with 84 days the exposure of 60 is too short, and of b it is not known; d counts with its contraindication."
    rows = vary(study_of(eligibility={**ASKED, "courses": "all"}))
    assert counted(rows, "3-preventive.56d.contraindicated_counts") == (2, 0, -3.5)
    assert counted(rows, "3-preventive.56d.contraindicated_does_not_count") == (1, 0, -3)
    assert counted(rows, "3-preventive.84d.contraindicated_counts") == (1, 1, -4)
    assert counted(rows, "3-preventive.84d.contraindicated_does_not_count") == (0, 1, None)


def test_what_is_not_known_enters_where_the_study_says_so(vary):
    rows = vary(study_of(eligibility={"courses": "all", "refractory": "3-preventive", "refractory_unknown": "include"}))
    assert counted(rows, "3-preventive.84d.contraindicated_counts") == (2, 1, -3.5)


def test_the_first_eligible_course_is_picked_anew_under_each_definition(vary):
    "Two classes: a is the first of person 1; three with the contraindication: d."
    rows = vary(study_of(eligibility={**ASKED, "courses": "first eligible"}))
    assert counted(rows, "any") == (3, 0, pytest.approx(-10 / 3))
    assert counted(rows, "3-preventive.56d.contraindicated_counts") == (2, 0, -3.5)


def test_nothing_is_varied_that_is_not_asked_or_not_in_the_records(vary):
    assert vary(study_of()) == {}
    assert vary(study_of(eligibility=ASKED), treatments=None) == {}
