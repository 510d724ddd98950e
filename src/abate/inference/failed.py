"""What had failed before, in how many courses, and how is it known? Shares by class of drugs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import flags, persons, rows_of_courses, sample_of, texts
from abate.inference.rows import NO_COURSE, failed_row, median_row, share_row, slug
from abate.stats.arrays import IntArray

if TYPE_CHECKING:
    import pyarrow as pa

#: What is said of each class: id, column, words.
ASPECTS = (
    ("no_effect", "it had failed for want of effect"),
    ("not_tolerated", "it had failed because it was not tolerated"),
    ("contraindicated", "it was contraindicated"),
    ("inferred", "its failure is only inferred from exposures"),
    ("fair", "it had had a fair trial"),
    ("may_be_fair", "it is not known whether it had had a fair trial"),
    ("may_have_failed", "it is not known whether it had failed"),
)
_COLUMNS = (("", "has_failed", "it had failed"), *((f".{name}", name, words) for name, words in ASPECTS))
ROLES = ("preventive", "acute", "infusion")
_NOT_RECORDED = "the records hold no earlier treatments"


def estimate_failed(courses: pa.Table, failed: pa.Table | None) -> list[Estimate]:
    """Return by role how many classes had failed, and by class in how many courses it had, and why.

    Parameters
    ----------
    courses : Table
        Rows of the courses that entered, with ``course_id`` and ``person_id``.
    failed : Table or None
        One row a course and class, as `cohort.failed_classes.find_failed_classes` gives them; rows of other courses are
        ignored. None where the records hold no treatments.

    Returns
    -------
    list of Estimate
        ``failed.ROLE`` (median number), and for each class that a course was given ``failed.ROLE.CLASS`` (share of
        courses before which it had failed) and ``failed.ROLE.CLASS.ASPECT``.
    """
    if failed is None:
        return [failed_row("failed.preventive", _quantity("preventive"), _NOT_RECORDED)]
    if courses.num_rows == 0:
        return [failed_row("failed.preventive", _quantity("preventive"), NO_COURSE)]
    rows, of_course = rows_of_courses(failed, courses)
    return [row for role in ROLES for row in _of_role(role, rows, of_course, courses)]


def _of_role(role: str, rows: pa.Table, of_course: IntArray, courses: pa.Table) -> Iterator[Estimate]:
    is_role = texts(rows, "role") == role
    if role == "infusion" and not np.any(is_role):
        return
    has_failed = is_role & (flags(rows, "has_failed") == 1)
    counts = np.bincount(of_course[has_failed], minlength=courses.num_rows).astype(np.float64)
    whose = persons(courses)
    yield median_row(f"failed.{role}", _quantity(role), sample_of(counts, whose), "1")
    slugs = np.array([None if name is None else slug(str(name)) for name in texts(rows, "drug_class")], dtype=object)
    # Classes that differ in their spelling only are one.
    names = {id: str(name) for id, name in zip(slugs[is_role], texts(rows, "drug_class")[is_role], strict=True)}
    for id in sorted(names):
        is_class = is_role & (slugs == id)
        for aspect, column, words in _COLUMNS:
            hits = np.zeros(courses.num_rows)
            hits[of_course[is_class & (flags(rows, column) == 1)]] = 1.0
            yield share_row(
                f"failed.{role}.{id}{aspect}",
                f"courses before which {words}: {role} drugs of the class {names[id]}",
                sample_of(hits, whose),
                group=names[id],
            )


def _quantity(role: str) -> str:
    return f"classes of {role} drugs that had failed before the first dose"
