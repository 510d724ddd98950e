"""Made-up records of persons with courses, full of equal times, ends of windows, gaps and things not recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from abate.contracts.course_tables import COURSE_TABLES
from abate.contracts.definition import Study
from tests.tables import ARROW_TYPES, ColumnType

Choose = Callable[[Sequence[Any]], Any]
Row = dict[str, Any]
#: Tables that a source may not have at all.
OPTIONAL = ("patients", "doses", "events", "contacts", "observed")
_FIRST = datetime(2024, 2, 27, 22, 30)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_NEAR = tuple(timedelta(seconds=s) for s in (0, 0, 0, -1, 1, 0.4, 3600, -10800, 18000, 43200, 108000, -93600))
_BASELINES = (
    {"from": "admission", "to": "start", "take": "last", "fallback": "first in course"},
    {"from": "admission-7d", "to": "start-1h", "take": "mean", "fallback": "first in course"},
    {"from": "start-2h", "to": "start+5h", "take": "lowest", "fallback": "last in course"},
    {"from": "admission", "to": "start+1h", "take": "median", "fallback": "first in course"},
    {"from": "admission", "to": "start", "take": "highest", "fallback": "none"},
)
_FINALS = (
    {"from": "end-24h", "to": "discharge", "take": "last"},
    {"from": "end", "to": "discharge+12h", "take": "first", "fallback": "last in course"},
    {"from": "start", "to": "end+24h", "take": "lowest", "fallback": "first in course"},
    {"from": "end-24h", "to": "discharge", "take": "median", "fallback": "last in course"},
    {"from": "discharge-24h", "to": "discharge", "take": "highest"},
)
_RULES = ({"points": 2}, {"percent": 30}, {"at_most": 3}, {"points": 0.15}, {"percent": 50})
_TAKES = ("first", "last", "mean", "median", "lowest", "highest")


def make_study(choose: Choose) -> Study:
    """Return a study with rules of every kind."""
    data: dict[str, Any] = {
        "title": "Relief",
        "treatment": {"name": "ketamine"},
        "rating": {
            "scale": "nrs",
            "day": choose(("calendar", "24h")),
            "daily": choose(_TAKES),
            "baseline": choose(_BASELINES),
            "final": choose(_FINALS),
        },
        "response": {"primary": choose(_RULES), "also": list(_RULES)},
    }
    if choose((True, True, True, False)):
        data["follow_up"] = {
            "from": choose(("discharge", "start", "end")),
            "visits": {"visit_1": ["14d", "60d"], "visit_2": ["61d", "150d"]},
            "take": choose(_TAKES),
            "return_to_care": choose((["emergency", "inpatient"], ["inpatient", "office", "emergency"])),
        }
    if choose((True, True, True, False)):
        terms = choose(((), ("nausea",), ("nausea", "dizziness")))
        window = choose((["0h", "end+24h"], ["start-26h", "discharge"], ["5h", "end"]))
        data["events"] = {"window": window, **{term: {} for term in terms}}
    return Study.model_validate(data)


def make_tables(choose: Choose, person_count: int) -> dict[str, list[Row] | None]:
    """Return contract tables, as rows, with the records of so many persons; some tables may not be recorded."""
    tables: dict[str, Any] = {name: [] for name in COURSE_TABLES}
    for person in range(person_count):
        _add_person(choose, person, tables)
    for name in OPTIONAL:
        if choose((False,) * 9 + (True,)):
            tables[name] = None
    return tables


def make_entry(choose: Choose, tables: Mapping[str, Any]) -> dict[str, str | None]:
    """Return at which rule each course was lost, None for those that entered."""
    return {row["course_id"]: choose((None, None, "age")) for row in tables["courses"]}


def as_arrow(name: str, rows: Sequence[Row], id_of: Callable[[int], Any] | None = None) -> pa.Table:
    """Return rows as an Arrow table with all columns of the contract; ``id_of`` gives persons other ids."""
    columns = {}
    for column in COURSE_TABLES[name].columns:
        values = [row.get(column.name) for row in rows]
        kind = ARROW_TYPES.get(column.type, pa.string() if column.name == "course_id" or id_of else pa.int64())
        if column.type is ColumnType.ID and column.name == "person_id" and id_of:
            values = [id_of(value) for value in values]
        columns[column.name] = pa.array(values, kind)
    return pa.table(columns)


def _add_person(choose: Choose, person: int, tables: dict[str, list[Row]]) -> None:
    start = _FIRST + choose(range(6)) * _HOUR + choose((0, 0, 0, 400)) * _DAY
    courses = []
    for number in range(choose((1, 1, 2, 3))):
        start += timedelta() if number == 0 else choose((0, 2, 20, 80)) * _DAY
        courses.append(_course(choose, f"{person}-{number}", person, start))
    tables["courses"] += courses
    anchors = _anchors(courses)
    for _ in range(choose(range(12))):
        tables["ratings"].append(_rating(choose, person, anchors))
    for course in courses:
        tables["doses"] += [_dose(choose, course) for _ in range(choose((0, 1, 3, 5)))]
    tables["events"] += [_event(choose, person, anchors) for _ in range(choose(range(5)))]
    tables["contacts"] += [_contact(choose, person, anchors) for _ in range(choose(range(4)))]
    tables["observed"] += [_span(choose, person, anchors) for _ in range(choose(range(3)))]
    tables["patients"] += [_patient(choose, person)] * choose((0, 1, 1))


def _course(choose: Choose, course_id: str, person: int, start: datetime) -> Row:
    end = choose((None, start, start + _HOUR, start + 30 * _HOUR, start + 72 * _HOUR))
    admission = choose((None, start, start - 2 * _HOUR, start - 26 * _HOUR))
    discharge = choose((None, (end or start), (end or start) + 5 * _HOUR, (end or start) + 30 * _HOUR, start))
    return {
        "course_id": course_id,
        "person_id": person,
        "treatment": choose(("ketamine", "lidocaine")),
        "course_number": choose((None, 1)),
        "admission": admission,
        "start": start,
        "end": end,
        "discharge": discharge,
        "setting": choose((None, "inpatient")),
        "weight_kg": choose((None, 70.0, 82.5)),
        "end_reason": choose((None, "completed")),
    }


def _anchors(courses: Sequence[Row]) -> list[datetime]:
    """Return the moments near which something may happen: ends of courses and windows."""
    found = []
    for course in courses:
        start, end = course["start"], course["end"] or course["start"]
        discharge = course["discharge"] or end + _DAY
        found += [
            start,
            start,
            start + _DAY,
            course["admission"] or start - _DAY,
            end,
            end - _DAY,
            discharge,
            discharge,
        ]
        found += [discharge + days * _DAY for days in (14, 60, 61, 150)]
    return found


def _rating(choose: Choose, person: int, anchors: Sequence[datetime]) -> Row:
    return {
        "person_id": person,
        "time": choose(anchors) + choose(_NEAR),
        "scale": choose(("nrs",) * 7 + ("hit6",)),
        "value": choose((*map(float, range(11)), 0.1, 0.15, 0.2, 2.3, 7.1, 5.1)),
    }


def _dose(choose: Choose, course: Row) -> Row:
    start = course["start"] + choose(range(8)) * _HOUR
    length = choose((None, 0, 0.5, 1, 1, 2, 6))
    return {
        "course_id": course["course_id"],
        "start": start,
        "end": None if length is None else start + length * _HOUR,
        "rate_mg_h": choose((None, 0.0, 5.0, 10.0, 0.05, 7.3)),
        "amount_mg": choose((None, 0.0, 1.5, 50.0, 0.1, 0.2, 12.7)),
    }


def _event(choose: Choose, person: int, anchors: Sequence[datetime]) -> Row:
    return {
        "person_id": person,
        "time": choose(anchors) + choose(_NEAR) - choose((0, 0, 10, 30)) * _DAY,
        "term": choose(("nausea", "dizziness", "toothache")),
        "grade": choose((None, 1, 3)),
        "serious": choose((None, True, False)),
        "related": choose((None, True, False)),
    }


def _contact(choose: Choose, person: int, anchors: Sequence[datetime]) -> Row:
    time = choose(anchors) + choose(_NEAR)
    return {"person_id": person, "start": time, "kind": choose(("office", "emergency", "inpatient", "phone"))}


def _span(choose: Choose, person: int, anchors: Sequence[datetime]) -> Row:
    opens, closes = sorted((choose(anchors), choose(anchors)))
    return {"person_id": person, "start": opens - choose((0, 400)) * _DAY, "end": closes + choose((0, 30)) * _DAY}


def _patient(choose: Choose, person: int) -> Row:
    return {
        "person_id": person,
        "sex": choose((None, "female", "male")),
        "birth_date": choose((None, date(1984, 2, 29), date(1959, 12, 31))),
        "birth_year": choose((None, 1984)),
        "race": choose((None, "r")),
        "site": choose((None, "s")),
    }
