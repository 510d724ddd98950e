"""When was a rating of the wide sheet given? At admission, on day k at an assumed clock time, at discharge, afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from abate.contracts.definition import Study
from abate.sources.border.reading import ROW_KEY
from abate.sources.wide.columns import WideColumns
from abate.sources.wide.lines import NOT_NAMED, Line, Notes, Row
from abate.sources.wide.mapping import FollowUpColumns, WideSheetMapping, clock_time
from abate.sources.wide.stays import read_number, read_time, time_text


def rating_rows(
    plan: WideSheetMapping, columns: WideColumns, line: Line, study: Study | None, notes: Notes
) -> Iterator[Row]:
    """Yield the ratings of one row; an empty cell is no rating."""
    for column, time, occasion in _moments(plan, columns, line, notes):
        value = line.cell(column)
        if value is None:
            continue
        key = f"{line.key}, column {column}"
        if time is None:
            notes.say("ratings", "the time of the rating cannot be known from the sheet", "dropped", key)
            continue
        yield {
            "person_id": line.person,
            "time": time_text(time),
            "scale": plan.ratings.scale or (NOT_NAMED if study is None else study.rating.scale),
            "value": value,
            "occasion": occasion,
            ROW_KEY: key,
        }


def _moments(
    plan: WideSheetMapping, columns: WideColumns, line: Line, notes: Notes
) -> Iterator[tuple[str, dt.datetime | None, str]]:
    ratings, stay = plan.ratings, line.stay
    clock = clock_time(ratings.assumed_time)
    if ratings.admission is not None:
        yield ratings.admission, stay.admission, "course"
    for day, column in columns.days.items():
        time = stay.day(day, clock)
        if time is not None and time.time() != clock and line.cell(column) is not None:
            notes.counts["moved ratings"] += 1
        yield column, time, "course"
    if ratings.discharge is not None:
        yield ratings.discharge, stay.discharge or stay.end, "course"
    for visit in plan.follow_up:
        yield visit.rating, _visit_time(visit, line, clock), "follow-up"


def _visit_time(visit: FollowUpColumns, line: Line, clock: dt.time) -> dt.datetime | None:
    if visit.date is not None:
        given = read_time(line.cell(visit.date))
        if given.time is None or given.is_clocked:
            return given.time
        return dt.datetime.combine(given.time.date(), clock)
    days, left = read_number(line.cell(visit.days_after_discharge)), line.stay.discharge or line.stay.end
    return None if days is None or left is None else left + dt.timedelta(seconds=round(days * 86_400))
