"""How do course tables in a workbook, a folder or a DuckDB file come in? Found by name; judged at the border."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from abate.base.errors import BrokenRecordsError, MissingTableError, RecordsNotFoundError
from abate.contracts.course_tables import COURSE_TABLES, SourceTables
from abate.contracts.definition import Study
from abate.sources.border.reading import ROW_KEY
from abate.sources.findings import Remark, remarks_as_arrow
from abate.sources.sheets.folder import read_folder, table_files
from abate.sources.sheets.names import SILENT_NAMES, contract_name, nearest, unknown_sentence
from abate.sources.sheets.raw import RawSheet, TypedTable, may_not_be_read, refuse_repeated
from abate.sources.sheets.workbook import WORKBOOK_ENDINGS, read_workbook

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine


SOURCE_KIND = "course tables"

#: Persons of the template's example rows.
EXAMPLE_PREFIX = "EXAMPLE-"

_NOT_NAMED = "not named"


def read_sheets(where: Path, study: Study | None, engine: Engine) -> SourceTables:
    """Return the course tables of a workbook, of a folder of CSV and Parquet files, or of a DuckDB file.

    Parameters
    ----------
    where : Path
        A workbook with one sheet a table, a folder with one file a table, or a DuckDB file.
    study : Study or None
        Gives the treatment and the scale where ``courses`` and ``ratings`` have no such column.
    engine : Engine
        Takes the tables.

    Returns
    -------
    SourceTables
        With ``courses``; its tables have a column ``row_key`` where rows have a number ("ratings row 17"). Cells of
        workbooks and CSV files are still text: ``check_course_tables`` reads them.

    Raises
    ------
    RecordsNotFoundError, NotRecordsError, MissingTableError, BrokenRecordsError
    """
    found = _read(where, engine)
    remarks: list[Remark] = []
    tables: dict[str, ir.Table] = {}
    for table in found:
        name = contract_name(table.name)
        if name in COURSE_TABLES:
            if name in tables:
                raise BrokenRecordsError(f"{where.name} holds the table {name} twice; leave one.")
            if _is_left_empty(table, where):
                remarks.append((name, "the sheet has no row and counts as not recorded", "noted", None))
                continue
            tables[name] = _as_table(table, name, where, study, engine, remarks)
        elif name not in SILENT_NAMES:
            remarks.append((table.name, unknown_sentence("table", table.name, COURSE_TABLES), "noted", None))
    _require(where, tables, [table.name for table in found])
    return SourceTables(
        **tables,
        findings=engine.from_arrow(remarks_as_arrow(remarks), "findings"),
        source_kind=SOURCE_KIND,
        source_details={"form": _form(where)},
        is_simulated=_is_simulated(where),
    )


def _read(where: Path, engine: Engine) -> Sequence[RawSheet | TypedTable]:
    try:
        is_there = where.exists()
    except PermissionError:
        raise may_not_be_read(where) from None
    if not is_there:
        raise RecordsNotFoundError(f"there is nothing at {where}; give the workbook, the folder or the DuckDB file.")
    if where.is_dir():
        return read_folder(where, table_files(where), engine)
    if where.suffix.lower() in WORKBOOK_ENDINGS:
        return read_workbook(where)
    database = engine.read_database(where)
    # A table outside the main schema is named schema.table; only those that are asked for are opened.
    named = [(key.rpartition(".")[2], key) for key in database]
    return [TypedTable(name=name, rows=database[key]) for name, key in named if contract_name(name) in COURSE_TABLES]


def _form(where: Path) -> str:
    if where.is_dir():
        return "folder"
    return "workbook" if where.suffix.lower() in WORKBOOK_ENDINGS else "DuckDB file"


def _is_left_empty(table: RawSheet | TypedTable, where: Path) -> bool:
    """Return whether this is a sheet of a form that nobody filled in, which does not say that there was nothing."""
    if not isinstance(table, RawSheet) or where.suffix.lower() not in WORKBOOK_ENDINGS:
        return False
    return table.row_count == 0 and not COURSE_TABLES[contract_name(table.name)].is_required


def _is_simulated(where: Path) -> bool:
    """Return whether the tables are those that a run on simulated records has left: its manifest stands beside them."""
    try:
        manifest = json.loads((where.parent / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("is_simulated") is True


def _require(where: Path, tables: Iterable[str], found: Sequence[str]) -> None:
    for name, contract in COURSE_TABLES.items():
        if contract.is_required and name not in tables:
            near = nearest(name, [contract_name(other) for other in found])
            hint = f"; {near!r} looks like it: rename it" if near else ""
            raise MissingTableError(f"{where.name} has no table {name!r}, which a study needs{hint}.")


def _as_table(
    table: RawSheet | TypedTable, name: str, where: Path, study: Study | None, engine: Engine, remarks: list[Remark]
) -> ir.Table:
    """Return one table with the contract's names for its columns; what was not read is remarked on."""
    contract = COURSE_TABLES[name]
    headings = table.headings if isinstance(table, RawSheet) else table.rows.columns
    names = [contract_name(heading) for heading in headings]
    refuse_repeated(table.name, [column for column in names if column in contract.column_names], where.name)
    absent = [column for column in contract.column_names if column not in names]
    for heading, column in zip(headings, names, strict=True):
        if column not in contract.column_names:
            remarks.append((name, unknown_sentence("column", heading, absent), "noted", None))
    known = {column: index for index, column in enumerate(names) if column in contract.column_names}
    if isinstance(table, RawSheet):
        remarks.extend(_as_contract_remarks(table, name))
        return _from_cells(table, name, known, study, engine, remarks)
    rows = table.rows.select(**{column: table.rows[headings[index]] for column, index in known.items()})
    for column, value in _defaults(name, study).items():
        if column not in known:
            rows = rows.mutate(**{column: value})
            remarks.append((name, _filled_sentence(column, value), "noted", None))
    return rows


def _from_cells(
    sheet: RawSheet, name: str, known: dict[str, int], study: Study | None, engine: Engine, remarks: list[Remark]
) -> ir.Table:
    columns = {column: sheet.cells.column(index) for column, index in known.items()}
    for column, value in _defaults(name, study).items():
        if column not in columns or (sheet.row_count and columns[column].null_count == sheet.row_count):
            columns[column] = pa.array([value] * sheet.row_count, pa.string())
            remarks.append((name, _filled_sentence(column, value), "noted", None))
    _note_examples(columns, name, remarks)
    row_keys = pc.binary_join_element_wise(f"{name} row", pc.cast(sheet.row_numbers, pa.string()), " ")
    return engine.from_arrow(pa.table({**columns, ROW_KEY: row_keys}), name)


def _defaults(name: str, study: Study | None) -> dict[str, str]:
    """Return what a column that a sheet leaves out must mean: the only treatment, the scale of the study."""
    if name == "courses" and (study is None or len(study.treatments) == 1):
        return {"treatment": _NOT_NAMED if study is None else study.treatment.name}
    if name == "ratings":
        return {"scale": _NOT_NAMED if study is None else study.rating.scale}
    return {}


def _filled_sentence(column: str, value: str) -> str:
    return f"{column} is not in the sheet; {value} is taken throughout"


def _as_contract_remarks(sheet: RawSheet, name: str) -> list[Remark]:
    return [
        (name, rule, action, None if key is None else key.replace(f"{sheet.name} row", f"{name} row"))
        for _, rule, action, key in sheet.remarks
    ]


def _note_examples(columns: dict[str, pa.ChunkedArray], name: str, remarks: list[Remark]) -> None:
    if "person_id" not in columns:
        return
    count = pc.sum(pc.starts_with(columns["person_id"], EXAMPLE_PREFIX).cast(pa.int64())).as_py()
    if count:
        remarks.append((name, "example rows of the template are still in the sheet and count as data", "noted", None))
