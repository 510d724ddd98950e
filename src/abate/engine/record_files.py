"""Which files of a folder are which OMOP tables, and how is a CSV file written?"""

from __future__ import annotations

import csv
import gzip
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from abate.base.errors import BrokenRecordsError, NotRecordsError, RecordsNotFoundError
from abate.engine.connection import CsvLayout
from abate.knowledge.cdm import cdm_columns

_FILE = re.compile(r"^(?P<stem>.+?)\.(?P<kind>parquet|csv|tsv)(?P<gzip>\.gz)?$", re.IGNORECASE)
#: MIMIC's own vocabulary tables are called 2b_concept and so on.
_NUMBERED = re.compile(r"^\d+[a-z]?_(?=[a-z])")
_DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, kw_only=True)
class TableFiles:
    """The files of one table; several only where Parquet was written in parts."""

    table: str
    paths: tuple[Path, ...]
    is_csv: bool


def find_table_files(folder: Path) -> Mapping[str, TableFiles]:
    """Return the tables of a folder by name, in lower case, and those of its subfolders one level down.

    Raises
    ------
    RecordsNotFoundError
        If the folder may not be read.
    NotRecordsError
        If two files, or two subfolders, hold the same table.
    """
    tables = _tables_of(folder)
    below: dict[str, list[TableFiles]] = {}
    for subfolder in _entries(folder):
        if subfolder.is_dir() and subfolder.name.lower() not in cdm_columns():
            for table in _tables_of(subfolder).values():
                below.setdefault(table.table, []).append(table)
    for name, found in below.items():
        if name in tables:
            continue
        if len(found) > 1:
            folders = ", ".join(sorted(table.paths[0].parent.name for table in found))
            raise NotRecordsError(
                f"folder {folder.name} holds the table {name} in several subfolders ({folders}); name one of them."
            )
        tables[name] = found[0]
    return tables


def csv_layout(path: Path) -> CsvLayout:
    """Return how a CSV file is written: its columns in lower case, its delimiter by what its first line holds most of.

    Vocabulary files with tabs (as Athena exports them) have no quoting: a quote in a concept's name is a quote.

    Raises
    ------
    RecordsNotFoundError
        If the file may not be read.
    BrokenRecordsError
        If the file is not UTF-8, or names a column twice.
    """
    check_readable(path)
    header = _first_line(path)
    delimiter = max(_DELIMITERS, key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BrokenRecordsError(f"file {path.name} names the column {twice[0]} twice; rename or remove one.")
    is_unquoted = delimiter == "\t" and _table_name(path.name).startswith("concept")
    return CsvLayout(
        columns=tuple(names), delimiter=delimiter, quote="" if is_unquoted else '"', is_gzip=_is_gzip(path)
    )


def check_readable(path: Path) -> None:
    """Raise RecordsNotFoundError where a file or folder may not be read."""
    wanted = os.R_OK | (os.X_OK if path.is_dir() else 0)
    # As the effective user, who is the one that opens the file, where the system can tell.
    if not os.access(path, wanted, effective_ids=os.access in os.supports_effective_ids):
        kind = "folder" if path.is_dir() else "file"
        raise RecordsNotFoundError(f"{kind} {path.name} may not be read: no permission; ask its owner for read access.")


def _entries(folder: Path) -> Iterator[Path]:
    """Return what a folder holds in order of name, without hidden things and those that macOS adds to an archive."""
    check_readable(folder)
    return (path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "__MACOSX")))


def _tables_of(folder: Path) -> dict[str, TableFiles]:
    found: dict[str, list[TableFiles]] = {}
    for path in _entries(folder):
        table = _parts(path) if path.is_dir() else _file(path)
        if table is not None:
            found.setdefault(table.table, []).append(table)
    return {name: _one_of(tables) for name, tables in found.items()}


def _file(path: Path) -> TableFiles | None:
    match = _FILE.match(path.name)
    if match is None:
        return None
    return TableFiles(table=_table_name(path.name), paths=(path,), is_csv=match["kind"].lower() != "parquet")


def _parts(folder: Path) -> TableFiles | None:
    """Return a table written as a folder of Parquet parts, the way Spark writes."""
    if folder.name.lower() not in cdm_columns():
        return None
    parts = tuple(path for path in _entries(folder) if path.name.lower().endswith(".parquet"))
    return TableFiles(table=folder.name.lower(), paths=parts, is_csv=False) if parts else None


def _one_of(tables: list[TableFiles]) -> TableFiles:
    """Return the one table of a name; Parquet goes before CSV, since its types are stored with it."""
    parquet = [table for table in tables if not table.is_csv]
    chosen = parquet or tables
    if len(chosen) > 1:
        names = ", ".join(table.paths[0].name for table in chosen)
        raise NotRecordsError(f"the table {chosen[0].table} stands in several files ({names}); keep one of them.")
    return chosen[0]


def _table_name(file_name: str) -> str:
    match = _FILE.match(file_name)
    assert match is not None
    return _NUMBERED.sub("", match["stem"].lower())


def _is_gzip(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def _first_line(path: Path) -> str:
    opener = gzip.open if _is_gzip(path) else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline=None) as file:
            return file.readline().rstrip("\r\n")
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError):
        raise BrokenRecordsError(
            f"file {path.name} cannot be read as {'compressed ' if _is_gzip(path) else ''}text in UTF-8; write it anew."
        ) from None
