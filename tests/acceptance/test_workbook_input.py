"""What people do to a workbook or an export: one clear sentence or a finding with its cell, never a traceback, and nothing written to it."""

import datetime as dt
import hashlib

import openpyxl
import pytest

from tests.acceptance.command import abate
from tests.acceptance.records import COURSE_COLUMNS, RATING_COLUMNS, at, course, ratings_of, write_workbook
from tests.redcap_export import row, write_export

#: Names that a page or a spreadsheet might take for more than a name.
HOSTILE = (
    '<script>alert("x")</script>',
    '=HYPERLINK("http://x","y")',
    "‮txet",
    "😀" * 80,
    "x" * 300,
    "'; DROP TABLE courses; --",
)
START = dt.datetime(2024, 3, 1, 12)


def spoilt(path):
    """A workbook with every kind of mistake in one row or cell of its own."""
    courses = [(*COURSE_COLUMNS, "nurse"), *((*course(person), "n") for person in range(1, 9))]
    ratings = [row for person in range(1, 9) for row in ratings_of(person)]
    ratings += [
        (1, at(2, 12), "nrs", "7-8"),
        (1, "13/03/2024", "nrs", 5),
        (1, at(2, 13), "nrs", "y" * 300),
        (1, at(2, 14), "nrs", 5),
    ]
    events = [("person_id", "time", "term"), *((1, at(2, 9), name) for name in HOSTILE)]
    write_workbook(
        path,
        courses=courses,
        ratings=[RATING_COLUMNS, *ratings],
        events=events,
        Patient=[("person_id", "sex"), (1, "f")],
    )
    book = openpyxl.load_workbook(path)
    book["courses"]["H4"] = "=70+1"  # openpyxl stores no value beside a formula
    book["courses"].row_dimensions[5].hidden = True
    book["courses"].merge_cells("H6:H7")
    book["events"]["C3"].data_type = "s"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoilt")
    data = spoilt(folder / "review.xlsx")
    before = hashlib.sha256(data.read_bytes()).hexdigest()
    answer = abate("check", "--data", data, "--out", folder / "checked.xlsx", cwd=folder)
    assert hashlib.sha256(data.read_bytes()).hexdigest() == before
    return folder, answer


def test_each_mistake_is_a_finding_with_its_cell(answer):
    _, said = answer
    assert (said.returncode, said.stderr) == (0, "")
    for line in (
        "value is not a number (dropped, 2): ratings!D34, ratings!D36",
        "time is not a time such as 2024-03-01 10:30 (dropped, 1): ratings!B35",
        "weight_kg holds a formula without a stored value; read as empty, save the workbook in a spreadsheet program (repaired, 1): courses!H4",
        "the row is hidden in the sheet and was read all the same (kept, 1): courses!A5",
        "column 'nurse' is not known and was not read",
        "table 'Patient' is not known and was not read; did you mean 'patients'?",
    ):
        assert line in said.stdout, line
    assert "is merged with others" in said.stdout
    assert "courses!H6" in said.stdout


def test_nothing_of_what_stands_in_a_cell_is_said(answer):
    _, said = answer
    for word in (*HOSTILE, "7-8", "13/03/2024", "y" * 60):
        assert word not in said.stdout + said.stderr


def test_hostile_names_are_text_in_the_copy_and_the_rest_is_as_it_was(answer):
    folder, _ = answer
    before, after = (openpyxl.load_workbook(folder / name) for name in ("review.xlsx", "checked.xlsx"))
    assert after.sheetnames == ["check", *before.sheetnames]
    for sheet in before.worksheets:
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert cells == [[cell.value for cell in row] for row in after[sheet.title].iter_rows()], sheet.title
    assert after["events"]["C3"].data_type == "s"


def test_a_run_says_the_same_and_goes_on(answer):
    folder, _ = answer
    (folder / "study.toml").write_text(
        'title = "t"\n[treatment]\nname = "ketamine"\n[rating]\nscale = "nrs"\n[response]\nprimary = { points = 2 }\n'
    )
    said = abate("run", folder / "study.toml", "--data", folder / "review.xlsx", "--out", folder / "results", "-q")
    assert said.returncode == 0, said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("change", "exit_code", "told"),
    [
        (lambda book: setattr(book["courses"], "title", "Course list"), 6, "has no table 'courses'"),
        (lambda book: setattr(book["courses"]["E1"], "value", "begin"), 6, "has no column 'start'"),
        (lambda book: book.create_sheet("COURSES "), 0, "course tables"),
        (lambda book: setattr(book["courses"]["H1"], "value", "start"), 7, "has the column 'start' more than once"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, change, exit_code, told):
    book = openpyxl.load_workbook(write_workbook(tmp_path / "review.xlsx"))
    change(book)
    book.save(tmp_path / "review.xlsx")
    said = abate("check", "--data", tmp_path / "review.xlsx", "--out", tmp_path / "checked.xlsx")
    assert (said.returncode, "Traceback" in said.stderr) == (exit_code, False)
    assert told in (said.stderr if exit_code else said.stdout)
    if exit_code:
        assert said.stderr.count("\n") == 1
        assert any(
            "A run would stop" in str(cell.value)
            for cell in openpyxl.load_workbook(tmp_path / "checked.xlsx")["check"]["A"]
        )


def test_dates_that_are_all_text_in_another_order_stop_a_run_and_name_every_cell(tmp_path):
    courses = [COURSE_COLUMNS, *(course(person, start=f"{12 + person}/03/2024") for person in (1, 2, 3))]
    data = write_workbook(tmp_path / "review.xlsx", courses=courses)
    said = abate("check", "--data", data, "--out", tmp_path / "checked.xlsx")
    assert said.returncode == 7
    assert "none of the 3 rows of courses can be used" in said.stderr
    assert "courses!E2, courses!E3, courses!E4" in said.stdout
    assert "no date when read as year-month-day" in said.stdout
    listed = openpyxl.load_workbook(tmp_path / "checked.xlsx")["check"]["C"]
    assert sum(cell.value == "a date, kept as text" for cell in listed) == 3


def test_an_export_of_labels_and_one_of_hostile_names(tmp_path):
    rows = [row(name, "course", 1, crs_start=START, crs_end=START + dt.timedelta(days=3)) for name in HOSTILE]
    rows += [row(name, "daily_ratings", 1, rt_date="2024-03-02", rt_value=5) for name in HOSTILE]
    path = write_export(tmp_path / "export.csv", rows)
    said = abate("check", "--data", path)
    assert (said.returncode, said.stderr) == (0, "")
    assert "12 rows: 12 read (instances: 6 of course, 6 of daily_ratings), 0 set aside" in said.stdout
    assert not [name for name in HOSTILE if name in said.stdout]
    path.write_text(path.read_text().replace("daily_ratings", "Daily ratings"))
    said = abate("check", "--data", path)
    assert (said.returncode, said.stderr.count("\n")) == (5, 1)
    assert "export it again from REDCap as CSV with RAW data" in said.stderr


def test_a_project_is_written_through_the_command(tmp_path):
    said = abate("template", "--redcap", tmp_path / "project.zip")
    assert (said.returncode, said.stdout) == (0, "")
    assert "how-to.txt says how to set the project up" in said.stderr
    said = abate("template", "--redcap", tmp_path / "project.zip")
    assert said.returncode == 9
