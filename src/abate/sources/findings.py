"""How are findings gathered on a way in? Rows by the rule that they broke, and remarks on whole tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

import ibis
import pyarrow as pa

from abate.contracts.course_tables import FINDINGS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.base.errors import AbateError
    from abate.engine.connection import Engine

#: What was done with a row or a cell; a remark on a whole table is "noted".
Action = Literal["dropped", "repaired", "kept", "noted"]

#: A finding of one row, or on a whole table: table, rule, action, key of the row.
Remark = tuple[str, str, str, str | None]

_SCHEMA = pa.schema([(name, pa.string()) for name in FINDINGS.column_names])


def remarks_as_arrow(remarks: Iterable[Remark]) -> pa.Table:
    """Return remarks as an Arrow table in the form of the contract's table FINDINGS."""
    rows = [dict(zip(FINDINGS.column_names, remark, strict=True)) for remark in remarks]
    return pa.Table.from_pylist(rows, _SCHEMA)


class Findings:
    """What was found so far; ``as_table`` hands it over in the form of the contract's table FINDINGS.

    ``on_stop`` takes what would stop a run; without it, a run is stopped by raising it. A check names every mistake of the
    records at once and goes on.
    """

    def __init__(self, engine: Engine, on_stop: Callable[[AbateError], None] | None = None) -> None:
        self._engine = engine
        self._on_stop = on_stop
        self._rows: list[ir.Table] = []
        self._remarks: list[Remark] = []

    @property
    def names_what_stops(self) -> bool:
        """Whether the rows that stop a run are wanted too."""
        return self._on_stop is not None

    def stop(self, error: AbateError) -> None:
        """Stop the run with ``error``; where only a check is made, note it and go on."""
        if self._on_stop is None:
            raise error
        self._on_stop(error)

    def add_rows(
        self, rows: ir.Table, *, table: str, rule: str | ir.StringValue, action: str | ir.StringValue, key: str
    ) -> None:
        """Add one finding for each of ``rows``, by the text of their column ``key``."""
        self._rows.append(
            rows.select(
                table=ibis.literal(table),
                rule=ibis.literal(rule) if isinstance(rule, str) else rule,
                action=ibis.literal(action) if isinstance(action, str) else action,
                row_key=rows[key].cast("string"),
            )
        )

    def add_remark(self, table: str, rule: str) -> None:
        """Add one remark on a whole table."""
        self._remarks.append((table, rule, "noted", None))

    def add_table(self, findings: ir.Table) -> None:
        """Add what an earlier step has found."""
        self._rows.append(findings.select(*FINDINGS.column_names))

    def as_table(self) -> ir.Table:
        """Compute all findings once and return them."""
        remarks = self._engine.from_arrow(remarks_as_arrow(self._remarks), "remarks")
        return self._engine.materialise(ibis.union(remarks, *self._rows) if self._rows else remarks, "findings")
