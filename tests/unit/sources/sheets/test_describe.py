"""A description counts and names rows, and shows nothing of what stands in them."""

import pyarrow as pa

from abate.sources.border import check_course_tables
from abate.sources.sheets import SheetProblem, describe_sheets
from tests.border import COURSES, STUDY, source


def test_rows_columns_and_problems_of_each_table(duckdb_engine):
    ratings = "person_id | time | scale | value\n" + "\n".join(
        f"1 | 2024-03-01 10:{minute:02} | nrs | {value}" for minute, value in enumerate([8, 11, 12, 7, "x"] + [13] * 6)
    )
    given = source(duckdb_engine, {"courses": COURSES, "ratings": ratings})
    described = describe_sheets(given, check_course_tables(given, STUDY, duckdb_engine), duckdb_engine)
    courses, rated = described
    assert (courses.table, courses.row_count, courses.kept_count) == ("courses", 1, 1)
    assert courses.missing_columns == ("course_number", "setting", "weight_kg", "end_reason")
    assert (rated.row_count, rated.kept_count) == (11, 2)
    assert rated.problems == (
        SheetProblem(
            rule="value is outside 0 to 10, the range of scale nrs",
            action="dropped",
            count=8,
            rows=("ratings row 3", "ratings row 4", "ratings row 7", "ratings row 8", "ratings row 9"),
        ),
        SheetProblem(rule="value is not a number", action="dropped", count=1, rows=("ratings row 6",)),
    )


def test_a_remark_on_another_sheet_has_a_description_of_its_own(duckdb_engine):
    given = source(
        duckdb_engine,
        {"courses": COURSES, "ratings": "person_id | time | scale | value\n1 | 2024-03-01 10:00 | nrs | 8"},
    )
    remark = pa.table(
        {"table": ["Notes"], "rule": ["not read"], "action": ["noted"], "row_key": pa.array([None], pa.string())}
    )
    given = type(given)(**{**vars(given), "findings": duckdb_engine.from_arrow(remark)})
    described = describe_sheets(given, check_course_tables(given, STUDY, duckdb_engine), duckdb_engine)
    assert [(d.table, d.row_count) for d in described] == [("courses", 1), ("ratings", 1), ("Notes", 0)]
