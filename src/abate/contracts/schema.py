"""What is a table of the contract made of? Columns with type, range, allowed values and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """Types of the contract. An ``ID`` is a 64-bit integer or a text, the same throughout one set of tables."""

    ID = "id"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TIME = "time"  # local wall-clock timestamp, microseconds, without zone
    DATE = "date"
    BOOLEAN = "boolean"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: ``minimum`` and ``maximum`` are inclusive; ``allowed`` empty means any value."""

    name: str
    type: ColumnType
    meaning: str
    is_required: bool = False  # the column must exist and no row may leave it empty
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: ``key`` is unique; ``before`` names pairs of times of which the first must not be the later one."""

    name: str
    row_is: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    before: tuple[tuple[str, str], ...] = ()
    is_required: bool = False

    def column(self, name: str) -> Column:
        """Return the column called ``name``; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, in the contract's order."""
        return tuple(column.name for column in self.columns)
