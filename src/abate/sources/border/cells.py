"""How does a typed column of a source become the contract's type? Numbers, timestamps, dates and flags; text has its own file.

A cell that cannot be read is never guessed: it becomes empty and is flagged, so that its row can be named in the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from abate.contracts.schema import Column, ColumnType

#: What the findings say of a cell that could not be read.
UNREAD_SENTENCE: Mapping[ColumnType, str] = MappingProxyType(
    {
        ColumnType.ID: "is not an id",
        ColumnType.INTEGER: "is not a whole number",
        ColumnType.NUMBER: "is not a number",
        ColumnType.TIME: "is not a time such as 2024-03-01 10:30",
        ColumnType.DATE: "is not a date such as 2024-03-01",
        ColumnType.BOOLEAN: "is neither yes nor no",
    }
)

_IBIS_TYPES: Mapping[ColumnType, str] = MappingProxyType(
    {
        ColumnType.ID: "string",
        ColumnType.TEXT: "string",
        ColumnType.INTEGER: "int64",
        ColumnType.NUMBER: "float64",
        ColumnType.TIME: "timestamp",
        ColumnType.DATE: "date",
        ColumnType.BOOLEAN: "boolean",
    }
)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A column read: its typed value and, where a cell can fail, whether it did."""

    value: ir.Value
    is_unread: ir.BooleanValue | None = None


def read_cells(cell: ir.Value, column: Column) -> Reading:
    """Return ``cell`` as the contract's type of ``column``; a NaN is empty."""
    if isinstance(cell.type(), dt.Null):
        return Reading(value=empty(column))
    return _READERS[column.type](cell)


def empty(column: Column) -> ir.Value:
    """Return the empty value of ``column``, with its type."""
    return ibis.null(_IBIS_TYPES[column.type])


def _read_text(cell: ir.Value) -> Reading:
    return Reading(value=cell if isinstance(cell.type(), dt.String) else cell.cast("string"))


def _read_id(cell: ir.Value) -> Reading:
    # Ids that stood in a frame beside an empty one have become floating numbers on the way.
    return _read_integer(cell) if isinstance(cell.type(), dt.Numeric) else _read_text(cell)


def _read_number(cell: ir.Value) -> Reading:
    if isinstance(cell.type(), dt.Floating):
        present = cell.isnan().ifelse(ibis.null(cell.type()), cell)
        return Reading(
            value=cell.isinf().ifelse(ibis.null(cell.type()), present).cast("float64"), is_unread=cell.isinf()
        )
    if isinstance(cell.type(), dt.Integer | dt.Decimal):
        return Reading(value=cell.cast("float64"))
    return _nothing_of(cell, "float64")


def _read_integer(cell: ir.Value) -> Reading:
    if isinstance(cell.type(), dt.Integer):
        return Reading(value=cell.cast("int64"))
    if not isinstance(cell.type(), dt.Floating | dt.Decimal):
        return _nothing_of(cell, "int64")
    number = cell.cast("float64")
    # Beyond 2**53 a floating number no longer tells neighbouring whole numbers apart.
    is_whole = (number == number.floor()) & (number.abs() <= 2.0**53)
    return Reading(
        value=is_whole.ifelse(number, ibis.null("float64")).cast("int64"), is_unread=~is_whole & ~number.isnan()
    )


def _read_time(cell: ir.Value) -> Reading:
    if isinstance(cell.type(), dt.Timestamp | dt.Date):
        return Reading(value=cell.cast("timestamp"))
    return _nothing_of(cell, "timestamp")


def _read_date(cell: ir.Value) -> Reading:
    if isinstance(cell.type(), dt.Date):
        return Reading(value=cell)
    if isinstance(cell.type(), dt.Timestamp):
        return Reading(value=cell.date())
    return _nothing_of(cell, "date")


def _read_boolean(cell: ir.Value) -> Reading:
    if isinstance(cell.type(), dt.Boolean):
        return Reading(value=cell)
    if not isinstance(cell.type(), dt.Integer):
        return _nothing_of(cell, "boolean")
    value = ibis.cases((cell == 1, True), (cell == 0, False), else_=ibis.null("boolean"))
    return Reading(value=value, is_unread=~cell.isin([0, 1]))


def _nothing_of(cell: ir.Value, kind: str) -> Reading:
    """Read nothing of a column of another type; its rows are named unless they are empty anyway."""
    return Reading(value=ibis.null(kind), is_unread=cell.notnull())


_READERS: Mapping[ColumnType, Callable[[ir.Value], Reading]] = MappingProxyType(
    {
        ColumnType.ID: _read_id,
        ColumnType.TEXT: _read_text,
        ColumnType.INTEGER: _read_integer,
        ColumnType.NUMBER: _read_number,
        ColumnType.TIME: _read_time,
        ColumnType.DATE: _read_date,
        ColumnType.BOOLEAN: _read_boolean,
    }
)
