"""What is a course? Rows of administrations and stays in; courses, doses and findings out, on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from abate.contracts.course_tables import COURSES, DOSES, FINDINGS
from abate.contracts.definition import Study
from abate.courses import infusions
from abate.courses.infusions import CourseSet, join_courses


def study_of(new_course_after: str = "24h", **sections: Any) -> Study:
    return Study.model_validate(
        {
            "title": "A test",
            "treatment": {"name": "ketamine", "new_course_after": new_course_after},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
            **sections,
        }
    )


def joined(spec, study: Study | None = None) -> CourseSet:
    return join_courses(spec.tables["administrations"], spec.tables.get("stays"), study or study_of(), spec.engine)


def test_bag_changes_and_rate_changes_are_one_course(spec):
    "Rows that follow one another without a pause, at whatever rate, belong together."
    spec.given(
        administrations="""
        row_key | person_id | treatment | start            | end              | rate_mg_h | amount_mg | route       | basis | weight_kg
        a       | 1         | ketamine  | 2024-03-01 10:00 | 2024-03-01 14:00 | 5         | 20        | intravenous | rate  | 70
        b       | 1         | ketamine  | 2024-03-01 14:00 | 2024-03-02 14:00 | 10        | 240       | intravenous | rate  | 72
        c       | 1         | ketamine  | 2024-03-02 14:00 | 2024-03-03 02:00 | 10        | 120       |             | text  |
    """
    )
    found = joined(spec)
    assert found.courses.columns == COURSES.column_names
    assert found.doses.columns == DOSES.column_names
    spec.then("""
        course_id    | person_id | treatment | course_number | start            | end              | weight_kg | end_reason
        1:ketamine:1 | 1         | ketamine  | 1             | 2024-03-01 10:00 | 2024-03-03 02:00 | 70        | unknown
    """, found.courses)  # fmt: skip
    spec.then("""
        course_id    | start            | end              | rate_mg_h | amount_mg | route       | basis
        1:ketamine:1 | 2024-03-01 10:00 | 2024-03-01 14:00 | 5         | 20        | intravenous | rate
        1:ketamine:1 | 2024-03-01 14:00 | 2024-03-02 14:00 | 10        | 240       | intravenous | rate
        1:ketamine:1 | 2024-03-02 14:00 | 2024-03-03 02:00 | 10        | 120       |             | text
    """, found.doses)  # fmt: skip


def test_a_pause_longer_than_the_limit_starts_a_new_course(spec):
    "Person 1 pauses for 24 hours to the second and stays in the course; person 2 for one second more and does not."
    spec.given(
        administrations="""
        row_key | person_id | treatment | start               | end              | rate_mg_h | basis
        a       | 1         | ketamine  | 2024-03-01 10:00    | 2024-03-01 12:00 | 5         | rate
        b       | 1         | ketamine  | 2024-03-02 12:00    | 2024-03-02 18:00 | 5         | rate
        c       | 2         | ketamine  | 2024-03-01 10:00    | 2024-03-01 12:00 | 5         | rate
        d       | 2         | ketamine  | 2024-03-02 12:00:01 | 2024-03-02 18:00 | 5         | rate
    """
    )
    spec.then("""
        course_id    | course_number | start               | end
        1:ketamine:1 | 1             | 2024-03-01 10:00    | 2024-03-02 18:00
        2:ketamine:1 | 1             | 2024-03-01 10:00    | 2024-03-01 12:00
        2:ketamine:2 | 2             | 2024-03-02 12:00:01 | 2024-03-02 18:00
    """, joined(spec).courses)  # fmt: skip


def test_a_pause_counts_from_the_latest_end_so_far(spec):
    "The second bag, row b, lies inside the first; the pause before row c is 10 hours after row a, not 30 after row b."
    spec.given(
        administrations="""
        row_key | person_id | treatment | start            | end              | rate_mg_h | basis
        a       | 1         | ketamine  | 2024-03-01 00:00 | 2024-03-03 00:00 | 5         | rate
        b       | 1         | ketamine  | 2024-03-01 02:00 | 2024-03-02 04:00 | 5         | rate
        c       | 1         | ketamine  | 2024-03-03 10:00 | 2024-03-03 12:00 | 5         | rate
    """
    )
    found = joined(spec)
    spec.then("""
        course_id    | start            | end
        1:ketamine:1 | 2024-03-01 00:00 | 2024-03-03 12:00
    """, found.courses)  # fmt: skip
    spec.then(f"""
        table           | rule                  | action | row_key
        administrations | {infusions.OVERLAPS}  | kept   | b
        courses         | {infusions.NO_STAYS}  | noted  |
    """, found.findings)  # fmt: skip


def test_treatments_and_persons_do_not_join(spec):
    "Each person and each treatment has courses of its own, and each treatment its own longest pause."
    spec.given(
        administrations="""
        row_key | person_id | treatment | start            | end              | rate_mg_h | basis
        a       | 1         | ketamine  | 2024-03-01 00:00 | 2024-03-01 10:00 | 5         | rate
        b       | 1         | lidocaine | 2024-03-01 05:00 | 2024-03-01 08:00 | 60        | rate
        c       | 1         | ketamine  | 2024-03-01 15:00 | 2024-03-01 18:00 | 5         | rate
        d       | 1         | lidocaine | 2024-03-01 15:00 | 2024-03-01 18:00 | 60        | rate
        e       | 2         | ketamine  | 2024-03-01 09:00 | 2024-03-01 18:00 | 5         | rate
    """
    )
    study = study_of(comparator={"name": "lidocaine", "new_course_after": "6h"})
    spec.then("""
        course_id     | start            | end
        1:ketamine:1  | 2024-03-01 00:00 | 2024-03-01 18:00
        1:lidocaine:1 | 2024-03-01 05:00 | 2024-03-01 08:00
        1:lidocaine:2 | 2024-03-01 15:00 | 2024-03-01 18:00
        2:ketamine:1  | 2024-03-01 09:00 | 2024-03-01 18:00
    """, joined(spec, study).courses)  # fmt: skip


def test_a_bolus_beside_a_running_infusion_is_no_overlap(spec):
    "Two bags at once are kept and listed; a bolus has no length in which anything could run twice."
    spec.given(
        administrations="""
        row_key | person_id | treatment | start            | end              | rate_mg_h | amount_mg | basis
        a       | 1         | ketamine  | 2024-03-01 00:00 | 2024-03-01 10:00 | 5         | 50        | rate
        b       | 1         | ketamine  | 2024-03-01 02:00 | 2024-03-01 02:00 |           | 20        | bolus
        c       | 1         | ketamine  | 2024-03-01 09:00 | 2024-03-01 20:00 | 5         | 55        | rate
    """
    )
    found = joined(spec)
    spec.then("""
        start            | end              | amount_mg
        2024-03-01 00:00 | 2024-03-01 10:00 | 50
        2024-03-01 02:00 | 2024-03-01 02:00 | 20
        2024-03-01 09:00 | 2024-03-01 20:00 | 55
    """, found.doses)  # fmt: skip
    spec.then(f"""
        rule                 | action | row_key
        {infusions.OVERLAPS} | kept   | c
        {infusions.NO_STAYS} | noted  |
    """, found.findings)  # fmt: skip


def test_rows_that_cannot_be_doses_are_dropped_and_listed(spec):
    "Of the nine rows the first and the last of the copies stay out of the findings: they are the doses."
    spec.given(
        administrations="""
        row_key  | person_id | treatment | start            | end              | rate_mg_h | amount_mg | basis
        a        | 1         | ketamine  | 2024-03-01 00:00 | 2024-03-01 10:00 | 5         | 50        | rate
        reversed | 1         | ketamine  | 2024-02-01 10:00 | 2024-02-01 00:00 | 5         | 50        | rate
        stopped  | 1         | ketamine  | 2024-03-01 10:00 | 2024-03-02 00:00 | 0         |           | rate
        no drug  | 1         | ketamine  | 2024-03-01 10:00 | 2024-03-01 10:00 |           | 0         | bolus
        moment   | 1         | ketamine  | 2024-03-05 00:00 | 2024-03-05 00:00 | 5         |           | rate
        nothing  | 1         | ketamine  | 2024-03-05 00:00 |                  |           |           | none
        copy 2   | 1         | ketamine  | 2024-03-01 12:00 | 2024-03-01 13:00 | 7         |           | text
        copy 1   | 1         | ketamine  | 2024-03-01 12:00 | 2024-03-01 13:00 | 7         |           | rate
        copy 3   | 1         | ketamine  | 2024-03-01 12:00 | 2024-03-01 13:00 | 7         |           | text
    """
    )
    found = joined(spec)
    spec.then("""
        start            | end              | rate_mg_h | basis
        2024-03-01 00:00 | 2024-03-01 10:00 | 5         | rate
        2024-03-01 12:00 | 2024-03-01 13:00 | 7         | rate
    """, found.doses)  # fmt: skip
    spec.then(f"""
        rule                            | action  | row_key
        {infusions.ENDS_BEFORE_START}   | dropped | reversed
        {infusions.GIVES_NOTHING}       | dropped | stopped
        {infusions.GIVES_NOTHING}       | dropped | no drug
        {infusions.NO_LENGTH_NO_AMOUNT} | dropped | moment
        {infusions.SAYS_NOTHING}        | dropped | nothing
        {infusions.REPEATED}            | dropped | copy 2
        {infusions.REPEATED}            | dropped | copy 3
        {infusions.NO_STAYS}            | noted   |
    """, found.findings)  # fmt: skip
    assert found.findings.columns == FINDINGS.column_names


def test_a_row_without_an_end_is_a_bolus_if_it_has_an_amount(spec):
    "With a rate only, how long it ran is not known: the dose keeps an empty end, and the course goes no further than its start."
    spec.given(
        administrations="""
        row_key | person_id | treatment | start            | end              | rate_mg_h | amount_mg | basis
        bolus   | 1         | ketamine  | 2024-03-01 00:00 |                  |           | 30        | amount
        rate    | 1         | ketamine  | 2024-03-01 08:00 |                  | 10        |           | rate
        unknown | 2         | ketamine  | 2024-03-01 00:00 | 2024-03-01 10:00 |           |           | none
    """
    )
    found = joined(spec)
    spec.then("""
        course_id    | start            | end              | rate_mg_h | amount_mg
        1:ketamine:1 | 2024-03-01 00:00 | 2024-03-01 00:00 |           | 30
        1:ketamine:1 | 2024-03-01 08:00 |                  | 10        |
        2:ketamine:1 | 2024-03-01 00:00 | 2024-03-01 10:00 |           |
    """, found.doses)  # fmt: skip
    spec.then("""
        course_id    | start            | end
        1:ketamine:1 | 2024-03-01 00:00 | 2024-03-01 08:00
        2:ketamine:1 | 2024-03-01 00:00 | 2024-03-01 10:00
    """, found.courses)  # fmt: skip
    spec.then(f"""
        rule                     | action   | row_key
        {infusions.NO_END_BOLUS} | repaired | bolus
        {infusions.NO_END_RATE}  | kept     | rate
        {infusions.NO_STAYS}     | noted    |
    """, found.findings)  # fmt: skip


def test_the_weight_is_that_of_the_first_row_that_has_one(spec):
    spec.given(
        administrations="""
        row_key | person_id | treatment | start            | end              | rate_mg_h | basis | weight_kg
        z       | 1         | ketamine  | 2024-03-01 00:00 | 2024-03-01 10:00 | 5         | rate  |
        y       | 1         | ketamine  | 2024-03-01 10:00 | 2024-03-01 11:00 | 6         | rate  | 81.5
        a       | 1         | ketamine  | 2024-03-01 11:00 | 2024-03-01 12:00 | 7         | rate  | 60
    """
    )
    spec.then("""
        course_id    | weight_kg
        1:ketamine:1 | 81.5
    """, joined(spec).courses)  # fmt: skip


def test_a_course_over_midnight_new_year_and_a_leap_day_is_one(spec):
    spec.given(
        administrations="""
        row_key | person_id | treatment | start               | end                 | rate_mg_h | basis
        a       | 1         | ketamine  | 2023-12-31 23:59:59 | 2024-01-01 00:00:01 | 5         | rate
        b       | 2         | ketamine  | 2024-02-28 12:00:00 | 2024-02-29 06:00:00 | 5         | rate
        c       | 2         | ketamine  | 2024-03-01 05:00:00 | 2024-03-01 06:00:00 | 5         | rate
    """
    )
    spec.then("""
        course_id    | start               | end
        1:ketamine:1 | 2023-12-31 23:59:59 | 2024-01-01 00:00:01
        2:ketamine:1 | 2024-02-28 12:00:00 | 2024-03-01 06:00:00
    """, joined(spec).courses)  # fmt: skip


ONE_COURSE_EACH = """
    row_key | person_id | treatment | start            | end              | rate_mg_h | basis
    a       | {0}       | ketamine  | 2024-03-02 00:00 | 2024-03-04 00:00 | 5         | rate
"""


def one_course_each(*persons: int) -> str:
    """A course from 2 March 00:00 to 4 March 00:00 for each person."""
    head, row = ONE_COURSE_EACH.strip().splitlines()
    return "\n".join([head, *(row.format(person) for person in persons)])


def test_admission_and_discharge_are_those_of_the_stay_that_holds_the_first_dose(spec):
    "Both ends of a stay belong to it (persons 2 and 3); a stay of another time or person has no part (4)."
    spec.given(
        administrations=one_course_each(1, 2, 3, 4),
        stays="""
        person_id | stay_id | start            | end              | setting
        1         | 11      | 2024-03-01 09:00 | 2024-03-05 15:00 | inpatient
        2         | 21      | 2024-03-02 00:00 | 2024-03-04 00:00 | inpatient
        3         | 31      | 2024-02-27 00:00 | 2024-03-02 00:00 | outpatient
        4         | 41      | 2024-02-27 00:00 | 2024-03-01 23:59 | inpatient
        4         | 42      | 2024-03-05 00:00 | 2024-03-06 00:00 | inpatient
    """,
    )
    found = joined(spec)
    spec.then("""
        course_id    | admission        | discharge        | setting
        1:ketamine:1 | 2024-03-01 09:00 | 2024-03-05 15:00 | inpatient
        2:ketamine:1 | 2024-03-02 00:00 | 2024-03-04 00:00 | inpatient
        3:ketamine:1 | 2024-02-27 00:00 | 2024-03-02 00:00 | outpatient
        4:ketamine:1 |                  |                  |
    """, found.courses)  # fmt: skip
    spec.then(f"""
        table   | rule                             | action | row_key
        courses | {infusions.ENDS_AFTER_DISCHARGE} | noted  | 3:ketamine:1
        courses | {infusions.NO_STAY}              | noted  | 4:ketamine:1
    """, found.findings)  # fmt: skip


def test_of_several_stays_the_inpatient_one_then_the_latest_holds_the_course(spec):
    "Person 1: inpatient before a later outpatient visit. Person 2: the later of two inpatient stays. Person 3: of two that start together, the longer."
    spec.given(
        administrations=one_course_each(1, 2, 3),
        stays="""
        person_id | stay_id | start            | end              | setting
        1         | 11      | 2024-03-01 09:00 | 2024-03-05 15:00 | inpatient
        1         | 12      | 2024-03-01 23:00 | 2024-03-04 12:00 | outpatient
        2         | 21      | 2024-02-01 00:00 | 2024-04-01 00:00 | inpatient
        2         | 22      | 2024-03-01 20:00 | 2024-03-04 20:00 | inpatient
        3         | 31      | 2024-03-01 00:00 | 2024-03-04 10:00 | inpatient
        3         | 32      | 2024-03-01 00:00 | 2024-03-04 20:00 | inpatient
    """,
    )
    found = joined(spec)
    spec.then("""
        course_id    | admission        | discharge        | setting
        1:ketamine:1 | 2024-03-01 09:00 | 2024-03-05 15:00 | inpatient
        2:ketamine:1 | 2024-03-01 20:00 | 2024-03-04 20:00 | inpatient
        3:ketamine:1 | 2024-03-01 00:00 | 2024-03-04 20:00 | inpatient
    """, found.courses)  # fmt: skip
    spec.then("rule | action | row_key", found.findings)


def test_a_course_that_outlasts_its_stay_keeps_the_admission(spec):
    "Person 1 goes on at home: discharge stays where it was. Person 2 goes on in a second stay: discharge is the end of that one."
    spec.given(
        administrations=one_course_each(1, 2),
        stays="""
        person_id | stay_id | start            | end              | setting
        1         | 11      | 2024-03-01 09:00 | 2024-03-03 15:00 | inpatient
        2         | 21      | 2024-03-01 09:00 | 2024-03-03 15:00 | inpatient
        2         | 22      | 2024-03-03 16:00 | 2024-03-09 10:00 | outpatient
    """,
    )
    found = joined(spec)
    spec.then("""
        course_id    | admission        | end        | discharge        | setting
        1:ketamine:1 | 2024-03-01 09:00 | 2024-03-04 | 2024-03-03 15:00 | inpatient
        2:ketamine:1 | 2024-03-01 09:00 | 2024-03-04 | 2024-03-09 10:00 | inpatient
    """, found.courses)  # fmt: skip
    spec.then(f"""
        rule                             | action | row_key
        {infusions.ENDS_AFTER_DISCHARGE} | noted  | 1:ketamine:1
        {infusions.TWO_STAYS}            | noted  | 2:ketamine:1
    """, found.findings)  # fmt: skip


def test_daily_visits_are_one_course_from_the_first_visit_to_the_last(spec):
    "Infusions of two hours on three days, each in its own visit: a pause of 22 hours is no new course."
    spec.given(
        administrations="""
        row_key | person_id | treatment | start            | end              | rate_mg_h | basis
        a       | 1         | ketamine  | 2024-03-01 10:00 | 2024-03-01 12:00 | 20        | rate
        b       | 1         | ketamine  | 2024-03-02 10:00 | 2024-03-02 12:00 | 20        | rate
        c       | 1         | ketamine  | 2024-03-03 10:00 | 2024-03-03 12:00 | 20        | rate
    """,
        stays="""
        person_id | stay_id | start            | end              | setting
        1         | 11      | 2024-03-01 09:00 | 2024-03-01 14:00 | outpatient
        1         | 12      | 2024-03-02 09:00 | 2024-03-02 14:00 | outpatient
        1         | 13      | 2024-03-03 09:00 | 2024-03-03 14:30 | outpatient
    """,
    )
    spec.then("""
        course_id    | admission        | discharge        | setting
        1:ketamine:1 | 2024-03-01 09:00 | 2024-03-03 14:30 | outpatient
    """, joined(spec).courses)  # fmt: skip


def test_a_stay_without_an_end_gives_no_discharge(spec):
    "Person 1 is still in hospital. Person 2 runs on into a stay without an end. Person 3 had left before the open visit began."
    spec.given(
        administrations=one_course_each(1, 2, 3),
        stays="""
        person_id | stay_id | start            | end              | setting
        1         | 11      | 2024-03-01 09:00 |                  | inpatient
        2         | 21      | 2024-03-01 09:00 | 2024-03-03 15:00 | inpatient
        2         | 22      | 2024-03-03 16:00 |                  | inpatient
        3         | 31      | 2024-03-01 09:00 | 2024-03-05 15:00 | inpatient
        3         | 32      | 2024-03-06 09:00 |                  | inpatient
    """,
    )
    found = joined(spec)
    spec.then("""
        course_id    | admission        | discharge
        1:ketamine:1 | 2024-03-01 09:00 |
        2:ketamine:1 | 2024-03-01 09:00 |
        3:ketamine:1 | 2024-03-01 09:00 | 2024-03-05 15:00
    """, found.courses)  # fmt: skip
    spec.then(f"""
        rule                  | row_key
        {infusions.OPEN_STAY} | 1:ketamine:1
        {infusions.OPEN_STAY} | 2:ketamine:1
        {infusions.TWO_STAYS} | 2:ketamine:1
    """, found.findings)  # fmt: skip


def test_no_administration_gives_no_course(spec):
    spec.given(
        administrations="row_key | person_id | treatment | start | basis",
        stays="person_id | stay_id | start | setting",
    )
    found = joined(spec)
    for table in (found.courses, found.doses, found.findings):
        assert spec.engine.to_arrow(table).num_rows == 0


@pytest.mark.parametrize("table", ["courses", "doses", "findings"])
def test_types_are_those_of_the_contract(duckdb_engine, table):
    "Text ids of persons stay text."
    import pyarrow as pa

    from tests.tables import arrow_table

    text = "row_key | person_id | treatment | start | end | rate_mg_h | basis\n a | P-1 | ketamine | 2024-03-01 | 2024-03-02 | 5 | rate"
    rows = duckdb_engine.from_arrow(arrow_table("administrations", text, pa.string()))
    found = duckdb_engine.to_arrow(getattr(join_courses(rows, None, study_of(), duckdb_engine), table))
    assert found.schema == arrow_table(table, "table", pa.string()).schema
    assert "course_id" not in found.column_names or found["course_id"].to_pylist() == ["P-1:ketamine:1"]
