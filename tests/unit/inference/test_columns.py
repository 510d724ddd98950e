"""Columns keep what is missing, and rows find their courses."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from abate.inference.columns import (
    commonest_reason,
    eligible_courses,
    flags,
    hours_between,
    numbers,
    persons,
    reasons,
    rows_of_courses,
    sample,
    texts,
    with_person_numbers,
)
from tests.outcome_tables import daily_of, hours_after_start, outcomes_of, small_study


def test_an_empty_number_is_nan_and_never_0():
    rows = pa.table({"x": pa.array([1, None, 3], pa.int32())})
    np.testing.assert_array_equal(numbers(rows, "x"), [1.0, np.nan, 3.0])


def test_an_empty_flag_is_neither_yes_nor_no():
    np.testing.assert_array_equal(flags(pa.table({"f": [True, None, False]}), "f"), [1.0, np.nan, 0.0])


def test_a_column_without_any_value_is_read():
    rows = pa.table({"x": pa.nulls(2)})
    assert np.isnan(numbers(rows, "x")).all()
    assert np.isnan(flags(rows, "x")).all()
    assert texts(rows, "x").tolist() == [None, None]


def test_the_comparators_courses_and_those_that_did_not_enter_are_left_out():
    study = small_study()
    outcomes = outcomes_of(
        study,
        course_id=[4, 3, 2, 1],
        treatment=["ketamine", "ketamine", "lidocaine", "ketamine"],
        is_eligible=[True, False, True, None],
    )
    assert eligible_courses(study, outcomes)["course_id"].to_pylist() == [4]


def test_courses_stand_in_the_order_of_their_ids():
    study = small_study()
    assert eligible_courses(study, outcomes_of(study, course_id=["b", "c", "a"]))["course_id"].to_pylist() == [
        "a",
        "b",
        "c",
    ]


def test_one_person_has_one_number_also_across_chunks():
    chunks = [pa.table({"person_id": ["b", "a"]}), pa.table({"person_id": ["b"]})]
    assert persons(with_person_numbers(pa.concat_tables(chunks))).tolist() == [0, 1, 0]


def test_a_sample_holds_the_values_that_are_there_and_whose_they_are():
    courses = with_person_numbers(pa.table({"person_id": [7, 8, 7], "x": [1.5, None, 2.5]}))
    found = sample(courses, "x")
    assert found.values.tolist() == [1.5, 2.5]
    assert (found.course_count, found.person_count, found.has_repeats) == (2, 1, True)


def test_rows_find_their_course_and_strangers_are_left_out():
    courses = pa.table({"course_id": [10, 20]})
    rows, place = rows_of_courses(daily_of((20, 1, 5.0), (30, 1, 6.0), (10, 2, 7.0), (20, 2, 8.0)), courses)
    assert rows["value"].to_pylist() == [7.0, 5.0, 8.0]
    assert place.tolist() == [0, 1, 1]


def test_hours_between_times():
    study = small_study()
    outcomes = outcomes_of(study, discharge=[hours_after_start(36.5), None])
    np.testing.assert_array_equal(hours_between(outcomes, "start", "discharge"), [36.5, np.nan])


def test_a_count_of_a_courses_own_rows_is_no_part_of_a_reason():
    rows = pa.table({"why": ["3 of 20 dose rows without an amount", "1 of 2 dose rows without an amount", None]})
    assert reasons(rows, "why").tolist() == ["some dose rows without an amount"] * 2 + [None]


def test_the_commonest_reason():
    assert commonest_reason(pa.table({"why": ["b", "a", None, "b"]}), "why") == "b"
    assert commonest_reason(pa.table({"why": pa.nulls(1, pa.string())}), "why") is None
