"""How do a total and two rates become stretches of a dose? The wide sheet says how much, hardly ever when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from abate.sources.border.reading import ROW_KEY
from abate.sources.rating_days import ONE_MINUTE
from abate.sources.wide.lines import Line, Notes, Row
from abate.sources.wide.mapping import DoseColumns
from abate.sources.wide.stays import read_number, time_text

_ROUNDING = 1e-9  # of a total that is the highest rate throughout


def dose_rows(columns: DoseColumns, line: Line, notes: Notes) -> Iterator[Row]:
    """Yield the dose of one course: with total, first and highest rate as three stretches, else as one without a rate.

    A single rate in a stretch would be read as the first, the highest and the mean rate of an infusion without a pause,
    of which the sheet says only one; so rates are taken only where first, highest and total are there and fit together.
    """
    total = _number(columns.total_mg, line, notes)
    first = _number(columns.first_rate_mg_h, line, notes)
    highest = _number(columns.highest_rate_mg_h, line, notes)
    start, end = line.stay.start, line.stay.end
    if total is None and first is None and highest is None:
        return
    if start is None or end is None or end - start <= 2 * ONE_MINUTE:
        notes.say("doses", "the dose has no course to be spread over", "dropped", line.key)
    elif total is not None and first is not None and highest is not None and _fit(total, first, highest, end - start):
        notes.counts["doses with rates"] += 1
        yield from _three_stretches(line, start, end, total, first, highest)
    else:
        notes.counts["doses without a rate"] += 1
        notes.counts["rates not taken"] += first is not None or highest is not None
        basis = "neither rate nor amount taken" if total is None else "total in the sheet, without a rate"
        yield _stretch(line, start, end, None, total, basis)


def _fit(total: float, first: float, highest: float, length: dt.timedelta) -> bool:
    """Say whether the rest of the total (mg) can have run between the two minutes, no faster than the highest rate (mg/h)."""
    most = highest * (length.total_seconds() / 3_600)
    return 0 < first <= highest and (first + highest) / 60 < total <= most * (1 + _ROUNDING)


def _three_stretches(
    line: Line, start: dt.datetime, end: dt.datetime, total: float, first: float, highest: float
) -> Iterator[Row]:
    """Yield the first rate (mg/h) for a minute, the rest of the total (mg) evenly, the highest rate for a minute."""
    begin, stop = start + ONE_MINUTE, end - ONE_MINUTE
    amount = total - (first + highest) / 60
    rate = amount / ((stop - begin).total_seconds() / 3_600)
    yield _stretch(line, start, begin, first, first / 60, "first rate in the sheet, for a minute")
    yield _stretch(line, begin, stop, rate, amount, "total in the sheet, spread evenly")
    yield _stretch(line, stop, end, highest, highest / 60, "highest rate in the sheet, for a minute")


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
