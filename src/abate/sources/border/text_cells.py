"""What does a cell of text say? Numbers, times and yes or no, read from text column by column, alike on every engine.

A cell that cannot be read is never guessed: it becomes empty and is flagged, so that its row can be named in the findings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc

from abate.contracts.schema import ColumnType

#: Texts that say "nothing was recorded" in spreadsheets and in exports of statistical programs.
EMPTY_WORDS = ("", "NA", "N/A", "NULL", ".")
YES_WORDS = ("yes", "y", "true", "t", "1", "x")
NO_WORDS = ("no", "n", "false", "f", "0")

NUMBER_TEXT = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?$"
DATE_TEXT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MINUTE_TEXT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9]$"
SECOND_TEXT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?$"

# Beyond 2**53 a floating number no longer tells neighbouring whole numbers apart.
_LARGEST_WHOLE = 2.0**53


@dataclass(frozen=True, kw_only=True)
class TextReading:
    """A column of text read: typed values, which cells could not be read, and which times are dates without a clock time."""

    values: pa.ChunkedArray
    unread: pa.ChunkedArray
    date_only: pa.ChunkedArray | None = None


def read_text_cells(text: pa.ChunkedArray, kind: ColumnType) -> TextReading:
    """Return a column of text as the contract's type ``kind``: a number, whole number, time, date or yes and no."""
    return _READERS[kind](_filled(text))


def _filled(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts without outer blanks, empty where they only say that nothing was recorded."""
    trimmed = pc.utf8_trim_whitespace(text.cast(pa.string()))
    return _only(trimmed, pc.invert(pc.is_in(pc.utf8_upper(trimmed), pa.array(EMPTY_WORDS))))


def _only(cells: pa.ChunkedArray, is_kept: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.fill_null(is_kept, False), cells, pa.scalar(None, cells.type))


def _missed(text: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.and_(pc.is_valid(text), pc.is_null(values))


def _read_number(text: pa.ChunkedArray) -> TextReading:
    numbers = _only(text, pc.match_substring_regex(text, NUMBER_TEXT))
    values = pc.cast(pc.replace_substring_regex(numbers, r"^[+]", ""), pa.float64())
    return TextReading(values=values, unread=_missed(text, values))


def _read_integer(text: pa.ChunkedArray) -> TextReading:
    numbers = _read_number(text).values
    is_whole = pc.and_(pc.equal(numbers, pc.floor(numbers)), pc.less_equal(pc.abs(numbers), _LARGEST_WHOLE))
    values = pc.cast(_only(numbers, is_whole), pa.int64())
    return TextReading(values=values, unread=_missed(text, values))


def _read_time(text: pa.ChunkedArray) -> TextReading:
    real = _only(text, _has_real_date(text))
    is_date, is_minute, is_second = (
        pc.fill_null(pc.match_substring_regex(real, pattern), False)
        for pattern in (DATE_TEXT, MINUTE_TEXT, SECOND_TEXT)
    )
    blank = pc.replace_substring(real, "T", " ")
    whole = pc.case_when(
        pc.make_struct(is_date, is_minute, is_second),
        pc.binary_join_element_wise(blank, "00:00:00", " "),
        pc.binary_join_element_wise(blank, "00", ":"),
        blank,
    )
    values = pc.cast(whole, pa.timestamp("us"))
    return TextReading(values=values, unread=_missed(text, values), date_only=is_date)


def _has_real_date(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return whether the first ten characters are a day of the calendar, which 2024-02-30 is not."""
    days = pc.utf8_slice_codeunits(text, 0, 10)
    # Few different days stand in even a long column.
    real = [day for day in pc.unique(days).to_pylist() if day is not None and _is_real_date(day)]
    return pc.is_in(days, pa.array(real, pa.string()))


def _is_real_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read_date(text: pa.ChunkedArray) -> TextReading:
    reading = _read_time(text)
    return TextReading(
        values=pc.cast(pc.floor_temporal(reading.values, unit="day"), pa.date32()), unread=reading.unread
    )


def _read_boolean(text: pa.ChunkedArray) -> TextReading:
    lower = pc.utf8_lower(text)
    is_yes, is_no = pc.is_in(lower, pa.array(YES_WORDS)), pc.is_in(lower, pa.array(NO_WORDS))
    values = pc.if_else(pc.or_(is_yes, is_no), is_yes, pa.scalar(None, pa.bool_()))
    return TextReading(values=values, unread=_missed(text, values))


_READERS: Mapping[ColumnType, Callable[[pa.ChunkedArray], TextReading]] = MappingProxyType(
    {
        ColumnType.INTEGER: _read_integer,
        ColumnType.NUMBER: _read_number,
        ColumnType.TIME: _read_time,
        ColumnType.DATE: _read_date,
        ColumnType.BOOLEAN: _read_boolean,
    }
)
