"""In which order were classes of drugs tried before a course, and how many courses went which way?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: So many classes of a course are followed, the first ones; what came between them and the course is counted, not named.
MOST_STEPS = 5


def find_sequences(trials: ir.Table, *, role: str = "preventive", most_steps: int = MOST_STEPS) -> ir.Table:
    """Count the ways from class to class to the course.

    A class has its place by the first time that a drug of it was begun; two begun at one time stand in the order of the
    alphabet. Trials without a date or a class have no place.

    Parameters
    ----------
    trials : table
        With ``course_id``, ``drug_class``, ``role`` and ``begun_seconds``, a row each trial of a drug before a course.
    role : str
        Which drugs are followed.
    most_steps : int
        Classes followed for each course.

    Returns
    -------
    table
        ``step`` (1 is the first class), ``drug_class``, ``next_class`` (empty: the course came next), ``skipped_count`` (of
        all courses on this way, classes between this one and the course that are not followed) and ``course_count``.
    """
    dated = trials.filter((trials.role == role) & trials.drug_class.notnull() & trials.begun_seconds.notnull())
    first = dated.group_by("course_id", "drug_class").aggregate(begun=dated.begun_seconds.min())
    in_order = ibis.window(group_by="course_id", order_by=[first.begun, first.drug_class])
    placed = first.mutate(
        step=ibis.row_number().over(in_order) + 1,
        after=first.drug_class.lead().over(in_order),
        class_count=first.count().over(ibis.window(group_by="course_id")),
    )
    followed = placed.filter(placed.step <= most_steps)
    ways = followed.mutate(
        next_class=(followed.step < most_steps).ifelse(followed.after, ibis.null("string")),
        skipped=(followed.step == most_steps).ifelse(followed.class_count - most_steps, 0),
    )
    counted = ways.group_by("step", "drug_class", "next_class").aggregate(
        skipped_count=ways.skipped.sum(), course_count=ways.count()
    )
    return counted.mutate(**{name: counted[name].cast("int64") for name in ("step", "skipped_count", "course_count")})
