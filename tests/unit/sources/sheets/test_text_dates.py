"""A date written as text is read in the declared order, or not at all; nothing is guessed."""

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abate.base.errors import BrokenRecordsError
from abate.sources.border import check_course_tables
from abate.sources.sheets import read_sheets
from abate.sources.sheets.text_dates import DateOrder, declared_order, in_iso_form
from tests.border import STUDY, findings_of, rows_of

YEAR, DAY, MONTH = DateOrder.YEAR_FIRST, DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("text", "order", "read"),
    [
        ("03/04/2024", DAY, "2024-04-03"),
        ("03/04/2024", MONTH, "2024-03-04"),
        ("03/04/2024", YEAR, None),  # which number is the day was not declared
        ("3.4.2024", DAY, "2024-04-03"),
        ("3-4-2024 9:05", DAY, "2024-04-03 09:05:00"),
        ("25/03/2024", DAY, "2024-03-25"),
        ("25/03/2024", MONTH, None),  # there is no month 25
        ("03/25/2024", DAY, None),
        ("30/02/2024", DAY, None),
        ("29/02/2024", DAY, "2024-02-29"),
        ("29/02/2023", DAY, None),
        ("03/04/24", DAY, None),  # 1924 or 2024
        ("2024-03-04", DAY, "2024-03-04"),  # a year in front can mean nothing else
        ("2024/3/4", MONTH, "2024-03-04"),
        ("2024-03-04T10:30", YEAR, "2024-03-04 10:30:00"),
        ("2024-03-04 24:00", YEAR, None),
        ("03/04-2024", DAY, None),
        ("4 March 2024", DAY, None),
        ("soon", DAY, None),
    ],
)
def test_a_text_in_an_order(text, order, read):
    assert in_iso_form(text, order) == read


@given(st.dates(), st.sampled_from("/.-"))
def test_every_day_of_the_calendar_reads_back(date, mark):
    parts = (f"{date.day:02}", f"{date.month:02}", f"{date.year:04}")
    assert in_iso_form(mark.join(parts), DAY) == date.isoformat()
    assert in_iso_form(mark.join((parts[1], parts[0], parts[2])), MONTH) == date.isoformat()


def test_the_declared_order_is_one_of_three():
    assert declared_order({}, "a.xlsx") is YEAR
    assert declared_order({"Dates written as text are": "Day/Month/Year"}, "a.xlsx") is DAY
    with pytest.raises(BrokenRecordsError) as error:
        declared_order({"Dates written as text are": "british"}, "a.xlsx")
    assert "none of year-month-day, day/month/year, month/day/year" in str(error.value)
    assert "british" not in str(error.value)


def workbook(path, order, start):
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["A title"])
    book.active.append(["Dates written as text are:", order])
    for name, rows in {
        "courses": [["person_id", "start", "end"], ["007", start, "2024-04-06"], ["008", "2024-04-01", "2024-04-06"]],
        "ratings": [["person_id", "time", "value"], ["007", "2024-04-03 10:00", 8]],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def read(path, engine):
    tables = check_course_tables(read_sheets(path, STUDY, engine), STUDY, engine)
    return rows_of(engine, tables.courses, "person_id", "start"), findings_of(engine, tables)


def test_the_workbook_declares_the_order(tmp_path, duckdb_engine):
    courses, findings = read(workbook(tmp_path / "a.xlsx", "day/month/year", "03/04/2024"), duckdb_engine)
    assert [(person, str(start)) for person, start in courses] == [
        ("007", "2024-04-03 00:00:00"),
        ("008", "2024-04-01 00:00:00"),
    ]
    rule = "start is a text in 1 row; it was read as day/month/year, as the sheet 'read me' declares"
    assert ("courses", rule, "noted", None) in findings


def test_a_text_in_another_order_is_a_finding_and_no_guess(tmp_path, duckdb_engine):
    courses, findings = read(workbook(tmp_path / "a.xlsx", "year-month-day", "03/04/2024"), duckdb_engine)
    assert [person for person, _ in courses] == ["008"]
    assert ("courses", "start is not a time such as 2024-03-01 10:30", "dropped", "courses row 2") in findings
    rule = (
        "start is a text in 1 row, but no date when read as year-month-day, the order declared on the sheet 'read me'"
    )
    assert ("courses", rule, "noted", None) in findings


@pytest.mark.parametrize(("start", "is_early"), [("1899-12-31", True), ("1900-01-01", False)])
def test_a_date_before_1900_is_a_slip(tmp_path, duckdb_engine, start, is_early):
    _, findings = read(workbook(tmp_path / "a.xlsx", "year-month-day", start), duckdb_engine)
    assert (("courses", "start is before 1900; read as empty", "repaired", "courses row 2") in findings) is is_early
