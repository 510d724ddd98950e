"""How is a table written as CSV for another program? Plain UTF-8 without a mark, empty for what there is not, no cell that runs.

A text that could be taken for a formula, for an empty cell or for several levels at once is changed as little as makes it safe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from abate.report.csv_text import guarded
from abate.report.words import clean

Cell = str | int | float | None

#: Stands between several names, and between several levels, in a summarised result.
SEPARATOR = " &&& "


def number_text(number: float) -> str:
    """Return a number with ten significant digits, as results.json has them; never a negative zero.

    Examples
    --------
    >>> number_text(100 * 41 / 49)
    '83.67346939'
    """
    return f"{number + 0.0:.10g}"


def level_text(text: str) -> str:
    """Return a text from a study or from records as one cell: in one line, never empty, never read as nothing or as two levels.

    Examples
    --------
    >>> level_text("NA"), level_text("a &&& b"), level_text("=1+1")
    ('(NA)', 'a & b', "'=1+1")
    """
    line = " ".join(clean(text).replace("&&&", "&").split())
    if line == "" or line == "NA":
        return f"({line or 'empty'})"
    return str(guarded(line))


def as_machine_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, empty: str = "") -> str:
    """Return a table as CSV; ``empty`` stands for None. Texts are made safe by whoever gives them, see `level_text`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_written(cell, empty) for cell in row] for row in rows)
    return text.getvalue()


def _written(cell: Cell, empty: str) -> str:
    if cell is None:
        return empty
    if isinstance(cell, float):
        return number_text(cell)
    return str(cell)
