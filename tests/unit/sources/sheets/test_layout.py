"""What a sheet hides is named: rows, columns, and cells that were merged away."""

import io

import openpyxl

from abate.sources.sheets.layout import read_layout
from abate.sources.sheets.workbook import read_workbook


def workbook(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "ratings"
    for row in (["person_id", "time", "value"], [1, "a", 5], [2, "b", 6], [3, "c", 7]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet.merge_cells("C2:C3")
    book.save(path)
    return path


def test_hidden_rows_are_read_and_named_with_merged_cells(tmp_path):
    (sheet,) = read_workbook(workbook(tmp_path / "a.xlsx"))
    assert sheet.row_count == 3
    assert [(rule.split(";")[0], action, key) for _, rule, action, key in sheet.remarks] == [
        ("the row is hidden in the sheet and was read all the same", "kept", "ratings row 3"),
        ("column 'time' is hidden and was read all the same", "noted", None),
        (
            "the cell is merged with others, of which only the first carries a value",
            "kept",
            "ratings row 2, column value",
        ),
    ]


def test_a_tag_that_lies_across_two_blocks_is_seen():
    tag = b'<row r="7" hidden="1">'
    for place in range((1 << 20) - len(tag), (1 << 20) + 1):
        stream = io.BytesIO(b" " * place + tag + b" " * 100)
        assert read_layout(stream).hidden_rows == {7}


def test_the_unused_rest_of_a_sheet_is_no_hidden_column():
    text = b'<cols><col min="2" max="16384" hidden="1"/><col hidden="true" max="1" min="1"/></cols>'
    assert read_layout(io.BytesIO(text)).hidden_columns == {1}
