"""How does DuckDB do what an engine does? The embedded default: no server, no network, no extension installed."""

from __future__ import annotations

import itertools
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.operations as ops

from abate.base.errors import BrokenRecordsError, NotRecordsError, RecordsNotFoundError
from abate.base.writing import no_room_for_work
from abate.engine.connection import CsvLayout, Engine, EngineName, LazyTables
from abate.engine.time import DUCKDB_FUNCTIONS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

_TEMPORARY = ops.Namespace(catalog="temp", database="main")


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
        for function in DUCKDB_FUNCTIONS:
            connection.execute(function)
        self.backend: Any = ibis.duckdb.from_connection(connection)
        self._names = itertools.count(1)
        self._database_count = 0

    def read_parquet(self, path: Path | Sequence[Path]) -> ir.Table:
        paths = [str(path)] if isinstance(path, Path) else [str(part) for part in path]
        with _unreadable_files():
            return self.backend.read_parquet(paths, table_name=self._new_name("parquet"))

    def read_csv(
        self, path: Path, *, types: Mapping[str, str] | None = None, layout: CsvLayout | None = None
    ) -> ir.Table:
        options: dict[str, Any] = {"header": True, "sample_size": -1 if types is None else 20_480}
        if layout is not None:
            options = _csv_options(layout, types or {})
        elif types is not None:
            options["types"] = dict(types)
        with _unreadable_files():
            return self.backend.read_csv(str(path), table_name=self._new_name("csv"), **options)

    def read_database(self, path: Path) -> LazyTables:
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
        places = {name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in rows}

        def open_table(key: str) -> ir.Table:
            schema, name = places[key]
            return self.backend.table(name, database=(catalog, schema))

        return LazyTables(list(places), open_table)

    def from_arrow(self, table: pa.Table, name: str | None = None) -> ir.Table:
        made, rows = self._new_name(name or "arrow"), self._new_name("rows")
        self.backend.con.register(rows, table)
        try:
            return self._keep(made, f"SELECT * FROM {rows}", ibis.Schema.from_pyarrow(table.schema))
        finally:
            self.backend.con.unregister(rows)

    def materialise(self, expression: ir.Table, name: str | None = None) -> ir.Table:
        with _unreadable_files():
            return self._keep(self._new_name(name or "step"), self._compile(expression), expression.schema())

    def step(self, expression: ir.Table, name: str | None = None) -> ir.Table:
        view = self._new_name(name or "view")
        self.backend.con.execute(f"CREATE TEMP VIEW {view} AS {self._compile(expression)}")
        return self._named(view, expression.schema())

    def to_arrow(self, expression: ir.Table) -> pa.Table:
        # Not Ibis's own way, which imports pandas: most of a second in a run that needs none.
        with _unreadable_files():
            found = self.backend.con.execute(self._compile(expression)).to_arrow_table()
        return found.cast(expression.schema().to_pyarrow())

    def write_parquet(self, expression: ir.Table, path: Path) -> int:
        query = self._compile(expression)
        target = str(path).replace("'", "''")
        with _unreadable_files():
            copied = self.backend.raw_sql(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)").fetchone()
        return int(copied[0])

    def close(self) -> None:
        self.backend.con.interrupt()  # after Ctrl-C other threads still work on the query, and closing would wait for them
        self.backend.disconnect()
        shutil.rmtree(self._spill, ignore_errors=True)

    @property
    def scratch(self) -> Path:
        return self._spill

    @property
    def versions(self) -> Mapping[str, str]:
        return {"duckdb": duckdb.__version__, "ibis": ibis.__version__}

    def _compile(self, expression: ir.Table) -> str:
        # Fusing selects takes Ibis a sixth of its time, and DuckDB's optimiser does it anyway.
        fused, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
        try:
            query: str = self.backend.compile(expression)
        finally:
            ibis.options.sql.fuse_selects = fused
        return query

    def _keep(self, name: str, query: str, schema: ibis.Schema) -> ir.Table:
        """Return a temporary table with the rows of ``query``, in the types that Ibis knows them by.

        As Ibis's ``create_table`` does, but without asking DuckDB for the schema that is known already.
        """
        types = self.backend.compiler.type_mapper
        columns = ", ".join(f"{_quoted(column)} {types.to_string(kind)}" for column, kind in schema.items())
        self.backend.con.execute(f"CREATE TEMP TABLE {name} ({columns})")
        self.backend.con.execute(f"INSERT INTO {name} {query}")
        return self._named(name, schema)

    def _named(self, name: str, schema: ibis.Schema) -> ir.Table:
        nullable = {column: kind.copy(nullable=True) for column, kind in schema.items()}
        table: ir.Table = ops.DatabaseTable(
            name, schema=ibis.schema(nullable), source=self.backend, namespace=_TEMPORARY
        ).to_expr()
        return table

    def _new_name(self, stem: str) -> str:
        return f"abate_{stem}_{next(self._names)}"


def _quoted(name: str) -> str:
    """Return a name as SQL writes it, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def _csv_options(layout: CsvLayout, types: Mapping[str, str]) -> dict[str, Any]:
    return {
        "header": True,
        "auto_detect": False,
        "columns": {name: types.get(name, "VARCHAR") for name in layout.columns},
        "delim": layout.delimiter,
        "quote": layout.quote,
        "escape": layout.quote,
        "compression": "gzip" if layout.is_gzip else "none",
    }


@contextmanager
def _unreadable_files() -> Iterator[None]:
    """Say which file and line cannot be read, without the line: DuckDB's own words would quote a patient's row."""
    try:
        yield
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        said = str(error)
        if "No space left" in said:
            raise no_room_for_work() from None
        line = re.search(r"CSV Error on Line: (\d+)", said)
        file = re.search(
            r"""(?:file ['"=]*\s*|["'])([^"'\n]+\.(?:csv|tsv|txt|parquet|duckdb|db)(?:\.gz)?)""", said, re.IGNORECASE
        )
        if line is None and file is None:
            raise
        name = f"file {Path(file[1]).name}" if file is not None else "a CSV file"
        if "Could not read enough bytes" in said:
            raise BrokenRecordsError(f"{name} is not whole; copy or write it anew.") from None
        if "Permission denied" in said:
            raise RecordsNotFoundError(f"{name} may not be read: no permission.") from None
        where = f"line {line[1]} of {name}" if line is not None else name
        raise BrokenRecordsError(
            f"{where} cannot be read; is it complete, of one format, with the same number of fields on every line, "
            "and written in UTF-8?"
        ) from None
