"""How is a table written as CSV so that no spreadsheet program runs a cell of it?"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: A cell that begins so could be run as a formula by a spreadsheet program.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?(e[+-]?\d+)?$")


def guarded(cell: Any) -> str:
    """Return a cell as text that no spreadsheet program runs.

    Examples
    --------
    >>> guarded("=1+1")
    "'=1+1"
    >>> guarded(-4.5)
    '-4.5'
    """
    if cell is None:
        return ""
    if isinstance(cell, bool | int | float):
        return repr(cell)
    text = str(cell)
    return f"'{text}" if could_run(text) else text


def could_run(text: str) -> bool:
    """Return whether a spreadsheet program could run a text as a formula; a plain number it could not."""
    return text.startswith(_FORMULA_STARTS) and not _NUMBER.match(text)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV, its text cells guarded against running as formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in columns])
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()


def columns_as_csv(columns: Mapping[str, Sequence[Any]]) -> str:
    """Return a table as CSV, from one column a name; see :func:`as_csv`."""
    return as_csv(list(columns), zip(*columns.values(), strict=True))
