"""Cells of a workbook become text: values only, formulas never computed."""

import datetime as dt

import openpyxl
import pytest

from abate.base.errors import NotRecordsError
from abate.sources.sheets.workbook import cell_text, read_workbook


def workbook(path, *rows, title="ratings", formats=None):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for place, number_format in (formats or {}).items():
        book.active[place].number_format = number_format
    book.save(path)
    return path


def read_one(path):
    (sheet,) = read_workbook(path)
    return sheet


@pytest.mark.parametrize(
    ("value", "text"),
    [(101.0, "101"), (101, "101"), (7.5, "7.5"), (True, "yes"), ("  a  ", "a"), ("", None), (None, None), (0.1, "0.1")],
)
def test_a_cell_as_text(value, text):
    assert cell_text(value, "General") == text


def test_dates_are_told_from_midnights_by_their_format(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        ["time", "value"],
        [dt.datetime(2024, 3, 1), 1],
        [dt.datetime(2024, 3, 1), 2],
        [dt.datetime(2024, 3, 1, 10, 5), 3],
        formats={"A2": "yyyy-mm-dd", "A3": "yyyy-mm-dd hh:mm"},
    )
    assert read_one(path).cells["time"].to_pylist() == ["2024-03-01", "2024-03-01 00:00:00", "2024-03-01 10:05:00"]


def test_rows_keep_the_numbers_of_the_sheet_and_empty_ones_are_none(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["person_id", "value"], [1, 8], [None, None], [2, 7])
    assert read_one(path).row_numbers.to_pylist() == [2, 4]


def test_headings_may_stand_below_empty_rows(tmp_path):
    sheet = read_one(workbook(tmp_path / "a.xlsx", [None], ["person_id", "value"], [1, 8]))
    assert sheet.headings == ("person_id", "value")
    assert sheet.row_numbers.to_pylist() == [3]


def test_a_column_without_heading_is_not_read(tmp_path):
    sheet = read_one(workbook(tmp_path / "a.xlsx", ["person_id", None, "value"], [1, "private", 8, "beyond"]))
    assert sheet.headings == ("person_id", "value")
    assert sheet.cells.to_pylist() == [{"person_id": "1", "value": "8"}]


def test_a_formula_without_stored_value_is_empty_and_named(tmp_path):
    sheet = read_one(workbook(tmp_path / "a.xlsx", ["person_id", "value"], [1, "=1+7"]))
    assert sheet.cells["value"].to_pylist() == [None]
    assert sheet.remarks == [
        (
            "ratings",
            "value holds a formula without a stored value; read as empty, save the workbook in a spreadsheet program",
            "repaired",
            "ratings row 2",
        )
    ]


def test_the_stored_value_of_a_formula_is_read(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["person_id", "value"], [1, "=1+7"], [2, 3])
    _store_value(path, formula="1+7", value="8")
    sheet = read_one(path)
    assert sheet.cells["value"].to_pylist() == ["8", "3"]
    assert sheet.remarks == []


def _store_value(path, formula, value):
    """Write into the file what a spreadsheet program stores beside a formula."""
    import zipfile

    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    before = f"<f>{formula}</f><v></v>".encode() if b"<v></v>" in parts[sheet] else f"<f>{formula}</f><v />".encode()
    assert before in parts[sheet]
    parts[sheet] = parts[sheet].replace(before, f"<f>{formula}</f><v>{value}</v>".encode())
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)


def test_an_error_of_the_spreadsheet_program_is_empty_and_named(tmp_path):
    sheet = read_one(workbook(tmp_path / "a.xlsx", ["person_id", "value"], [1, "#N/A"]))
    assert sheet.cells["value"].to_pylist() == [None]
    assert sheet.remarks[0][1:] == (
        "value holds an error of the spreadsheet program such as #N/A; read as empty",
        "repaired",
        "ratings row 2",
    )


def test_an_id_longer_than_a_workbook_keeps_is_named(tmp_path):
    sheet = read_one(workbook(tmp_path / "a.xlsx", ["person_id", "value"], [1234567890123456, 8]))
    assert sheet.remarks[0][2:] == ("kept", "ratings row 2")


def test_text_that_looks_like_a_formula_is_text(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["person_id", "value"], [1, 8])
    book = openpyxl.load_workbook(path)
    book.active["B2"].value = "=1+7"
    book.active["B2"].data_type = "s"
    book.save(path)
    assert read_one(path).cells["value"].to_pylist() == ["=1+7"]


@pytest.mark.parametrize("content", [b"", b"person_id,value\n1,8\n", b"PK\x03\x04 damaged"])
def test_a_file_that_is_no_workbook_is_told(tmp_path, content):
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(NotRecordsError) as error:
        read_workbook(tmp_path / "a.xlsx")
    assert str(error.value) == (
        "a.xlsx cannot be read as an .xlsx workbook (damaged, locked with a password, or of another kind); "
        "open it in a spreadsheet program and save it as .xlsx."
    )
