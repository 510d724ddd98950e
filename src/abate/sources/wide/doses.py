"""How do a total and two rates become stretches of a dose? The wide sheet says how much, hardly ever when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from abate.sources.border.reading import ROW_KEY
from abate.sources.wide.lines import Line, Notes, Row
from abate.sources.wide.mapping import DoseColumns
from abate.sources.wide.stays import ONE_MINUTE, read_number, time_text


def dose_rows(columns: DoseColumns, line: Line, notes: Notes) -> Iterator[Row]:
    """Yield the dose of one course: the first rate for a minute, the highest for a minute, the rest evenly between.

    First, highest and mean rate and the total are then those of the sheet; without a total the stretch between has none.
    """
    total = _number(columns.total_mg, line, notes)
    first = _number(columns.first_rate_mg_h, line, notes)
    highest = _number(columns.highest_rate_mg_h, line, notes)
    start, end = line.stay.start, line.stay.end
    if total is None and first is None and highest is None:
        return
    begin_after, stop_before = (ONE_MINUTE * (rate is not None) for rate in (first, highest))
    if start is None or end is None or end - start <= begin_after + stop_before:
        notes.say("doses", "the dose has no course to be spread over", "dropped", line.key)
        return
    if first is not None:
        yield _stretch(line, start, start + ONE_MINUTE, first, first / 60, "first rate in the sheet, for a minute")
    yield _rest(line, start + begin_after, end - stop_before, total, ((first or 0.0) + (highest or 0.0)) / 60)
    if highest is not None:
        yield _stretch(line, end - ONE_MINUTE, end, highest, highest / 60, "highest rate in the sheet, for a minute")


def _rest(line: Line, start: dt.datetime, end: dt.datetime, total: float | None, given_already: float) -> Row:
    if total is None:
        return _stretch(line, start, end, None, None, "neither rate nor amount in the sheet")
    amount = total - given_already
    rate = amount / ((end - start).total_seconds() / 3_600)
    return _stretch(line, start, end, rate, amount, "total in the sheet, spread evenly")


def _number(column: str | None, line: Line, notes: Notes) -> float | None:
    text = line.cell(column)
    number = read_number(text)
    if text is not None and number is None:
        notes.say("doses", f"{column} is not a number", "repaired", line.key)
    return number


def _stretch(
    line: Line, start: dt.datetime, end: dt.datetime, rate: float | None, amount: float | None, basis: str
) -> Row:
    return {
        "course_id": line.course_id,
        "start": time_text(start),
        "end": time_text(end),
        "rate_mg_h": None if rate is None else repr(rate),
        "amount_mg": None if amount is None else repr(amount),
        "basis": basis,
        ROW_KEY: line.key,
    }
