"""What is a sheet before anybody has judged it? Headings, cells as text, and the number of each row in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from abate.base.errors import BrokenRecordsError, RecordsNotFoundError
from abate.sources.findings import Remark

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class RawSheet:
    """One sheet: ``cells`` holds a text column for each heading, in the order of the sheet; empty cells are None.

    ``row_numbers`` are those that the user sees: the heading is row 1 in most sheets, the first row of data is 2.
    ``settings`` are what the sheet "read me" declares, by its label.
    """

    name: str
    headings: tuple[str, ...]
    cells: pa.Table
    row_numbers: pa.Array
    remarks: Sequence[Remark] = field(default_factory=tuple)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        """Rows of data."""
        return len(self.row_numbers)

    def without(self, is_left_out: pa.Array) -> RawSheet:
        """Return the sheet without the rows of which ``is_left_out`` is true."""
        kept = pc.invert(is_left_out)
        return replace(self, cells=self.cells.filter(kept), row_numbers=self.row_numbers.filter(kept))


@dataclass(frozen=True, kw_only=True)
class TypedTable:
    """A table that already has types: a Parquet file, or a table of a DuckDB file."""

    name: str
    rows: ir.Table


def refuse_repeated(name: str, headings: Sequence[str], where: str) -> None:
    """Refuse a sheet in which two columns have one heading.

    Raises
    ------
    BrokenRecordsError
        If a heading stands twice.
    """
    repeated = sorted({heading for heading in headings if list(headings).count(heading) > 1})
    if repeated:
        raise BrokenRecordsError(
            f"{where} has the column {repeated[0]!r} more than once in {name!r}; remove or rename one."
        )


def may_not_be_read(path: Path) -> RecordsNotFoundError:
    """Return the error for a file or folder that exists and is closed to this user."""
    return RecordsNotFoundError(f"{path} may not be read by this user; ask for permission to read it.")
