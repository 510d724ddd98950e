"""Sheets are found by name, in any case; what a sheet may leave out is filled and said."""

import json

import openpyxl
import pytest

from abate.base.errors import BrokenRecordsError, MissingTableError, RecordsNotFoundError
from abate.sources.border import check_course_tables
from abate.sources.sheets import read_sheets
from abate.sources.sheets.names import contract_name
from tests.border import STUDY, WITH_COMPARATOR, findings_of, rows_of
from tests.ordinary_user import as_ordinary_user, reachable_folder

COURSES = ["Person ID", "Treatment", "START", "end"]
COURSE = [1, "ketamine", "2024-03-01 12:00", "2024-03-05 12:00"]
RATINGS = ["person-id", "Time", "scale", "value"]
RATING = [1, "2024-03-01 10:00", "nrs", 8]


def book(path, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def read(path, engine, study=STUDY):
    return check_course_tables(read_sheets(path, study, engine), study, engine)


@pytest.mark.parametrize("heading", ["weight_kg", "Weight kg", " WEIGHT-KG ", "weight  kg"])
def test_a_heading_in_any_case_and_with_any_separator(heading):
    assert contract_name(heading) == "weight_kg"


def test_sheets_and_columns_in_any_case(tmp_path, duckdb_engine):
    tables = read(book(tmp_path / "a.xlsx", COURSES=[COURSES, COURSE], Ratings=[RATINGS, RATING]), duckdb_engine)
    assert rows_of(duckdb_engine, tables.courses, "course_id", "person_id") == [("1:ketamine:1", 1)]
    assert rows_of(duckdb_engine, tables.ratings, "person_id", "value") == [(1, 8.0)]


def test_treatment_and_scale_may_be_left_out_where_the_study_says_them(tmp_path, duckdb_engine):
    path = book(
        tmp_path / "a.xlsx",
        courses=[["person_id", "start", "treatment"], [1, "2024-03-01 12:00", None]],
        ratings=[["person_id", "time", "value"], [1, "2024-03-01 10:00", 8]],
    )
    tables = read(path, duckdb_engine)
    assert rows_of(duckdb_engine, tables.courses, "treatment") == [("ketamine",)]
    assert rows_of(duckdb_engine, tables.ratings, "scale") == [("nrs",)]
    noted = {(table, rule) for table, rule, action, row in findings_of(duckdb_engine, tables) if action == "noted"}
    assert ("courses", "treatment is not in the sheet; ketamine is taken throughout") in noted
    assert ("ratings", "scale is not in the sheet; nrs is taken throughout") in noted


def test_two_treatments_must_be_told_apart_in_the_sheet(tmp_path, duckdb_engine):
    path = book(tmp_path / "a.xlsx", courses=[["person_id", "start"], [1, "2024-03-01"]], ratings=[RATINGS, RATING])
    with pytest.raises(MissingTableError) as error:
        read(path, duckdb_engine, WITH_COMPARATOR)
    assert str(error.value) == (
        "the table 'courses' has no column 'treatment'; add it: Name of the treatment, as in the study file."
    )


def test_unknown_sheets_and_columns_are_named_with_what_they_look_like(tmp_path, duckdb_engine):
    path = book(
        tmp_path / "a.xlsx",
        courses=[[*COURSES, "weigth_kg", "ward nurse"], [*COURSE, 70, "x"]],
        ratings=[RATINGS, RATING],
        Event=[["a"], ["b"]],
        instructions=[["read me"]],
    )
    noted = {(table, rule) for table, rule, action, row in findings_of(duckdb_engine, read(path, duckdb_engine))}
    assert ("courses", "column 'weigth_kg' is not known and was not read; did you mean 'weight_kg'?") in noted
    assert ("courses", "column 'ward nurse' is not known and was not read") in noted
    assert ("Event", "table 'Event' is not known and was not read; did you mean 'events'?") in noted
    assert not any(table == "instructions" for table, rule in noted)


def test_a_missing_table_is_named_with_the_sheet_that_looks_like_it(tmp_path, duckdb_engine):
    with pytest.raises(MissingTableError) as error:
        read(book(tmp_path / "a.xlsx", courses=[COURSES, COURSE], Rating=[RATINGS, RATING]), duckdb_engine)
    assert str(error.value) == (
        "a.xlsx has no table 'ratings', which a study needs; 'rating' looks like it: rename it."
    )


def test_a_heading_that_stands_twice_is_refused(tmp_path, duckdb_engine):
    path = book(tmp_path / "a.xlsx", courses=[COURSES, COURSE], ratings=[[*RATINGS, "Value"], [*RATING, 9]])
    with pytest.raises(BrokenRecordsError) as error:
        read(path, duckdb_engine)
    assert str(error.value) == "a.xlsx has the column 'value' more than once in 'ratings'; remove or rename one."


def test_numbers_and_texts_are_one_id(tmp_path, duckdb_engine):
    path = book(
        tmp_path / "a.xlsx", courses=[COURSES, COURSE], ratings=[RATINGS, ["1", *RATING[1:]], [1.0, *RATING[1:]]]
    )
    assert rows_of(duckdb_engine, read(path, duckdb_engine).ratings, "person_id") == [(1,), (1,)]


def test_a_broken_row_is_named_by_its_number_in_the_sheet(tmp_path, duckdb_engine):
    rows = [RATINGS, RATING, [None] * 4, [1, "2024-03-02 10:00", "nrs", "eleven"]]
    tables = read(book(tmp_path / "a.xlsx", courses=[COURSES, COURSE], ratings=rows), duckdb_engine)
    assert ("ratings", "value is not a number", "dropped", "ratings row 4") in findings_of(duckdb_engine, tables)


def test_no_finding_shows_what_stands_in_a_cell(tmp_path, duckdb_engine):
    secret = "Maria-1961"
    path = book(
        tmp_path / "a.xlsx",
        courses=[[*COURSES, "weight_kg"], [*COURSE, secret]],
        ratings=[
            RATINGS,
            RATING,
            [1, secret, "nrs", 8],
            [1, "2024-03-02 10:00", "nrs", secret],
            [1, "2024-03-02", secret, 1],
        ],
    )
    findings = findings_of(duckdb_engine, read(path, duckdb_engine))
    assert len(findings) >= 4
    assert secret not in repr(findings)


@pytest.mark.parametrize("name", ["ratings.csv", "ratings.parquet"])
def test_a_table_file_without_permission(duckdb_engine, name):
    with reachable_folder() as folder:
        (folder / "courses.csv").write_text("person_id,start\n1,2024-03-01 12:00\n")
        (folder / name).write_text("closed")
        (folder / name).chmod(0o000)
        with as_ordinary_user(), pytest.raises(RecordsNotFoundError) as error:
            read_sheets(folder, STUDY, duckdb_engine)
        assert str(error.value) == f"{folder / name} may not be read by this user; ask for permission to read it."


def test_nothing_at_the_place(tmp_path, duckdb_engine):
    with pytest.raises(
        RecordsNotFoundError, match=r"^there is nothing at .*nowhere.xlsx; give the workbook, the folder"
    ):
        read_sheets(tmp_path / "nowhere.xlsx", STUDY, duckdb_engine)


def test_what_a_run_leaves_beside_the_course_tables_is_passed_over(tmp_path, duckdb_engine):
    for name in ("outcomes", "daily", "harm", "findings"):
        (tmp_path / f"{name}.csv").write_text("a\n1\n")
    (tmp_path / "courses.csv").write_text("person_id,start\n1,2024-03-01 12:00\n")
    (tmp_path / "ratings.csv").write_text("person_id,time,value\n1,2024-03-01 10:00,8\n")
    tables = read(tmp_path, duckdb_engine)
    assert not any(
        table in ("outcomes", "daily", "harm", "findings") for table, *_ in findings_of(duckdb_engine, tables)
    )


@pytest.mark.parametrize("is_simulated", [True, False])
def test_tables_that_a_run_on_simulated_records_left_stay_simulated(tmp_path, duckdb_engine, is_simulated):
    folder = tmp_path / "courses"
    folder.mkdir()
    (tmp_path / "manifest.json").write_text(json.dumps({"is_simulated": is_simulated}))
    (folder / "courses.csv").write_text("person_id,start\n1,2024-03-01 12:00\n")
    (folder / "ratings.csv").write_text("person_id,time,value\n1,2024-03-01 10:00,8\n")
    assert read(folder, duckdb_engine).is_simulated is is_simulated
