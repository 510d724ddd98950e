"""Which columns does a table have, and of which type? A table of a source made into the contract's columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from abate.base.errors import MissingTableError
from abate.contracts.schema import Column, ColumnType, Table
from abate.engine.connection import Engine
from abate.sources.border.cells import Reading, empty, read_cells
from abate.sources.border.text_cells import read_text_cells

#: Column by which a source names its own rows ("ratings row 17"); without it the row's key in the contract is taken.
ROW_KEY = "row_key"

_UNREAD, _DATE_ONLY = "abate_unread_", "abate_date_only_"


@dataclass(frozen=True, kw_only=True)
class ReadTable:
    """A table with the contract's columns and types, ``row_key``, and flags beside them.

    ``unread`` and ``date_only`` give the flag column of a column whose cells may be unreadable, or dates without a clock time;
    ``from_text`` names the columns that came as text, where a date is told from a midnight.
    """

    contract: Table
    rows: ir.Table
    names_own_rows: bool
    missing: frozenset[str] = frozenset()
    from_text: frozenset[str] = frozenset()
    unread: Mapping[str, str] = field(default_factory=dict)
    date_only: Mapping[str, str] = field(default_factory=dict)

    def with_rows(self, rows: ir.Table) -> ReadTable:
        """Return the same table with other rows of the same columns."""
        return replace(self, rows=rows)

    @property
    def contract_rows(self) -> ir.Table:
        """The contract's columns only, in its order."""
        return self.rows.select(*self.contract.column_names)


def read_table(contract: Table, table: ir.Table, engine: Engine, *, may_lack: frozenset[str]) -> ReadTable:
    """Return ``table`` in the contract's columns; those it lacks are empty.

    Where numbers or times come as text, the table passes through memory once, to be read.

    Raises
    ------
    MissingTableError
        If a required column is missing that is not in ``may_lack``.
    """
    missing = frozenset(contract.column_names) - frozenset(table.columns)
    for column in contract.columns:
        if column.is_required and column.name in missing - may_lack:
            raise MissingTableError(_missing_sentence(contract, column.name, table.columns))
    from_text = frozenset(column.name for column in _text_columns(contract, table))
    table = _with_text_read(contract, table, engine)
    cells: dict[str, ir.Value] = {}
    flags: dict[str, ir.Value] = {name: table[name] for name in table.columns if name.startswith((_UNREAD, _DATE_ONLY))}
    for column in contract.columns:
        reading = Reading(value=empty(column)) if column.name in missing else read_cells(table[column.name], column)
        cells[column.name] = reading.value
        if reading.is_unread is not None:
            flags.setdefault(_UNREAD + column.name, reading.is_unread.fill_null(False))
    cells[ROW_KEY] = table[ROW_KEY].cast("string") if ROW_KEY in table.columns else _key_of(contract, cells)
    return ReadTable(
        contract=contract,
        rows=table.select(**cells, **flags),
        names_own_rows=ROW_KEY in table.columns,
        missing=missing,
        from_text=from_text,
        unread={flag.removeprefix(_UNREAD): flag for flag in flags if flag.startswith(_UNREAD)},
        date_only={flag.removeprefix(_DATE_ONLY): flag for flag in flags if flag.startswith(_DATE_ONLY)},
    )


def zoned_times(contract: Table, table: ir.Table) -> list[str]:
    """Return the columns whose times carry a zone, which the contract's do not."""
    kinds = {name: table[name].type() for name in table.columns if name in contract.column_names}
    return [name for name, kind in kinds.items() if isinstance(kind, dt.Timestamp) and kind.timezone is not None]


def _text_columns(contract: Table, table: ir.Table) -> list[Column]:
    """Return the columns that hold text where the contract has numbers, times or flags."""
    return [
        column
        for column in contract.columns
        if column.name in table.columns
        and column.type not in (ColumnType.TEXT, ColumnType.ID)
        and isinstance(table[column.name].type(), dt.String)
    ]


def _with_text_read(contract: Table, table: ir.Table, engine: Engine) -> ir.Table:
    """Return the table with its text read where the contract has another type, and flags for what could not be read."""
    texts = _text_columns(contract, table)
    if not texts:
        return table
    kept = [name for name in table.columns if name in contract.column_names or name == ROW_KEY]
    arrow = engine.to_arrow(table.select(*kept))
    columns = {name: arrow[name] for name in arrow.column_names}
    for column in texts:
        reading = read_text_cells(columns[column.name], column.type)
        columns[column.name], columns[_UNREAD + column.name] = reading.values, reading.unread
        if reading.date_only is not None:
            columns[_DATE_ONLY + column.name] = reading.date_only
    # All flags false, as nearly always: then nothing need be looked at again.
    spared = [
        name for name, cells in columns.items() if name.startswith((_UNREAD, _DATE_ONLY)) and not pc.any(cells).as_py()
    ]
    return engine.from_arrow(pa.table({n: c for n, c in columns.items() if n not in spared}), contract.name)


def _key_of(contract: Table, cells: Mapping[str, ir.Value]) -> ir.StringValue:
    names = contract.key or tuple(
        column.name
        for column in contract.columns
        if column.is_required and column.type in (ColumnType.ID, ColumnType.TIME)
    )
    parts = [cells[name].cast("string").fill_null("?") for name in names]
    return ibis.literal(" ").join(parts) if len(parts) > 1 else parts[0]


def _missing_sentence(contract: Table, name: str, found: tuple[str, ...]) -> str:
    others = [column for column in found if column not in contract.column_names and column != ROW_KEY]
    near = get_close_matches(name, others, n=1)
    hint = f"it has {near[0]!r}, which may be meant; rename it" if near else f"add it: {contract.column(name).meaning}"
    return f"the table {contract.name!r} has no column {name!r}; {hint}."
