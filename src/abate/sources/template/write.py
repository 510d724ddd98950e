"""Which workbook can be filled in by hand? A sheet for each contract table and one for ratings by day, explained and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abate.contracts.course_tables import COURSE_TABLES
from abate.contracts.schema import Column, ColumnType, Table
from abate.sources.sheets.read import EXAMPLE_PREFIX
from abate.sources.template.columns import FORMATS, comment_of, rating_validation, validation_of
from abate.sources.template.lists import SCALE_ROWS, write_lists
from abate.sources.template.looks import (
    GREY_FILL,
    GREY_INK,
    MISSING_FILL,
    NEEDED_FILL,
    NEEDED_INK,
    OPTIONAL_FILL,
    OPTIONAL_INK,
    font,
)
from abate.sources.template.read_me import write_read_me
from abate.sources.workbook_files import check_file_target, save_workbook

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: Rows that drop-down lists and checks reach; more may be filled in.
PREPARED_ROWS = 2_000
#: The last day that has a column, and how many columns to the right are prepared for more.
LAST_DAY, SPARE_DAYS = 14, 46

DAILY = "daily ratings"

#: Columns that stay in sight, by sheet; one elsewhere.
_FROZEN = {"courses": 2, DAILY: 2}
_WIDTHS = {ColumnType.TIME: 18, ColumnType.DATE: 13, ColumnType.ID: 15, ColumnType.NUMBER: 13, ColumnType.INTEGER: 15}
_WIDE = {"term": 24, "basis": 26, "ingredient": 22, "drug_class": 26, "action": 20, "site": 22, "name": 22, "end_reason": 16}  # fmt: skip

_DAILY_COLUMNS = (
    Column(name="person_id", type=ColumnType.ID, is_required=True, meaning="The person, the same in all sheets"),
    Column(name="course_number", type=ColumnType.INTEGER, minimum=1,
           meaning="Which of the person's courses; needed only where the person has several"),
    Column(name="scale", type=ColumnType.TEXT, meaning="The scale of all ratings in this row; empty: the study's"),
    Column(name="discharge", type=ColumnType.NUMBER, meaning="The last rating, at discharge"),
)  # fmt: skip


def write_template(path: Path, *, overwrite: bool = False) -> None:
    """Write a workbook to fill in: how to, a sheet for each contract table and one for ratings by day, lists, examples.

    The file appears whole or not at all.

    Raises
    ------
    OutputError
        If ``path`` is there already and ``overwrite`` is False, does not end in .xlsx, or cannot be written.
    """
    check_file_target(path, ".xlsx", overwrite=overwrite)
    save_workbook(_workbook(), path, is_private=False)


def _workbook() -> Workbook:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    write_read_me(book, book.active)
    lists = write_lists(book)
    examples = example_rows()
    for table in COURSE_TABLES.values():
        if table.name == "doses":  # ratings by day stand before the less usual tables
            _write_daily(book.create_sheet(DAILY), examples[DAILY][0], lists)
        _write_table(book.create_sheet(table.name), table, examples[table.name], lists)
    book.move_sheet("ratings", offset=-1)
    book.move_sheet("lists", offset=len(book.sheetnames))
    return book


def example_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the template's example rows by table."""
    text = (resources.files("abate.sources.template") / "examples.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _write_table(
    sheet: Worksheet, table: Table, examples: Sequence[Mapping[str, Any]], lists: Mapping[str, str]
) -> None:
    from openpyxl.styles import Alignment

    for number, column in enumerate(table.columns, start=1):
        is_needed = column.is_required and (table.name, column.name) != ("courses", "course_id")
        _write_heading(sheet, number, column, examples[0].get(column.name), is_needed=is_needed)
        _prepare_cells(sheet, number, column, lists)
        if is_needed:
            _mark_where_missing(sheet, number, len(table.columns))
    for row, example in enumerate(examples, start=2):
        for number, column in enumerate(table.columns, start=1):
            if column.name in example:
                cell = sheet.cell(row=row, column=number, value=example[column.name])
                cell.number_format = FORMATS.get(column.type, "General")
                cell.alignment = Alignment(horizontal="left")
    if table.name == "ratings":
        names = table.column_names
        _check_ratings(sheet, names.index("value") + 1, names.index("value") + 1, names.index("scale") + 1)
    _finish(sheet, len(table.columns), frozen=_FROZEN.get(table.name, 1))


def _write_daily(sheet: Worksheet, example: Mapping[str, Any], lists: Mapping[str, str]) -> None:
    from openpyxl.styles import Alignment

    for number, column in enumerate(_DAILY_COLUMNS, start=1):
        _write_heading(sheet, number, column, example.get(column.name), is_needed=column.is_required)
        _prepare_cells(sheet, number, column, lists)
    first = len(_DAILY_COLUMNS) + 1
    for day in range(LAST_DAY + 1):
        column = Column(name=f"day {day}", type=ColumnType.NUMBER, meaning=_meaning_of_day(day))
        _write_heading(sheet, first + day, column, example.get(column.name), is_needed=False)
        _set_width(sheet, first + day, 8)
    for number, name in enumerate(
        [*(c.name for c in _DAILY_COLUMNS), *(f"day {d}" for d in range(LAST_DAY + 1))], start=1
    ):
        if name in example:
            sheet.cell(row=2, column=number, value=example[name]).alignment = Alignment(horizontal="left")
    _check_ratings(sheet, first - 1, first + LAST_DAY + SPARE_DAYS, first - 2)
    _mark_where_missing(sheet, 1, first + LAST_DAY)
    _finish(sheet, first + LAST_DAY, frozen=_FROZEN[DAILY])


def _meaning_of_day(day: int) -> str:
    if day == 0:
        return "The rating before the first dose, as at the admission"
    told = (
        "The date of the first dose, after it"
        if day == 1
        else f"Calendar day {day}; day 1 is the date of the first dose"
    )
    return f"{told}. More days: write 'day {LAST_DAY + 1}' … to the right" if day == LAST_DAY else told


def _write_heading(sheet: Worksheet, number: int, column: Column, example: Any, *, is_needed: bool) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, PatternFill

    heading = sheet.cell(row=1, column=number, value=column.name)
    heading.font = font(bold=True, color=NEEDED_INK if is_needed else OPTIONAL_INK)
    heading.fill = PatternFill("solid", fgColor=NEEDED_FILL if is_needed else OPTIONAL_FILL)
    heading.alignment = Alignment(vertical="center")
    text = comment_of(column, is_needed=is_needed, example=example)
    heading.comment = Comment(
        text, "abate", width=330, height=24 + 18 * sum(1 + len(x) // 48 for x in text.split("\n"))
    )
    _set_width(sheet, number, _WIDE.get(column.name) or _WIDTHS.get(column.type, 15))


def _set_width(sheet: Worksheet, number: int, width: float) -> None:
    from openpyxl.utils import get_column_letter

    sheet.column_dimensions[get_column_letter(number)].width = width


def _prepare_cells(sheet: Worksheet, number: int, column: Column, lists: Mapping[str, str]) -> None:
    """Give the cells below a heading their format and what may be typed into them."""
    from openpyxl.styles import Alignment

    letter = _letter(number)
    # The format of the column reaches cells that are filled in later; formatting each would make them all stored.
    sheet.column_dimensions[letter].alignment = Alignment(horizontal="left")
    if column.type in FORMATS:
        sheet.column_dimensions[letter].number_format = FORMATS[column.type]
    validation = validation_of(column, lists)
    if validation is not None:
        sheet.add_data_validation(validation)
        validation.add(f"{letter}2:{letter}{PREPARED_ROWS}")


def _check_ratings(sheet: Worksheet, first: int, last: int, scale: int) -> None:
    ends = {name: f"lists!${letter}$2:${letter}${SCALE_ROWS + 1}" for name, letter in zip(("scales", "lows", "highs"), "ACD", strict=True)}  # fmt: skip
    rule = rating_validation(f"{_letter(first)}2", f"${_letter(scale)}2", **ends)
    sheet.add_data_validation(rule)
    rule.add(f"{_letter(first)}2:{_letter(last)}{PREPARED_ROWS}")


def _mark_where_missing(sheet: Worksheet, number: int, width: int) -> None:
    """Colour a required cell that is empty while its row is not."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    letter, last = _letter(number), _letter(width)
    rule = FormulaRule(
        formula=[f"AND(ISBLANK({letter}2),COUNTA($A2:${last}2)>0)"], fill=PatternFill("solid", bgColor=MISSING_FILL)
    )
    sheet.conditional_formatting.add(f"{letter}2:{letter}{PREPARED_ROWS}", rule)


def _finish(sheet: Worksheet, width: int, *, frozen: int) -> None:
    """Freeze the headings, show the example as one, and make a table that grows with what is typed below and beside it."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import Font, PatternFill
    from openpyxl.worksheet.table import Table as SheetTable
    from openpyxl.worksheet.table import TableStyleInfo

    sheet.freeze_panes = f"{_letter(frozen + 1)}2"
    sheet.row_dimensions[1].height = 22
    # By what it says and not by its own format, which the rows typed below would take over.
    is_example = (
        f'OR(LEFT($A2,{len(EXAMPLE_PREFIX)})="{EXAMPLE_PREFIX}",LEFT($B2,{len(EXAMPLE_PREFIX)})="{EXAMPLE_PREFIX}")'
    )
    looks = FormulaRule(
        formula=[is_example], font=Font(italic=True, color=GREY_INK), fill=PatternFill("solid", bgColor=GREY_FILL)
    )
    sheet.conditional_formatting.add(f"A2:{_letter(width)}{PREPARED_ROWS}", looks)
    table = SheetTable(displayName=f"t_{sheet.title.replace(' ', '_')}", ref=f"A1:{_letter(width)}2")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))
