"""Which cell does a finding mean? Sheet, row and column of the workbook, from the key of the row and the words of the rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from abate.contracts.course_tables import COURSE_TABLES
from abate.sources.sheets.names import contract_name
from abate.sources.sheets.workbook import read_headings

_KEY = re.compile(r"(?P<sheet>.+?) row (?P<row>[0-9]+)(?:, column (?P<column>.+))?", re.DOTALL)
_ORDER = re.compile(r"(\w+) is (?:before|after) (\w+)")
#: Rules that do not begin with the name of their column.
_COLUMN_OF_RULE: Mapping[str, str] = {
    "its course is not in courses": "course_id",
    "the dose starts before its course or after its end": "start",
    "the course starts before the end of the person's course before it": "start",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A cell of a workbook; ``column`` counts from 1. Where the whole row is meant, it is the first cell with a heading."""

    sheet: str
    row: int
    column: int
    heading: str | None
    is_whole_row: bool = False

    @property
    def cell(self) -> str:
        """The address within the sheet, such as "D17"."""
        return f"{_letters(self.column)}{self.row}"

    @property
    def address(self) -> str:
        """The address within the workbook, such as "ratings!D17"."""
        return f"{self.sheet}!{self.cell}"


@dataclass(frozen=True, kw_only=True)
class Places:
    """The sheets of one workbook: their names, and the column of each heading (None where a column has none).

    ``aliases`` gives the heading of a column of the contract where a mapping file names it otherwise.
    """

    headings: Mapping[str, Sequence[str | None]]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def find(self, table: str, rule: str, row_key: str | None) -> tuple[Place, ...]:
        """Return the cells that a finding means: none for a remark on a whole table, two for an order of two times."""
        key = None if row_key is None else _KEY.fullmatch(row_key)
        sheet = None if key is None else self._sheet(key["sheet"])
        if key is None or sheet is None:
            return ()
        names = [key["column"]] if key["column"] else columns_of_rule(table, rule, self.headings[sheet])
        columns = [column for name in names if (column := self._column(sheet, name)) is not None]
        is_whole_row = not columns
        return tuple(
            Place(
                sheet=sheet,
                row=int(key["row"]),
                column=column,
                heading=self.headings[sheet][column - 1],
                is_whole_row=is_whole_row,
            )
            for column in columns or [self._first(sheet)]
        )

    def _sheet(self, name: str) -> str | None:
        wanted = contract_name(name)
        return next((title for title in self.headings if contract_name(title) == wanted), None)

    def _column(self, sheet: str, name: str) -> int | None:
        wanted = {contract_name(name), contract_name(self.aliases.get(name, name))}
        for number, heading in enumerate(self.headings[sheet], start=1):
            if heading is not None and contract_name(heading) in wanted:
                return number
        return None

    def _first(self, sheet: str) -> int:
        return next((number for number, heading in enumerate(self.headings[sheet], start=1) if heading is not None), 1)


def read_places(path: Path, aliases: Mapping[str, str] | None = None) -> Places:
    """Return the sheets of a workbook with their headings."""
    return Places(headings=read_headings(path), aliases=aliases or {})


def columns_of_rule(table: str, rule: str, headings: Sequence[str | None] = ()) -> list[str]:
    """Return the columns that a rule is about, by its words; none where it is about a whole row.

    Examples
    --------
    >>> columns_of_rule("ratings", "value is outside 0 to 10, the range of scale nrs")
    ['value']
    >>> columns_of_rule("courses", "end is before start")
    ['end', 'start']
    """
    if rule in _COLUMN_OF_RULE:
        return [_COLUMN_OF_RULE[rule]]
    known = COURSE_TABLES[table].column_names if table in COURSE_TABLES else ()
    order = _ORDER.fullmatch(rule)
    if order is not None and order[1] in known and order[2] in known:
        return [order[1], order[2]]
    begun = [heading for heading in headings if heading is not None and rule.startswith(f"{heading} ")]
    if begun:
        return [max(begun, key=len)]
    words = re.findall(r"\w+", re.split(r"[;,:]", rule)[0])
    return [word for word in words if word in known][:1]


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
