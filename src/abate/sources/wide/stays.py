"""When did a course of a wide sheet begin and end? Dates without clock times put into an order that can be true.

What a sheet leaves open is assumed by rules that the findings state, never silently.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from abate.sources.border.text_cells import DATE_TEXT, MINUTE_TEXT, NUMBER_TEXT, SECOND_TEXT
from abate.sources.rating_days import ONE_MINUTE, moved_inside, time_on_day
from abate.sources.wide.mapping import CourseColumns, clock_time


@dataclass(frozen=True, kw_only=True)
class ReadTime:
    """A cell of a time column: ``time`` is None where the cell is empty or cannot be read."""

    text: str | None
    time: dt.datetime | None = None
    is_date_only: bool = False

    @property
    def is_clocked(self) -> bool:
        """Whether the cell holds a clock time too."""
        return self.time is not None and not self.is_date_only


@dataclass(frozen=True, kw_only=True)
class Stay:
    """Admission, first dose, end and discharge of one row, and the rules by which they were completed."""

    admission: dt.datetime | None
    start: dt.datetime | None
    end: dt.datetime | None
    discharge: dt.datetime | None
    assumed: frozenset[str]
    texts: Mapping[str, str | None]  # what goes into `courses`: a time, or a text that the border will name

    def day(self, number: int, clock: dt.time) -> dt.datetime | None:
        """Return ``clock`` on day ``number`` of the course, day 1 being the date of the first dose."""
        if self.start is None:
            return None
        return time_on_day(number, clock, start=self.start, discharge=self.discharge)

    def inside(self, time: dt.datetime) -> dt.datetime:
        """Return an assumed time moved to after the first dose, and before the discharge, of the same date."""
        return moved_inside(time, start=self.start, discharge=self.discharge)


def read_time(text: str | None) -> ReadTime:
    """Return the time in a cell; the forms are those of the contract's time columns."""
    if text is None:
        return ReadTime(text=None)
    if not any(re.match(pattern, text) for pattern in (DATE_TEXT, MINUTE_TEXT, SECOND_TEXT)):
        return ReadTime(text=text)
    try:
        return ReadTime(
            text=text, time=dt.datetime.fromisoformat(text), is_date_only=re.match(DATE_TEXT, text) is not None
        )
    except ValueError:  # 2024-02-30 has the form of a date and is none
        return ReadTime(text=text)


def read_number(text: str | None) -> float | None:
    """Return the number in a cell, or None where it holds none."""
    return float(text) if text is not None and re.match(NUMBER_TEXT, text) else None


def read_stay(columns: CourseColumns, cells: Mapping[str, str | None]) -> Stay:
    """Return the times of one row; ``cells`` by the keys of ``columns``."""
    assumed: set[str] = set()
    given = {key: read_time(cells.get(key)) for key in ("admission", "start", "end", "discharge")}
    start = _start(given["start"], given["admission"], clock_time(columns.assumed_start_time), assumed)
    admission = _admission(given["admission"], start, assumed)
    if columns.length_days is None:
        end = _end(given["end"], start, given["discharge"], clock_time(columns.assumed_end_time), assumed)
    else:
        end = _end_by_length(start, read_number(cells.get("length_days")))
    discharge = _discharge(given["discharge"], end or start, clock_time(columns.assumed_discharge_time), assumed)
    times = {"admission": admission, "start": start, "end": end, "discharge": discharge}
    return Stay(
        admission=admission,
        start=start,
        end=end,
        discharge=discharge,
        assumed=frozenset(assumed),
        texts={key: time_text(times[key]) or given[key].text for key in times},
    )


def time_text(time: dt.datetime | None) -> str | None:
    """Return a time as the contract writes it in text."""
    return None if time is None else time.isoformat(sep=" ")


def _start(given: ReadTime, admission: ReadTime, clock: dt.time, assumed: set[str]) -> dt.datetime | None:
    if given.time is None or given.is_clocked:
        return given.time
    assumed.add("start")
    time = dt.datetime.combine(given.time.date(), clock)
    if admission.time is not None and admission.is_clocked and admission.time.date() == time.date():
        return max(time, admission.time)
    return time


def _admission(given: ReadTime, start: dt.datetime | None, assumed: set[str]) -> dt.datetime | None:
    if given.text is None and start is not None:
        assumed.add("no admission")
        return dt.datetime.combine(start.date(), dt.time())
    if given.is_date_only:
        assumed.add("admission")
    return given.time


def _end(
    given: ReadTime, start: dt.datetime | None, discharge: ReadTime, clock: dt.time, assumed: set[str]
) -> dt.datetime | None:
    if given.time is None or given.is_clocked:
        return given.time
    assumed.add("end")
    time = dt.datetime.combine(given.time.date(), clock)
    if discharge.time is not None and discharge.is_clocked and discharge.time.date() == time.date():
        time = min(time, discharge.time)
    if start is not None and start.date() == time.date():
        time = max(time, start + ONE_MINUTE)
    return time


def _end_by_length(start: dt.datetime | None, days: float | None) -> dt.datetime | None:
    if start is None or days is None or not 0 <= days <= 3_650:
        return None
    return start + dt.timedelta(seconds=round(days * 86_400))


def _discharge(given: ReadTime, last: dt.datetime | None, clock: dt.time, assumed: set[str]) -> dt.datetime | None:
    if given.time is None or given.is_clocked:
        return given.time
    assumed.add("discharge")
    time = dt.datetime.combine(given.time.date(), clock)
    return max(time, last) if last is not None and last.date() == time.date() else time
