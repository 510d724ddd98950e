"""Does each key stand once? Rows that are alike in every column are one row; rows that differ are a question to the user."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from abate.base.errors import BrokenRecordsError
from abate.engine.connection import Engine
from abate.sources.border.findings import Findings
from abate.sources.border.reading import ROW_KEY, ReadTable

_MOST_NAMED_ROWS = 6


def drop_repeated_rows(table: ReadTable, engine: Engine, findings: Findings) -> ReadTable:
    """Return the table with each key once: the first of rows that are alike in all columns is kept.

    Raises
    ------
    BrokenRecordsError
        If rows with one key differ: which of them is true cannot be known.
    """
    key = table.contract.key
    if not key or not _repeats(table.rows, key, engine):
        return table
    repeated = _rows_of_repeated_keys(table)
    _refuse_differing(table, repeated, engine)
    place = ibis.row_number().over(ibis.window(group_by=key, order_by=ROW_KEY))
    numbered = table.rows.mutate(abate_place=place)
    extra = numbered.filter(numbered.abate_place > 0)
    sentence = f"the same row stands twice ({', '.join(key)} and all else alike); one is kept"
    findings.add_rows(table.contract.name, sentence, "dropped", extra[ROW_KEY])
    return table.with_rows(numbered.filter(numbered.abate_place == 0).drop("abate_place"))


def _repeats(rows: ir.Table, key: tuple[str, ...], engine: Engine) -> bool:
    counted = engine.to_arrow(rows.aggregate(all=rows.count(), different=rows[key[0]].nunique())).to_pylist()[0]
    return bool(counted["all"] > counted["different"])


def _rows_of_repeated_keys(table: ReadTable) -> ir.Table:
    key = table.contract.key
    repeated = table.rows.group_by(key).having(lambda rows: rows.count() > 1).aggregate(abate_count=lambda t: t.count())
    return table.rows.semi_join(repeated, list(key))


def _refuse_differing(table: ReadTable, repeated: ir.Table, engine: Engine) -> None:
    key, name = table.contract.key, table.contract.name
    different = repeated.select(*table.contract.column_names).distinct()
    clashing = different.group_by(key).having(lambda rows: rows.count() > 1).aggregate(abate_count=lambda t: t.count())
    count = engine.to_arrow(clashing.count().name("keys").as_table())["keys"][0].as_py()
    if not count:
        return
    where = f"give each {table.contract.row_is.removeprefix('a ')} its own, or leave one row"
    if table.names_own_rows:
        rows = repeated.semi_join(clashing, list(key)).select(ROW_KEY).distinct().order_by(ROW_KEY)
        named = engine.to_arrow(rows.limit(_MOST_NAMED_ROWS))[ROW_KEY].to_pylist()
        where += f"; look at {', '.join(named)}"
    values = f"{count} value{'' if count == 1 else 's'} of {', '.join(key)}"
    verb = "stands" if count == 1 else "stand"
    raise BrokenRecordsError(f"in {name}, {values} {verb} in several rows that differ; {where}.")
