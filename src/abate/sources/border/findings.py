"""What was wrong, in which row, and what was done? Findings collected table by table and joined at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from abate.contracts.course_tables import FINDINGS
from abate.engine.connection import Engine

Action = Literal["dropped", "repaired", "kept", "noted"]

FINDINGS_SCHEMA = pa.schema([(name, pa.string()) for name in FINDINGS.column_names])


class Findings:
    """Remarks on whole tables, and rows that broke a rule as expressions of the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._remarks: list[tuple[str, str, Action, str | None]] = []
        self._rows: list[ir.Table] = []

    def note(self, table: str, rule: str, action: Action = "noted", row_key: str | None = None) -> None:
        """Add one remark, on the whole table or on one row."""
        self._remarks.append((table, rule, action, row_key))

    def add_rows(self, table: str, rule: str, action: Action, row_keys: ir.StringColumn) -> None:
        """Add one finding for each of ``row_keys``."""
        broken = row_keys.name("row_key").as_table()
        self._rows.append(
            broken.select(
                table=ibis.literal(table), rule=ibis.literal(rule), action=ibis.literal(action), row_key=broken.row_key
            )
        )

    def add_table(self, findings: ir.Table | None) -> None:
        """Add findings that an earlier step has made."""
        if findings is not None:
            self._rows.append(findings.select(*FINDINGS.column_names))

    def as_table(self) -> ir.Table:
        """Return all findings as one table of the engine."""
        remarks = self._engine.from_arrow(findings_arrow(self._remarks), "findings")
        return self._engine.materialise(ibis.union(remarks, *self._rows), "findings") if self._rows else remarks


def findings_arrow(remarks: Sequence[tuple[str, str, str, str | None]]) -> pa.Table:
    """Return remarks (table, rule, action, row key) as an Arrow table of the contract's form."""
    columns = list(zip(*remarks, strict=True)) or [()] * len(FINDINGS_SCHEMA)
    return pa.table(
        [pa.array(column, pa.string()) for column in columns],
        schema=FINDINGS_SCHEMA,
    )
