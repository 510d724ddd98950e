"""A small review of charts for tests: twelve persons, five days, a fall of four points; made up."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

from abate.contracts.definition import Study
from abate.contracts.result import Estimate, Provenance, StudyResult
from tests.outcome_tables import START, daily_of, outcomes_of, small_study

DAYS = 5


def review_study(**sections) -> Study:
    """The study of the review."""
    return small_study(**sections)


def review_tables(study: Study, persons: int = 12, **columns) -> tuple[pa.Table, pa.Table]:
    """Outcomes and daily ratings: person k starts a month after person k - 1 and is rated on every day."""
    generator = np.random.default_rng(7)
    level = generator.normal(0, 1, persons)
    baseline = np.clip(np.rint(7.5 + level), 0, 10)
    days = np.clip(
        np.rint(7.5 + level[:, None] - 0.8 * np.arange(1, DAYS + 1) + generator.normal(0, 0.8, (persons, DAYS))), 0, 10
    )
    given = {
        "baseline": baseline.tolist(),
        "final": days[:, -1].tolist(),
        "change": (days[:, -1] - baseline).tolist(),
        "stay_days": [5.0] * persons,
        "start": [START + dt.timedelta(days=30 * k) for k in range(persons)],
        "course_number": [1] * persons,
        **columns,
    }
    rows = [(k + 1, day + 1, float(days[k, day])) for k in range(persons) for day in range(DAYS)]
    return outcomes_of(study, **given), daily_of(*rows)


def review_result(*estimates: Estimate, is_simulated: bool = False) -> StudyResult:
    """What a run found, with these estimates beside the mean change."""
    change = Estimate(id="change.mean", quantity="mean change", value=-4.0, standard_error=0.4, person_count=12)
    return StudyResult(
        study={},
        explanation=(),
        estimates=(change, *estimates),
        attrition=(),
        characteristics=(),
        findings=(),
        sensitivity=(),
        provenance=Provenance(
            abate_version="0",
            study_hash="f" * 64,
            data_fingerprint="",
            source_kind="course tables",
            is_simulated=is_simulated,
        ),
    )
