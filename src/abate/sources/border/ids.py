"""Are a person's ids the same in all tables? One type for each kind of id: whole numbers, or text if any is text."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from abate.contracts.schema import ColumnType
from abate.engine.connection import Engine
from abate.sources.border.reading import ReadTable

# No leading zero: '007' as a number would be another id. Eighteen digits always fit into 64 bits.
_WHOLE_NUMBER = r"^(0|-?[1-9][0-9]{0,17})$"


def unify_ids(tables: Mapping[str, ReadTable], engine: Engine, *, digits_are_numbers: bool) -> dict[str, ReadTable]:
    """Return the tables with one type for each id column.

    Where all are whole numbers they stay so; where one table has text, all become text. With ``digits_are_numbers``
    (spreadsheets, where 101 may stand as a number or as a text) text that is digits only in every table becomes a number.
    """
    found = dict(tables)
    for name in _id_names(tables):
        holders = {key: table for key, table in found.items() if name in table.rows.columns}
        kind = _common_type(name, holders, engine, digits_are_numbers=digits_are_numbers)
        for key, table in holders.items():
            if table.rows[name].type() != dt.dtype(kind):
                found[key] = table.with_rows(table.rows.mutate(**{name: table.rows[name].cast(kind)}))
    return found


def _id_names(tables: Mapping[str, ReadTable]) -> list[str]:
    return sorted({c.name for table in tables.values() for c in table.contract.columns if c.type is ColumnType.ID})


def _common_type(name: str, tables: Mapping[str, ReadTable], engine: Engine, *, digits_are_numbers: bool) -> str:
    texts = [
        table.rows[name]
        for table in tables.values()
        if isinstance(table.rows[name].type(), dt.String) and name not in table.missing
    ]
    if not texts:
        return "int64"
    return "int64" if digits_are_numbers and all(_is_digits(text, engine) for text in texts) else "string"


def _is_digits(text: ir.StringColumn, engine: Engine) -> bool:
    others = (text.notnull() & ~text.re_search(_WHOLE_NUMBER)).cast("int64").sum()
    counted = engine.to_arrow(others.name("others").as_table())["others"][0].as_py()
    return not counted
