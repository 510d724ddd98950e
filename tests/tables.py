"""Small tables written as text, for tests: columns by '|', typed by the contract where it knows the table."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from abate.contracts.course_tables import (
    ADMINISTRATIONS,
    CANDIDATE_VISITS,
    COURSE_TABLES,
    FINDINGS,
    OTHER_DOSES,
    STAYS,
)
from abate.contracts.schema import ColumnType, Table

_HANDED_OVER = (ADMINISTRATIONS, STAYS, CANDIDATE_VISITS, OTHER_DOSES, FINDINGS)
KNOWN_TABLES = {**COURSE_TABLES, **{table.name: table for table in _HANDED_OVER}}
ARROW_TYPES = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.TIME: pa.timestamp("us"),
    ColumnType.DATE: pa.date32(),
    ColumnType.BOOLEAN: pa.bool_(),
}


def parse_rows(text: str) -> list[dict[str, str | None]]:
    """Return the rows of a text table; an empty cell is None."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    names = [name.strip() for name in lines[0].split("|")]
    return [
        {name: cell.strip() or None for name, cell in zip(names, line.split("|"), strict=True)} for line in lines[1:]
    ]


def arrow_table(name: str, text: str | list[dict[str, str | None]], id_type: pa.DataType | None = None) -> pa.Table:
    """Return a text table with all the columns of the contract's table ``name``; those not written are empty."""
    contract, rows = KNOWN_TABLES[name], parse_rows(text) if isinstance(text, str) else text
    unknown = {column for row in rows for column in row} - set(contract.column_names)
    assert not unknown, f"{name} has no column {unknown}"
    return pa.table(
        {column.name: _array(contract, column.name, rows, id_type or pa.int64()) for column in contract.columns}
    )


def _array(contract: Table, name: str, rows: list[dict[str, str | None]], id_type: pa.DataType) -> pa.Array:
    column = contract.column(name)
    is_text_id = name in ("course_id", "row_key", "stay_id")
    kind = (pa.string() if is_text_id else id_type) if column.type is ColumnType.ID else ARROW_TYPES[column.type]
    return pa.array([_value(row.get(name), kind) for row in rows], kind)


def _value(text: str | None, kind: pa.DataType) -> Any:
    if text is None:
        return None
    if pa.types.is_timestamp(kind):
        return dt.datetime.fromisoformat(text)
    if pa.types.is_date(kind):
        return dt.date.fromisoformat(text)
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}[text]
    if pa.types.is_integer(kind):
        return int(text)
    if pa.types.is_floating(kind):
        return float(text)
    return text


def written_cell(text: str | None) -> str:
    """Write what a person wrote the way ``found_cell`` writes what was found."""
    if text is None:
        return ""
    if text in ("true", "false"):
        return text
    try:
        return f"{float(text):.9g}"
    except ValueError:
        pass
    try:
        return dt.datetime.fromisoformat(text).isoformat(sep=" ", timespec="seconds")
    except ValueError:
        return text


def found_cell(value: Any) -> str:
    """Write a value so that equal values look alike: numbers to nine digits, times to the second."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, int | float):
        return f"{float(value):.9g}"
    return written_cell(str(value))
