"""How does a column of the records become a column of its CDM type? Texts are read, blanks are empty, nothing crashes.

Numbers in quotes, ids written as ``8507.0``, dates as ``2024-01-31`` or ``20240131``, times with ``T`` or a blank between and
with or without seconds: all are read. A zone behind a time is passed over, since the contract's times are wall-clock times.
What cannot be read is empty, and named, so that it can be listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from abate.knowledge.cdm import CdmType

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Every pattern reads the raw text, with blanks and quotes around it, and each expression refers to it as seldom as it can:
# SQL repeats what is referred to, and nested expressions would multiply.
_OPEN, _CLOSE = r"^\s*\"?\s*", r"\s*\"?\s*$"
#: Nothing, or what exports write where a number, a date or an id is missing.
_NOTHING = rf"(?i){_OPEN}(?:null|nan|na|none|\\n)?{_CLOSE}"
_INTEGER = rf"{_OPEN}([+-]?\d+)(?:\.0*)?{_CLOSE}"
_NUMBER = rf"{_OPEN}([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?){_CLOSE}"
_DASHED = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"
_CLOCK = r"(?:\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?|\d{6}|\d{4})\s*(?:Z|[+-]\d{2}:?\d{2})?"
_MOMENT = rf"{_OPEN}(?:\d{{8}}(?:[T ]*{_CLOCK})?|{_DASHED}(?:[T ]+{_CLOCK})?){_CLOSE}"
_YEAR = rf"{_OPEN}(\d{{4}})"
_MONTH = rf"{_OPEN}\d{{4}}[-/]?(\d{{1,2}})"
_DAY = rf"{_OPEN}\d{{4}}(?:\d{{2}}|[-/]\d{{1,2}}[-/])(\d{{1,2}})"
_BEFORE_CLOCK = rf"{_OPEN}(?:\d{{8}}[T ]*|{_DASHED}[T ]+)"
_HOUR = rf"{_BEFORE_CLOCK}(\d{{1,2}})"
_MINUTE = rf"{_BEFORE_CLOCK}(?:\d{{1,2}}:|\d{{2}})(\d{{2}})"
_SECOND = rf"{_BEFORE_CLOCK}(?:\d{{1,2}}:\d{{2}}:|\d{{4}})(\d{{2}}(?:\.\d+)?)"

IBIS_TYPES: Mapping[CdmType, str] = {
    CdmType.ID: "int64",
    CdmType.INTEGER: "int64",
    CdmType.NUMBER: "float64",
    CdmType.DATE: "date",
    CdmType.TIME: "timestamp",
    CdmType.TEXT: "string",
}


@dataclass(frozen=True, kw_only=True)
class ReadColumn:
    """A column of its CDM type; ``is_unreadable`` is None where every value of the stored type can be read."""

    value: Any
    is_unreadable: Any | None


def read_column(raw: ir.Value, kind: CdmType) -> ReadColumn:
    """Return ``raw`` as its CDM type."""
    if kind is CdmType.TEXT:
        return ReadColumn(value=trimmed(raw.cast("string")).nullif(""), is_unreadable=None)
    if may_be_unreadable(raw, kind):
        text = raw.cast("string")
        value = _READERS[kind](text)
        return ReadColumn(value=value, is_unreadable=value.isnull() & (~text.re_search(_NOTHING)).fill_null(False))
    return ReadColumn(value=_converted(raw, kind), is_unreadable=None)


def may_be_unreadable(raw: ir.Value, kind: CdmType) -> bool:
    """Return whether values may not be of the CDM type: texts, and dates written as numbers."""
    if kind is CdmType.TEXT:
        return False
    return bool(raw.type().is_string() or (kind in (CdmType.DATE, CdmType.TIME) and raw.type().is_numeric()))


def trimmed(text: ir.StringValue) -> ir.StringValue:
    """Return a text without blanks at its ends.

    Not Ibis's strip(): on Spark it also takes the letter "v" away (``\\v`` stands unread in its list of blanks). Most texts
    have no blank there, and the pattern costs ten times the look at the ends.
    """
    may_have_blanks = text.startswith(" ") | text.endswith(" ")
    for blank in ("\t", "\n", "\r"):
        may_have_blanks |= text.contains(blank)
    return may_have_blanks.ifelse(text.re_replace(r"^\s+|\s+$", ""), text)


def _converted(raw: ir.Value, kind: CdmType) -> ir.Value:
    """Return a value that is stored as a number, date or time; NaN and infinity are empty."""
    if raw.type().is_floating():
        # Comparisons, not isinf(): that is always false on Spark.
        is_number = raw.isnan().fill_null(True) == ibis.literal(False)
        raw = (is_number & (raw.abs() < 1e300)).ifelse(raw, ibis.null(raw.type()))
    if kind is CdmType.DATE and raw.type().is_timestamp():
        return raw.date()
    return raw.cast(IBIS_TYPES[kind])


def _read_integer(text: ir.StringValue) -> ir.IntegerValue:
    # Nearly all ids are plain digits, and a file is searched by them: casting there and back is faster than a pattern.
    plain = text.try_cast("int64")
    return (plain.cast("string") == text).ifelse(plain, text.re_extract(_INTEGER, 1).try_cast("int64"))


def _read_number(text: ir.StringValue) -> ir.FloatingValue:
    return text.re_extract(_NUMBER, 1).try_cast("float64")


def _read_date(text: ir.StringValue) -> ir.DateValue:
    return _if_moment(text, _date_text(text)).try_cast("date")


def _read_time(text: ir.StringValue) -> ir.TimestampValue:
    hour, minute, second = (_clock_part(text, part) for part in (_HOUR, _MINUTE, _SECOND))
    # Two digits for the hour: DuckDB reads no time that begins "9:05".
    clock = hour.lpad(2, "0") + ":" + minute + ":" + second
    return _if_moment(text, _date_text(text) + " " + clock).try_cast("timestamp")


def _if_moment(text: ir.StringValue, written: ir.StringValue) -> ir.StringValue:
    return text.re_search(_MOMENT).ifelse(written, ibis.null("string"))


def _date_text(text: ir.StringValue) -> ir.StringValue:
    return text.re_extract(_YEAR, 1) + "-" + text.re_extract(_MONTH, 1) + "-" + text.re_extract(_DAY, 1)


def _clock_part(text: ir.StringValue, pattern: str) -> ir.StringValue:
    return text.re_extract(pattern, 1).nullif("").fill_null("00")


_READERS = {
    CdmType.ID: _read_integer,
    CdmType.INTEGER: _read_integer,
    CdmType.NUMBER: _read_number,
    CdmType.DATE: _read_date,
    CdmType.TIME: _read_time,
}
