"""How is a CSV file read in which every cell stays a text? Packed or not, with commas, semicolons or tabs between cells."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_SEPARATORS = (",", ";", "\t")


class NotATableError(Exception):
    """The file is no CSV in UTF-8 with a heading; what the reader said may quote a row, and is left out."""


def read_csv_texts(path: Path) -> pa.Table:
    """Return the table in a CSV file (``.csv``, ``.tsv``, or these with ``.gz``); the separator is the one its heading holds most.

    Raises
    ------
    NotATableError
        If it is no such file.
    OSError
        If it cannot be read.
    """
    import pyarrow as pa
    from pyarrow import csv

    try:
        heading = _first_line(path)
        separator = max(_SEPARATORS, key=heading.count)
        names = _names_of(heading, separator)
        return csv.read_csv(
            path,
            parse_options=csv.ParseOptions(delimiter=separator),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError, EOFError, gzip.BadGzipFile):
        raise NotATableError from None


def _first_line(path: Path) -> str:
    is_packed = path.suffix.lower() == ".gz"
    with gzip.open(path, "rt", encoding="utf-8-sig") if is_packed else open(path, encoding="utf-8-sig") as file:
        return file.readline()


def _names_of(heading: str, separator: str) -> list[str]:
    import csv

    return next(csv.reader([heading.rstrip("\r\n")], delimiter=separator), [])
