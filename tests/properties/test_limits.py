"""What always holds of courses and limits: every engine agrees with the oracle, and order is of no account."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pyarrow as pa

from abate.courses.limits import find_limit_breaches
from tests.oracle import limits as oracle

GRID = 1800
MIDNIGHT = dt.datetime(2024, 2, 28)
COURSE_COUNT = 300


def make_doses(choose: random.Random) -> list[dict[str, Any]]:
    """Make up to five dose rows that hit the limits exactly at 80 and 60 kg, overlap, pause and lack parts."""
    rows = []
    for _ in range(choose.randint(0, 5)):
        start = choose.randrange(0, 12) * GRID
        end = choose.choice([start, start + GRID, start + 3 * GRID, start + 8 * GRID, None])
        row = {"start": start, "end": end, "route": choose.choice([None, None, "intravenous", "oral"])}
        row["rate"] = choose.choice([None, None, 0, 20, 40, 60, 61, 80, 81])
        row["amount"] = choose.choice([None, 21, 22, 28, 29, 40, 200])
        rows.append(row)
    return rows


def tables(courses: dict[str, tuple[int | None, list[dict[str, Any]]]]) -> tuple[pa.Table, pa.Table]:
    def time(seconds: int | None) -> dt.datetime | None:
        return None if seconds is None else MIDNIGHT + dt.timedelta(seconds=seconds)

    rows = [(id, row) for id, (_, doses) in courses.items() for row in doses]
    time_type, number = pa.timestamp("us"), pa.float64()
    doses = {
        "course_id": pa.array([id for id, _ in rows], pa.string()),
        "start": pa.array([time(row["start"]) for _, row in rows], time_type),
        "end": pa.array([time(row["end"]) for _, row in rows], time_type),
        "rate_mg_h": pa.array([row["rate"] for _, row in rows], number),
        "amount_mg": pa.array([row["amount"] for _, row in rows], number),
        "route": pa.array([row["route"] for _, row in rows], pa.string()),
    }
    of_courses = {
        "course_id": pa.array(list(courses), pa.string()),
        "treatment": pa.array(["ketamine"] * len(courses)),
        "start": pa.array([MIDNIGHT] * len(courses), time_type),
        "weight_kg": pa.array([weight for weight, _ in courses.values()], number),
    }
    return pa.table(doses), pa.table(of_courses)


def test_every_engine_agrees_with_the_oracle(engine):
    choose = random.Random(7)
    courses = {str(n): (choose.choice([60, 80, 80, None]), make_doses(choose)) for n in range(COURSE_COUNT)}
    expected = {id: oracle.judge(doses, weight, GRID) for id, (weight, doses) in courses.items()}
    assert {answer["rate_verdict"] for answer in expected.values()} == {"within limits", "beyond", "not known"}
    assert {answer["bolus_verdict"] for answer in expected.values()} == {"within limits", "beyond", "not known"}
    for order in (lambda table: table, lambda table: table.take(list(range(table.num_rows))[::-1])):
        doses, of_courses = tables(courses)
        found = find_limit_breaches(
            engine.from_arrow(order(doses), "doses"), engine.from_arrow(order(of_courses), "courses")
        )
        rows = {row["course_id"]: row for row in engine.to_arrow(found).to_pylist()}
        assert len(rows) == COURSE_COUNT
        assert {id: {name: rows[id][name] for name in answer} for id, answer in expected.items()} == expected
