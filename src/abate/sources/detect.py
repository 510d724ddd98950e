"""What kind of records lies at a place? Told by names alone: file endings, headings, tables in a folder or a DuckDB file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from abate.base.errors import NotRecordsError, RecordsNotFoundError
from abate.engine.database_names import database_table_names, is_duckdb_file
from abate.sources.redcap.mapping import is_redcap_export, names_an_export
from abate.sources.sheets.folder import CSV_ENDINGS, TABLE_ENDINGS, table_name
from abate.sources.sheets.names import contract_name
from abate.sources.sheets.raw import may_not_be_read
from abate.sources.sheets.workbook import WORKBOOK_ENDINGS

SourceKind = Literal["omop", "sheets", "wide", "redcap"]

ACCEPTED = (
    "abate reads an OMOP CDM (a DuckDB file, a folder of Parquet or CSV files, a postgresql:// address), course tables "
    "(an .xlsx workbook, or a folder or DuckDB file with courses and ratings), the raw CSV export of a REDCap project made by "
    "'abate template --redcap', or the .toml mapping of a wide sheet"
)

#: Tables by which an OMOP CDM is known; any of them is enough to be told precisely what is missing.
_OMOP_TABLES = frozenset(
    {"person", "drug_exposure", "measurement", "observation", "visit_occurrence", "condition_occurrence",
     "observation_period", "concept"}
)  # fmt: skip
_COURSE_TABLES = frozenset({"courses", "ratings"})

_ADDRESSES = ("postgresql://", "postgres://")


def source_kind(where: str) -> SourceKind:
    """Return what kind of records ``where`` names: an OMOP CDM, course tables, a REDCap export, or the mapping of a wide sheet.

    Raises
    ------
    RecordsNotFoundError
        If there is nothing there, or it may not be read.
    NotRecordsError
        If it is something else.
    """
    if where.lower().startswith(_ADDRESSES):
        return "omop"
    if "://" in where:
        # The rest of an address may hold a password and is not shown.
        raise NotRecordsError(f"addresses of the kind {where.split('://')[0]}:// are not read; {ACCEPTED}.")
    path = Path(where).expanduser()
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
        if is_folder:
            return _kind_of_folder(path)
        if is_file:
            return _kind_of_file(path)
    except PermissionError:
        raise may_not_be_read(path) from None
    raise RecordsNotFoundError(f"there is nothing at {where}; check the path.")


def _kind_of_folder(path: Path) -> SourceKind:
    entries = sorted(path.iterdir())
    kind = _kind_by_tables(_table_names(entries))
    if kind is None and _kind_by_tables(_names_one_level_down(entries)) == "omop":
        return "omop"  # an archive unpacked into a folder of its own; the OMOP reader looks there too
    return kind or _refuse_folder(path, entries)


def _table_names(entries: Iterable[Path]) -> set[str]:
    names = {name for entry in entries if (name := table_name(entry)) is not None}
    return names | {contract_name(entry.name) for entry in entries if entry.is_dir()}


def _names_one_level_down(entries: Iterable[Path]) -> set[str]:
    folders = [entry for entry in entries if entry.is_dir() and not entry.name.startswith((".", "__"))]
    return {name for folder in folders for name in _table_names(sorted(folder.iterdir()))}


def _kind_of_file(path: Path) -> SourceKind:
    with path.open("rb"):
        pass  # a closed file is told here, before its ending promises anything
    ending = path.suffix.lower()
    if ending == ".toml":
        return "redcap" if names_an_export(path) else "wide"
    if path.name.lower().endswith(CSV_ENDINGS) and is_redcap_export(path):
        return "redcap"
    if ending in WORKBOOK_ENDINGS:
        return "sheets"
    if is_duckdb_file(path):
        names = database_table_names(path)
        kind = _kind_by_tables({contract_name(name) for name in names})
        if kind is None:
            raise NotRecordsError(
                f"{path.name} is a DuckDB file with {_count(len(names), 'table')}, neither an OMOP CDM nor course tables; {ACCEPTED}."
            )
        return kind
    raise NotRecordsError(f"{path.name} is {_what_file(path)}; {ACCEPTED}.")


def _kind_by_tables(names: Iterable[str]) -> SourceKind | None:
    found = set(names)
    if found >= _COURSE_TABLES:
        return "sheets"
    if found & _OMOP_TABLES:
        return "omop"
    return "sheets" if found & _COURSE_TABLES else None


def _refuse_folder(path: Path, entries: list[Path]) -> SourceKind:
    if not entries:
        raise NotRecordsError(f"the folder {path.name} is empty; {ACCEPTED}.")
    endings = Counter(entry.suffix.lower() or "no ending" for entry in entries)
    found = ", ".join(f"{count} {ending}" for ending, count in endings.most_common(5))
    hint = "" if any(entry.name.lower().endswith(TABLE_ENDINGS) for entry in entries) else " and no table file"
    raise NotRecordsError(f"the folder {path.name} holds no table that abate knows{hint} (it has {found}); {ACCEPTED}.")


def _what_file(path: Path) -> str:
    if path.name.lower().endswith(CSV_ENDINGS):
        return "one CSV file; give the folder that holds it, or a mapping where it is a wide sheet"
    if path.suffix.lower() == ".xls":
        return "a workbook of the old kind; save it as .xlsx"
    if path.suffix.lower() == ".parquet":
        return "one Parquet file; give the folder that holds it"
    return "neither a workbook nor a DuckDB file"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
