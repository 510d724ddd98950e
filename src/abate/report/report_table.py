"""What is a table of the report? Plain text cells with a caption, before any of them becomes HTML, Word or CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class RowKind(StrEnum):
    """What a row is for."""

    PLAIN = ""
    GROUP = "group"  # a heading inside the table
    KEY = "key"  # the row to read first
    UNVERIFIED = "unverified"  # what it says was assumed; its words say so too


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One row; the first cell names it. ``links`` gives, by the place of a cell, the section that it leads to."""

    cells: tuple[str, ...]
    kind: RowKind = RowKind.PLAIN
    links: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReportTable:
    """One table: ``title`` is its caption, ``notes`` stand under it; ``is_prose`` marks cells that are sentences."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()
    is_prose: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it but headings."""
        return not any(row.kind is not RowKind.GROUP for row in self.rows)


def row(*cells: str, kind: RowKind = RowKind.PLAIN) -> TableRow:
    """Return a row of these cells."""
    return TableRow(cells=cells, kind=kind)


def group(name: str, column_count: int) -> TableRow:
    """Return a heading inside a table of so many columns."""
    return TableRow(cells=(name, *[""] * (column_count - 1)), kind=RowKind.GROUP)


def table(
    id: str,
    title: str,
    columns: Sequence[str],
    rows: Sequence[TableRow],
    *,
    notes: Sequence[str] = (),
    is_prose: bool = False,
) -> ReportTable:
    """Return a table.

    Raises
    ------
    ValueError
        If a row has not as many cells as there are columns: a mistake of the program.
    """
    if any(len(row.cells) != len(columns) for row in rows):
        raise ValueError(f"table {id!r}: a row has not {len(columns)} cells")
    return ReportTable(
        id=id, title=title, columns=tuple(columns), rows=tuple(rows), notes=tuple(notes), is_prose=is_prose
    )
