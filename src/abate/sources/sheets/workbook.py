"""What stands in the cells of a workbook? Values only: a formula is never computed, its stored value is read."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import pyarrow as pa

from abate.base.errors import NotRecordsError
from abate.sources.findings import Remark
from abate.sources.sheets.layout import Layout, read_layout
from abate.sources.sheets.names import READ_ME, contract_name
from abate.sources.sheets.raw import RawSheet, may_not_be_read

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

WORKBOOK_ENDINGS = (".xlsx", ".xlsm")

# Excel keeps fifteen digits of a number: a longer id stored as a number has lost its end.
_MOST_DIGITS = 10**15


@dataclass(frozen=True)
class _Cell:
    """Place of a cell that holds a formula or an error of the spreadsheet."""

    row: int
    column: int


def read_workbook(path: Path) -> list[RawSheet]:
    """Return every sheet of a workbook that has headings; rows without any value are no rows.

    Raises
    ------
    NotRecordsError
        If the file is no .xlsx workbook.
    RecordsNotFoundError
        If it may not be read.
    """
    with _opened(path, is_values=False) as book:
        sheets = [_SheetReader(sheet) for sheet in book.worksheets]
    if any(sheet.formulas for sheet in sheets):
        with _opened(path, is_values=True) as book:
            for sheet, values in zip(sheets, book.worksheets, strict=True):
                sheet.take_stored_values(values)
    return [sheet.as_raw() for sheet in sheets if sheet.headings]


def read_headings(path: Path) -> dict[str, list[str | None]]:
    """Return the headings of each sheet that has some, by its name; a column without one is None.

    Raises
    ------
    NotRecordsError, RecordsNotFoundError
        As ``read_workbook``.
    """
    found: dict[str, list[str | None]] = {}
    with _opened(path, is_values=False) as book:
        for sheet in book.worksheets:
            for _, cells in _rows_of(sheet):
                headings = _headings_in(cells)
                if headings:
                    found[sheet.title] = headings
                    break
    return found


def _headings_in(cells: Sequence[Any]) -> list[str | None]:
    headings = [cell_text(cell.value, "") for cell in cells]
    while headings and headings[-1] is None:
        headings.pop()
    return headings


class _SheetReader:
    """The cells of one sheet as text, with the formulas still to be replaced by their stored values."""

    def __init__(self, sheet: Any) -> None:
        self.name: str = sheet.title
        self.headings: list[str | None] = []
        self.rows: dict[int, list[str | None]] = {}
        self.formulas: list[_Cell] = []
        self.errors: list[_Cell] = []
        self.without_value: list[_Cell] = []
        self.long_numbers: list[_Cell] = []
        self.settings: dict[str, str] = {}
        self.heading_row = 0
        self.layout = _layout_of(sheet)
        is_read_me = contract_name(self.name) == READ_ME
        for number, cells in _rows_of(sheet):
            if is_read_me:
                self._take_setting(cells)
            if self.headings:
                self._take_row(number, cells)
            else:
                self.headings = _headings_in(cells)
                self.heading_row = number

    def _take_setting(self, cells: Sequence[Any]) -> None:
        """Take label and value of a line of the sheet "read me" that has both."""
        texts = [text for cell in cells if (text := cell_text(cell.value, "")) is not None]
        if len(texts) >= 2:
            self.settings.setdefault(texts[0].rstrip(":"), texts[1])

    def _take_row(self, number: int, cells: Sequence[Any]) -> None:
        texts: list[str | None] = []
        for index, cell in enumerate(cells[: len(self.headings)]):
            kind = getattr(cell, "data_type", None)
            if kind == "f":
                self.formulas.append(_Cell(number, index))
                texts.append(None)
            else:
                texts.append(self._text(cell, _Cell(number, index)))
        is_formula_row = bool(self.formulas) and self.formulas[-1].row == number
        if any(text is not None for text in texts) or is_formula_row or self._has_error(number):
            self.rows[number] = texts + [None] * (len(self.headings) - len(texts))

    def _has_error(self, number: int) -> bool:
        return bool(self.errors) and self.errors[-1].row == number

    def _text(self, cell: Any, place: _Cell) -> str | None:
        if getattr(cell, "data_type", None) == "e":
            self.errors.append(place)
            return None
        value = cell.value
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _MOST_DIGITS:
            self.long_numbers.append(place)
        return cell_text(value, getattr(cell, "number_format", "") if isinstance(value, dt.datetime) else "")

    def take_stored_values(self, sheet: Any) -> None:
        """Put the value that the spreadsheet program stored in the place of each formula."""
        wanted: dict[int, list[int]] = {}
        for place in self.formulas:
            wanted.setdefault(place.row, []).append(place.column)
        for number, cells in _rows_of(sheet):
            for column in wanted.get(number, ()):
                place = _Cell(number, column)
                cell = cells[column] if column < len(cells) else None
                self.rows[number][column] = None if cell is None else self._text(cell, place)
                if cell is None or cell.value is None:
                    self.without_value.append(place)

    def as_raw(self) -> RawSheet:
        kept = [index for index, heading in enumerate(self.headings) if heading is not None]
        headings = tuple(self.headings[index] or "" for index in kept)
        columns = [pa.array([row[index] for row in self.rows.values()], pa.string()) for index in kept]
        return RawSheet(
            name=self.name,
            headings=headings,
            # Arrow holds two columns of one name; whether that may be is judged where the sheet is known to be needed.
            cells=pa.Table.from_arrays(columns, names=list(headings)),
            row_numbers=pa.array(list(self.rows), pa.int64()),
            remarks=[*self._remarks(), *self._layout_remarks()],
            settings=self.settings,
        )

    def _layout_remarks(self) -> Iterator[Remark]:
        for number in sorted(self.layout.hidden_rows & set(self.rows)):
            yield (
                self.name,
                "the row is hidden in the sheet and was read all the same",
                "kept",
                f"{self.name} row {number}",
            )
        for number in sorted(self.layout.hidden_columns):
            if number <= len(self.headings) and self.headings[number - 1] is not None:
                heading = self.headings[number - 1]
                yield self.name, f"column {heading!r} is hidden and was read all the same", "noted", None
        for row, column in self.layout.merged:
            heading = self.headings[column - 1] if column <= len(self.headings) else None
            if row >= self.heading_row and heading is not None:
                rule = "the cell is merged with others, of which only the first carries a value; part them and fill in each"
                yield self.name, rule, "kept", f"{self.name} row {row}, column {heading}"

    def _remarks(self) -> Iterator[Remark]:
        for places, what in (
            (self.errors, "holds an error of the spreadsheet program such as #N/A; read as empty"),
            (self.without_value, "holds a formula without a stored value; read as empty, save the workbook in a spreadsheet program"),
            (self.long_numbers, "is a number of more than 15 digits, of which a workbook keeps 15; write ids as text"),
        ):  # fmt: skip
            action = "kept" if places is self.long_numbers else "repaired"
            for place in places:
                heading = self.headings[place.column]
                if heading is not None:
                    yield self.name, f"{heading} {what}", action, f"{self.name} row {place.row}"


def cell_text(value: Any, number_format: str) -> str | None:
    """Return a cell's value as text: whole numbers without a point, times in ISO form, dates without a clock time alone.

    Examples
    --------
    >>> cell_text(101.0, "General")
    '101'
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    if isinstance(value, dt.datetime):
        has_clock = value.time() != dt.time() or "h" in number_format.lower()
        return value.isoformat(sep=" ") if has_clock else value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).strip() or None


def _layout_of(sheet: Any) -> Layout:
    with sheet._get_source() as stream:
        return read_layout(stream)


def _rows_of(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    # Some programs write a wrong extent of the sheet into the file; without it, openpyxl reads to the end.
    sheet.reset_dimensions()
    return enumerate(sheet.iter_rows(), start=1)


@contextmanager
def _opened(path: Path, *, is_values: bool) -> Iterator[Workbook]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with warnings.catch_warnings():
        # Remarks on parts that openpyxl does not keep (styles, validations): they do not touch values.
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(path, read_only=True, data_only=is_values, keep_links=False)
        except PermissionError:
            raise may_not_be_read(path) from None
        except (BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, OSError):
            raise NotRecordsError(
                f"{path.name} cannot be read as an .xlsx workbook (damaged, locked with a password, or of another kind); "
                "open it in a spreadsheet program and save it as .xlsx."
            ) from None
        try:
            yield book
        finally:
            book.close()
