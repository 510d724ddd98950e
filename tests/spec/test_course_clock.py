"""Moments and days of a course are reckoned alike on every engine."""

import pyarrow as pa
import pytest

from abate.contracts.clock import parse_moment
from abate.engine.course_clock import course_day, moment_seconds
from abate.engine.time import epoch_seconds, time_from_seconds
from tests.tables import arrow_table

COURSES = """
    course_id | person_id | treatment | admission           | start               | end                 | discharge
    full      | 1         | ketamine  | 2024-01-01 10:00:00 | 2024-01-01 23:30:00 | 2024-01-04 12:00:00 | 2024-01-05 09:00:00
    bare      | 2         | ketamine  |                     | 2024-01-01 23:30:00 |                     |
"""
#: Seconds from the first dose, and the day that each clock gives.
DAYS_OF_TIMES = [
    (-86_400, 0, 0),
    (0, 0, 0),
    (1, 1, 1),
    (1_799, 1, 1),  # 23:59:59
    (1_800, 2, 1),  # midnight
    (86_399, 2, 1),
    (86_400, 2, 2),  # 24 hours later to the second
    (88_200, 3, 2),  # second midnight
]


@pytest.fixture
def courses(engine):
    return engine.from_arrow(arrow_table("courses", COURSES, pa.int64()))


@pytest.mark.parametrize(
    ("text", "full", "bare"),
    [
        ("admission", "2024-01-01 10:00:00", "2023-12-31 23:30:00"),
        ("start", "2024-01-01 23:30:00", "2024-01-01 23:30:00"),
        ("90min", "2024-01-02 01:00:00", "2024-01-02 01:00:00"),
        ("end-24h", "2024-01-03 12:00:00", "2023-12-31 23:30:00"),
        ("discharge", "2024-01-05 09:00:00", "2024-01-02 23:30:00"),
        ("discharge+1d", "2024-01-06 09:00:00", "2024-01-03 23:30:00"),
    ],
)
def test_a_moment_that_is_not_recorded_has_its_stand_in(engine, courses, text, full, bare):
    moment = time_from_seconds(moment_seconds(parse_moment(text), courses))
    rows = engine.to_arrow(courses.select("course_id", moment=moment)).to_pylist()
    assert {row["course_id"]: row["moment"].isoformat(sep=" ") for row in rows} == {"full": full, "bare": bare}


@pytest.mark.parametrize(("clock", "position"), [("calendar", 1), ("24h", 2)])
def test_day_1_begins_with_the_first_dose(engine, courses, clock, position):
    offsets = engine.from_arrow(pa.table({"offset": pa.array([case[0] for case in DAYS_OF_TIMES], pa.int64())}))
    pairs = courses.filter(courses.course_id == "full").cross_join(offsets)
    start = epoch_seconds(pairs.start)
    rows = engine.to_arrow(pairs.select("offset", day=course_day(start + pairs.offset, start, clock))).to_pylist()
    assert {row["offset"]: row["day"] for row in rows} == {case[0]: case[position] for case in DAYS_OF_TIMES}
