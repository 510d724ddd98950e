"""Made-up outcomes of two treatments whose choice depended on how ill a person was, for tests of the comparison."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from abate.contracts.definition import Study
from abate.contracts.outcome import DAILY, outcomes_table
from abate.contracts.schema import ColumnType
from tests.outcome_tables import START, small_study
from tests.tables import ARROW_TYPES

#: Ketamine less lidocaine, in points of the final rating, whatever the baseline.
TRUE_DIFFERENCE = -1.5


def study_of_two(**sections: Any) -> Study:
    """Ketamine against lidocaine; ``sections`` stand beside or in place of what the study asks."""
    return small_study(
        **{
            "comparator": {"name": "lidocaine"},
            "follow_up": {"visits": {"visit_1": ["14d", "60d"]}},
            "comparison": {"covariates": ["age", "sex", "baseline", "setting", "year", "earlier_course"]},
            **sections,
        }
    )


def rows_of_two(
    study: Study, count: int = 160, seed: int = 7, *, choice: float = 0.8, **columns: Sequence[Any]
) -> dict[str, pa.Table]:
    """Tables ``outcomes`` and ``daily``: the iller (by baseline) got ketamine more often, by ``choice`` log odds a point."""
    draw = np.random.default_rng(seed)
    baseline = np.clip(np.round(draw.normal(7, 1.3, count)), 3, 10)
    treated = draw.random(count) < 1 / (1 + np.exp(-choice * (baseline - 7)))
    final = np.clip(0.8 * baseline - 1.5 + TRUE_DIFFERENCE * treated + draw.normal(0, 1, count), 0, 10)
    start = [START + dt.timedelta(days=int(day)) for day in draw.integers(0, 700, count)]
    returned = draw.exponential(np.where(treated, 160, 90))
    followed = draw.integers(60, 400, count).astype(float)
    data: dict[str, Sequence[Any]] = {
        "course_id": list(range(1, count + 1)),
        "person_id": list(range(1, count + 1)),
        "treatment": ["ketamine" if t else "lidocaine" for t in treated],
        "course_number": [1] * count,
        "is_eligible": [True] * count,
        "age_years": draw.normal(42, 12, count).tolist(),
        "sex": ["female" if u < 0.8 else "male" for u in draw.random(count)],
        "setting": ["inpatient"] * count,
        "start": start,
        "end": [at + dt.timedelta(days=4) for at in start],
        "discharge": [at + dt.timedelta(days=4, hours=6) for at in start],
        "baseline": baseline.tolist(),
        "baseline_rule": ["window"] * count,
        "final": final.tolist(),
        "final_time": [at + dt.timedelta(days=4) for at in start],
        "change": (final - baseline).tolist(),
        "response_points_2": (baseline - final >= 2).tolist(),
        "return_days": [float(r) if r <= f else None for r, f in zip(returned, followed, strict=True)],
        "followed_days": followed.tolist(),
        **columns,
    }
    daily = [
        {
            "course_id": course,
            "day": day,
            "value": float(b + (f - b) * day / 4 + 0.3 * draw.normal()),
            "rating_count": 3,
        }
        for course, b, f in zip(data["course_id"], baseline, final, strict=True)
        for day in range(1, 5)
    ]
    return {
        "outcomes": _table(outcomes_table(study), data, count),
        "daily": pa.Table.from_pylist(daily, schema=_schema(DAILY)),
    }


def _table(table: Any, data: dict[str, Sequence[Any]], count: int) -> pa.Table:
    unknown = set(data) - {column.name for column in table.columns}
    assert not unknown, unknown
    return pa.table({name: data.get(name, [None] * count) for name in _schema(table).names}, schema=_schema(table))


def _schema(table: Any) -> pa.Schema:
    return pa.schema(
        [(column.name, {**ARROW_TYPES, ColumnType.ID: pa.int64()}[column.type]) for column in table.columns]
    )
