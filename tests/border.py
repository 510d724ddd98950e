"""Tables written as text, taken over the border: for tests of what the contract lets pass."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from abate.contracts.course_tables import FINDINGS, CourseTables, SourceTables
from abate.contracts.definition import Study
from abate.engine.connection import Engine
from abate.sources.border import check_course_tables
from tests.tables import parse_rows

STUDY = Study.model_validate(
    {
        "title": "Ketamine for migraine",
        "treatment": {"name": "ketamine"},
        "rating": {"scale": "nrs"},
        "response": {"primary": {"points": 2}},
    }
)
WITH_COMPARATOR = STUDY.model_copy(
    update={"comparator": STUDY.treatment.model_copy(update={"name": "intravenous lidocaine"})}
)

COURSES = """
    course_id | person_id | treatment | start            | end              | admission        | discharge
    a         | 1         | ketamine  | 2024-03-01 12:00 | 2024-03-05 12:00 | 2024-03-01 09:00 | 2024-03-06 10:00
"""
RATINGS = """
    person_id | time             | scale | value
    1         | 2024-03-01 10:00 | nrs   | 8
"""


def as_text(name: str, text: str) -> pa.Table:
    """Return a text table as sheets are read: all cells text, and a key for each row, the heading being row 1."""
    rows = parse_rows(text)
    columns = {column: pa.array([row[column] for row in rows], pa.string()) for column in rows[0]}
    keys = [f"{name} row {number}" for number in range(2, len(rows) + 2)]
    return pa.table({**columns, "row_key": pa.array(keys, pa.string())})


def source(engine: Engine, tables: dict[str, Any]) -> SourceTables:
    """Return tables (Arrow, or text) as a source of course tables without findings of its own."""
    arrow = {name: as_text(name, t) if isinstance(t, str) else t for name, t in tables.items()}
    return SourceTables(
        **{name: engine.from_arrow(table, name) for name, table in arrow.items()},
        findings=engine.from_arrow(
            pa.table({name: pa.array([], pa.string()) for name in FINDINGS.column_names}), "findings"
        ),
        source_kind="course tables",
    )


def checked(engine: Engine, study: Study | None = STUDY, **tables: Any) -> CourseTables:
    """Take tables over the border; courses and ratings that are not given are one good course with one rating."""
    return check_course_tables(source(engine, {"courses": COURSES, "ratings": RATINGS, **tables}), study, engine)


def rows_of(engine: Engine, table: Any, *names: str) -> list[tuple[Any, ...]]:
    """Return columns of a table as sorted rows."""
    found = engine.to_arrow(table.select(*names)).to_pylist()
    return sorted((tuple(row[name] for name in names) for row in found), key=repr)


def findings_of(engine: Engine, tables: CourseTables) -> list[tuple[Any, ...]]:
    """Return the findings as (table, rule, action, row)."""
    return rows_of(engine, tables.findings, "table", "rule", "action", "row_key")
