"""A sheet with one row a course and one column a day becomes ratings; where the course cannot be told, the row is named."""

import datetime as dt

import openpyxl
import pytest

from abate.base.errors import BrokenRecordsError
from abate.sources.border import check_course_tables
from abate.sources.sheets import read_sheets
from tests.border import STUDY, findings_of, rows_of

COURSES = [
    ["person_id", "course_number", "admission", "start", "end", "discharge"],
    [1, None, "2024-03-01 08:00", "2024-03-01 14:00", "2024-03-04 10:00", "2024-03-04 11:00"],
    [2, None, None, "2024-05-01 09:00", "2024-05-03 09:00", None],
    [2, None, None, "2024-06-01 09:00", "2024-06-03 09:00", None],
]


def read(tmp_path, engine, *rows, courses=COURSES, ratings=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells in {"courses": courses, "Daily Ratings": rows, **({"ratings": ratings} if ratings else {})}.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    tables = check_course_tables(read_sheets(tmp_path / "a.xlsx", STUDY, engine), STUDY, engine)
    return rows_of(engine, tables.ratings, "person_id", "time", "value", "scale"), findings_of(engine, tables)


def test_each_day_has_its_moment(tmp_path, duckdb_engine):
    ratings, _ = read(
        tmp_path,
        duckdb_engine,
        ["person_id", "scale", "discharge", "day 0", "Day 1", "day_2", "day 4"],
        [1, "nrs", 2, 8, 7, 6, 3],
    )
    assert sorted(ratings) == [
        (1, dt.datetime(2024, 3, 1, 8), 8.0, "nrs"),  # at the admission
        (1, dt.datetime(2024, 3, 1, 14, 1), 7.0, "nrs"),  # noon lies before the first dose
        (1, dt.datetime(2024, 3, 2, 12), 6.0, "nrs"),
        (1, dt.datetime(2024, 3, 4, 10, 59), 3.0, "nrs"),  # noon lies after the discharge
        (1, dt.datetime(2024, 3, 4, 11), 2.0, "nrs"),
    ]


def test_more_days_may_be_added_and_gaps_left(tmp_path, duckdb_engine):
    ratings, findings = read(
        tmp_path,
        duckdb_engine,
        ["person_id", "course_number", "day 1", "day 31", "remark"],
        [2, 2, None, 5, "seen"],
    )
    assert ratings == [(2, dt.datetime(2024, 7, 1, 12), 5.0, "nrs")]
    assert ("daily ratings", "column 'remark' is not known and was not read", "noted", None) in findings


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ([2, None, 5], "the person has several courses; write the course_number too, or the course_id"),
        ([9, None, 5], "no course in the sheet courses has this person_id (and course_number)"),
        ([2, 3, 5], "no course in the sheet courses has this person_id (and course_number)"),
        ([None, 1, 5], "person_id is empty"),
    ],
)
def test_a_course_that_cannot_be_told_is_named_and_not_guessed(tmp_path, duckdb_engine, row, rule):
    good = [1, None, 6]
    ratings, findings = read(tmp_path, duckdb_engine, ["person_id", "course_number", "day 2"], good, row)
    assert [value for _, _, value, _ in ratings] == [6.0]
    assert ("daily ratings", rule, "dropped", "daily ratings row 3") in findings


def test_a_broken_rating_is_named_by_its_row_and_day(tmp_path, duckdb_engine):
    ratings, findings = read(tmp_path, duckdb_engine, ["person_id", "day 1", "day 2", "day 3"], [1, "7-8", 11, 4])
    assert [value for _, _, value, _ in ratings] == [4.0]
    assert ("ratings", "value is not a number", "dropped", "daily ratings row 2, column day 1") in findings
    rule = "value is outside 0 to 10, the range of scale nrs"
    assert ("ratings", rule, "dropped", "daily ratings row 2, column day 2") in findings


def test_both_sheets_of_ratings_are_read(tmp_path, duckdb_engine):
    rows = [["person_id", "time", "value"], [1, "2024-04-01 10:00", 5]]
    ratings, _ = read(tmp_path, duckdb_engine, ["person_id", "day 2"], [1, 6], ratings=rows)
    assert [value for _, _, value, _ in ratings] == [6.0, 5.0]


def test_two_columns_of_one_day_are_refused(tmp_path, duckdb_engine):
    with pytest.raises(BrokenRecordsError, match="more than once"):
        read(tmp_path, duckdb_engine, ["person_id", "day 1", "Day 01"], [1, 5, 6])
