"""What do the cells of a table hold? Numbers or words, column by column, and a number as a program reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from abate.report.csv_text import as_csv
from abate.report.numbers import MINUS, NARROW_SPACE
from abate.report.report_table import ReportTable, RowKind
from abate.report.section import Section
from abate.report.words import clean

_NUMBER = re.compile(r"^-?\d+(\.\d+)?(e[+-]?\d+)?$")
_BEGINS_AS_NUMBER = re.compile(rf"^([<>+{MINUS}-]\s?)?\d|^[\u2013-]?$")


def number_tables(sections: Sequence[Section]) -> Mapping[str, int]:
    """Return the number of each table of the sections by its id, counted through the report as the page counts them."""
    tables = [table for section in sections for table in section.tables]
    return {table.id: number for number, table in enumerate(tables, start=1)}


def table_as_csv(table: ReportTable) -> str:
    """Return a table as CSV: true numbers where a cell is one, else the text of the report."""
    return as_csv(table.columns, ([machine_number(cell) for cell in row.cells] for row in table.rows))


def machine_number(cell: str) -> str:
    """Return a cell that is a number as a program reads it; another as it stands, with plain spaces.

    Examples
    --------
    >>> machine_number("−4.10")
    '-4.10'
    >>> machine_number("60\u202f000")
    '60000'
    """
    plain = cell.replace(NARROW_SPACE, "").replace(MINUS, "-").removeprefix("+")
    return plain if is_number(plain) else clean(cell).replace(NARROW_SPACE, " ")


def is_number(plain: str) -> bool:
    """Return whether a text as `machine_number` gives it is a number."""
    return _NUMBER.fullmatch(plain) is not None


def holds_numbers(table: ReportTable, place: int) -> bool:
    """Return whether the column at ``place`` is one of numbers, so that it stands to the right."""
    if place == 0 or table.is_prose:
        return False
    cells = [row.cells[place] for row in table.rows if row.kind is not RowKind.GROUP]
    return 2 * sum(begins_as_number(cell) for cell in cells) > len(cells)


def begins_as_number(cell: str) -> bool:
    """Return whether a cell is read as a number: 45/59 (76 %), −4.1 (−4.9 to −3.2), < 0.001, or an empty one."""
    return _BEGINS_AS_NUMBER.match(cell) is not None
