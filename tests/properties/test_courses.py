"""What always holds of courses: order and dates are of no account, persons do not touch, and every engine agrees with the oracle."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.contracts.course_tables import ADMINISTRATIONS, COURSES, DOSES, STAYS
from abate.contracts.definition import Study
from abate.courses import infusions
from tests.oracle import courses as oracle
from tests.tables import arrow_table

STUDY = Study.model_validate(
    {
        "title": "A test",
        "treatment": {"name": "ketamine", "new_course_after": "24h"},
        "comparator": {"name": "lidocaine", "new_course_after": "6h"},
        "rating": {"scale": "nrs"},
        "response": {"primary": {"points": 2}},
    }
)
PAUSES = {"ketamine": dt.timedelta(hours=24), "lidocaine": dt.timedelta(hours=6)}

#: The oracle's names of the rules, and the sentences that stand in findings.
SENTENCES = {
    "ends before start": infusions.ENDS_BEFORE_START,
    "nothing given": infusions.GIVES_NOTHING,
    "no length, no amount": infusions.NO_LENGTH_NO_AMOUNT,
    "says nothing": infusions.SAYS_NOTHING,
    "repeated": infusions.REPEATED,
    "no end, bolus": infusions.NO_END_BOLUS,
    "no end, rate": infusions.NO_END_RATE,
    "overlaps": infusions.OVERLAPS,
    "no stays": infusions.NO_STAYS,
    "no stay": infusions.NO_STAY,
    "two stays": infusions.TWO_STAYS,
    "open stay": infusions.OPEN_STAY,
    "ends after discharge": infusions.ENDS_AFTER_DISCHARGE,
}
Choose = Callable[[Sequence[Any]], Any]
MIDNIGHT = dt.datetime(2024, 2, 27)  # a leap day is two days away
#: Hours that hit the pauses exactly, and fractions of a second.
JITTER = [dt.timedelta(0)] * 6 + [dt.timedelta(seconds=1), dt.timedelta(seconds=-1), dt.timedelta(milliseconds=600)]


def make_rows(choose: Choose, person: int) -> list[dict[str, Any]]:
    """Make up to eight administrations of one person, good and broken, on a grid of hours."""
    rows = []
    for number in range(choose(range(9))):
        if rows and choose(range(6)) == 0:
            row = {
                **choose(rows),
                **choose([{}, {}, {"rate_mg_h": 7.5}, {"amount_mg": 30.0}, {"treatment": "lidocaine"}]),
            }
        else:
            start = MIDNIGHT + dt.timedelta(hours=choose(range(0, 120, 3))) + choose(JITTER)
            length = choose([None, -1, 0, 0, 1, 3, 6, 12, 24, 48])
            row = {
                "person_id": person,
                "treatment": choose(["ketamine", "ketamine", "lidocaine"]),
                "start": start,
                "end": None if length is None else start + dt.timedelta(hours=length) + choose(JITTER),
                "rate_mg_h": choose([None, 0.0, 5.0, 10.0]),
                "amount_mg": choose([None, None, 0.0, 20.0]),
            }
        texts = {"route": choose([None, "intravenous"]), "basis": choose(["rate", "text"])}
        rows.append({**row, "row_key": f"{person}-{number}", **texts, "weight_kg": choose([None, 70.0, 81.5])})
    return rows


def make_stays(choose: Choose, person: int) -> list[dict[str, Any]]:
    """Make up to four stays of one person."""
    stays = []
    for number in range(choose(range(5))):
        start = MIDNIGHT + dt.timedelta(hours=choose(range(-24, 120, 3)))
        length = choose([None, 0, 3, 24, 72, 72, 240])
        stays.append(
            {
                "person_id": person,
                "stay_id": f"{person}-{number}",
                "start": start,
                "end": None if length is None else start + dt.timedelta(hours=length),
                "setting": choose(["inpatient", "outpatient"]),
            }
        )
    return stays


@st.composite
def hospitals(draw: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Administrations and stays of three persons."""

    def choose(options: Sequence[Any]) -> Any:
        return draw(st.sampled_from(options))

    persons = range(1, 4)
    return [row for p in persons for row in make_rows(choose, p)], [
        row for p in persons for row in make_stays(choose, p)
    ]


def join_in(engine: Any, rows: list[dict[str, Any]], stays: list[dict[str, Any]] | None) -> infusions.CourseSet:
    administrations = load(engine, ADMINISTRATIONS, rows)
    return infusions.join_courses(administrations, None if stays is None else load(engine, STAYS, stays), STUDY, engine)


def load(engine: Any, table: Any, rows: list[dict[str, Any]]) -> Any:
    schema = arrow_table(table.name, " | ".join(table.column_names)).schema
    return engine.from_arrow(pa.Table.from_pylist(rows, schema), table.name)


def listed(engine: Any, table: Any) -> list[tuple[Any, ...]]:
    return in_order(tuple(row.values()) for row in engine.to_arrow(table).to_pylist())


def in_order(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


def agree_with_the_oracle(engine: Any, rows: list[dict[str, Any]], stays: list[dict[str, Any]] | None) -> None:
    found, expected = join_in(engine, rows, stays), oracle.join_courses(rows, stays, PAUSES)
    for table, contract in (("courses", COURSES), ("doses", DOSES)):
        wanted = (tuple(row[name] for name in contract.column_names) for row in getattr(expected, table))
        assert listed(engine, getattr(found, table)) == in_order(wanted)
    findings = found.findings.select("rule", "action", "row_key")
    assert listed(engine, findings) == in_order((SENTENCES[rule], *rest) for rule, *rest in expected.findings)


SOME = settings(max_examples=25, deadline=None, derandomize=True)
FEW = settings(SOME, max_examples=8)


@SOME
@given(hospital=hospitals())
def test_duckdb_agrees_with_the_oracle(duckdb_engine, hospital):
    agree_with_the_oracle(duckdb_engine, *hospital)


@pytest.mark.parametrize(
    ("engine_name", "has_stays"),
    [
        ("duckdb_engine", True),
        ("duckdb_engine", False),
        pytest.param("spark_engine", True, marks=[pytest.mark.spark, pytest.mark.slow]),
    ],
)
def test_engines_agree_with_the_oracle_on_hundreds_of_persons(request, engine_name, has_stays):
    "All persons in one table, so that one query of Spark checks every one of them."
    choose, persons = random.Random(20240229).choice, range(1, 301)
    rows = [row for person in persons for row in make_rows(choose, person)]
    stays = [row for person in persons for row in make_stays(choose, person)]
    agree_with_the_oracle(request.getfixturevalue(engine_name), rows, stays if has_stays else None)


@FEW
@given(hospital=hospitals(), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_is_of_no_account(duckdb_engine, hospital, order):
    mixed = tuple(order.sample(rows, len(rows)) for rows in hospital)
    assert everything(duckdb_engine, *mixed) == everything(duckdb_engine, *hospital)


@FEW
@given(hospital=hospitals(), days=st.integers(-40_000, 40_000))
def test_shifting_all_dates_by_days_shifts_the_courses(duckdb_engine, hospital, days):
    "Also to before 1970 and over leap days: a course is made of differences of times only."
    moved = tuple([shifted(row, days) for row in rows] for rows in hospital)
    expected = [in_order(tuple(move(value, days) for value in row) for row in table)
                for table in everything(duckdb_engine, *hospital)]  # fmt: skip
    assert everything(duckdb_engine, *moved) == expected


@FEW
@given(hospital=hospitals(), data=st.data())
def test_a_person_added_far_away_changes_nothing(duckdb_engine, hospital, data):
    rows, stays = hospital

    def choose(options: Sequence[Any]) -> Any:
        return data.draw(st.sampled_from(options))

    added = rows + make_rows(choose, 999), stays + make_stays(choose, 999)
    without = [
        [row for row in table if not any(str(value).startswith("999") for value in row)]
        for table in everything(duckdb_engine, *added)
    ]
    assert without == everything(duckdb_engine, rows, stays)


def everything(engine: Any, rows: list[dict[str, Any]], stays: list[dict[str, Any]]) -> list[list[tuple[Any, ...]]]:
    found = join_in(engine, rows, stays)
    return [listed(engine, table) for table in (found.courses, found.doses, found.findings)]


def shifted(row: dict[str, Any], days: int) -> dict[str, Any]:
    return {name: move(value, days) for name, value in row.items()}


def move(value: Any, days: int) -> Any:
    return value + dt.timedelta(days=days) if isinstance(value, dt.datetime) else value
