"""Tables that come with types (Parquet, databases) pass the same border."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from abate.base.errors import BrokenRecordsError
from tests.border import checked, findings_of, rows_of

TIME = dt.datetime(2024, 3, 1, 10)


def ratings(**columns):
    given = {"person_id": [1], "time": [TIME], "scale": ["nrs"], "value": [8.0], **columns}
    return pa.table({name: cells if isinstance(cells, pa.Array) else pa.array(cells) for name, cells in given.items()})


def test_a_nan_is_empty_not_a_number_out_of_range(duckdb_engine):
    table = ratings(person_id=[1, 1], time=[TIME, TIME], scale=["nrs", "nrs"], value=[8.0, float("nan")])
    tables = checked(duckdb_engine, ratings=table)
    assert rows_of(duckdb_engine, tables.ratings, "value") == [(8.0,)]
    assert ("ratings", "value is empty", "dropped", "1 2024-03-01 10:00:00") in findings_of(duckdb_engine, tables)


def test_an_infinite_value_is_no_number(duckdb_engine):
    table = ratings(person_id=[1, 1], time=[TIME, TIME], scale=["nrs", "nrs"], value=[8.0, float("inf")])
    tables = checked(duckdb_engine, ratings=table)
    assert [finding[1] for finding in findings_of(duckdb_engine, tables) if finding[0] == "ratings"] == [
        "value is not a number"
    ]


def test_ids_that_became_floating_numbers_beside_an_empty_one_are_whole_again(duckdb_engine):
    table = ratings(
        person_id=pa.array([1.0, None]), time=[TIME, TIME], scale=["nrs", "nrs"], value=[Decimal("8.5"), Decimal("2.0")]
    )
    tables = checked(duckdb_engine, ratings=table)
    assert rows_of(duckdb_engine, tables.ratings, "person_id", "value") == [(1, 8.5)]


def test_dates_in_a_time_column_count_from_midnight(duckdb_engine):
    tables = checked(duckdb_engine, ratings=ratings(time=[dt.date(2024, 3, 1)]))
    assert rows_of(duckdb_engine, tables.ratings, "time") == [(dt.datetime(2024, 3, 1),)]
    rule = "time is a date without a clock time in 1 of 1 rows; 00:00 is taken"
    assert ("ratings", rule, "noted", None) in findings_of(duckdb_engine, tables)


def test_one_midnight_among_timestamps_is_a_time_like_others(duckdb_engine):
    table = ratings(person_id=[1, 1], time=[TIME, dt.datetime(2024, 3, 2)], scale=["nrs", "nrs"], value=[8.0, 7.0])
    tables = checked(duckdb_engine, ratings=table)
    assert [finding for finding in findings_of(duckdb_engine, tables) if finding[0] == "ratings"] == []


def test_times_with_a_zone_are_taken_in_utc_and_noted(duckdb_engine):
    zoned = pa.array([dt.datetime(2024, 3, 1, 9)], pa.timestamp("us", "UTC"))
    tables = checked(duckdb_engine, ratings=ratings(time=zoned))
    assert rows_of(duckdb_engine, tables.ratings, "time") == [(dt.datetime(2024, 3, 1, 9),)]
    rule = "time carries a time zone; its clock time in UTC is taken"
    assert ("ratings", rule, "noted", None) in findings_of(duckdb_engine, tables)


def test_numbers_where_times_should_be_stop_the_run_with_the_reason(duckdb_engine):
    with pytest.raises(BrokenRecordsError) as error:
        checked(duckdb_engine, ratings=ratings(time=[20240301]))
    assert str(error.value) == (
        "none of the 1 rows of ratings can be used: in 1 of them time is not a time such as 2024-03-01 10:30; "
        "correct the records (abate check names the rows)."
    )


def test_yes_and_no_may_be_one_and_nought(duckdb_engine):
    events = pa.table({"person_id": [1, 1, 1], "time": [TIME] * 3, "term": ["a", "b", "c"], "serious": [1, 0, 2]})
    tables = checked(duckdb_engine, events=events)
    assert rows_of(duckdb_engine, tables.events, "term", "serious") == [("a", True), ("b", False), ("c", None)]


def test_sixty_four_bit_and_negative_ids_stay_exact(duckdb_engine):
    ids = [9_223_372_036_854_775_807, -9_007_199_254_740_993]
    table = ratings(person_id=ids, time=[TIME, TIME], scale=["nrs", "nrs"], value=[8.0, 7.0])
    assert rows_of(duckdb_engine, checked(duckdb_engine, ratings=table).ratings, "person_id") == [(ids[1],), (ids[0],)]


def test_an_id_that_is_text_in_one_table_is_text_in_all(duckdb_engine):
    tables = checked(duckdb_engine, ratings=ratings(), patients=pa.table({"person_id": ["1", "P2"]}))
    assert rows_of(duckdb_engine, tables.ratings, "person_id") == [("1",)]


def test_text_beside_numbers_is_no_text_when_it_is_digits(duckdb_engine):
    tables = checked(duckdb_engine, ratings=ratings(), patients=pa.table({"person_id": ["1", "2"]}))
    assert rows_of(duckdb_engine, tables.patients, "person_id") == [(1,), (2,)]


def test_formula_and_html_stay_text(duckdb_engine):
    terms = ['=HYPERLINK("http://x")', "<script>alert(1)</script>"]
    events = pa.table({"person_id": [1, 1], "time": [TIME] * 2, "term": terms})
    assert rows_of(duckdb_engine, checked(duckdb_engine, events=events).events, "term") == [
        (t,) for t in sorted(terms, key=repr)
    ]


def test_tables_without_rows_pass(duckdb_engine):
    tables = checked(
        duckdb_engine,
        ratings=ratings().slice(0, 0),
        events=pa.table(
            {
                "person_id": pa.array([], pa.int64()),
                "time": pa.array([], pa.timestamp("us")),
                "term": pa.array([], pa.string()),
            }
        ),
    )
    assert rows_of(duckdb_engine, tables.ratings, "value") == []
    assert tables.events.columns == ("person_id", "time", "term", "grade", "serious", "related", "action")


def test_a_course_without_end_is_kept_and_named(duckdb_engine):
    tables = checked(
        duckdb_engine,
        courses="course_id | person_id | treatment | start | end\na | 1 | ketamine | 2024-03-01 12:00 | \n",
    )
    assert ("courses", "end is empty", "kept", "courses row 2") in findings_of(duckdb_engine, tables)


def test_a_number_out_of_step_with_the_order_of_start_is_named(duckdb_engine):
    tables = checked(
        duckdb_engine,
        courses="""
            course_id | person_id | treatment | course_number | start            | end
            a         | 1         | ketamine  | 2             | 2024-03-01 12:00 | 2024-03-05 12:00
            b         | 1         | ketamine  | 1             | 2024-06-01 12:00 | 2024-06-05 12:00
        """,
    )
    rule = "course_number does not follow the order of start"
    assert ("courses", rule, "kept", "courses row 3") in findings_of(duckdb_engine, tables)


def test_without_a_study_any_treatment_passes(duckdb_engine):
    tables = checked(
        duckdb_engine,
        None,
        courses="course_id | person_id | treatment | start | end\na | 1 | tea | 2024-03-01 12:00 | 2024-03-02 12:00",
    )
    assert rows_of(duckdb_engine, tables.courses, "treatment") == [("tea",)]


def test_a_course_that_begins_inside_the_one_before_is_named(duckdb_engine):
    tables = checked(
        duckdb_engine,
        courses="""
            course_id | person_id | treatment | start            | end
            a         | 1         | ketamine  | 2024-03-01 12:00 | 2024-03-05 12:00
            b         | 1         | ketamine  | 2024-03-05 11:00 | 2024-03-07 12:00
            c         | 1         | ketamine  | 2024-03-07 12:00 | 2024-03-09 12:00
            d         | 2         | ketamine  | 2024-03-01 12:00 | 2024-03-05 12:00
        """,
    )
    rule = "the course starts before the end of the person's course before it"
    assert [finding[3] for finding in findings_of(duckdb_engine, tables) if finding[1] == rule] == ["courses row 3"]
