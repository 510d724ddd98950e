"""Which class followed which: counts of steps by hand."""

import pyarrow as pa

from abate.inference.columns import eligible_courses
from abate.inference.treatment_order import estimate_order
from tests.outcome_tables import outcomes_of, small_study

STUDY = small_study()
COURSES = eligible_courses(STUDY, outcomes_of(STUDY, baseline=[8.0] * 3, person_id=[1, 1, 2]))


def order_of(*rows):
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(("course_id", "place", "drug_class"))})


def test_steps_are_counted_from_place_to_place():
    "Course 1: a, b. Course 2: a, and no more. Course 3 has none; course 9 did not enter. Rows in no order."
    found = estimate_order(COURSES, order_of((1, 2, "b"), (1, 1, "a"), (2, 1, "a"), (9, 1, "a")))
    assert {row.id: row.value for row in found} == {
        "order.1.a.b": 1,
        "order.1.a.no_further_class": 1,
        "order.2.b.no_further_class": 1,
        "order.2.no_further_class.no_further_class": 1,
        "order.3.no_further_class.no_further_class": 2,
    }
    assert {(row.n, row.person_count) for row in found} == {(2, 1)}


def test_a_fifth_class_is_not_followed():
    found = estimate_order(COURSES, order_of(*((1, place, name) for place, name in enumerate("abcde", start=1))))
    assert [row.group for row in found] == ["a → b", "b → c", "c → d"]


def test_without_dated_preventives_there_is_nothing():
    assert estimate_order(COURSES, None) == []
    assert estimate_order(COURSES, order_of()) == []
