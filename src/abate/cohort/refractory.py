"""How many classes had failed a person before a course? The plain count behind failed_preventive_classes and its like.

Without a section ``[failure]`` in the study file a class counts as failed before a course when at least one treatment of that
class and role

- has a recorded outcome of no effect, not tolerated or contraindicated, and ended before the first dose (where the end is
  not known: began before it; where no date is known, it counts as earlier, since the table holds earlier treatments); or else
- has no recorded outcome, and is an exposure, from its start to its end, of at least the length that the study names, which
  ended before the first dose. This is an inference and counted apart.

One row of `treatments` is then one treatment. With a section ``[failure]`` its rules hold. Rows without a class are not
counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from abate.cohort.failure_rules import FailureRules, class_count_rules
from abate.cohort.failures import find_failures

if TYPE_CHECKING:
    import ibis.expr.types as ir


def count_failed_classes(
    courses: ir.Table,
    treatments: ir.Table,
    *,
    role: Literal["preventive", "acute"],
    least_exposure_seconds: int,
    rules: FailureRules | None = None,
) -> ir.Table:
    """Count the classes of one role that had failed before each course.

    Parameters
    ----------
    courses : table
        With ``course_id``, ``person_id`` and ``start_seconds`` (first dose, epoch seconds).
    treatments : table TREATMENTS
        Earlier and other treatments of these persons.
    role : "preventive" or "acute"
        Only treatments in this role count.
    least_exposure_seconds : int
        Exposure that counts as a failure where no outcome is recorded.
    rules : FailureRules, optional
        The study's declared rules, in the place of the plain one.

    Returns
    -------
    table
        ``course_id``, ``failed_count`` (distinct classes) and ``inferred_count`` (those of them for which only an exposure
        speaks); courses before which no class had failed are not in it.
    """
    of_role = treatments.filter(treatments.role == role, treatments.drug_class.notnull())
    found = find_failures(courses, of_role, rules or class_count_rules(None, role, least_exposure_seconds))
    failed = found.filter(found.is_failed)
    classes = failed.group_by("course_id", "drug_class").aggregate(is_recorded=(failed.basis == "recorded").any())
    return classes.group_by("course_id").aggregate(
        failed_count=classes.count(), inferred_count=(~classes.is_recorded).cast("int64").sum()
    )
