"""The workbook to fill in explains itself, offers the allowed words, refuses what cannot be, and its example is not read."""

import errno
import zipfile

import openpyxl
import pytest

from abate.base.errors import NoCoursesError, OutputError
from abate.contracts.course_tables import COURSE_TABLES
from abate.sources.sheets import read_sheets
from abate.sources.template import write_template
from abate.study.run import run
from tests.border import STUDY
from tests.ordinary_user import as_ordinary_user, reachable_folder


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "review.xlsx"
    write_template(path)
    return path


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def rules_of(sheet):
    return {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}


def test_how_to_comes_first_then_a_sheet_for_each_table_in_the_order_of_filling(book):
    assert book.sheetnames == [
        "read me", "patients", "courses", "daily ratings", "ratings", "doses", "events", "treatments", "conditions", "contacts",
        "observed", "lists",
    ]  # fmt: skip
    assert book["lists"].sheet_state == "hidden"
    for name, table in COURSE_TABLES.items():
        assert tuple(cell.value for cell in book[name][1]) == table.column_names


def test_the_how_to_names_every_sheet_and_what_the_output_is_for(book):
    said = [str(cell.value) for row in book["read me"].iter_rows() for cell in row if cell.value]
    assert said[1] == "For research and for preparing a decision; not a medical device."
    for name in ("daily ratings", *COURSE_TABLES):
        assert any(line.endswith(f".  {name}") for line in said), name


def test_the_order_of_dates_is_a_named_cell_with_a_list(book):
    place = book.defined_names["abate_date_order"].attr_text
    cell = book["read me"][place.rpartition("!")[2].replace("$", "")]
    assert cell.value == "year-month-day"
    (rule,) = book["read me"].data_validations.dataValidation
    assert rule.formula1 == '"year-month-day,day/month/year,month/day/year"'
    assert str(rule.sqref) == cell.coordinate


def test_a_heading_says_meaning_unit_range_example_and_need(book):
    headings = {cell.value: cell.comment.text for cell in book["courses"][1]}
    assert headings["weight_kg"] == (
        "Body weight nearest before the first dose.\nUnit: kg.\nFrom 2 to 400 kg.\nOne number; no range (7-8), no unit, no word.\n"
        "Example: 72.5\nMay be left empty: then it is not recorded."
    )
    assert headings["start"] == (
        "First dose.\nDate and time: 2024-03-01 14:30.\nExample: 2024-03-04 14:00\nMUST be filled in."
    )
    for name in ("daily ratings", *COURSE_TABLES):
        assert all(cell.comment is not None for cell in book[name][1]), name


@pytest.mark.parametrize(
    ("sheet", "cells", "words"),
    [
        ("patients", "B2:B2000", '"female,male,other,unknown"'),
        ("courses", "I2:I2000", '"inpatient,outpatient"'),
        ("courses", "K2:K2000", '"completed,adverse event,no effect,other,unknown"'),
        ("ratings", "E2:E2000", '"planned visit,unplanned visit,diary,course,follow-up,unknown"'),
        ("events", "D2:D2000", '"1,2,3,4,5"'),
        ("events", "E2:E2000", '"yes,no"'),
        ("treatments", "D2:D2000", '"acute,preventive,infusion,other"'),
        ("treatments", "H2:H2000", '"no effect,not tolerated,contraindicated,ongoing,unknown"'),
        ("contacts", "D2:D2000", '"office,emergency,inpatient,phone"'),
    ],
)
def test_coded_cells_offer_a_list_and_refuse_other_words(book, sheet, cells, words):
    rule = rules_of(book[sheet])[cells]
    assert (rule.type, rule.formula1, rule.showErrorMessage) == ("list", words, True)


def test_scales_and_routes_come_from_the_hidden_sheet(book):
    scale = rules_of(book["ratings"])["C2:C2000"]
    assert (scale.formula1, scale.showErrorMessage) == ("lists!$A$2:$A$9", True)
    assert [book["lists"][f"A{row}"].value for row in (2, 5)] == ["nrs", "hit6"]
    route = rules_of(book["doses"])["F2:F2000"]
    assert route.formula1.startswith("lists!$E$2:")
    assert not route.showErrorMessage  # it suggests; another route may be written


def test_numbers_out_of_range_and_dates_before_1900_are_refused_with_a_reason(book):
    rules = rules_of(book["courses"])
    weight = rules["J2:J2000"]
    assert (weight.type, weight.formula1, weight.formula2, weight.showErrorMessage) == ("decimal", "2", "400", True)
    assert "From 2 to 400 kg." in weight.error
    start = rules["F2:F2000"]
    assert (start.type, start.formula1, start.errorStyle) == ("date", "DATE(1900,1,1)", "warning")


def test_a_rating_is_held_against_the_scale_of_its_row_in_days_that_are_still_to_come_too(book):
    assert "MATCH($C2,lists!$A$2:$A$9,0)" in rules_of(book["ratings"])["D2:D2000"].formula1
    (cells, rule) = next(item for item in rules_of(book["daily ratings"]).items() if item[1].type == "custom")
    assert cells == "D2:BM2000"  # discharge, day 0 to day 14, and 46 columns to the right
    assert "$C2" in rule.formula1


def test_messages_are_no_longer_than_spreadsheet_programs_show(book):
    for sheet in book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.error or "") <= 225, (sheet.title, rule.error)
            assert len(rule.errorTitle or "") <= 31
            assert len(rule.formula1 or "") <= 255, (sheet.title, rule.formula1)


def test_headings_stay_in_sight_and_tables_grow(book):
    assert book["courses"].freeze_panes == "C2"
    assert book["ratings"].freeze_panes == "B2"
    assert {name: [t.ref for t in book[name].tables.values()] for name in ("patients", "daily ratings")} == {
        "patients": ["A1:G2"],
        "daily ratings": ["A1:S2"],
    }


def test_ids_are_text_and_times_have_the_format_of_times(book):
    assert book["courses"].column_dimensions["F"].number_format == "yyyy-mm-dd hh:mm"
    assert book["patients"].column_dimensions["C"].number_format == "yyyy-mm-dd"
    assert all(book[name].column_dimensions["A"].number_format == "@" for name in ("daily ratings", *COURSE_TABLES))


def test_every_sheet_shows_one_example_and_none_is_read(path, book, duckdb_engine):
    for name in ("daily ratings", *COURSE_TABLES):
        rows = [
            [cell.value for cell in row] for row in book[name].iter_rows(min_row=2) if any(cell.value for cell in row)
        ]
        assert len(rows) == 1, name
        assert str(rows[0][0]).startswith("EXAMPLE-"), name
    source = read_sheets(path, STUDY, duckdb_engine)
    assert duckdb_engine.to_arrow(source.courses).num_rows == 0
    assert duckdb_engine.to_arrow(source.ratings).num_rows == 0
    assert source.events is None


def test_a_template_that_nobody_has_filled_in_is_no_study(path):
    with pytest.raises(NoCoursesError):
        run("ketamine-migraine", path)


def test_it_is_the_same_to_the_byte(path, tmp_path):
    write_template(tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_file_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "review.xlsx").write_text("my work")
    with pytest.raises(OutputError) as error:
        write_template(tmp_path / "review.xlsx")
    assert str(error.value) == f"{tmp_path / 'review.xlsx'} is there already; name another file, or add --overwrite."
    assert (tmp_path / "review.xlsx").read_text() == "my work"
    write_template(tmp_path / "review.xlsx", overwrite=True)
    assert openpyxl.load_workbook(tmp_path / "review.xlsx").sheetnames[0] == "read me"


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
    def fail(source, target):
        raise failure

    monkeypatch.setattr("os.replace", fail)
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
