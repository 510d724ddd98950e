"""How many courses and persons are there, and what of them could not be evaluated, for which reason?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import Sample, numbers, persons, reasons, sample_of
from abate.inference.rows import NO_COURSE, count_row, share_row, slug
from abate.stats.arrays import Array

if TYPE_CHECKING:
    import pyarrow as pa


def count_courses(courses: pa.Table) -> list[Estimate]:
    """Return how many courses and persons entered, and in how many courses the change can be evaluated."""
    has_both = np.isfinite(numbers(courses, "baseline")) & np.isfinite(numbers(courses, "final"))
    whose = persons(courses)
    evaluable = Sample(values=has_both.astype(np.float64), persons=whose)
    everybody = Sample(values=np.ones(courses.num_rows), persons=whose)
    person_count = Estimate(
        id="persons.n",
        quantity="persons with such a course",
        value=float(everybody.person_count),
        unit="{persons}",
        n=everybody.course_count,
        person_count=everybody.person_count,
        method="count",
    )
    return [
        count_row("courses.n", "courses that entered the study", everybody),
        person_count,
        count_row("courses.evaluable", "courses with a baseline and a final rating", evaluable),
    ]


def count_missing(courses: pa.Table) -> list[Estimate]:
    """Return for baseline, final rating and total dose the share of courses without one, and a count for each reason."""
    return [
        *missing_rows(courses, "baseline", "a baseline rating", numbers(courses, "baseline"), "baseline_missing"),
        *missing_rows(courses, "final", "a final rating", numbers(courses, "final"), "final_missing"),
        *missing_rows(courses, "dose_total", "a total dose", numbers(courses, "dose_total_mg"), "dose_missing"),
    ]


def missing_rows(courses: pa.Table, id: str, what: str, values: Array, reason: str) -> list[Estimate]:
    """Return the share of courses without a value, then a count for each reason.

    Parameters
    ----------
    courses : Table
        One row a course.
    id, what : str
        The value in ids and in words.
    values : array of float64, shape (n,)
        Of each course, nan where it is missing.
    reason : str
        The column that says why.
    """
    is_missing = np.isnan(values).astype(np.float64)
    share = share_row(
        f"missing.{id}", f"courses without {what}", sample_of(is_missing, persons(courses)), none=NO_COURSE
    )
    return [share, *_reason_rows(courses, id, what, reason)]


def _reason_rows(courses: pa.Table, id: str, what: str, reason: str) -> list[Estimate]:
    texts, whose = reasons(courses, reason), persons(courses)
    words = {slug(text): text for text in sorted({text for text in texts if text is not None}, reverse=True)}
    keys = np.array([None if text is None else slug(text) for text in texts], dtype=object)
    return [
        count_row(
            f"missing.{id}.{key}",
            f"courses without {what}: {words[key]}",
            Sample(values=(keys == key).astype(np.float64), persons=whose),
        )
        for key in sorted(words)
    ]
