"""The workbook: a list of contents, a sheet a table, true numbers, and nothing that runs."""

import io
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from abate.report.drawn import draw_figures
from abate.report.report_table import group, row, table
from abate.report.sections import Section, build_sections
from abate.report.workbook import CONTENTS, HEAD_ROW, render_workbook
from tests.unit.report.office import EDGES, workbook_of


@pytest.fixture(scope="module")
def written(view) -> bytes:
    sections = build_sections(view)
    return render_workbook(view, sections, draw_figures(view, sections))


@pytest.fixture(scope="module")
def workbook(written):
    return openpyxl.load_workbook(io.BytesIO(written))


def of_tables(view, *tables):
    section = Section(id="s", title="S", contents="S", say="S.", tables=tables)
    return openpyxl.load_workbook(io.BytesIO(render_workbook(view, (section,), {})))


def test_a_sheet_a_table_and_one_for_the_numbers_of_each_figure(view, workbook):
    sections = build_sections(view)
    tables = sum(len(section.tables) for section in sections)
    figures = [figure for section in sections for figure in section.figures]
    assert len([name for name in workbook.sheetnames if name.startswith("Table ")]) == tables == 12
    numbers = sum(not found.is_empty for figure in figures for found in figure.numbers)
    assert len([name for name in workbook.sheetnames if name.startswith("Figure ")]) == numbers
    assert workbook.sheetnames[:2] == [CONTENTS, "Figure 1"]


def test_names_of_sheets_are_valid_and_unique(workbook):
    assert len(set(workbook.sheetnames)) == len(workbook.sheetnames)
    assert all(re.fullmatch(r"[A-Za-z0-9 ]{1,31}", name) for name in workbook.sheetnames)


def test_the_contents_link_to_every_sheet(workbook):
    links = [cell.hyperlink.location for line in workbook[CONTENTS] for cell in line if cell.hyperlink is not None]
    assert links == [f"'{name}'!A1" for name in workbook.sheetnames[1:]]


def test_a_number_is_a_number_with_the_decimals_of_the_report(view):
    found = table("t", "T.", ("Name", "a"), [row("x", "\u22124.10"), row("y", "60\u202f000"), row("z", "+0.5"), row("u", "45/59 (76\u202f%)"), row("v", "<5"), row("w", "\u2013")])  # fmt: skip
    page = of_tables(view, found)["Table 1"]
    cells = [page.cell(HEAD_ROW + place, 2) for place in range(1, 7)]
    assert [cell.value for cell in cells] == [-4.1, 60000, 0.5, "45/59 (76 %)", "<5", "\u2013"]
    assert [cell.number_format for cell in cells[:3]] == ["0.00", "#,##0", "+0.0;-0.0;0.0"]
    assert [cell.data_type for cell in cells] == ["n", "n", "n", "s", "s", "s"]


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_a_text_that_could_run_is_text_also_when_it_is_edited(view, text):
    page = of_tables(view, table("t", text, (text, "b"), [row(text, text), group(text, 2)], notes=(text,)))["Table 1"]
    cells = [page.cell(HEAD_ROW, 1), page.cell(HEAD_ROW + 1, 1), page.cell(HEAD_ROW + 1, 2), page.cell(HEAD_ROW + 2, 1), page.cell(HEAD_ROW + 4, 1)]  # fmt: skip
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.value for cell in cells} == {text.replace("\t", " ").replace("\r", " ")}
    if text[0] in "=+-@":
        assert all(cell.quotePrefix for cell in cells)


@pytest.mark.parametrize("edge", sorted(EDGES))
def test_a_result_at_the_edge_still_opens_and_nothing_in_it_runs(edge):
    data = workbook_of(EDGES[edge]())
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    kinds = {cell.data_type for page in workbook for line in page for cell in line}
    assert kinds <= {"s", "n"}
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert not [name for name in found.namelist() if b"<f>" in found.read(name)]


def test_the_head_stays_and_long_tables_can_be_filtered(workbook):
    assert {page.freeze_panes for page in workbook.worksheets[1:]} == {f"B{HEAD_ROW + 1}"}
    table_1 = workbook["Table 1"]
    assert table_1.auto_filter.ref == f"A{HEAD_ROW}:G{HEAD_ROW + 21}"
    assert workbook["Table 3"].auto_filter.ref is None


def test_a_table_with_headings_inside_is_not_filtered(view):
    rows = [group("Preventive drugs", 2), *[row(str(place), "1") for place in range(30)]]
    assert of_tables(view, table("t", "T.", ("a", "b"), rows))["Table 1"].auto_filter.ref is None


def test_the_file_is_the_same_on_every_run_and_names_no_author(view, written):
    sections = build_sections(view)
    assert render_workbook(view, sections, draw_figures(view, sections)) == written
    properties = openpyxl.load_workbook(io.BytesIO(written)).properties
    assert properties.created == properties.modified
    assert properties.created.year == 2000
    assert not properties.creator
    with zipfile.ZipFile(io.BytesIO(written)) as found:
        assert {entry.date_time for entry in found.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_every_sheet_says_where_it_is_from(workbook):
    assert all("simulated data" in page.cell(2, 1).value for page in workbook.worksheets[1:])
    first = [cell.value for cell in workbook[CONTENTS]["A"]]
    assert "Simulated data: no patient\u2019s, and no evidence." in first
    assert "For research and for preparing a decision; not a medical device." in first


def test_an_edition_without_tables_is_a_list_of_nothing(view):
    bare = tuple(replace(section, figures=(), tables=()) for section in build_sections(view))
    assert openpyxl.load_workbook(io.BytesIO(render_workbook(view, bare, {}))).sheetnames == [CONTENTS]


def test_a_row_with_a_long_text_is_as_high_as_its_lines(view):
    long = table("t", "T.", ("What", "n"), [row("word " * 40, "1"), row("short", "2")])
    page = of_tables(view, long)["Table 1"]
    heights = [page.row_dimensions[place].height for place in (HEAD_ROW + 1, HEAD_ROW + 2)]
    assert heights[0] >= 4 * 15  # 200 letters in a column of at most 60
    assert heights[1] is None
