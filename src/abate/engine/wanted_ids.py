"""Which ids are wanted? A few in the query itself, or many as a table: in whichever form the reading engine needs them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine

#: Up to so many ids stand in the query itself; more are joined as a table.
MOST_IDS_IN_QUERY = 1_000


class WantedIds:
    """Ids to keep, in whichever form the reader needs them; each form is made once."""

    def __init__(self, values: Any) -> None:
        self._given = values
        self._tables: dict[int, ir.Table] = {}

    def filter(self, table: ir.Table, column: str, reader: Engine, engine: Engine) -> ir.Table:
        """Return the rows of a table of ``reader`` whose ``column`` is one of the ids."""
        if not self._is_table and len(self._given) <= MOST_IDS_IN_QUERY:
            return table.filter(table[column].isin(list(self._given)))
        ids = self._as_table(reader, engine)
        return table.semi_join(ids, [(column, ids.columns[0])])

    def are_in(self, value: ir.Value, reader: Engine, engine: Engine) -> ir.BooleanValue:
        """Return whether a value of ``reader`` is one of the ids."""
        if not self._is_table and len(self._given) <= MOST_IDS_IN_QUERY:
            return value.isin(list(self._given))
        ids = self._as_table(reader, engine)
        return value.isin(ids[ids.columns[0]])

    def values(self, engine: Engine) -> Sequence[int]:
        """Return the ids themselves; a table is computed on the study's engine."""
        if self._is_table:
            self._given = engine.to_arrow(self._given).column(0).drop_null().to_pylist()
        found: Sequence[int] = self._given
        return found

    @property
    def _is_table(self) -> bool:
        return not isinstance(self._given, Sequence)

    def _as_table(self, reader: Engine, engine: Engine) -> ir.Table:
        if self._is_table and reader is engine:
            return self._given
        if id(reader) not in self._tables:
            import pyarrow as pa

            ids = pa.table({"wanted_id": pa.array(self.values(engine), pa.int64())})
            self._tables[id(reader)] = reader.from_arrow(ids, "wanted")
        return self._tables[id(reader)]
