"""What is told of a column of the template? Its comment, the format of its cells, and what may be typed into them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from abate.contracts.schema import Column, ColumnType
from abate.knowledge.scales import SCALES
from abate.sources.sheets.text_dates import FIRST_YEAR

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation

FORMATS: Mapping[ColumnType, str] = MappingProxyType(
    {ColumnType.TIME: "yyyy-mm-dd hh:mm", ColumnType.DATE: "yyyy-mm-dd", ColumnType.ID: "@"}
)
_LAST_YEAR = 2100

_FORM: Mapping[ColumnType, str] = MappingProxyType(
    {
        ColumnType.ID: "An id of your own, not a name or hospital number. Kept as text: 007 stays 007.",
        ColumnType.TEXT: "",
        ColumnType.INTEGER: "A whole number.",
        ColumnType.NUMBER: "One number; no range (7-8), no unit, no word.",
        ColumnType.TIME: "Date and time: 2024-03-01 14:30.",
        ColumnType.DATE: "Date: 1980-05-17.",
        ColumnType.BOOLEAN: "",
    }
)


def words_of(column: Column) -> tuple[str, ...]:
    """Return the words that a column may hold; empty where it is free."""
    if column.type is ColumnType.BOOLEAN:
        return ("yes", "no")
    if column.name == "grade":
        return tuple(str(grade) for grade in range(int(column.minimum or 1), int(column.maximum or 5) + 1))
    return tuple(SCALES) if column.name == "scale" else column.allowed


def range_of(column: Column) -> str:
    """Return the range of a column in words; empty where it has none."""
    unit = f" {column.unit}" if column.unit else ""
    if column.minimum is not None and column.maximum is not None:
        return f"From {column.minimum:g} to {column.maximum:g}{unit}."
    return "" if column.minimum is None else f"{column.minimum:g}{unit} or more."


def comment_of(column: Column, *, is_needed: bool, example: Any = None) -> str:
    """Return what the comment of a heading says: meaning, unit, range, words, form, an example, and whether it is needed."""
    words = words_of(column)
    lines = [
        f"{column.meaning}.",
        f"Unit: {column.unit}." if column.unit else "",
        range_of(column),
        f"One of: {', '.join(words)}." if words else "",
        "" if words else _FORM[column.type],
        "" if example is None else f"Example: {_as_written(example)}",
        "MUST be filled in." if is_needed else "May be left empty: then it is not recorded.",
    ]
    return "\n".join(line for line in lines if line)


def _as_written(example: Any) -> str:
    if isinstance(example, dt.datetime):
        return example.strftime("%Y-%m-%d %H:%M")
    return str(example)


def validation_of(column: Column, lists: Mapping[str, str]) -> DataValidation | None:
    """Return what may be typed into the cells of a column; None where anything may.

    ``lists`` gives the place of each longer list by the name of the column. A list that only suggests stops nobody.
    """
    if column.name in lists:
        return _list(lists[column.name], is_strict=column.name == "scale")
    words = words_of(column)
    if words:
        return _list(f'"{",".join(words)}"', is_strict=True)
    if column.type in (ColumnType.TIME, ColumnType.DATE):
        return _dates()
    if column.minimum is not None and column.type in (ColumnType.NUMBER, ColumnType.INTEGER):
        return _numbers(column)
    return None


def _list(formula: str, *, is_strict: bool) -> DataValidation:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=formula, allow_blank=True)
    rule.showErrorMessage = is_strict
    rule.errorTitle, rule.error = "Not in the list", "Choose one of the list, or leave the cell empty."
    return rule


def _dates() -> DataValidation:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(
        type="date",
        operator="between",
        formula1=f"DATE({FIRST_YEAR},1,1)",
        formula2=f"DATE({_LAST_YEAR},12,31)",
        allow_blank=True,
        errorStyle="warning",  # a text in the declared order may stay
        showErrorMessage=True,
    )
    rule.errorTitle = "Is this a date?"
    rule.error = (
        f"This is no date from {FIRST_YEAR} on. Write it like 2024-03-01 14:30. A date kept as text is read in the order "
        "that the sheet 'read me' declares."
    )
    return rule


def _numbers(column: Column) -> DataValidation:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(
        type="whole" if column.type is ColumnType.INTEGER else "decimal",
        operator="greaterThanOrEqual" if column.maximum is None else "between",
        formula1=f"{column.minimum:g}",
        formula2=None if column.maximum is None else f"{column.maximum:g}",
        allow_blank=True,
        showErrorMessage=True,
    )
    kind = "a whole number" if column.type is ColumnType.INTEGER else "one number, without a unit"
    rule.errorTitle = "Outside the range"
    rule.error = f"{column.name} must be {kind}. {range_of(column)} Leave the cell empty where it is not recorded."
    return rule


def rating_validation(cell: str, scale_cell: str, *, scales: str, lows: str, highs: str) -> DataValidation:
    """Return the rule of a rating: a number within the range of the scale that the same row names."""
    from openpyxl.worksheet.datavalidation import DataValidation

    place = f"MATCH({scale_cell},{scales},0)"
    inside = f"AND({cell}>=INDEX({lows},{place}),{cell}<=INDEX({highs},{place}))"
    rule = DataValidation(
        type="custom",
        formula1=f'AND(ISNUMBER({cell}),OR({scale_cell}="",IFERROR({inside},TRUE)))',
        allow_blank=True,
        showErrorMessage=True,
    )
    rule.errorTitle = "No rating of this scale"
    rule.error = (
        "A rating is one number within the range of its scale (nrs: 0 to 10), without a range such as 7-8. "
        "Leave the cell empty where none was recorded; do not write 0."
    )
    return rule
