"""Which tables does a DuckDB file hold? Their names alone, for telling one kind of records from another."""

from __future__ import annotations

from pathlib import Path

from abate.base.errors import RecordsNotFoundError

# Bytes 8 to 11 of every DuckDB file.
_MARK = b"DUCK"


def is_duckdb_file(path: Path) -> bool:
    """Return whether a file begins as DuckDB files do."""
    with path.open("rb") as file:
        return file.read(12)[8:] == _MARK


def database_table_names(path: Path) -> tuple[str, ...]:
    """Return the names of all tables of a DuckDB file, in whichever schema; the file is opened read-only.

    Raises
    ------
    RecordsNotFoundError
        If the file cannot be opened: it is damaged, or open elsewhere for writing.
    """
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(
                "SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
            )
            return tuple(name for (name,) in rows.fetchall())
    except duckdb.Error:
        raise RecordsNotFoundError(
            f"{path.name} cannot be opened as a DuckDB database; is it whole, and not open elsewhere for writing?"
        ) from None
