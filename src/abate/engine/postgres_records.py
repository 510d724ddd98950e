"""How are OMOP tables read from a PostgreSQL server? Only the needed rows and columns, in one read-only snapshot.

The server filters; what is left comes as COPY into a private file (mode 0700), which DuckDB reads and which is then deleted.
No extension is installed and nothing is written on the server. The password never leaves this file: errors name host and
database only, and psycopg's own words, which may hold the URL, are never passed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from abate.base.errors import EngineError, NotRecordsError, RecordsNotFoundError
from abate.engine.connection import CsvLayout, Engine
from abate.engine.file_records import FileReader
from abate.engine.records import RecordStore, TableSize, by_lower_case
from abate.engine.wanted_ids import WantedIds
from abate.knowledge.cdm import CdmType, cdm_columns

if TYPE_CHECKING:
    import ibis.expr.types as ir

_CONNECT_SECONDS = 15
#: Above so many ids the server joins them as a table instead of searching a list.
_MOST_IDS_IN_LIST = 1_000
_SQL_TYPES = {
    CdmType.ID: "bigint",
    CdmType.INTEGER: "bigint",
    CdmType.NUMBER: "double precision",
    CdmType.DATE: "date",
    CdmType.TIME: "timestamp",
    CdmType.TEXT: "text",
}
_DUCKDB_TYPES = {
    CdmType.ID: "BIGINT",
    CdmType.INTEGER: "BIGINT",
    CdmType.NUMBER: "DOUBLE",
    CdmType.DATE: "DATE",
    CdmType.TIME: "TIMESTAMP",
}
_CATALOGUE = """
    SELECT n.nspname, c.relname, a.attname, a.atttypid::regtype::text, has_table_privilege(c.oid, 'SELECT')
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg\\_%'
    ORDER BY n.nspname, c.relname, a.attnum
"""


class PostgresStore(RecordStore):
    """An OMOP database on a PostgreSQL server."""

    kind = "PostgreSQL"

    def __init__(self, url: str, engine: Engine) -> None:
        super().__init__(engine)
        self._own_reader = FileReader(engine)
        conninfo, schemas = _split_schemas(url)
        self._connection = _connect(conninfo)
        self._catalogue = _read_catalogue(self._connection)
        self._tables = _choose_tables(self._catalogue, schemas)

    @property
    def table_names(self) -> tuple[str, ...]:
        return tuple(sorted(self._tables))

    @property
    def _reader(self) -> Engine:
        return self._own_reader.engine

    def size(self, name: str, date_column: str | None) -> TableSize:
        from psycopg import sql

        self.columns(name)
        dates: Any = sql.SQL("")
        if date_column is not None:
            column = sql.Identifier(self._stored_columns(name)[date_column])
            dates = sql.SQL(", min({0}::date), max({0}::date)").format(column)
        rows = self._fetch(sql.SQL("SELECT count(*){} FROM {}").format(dates, self._identifier(name)), name)
        count, *span = rows[0]
        return TableSize(rows=count, first=span[0] if span else None, last=span[1] if span else None)

    def close(self) -> None:
        self._connection.close()
        self._own_reader.close()

    def _stored_columns(self, name: str) -> Mapping[str, str]:
        return by_lower_case(list(self._catalogue[self._tables[name]].types), f"the table {name}")

    def _raw(self, name: str, columns: Sequence[str], ids: Mapping[str, WantedIds]) -> ir.Table:
        table = self._catalogue[self._tables[name]]
        if not table.may_be_read:
            raise RecordsNotFoundError(
                f"the table {name.upper()} may not be read: the database user lacks SELECT on it."
            )
        stored, kinds = self._stored_columns(name), cdm_columns()[name]
        # A number or date that the site stores as text comes as text, so that a bad one is listed and stops nothing.
        read_as = {c: CdmType.TEXT if _is_text(table.types[stored[c]]) else kinds[c] for c in columns}
        pushed = {column: wanted for column, wanted in ids.items() if read_as[column] is not CdmType.TEXT}
        return self._pull(
            name, {stored[c]: read_as[c] for c in columns}, columns, {stored[c]: i for c, i in pushed.items()}
        )

    def _pull(
        self, name: str, read_as: Mapping[str, CdmType], columns: Sequence[str], ids: Mapping[str, WantedIds]
    ) -> ir.Table:
        """Copy the rows into a private file, let the reader hold them, and delete the file."""
        from psycopg import sql

        query = sql.SQL("COPY (SELECT {} FROM {}{}) TO STDOUT (FORMAT csv, HEADER)").format(
            sql.SQL(", ").join(_selected(column, kind) for column, kind in read_as.items()),
            self._identifier(name),
            _condition({column: wanted.values(self.engine) for column, wanted in ids.items()}),
        )
        self._file_count += 1
        target = self.engine.scratch / f"pulled_{id(self)}_{self._file_count}.csv"
        try:
            self._copy(query, target, name)
            types = {c: _DUCKDB_TYPES[k] for c, k in zip(columns, read_as.values(), strict=True) if k in _DUCKDB_TYPES}
            layout = CsvLayout(columns=tuple(columns), delimiter=",")
            return self._reader.materialise(self._reader.read_csv(target, types=types, layout=layout), name)
        finally:
            target.unlink(missing_ok=True)

    def _copy(self, query: Any, target: Any, name: str) -> None:
        import psycopg

        try:
            with self._connection.cursor() as cursor, cursor.copy(query) as copy, target.open("wb") as file:
                for block in copy:
                    file.write(block)
        except psycopg.Error as error:
            _refuse(error, name)

    def _fetch(self, query: Any, name: str) -> list[tuple[Any, ...]]:
        import psycopg

        try:
            with self._connection.cursor() as cursor:
                return list(cursor.execute(query).fetchall())
        except psycopg.Error as error:
            _refuse(error, name)

    def _identifier(self, name: str) -> Any:
        from psycopg import sql

        return sql.Identifier(*self._tables[name])


class _CatalogueTable:
    """One table on the server: stored column name -> type, and whether it may be read."""

    def __init__(self, may_be_read: bool) -> None:
        self.may_be_read = may_be_read
        self.types: dict[str, str] = {}


def _split_schemas(url: str) -> tuple[str, tuple[str, ...]]:
    """Return the URL without its ``schema`` and the schemas named there."""
    parts = urlsplit(url)
    options = parse_qsl(parts.query)
    schemas = [name.strip() for key, value in options if key == "schema" for name in value.split(",") if name.strip()]
    rest = urlencode([(key, value) for key, value in options if key != "schema"])
    return urlunsplit(parts._replace(query=rest)), tuple(schemas)


def _place(conninfo: str) -> str:
    """Return host and database of a URL, without user and password."""
    try:
        parts = urlsplit(conninfo)
        return (
            f"{parts.hostname or 'localhost'}:{parts.port or 5432}, database {parts.path.lstrip('/') or 'by default'}"
        )
    except ValueError:
        return "the host named"


def _connect(conninfo: str) -> Any:
    try:
        import psycopg
    except ImportError:
        raise EngineError("PostgreSQL needs psycopg; install it with pip install 'abate[postgres]'.") from None
    try:
        connection = psycopg.connect(conninfo, connect_timeout=_CONNECT_SECONDS, application_name="abate")
    except psycopg.Error as error:
        said = str(error)
        if "password" in said or "authentication" in said or "role" in said:
            raise RecordsNotFoundError(
                f"the PostgreSQL server at {_place(conninfo)} refused the login; check user and password."
            ) from None
        raise RecordsNotFoundError(
            f"no PostgreSQL database answered at {_place(conninfo)}; check host, port and name, and that the server runs."
        ) from None
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


def _read_catalogue(connection: Any) -> dict[tuple[str, str], _CatalogueTable]:
    tables: dict[tuple[str, str], _CatalogueTable] = {}
    for schema, table, column, kind, may_be_read in connection.execute(_CATALOGUE).fetchall():
        tables.setdefault((schema, table), _CatalogueTable(may_be_read)).types[column] = kind
    return tables


def _choose_tables(
    catalogue: Mapping[tuple[str, str], _CatalogueTable], schemas: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Return the place of each table by its name in lower case; of several schemas the first one that has it."""
    by_schema: dict[str, dict[str, tuple[str, str]]] = {}
    for schema, table in catalogue:
        by_schema.setdefault(schema, {})[table.lower()] = (schema, table)
    for schema in schemas:
        if schema not in by_schema:
            known = ", ".join(sorted(by_schema)) or "none"
            raise RecordsNotFoundError(f"the database has no schema {schema!r} with tables; it has {known}.")
    chosen: dict[str, tuple[str, str]] = {}
    for schema in schemas or _find_schemas(by_schema):
        chosen = {**by_schema[schema], **chosen}
    return chosen


def _find_schemas(by_schema: Mapping[str, Mapping[str, tuple[str, str]]]) -> list[str]:
    """Return the one schema with the clinical tables and, where it has no concepts, the one schema that has."""
    clinical = [schema for schema, tables in by_schema.items() if "person" in tables]
    if len(clinical) > 1:
        raise NotRecordsError(
            f"several schemas hold the table person ({', '.join(sorted(clinical))}); name one with ?schema= in the URL."
        )
    if not clinical:
        return sorted(by_schema)
    vocabulary = [schema for schema, tables in by_schema.items() if "concept" in tables and schema not in clinical]
    return clinical + (vocabulary if len(vocabulary) == 1 else [])


def _is_text(sql_type: str) -> bool:
    return sql_type.startswith(("character", "text", "citext", "json"))


def _selected(column: str, kind: CdmType) -> Any:
    from psycopg import sql

    named = sql.Identifier(column)
    if kind in (CdmType.DATE, CdmType.TIME):
        named = sql.SQL("CASE WHEN isfinite({0}) THEN {0} END").format(named)  # type: ignore[assignment]
    return sql.SQL("({})::" + _SQL_TYPES[kind]).format(named)


def _condition(ids: Mapping[str, Sequence[int]]) -> Any:
    from psycopg import sql

    parts = []
    for column, wanted in ids.items():
        listed = sql.Literal("{" + ",".join(str(int(one)) for one in wanted) + "}")
        form = "{} = ANY({}::bigint[])" if len(wanted) <= _MOST_IDS_IN_LIST else "{} IN (SELECT unnest({}::bigint[]))"
        parts.append(sql.SQL(form).format(sql.Identifier(column), listed))
    return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(parts) if parts else sql.SQL("")


def _refuse(error: Any, table: str) -> NoReturn:
    """Raise what a failed query means, in own words: the server's may quote a value."""
    if error.sqlstate == "42501":
        raise RecordsNotFoundError(
            f"the table {table.upper()} may not be read: the database user lacks SELECT on it."
        ) from None
    raise RecordsNotFoundError(
        f"reading the table {table.upper()} from PostgreSQL failed (SQLSTATE {error.sqlstate or 'unknown: connection lost'})."
    ) from None
