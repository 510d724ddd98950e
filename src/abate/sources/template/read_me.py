"""What does the first sheet of the template say? How to fill it in, in plain words and in order, and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from abate.contracts.course_tables import COURSE_TABLES
from abate.contracts.notice import NOT_A_DEVICE
from abate.sources.sheets.text_dates import DATE_ORDER_LABEL, DateOrder
from abate.sources.template.looks import GREY_INK, OPTIONAL_INK, SETTING_FILL, font, wrapped

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

TITLE = "A chart review for abate"
SHEET = "read me"
#: Name of the cell that holds the order of dates.
DATE_ORDER_NAME = "abate_date_order"

#: What is filled in first, and why; the others follow in the order of the contract.
_ORDER: Mapping[str, str] = MappingProxyType(
    {
        "patients": "One row a patient: study number, sex, date or year of birth.",
        "courses": "One row a treatment course: when it began and ended, admission, discharge, weight. NEEDED.",
        "daily ratings": (
            "One row a course, one column a day: the rating before the first dose (day 0), on day 1 (the date of the first dose), "
            "day 2 …, and at discharge."
        ),
        "ratings": (
            "One row a rating, with its date and time: where several a day are recorded, and for visits and diaries before and after. "
            "NEEDED, unless 'daily ratings' is filled in."
        ),
        "doses": "One row a stretch at one rate, or a bolus; or one row with the total of a course.",
        "events": "One row an adverse event. Leave the sheet empty only where events were not looked for.",
        "treatments": "One row an earlier drug, with how it went.",
        "conditions": "One row a diagnosis.",
        "contacts": "One row a visit or emergency contact afterwards.",
        "observed": "One row a patient: from when to when the records would show what happened.",
    }
)

_RULES = (
    "Fill the sheets in the order below. Those that are not NEEDED may stay empty; they then count as not recorded.",
    "Dark headings must be filled in every row, light ones may stay empty. Point at a heading to read what it means.",
    "Many cells offer a list. A warning that the value does not fit is meant: look again at the chart.",
    "The grey row in italics (EXAMPLE-1) shows what a row looks like. It is not read; you may delete it.",
    "The same patient has the same person_id in all sheets. Use study numbers, never names or hospital numbers.",
    "Leave a cell empty where something was not recorded. Do not write 0, -99, '?' or 'unknown' for it.",
    "Dates: 2024-03-01 14:30 (hospital clock time). Without a clock time 00:00 is taken.",
    "More days than there are columns: write 'day 15', 'day 16' … as headings to the right; they are read too.",
    "Do not rename sheets or headings, do not merge cells. Columns and sheets of your own are left unread, and named.",
)

_AFTERWARDS = (
    "abate check --data THIS-FILE.xlsx",
    "says what is there and which cells do not fit. This file is only read, never written.",
    "abate check --data THIS-FILE.xlsx --out CHECKED.xlsx",
    "writes a copy with a sheet 'check' that lists every mistake by cell, and marks the cells.",
    "abate run STUDY --data THIS-FILE.xlsx --out DIR",
    "runs the study. A preset may ask for what your records do not hold, such as failed drug classes: then write it out with",
    "abate init PRESET --out study.toml",
    "and delete its lines failed_preventive_classes and failed_acute_classes.",
)


def write_read_me(book: Workbook, sheet: Worksheet) -> None:
    """Write the first sheet: rules, the order of filling, the order of dates, and what to do afterwards."""
    sheet.title = SHEET
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 96
    row = _heading(sheet, 1, TITLE, size=16)
    row = _lines(sheet, row, (NOT_A_DEVICE,))
    row = _heading(sheet, row + 1, "Setting")
    row = _setting(book, sheet, row)
    row = _heading(sheet, row + 1, "How to fill it in")
    row = _lines(sheet, row, _RULES, is_numbered=True)
    row = _heading(sheet, row + 1, "In which order")
    row = _sheets(sheet, row)
    row = _heading(sheet, row + 1, "When all is filled in")
    _commands(sheet, row)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 1
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _heading(sheet: Worksheet, row: int, text: str, size: int = 12) -> int:
    sheet.cell(row=row, column=1, value=text).font = font(bold=True, size=size, color=OPTIONAL_INK)
    return row + 1


def _lines(sheet: Worksheet, row: int, lines: tuple[str, ...], *, is_numbered: bool = False) -> int:
    for number, line in enumerate(lines, start=1):
        cell = sheet.cell(row=row, column=1, value=f"{number}.  {line}" if is_numbered else line)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        cell.alignment, cell.font = wrapped(), font()
        row += 1
    return row


def _setting(book: Workbook, sheet: Worksheet, row: int) -> int:
    from openpyxl.styles import Alignment, Border, PatternFill, Side
    from openpyxl.workbook.defined_name import DefinedName
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.cell(row=row, column=1, value=DATE_ORDER_LABEL).font = font(bold=True)
    cell = sheet.cell(row=row, column=2, value=DateOrder.YEAR_FIRST.value)
    edge = Side(style="thin", color="FF7F7F7F")
    cell.fill, cell.border = PatternFill("solid", fgColor=SETTING_FILL), Border(edge, edge, edge, edge)
    cell.alignment, cell.font = Alignment(horizontal="left"), font()
    rule = DataValidation(type="list", formula1=f'"{",".join(DateOrder)}"', allow_blank=False, showErrorMessage=True)
    rule.errorTitle, rule.error = "Order of dates", "Choose one of the list."
    sheet.add_data_validation(rule)
    rule.add(cell)
    book.defined_names[DATE_ORDER_NAME] = DefinedName(DATE_ORDER_NAME, attr_text=f"'{SHEET}'!$B${row}")
    hint = sheet.cell(
        row=row + 1,
        column=2,
        value=(
            "Dates that your spreadsheet program knows as dates need no setting. Only for dates that are text, such as 03/04/2024: choose "
            "which number is the day. A text that is no date in this order is reported, never guessed."
        ),
    )
    hint.alignment, hint.font = wrapped(), font(italic=True, color=GREY_INK)
    sheet.row_dimensions[row + 1].height = 32
    return row + 2


def _sheets(sheet: Worksheet, row: int) -> int:
    from openpyxl.worksheet.hyperlink import Hyperlink

    names = [*_ORDER, *(name for name in COURSE_TABLES if name not in _ORDER)]
    for number, name in enumerate(names, start=1):
        label = sheet.cell(row=row, column=1, value=f"{number}.  {name}")
        label.hyperlink = Hyperlink(ref=label.coordinate, location=f"'{name}'!A1")
        label.font, label.alignment = font(bold=True, color="FF0563C1", underline="single"), wrapped()
        text = _ORDER.get(name) or f"One row is {COURSE_TABLES[name].row_is}."
        told = sheet.cell(row=row, column=2, value=text)
        told.alignment, told.font = wrapped(), font()
        sheet.row_dimensions[row].height = 15 * (1 + len(text) // 100)
        row += 1
    return row


def _commands(sheet: Worksheet, row: int) -> None:
    for text in _AFTERWARDS:
        is_command = text.startswith("abate ")
        cell = sheet.cell(row=row, column=1, value=text)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        cell.font = font(name="Courier New", bold=True) if is_command else font()
        cell.alignment = wrapped(indent=0 if is_command else 2)
        row += 1
