"""Where do an OMOP database's tables lie, and how are they read? A DuckDB file, a folder of files, or PostgreSQL; read-only.

Outside this file every table and column has its CDM name in lower case and its CDM type, wherever it lies. A table is touched
when it is asked for, and only its needed columns and rows are read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abate.base.errors import BrokenRecordsError, MissingTableError, NotRecordsError, RecordsNotFoundError
from abate.engine.connection import Engine
from abate.engine.record_files import check_readable
from abate.engine.wanted_ids import WantedIds
from abate.knowledge.cdm import CdmType, cdm_columns

if TYPE_CHECKING:
    from types import TracebackType

    import ibis.expr.types as ir

#: A database that has none of these is no OMOP database.
CLINICAL_TABLES = (
    "person",
    "drug_exposure",
    "measurement",
    "observation",
    "visit_occurrence",
    "condition_occurrence",
    "observation_period",
)
_DUCKDB_MARK = b"DUCK"
_KEYS = {"person": "person_id", "concept": "concept_id"}


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Rows of ``table`` with a value that is not of its column's type.

    ``rows`` has ``row_key``, ``columns`` (the names of those columns) and ``action``: dropped where the row was left out,
    since an id that selects rows cannot be read; else kept, with the value empty.
    """

    table: str
    rows: Any


@dataclass(frozen=True, kw_only=True)
class TableSize:
    """How much one table holds; ``first`` and ``last`` are dates, None where there are none."""

    rows: int
    first: Any | None
    last: Any | None


def open_records(where: str, engine: Engine) -> RecordStore:
    """Return the OMOP tables at ``where``, which are only read.

    Parameters
    ----------
    where : str
        A DuckDB file, a folder of Parquet or CSV files (.csv, .tsv, also .gz), or a ``postgresql://`` URL, there with the
        schemas as ``?schema=cdm`` or ``?schema=cdm,vocabulary`` where they cannot be found alone.
    engine : Engine
        Where the tables are worked on.

    Raises
    ------
    RecordsNotFoundError
        If there is nothing, or it may not be read.
    NotRecordsError
        If there is something that is no OMOP database.
    """
    if where.startswith(("postgresql://", "postgres://")):
        from abate.engine.postgres_records import PostgresStore

        return _checked(PostgresStore(where, engine), "the database")
    path = Path(where)
    try:
        is_there = path.exists()
    except PermissionError:
        raise RecordsNotFoundError(f"{path.name} may not be read: no permission for the folder it lies in.") from None
    if not is_there:
        raise RecordsNotFoundError(f"there is nothing at {path}; check the path.")
    check_readable(path)
    if path.is_dir():
        from abate.engine.file_records import FolderStore

        return _checked(FolderStore(path, engine), f"folder {path.name}")
    return _checked(_open_file(path, engine), f"file {path.name}")


def _open_file(path: Path, engine: Engine) -> RecordStore:
    with path.open("rb") as file:
        is_duckdb = file.read(12)[8:] == _DUCKDB_MARK
    if not is_duckdb:
        raise NotRecordsError(
            f"{path.name} is not a DuckDB database; give a DuckDB file, or the folder that holds the tables' files."
        )
    from abate.engine.file_records import DuckDBStore

    return DuckDBStore(path, engine)


def _checked(store: RecordStore, where: str) -> RecordStore:
    if any(table in store.table_names for table in CLINICAL_TABLES):
        return store
    found = ", ".join(store.table_names[:8]) or "no table at all"
    raise NotRecordsError(
        f"{where} is not an OMOP database: it holds {found}; abate needs person, drug_exposure and measurement or observation."
    )


class RecordStore(ABC):
    """The tables of one OMOP database, read-only; what ``table`` returns belongs to the study's engine."""

    kind: str  # "DuckDB file", "folder of CSV files", "PostgreSQL": where the records lie, for the manifest

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        #: Rows with unreadable values in what was read so far.
        self.unreadable: list[Unreadable] = []
        self._file_count = 0

    def __enter__(self) -> RecordStore:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    @property
    @abstractmethod
    def table_names(self) -> tuple[str, ...]:
        """Names of all tables, in lower case and in order."""

    @abstractmethod
    def _stored_columns(self, name: str) -> Mapping[str, str]:
        """Return the columns of a table: name in lower case -> name as stored."""

    @abstractmethod
    def _raw(self, name: str, columns: Sequence[str], ids: Mapping[str, WantedIds]) -> ir.Table:
        """Return the columns as stored, under their names in lower case; rows outside ``ids`` may be left out already."""

    @property
    def _reader(self) -> Engine:
        """Return the engine that reads the raw tables; what it read is handed over to the study's engine."""
        return self.engine

    def has(self, name: str) -> bool:
        """Return whether there is a table of this name."""
        return name in self.table_names

    def columns(self, name: str) -> tuple[str, ...]:
        """Return the column names of a table, in lower case.

        Raises
        ------
        MissingTableError
            If there is no such table.
        """
        if not self.has(name):
            found = ", ".join(table for table in self.table_names if table in CLINICAL_TABLES) or "none"
            raise MissingTableError(
                f"the records have no table {name.upper()}; the study needs it; of the clinical tables they have {found}."
            )
        return tuple(self._stored_columns(name))

    def table(
        self,
        name: str,
        columns: Sequence[str],
        *,
        optional: Sequence[str] = (),
        keep: Mapping[str, Any] | None = None,
        hold: bool = False,
    ) -> ir.Table:
        """Return columns of a table, in their CDM types.

        Parameters
        ----------
        name : str
            Table of the CDM.
        columns : sequence of str
            Columns that must be there.
        optional : sequence of str
            Columns that are empty where they are not there, as between CDM 5.3 and 5.4.
        keep : mapping, optional
            Only rows whose id in this column is one of these: a sequence of ints, or a table of the engine with one column.
            The columns must be among ``columns``.
        hold : bool
            Compute the rows now, once, because they are read more than once later.

        Raises
        ------
        MissingTableError
            If the table or one of ``columns`` is missing.
        """
        import ibis

        from abate.engine.record_columns import IBIS_TYPES

        self._check_columns(name, columns)
        kinds = cdm_columns()[name]
        present = [column for column in (*columns, *optional) if column in self._stored_columns(name)]
        ids = {column: WantedIds(values) for column, values in (keep or {}).items()}
        read = self._read(name, present, kinds, ids, hold=hold)
        empty = {column: ibis.null(IBIS_TYPES[kinds[column]]) for column in optional if column not in present}
        return read.mutate(**empty).select(*columns, *optional)

    def size(self, name: str, date_column: str | None) -> TableSize:
        """Return the number of rows and the first and last date of a column; no row is kept."""
        raw = self._raw(name, [date_column] if date_column else list(self.columns(name))[:1], {})
        found = self._reader.to_arrow(_size(raw, date_column)).to_pylist()[0]
        return TableSize(rows=found["rows"], first=found.get("first"), last=found.get("last"))

    @abstractmethod
    def close(self) -> None:
        """Release what the store holds; tables that it returned stay as long as the engine."""

    def _check_columns(self, name: str, columns: Sequence[str]) -> None:
        found = self.columns(name)
        missing = [column for column in columns if column not in found]
        if missing:
            raise MissingTableError(
                f"the table {name.upper()} has no column {missing[0]}, which the study needs; it has {', '.join(found)}."
            )

    def _read(
        self,
        name: str,
        columns: Sequence[str],
        kinds: Mapping[str, CdmType],
        ids: Mapping[str, WantedIds],
        *,
        hold: bool,
    ) -> ir.Table:
        from abate.engine.record_columns import may_be_unreadable, read_column

        raw = self._raw(name, columns, ids)
        if any(may_be_unreadable(raw[column], kinds[column]) for column in columns):
            return self._read_texts(name, raw, kinds, ids)
        typed = raw.select(**{column: read_column(raw[column], kinds[column]).value for column in columns})
        for column, wanted in ids.items():
            typed = wanted.filter(typed, column, self._reader, self.engine)
        return self._hand_over(typed, must_compute=hold)

    def _read_texts(
        self, name: str, raw: ir.Table, kinds: Mapping[str, CdmType], ids: Mapping[str, WantedIds]
    ) -> ir.Table:
        """Return columns of which some are stored as texts; what cannot be read is listed.

        The rows are chosen first, by their ids alone: reading every text of a large file takes many times as long.
        """
        from abate.engine.record_columns import read_column

        columns = raw.columns
        chosen = self._reader.materialise(self._choose(raw, kinds, ids), "chosen") if ids else raw
        read = {column: read_column(chosen[column], kinds[column]) for column in columns}
        unreadable = {column: found.is_unreadable for column, found in read.items() if found.is_unreadable is not None}
        values = {column: found.value for column, found in read.items()}
        held = self._hand_over(chosen.select(**values, **{_UNREADABLE: _names_where(unreadable)}), must_compute=True)
        self._list_unreadable(name, held, ids)
        for column in ids:
            held = held.filter(held[column].notnull())
        return held.select(*columns)

    def _choose(self, raw: ir.Table, kinds: Mapping[str, CdmType], ids: Mapping[str, WantedIds]) -> ir.Table:
        """Return the rows with wanted ids, and those whose id cannot be read: nobody knows whether they were meant."""
        from abate.engine.record_columns import read_column

        for column, wanted in ids.items():
            value = read_column(raw[column], kinds[column]).value
            raw = raw.filter(wanted.are_in(value, self._reader, self.engine) | value.isnull())
        return raw

    def _list_unreadable(self, name: str, held: ir.Table, ids: Mapping[str, WantedIds]) -> None:
        import ibis

        key = _KEYS.get(name, f"{name}_id")
        row_key = held[key].cast("string") if key in held.columns else ibis.null("string")
        is_lost = ibis.or_(*(held[column].isnull() for column in ids)) if ids else ibis.literal(False)
        rows = held.select(row_key=row_key, columns=held[_UNREADABLE], action=is_lost.ifelse("dropped", "kept"))
        self.unreadable.append(Unreadable(table=name, rows=rows.filter(rows["columns"].notnull())))

    def _hand_over(self, expression: ir.Table, *, must_compute: bool) -> ir.Table:
        if self._reader is self.engine:
            return self.engine.materialise(expression, "records") if must_compute else expression
        self._file_count += 1
        target = self.engine.scratch / f"records_{id(self)}_{self._file_count}.parquet"
        self._reader.write_parquet(expression, target)
        return self.engine.read_parquet(target)


_UNREADABLE = "unreadable_columns"


def by_lower_case(names: Sequence[str], where: str) -> dict[str, str]:
    """Return each name under itself in lower case; ``where`` stands in the error.

    Raises
    ------
    BrokenRecordsError
        If two names differ in case only.
    """
    by_name = {name.lower(): name for name in names}
    if len(by_name) < len(names):
        raise BrokenRecordsError(f"{where} has two columns whose names differ in case only; rename or remove one.")
    return by_name


def _names_where(flags: Mapping[str, Any]) -> Any:
    """Return the names of the columns whose flag is set, with commas between; empty where there are none."""
    import ibis

    names = ibis.literal("")
    for column, is_set in flags.items():
        names = names + is_set.ifelse(f", {column}", "")
    return names.substr(2).nullif("")


def _size(raw: ir.Table, date_column: str | None) -> ir.Table:
    from abate.engine.record_columns import read_column

    if date_column is None:
        return raw.aggregate(rows=raw.count())
    date = read_column(raw[date_column], CdmType.DATE).value
    return raw.aggregate(rows=raw.count(), first=date.min(), last=date.max())
