"""The workbook to fill in explains itself, offers the allowed words, and reads back without a change."""

import datetime as dt
import errno

import openpyxl
import pytest

from abate.base.errors import OutputError
from abate.contracts.course_tables import COURSE_TABLES
from abate.sources.border import check_course_tables
from abate.sources.sheets import read_sheets
from abate.sources.template import write_template
from tests.border import STUDY, findings_of, rows_of
from tests.ordinary_user import as_ordinary_user, reachable_folder


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "review.xlsx"
    write_template(path)
    return path


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def test_instructions_come_first_then_a_sheet_for_each_table(book):
    assert book.sheetnames == ["instructions", *COURSE_TABLES]
    for name, table in COURSE_TABLES.items():
        assert tuple(cell.value for cell in book[name][1]) == table.column_names


def test_a_heading_says_meaning_unit_range_and_need(book):
    headings = {cell.value: cell.comment.text for cell in book["courses"][1]}
    assert headings["weight_kg"] == (
        "Body weight nearest before the first dose.\nUnit: kg.\nFrom 2 to 400.\nA number.\nMay be left empty."
    )
    assert headings["start"] == "First dose.\nDate and time: 2024-03-01 14:30.\nMust be filled in."
    assert all(cell.comment is not None for name in COURSE_TABLES for cell in book[name][1])


def test_cells_offer_the_allowed_words_and_refuse_numbers_out_of_range(book):
    rules = {str(rule.sqref): rule for rule in book["courses"].data_validations.dataValidation}
    assert rules["I2:I2000"].formula1 == '"inpatient,outpatient"'
    assert (rules["J2:J2000"].type, rules["J2:J2000"].formula1, rules["J2:J2000"].formula2) == ("decimal", "2", "400")
    events = {str(rule.sqref): rule.formula1 for rule in book["events"].data_validations.dataValidation}
    assert events["E2:E2000"] == '"yes,no"'
    scales = {str(rule.sqref): rule.formula1 for rule in book["ratings"].data_validations.dataValidation}
    assert scales["C2:C2000"].startswith('"nrs,vas,')


def test_time_columns_have_the_format_of_times(book):
    assert book["courses"].column_dimensions["F"].number_format == "yyyy-mm-dd hh:mm"
    assert book["courses"]["F2"].number_format == "yyyy-mm-dd hh:mm"
    assert book["patients"].column_dimensions["C"].number_format == "yyyy-mm-dd"


def test_every_sheet_shows_two_example_persons(book):
    for name, table in COURSE_TABLES.items():
        column = table.column_names.index("person_id" if "person_id" in table.column_names else "course_id")
        keys = {row[column][:9] for row in book[name].iter_rows(min_row=2, values_only=True) if row[column]}
        assert keys == {"EXAMPLE-1", "EXAMPLE-2"}, name


def test_it_reads_back_without_a_change(path, duckdb_engine):
    tables = check_course_tables(read_sheets(path, STUDY, duckdb_engine), STUDY, duckdb_engine)
    assert rows_of(duckdb_engine, tables.courses, "course_id", "person_id", "start", "weight_kg") == [
        ("EXAMPLE-1-A", "EXAMPLE-1", dt.datetime(2024, 3, 4, 14), 72.5),
        ("EXAMPLE-2-A", "EXAMPLE-2", dt.datetime(2024, 3, 11, 12), 88.0),
    ]
    assert rows_of(duckdb_engine, tables.ratings, "person_id", "value") == [
        ("EXAMPLE-1", 3.0),
        ("EXAMPLE-1", 8.0),
        ("EXAMPLE-2", 6.0),
        ("EXAMPLE-2", 7.0),
    ]
    assert rows_of(duckdb_engine, tables.events, "term", "grade", "serious", "related") == [
        ("hallucination", 2, False, True),
        ("nausea", 1, False, True),
    ]
    assert {name: duckdb_engine.to_arrow(getattr(tables, name)).num_rows for name in COURSE_TABLES} == {
        **dict.fromkeys(COURSE_TABLES, 2),
        "ratings": 4,
    }
    assert {finding[1:] for finding in findings_of(duckdb_engine, tables)} == {
        ("example rows of the template are still in the sheet and count as data", "noted", None)
    }


def test_a_file_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "review.xlsx").write_text("my work")
    with pytest.raises(OutputError) as error:
        write_template(tmp_path / "review.xlsx")
    assert str(error.value) == f"{tmp_path / 'review.xlsx'} is there already; name another file, or add --overwrite."
    assert (tmp_path / "review.xlsx").read_text() == "my work"
    write_template(tmp_path / "review.xlsx", overwrite=True)
    assert openpyxl.load_workbook(tmp_path / "review.xlsx").sheetnames[0] == "instructions"


def test_the_ending_must_be_that_of_a_workbook(tmp_path):
    with pytest.raises(OutputError) as error:
        write_template(tmp_path / "review.xls")
    assert str(error.value) == (
        "review.xls does not end in .xlsx, by which spreadsheet programs know a workbook; rename it."
    )


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), OutputError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_nothing_is_left_half_written(tmp_path, monkeypatch, failure, told):
    def fail(self, file):
        file.write(b"half")
        raise failure

    monkeypatch.setattr("openpyxl.workbook.workbook.Workbook.save", fail)
    with pytest.raises(told) as error:
        write_template(tmp_path / "review.xlsx")
    assert list(tmp_path.iterdir()) == []
    if told is OutputError:
        assert str(error.value).endswith(
            "could not be written: the disk is full. Nothing was left behind; make room and run again."
        )


def test_a_folder_in_which_nobody_may_write():
    with reachable_folder() as folder:
        write_template(folder / "warm.xlsx")  # what is imported late must not be looked for without rights
        folder.chmod(0o555)
        with as_ordinary_user(), pytest.raises(OutputError) as error:
            write_template(folder / "review.xlsx")
        assert str(error.value).endswith(
            "could not be written: no right to write there. Nothing was left behind; name another place."
        )
        folder.chmod(0o755)
