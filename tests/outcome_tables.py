"""Small `outcomes`, `daily` and `harm` for tests, written column by column; what is not written is empty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from abate.contracts.definition import Study
from abate.contracts.outcome import DAILY, HARM, outcomes_table
from abate.contracts.result import Estimate
from abate.contracts.schema import Table
from abate.inference.estimate import estimate_study
from tests.tables import ARROW_TYPES

START = dt.datetime(2024, 3, 1, 8)


def small_study(**sections: Any) -> Study:
    """A study of ketamine whose primary response is a fall of 2 points; ``sections`` stand beside or in place of that."""
    return Study.model_validate(
        {
            "title": "A small study",
            "treatment": {"name": "ketamine"},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
            **sections,
        }
    )


def outcomes_of(study: Study, **columns: Sequence[Any]) -> pa.Table:
    """Eligible courses 1, 2, … of persons 1, 2, … with the columns given; the first dose is on 1 March at 8."""
    count = len(next(iter(columns.values()))) if columns else 0
    numbered = list(range(1, count + 1))
    given = {
        "course_id": numbered,
        "person_id": numbered,
        "treatment": [study.treatment.name] * count,
        "is_eligible": [True] * count,
        "start": [START] * count,
        **columns,
    }
    return _table(outcomes_table(study), given, count)


def daily_of(*rows: tuple[Any, int, float]) -> pa.Table:
    """Rows of `daily`: course, day, value; each from one rating."""
    columns = {name: [row[i] for row in rows] for i, name in enumerate(("course_id", "day", "value"))}
    return _table(DAILY, {**columns, "rating_count": [1] * len(rows)}, len(rows))


def harm_of(*rows: tuple[Any, str, int | None, bool]) -> pa.Table:
    """Rows of `harm`: course, term, grade, whether it was present before; each an hour after the first dose."""
    names = ("course_id", "term", "grade", "was_present_before")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    return _table(HARM, {**columns, "onset_hours": [1.0] * len(rows)}, len(rows))


def limits_of(outcomes: pa.Table) -> pa.Table:
    """Doses held against limits, a row a course: the first course is beyond, the others within."""
    others = outcomes.num_rows - 1
    return pa.table(
        {
            "course_id": outcomes["course_id"],
            "rate_max_mg_kg_h": [1.5] + [0.8] * others,
            "rate_verdict": ["beyond"] + ["within limits"] * others,
            "beyond_first_hour": [10.0] + [None] * others,
            "beyond_hours": [4.0] + [0.0] * others,
            "bolus_verdict": ["within limits"] * (others + 1),
            "limits_verdict": ["beyond"] + ["within limits"] * others,
        }
    )


def estimates_of(
    study: Study,
    outcomes: pa.Table,
    daily: pa.Table | None = None,
    harm: pa.Table | None = None,
    limits: pa.Table | None = None,
) -> dict[str, Estimate]:
    """All estimates by id."""
    found = estimate_study(study, outcomes, daily or daily_of(), harm or harm_of(), limits)
    return {estimate.id: estimate for estimate in found}


def hours_after_start(hours: float | None) -> dt.datetime | None:
    """A time so many hours after the first dose."""
    return None if hours is None else START + dt.timedelta(hours=hours)


def _table(contract: Table, given: dict[str, Sequence[Any]], count: int) -> pa.Table:
    unknown = set(given) - set(contract.column_names)
    assert not unknown, f"{contract.name} has no column {unknown}"
    return pa.table(
        {column.name: _array(column, given.get(column.name, [None] * count)) for column in contract.columns}
    )


def _array(column: Any, values: Sequence[Any]) -> pa.Array:
    kind = ARROW_TYPES.get(column.type)  # ids are numbers or texts, as they come
    if kind is None:
        return pa.array(values, pa.string() if any(isinstance(value, str) for value in values) else pa.int64())
    return pa.array(values, kind)
