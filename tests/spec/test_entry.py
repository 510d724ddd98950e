"""Who enters? Course tables and a study in; for each course whether it entered or where it was lost, on every engine."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from abate.cohort.entry import Entry, find_entry
from abate.cohort.refractory import count_failed_classes
from abate.contracts.course_tables import CourseTables
from abate.contracts.definition import Study
from abate.engine.time import epoch_seconds
from tests.tables import arrow_table

NO_RATINGS = "person_id | time | scale | value"
NO_FINDINGS = "table | rule | action"


def study_of(treatment: dict[str, Any] | None = None, **sections: Any) -> Study:
    return Study.model_validate(
        {
            "title": "A test",
            "treatment": {"name": "ketamine", **(treatment or {})},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
            **sections,
        }
    )


def asks(**eligibility: Any) -> Study:
    return study_of(eligibility={"courses": "all", **eligibility})


def entry(spec, study: Study) -> Entry:
    spec.given(ratings=NO_RATINGS, findings=NO_FINDINGS)
    return find_entry(study, CourseTables(**spec.tables, source_kind="test"), spec.engine)


def counted(entry: Entry) -> dict[str, tuple[int, int, int, int]]:
    """Persons and courses left, persons and courses lost, at the rules that were asked."""
    return {
        step.id: (step.persons, step.courses, step.persons_lost, step.courses_lost)
        for step in entry.attrition
        if step.is_asked
    }


def noted(entry: Entry) -> dict[str, str | None]:
    return {step.id: step.note for step in entry.attrition}


COURSES = """
    course_id | person_id | treatment | course_number | start            | end
    a1        | 1         | ketamine  | 1             | 2024-03-10 12:00 | 2024-03-11 11:59:59
    a2        | 1         | ketamine  | 2             | 2024-06-10 12:00 | 2024-06-11 12:00
    a3        | 1         | ketamine  | 3             | 2024-09-10 12:00 | 2024-09-15 12:00
    b1        | 2         | ketamine  | 1             | 2024-03-10 12:00 | 2024-03-24 12:00
    c1        | 3         | ketamine  | 1             | 2024-03-10 12:00 | 2024-03-24 12:00:01
    d1        | 4         | ketamine  | 1             | 2024-03-10 12:00 |
    e1        | 5         | lidocaine | 1             | 2024-03-10 12:00 | 2024-03-10 13:00
"""


def test_without_rules_every_course_of_the_treatment_enters(spec):
    spec.given(courses=COURSES)
    found = entry(spec, study_of())
    spec.then("""
        course_id | is_eligible | lost_at
        a1        | true        |
        a2        | true        |
        a3        | true        |
        b1        | true        |
        c1        | true        |
        d1        | true        |
        e1        | false       | treated
    """, found.courses)  # fmt: skip
    assert counted(found) == {"treated": (4, 6, 0, 0)}
    assert set(list(noted(found).values())[1:]) == {"The study does not ask this."}
    assert found.comparator_attrition == ()


def test_both_ends_of_the_length_belong_to_it(spec):
    "24 hours (a2) and 14 days (b1) to the second enter; a second less (a1) or more (c1), or no known end (d1), does not."
    spec.given(courses=COURSES)
    found = entry(spec, study_of({"length": ["1d", "14d"]}))
    spec.then("""
        course_id | lost_at
        a1        | length
        a2        |
        a3        |
        b1        |
        c1        | length
        d1        | length
        e1        | treated
    """, found.courses)  # fmt: skip
    assert counted(found) == {"treated": (4, 6, 0, 0), "length": (2, 3, 2, 3)}
    assert noted(found)["length"] == "1 course lost because the end of the last dose is not recorded."
    assert found.attrition[1].rule == (
        "The course lasted from 24 hours to 14 days, from the first dose to the end of the last."
    )


@pytest.mark.parametrize(
    ("which", "entered", "left"),
    [("first", ["b1"], (1, 1)), ("first eligible", ["a2", "b1"], (2, 2)), ("all", ["a2", "a3", "b1"], (2, 3))],
)
def test_first_and_first_eligible_differ(spec, which, entered, left):
    "The first course of person 1 is too short: 'first' loses the person, 'first eligible' takes the second course."
    spec.given(courses=COURSES)
    found = entry(spec, study_of({"length": ["1d", "14d"]}, eligibility={"courses": which}))
    rows = spec.engine.to_arrow(found.courses).to_pylist()
    assert sorted(row["course_id"] for row in rows if row["is_eligible"]) == entered
    assert (found.attrition[-1].persons, found.attrition[-1].courses) == left


def test_a_comparator_meets_the_rules_of_its_own_treatment(spec):
    "One hour is too short for ketamine and long enough for lidocaine; attrition counts ketamine only."
    spec.given(courses=COURSES)
    study = study_of(
        {"length": ["1d", "14d"]},
        comparator={"name": "lidocaine", "length": ["1h", "1d"]},
        eligibility={"courses": "first"},
    )
    found = entry(spec, study)
    spec.then("""
        course_id | is_eligible | lost_at
        a1        | false       | length
        a2        | false       | first_course
        a3        | false       | first_course
        b1        | true        |
        c1        | false       | length
        d1        | false       | length
        e1        | true        |
    """, found.courses)  # fmt: skip
    assert counted(found) == {"treated": (4, 6, 0, 0), "length": (2, 3, 2, 3), "first_course": (1, 1, 1, 2)}
    assert [(step.id, step.courses) for step in found.comparator_attrition if step.is_asked] == [
        ("treated", 1),
        ("length", 1),
        ("first_course", 1),
    ]
    assert found.comparator_attrition[0].rule == "A course of lidocaine is in the records."


ONE_EACH = """
    course_id | person_id | treatment | course_number | start            | end
    a         | 1         | ketamine  | 1             | 2024-03-10 12:00 | 2024-03-12 12:00
    b         | 2         | ketamine  | 1             | 2024-03-10 12:00 | 2024-03-12 12:00
    c         | 3         | ketamine  | 1             | 2024-03-10 12:00 | 2024-03-12 12:00
    d         | 4         | ketamine  | 1             | 2024-03-10 12:00 | 2024-03-12 12:00
    e         | 5         | ketamine  | 1             | 2024-03-10 12:00 | 2024-03-12 12:00
    f         | 6         | ketamine  | 1             | 2024-03-10 12:00 | 2024-03-12 12:00
"""


def test_a_diagnosis_counts_up_to_the_day_of_the_first_dose(spec):
    "Later on the same day (a) counts, the next day (b) does not; names in any case (c); codes by beginning and vocabulary (d, e not f)."
    spec.given(courses=ONE_EACH, conditions="""
        person_id | date             | code     | vocabulary | name
        1         | 2024-03-10 23:00 | x        |            | migraine
        2         | 2024-03-11 00:00 | x        |            | migraine
        3         | 2010-01-01       | x        |            | Migraine
        4         | 2010-01-01       | g43.709  | ICD-10-CM  | Chronic migraine without aura
        5         | 2010-01-01       | 37796009 | SNOMED     | Migraine disorder
        6         | 2010-01-01       | G44.0    | ICD10CM    | Cluster headache
        6         | 2010-01-01       | G43.0    |            |
        6         | 2010-01-01       | 37796009 | ICD10CM    |
    """)  # fmt: skip
    study = study_of(condition={"name": "migraine", "icd10cm": ["G43"], "snomed": ["37796009"]})
    found = entry(spec, study)
    spec.then("""
        course_id | lost_at
        a         |
        b         | condition
        c         |
        d         |
        e         |
        f         | condition
    """, found.courses)  # fmt: skip
    assert counted(found)["condition"] == (4, 4, 2, 2)


def test_age_is_in_completed_years_at_the_first_dose(spec):
    "a turns 18 on the day; b the day after; c is 89 until tomorrow; d is 90 today; e has a year only; f has nothing."
    spec.given(courses=ONE_EACH, patients="""
        person_id | birth_date | birth_year
        1         | 2006-03-10 |
        2         | 2006-03-11 | 2006
        3         | 1934-03-11 |
        4         | 1934-03-10 |
        5         |            | 2006
        6         |            |
    """)  # fmt: skip
    found = entry(spec, asks(age=[18, 89]))
    spec.then("""
        course_id | lost_at
        a         |
        b         | age
        c         |
        d         | age
        e         |
        f         | age
    """, found.courses)  # fmt: skip
    assert noted(found)["age"] == "1 course lost because neither date nor year of birth is recorded."


def test_an_observed_span_must_hold_the_whole_time_before(spec):
    "a: to the second; b: begins a second late; c: closes before the dose; d: two spans that touch are not one; e: none."
    spec.given(courses=ONE_EACH, observed="""
        person_id | start               | end
        1         | 2024-03-09 12:00:00 | 2024-03-10 12:00
        2         | 2024-03-09 12:00:01 | 2025-01-01
        3         | 2020-01-01          | 2024-03-10 11:59:59
        4         | 2020-01-01          | 2024-03-10
        4         | 2024-03-10          | 2025-01-01
        6         | 2023-01-01          | 2025-01-01
        6         | 2020-01-01          | 2025-01-01
    """)  # fmt: skip
    spec.then("""
        course_id | lost_at
        a         |
        b         | observed_before
        c         | observed_before
        d         | observed_before
        e         | observed_before
        f         |
    """, entry(spec, asks(observed_before="24h")).courses)  # fmt: skip


FAILURES = """
    person_id | ingredient  | drug_class | role       | start      | end        | outcome         | basis
    1         | topiramate  | antiepileptic  | preventive | 2023-01-01 | 2023-02-01 | no effect       | recorded
    1         | propranolol | beta blocker   | preventive |            |            | not tolerated   | recorded
    2         | topiramate  | antiepileptic  | preventive | 2023-01-01 | 2023-02-01 | no effect       | recorded
    2         | valproate   | antiepileptic  | preventive | 2023-03-01 | 2023-06-01 | no effect       | recorded
    2         | propranolol | beta blocker   | preventive | 2024-03-01 | 2024-03-11 | no effect       | recorded
    3         | topiramate  | antiepileptic  | preventive | 2023-01-01 | 2023-02-26 |                 |
    3         | propranolol | beta blocker   | preventive | 2023-01-01 | 2023-03-10 | unknown         |
    4         | topiramate  | antiepileptic  | preventive | 2023-01-01 | 2023-02-25 |                 |
    4         | propranolol | beta blocker   | preventive | 2023-01-01 | 2023-12-01 | ongoing         |
    4         | sumatriptan | triptan        | acute      | 2023-01-01 | 2023-12-01 | no effect       |
    5         | topiramate  | antiepileptic  | preventive | 2023-01-01 | 2023-02-01 | contraindicated | inferred
    5         | propranolol | beta blocker   | preventive | 2023-03-01 |            | no effect       |
    6         | mystery     |                | preventive | 2023-01-01 | 2023-02-01 | no effect       | recorded
"""


def test_a_class_counts_once_by_record_or_else_by_exposure(spec):
    """Person 1: an undated failure is an earlier one. 2: two drugs of one class; one ended too late. 3: two exposures of 56 days
    or more. 4: 55 days, ongoing, and an acute drug do not count. 5: one inferred by the source. 6: no class."""
    spec.given(courses=ONE_EACH, treatments=FAILURES)
    courses = spec.tables["courses"]
    spec.when(
        count_failed_classes,
        courses.mutate(start_seconds=epoch_seconds(courses["start"])),
        spec.tables["treatments"],
        role="preventive",
        least_exposure_seconds=56 * 86_400,
    )
    spec.then("""
        course_id | failed_count | inferred_count
        a         | 2            | 0
        b         | 1            | 0
        c         | 2            | 2
        e         | 2            | 1
    """)


def test_failed_classes_are_asked_by_role(spec):
    "Two preventive classes: persons 1, 3 and 5, of whom 3 and 5 by inference; one acute class: person 4 only."
    spec.given(courses=ONE_EACH, treatments=FAILURES)
    preventive = entry(spec, asks(failed_preventive_classes=2))
    assert counted(preventive)["failed_preventive_classes"] == (3, 3, 3, 3)
    assert noted(preventive)["failed_preventive_classes"] == (
        "2 courses met this only by inference from exposures without a recorded outcome."
    )
    acute = entry(spec, asks(failed_acute_classes=1))
    assert counted(acute)["failed_acute_classes"] == (1, 1, 5, 5)
    assert acute.attrition[7].rule == "At least 1 class of acute drugs had failed before the first dose."


def test_a_rule_that_the_records_cannot_answer_loses_nobody_and_says_so(spec):
    spec.given(courses=ONE_EACH)
    found = entry(spec, study_of(condition={"name": "migraine"}, eligibility={"age": [18, 89], "courses": "all"}))
    assert counted(found) == {"treated": (6, 6, 0, 0)}
    assert noted(found)["condition"] == "The records hold no table of diagnoses."
    assert noted(found)["age"] == "The records hold no table of persons with their birth."
    assert found.attrition[4].rule == "The person was 18 to 89 years old at the first dose."


def test_a_course_is_lost_at_the_first_rule_that_it_does_not_meet(spec):
    "Nobody has a birth or a failed class; only the first of the two rules loses them, and the second notes nothing."
    spec.given(courses=ONE_EACH, patients="person_id | birth_year", treatments=FAILURES)
    found = entry(spec, asks(age=[18, 89], failed_preventive_classes=2))
    assert counted(found)["age"] == (0, 0, 6, 6)
    assert counted(found)["failed_preventive_classes"] == (0, 0, 0, 0)
    assert noted(found)["age"].startswith("6 courses lost")
    assert noted(found)["failed_preventive_classes"] is None


def test_no_course_gives_an_attrition_of_zeros(duckdb_engine):
    tables = {
        name: duckdb_engine.from_arrow(arrow_table(name, text, pa.int64()), name)
        for name, text in (("courses", "course_id | person_id"), ("ratings", NO_RATINGS), ("findings", NO_FINDINGS))
    }
    found = find_entry(asks(age=[18, 89]), CourseTables(**tables, source_kind="test"), duckdb_engine)
    assert len(found.attrition) == 10
    assert {(step.persons, step.courses) for step in found.attrition} == {(0, 0)}


def test_with_a_section_failure_its_rules_hold_for_the_count_of_classes(spec):
    """Two exposures of 30 days with 28 between are one of 88 days, so that person 3 has one class more; the dose of person 1, known to
    be below target, takes one away."""
    treatments = """
        person_id | ingredient  | drug_class     | role       | start      | end        | dose_mg_day | outcome
        1         | topiramate  | anticonvulsant | preventive | 2023-01-01 | 2023-06-01 | 50          |
        3         | propranolol | beta-blocker   | preventive | 2023-01-01 | 2023-01-31 |             |
        3         | propranolol | beta-blocker   | preventive | 2023-02-28 | 2023-03-30 |             |
    """
    spec.given(courses=ONE_EACH, treatments=treatments)
    plain = entry(spec, asks(failed_preventive_classes=1))
    assert counted(plain)["failed_preventive_classes"] == (1, 1, 5, 5)
    spec.then("course_id | lost_at\n a | \n b | failed_preventive_classes\n c | failed_preventive_classes\n d | failed_preventive_classes\n e | failed_preventive_classes\n f | failed_preventive_classes", plain.courses)  # fmt: skip
    declared = entry(
        spec, study_of(eligibility={"courses": "all", "failed_preventive_classes": 1}, failure={"dose": "where known"})
    )
    spec.then("course_id | lost_at\n a | failed_preventive_classes\n b | failed_preventive_classes\n c | \n d | failed_preventive_classes\n e | failed_preventive_classes\n f | failed_preventive_classes", declared.courses)  # fmt: skip


REFRACTORY = """
    person_id | ingredient    | drug_class     | role       | start      | end        | outcome         | basis
    1         | topiramate    | anticonvulsant | preventive | 2023-01-01 | 2023-06-01 | no effect       | recorded
    1         | propranolol   | beta-blocker   | preventive |            |            | not tolerated   | recorded
    1         | amitriptyline | tricyclic      | preventive | 2022-01-01 | 2022-03-02 |                 |
    1         | sumatriptan   | triptan        | acute      |            |            | no effect       | recorded
    1         | rizatriptan   | triptan        | acute      |            |            | no effect       | recorded
    2         | topiramate    | anticonvulsant | preventive | 2023-01-01 | 2023-06-01 | no effect       | recorded
    2         | propranolol   | beta-blocker   | preventive |            |            | not tolerated   | recorded
    2         | amitriptyline | tricyclic      | preventive | 2022-01-01 | 2022-02-28 |                 |
    2         | sumatriptan   | triptan        | acute      |            |            | no effect       | recorded
    2         | rizatriptan   | triptan        | acute      |            |            | no effect       | recorded
    3         | topiramate    | anticonvulsant | preventive | 2023-01-01 | 2023-06-01 | no effect       | recorded
"""
RESISTANT = {
    "courses": "all",
    "refractory": "ehf-2020-resistant",
    "refractory_assumed": ["debilitating_days", "debilitating_months"],
}


@pytest.mark.parametrize(("unknown", "lost"), [(None, "refractory"), ("exclude", "refractory"), ("include", "")])
def test_a_definition_is_asked_and_what_is_not_known_is_counted(spec, unknown, lost):
    """Person 1 had failed three classes, one by 60 days of exposure; of person 2, with 58 days, it is not known; 3 had not; 4 to 6
    have no treatments. The diagnosis is that of the study."""
    spec.given(courses=ONE_EACH, treatments=REFRACTORY)
    eligibility = RESISTANT | ({} if unknown is None else {"refractory_unknown": unknown})
    spec.given(conditions="person_id | date | code | vocabulary | name\n 1 | 2024-01-01 | x | | migraine\n 2 | 2024-01-01 | x | | migraine\n 3 | 2024-01-01 | x | | migraine\n 4 | 2024-01-01 | x | | migraine")  # fmt: skip
    found = entry(spec, study_of(eligibility=eligibility, condition={"name": "Migraine"}))
    spec.then(f"""
        course_id | lost_at
        a         |
        b         | {lost}
        c         | refractory
        d         | refractory
        e         | condition
        f         | condition
    """, found.courses)  # fmt: skip
    assert noted(found)["refractory"] == "Of 1 course it is not known."


def test_without_its_answers_a_definition_is_met_by_nobody(spec):
    spec.given(courses=ONE_EACH, treatments=REFRACTORY)
    found = entry(spec, asks(refractory="ehf-2020-resistant"))
    assert counted(found)["refractory"] == (0, 0, 6, 6)
    assert noted(found)["refractory"] == "Of 2 courses it is not known."


def test_a_definition_without_records_of_treatments_loses_nobody(spec):
    spec.given(courses=ONE_EACH)
    found = entry(spec, asks(refractory="goadsby-2006"))
    assert noted(found)["refractory"] == "The records hold no table of earlier treatments."
