"""Which workbook can be filled in by hand? A sheet for each contract table, its columns explained, two courses as examples."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from abate.base.errors import OutputError
from abate.base.writing import writing
from abate.contracts.course_tables import COURSE_TABLES
from abate.contracts.schema import Column, ColumnType, Table
from abate.knowledge.scales import SCALES

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: Rows that drop-down lists reach; more may be filled in.
PREPARED_ROWS = 2_000

_FORMATS: Mapping[ColumnType, str] = MappingProxyType(
    {ColumnType.TIME: "yyyy-mm-dd hh:mm", ColumnType.DATE: "yyyy-mm-dd", ColumnType.ID: "@"}
)
_REQUIRED_FILL, _OPTIONAL_FILL = "FFDDEBF7", "FFF2F2F2"
_LONGEST_LIST = 255  # characters; a longer list would have to stand in cells


INSTRUCTIONS = (
    "Course tables for abate",
    "Fill in the sheets courses and ratings; all others may stay empty or be deleted, and then count as not recorded.",
    "Delete the example rows first: every row whose person is EXAMPLE-1 or EXAMPLE-2. Until then they count as data.",
    "One row of courses is one run of a treatment over days; one row of ratings is one rating by the patient.",
    "Write dates and times as 2024-03-01 14:30 (hospital clock time). Without a clock time 00:00 is taken.",
    "The same person has the same person_id in all sheets. Use study numbers, not names or hospital numbers.",
    "Dark headings must be filled in every row; light ones may be left empty. Point at a heading to read what it means.",
    "Leave a cell empty where something was not recorded. Do not write 0 for it.",
    "Do not rename sheets or headings. Columns and sheets of your own are left unread, and named in the findings.",
    "Ratings before and after the course (diary, visits) go into the same sheet: the study's rules choose among them.",
    "A preset may ask for what your records do not hold, such as failed drug classes.",
    "Then write it out, abate init PRESET --out study.toml, and delete its lines failed_preventive_classes and failed_acute_classes.",
    "Then run: abate check --data THIS-FILE.xlsx, and: abate run STUDY --data THIS-FILE.xlsx --out DIR",
)


def write_template(path: Path, *, overwrite: bool = False) -> None:
    """Write a workbook to fill in: instructions, a sheet for each contract table, drop-down lists, two example courses.

    The file appears whole or not at all.

    Raises
    ------
    OutputError
        If ``path`` is there already and ``overwrite`` is False, does not end in .xlsx, or cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise OutputError(
            f"{path.name} does not end in .xlsx, by which spreadsheet programs know a workbook; rename it."
        )
    if path.is_dir() or (path.exists() and not overwrite):
        raise OutputError(f"{path} is there already; name another file, or add --overwrite.")
    temporary: str | None = None
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                _workbook().save(file)
            os.chmod(temporary, 0o644)  # the empty form is meant to be handed round; mkstemp makes it private
            os.replace(temporary, path)
        temporary = None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _workbook() -> Workbook:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    _write_instructions(book.active)
    examples = example_rows()
    for table in COURSE_TABLES.values():
        _write_table(book.create_sheet(table.name), table, examples[table.name])
    return book


def example_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the template's example rows by table."""
    text = (resources.files("abate.sources") / "template_examples.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _write_instructions(sheet: Any) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = "instructions"
    sheet.column_dimensions["A"].width = 110
    for number, sentence in enumerate(INSTRUCTIONS, start=1):
        cell = sheet.cell(row=number, column=1, value=sentence)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=number == 1)
    first = len(INSTRUCTIONS) + 2
    for number, table in enumerate(COURSE_TABLES.values(), start=first):
        need = "required" if table.is_required else "optional"
        sheet.cell(row=number, column=1, value=f"{table.name} ({need}): one row is {table.row_is}")


def _write_table(sheet: Worksheet, table: Table, examples: list[dict[str, Any]]) -> None:
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, start=1):
        _write_heading(sheet, table, column, number)
        _prepare_cells(sheet, column, number)
    for row, example in enumerate(examples, start=2):
        for number, column in enumerate(table.columns, start=1):
            if column.name in example:
                cell = sheet.cell(row=row, column=number, value=example[column.name])
                cell.number_format = _FORMATS.get(column.type, "General")


def _write_heading(sheet: Worksheet, table: Table, column: Column, number: int) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    is_needed = column.is_required and (table.name, column.name) != ("courses", "course_id")
    heading = sheet.cell(row=1, column=number, value=column.name)
    heading.font = Font(bold=True)
    heading.fill = PatternFill("solid", fgColor=_REQUIRED_FILL if is_needed else _OPTIONAL_FILL)
    heading.comment = Comment(_comment(column, is_needed), "abate", width=320, height=130)
    sheet.column_dimensions[get_column_letter(number)].width = 18 if column.type is ColumnType.TIME else 15


def _comment(column: Column, is_needed: bool) -> str:
    lines = [f"{column.meaning}."]
    if column.unit is not None:
        lines.append(f"Unit: {column.unit}.")
    if column.minimum is not None and column.maximum is not None:
        lines.append(f"From {column.minimum:g} to {column.maximum:g}.")
    elif column.minimum is not None:
        lines.append(f"{column.minimum:g} or more.")
    words = _words(column)
    if words:
        lines.append(f"One of: {', '.join(words)}.")
    lines.append(_FORM[column.type])
    lines.append("Must be filled in." if is_needed else "May be left empty.")
    return "\n".join(line for line in lines if line)


_FORM: Mapping[ColumnType, str] = MappingProxyType(
    {
        ColumnType.ID: "",
        ColumnType.TEXT: "",
        ColumnType.INTEGER: "A whole number.",
        ColumnType.NUMBER: "A number.",
        ColumnType.TIME: "Date and time: 2024-03-01 14:30.",
        ColumnType.DATE: "Date: 1980-05-17.",
        ColumnType.BOOLEAN: "",
    }
)


def _words(column: Column) -> tuple[str, ...]:
    if column.type is ColumnType.BOOLEAN:
        return ("yes", "no")
    return tuple(SCALES) if column.name == "scale" else column.allowed


def _prepare_cells(sheet: Worksheet, column: Column, number: int) -> None:
    """Give the cells below a heading their format and what may be typed into them."""
    from openpyxl.utils import get_column_letter

    letter = get_column_letter(number)
    if column.type in _FORMATS:
        # The format of the column reaches cells that are filled in later; formatting each would make them all stored.
        sheet.column_dimensions[letter].number_format = _FORMATS[column.type]
    validation = _validation(column)
    if validation is not None:
        sheet.add_data_validation(validation)
        validation.add(f"{letter}2:{letter}{PREPARED_ROWS}")


def _validation(column: Column) -> Any | None:
    from openpyxl.worksheet.datavalidation import DataValidation

    words = ",".join(_words(column))
    if words and len(words) <= _LONGEST_LIST:
        rule = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
        rule.error = "Choose one of the list, or leave the cell empty."
        return rule
    if column.minimum is None or column.type not in (ColumnType.NUMBER, ColumnType.INTEGER):
        return None
    kind = "whole" if column.type is ColumnType.INTEGER else "decimal"
    if column.maximum is None:
        rule = DataValidation(
            type=kind, operator="greaterThanOrEqual", formula1=f"{column.minimum:g}", allow_blank=True
        )
    else:
        ends = (f"{column.minimum:g}", f"{column.maximum:g}")
        rule = DataValidation(type=kind, operator="between", formula1=ends[0], formula2=ends[1], allow_blank=True)
    rule.error = "This number is outside the range; point at the heading to read it."
    return rule
