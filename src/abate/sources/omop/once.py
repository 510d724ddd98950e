"""Which rows say the same thing twice? One is kept, the others are listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from abate.base.errors import BrokenRecordsError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine
    from abate.sources.findings import Findings

REPEATED = "The row repeats another in its key and in all that is read of it."


def drop_copies(rows: ir.Table, table: str, key: str, engine: Engine, findings: Findings) -> ir.Table:
    """Return a materialised table without copies of a row, which are listed.

    Raises
    ------
    BrokenRecordsError
        If rows that differ share one key: findings could not tell them apart.
    """
    counted = rows.group_by(key).aggregate(copies=rows.count())
    repeated = engine.materialise(rows.semi_join(counted.filter(counted.copies > 1), key), "repeated")
    copies = engine.to_arrow(repeated.group_by(key).aggregate(copies=repeated.count()).order_by(key))
    if copies.num_rows == 0:
        return rows
    distinct = repeated.distinct()
    versions = distinct.group_by(key).aggregate(versions=distinct.count())
    differing = engine.to_arrow(versions.filter(versions.versions > 1)).num_rows
    if differing:
        raise BrokenRecordsError(
            f"in {table.upper()}, {differing} value{'s' if differing > 1 else ''} of {key} stand{'' if differing > 1 else 's'} "
            "on rows that differ; a key must name one row: load the table anew."
        )
    keys = [str(row[key]) for row in copies.to_pylist() for _ in range(row["copies"] - 1)]
    listed = engine.from_arrow(pa.table({"row_key": pa.array(keys, pa.string())}), "copies")
    findings.add_rows(listed, table=table, rule=REPEATED, action="dropped", key="row_key")
    return engine.materialise(rows.distinct(), table)


def split_repeated(rows: ir.Table, same: Sequence[str], key: str, engine: Engine) -> tuple[ir.Table, ir.Table]:
    """Return (rows, repeated rows): of rows that agree in all columns of ``same`` the one with the lowest key stays.

    ``key`` is unique and the columns of ``same`` are never empty. The repeated are few, so only they are joined.
    """
    counted = rows.group_by(*same).aggregate(kept_key=rows[key].min(), copies=rows.count())
    repeated = counted.filter(counted.copies > 1)
    joined = rows.inner_join(repeated, list(same))
    dropped = engine.materialise(joined.filter(joined[key] != joined.kept_key).select(*rows.columns), "repeated_rows")
    return rows.anti_join(dropped, key), dropped
