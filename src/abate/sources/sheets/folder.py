"""What stands in a folder of tables? CSV as text with row numbers, Parquet with its types, one file a table."""

from __future__ import annotations

import codecs
import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from abate.base.errors import BrokenRecordsError, NotRecordsError, RecordsNotFoundError
from abate.contracts.course_tables import COURSE_TABLES
from abate.contracts.schema import ColumnType
from abate.sources.findings import Remark
from abate.sources.sheets.names import contract_name
from abate.sources.sheets.raw import RawSheet, TypedTable, may_not_be_read

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine

CSV_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
PARQUET_ENDINGS = (".parquet",)
TABLE_ENDINGS = (*CSV_ENDINGS, *PARQUET_ENDINGS)

_DELIMITERS = ",;\t|"
_EMPTY_WORDS = ["", "NA", "N/A", "NULL", "."]


def table_files(folder: Path) -> dict[str, Path]:
    """Return the files of a folder that hold tables, by the name of the table.

    Raises
    ------
    RecordsNotFoundError
        If the folder may not be read.
    BrokenRecordsError
        If two files hold one table.
    """
    try:
        entries = sorted(folder.iterdir())
    except PermissionError:
        raise may_not_be_read(folder) from None
    found: dict[str, Path] = {}
    for path in entries:
        name = table_name(path)
        if name is None:
            continue
        if name in found and name in COURSE_TABLES:
            raise BrokenRecordsError(
                f"{folder.name} holds the table {name} twice, as {found[name].name} and {path.name}; leave one."
            )
        found[name] = path
    return found


def table_name(path: Path) -> str | None:
    """Return the name of the table that a file holds, or None where it is no table file."""
    for ending in TABLE_ENDINGS:
        if path.name.lower().endswith(ending):
            return contract_name(path.name[: -len(ending)])
    return None


def read_folder(folder: Path, wanted: Iterable[str], engine: Engine) -> list[RawSheet | TypedTable]:
    """Return those tables of a folder whose names are ``wanted``."""
    files = table_files(folder)
    return [read_file(files[name], name, engine) for name in wanted if name in files]


def read_file(path: Path, name: str, engine: Engine) -> RawSheet | TypedTable:
    """Return one file as a table called ``name``."""
    try:
        with os.scandir(path) if path.is_dir() else path.open("rb"):
            pass
    except PermissionError:
        raise may_not_be_read(path) from None
    if path.name.lower().endswith(PARQUET_ENDINGS):
        return TypedTable(name=name, rows=_read_parquet(path, engine))
    return read_csv_text(path, name)


def _read_parquet(path: Path, engine: Engine) -> ir.Table:
    import pyarrow.parquet as pq

    parts = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    try:
        schemas = [pq.read_schema(part) for part in parts]
    except (pa.ArrowInvalid, OSError):
        raise NotRecordsError(f"{path.name} cannot be read as Parquet; is it whole?") from None
    if not parts:
        raise RecordsNotFoundError(f"the folder {path.name} holds no Parquet file.")
    if any(pa.types.is_timestamp(kind) and kind.unit == "ns" for schema in schemas for kind in schema.types):
        # Spark does not read nanoseconds; no rating has them.
        return engine.from_arrow(_in_microseconds(pa.concat_tables([pq.read_table(part) for part in parts])), path.stem)
    return engine.read_parquet(parts if path.is_dir() else path)


def _in_microseconds(table: pa.Table) -> pa.Table:
    fields = [
        field.with_type(pa.timestamp("us", field.type.tz))
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns"
        else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields), safe=False)


def read_csv_text(path: Path, name: str) -> RawSheet:
    """Return a CSV file as text: delimiter and encoding are found, broken lines are named and left out."""
    first_line, encoding = first_line_of(path)
    delimiter = max(_DELIMITERS, key=first_line.count)
    headings = tuple(text.strip() for text in next(csv.reader([first_line], delimiter=delimiter)))
    broken: list[int] = []
    blank: list[int] = []

    def on_broken_line(row: arrow_csv.InvalidRow) -> str:
        (broken if row.text.strip(f" {delimiter}") else blank).append(row.number)
        return "skip"

    try:
        cells = arrow_csv.read_csv(
            path,
            # One thread, so that a line that cannot be read has its number.
            read_options=arrow_csv.ReadOptions(
                use_threads=False, encoding=encoding, skip_rows=1, column_names=[f"c{i}" for i in range(len(headings))]
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=on_broken_line,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={f"c{i}": pa.string() for i in range(len(headings))},
                null_values=_EMPTY_WORDS,
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError):
        raise NotRecordsError(f"{path.name} cannot be read as CSV; save it anew as CSV in UTF-8.") from None
    cells = pa.Table.from_arrays([_trimmed(column) for column in cells.columns], names=list(headings))
    numbers = _row_numbers(cells.num_rows, {*broken, *blank})
    is_row = _has_any_value(cells)
    cells, remarks = _with_decimal_points(cells.filter(is_row), name, delimiter)
    return RawSheet(
        name=name,
        headings=headings,
        cells=_with_whole_ids(cells, name),
        row_numbers=numbers.filter(is_row),
        remarks=[*remarks, *_broken_lines(name, broken, len(headings)), *_encoding_remarks(name, encoding)],
    )


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def first_line_of(path: Path) -> tuple[str, str]:
    """Return the heading line and the encoding: UTF-8 or UTF-16 as the file says, else the Windows encoding of Excel."""
    with pa.input_stream(str(path), compression="detect") as stream:
        content = stream.read(1 << 20)
    if not content.strip():
        raise NotRecordsError(f"{path.name} is empty; its first line must name the columns.")
    encoding = _encoding_of(path, content)
    lines = content.decode(encoding, errors="ignore").lstrip("\ufeff").splitlines()
    return lines[0], encoding


def _encoding_of(path: Path, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            while block := stream.read(1 << 20):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _row_numbers(count: int, left_out: set[int]) -> pa.Array:
    """Return the line numbers of the rows that were read, the heading being line 1."""
    lines = np.arange(2, 2 + count + len(left_out), dtype=np.int64)
    return pa.array(lines[~np.isin(lines, list(left_out))] if left_out else lines)


def _has_any_value(cells: pa.Table) -> pa.Array:
    present = [pc.is_valid(column) for column in cells.columns]
    result = present[0]
    for column in present[1:]:
        result = pc.or_(result, column)
    return result


def _with_decimal_points(cells: pa.Table, name: str, delimiter: str) -> tuple[pa.Table, Sequence[Remark]]:
    """Read decimal commas as points where semicolons part the columns, as spreadsheets of many countries write them."""
    if delimiter != ";":
        return cells, ()
    changed = []
    for index, heading in enumerate(cells.column_names):
        if name not in COURSE_TABLES or _type_of(name, heading) is ColumnType.NUMBER:
            points = pc.replace_substring_regex(cells.column(index), r"^([+-]?[0-9]+),([0-9]+)$", r"\1.\2")
            if not points.equals(cells.column(index)):
                changed.append(heading)
                cells = cells.set_column(index, heading, points)
    return cells, [(name, f"decimal commas were read as points in {heading}", "noted", None) for heading in changed]


def _with_whole_ids(cells: pa.Table, name: str) -> pa.Table:
    """Read 101.0 as 101 in ids: statistical programs write so a column of numbers that has an empty cell."""
    for index, heading in enumerate(cells.column_names):
        if _type_of(name, heading) is ColumnType.ID:
            whole = pc.replace_substring_regex(cells.column(index), r"^(-?[0-9]+)\.0+$", r"\1")
            cells = cells.set_column(index, heading, whole)
    return cells


def _type_of(table: str, heading: str) -> ColumnType | None:
    contract, column = COURSE_TABLES.get(table), contract_name(heading)
    return contract.column(column).type if contract is not None and column in contract.column_names else None


def _broken_lines(name: str, broken: Sequence[int], width: int) -> list[Remark]:
    return [(name, f"the line does not have {width} cells", "dropped", f"{name} row {number}") for number in broken]


def _encoding_remarks(name: str, encoding: str) -> list[Remark]:
    if encoding != "cp1252":
        return []
    return [(name, "the file is not in UTF-8; it was read in the Windows encoding cp1252", "noted", None)]
