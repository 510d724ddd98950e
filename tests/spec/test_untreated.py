"""Which visits are untreated episodes? Visits, courses and other doses in; episodes and findings out.

Each rule has an example of its own on DuckDB; the first example has them all, on every engine.
"""

from __future__ import annotations

from typing import Any

import pytest

from abate.contracts.course_tables import COURSES, FINDINGS
from abate.contracts.definition import Study
from abate.courses import untreated
from abate.courses.untreated import UntreatedSet, find_untreated
from tests.spec.conftest import Spec

NO_COURSE = "course_id | person_id | treatment | start"


def study_of(new_course_after: str = "24h", **asked: Any) -> Study:
    return Study.model_validate(
        {
            "title": "A test",
            "condition": {"name": "migraine", "icd10cm": ["G43"]},
            "treatment": {"name": "ketamine"},
            "comparator": {"name": "usual care", "new_course_after": new_course_after, "untreated": asked},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
        }
    )


def found_in(spec, study: Study | None = None) -> UntreatedSet:
    tables = spec.tables
    return find_untreated(
        tables["candidate_visits"], tables["courses"], tables.get("other_doses"), study or study_of(), spec.engine
    )


@pytest.fixture
def on_duckdb(duckdb_engine) -> Spec:
    return Spec(duckdb_engine)


def test_every_rule_on_every_engine(spec):
    "Person 1 has two stays, the first of three visits; 2 is treated at the second of three; 3 to 6 have none, each for another reason."
    spec.given(
        candidate_visits="""
        person_id | stay_id | start               | end              | setting    | diagnosed
        1         | a       | 2024-01-01 08:00    | 2024-01-05 12:00 | outpatient | by admission
        1         | b       | 2024-01-02 08:00    | 2024-01-03 12:00 | inpatient  |
        1         | c       | 2024-01-06 12:00    | 2024-01-07 12:00 | inpatient  | later
        1         | d       | 2024-01-08 12:00:01 | 2024-01-09 12:00 | inpatient  | by admission
        2         | e       | 2024-01-01 08:00    | 2024-01-05 12:00 | inpatient  | by admission
        2         | f       | 2024-03-01 08:00    | 2024-03-05 12:00 | inpatient  | by admission
        2         | g       | 2024-05-01 08:00    | 2024-05-05 12:00 | inpatient  | by admission
        3         | h       | 2024-01-01 08:00    | 2024-01-05 12:00 | inpatient  | later
        4         | i       | 2024-01-01 08:00    | 2024-01-05 12:00 | inpatient  | by admission
        5         | j       | 2024-01-01 08:00    | 2024-01-01 14:00 | inpatient  | by admission
        6         | k       | 2024-01-01 08:00    |                  | inpatient  | by admission
    """,
        courses="""
        course_id    | person_id | treatment | start
        2:ketamine:1 | 2         | ketamine  | 2024-03-05 12:00
    """,
        other_doses="""
        person_id | start            | end
        4         | 2024-01-01 06:00 | 2024-01-01 09:00
    """,
    )
    found = found_in(spec, study_of(starts_after="6h"))
    spec.then("""
        course_id      | person_id | course_number | admission           | start               | end              | setting
        1:usual care:1 | 1         | 1             | 2024-01-01 08:00    | 2024-01-01 14:00    | 2024-01-07 12:00 | inpatient
        1:usual care:2 | 1         | 2             | 2024-01-08 12:00:01 | 2024-01-08 18:00:01 | 2024-01-09 12:00 | inpatient
        2:usual care:1 | 2         | 1             | 2024-01-01 08:00    | 2024-01-01 14:00    | 2024-01-05 12:00 | inpatient
    """, found.courses)  # fmt: skip
    spec.then(f"""
        rule                          | action  | row_key
        {untreated.AFTER_TREATMENT}   | dropped | g
        {untreated.DIAGNOSED_LATER}   | dropped | h
        {untreated.OTHER_DRUG}        | dropped | i
        {untreated.OVER_BEFORE_CLOCK} | dropped | j
        {untreated.OPEN}              | dropped | k
    """, found.findings)  # fmt: skip


def test_a_visit_for_the_condition_without_a_dose_is_an_episode_from_admission_to_discharge(on_duckdb):
    "Its clock starts with the admission; it has no weight and no reason for its end."
    spec = on_duckdb
    spec.given(
        candidate_visits="""
        person_id | stay_id | start            | end              | setting   | diagnosed
        1         | v       | 2024-03-01 08:00 | 2024-03-05 12:00 | inpatient | by admission
    """,
        courses=NO_COURSE,
    )
    found = found_in(spec)
    assert found.courses.columns == COURSES.column_names
    assert found.findings.columns == FINDINGS.column_names
    spec.then("""
        course_id      | person_id | treatment  | course_number | admission        | start            | end              | discharge        | setting   | weight_kg | end_reason
        1:usual care:1 | 1         | usual care | 1             | 2024-03-01 08:00 | 2024-03-01 08:00 | 2024-03-05 12:00 | 2024-03-05 12:00 | inpatient |           | unknown
    """, found.courses)  # fmt: skip
    spec.then("rule | row_key", found.findings)


def test_whoever_is_treated_later_counts_as_untreated_before_and_never_after(on_duckdb):
    "The stay of the first dose, b, is a course and no finding; what came before it is an episode, what came after it none."
    spec = on_duckdb
    spec.given(
        candidate_visits="""
        person_id | stay_id | start            | end              | setting   | diagnosed
        1         | a       | 2024-01-01 08:00 | 2024-01-05 12:00 | inpatient | by admission
        1         | b       | 2024-03-01 08:00 | 2024-03-05 12:00 | inpatient | by admission
        1         | c       | 2024-05-01 08:00 | 2024-05-05 12:00 | inpatient | by admission
        2         | d       | 2024-01-01 08:00 | 2024-01-05 12:00 | inpatient | by admission
    """,
        courses="""
        course_id    | person_id | treatment | start
        1:ketamine:2 | 1         | ketamine  | 2024-05-02 08:00
        1:ketamine:1 | 1         | ketamine  | 2024-03-02 08:00
        2:other:1    | 2         | other     | 2024-01-02 08:00
    """,
    )
    found = found_in(spec)
    spec.then("""
        course_id      | start
        1:usual care:1 | 2024-01-01 08:00
        2:usual care:1 | 2024-01-01 08:00
    """, found.courses)  # fmt: skip
    spec.then(f"""
        rule                        | action  | row_key
        {untreated.AFTER_TREATMENT} | dropped | c
    """, found.findings)  # fmt: skip


def test_a_dose_in_the_second_of_admission_or_discharge_lies_in_the_stay(on_duckdb):
    "Both ends belong to it, as they do for courses; the visit of person 3 was over a second before."
    spec = on_duckdb
    spec.given(
        candidate_visits="""
        person_id | stay_id | start            | end                 | setting   | diagnosed
        1         | a       | 2024-01-01 08:00 | 2024-01-05 12:00    | inpatient | by admission
        2         | b       | 2024-01-01 08:00 | 2024-01-05 12:00    | inpatient | by admission
        3         | c       | 2024-01-01 08:00 | 2024-01-05 11:59:59 | inpatient | by admission
    """,
        courses="""
        course_id    | person_id | treatment | start
        1:ketamine:1 | 1         | ketamine  | 2024-01-01 08:00
        2:ketamine:1 | 2         | ketamine  | 2024-01-05 12:00
        3:ketamine:1 | 3         | ketamine  | 2024-01-05 12:00
    """,
    )
    found = found_in(spec)
    spec.then("""
        course_id
        3:usual care:1
    """, found.courses)  # fmt: skip
    spec.then("rule | row_key", found.findings)


def test_what_is_recorded_after_the_day_of_admission_was_not_known_at_time_zero(on_duckdb):
    "Person 2 was in hospital for something else: that is no finding."
    spec = on_duckdb
    spec.given(
        candidate_visits="""
        person_id | stay_id | start            | end              | setting   | diagnosed
        1         | a       | 2024-01-01 08:00 | 2024-01-05 12:00 | inpatient | later
        2         | b       | 2024-01-01 08:00 | 2024-01-05 12:00 | inpatient |
    """,
        courses=NO_COURSE,
    )
    found = found_in(spec)
    spec.then("course_id", found.courses)
    spec.then(f"""
        rule                        | action  | row_key
        {untreated.DIAGNOSED_LATER} | dropped | a
    """, found.findings)  # fmt: skip


def test_visits_without_a_longer_pause_are_one_stay(on_duckdb):
    "b lies inside a; c follows exactly 24 hours after a, d a second more after c. What opens the stay says what it is for."
    spec = on_duckdb
    spec.given(
        candidate_visits="""
        person_id | stay_id | start               | end              | setting    | diagnosed
        1         | a       | 2024-01-01 08:00    | 2024-01-05 12:00 | outpatient | by admission
        1         | b       | 2024-01-02 08:00    | 2024-01-03 12:00 | inpatient  |
        1         | c       | 2024-01-06 12:00    | 2024-01-07 12:00 | inpatient  |
        1         | d       | 2024-01-08 12:00:01 | 2024-01-09 12:00 | inpatient  | by admission
    """,
        courses=NO_COURSE,
    )
    spec.then("""
        course_id      | course_number | admission           | discharge        | setting
        1:usual care:1 | 1             | 2024-01-01 08:00    | 2024-01-07 12:00 | inpatient
        1:usual care:2 | 2             | 2024-01-08 12:00:01 | 2024-01-09 12:00 | inpatient
    """, found_in(spec).courses)  # fmt: skip


def test_a_dose_after_a_move_to_another_ward_makes_the_whole_stay_a_treated_one(on_duckdb):
    "Else the days before the move would count as a stay that ended untreated."
    spec = on_duckdb
    spec.given(
        candidate_visits="""
        person_id | stay_id | start            | end              | setting   | diagnosed
        1         | a       | 2024-01-01 08:00 | 2024-01-03 12:00 | inpatient | by admission
        1         | b       | 2024-01-03 12:05 | 2024-01-07 12:00 | inpatient | by admission
    """,
        courses="""
        course_id    | person_id | treatment | start
        1:ketamine:1 | 1         | ketamine  | 2024-01-04 08:00
    """,
    )
    found = found_in(spec)
    spec.then("course_id", found.courses)
    spec.then("rule | row_key", found.findings)


def test_two_visits_on_the_day_of_admission_open_a_stay_together(on_duckdb):
    "The emergency visit was for something else, the admission that followed it on that day for migraine; on the next day it is too late."
    spec = on_duckdb
    spec.given(
        candidate_visits="""
        person_id | stay_id | start            | end              | setting    | diagnosed
        1         | a       | 2024-01-01 06:00 | 2024-01-01 08:00 | outpatient |
        1         | b       | 2024-01-01 08:00 | 2024-01-05 12:00 | inpatient  | by admission
        2         | c       | 2024-01-01 06:00 | 2024-01-02 08:00 | outpatient |
        2         | d       | 2024-01-02 08:00 | 2024-01-05 12:00 | inpatient  | by admission
    """,
        courses=NO_COURSE,
    )
    found = found_in(spec, study_of(visits=["emergency", "inpatient"]))
    spec.then("""
        course_id      | start
        1:usual care:1 | 2024-01-01 06:00
    """, found.courses)  # fmt: skip
    spec.then(f"""
        rule                        | row_key
        {untreated.DIAGNOSED_LATER} | c
    """, found.findings)  # fmt: skip


def test_a_stay_that_a_dose_of_another_named_drug_touches_is_none(on_duckdb):
    "A dose that runs into the admission touches it, as does one at discharge; a dose the week before does not."
    spec = on_duckdb
    spec.given(
        candidate_visits="""
        person_id | stay_id | start            | end              | setting   | diagnosed
        1         | a       | 2024-01-01 08:00 | 2024-01-05 12:00 | inpatient | by admission
        2         | b       | 2024-01-01 08:00 | 2024-01-05 12:00 | inpatient | by admission
        3         | c       | 2024-01-01 08:00 | 2024-01-05 12:00 | inpatient | by admission
    """,
        courses=NO_COURSE,
        other_doses="""
        person_id | start            | end
        1         | 2024-01-01 06:00 | 2024-01-01 09:00
        2         | 2024-01-05 12:00 |
        3         | 2023-12-24 08:00 | 2023-12-25 08:00
    """,
    )
    found = found_in(spec)
    spec.then("""
        course_id
        3:usual care:1
    """, found.courses)  # fmt: skip
    spec.then(f"""
        rule                   | row_key
        {untreated.OTHER_DRUG} | a
        {untreated.OTHER_DRUG} | b
    """, found.findings)  # fmt: skip


def test_a_clock_that_starts_after_the_admission(on_duckdb):
    "Whoever left before it starts has no time after time zero; a visit without an end cannot be judged."
    spec = on_duckdb
    spec.given(
        candidate_visits="""
        person_id | stay_id | start            | end              | setting   | diagnosed
        1         | a       | 2024-01-01 08:00 | 2024-01-05 12:00 | inpatient | by admission
        2         | b       | 2024-01-01 08:00 | 2024-01-01 14:00 | inpatient | by admission
        3         | c       | 2024-01-01 08:00 |                  | inpatient | by admission
    """,
        courses=NO_COURSE,
    )
    found = found_in(spec, study_of(starts_after="6h"))
    spec.then("""
        course_id      | admission        | start            | end
        1:usual care:1 | 2024-01-01 08:00 | 2024-01-01 14:00 | 2024-01-05 12:00
    """, found.courses)  # fmt: skip
    spec.then(f"""
        rule                          | row_key
        {untreated.OVER_BEFORE_CLOCK} | b
        {untreated.OPEN}              | c
    """, found.findings)  # fmt: skip
