"""How does DuckDB do what an engine does? The embedded default: no server, no network, no extension installed."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis

from abate.base.errors import NotRecordsError, RecordsNotFoundError
from abate.engine.connection import Engine, EngineName

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


class DuckDBEngine(Engine):
    """DuckDB in memory, spilling into a private folder that goes with it."""

    name: EngineName = "duckdb"

    def __init__(self, *, memory_limit: str = "4GB") -> None:
        self._spill = Path(
            tempfile.mkdtemp(prefix="abate-")
        )  # mkdtemp gives mode 0700: spilled rows are patients' rows
        connection = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "temp_directory": str(self._spill),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        self.backend: Any = ibis.duckdb.from_connection(connection)
        self._names = itertools.count(1)
        self._database_count = 0

    def read_parquet(self, path: Path | Sequence[Path]) -> ir.Table:
        paths = [str(path)] if isinstance(path, Path) else [str(part) for part in path]
        return self.backend.read_parquet(paths, table_name=self._new_name("parquet"))

    def read_csv(self, path: Path, *, types: Mapping[str, str] | None = None) -> ir.Table:
        options: dict[str, Any] = {"header": True, "sample_size": -1 if types is None else 20_480}
        if types is not None:
            options["types"] = dict(types)
        return self.backend.read_csv(str(path), table_name=self._new_name("csv"), **options)

    def read_database(self, path: Path) -> Mapping[str, ir.Table]:
        self._database_count += 1
        catalog = f"records_{self._database_count}"
        try:
            self.backend.attach(str(path), name=catalog, read_only=True)
        except duckdb.IOException as error:
            if path.exists() and "not a valid DuckDB database file" in str(error):
                raise NotRecordsError(f"{path.name} is not a DuckDB database file.") from None
            raise RecordsNotFoundError(
                f"{path.name} cannot be opened as a DuckDB database; is it there, readable, and not open elsewhere for writing?"
            ) from None
        rows = self.backend.raw_sql(
            f"SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = '{catalog}' ORDER BY ALL"
        ).fetchall()
        return {name: self.backend.table(name, database=(catalog, schema)) for schema, name in rows}

    def from_arrow(self, table: pa.Table, name: str | None = None) -> ir.Table:
        return self.backend.create_table(self._new_name(name or "arrow"), table, temp=True)

    def materialise(self, expression: ir.Table, name: str | None = None) -> ir.Table:
        return self.backend.create_table(self._new_name(name or "step"), expression, temp=True)

    def to_arrow(self, expression: ir.Table) -> pa.Table:
        return self.backend.to_pyarrow(expression)

    def write_parquet(self, expression: ir.Table, path: Path) -> int:
        query = self.backend.compile(expression)
        target = str(path).replace("'", "''")
        try:
            copied = self.backend.raw_sql(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)").fetchone()
        except duckdb.IOException as error:
            # The caller handles a full disk or a missing right alike, whichever library met it.
            code = errno.ENOSPC if "No space left" in str(error) else errno.EIO
            raise OSError(code, os.strerror(code), path.name) from None
        return int(copied[0])

    def close(self) -> None:
        self.backend.disconnect()
        shutil.rmtree(self._spill, ignore_errors=True)

    @property
    def versions(self) -> Mapping[str, str]:
        return {"duckdb": duckdb.__version__, "ibis": ibis.__version__}

    def _new_name(self, stem: str) -> str:
        return f"abate_{stem}_{next(self._names)}"
