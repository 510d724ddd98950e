"""Which columns of the wide sheet does the mapping mean? Every name in the mapping is looked for before a row is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from abate.base.errors import MissingTableError, NotRecordsError, RecordsNotFoundError
from abate.sources.sheets.folder import CSV_ENDINGS, read_csv_text
from abate.sources.sheets.names import contract_name, nearest
from abate.sources.sheets.raw import RawSheet, may_not_be_read, refuse_repeated
from abate.sources.sheets.workbook import WORKBOOK_ENDINGS, read_workbook
from abate.sources.wide.mapping import WideSheetMapping

Cells = dict[str, str | None]


class WideColumns:
    """A wide sheet with the mapping's names for its columns.

    ``days`` gives the column of each day's rating; ``unread`` the headings that the mapping does not name.
    """

    def __init__(self, sheet: RawSheet, plan: WideSheetMapping, mapping_name: str) -> None:
        self.sheet = sheet
        self._names = [contract_name(heading) for heading in sheet.headings]
        wanted = {contract_name(name): name for name in plan.column_names}
        for name, as_written in wanted.items():
            if name not in self._names:
                raise MissingTableError(self._missing_sentence(as_written, mapping_name))
        self.days = self._day_columns(plan, mapping_name)
        used = {*wanted, *self.days.values()}
        refuse_repeated(sheet.name, [name for name in self._names if name in used], plan.file)
        self.unread = [h for h, name in zip(sheet.headings, self._names, strict=True) if name not in used]

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Yield the number of each row, and its cells by ``contract_name`` of their heading."""
        columns = [column.to_pylist() for column in self.sheet.cells.columns]
        for number, *cells in zip(self.sheet.row_numbers.to_pylist(), *columns, strict=True):
            yield number, dict(zip(self._names, cells, strict=True))

    def _missing_sentence(self, name: str, mapping_name: str) -> str:
        near = nearest(name, self._names)
        hint = f"; {near!r} looks like it" if near else ""
        return f"{mapping_name} names the column {name!r}, which the sheet {self.sheet.name!r} does not have{hint}."

    def _day_columns(self, plan: WideSheetMapping, mapping_name: str) -> dict[int, str]:
        if plan.ratings.day is None:
            return {}
        # A mark that no heading holds stands for the number while the rest is written as headings are.
        before, after = (re.escape(part) for part in contract_name(plan.ratings.day.replace("{day}", "\0")).split("\0"))
        matches = ((re.fullmatch(f"{before}([0-9]+){after}", name), name) for name in self._names)
        found = {int(match[1]): name for match, name in matches if match is not None}
        if not found:
            raise MissingTableError(
                f"{mapping_name} says that ratings stand in columns like {plan.ratings.day!r}; "
                f"the sheet {self.sheet.name!r} has none."
            )
        return dict(sorted(found.items()))


def find_sheet(path: Path, name: str | None) -> RawSheet:
    """Return the sheet called ``name`` of a workbook (the first where it is None), or a CSV file.

    Raises
    ------
    RecordsNotFoundError
        If there is no such file, or it may not be read.
    NotRecordsError
        If it is neither workbook nor CSV file.
    MissingTableError
        If the workbook has no sheet of that name.
    """
    try:
        if not path.is_file():
            raise RecordsNotFoundError(f"there is no file at {path}, which the mapping names.")
        if path.name.lower().endswith(CSV_ENDINGS):
            return read_csv_text(path, path.name.split(".")[0])
    except PermissionError:
        raise may_not_be_read(path) from None
    if path.suffix.lower() not in WORKBOOK_ENDINGS:
        raise NotRecordsError(
            f"{path.name} is neither an .xlsx workbook nor a CSV file; save the sheet as one of these."
        )
    return _named(read_workbook(path), path, name)


def _named(sheets: list[RawSheet], path: Path, name: str | None) -> RawSheet:
    if not sheets:
        raise NotRecordsError(f"{path.name} has no sheet with headings.")
    if name is None:
        return sheets[0]
    for sheet in sheets:
        if contract_name(sheet.name) == contract_name(name):
            return sheet
    near = nearest(name, [contract_name(sheet.name) for sheet in sheets])
    hint = f"; {near!r} looks like it" if near else ""
    raise MissingTableError(f"{path.name} has no sheet {name!r}{hint}.")
