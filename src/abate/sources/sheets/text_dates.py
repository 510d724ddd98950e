"""Which day does "03/04/2024" mean? The order that the workbook declares decides; without one, such a text is not read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from abate.base.errors import BrokenRecordsError
from abate.contracts.schema import ColumnType, Table
from abate.sources.findings import Remark
from abate.sources.sheets.names import contract_name

#: The earliest year of a date in a workbook; earlier ones are slips such as 0203 for 2023.
FIRST_YEAR = 1900

#: What stands beside the setting on the sheet "read me".
DATE_ORDER_LABEL = "Dates written as text are"


class DateOrder(StrEnum):
    """In which order a date written as text names day, month and year."""

    YEAR_FIRST = "year-month-day"
    DAY_FIRST = "day/month/year"
    MONTH_FIRST = "month/day/year"


_DATE = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?:[ T]+([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?)?")
#: Where year, month and day stand among the three numbers.
_PLACES: Mapping[DateOrder, tuple[int, int, int]] = {
    DateOrder.YEAR_FIRST: (0, 1, 2),
    DateOrder.DAY_FIRST: (2, 1, 0),
    DateOrder.MONTH_FIRST: (2, 0, 1),
}


def declared_order(settings: Mapping[str, str], where: str) -> DateOrder:
    """Return the order that the sheet "read me" declares; without one, only a date that begins with its year is read.

    Raises
    ------
    BrokenRecordsError
        If the setting is none of the three orders.
    """
    for label, value in settings.items():
        if contract_name(label) == contract_name(DATE_ORDER_LABEL):
            for order in DateOrder:
                if value.strip().lower() == order.value:
                    return order
            raise BrokenRecordsError(
                f"on the sheet 'read me' of {where}, the order of dates is none of {', '.join(DateOrder)}; choose one of the list."
            )
    return DateOrder.YEAR_FIRST


def in_iso_form(text: str, order: DateOrder) -> str | None:
    """Return a date written in the declared order as 2024-03-01 (with its clock time, if it has one); None where it is none.

    A year has four digits; a date that begins with one is read in any order, for nothing else can be meant.

    Examples
    --------
    >>> in_iso_form("3/4/2024 9:30", DateOrder.DAY_FIRST)
    '2024-04-03 09:30:00'
    >>> in_iso_form("25/03/2024", DateOrder.MONTH_FIRST) is None
    True
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    numbers = (match[1], match[3], match[4])
    year, month, day = (numbers[place] for place in _PLACES[DateOrder.YEAR_FIRST if len(match[1]) == 4 else order])
    if len(year) != 4 or len(month) > 2 or len(day) > 2:
        return None
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    if match[5] is None:
        return date.isoformat()
    return f"{date.isoformat()} {int(match[5]):02}:{match[6]}:{match[7] or '00'}"


def looks_like_a_date(text: str) -> bool:
    """Return whether a text has the form of a date in any order, be it possible or not."""
    return _DATE.fullmatch(text.strip()) is not None


def with_dates_read(
    columns: Mapping[str, pa.ChunkedArray | pa.Array], contract: Table, keys: pa.Array, order: DateOrder
) -> tuple[dict[str, pa.ChunkedArray | pa.Array], list[Remark]]:
    """Return a table's columns with the dates that are written as text in the form of the contract, and what was done.

    A text that is no date in the declared order stays as it is, for the border to name. A date before 1900 is emptied.
    """
    changed = dict(columns)
    remarks: list[Remark] = []
    for column in contract.columns:
        if column.type not in (ColumnType.TIME, ColumnType.DATE) or column.name not in columns:
            continue
        cells = columns[column.name]
        texts = [text for text in pc.unique(cells).to_pylist() if text is not None]
        read = {text: iso for text in texts if (iso := in_iso_form(text, order)) not in (None, text)}
        early = {text for text in texts if (iso := in_iso_form(text, order)) and int(iso[:4]) < FIRST_YEAR}
        if read or early:
            new = [None if text in early else read.get(text, text) for text in cells.to_pylist()]
            changed[column.name] = pa.array(new, pa.string())
        remarks += _remarks(contract.name, column.name, cells.to_pylist(), keys.to_pylist(), order, set(read), early)
    return changed, remarks


def _remarks(
    table: str,
    column: str,
    cells: list[str | None],
    keys: list[str],
    order: DateOrder,
    read: set[str],
    early: set[str],
) -> Iterable[Remark]:
    turned = sum(text in read and text not in early and not _begins_with_year(text) for text in cells)
    if turned:
        how = f"it was read as {order}, as the sheet 'read me' declares"
        yield table, f"{column} is a text in {_rows(turned)}; {how}", "noted", None
    unread = sum(text is not None and looks_like_a_date(text) and in_iso_form(text, order) is None for text in cells)
    if unread:
        how = f"but no date when read as {order}, the order declared on the sheet 'read me'"
        yield table, f"{column} is a text in {_rows(unread)}, {how}", "noted", None
    for text, key in zip(cells, keys, strict=True):
        if text in early:
            yield table, f"{column} is before {FIRST_YEAR}; read as empty", "repaired", key


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _begins_with_year(text: str | None) -> bool:
    return text is not None and re.match(r"\d{4}", text) is not None
