"""How are OMOP tables read from files? A DuckDB file in whichever schema, or a folder of Parquet or CSV files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from abate.base.errors import NotRecordsError
from abate.engine.connection import CsvLayout, Engine, LazyTables
from abate.engine.record_files import TableFiles, check_readable, csv_layout, find_table_files
from abate.engine.records import RecordStore, by_lower_case
from abate.engine.wanted_ids import WantedIds

if TYPE_CHECKING:
    import ibis.expr.types as ir


class FileReader:
    """The engine that reads files: the study's own where that is DuckDB, else a DuckDB beside it, started when needed."""

    def __init__(self, engine: Engine, *, is_needed: bool = True) -> None:
        self._engine = engine
        self._is_own = is_needed and engine.name != "duckdb"

    @cached_property
    def engine(self) -> Engine:
        """The engine to read with."""
        if not self._is_own:
            return self._engine
        from abate.engine.duckdb_engine import DuckDBEngine

        return DuckDBEngine()

    def close(self) -> None:
        """Close a DuckDB that was started beside the study's engine."""
        if self._is_own and "engine" in self.__dict__:
            self.engine.close()


class DuckDBStore(RecordStore):
    """An OMOP database in a DuckDB file, in whichever schema it stands."""

    kind = "DuckDB file"

    def __init__(self, path: Path, engine: Engine) -> None:
        super().__init__(engine)
        self._own_reader = FileReader(engine)
        self._tables = self._own_reader.engine.read_database(path)
        self._places = _places(self._tables, path.name)

    @property
    def table_names(self) -> tuple[str, ...]:
        return tuple(sorted(self._places))

    @property
    def _reader(self) -> Engine:
        return self._own_reader.engine

    def _stored_columns(self, name: str) -> Mapping[str, str]:
        return by_lower_case(self._tables[self._places[name]].columns, f"the table {name}")

    def _raw(self, name: str, columns: Sequence[str], ids: Mapping[str, WantedIds]) -> ir.Table:
        stored = self._stored_columns(name)
        table = self._tables[self._places[name]]
        return table.select(**{column: table[stored[column]] for column in columns})

    def close(self) -> None:
        self._own_reader.close()


class FolderStore(RecordStore):
    """An OMOP database as a folder of Parquet or CSV files."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        super().__init__(engine)
        self._files = find_table_files(folder)
        self._layouts: dict[str, CsvLayout] = {}
        self._opened: dict[str, ir.Table] = {}
        has_csv = any(files.is_csv for files in self._files.values())
        self.kind = "folder of CSV files" if has_csv else "folder of Parquet files"
        self._own_reader = FileReader(engine, is_needed=has_csv)

    @property
    def table_names(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    @property
    def _reader(self) -> Engine:
        return self._own_reader.engine

    def _stored_columns(self, name: str) -> Mapping[str, str]:
        if self._files[name].is_csv:
            return {column: column for column in self._layout(name).columns}
        return by_lower_case(self._open(name).columns, f"the table {name}")

    def _raw(self, name: str, columns: Sequence[str], ids: Mapping[str, WantedIds]) -> ir.Table:
        table, stored = self._open(name), self._stored_columns(name)
        return table.select(**{column: table[stored[column]] for column in columns})

    def close(self) -> None:
        self._own_reader.close()

    def _open(self, name: str) -> ir.Table:
        if name not in self._opened:
            self._opened[name] = self._open_files(self._files[name])
        return self._opened[name]

    def _open_files(self, files: TableFiles) -> ir.Table:
        for path in files.paths:
            check_readable(path)
        if files.is_csv:
            return self._reader.read_csv(files.paths[0], layout=self._layout(files.table))
        return self._reader.read_parquet(files.paths)

    def _layout(self, name: str) -> CsvLayout:
        if name not in self._layouts:
            self._layouts[name] = csv_layout(self._files[name].paths[0])
        return self._layouts[name]


def _places(tables: LazyTables, file_name: str) -> dict[str, str]:
    """Return the tables of the schema that holds the clinical tables, then those that stand elsewhere only."""
    schemas: dict[str, dict[str, str]] = {}
    for key in tables:
        schema, _, name = key.rpartition(".")
        schemas.setdefault(schema, {})[name.lower()] = key
    clinical = [schema for schema, names in schemas.items() if "person" in names]
    if len(clinical) > 1:
        raise NotRecordsError(
            f"file {file_name} holds the table person in several schemas "
            f"({', '.join(sorted(schema or 'main' for schema in clinical))}); give a file with one of them."
        )
    order = [*clinical, *sorted(schema for schema in schemas if schema not in clinical)]
    places: dict[str, str] = {}
    for schema in order:
        places = {**schemas[schema], **places}
    return places
