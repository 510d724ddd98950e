"""Does each key stand once? Rows that are alike in every column are one row; rows that differ are a question to the user."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from abate.base.errors import BrokenRecordsError
from abate.contracts.result import SAME_ROW_TWICE
from abate.engine.connection import Engine
from abate.sources.border.reading import ROW_KEY, ReadTable
from abate.sources.findings import Findings

_MOST_NAMED_ROWS = 6


def drop_identical_rows(table: ReadTable, engine: Engine, findings: Findings) -> ReadTable:
    """Return a table that has a key with the first of rows that are alike in all columns."""
    if not _may_repeat(table, engine):
        return table
    place = ibis.row_number().over(ibis.window(group_by=table.contract.column_names, order_by=ROW_KEY))
    numbered = table.rows.mutate(abate_place=place)
    extra = numbered.filter(numbered.abate_place > 0)
    if not _count(extra, engine):
        return table
    findings.add_rows(extra, table=table.contract.name, rule=SAME_ROW_TWICE, action="dropped", key=ROW_KEY)
    return table.with_rows(numbered.filter(numbered.abate_place == 0).drop("abate_place"))


def refuse_differing_rows(table: ReadTable, engine: Engine, findings: Findings) -> None:
    """Refuse a table in which rows that differ share a key: which of them is true cannot be known.

    Raises
    ------
    BrokenRecordsError
        If there are such rows.
    """
    if not _may_repeat(table, engine):
        return
    key, name = table.contract.key, table.contract.name
    repeated = table.rows.group_by(key).having(lambda rows: rows.count() > 1).aggregate(abate_count=lambda t: t.count())
    count = _count(repeated, engine)
    where = f"give each {table.contract.row_is.removeprefix('a ')} its own, or leave one row"
    if table.names_own_rows:
        where += f"; look at {', '.join(_some_rows(table, repeated, engine))}"
    values = f"{count} value{'' if count == 1 else 's'} of {', '.join(key)}"
    if findings.names_what_stops:
        rule = f"{', '.join(key)} stands in several rows that differ; a run would stop here"
        rows = table.rows.semi_join(repeated, list(key))
        findings.add_rows(rows, table=name, rule=rule, action="kept", key=ROW_KEY)
    findings.stop(
        BrokenRecordsError(
            f"in {name}, {values} {'stands' if count == 1 else 'stand'} in several rows that differ; {where}."
        )
    )


def _may_repeat(table: ReadTable, engine: Engine) -> bool:
    """Return whether a key stands twice or is empty; tables without a key may repeat what they like."""
    if not table.contract.key:
        return False
    rows = table.rows
    found = engine.to_arrow(rows.aggregate(all=rows.count(), keys=rows[table.contract.key[0]].nunique())).to_pylist()[0]
    return bool(found["all"] > found["keys"])


def _some_rows(table: ReadTable, repeated: ir.Table, engine: Engine) -> list[str]:
    rows = table.rows.semi_join(repeated, list(table.contract.key)).select(ROW_KEY).order_by(ROW_KEY)
    return [str(row) for row in engine.to_arrow(rows.limit(_MOST_NAMED_ROWS))[ROW_KEY].to_pylist()]


def _count(rows: ir.Table, engine: Engine) -> int:
    return int(engine.to_arrow(rows.count().name("n").as_table())["n"][0].as_py())
