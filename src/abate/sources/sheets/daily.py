"""How does a sheet with one row a course and one column a day become ratings? By the day of the course that each heading names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from abate.contracts.course_tables import RATINGS
from abate.sources.border.reading import ROW_KEY
from abate.sources.findings import Remark
from abate.sources.rating_days import NOON, time_before_first_dose, time_on_day
from abate.sources.sheets.names import contract_name, unknown_sentence
from abate.sources.sheets.raw import RawSheet, refuse_repeated

#: What findings call the sheet, whatever its name is written like.
SHEET = "daily ratings"
#: The columns beside those of the days.
FIXED_COLUMNS = ("person_id", "course_number", "course_id", "scale", "discharge")

_DAY = re.compile(r"day_?([0-9]{1,4})")
_TIMES = ("admission", "start", "end", "discharge")

Row = dict[str, str | None]


@dataclass(frozen=True, kw_only=True)
class _Course:
    person: str | None
    id: str | None
    treatment: str | None
    number: str | None
    times: Mapping[str, dt.datetime | None]


def is_day(heading: str) -> bool:
    """Return whether a heading names a day, such as "day 0" or "Day 12"."""
    return _DAY.fullmatch(contract_name(heading)) is not None


def read_daily_ratings(
    sheet: RawSheet, courses: Mapping[str, Sequence[str | None]], default_scale: str, where: str
) -> tuple[pa.Table, list[Remark]]:
    """Return the ratings of a sheet with one row a course and columns "day 0", "day 1" …, and what was assumed.

    Day 1 is the date of the first dose; a rating of a day is put at noon, that of day 0 at the admission, that at discharge at
    the discharge.

    Parameters
    ----------
    sheet : RawSheet
        Its columns are those of ``FIXED_COLUMNS`` (any may be left out but ``person_id`` or ``course_id``) and the days.
    courses : mapping
        Columns of the table ``courses`` as text, dates in the form of the contract.
    default_scale : str
        Taken where the sheet names no scale at all.
    where : str
        Name of the file, for errors.

    Raises
    ------
    BrokenRecordsError
        If two columns have one heading, or mean one day.
    """
    names = [_plain_heading(heading) for heading in sheet.headings]
    refuse_repeated(sheet.name, [name for name in names if name in FIXED_COLUMNS or is_day(name)], where)
    remarks = _as_own_remarks(sheet)
    remarks += [
        (SHEET, unknown_sentence("column", heading, FIXED_COLUMNS), "noted", None)
        for heading, name in zip(sheet.headings, names, strict=True)
        if name not in FIXED_COLUMNS and not is_day(name)
    ]
    known = _numbered(list(_courses(courses)))
    rows = list(_rows(sheet, names, known, remarks))
    if not any(row["scale"] for row in rows):
        rows = [{**row, "scale": default_scale} for row in rows]
        if rows:
            remarks.append((SHEET, f"scale is not in the sheet; {default_scale} is taken throughout", "noted", None))
    if rows:
        remarks.append((SHEET, _ASSUMED, "noted", None))
    columns = (*RATINGS.column_names, ROW_KEY)
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in columns}), remarks


_ASSUMED = (
    "a rating of day k is put at 12:00 on calendar day k of the course (day 1 is the date of the first dose), inside first dose and "
    "discharge; that of day 0 at the admission; that at discharge at the discharge, or at the end where there is none"
)


def _plain_heading(heading: str) -> str:
    name = contract_name(heading)
    day = _DAY.fullmatch(name)
    return name if day is None else f"day_{int(day[1])}"


def _as_own_remarks(sheet: RawSheet) -> list[Remark]:
    return [
        (SHEET, rule, action, None if key is None else key.replace(f"{sheet.name} row", f"{SHEET} row", 1))
        for _, rule, action, key in sheet.remarks
    ]


def _courses(columns: Mapping[str, Sequence[str | None]]) -> Iterator[_Course]:
    count = len(next(iter(columns.values()), ()))
    for index in range(count):
        row = {name: cells[index] for name, cells in columns.items()}
        yield _Course(
            person=_whole(row.get("person_id")),
            id=row.get("course_id"),
            treatment=row.get("treatment"),
            number=_whole(row.get("course_number")),
            times={name: _time(row.get(name)) for name in _TIMES},
        )


def _numbered(courses: list[_Course]) -> list[_Course]:
    """Return the courses with empty numbers filled in the order of their first dose, as the border does."""
    found: list[_Course] = []
    seen: dict[tuple[str | None, str | None], int] = {}
    for course in sorted(courses, key=lambda course: course.times["start"] or dt.datetime.max):
        place = seen.get((course.person, course.treatment), 0) + 1
        seen[course.person, course.treatment] = place
        found.append(course if course.number else replace(course, number=str(place)))
    return found


def _rows(sheet: RawSheet, names: list[str], courses: list[_Course], remarks: list[Remark]) -> Iterator[Row]:
    columns = [column.to_pylist() for column in sheet.cells.columns]
    for number, *cells in zip(sheet.row_numbers.to_pylist(), *columns, strict=True):
        row = dict(zip(names, cells, strict=True))
        key = f"{SHEET} row {number}"
        ratings = [
            (name, heading, value)
            for name, heading, value in zip(names, sheet.headings, cells, strict=True)
            if value is not None and (is_day(name) or name == "discharge")
        ]
        if not ratings:
            continue
        course = _course_of(row, courses)
        if isinstance(course, str):
            remarks.append((SHEET, course, "dropped", key))
            continue
        for name, heading, value in ratings:
            place = f"{key}, column {heading}"
            time = _moment(name, course)
            if time is None:
                remarks.append(
                    (SHEET, "the time of the rating cannot be known: its course has no first dose", "dropped", place)
                )
                continue
            yield {
                "person_id": course.person,
                "time": time.isoformat(sep=" "),
                "scale": row.get("scale"),
                "value": value,
                "occasion": "course",
                ROW_KEY: place,
            }


def _course_of(row: Mapping[str, str | None], courses: list[_Course]) -> _Course | str:
    """Return the course that a row means, or the sentence why it cannot be told."""
    found = courses
    for column, part in (("course_id", "id"), ("person_id", "person"), ("course_number", "number")):
        wanted = _whole(row.get(column))
        if wanted is not None:
            found = [course for course in found if _whole(getattr(course, part)) == wanted]
    if row.get("course_id") is None and row.get("person_id") is None:
        return "person_id is empty"
    if not found:
        return "no course in the sheet courses has this person_id (and course_number)"
    if len(found) > 1:
        return "the person has several courses; write the course_number too, or the course_id"
    return found[0]


def _moment(name: str, course: _Course) -> dt.datetime | None:
    start, discharge = course.times["start"], course.times["discharge"]
    if name == "discharge":
        return discharge or course.times["end"]
    if start is None:
        return None
    day = int(name.removeprefix("day_"))
    if day == 0:
        return time_before_first_dose(admission=course.times["admission"], start=start)
    return time_on_day(day, NOON, start=start, discharge=discharge)


def _whole(text: str | None) -> str | None:
    return None if text is None else re.sub(r"^(-?[0-9]+)\.0+$", r"\1", text)


def _time(text: str | None) -> dt.datetime | None:
    if text is None or re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
