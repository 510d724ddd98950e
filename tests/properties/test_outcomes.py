"""What always holds of outcomes: DuckDB = Spark = a second program; order, dates and strangers are of no account."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abate.contracts.course_tables import CourseTables
from abate.contracts.definition import Study
from abate.contracts.outcome import DAILY, HARM, outcomes_table
from abate.engine.connection import Engine
from abate.outcomes.join import join_outcomes
from abate.outcomes.variants import find_endpoints
from tests.oracle.outcomes import Found, find_outcomes, plain
from tests.properties.course_records import as_arrow, make_entry, make_study, make_tables

Row = dict[str, Any]
PERSONS = 25
FEW = settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def join_on(
    engine: Engine, study: Study, tables: Mapping[str, Any], entry: Mapping[str, Any], id_of: Any = None
) -> Found:
    """Run the program itself and return its rows, in order of their keys."""
    found = join_outcomes(study, _tables(engine, tables, id_of), _entry(engine, entry), engine)
    return Found(
        outcomes=engine.to_arrow(found.outcomes.order_by("course_id")).to_pylist(),
        daily=engine.to_arrow(found.daily.order_by(["course_id", "day"])).to_pylist(),
        harm=_ordered_harm(engine.to_arrow(found.harm).to_pylist()),
    )


def _tables(engine: Engine, tables: Mapping[str, Any], id_of: Any = None) -> CourseTables:
    loaded: dict[str, Any] = {
        name: None if rows is None else engine.from_arrow(as_arrow(name, rows, id_of), name)
        for name, rows in tables.items()
    }
    return CourseTables(findings=None, source_kind="made up", **loaded)


def _entry(engine: Engine, entry: Mapping[str, Any]) -> Any:
    lost = list(entry.values())
    columns = {
        "course_id": pa.array(list(entry), pa.string()),
        "is_eligible": [rule is None for rule in lost],
        "lost_at": pa.array(lost, pa.string()),
    }
    return engine.from_arrow(pa.table(columns), "entry")


def _ordered_harm(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["course_id"], row["onset_hours"], row["term"]))


def assert_same(found: list[Row], expected: list[Row], names: tuple[str, ...], what: str) -> None:
    assert len(found) == len(expected), what
    for row, wanted in zip(found, expected, strict=True):
        assert tuple(row) == names, what
        for name in names:
            # Means are kept to nine decimals: a share of a small baseline then has fewer.
            tolerance = 1e-6 if name == "change_percent" else 2e-9
            assert _is_same(row[name], plain(wanted[name]), tolerance), (
                what,
                row["course_id"],
                name,
                row[name],
                wanted[name],
            )


def _is_same(found: Any, wanted: Any, tolerance: float) -> bool:
    if isinstance(found, float) and isinstance(wanted, int | float):
        return abs(found - wanted) <= tolerance * max(1.0, abs(wanted))
    return type(found) is type(wanted) and bool(found == wanted)


def assert_agrees(study: Study, found: Found, expected: Found) -> None:
    expected.outcomes.sort(key=lambda row: row["course_id"])
    expected.daily.sort(key=lambda row: (row["course_id"], row["day"]))
    assert_same(found.outcomes, expected.outcomes, outcomes_table(study).column_names, "outcomes")
    assert_same(found.daily, expected.daily, DAILY.column_names, "daily")
    assert_same(found.harm, _ordered_harm(expected.harm), HARM.column_names, "harm")


@given(st.data())
@FEW
def test_duckdb_agrees_with_the_second_program(duckdb_engine, data):
    def choose(options):
        return data.draw(st.sampled_from(options))

    study, tables = make_study(choose), make_tables(choose, PERSONS)
    entry = make_entry(choose, tables)
    assert_agrees(study, join_on(duckdb_engine, study, tables, entry), find_outcomes(study, tables, entry))


@pytest.mark.slow
@pytest.mark.spark
def test_spark_agrees_with_the_second_program(spark_engine):
    for seed in range(3):
        choose = random.Random(seed).choice
        study, tables = make_study(choose), make_tables(choose, 120)
        entry = make_entry(choose, tables)
        assert_agrees(study, join_on(spark_engine, study, tables, entry), find_outcomes(study, tables, entry))


@pytest.fixture(params=range(2))
def made(request):
    choose = random.Random(100 + request.param).choice
    tables = make_tables(choose, PERSONS)
    return make_study(choose), tables, make_entry(choose, tables)


def test_the_order_of_rows_is_of_no_account(duckdb_engine, made):
    study, tables, entry = made
    mixed = {name: rows and random.Random(1).sample(rows, len(rows)) for name, rows in tables.items()}
    assert join_on(duckdb_engine, study, mixed, entry) == join_on(duckdb_engine, study, tables, entry)


def test_ids_of_persons_may_be_texts(duckdb_engine, made):
    study, tables, entry = made
    found = join_on(duckdb_engine, study, tables, entry, id_of=lambda person: f"P-{person}")
    expected = join_on(duckdb_engine, study, tables, entry)
    assert [row.pop("person_id") for row in found.outcomes] == [
        f"P-{row.pop('person_id')}" for row in expected.outcomes
    ]
    assert found == expected


def test_shifted_dates_shift_times_and_nothing_else(duckdb_engine, made):
    study, tables, entry = made
    by = timedelta(days=-20_003)
    found = join_on(duckdb_engine, study, _shifted(tables, by), entry)
    expected = join_on(duckdb_engine, study, _shifted(tables, timedelta()), entry)
    assert found.daily == expected.daily
    assert found.harm == expected.harm
    assert found.outcomes == [_moved(row, by) for row in expected.outcomes]


def _shifted(tables: Mapping[str, Any], by: timedelta) -> dict[str, Any]:
    """Shift all times; a year of birth alone cannot be shifted by days."""
    return {
        name: None if rows is None else [_moved(row, by) | {"birth_year": None} for row in rows]
        for name, rows in tables.items()
    }


def _moved(row: Row, by: timedelta) -> Row:
    return {name: value + by if isinstance(value, datetime | date) else value for name, value in row.items()}


def test_a_person_added_far_away_changes_nothing(duckdb_engine, made):
    study, tables, entry = made
    stranger = make_tables(random.Random(5).choice, 1)
    far = {
        name: [_moved(row, timedelta(days=9_999)) | _strange(row) for row in rows or ()]
        for name, rows in stranger.items()
    }
    both = {name: rows if rows is None else rows + far[name] for name, rows in tables.items()}
    found = join_on(duckdb_engine, study, both, entry | {row["course_id"]: None for row in far["courses"]})
    expected = join_on(duckdb_engine, study, tables, entry)
    for name in ("outcomes", "daily", "harm"):
        rows = [row for row in getattr(found, name) if not row["course_id"].startswith("stranger")]
        assert rows == getattr(expected, name)


def _strange(row: Row) -> Row:
    names: Row = {"person_id": 10**12} if "person_id" in row else {}
    return names | ({"course_id": f"stranger-{row['course_id']}"} if "course_id" in row else {})


def test_a_variant_of_the_rules_is_what_the_study_with_those_rules_would_give(duckdb_engine, made):
    study, tables, entry = made
    first = study.rating.baseline.model_copy(update={"take": "first", "fallback": "none"})
    mean = study.rating.final.model_copy(update={"take": "mean", "fallback": "last in course"})
    changes = {"main": {}, "other baseline": {"baseline": first}, "other final": {"final": mean}}
    variants = {
        name: study.model_copy(update={"rating": study.rating.model_copy(update=change)})
        for name, change in changes.items()
    }
    found = find_endpoints(variants, _tables(duckdb_engine, tables), duckdb_engine)
    for name, variant in variants.items():
        rows = duckdb_engine.to_arrow(found[name].order_by("course_id")).to_pylist()
        whole = join_on(duckdb_engine, variant, tables, entry).outcomes
        assert rows == [{column: row[column] for column in rows[0]} for row in whole]
