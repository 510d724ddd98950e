"""How do all tables become one workbook? A list of contents, a sheet a table, numbers that can be computed with, and no formula."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from abate.contracts.notice import NOT_A_DEVICE
from abate.report.csv_text import could_run
from abate.report.disclosure import edition_notice
from abate.report.drawn import DrawnFigure, describe_source
from abate.report.numbers import MANY, NARROW_SPACE
from abate.report.packed import FIXED_TIME, packed
from abate.report.report_table import ReportTable, RowKind, TableRow
from abate.report.section import Section
from abate.report.table_cells import holds_numbers, is_number, machine_number, number_tables
from abate.report.view import ResultView
from abate.report.words import clean, shown

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

CONTENTS = "Contents"
#: Rows of a sheet: caption, where it is from, the way back, and the head of the table.
CAPTION_ROW, SOURCE_ROW, BACK_ROW, HEAD_ROW = 1, 2, 3, 4

_FEWEST_TO_FILTER = 12
_NARROWEST, _WIDEST, _LEAST_CAPTION = 8, 60, 70  # letters
_LONGEST_TITLE = 255
_LINE = 15.0  # points
_CONTENTS_WIDTHS = (12.0, 80.0, 36.0, 8.0)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table with the name of its sheet and what stands over it."""

    name: str
    section: str
    caption: str
    table: ReportTable


def render_workbook(view: ResultView, sections: Sequence[Section], drawn: Mapping[str, DrawnFigure]) -> bytes:
    """Return tables.xlsx, the same bytes on every run."""
    from openpyxl import Workbook

    workbook, sheets, source = Workbook(), list(_sheets(sections, drawn)), describe_source(view)
    _write_contents(workbook.worksheets[0], view, sheets)
    for sheet in sheets:
        _write_sheet(workbook.create_sheet(sheet.name), sheet, source)
    _set_properties(workbook, view)
    written = io.BytesIO()
    workbook.save(written)
    return packed(written.getvalue(), {"docProps/core.xml": _core_properties(workbook)})


def _sheets(sections: Sequence[Section], drawn: Mapping[str, DrawnFigure]) -> Iterator[Sheet]:
    """Return the numbers behind each figure and each table, in the order of the page; names are "Table 1", "Figure 2", "Figure 2 b"."""
    numbers = number_tables(sections)
    for section in sections:
        for figure in section.figures:
            number = drawn[figure.id].number
            for place, table in enumerate(table for table in figure.numbers if not table.is_empty):
                name = f"Figure {number}" + (f" {'abcdefghijklmnopqrstuvwxyz'[place % 26]}" if place else "")
                what = table.title if table.title == figure.claim else f"{figure.claim} {table.title}"
                caption = f"{name}. {what}"
                yield Sheet(name=name, section=section.title, caption=caption, table=table)
        for table in section.tables:
            name = f"Table {numbers[table.id]}"
            yield Sheet(name=name, section=section.title, caption=f"{name}. {table.title}", table=table)


def _write_contents(page: Worksheet, view: ResultView, sheets: Sequence[Sheet]) -> None:
    """Write the first sheet: what the workbook is, and a line with a link for each table."""
    from openpyxl.styles import Alignment

    page.title = CONTENTS
    simulated = ("Simulated data: no patient\u2019s, and no evidence.",) if view.result.provenance.is_simulated else ()
    notices = (
        *simulated,
        f"{edition_notice(view.result)}.",
        NOT_A_DEVICE,
        "Numbers of tables and figures are those of report.html.",
    )
    _write_across(page, 1, shown(view.study.title), _CONTENTS_WIDTHS, _fonts().title)
    for place, notice in enumerate(notices, start=2):
        _write(page.cell(place, 1), notice, _fonts().small)
    head = len(notices) + 3
    for column, name in enumerate(("Sheet", "Title", "Section", "Rows"), start=1):
        _write_head(page.cell(head, column), name, is_right=name == "Rows")
    for row, sheet in enumerate(sheets, start=head + 1):
        _link(page.cell(row, 1), sheet.name, sheet.name)
        _write(page.cell(row, 2), sheet.caption.removeprefix(f"{sheet.name}. "), _fonts().plain)
        _write(page.cell(row, 3), sheet.section, _fonts().plain)
        page.cell(row, 4).value = sum(found.kind is not RowKind.GROUP for found in sheet.table.rows)
        page.cell(row, 4).font = _fonts().plain
        for cell in page[row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[row].height = max(_height(sheet.caption, 108), _height(sheet.section, 40))
    for letter, width in zip("ABCD", _CONTENTS_WIDTHS, strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = page.cell(head + 1, 1)
    _set_print(page, head)


def _write_sheet(page: Worksheet, sheet: Sheet, source: str) -> None:
    table = sheet.table
    widths = [_column_width(table, place) for place in range(len(table.columns))]
    _write_across(page, CAPTION_ROW, sheet.caption, widths, _fonts().strong)
    _write_across(page, SOURCE_ROW, source, widths, _fonts().small)
    _link(page.cell(BACK_ROW, 1), CONTENTS, f"Back to {CONTENTS.lower()}")
    is_right = [holds_numbers(table, place) for place in range(len(table.columns))]
    for column, name in enumerate(table.columns, start=1):
        _write_head(page.cell(HEAD_ROW, column), name, is_right=is_right[column - 1])
    heads = zip(table.columns, widths, strict=True)
    page.row_dimensions[HEAD_ROW].height = max(_height(name, width - 3) for name, width in heads)
    for place, row in enumerate(table.rows, start=HEAD_ROW + 1):
        _write_row(page, place, row, is_right)
        if any(len(cell) > _WIDEST for cell in row.cells):
            page.row_dimensions[place].height = max(
                _height(cell, width - 3) for cell, width in zip(row.cells, widths, strict=False)
            )
    last = HEAD_ROW + len(table.rows)
    for place, note in enumerate(table.notes, start=last + 2):
        _write_across(page, place, note, widths, _fonts().small)
    for column, width in zip(page.iter_cols(min_row=HEAD_ROW, max_row=HEAD_ROW), widths, strict=False):
        page.column_dimensions[column[0].column_letter].width = width
    page.freeze_panes = page.cell(HEAD_ROW + 1, 2)
    has_groups = any(row.kind is RowKind.GROUP for row in table.rows)
    if not has_groups and len(table.rows) >= _FEWEST_TO_FILTER:
        page.auto_filter.ref = f"A{HEAD_ROW}:{page.cell(last, len(table.columns)).coordinate}"
    _set_print(page, HEAD_ROW)


def _write_row(page: Worksheet, place: int, row: TableRow, is_right: Sequence[bool]) -> None:
    from openpyxl.styles import Alignment

    font = _fonts().plain if row.kind is RowKind.PLAIN else _fonts().strong
    cells = row.cells[:1] if row.kind is RowKind.GROUP else row.cells
    for column, text in enumerate(cells, start=1):
        cell = page.cell(place, column)
        plain = machine_number(text)
        if is_number(plain):
            cell.value, cell.number_format, cell.font = float(plain), _number_format(text, plain), font
        else:
            _write(cell, text, font)
        side = "right" if is_right[column - 1] else "left"
        cell.alignment = Alignment(horizontal=side, vertical="top", wrap_text=len(text) > _WIDEST)


def _write(cell: Cell | Any, text: str, font: Any) -> None:
    """Write a text as text: never a formula, an error or a date, not even when somebody edits it."""
    plain = clean(text).replace(NARROW_SPACE, " ")
    cell.font = font
    if not plain:
        return
    cell.value = plain
    cell.data_type = "s"
    if could_run(plain):
        cell.quotePrefix = True


def _write_head(cell: Cell | Any, text: str, *, is_right: bool) -> None:
    from openpyxl.styles import Alignment, Border, Side

    _write(cell, text, _fonts().strong)
    cell.border = Border(top=Side(style="medium"), bottom=Side(style="thin"))
    cell.alignment = Alignment(horizontal="right" if is_right else "left", vertical="bottom", wrap_text=True)


def _write_across(page: Worksheet, row: int, text: str, widths: Sequence[float], font: Any) -> None:
    """Write a sentence over the columns of the table, as many lines high as it needs."""
    from openpyxl.styles import Alignment

    width, columns = 0.0, 0
    for found in (*widths, *[_NARROWEST + 0.43] * 6):
        if columns >= len(widths) and width >= _LEAST_CAPTION:
            break
        width, columns = width + found, columns + 1
    cell = page.cell(row, 1)
    _write(cell, text, font)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if columns > 1:
        page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
    page.row_dimensions[row].height = _height(text, width * 10 / font.size) * font.size / 10


def _link(cell: Cell | Any, sheet: str, text: str) -> None:
    """Write a link to a sheet of the workbook."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    _write(cell, text, _fonts().link)
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")


def _number_format(text: str, plain: str) -> str:
    """Return how a number is shown: with the decimals, thousands and sign that the report writes."""
    decimals = len(plain.partition(".")[2]) if "e" not in plain else 0
    whole = "#,##0" if abs(float(plain)) >= MANY else "0"
    shape = whole + ("." + "0" * decimals if decimals else "")
    return f"+{shape};-{shape};{shape}" if text.startswith("+") else shape


def _column_width(table: ReportTable, place: int) -> float:
    cells = [row.cells[place] for row in table.rows if row.kind is not RowKind.GROUP]
    longest = max([len(cell) for cell in cells] + [math.ceil(len(table.columns[place]) / 2)], default=0)
    words = max(len(word) for word in table.columns[place].split(" "))
    return float(min(_WIDEST, max(_NARROWEST, longest + 2, words + 4)))


def _height(text: str, width: float) -> float:
    return _LINE * max(1, math.ceil(0.95 * len(text) / width))


def _set_print(page: Worksheet, head: int) -> None:
    """Print on A4 pages as wide as the table, the head on each."""
    page.page_setup.paperSize = 9
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{head}:{head}"
    page.oddFooter.center.text = "&A, page &P of &N"


def _set_properties(workbook: Workbook, view: ResultView) -> None:
    properties = workbook.properties
    properties.title = clean(shown(view.study.title))[:_LONGEST_TITLE]
    properties.creator = properties.lastModifiedBy = ""
    properties.language = "en-GB"
    properties.created = FIXED_TIME


def _core_properties(workbook: Workbook) -> bytes:
    """Return the properties without the time of day that the library writes into them."""
    from openpyxl.xml.functions import tostring

    workbook.properties.modified = FIXED_TIME
    return bytes(tostring(workbook.properties.to_tree()))


class _Fonts:
    """The few kinds of type of the workbook."""

    def __init__(self) -> None:
        from openpyxl.styles import Font

        self.plain = Font(name="Arial", size=10)
        self.strong = Font(name="Arial", size=10, bold=True)
        self.title = Font(name="Arial", size=14, bold=True)
        self.small = Font(name="Arial", size=9, color="FF5C6369")
        self.link = Font(name="Arial", size=10, color="FF1B558F", underline="single")


@cache
def _fonts() -> _Fonts:
    return _Fonts()
