"""The copy lists each mistake by its cell, marks the cells, repeats no value, and leaves the workbook itself alone."""

import datetime as dt

import openpyxl
import pytest

from abate.base.errors import BrokenRecordsError, OutputError
from abate.sources.checking.advice import what_stands_there
from abate.study.check import check_all, check_records
from tests.acceptance.records import COURSE_COLUMNS, RATING_COLUMNS, at, course, ratings_of, write_workbook

HOSTILE = '<script>alert("Jane Doe")</script>'
#: What stands in cells and may not be said again.
VALUES = (HOSTILE, "terrible", "7-9", "700", "=HYPERLINK")


def broken(path):
    """Three good courses; then a rating in words, one as a range, one above its scale, a weight of 700 kg."""
    ratings = [row for person in (1, 2, 3) for row in ratings_of(person)]
    ratings += [(1, at(2, 12), "nrs", value) for value in ("terrible", "7-9", 11)]
    events = [("person_id", "time", "term", "grade"), (1, at(2, 9), HOSTILE, 6), (2, at(2, 9), '=HYPERLINK("x")', 1)]
    courses = [COURSE_COLUMNS, course(1), course(2, weight_kg=700), course(3, end=dt.datetime(2024, 2, 1))]
    return write_workbook(path, courses=courses, ratings=[RATING_COLUMNS, *ratings], events=events)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checked")
    workbook = broken(folder / "review.xlsx")
    before = workbook.read_bytes()
    found = check_all(str(workbook), out=folder / "checked.xlsx")
    assert workbook.read_bytes() == before
    return folder, found, openpyxl.load_workbook(folder / "checked.xlsx")


def listed(book):
    """Return the list of mistakes as (sheet, cell, what stands there, what is wrong, what was done)."""
    rows = [[cell.value for cell in row] for row in book["check"].iter_rows()]
    first = next(number for number, row in enumerate(rows) if row[0] == "sheet")
    last = next((n for n, row in enumerate(rows) if n > first and row[0] in (None, "On whole sheets")), len(rows))
    return [(row[0], row[1], row[2], row[3], row[5]) for row in rows[first + 1 : last]]


def test_every_mistake_is_listed_by_its_cell(checked):
    _, _, book = checked
    assert book.sheetnames[0] == "check"
    assert set(listed(book)) == {
        ("courses", "H3", "a number", "weight_kg is outside 2 to 400 kg", "The cell was read as empty."),
        ("courses", "E4", "a date", "end is before start", "The row was left out."),
        ("courses", "F4", "a date", "end is before start", "The row was left out."),
        ("ratings", "D14", "a text of 8 characters", "value is not a number", "The row was left out."),
        ("ratings", "D15", "a range of two numbers", "value is not a number", "The row was left out."),
        ("ratings", "D16", "a number", "value is outside 0 to 10, the range of scale nrs", "The row was left out."),
        ("events", "D2", "a number", "grade is outside 1 to 5", "The cell was read as empty."),
    }


def test_each_line_leads_to_its_cell_which_is_marked_and_explained(checked):
    _, _, book = checked
    links = {cell.value: cell.hyperlink.location for cell in book["check"]["B"] if cell.hyperlink}
    assert links["D15"] == "'ratings'!D15"
    cell = book["ratings"]["D15"]
    assert cell.value == "7-9"
    assert cell.fill.fgColor.rgb == "FFF4B183"
    assert cell.comment.text.startswith("abate check: value is not a number. Write one number.")
    assert book["ratings"]["D2"].comment is None


def test_neither_terminal_nor_list_repeats_a_value(checked):
    _, found, book = checked
    said = [*found.lines, *(str(cell.value) for row in book["check"].iter_rows() for cell in row)]
    said += [str(cell.comment.text) for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment]
    assert not [value for value in VALUES if any(value in line for line in said)]


def test_the_terminal_counts_by_rule_and_names_cells(checked):
    _, found, _ = checked
    assert "    value is not a number (dropped, 2): ratings!D14, ratings!D15" in found.lines
    assert "    weight_kg is outside 2 to 400 kg (repaired, 1): courses!H3" in found.lines


def test_nothing_of_the_users_becomes_a_formula_in_the_list(checked):
    _, _, book = checked
    assert not [cell.coordinate for row in book["check"].iter_rows() for cell in row if cell.data_type == "f"]


def test_the_same_is_written_to_the_byte(checked, tmp_path):
    folder, _, _ = checked
    check_all(str(folder / "review.xlsx"), out=tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == (folder / "checked.xlsx").read_bytes()
    assert (tmp_path / "again.xlsx").stat().st_mode & 0o077 == 0  # it holds patients' rows


def test_a_copy_may_be_corrected_and_checked_again(checked, tmp_path):
    folder, _, _ = checked
    book = openpyxl.load_workbook(folder / "checked.xlsx")
    book["ratings"]["D15"] = 7
    book["courses"]["H3"] = 70
    book.save(tmp_path / "corrected.xlsx")
    check_all(str(tmp_path / "corrected.xlsx"), out=tmp_path / "checked.xlsx")
    again = openpyxl.load_workbook(tmp_path / "checked.xlsx")
    assert again.sheetnames.count("check") == 1
    assert again["ratings"]["D15"].comment is None
    assert again["ratings"]["D15"].fill.fill_type is None
    assert {cell for _, cell, *_ in listed(again)} == {"E4", "F4", "D14", "D16", "D2"}
    assert again["ratings"]["D14"].comment.text.count("abate check:") == 1


def test_what_would_stop_a_run_is_said_with_all_else(tmp_path):
    both = [COURSE_COLUMNS, course(1, course_id="Jane Doe"), course(2, course_id="Jane Doe", weight_kg=700)]
    workbook = write_workbook(tmp_path / "review.xlsx", courses=both)
    found = check_all(str(workbook), out=tmp_path / "checked.xlsx")
    assert [type(error) for error in found.stops] == [BrokenRecordsError]
    book = openpyxl.load_workbook(tmp_path / "checked.xlsx")
    said = [str(cell.value) for cell in book["check"]["A"] if cell.value]
    assert any(
        line.startswith("A run would stop: in courses, 1 value of course_id stands in several rows") for line in said
    )
    cells = {(cell, rule) for _, cell, _, rule, _ in listed(book)}
    assert {cell for cell, rule in cells if rule.startswith("course_id stands in several rows")} == {"A2", "A3"}
    assert ("H3", "weight_kg is outside 2 to 400 kg") in cells
    with pytest.raises(BrokenRecordsError):
        check_records(str(workbook))


def test_a_sheet_of_the_users_own_called_check_stays(tmp_path):
    workbook = write_workbook(tmp_path / "review.xlsx", check=[["mine"], [1]])
    check_all(str(workbook), out=tmp_path / "checked.xlsx")
    book = openpyxl.load_workbook(tmp_path / "checked.xlsx")
    assert book.sheetnames[0] == "abate check"
    assert book["check"]["A1"].value == "mine"


def test_the_workbook_itself_is_never_written(tmp_path):
    workbook = broken(tmp_path / "review.xlsx")
    before = workbook.read_bytes()
    with pytest.raises(OutputError, match="is the workbook itself, which is only read"):
        check_all(str(workbook), out=workbook, overwrite=True)
    (tmp_path / "checked.xlsx").write_text("mine")
    with pytest.raises(OutputError, match="is there already"):
        check_all(str(workbook), out=tmp_path / "checked.xlsx")
    with pytest.raises(OutputError, match="does not end in"):
        check_all(str(workbook), out=tmp_path / "checked.csv")
    assert workbook.read_bytes() == before
    assert (tmp_path / "checked.xlsx").read_text() == "mine"


def test_records_that_are_no_workbook_have_no_cells_to_mark(tmp_path):
    for name, text in (
        ("courses", "person_id,start\n1,2024-03-01\n"),
        ("ratings", "person_id,time,value\n1,2024-03-01,5\n"),
    ):
        (tmp_path / f"{name}.csv").write_text(text)
    with pytest.raises(OutputError, match="--out writes a copy of a workbook"):
        check_all(str(tmp_path), out=tmp_path / "checked.xlsx")


def test_cells_of_a_wide_sheet_are_marked_through_its_mapping(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["no", "begun", "kg", "pain1", "pain2"])
    book.active.append([1, "2024-03-01", 700, "7-8", 6])
    book.active.append([2, "2024-04-01", 70, 5, 6])
    book.save(tmp_path / "own.xlsx")
    (tmp_path / "own.toml").write_text(
        'file = "own.xlsx"\n[patient]\nid = "no"\n[course]\nstart = "begun"\nweight_kg = "kg"\n[ratings]\nday = "pain{day}"\n'
    )
    check_all(str(tmp_path / "own.toml"), out=tmp_path / "checked.xlsx")
    checked = openpyxl.load_workbook(tmp_path / "checked.xlsx")
    cells = {(cell, rule) for _, cell, _, rule, _ in listed(checked)}
    assert {("C2", "weight_kg is outside 2 to 400 kg"), ("D2", "value is not a number")} <= cells


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "nothing"),
        (" ", "nothing"),
        (7, "a number"),
        (True, "yes or no"),
        (dt.datetime(2024, 3, 1), "a date"),
        ("7 – 8", "a range of two numbers"),
        ("7,5", "a number, kept as text"),
        ("03/04/2024", "a date, kept as text"),
        ("=A1", "a formula"),
        ("x" * 300, "a text of 300 characters"),
    ],
)
def test_what_stands_in_a_cell_is_said_without_its_value(value, kind):
    assert what_stands_there(value) == kind
