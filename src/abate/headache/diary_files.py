"""How is a diary read from a file? CSV or Parquet as an Arrow table, every cell as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from abate.base.errors import BrokenRecordsError, NotRecordsError, RecordsNotFoundError
from abate.headache.text_tables import NotATableError, read_csv_texts

if TYPE_CHECKING:
    import pyarrow as pa


def read_diary_file(path: Path) -> pa.Table:
    """Return the table in a CSV (``.csv``, ``.csv.gz``, ``.tsv``) or Parquet file; cells of a CSV file stay texts.

    Raises
    ------
    RecordsNotFoundError
        If there is no such file, or it may not be read.
    NotRecordsError
        If it is of a kind that is not read.
    BrokenRecordsError
        If it is not what its name says, or has no row.
    """
    if not path.is_file():
        raise RecordsNotFoundError(
            f"there is no file {path}; name a diary in CSV or Parquet, one row a person and day."
        )
    kinds = [suffix.lower() for suffix in path.suffixes]
    try:
        if kinds[-1:] == [".parquet"]:
            table = _read_parquet(path)
        elif ".csv" in kinds[-2:] or ".tsv" in kinds[-2:]:
            table = _read_csv(path)
        else:
            raise NotRecordsError(f"{path.name} is of no kind that is read; give .csv, .csv.gz, .tsv or .parquet.")
    except OSError as error:
        raise RecordsNotFoundError(f"{path} cannot be read ({error.strerror or 'no reason given'}).") from None
    if table.num_rows == 0:
        raise BrokenRecordsError(f"{path.name} has a heading but no row; give one row a person and day.")
    return table


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid:
        raise BrokenRecordsError(f"{path.name} is not a Parquet file, or a damaged one; write it anew.") from None
    if any(pa.types.is_nested(column.type) for column in table.schema):
        raise BrokenRecordsError(f"{path.name} has a column of lists or structs; a diary has one value a cell.")
    return table


def _read_csv(path: Path) -> pa.Table:
    try:
        return read_csv_texts(path)
    except NotATableError:
        raise BrokenRecordsError(
            f"{path.name} cannot be read as CSV: its rows have different numbers of cells, or it is not UTF-8; save it as "
            "CSV (UTF-8) with one heading."
        ) from None
