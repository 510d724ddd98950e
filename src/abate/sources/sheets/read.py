"""How do course tables in a workbook, a folder or a DuckDB file come in? Found by name; judged at the border."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from abate.base.errors import BrokenRecordsError, MissingTableError, RecordsNotFoundError
from abate.contracts.course_tables import COURSE_TABLES, SourceTables
from abate.contracts.definition import Study
from abate.sources.border.reading import ROW_KEY
from abate.sources.findings import Remark, remarks_as_arrow
from abate.sources.sheets.daily import SHEET as SHEET_OF_DAYS
from abate.sources.sheets.daily import read_daily_ratings
from abate.sources.sheets.folder import read_folder, table_files
from abate.sources.sheets.names import (
    DAILY_RATINGS,
    READ_ME,
    SILENT_NAMES,
    contract_name,
    nearest,
    unknown_sentence,
)
from abate.sources.sheets.raw import RawSheet, TypedTable, may_not_be_read, refuse_repeated
from abate.sources.sheets.text_dates import DateOrder, declared_order, with_dates_read
from abate.sources.sheets.workbook import WORKBOOK_ENDINGS, read_workbook

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine


SOURCE_KIND = "course tables"

#: Persons of the template's example rows, which are not read.
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
    form = _Form.of(_read(where, engine), where)
    remarks: list[Remark] = []
    tables: dict[str, ir.Table | pa.Table] = {}
    for name, table in form.tables.items():
        if isinstance(table, RawSheet):
            table = _without_examples(table, name, remarks)
        if _is_left_empty(table, name, where) or (name == "ratings" and _is_unused(table, form)):
            remarks.append((name, "the sheet has no row and counts as not recorded", "noted", None))
            continue
        tables[name] = _as_table(table, name, form, study, remarks)
    remarks += [(name, unknown_sentence("table", name, COURSE_TABLES), "noted", None) for name in form.unknown]
    if form.daily is not None:
        _add_daily_ratings(form.daily, tables, form, study, remarks)
    _require(where, tables, form.names)
    return SourceTables(
        **{name: engine.from_arrow(t, name) if isinstance(t, pa.Table) else t for name, t in tables.items()},
        findings=engine.from_arrow(remarks_as_arrow(remarks), "findings"),
        source_kind=SOURCE_KIND,
        source_details={"form": _form(where)},
        is_simulated=_is_simulated(where),
    )


@dataclass(frozen=True, kw_only=True)
class _Form:
    """The sheets of one place by what they are; ``order`` is how dates that are text are read."""

    where: Path
    tables: dict[str, RawSheet | TypedTable]
    daily: RawSheet | None
    unknown: list[str]
    names: list[str]
    order: DateOrder

    @classmethod
    def of(cls, found: Sequence[RawSheet | TypedTable], where: Path) -> _Form:
        tables: dict[str, RawSheet | TypedTable] = {}
        daily: RawSheet | None = None
        unknown: list[str] = []
        settings: Mapping[str, str] = {}
        for table in found:
            name = contract_name(table.name)
            if name in tables or (name == DAILY_RATINGS and daily is not None):
                raise BrokenRecordsError(f"{where.name} holds the table {name} twice; leave one.")
            if name in COURSE_TABLES:
                tables[name] = table
            elif name == DAILY_RATINGS and isinstance(table, RawSheet):
                daily = table
            elif name == READ_ME and isinstance(table, RawSheet):
                settings = table.settings
            elif name not in SILENT_NAMES:
                unknown.append(table.name)
        return cls(
            where=where,
            tables=tables,
            daily=daily,
            unknown=unknown,
            names=[table.name for table in found],
            order=declared_order(settings, where.name),
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


def _is_left_empty(table: RawSheet | TypedTable, name: str, where: Path) -> bool:
    """Return whether this is a sheet of a form that nobody filled in, which does not say that there was nothing."""
    if not isinstance(table, RawSheet) or where.suffix.lower() not in WORKBOOK_ENDINGS:
        return False
    return table.row_count == 0 and not COURSE_TABLES[name].is_required


def _is_unused(ratings: RawSheet | TypedTable, form: _Form) -> bool:
    """Return whether all ratings stand in the sheet of days instead."""
    return isinstance(ratings, RawSheet) and ratings.row_count == 0 and form.daily is not None


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
    table: RawSheet | TypedTable, name: str, form: _Form, study: Study | None, remarks: list[Remark]
) -> ir.Table | pa.Table:
    """Return one table with the contract's names for its columns; what was not read is remarked on."""
    contract = COURSE_TABLES[name]
    headings = table.headings if isinstance(table, RawSheet) else table.rows.columns
    names = [contract_name(heading) for heading in headings]
    refuse_repeated(table.name, [column for column in names if column in contract.column_names], form.where.name)
    absent = [column for column in contract.column_names if column not in names]
    for heading, column in zip(headings, names, strict=True):
        if column not in contract.column_names:
            remarks.append((name, unknown_sentence("column", heading, absent), "noted", None))
    known = {column: index for index, column in enumerate(names) if column in contract.column_names}
    if isinstance(table, RawSheet):
        remarks.extend(_as_contract_remarks(table, name))
        return _from_cells(table, name, known, form, study, remarks)
    rows = table.rows.select(**{column: table.rows[headings[index]] for column, index in known.items()})
    for column, value in _defaults(name, study).items():
        if column not in known:
            rows = rows.mutate(**{column: value})
            remarks.append((name, _filled_sentence(column, value), "noted", None))
    return rows


def _from_cells(
    sheet: RawSheet, name: str, known: dict[str, int], form: _Form, study: Study | None, remarks: list[Remark]
) -> pa.Table:
    columns = {column: sheet.cells.column(index) for column, index in known.items()}
    for column, value in _defaults(name, study).items():
        if column not in columns or (sheet.row_count and columns[column].null_count == sheet.row_count):
            columns[column] = pa.array([value] * sheet.row_count, pa.string())
            remarks.append((name, _filled_sentence(column, value), "noted", None))
    row_keys = pc.binary_join_element_wise(f"{name} row", pc.cast(sheet.row_numbers, pa.string()), " ")
    read, dates = with_dates_read(columns, COURSE_TABLES[name], row_keys, form.order)
    remarks.extend(dates)
    return pa.table({**read, ROW_KEY: row_keys})


def _add_daily_ratings(
    daily: RawSheet,
    tables: dict[str, ir.Table | pa.Table],
    form: _Form,
    study: Study | None,
    remarks: list[Remark],
) -> None:
    """Add the ratings of the sheet that has one column a day to those of the sheet that has one row a rating."""
    daily = _without_examples(daily, SHEET_OF_DAYS, remarks)
    courses, ratings = tables.get("courses"), tables.get("ratings")
    if (
        daily.row_count == 0
        or not isinstance(courses, pa.Table)
        or not (ratings is None or isinstance(ratings, pa.Table))
    ):
        rule = (
            "the sheet has no row"
            if daily.row_count == 0
            else "a sheet of days is read beside sheets only; it was not read"
        )
        remarks.append((SHEET_OF_DAYS, rule, "noted", None))
        tables.setdefault("ratings", _NO_RATINGS)
        return
    cells = {name: courses[name].to_pylist() for name in courses.column_names}
    found, remarks_of_days = read_daily_ratings(daily, cells, _defaults("ratings", study)["scale"], form.where.name)
    remarks.extend(remarks_of_days)
    tables["ratings"] = found if ratings is None else pa.concat_tables([_with_all_columns(ratings, found), found])


def _with_all_columns(ratings: pa.Table, like: pa.Table) -> pa.Table:
    empty = pa.nulls(ratings.num_rows, pa.string())
    return pa.table({n: ratings[n] if n in ratings.column_names else empty for n in like.column_names})


_NO_RATINGS = pa.table({name: pa.array([], pa.string()) for name in (*COURSE_TABLES["ratings"].column_names, ROW_KEY)})


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


def _without_examples(table: RawSheet, name: str, remarks: list[Remark]) -> RawSheet:
    """Return a sheet without the example rows of the template, which are nobody's records."""
    columns = [
        table.cells.column(index)
        for index, heading in enumerate(table.headings)
        if contract_name(heading) in ("person_id", "course_id")
    ]
    if not columns or table.row_count == 0:
        return table
    is_example = pc.fill_null(pc.starts_with(columns[0], EXAMPLE_PREFIX), False)
    for column in columns[1:]:
        is_example = pc.or_(is_example, pc.fill_null(pc.starts_with(column, EXAMPLE_PREFIX), False))
    count = pc.sum(is_example.cast(pa.int64())).as_py()
    if not count:
        return table
    if count < table.row_count:  # a sheet that holds nothing else is one that nobody has filled in
        rule = f"{count} example row{'s' if count > 1 else ''} of the template (EXAMPLE-…) not read"
        remarks.append((name, rule, "noted", None))
    return table.without(is_example)
