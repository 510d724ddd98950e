"""In which order were classes of preventives begun before a course? One row a course and class, its place counted from the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.engine.time import epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir


def find_treatment_order(courses: ir.Table, treatments: ir.Table) -> ir.Table:
    """Return ``course_id``, ``drug_class`` and ``place`` (from 1) of each preventive class with a known start before the first dose.

    A class stands where it was first begun; of classes begun on one day the first by name comes first.
    """
    starts = courses.select("course_id", "person_id", start_seconds=epoch_seconds(courses["start"]))
    rows = treatments.filter(treatments.role == "preventive", treatments.drug_class.notnull()).select(
        "person_id", "drug_class", begun_seconds=epoch_seconds(treatments["start"])
    )
    pairs = starts.inner_join(rows, "person_id")
    earlier = pairs.filter((pairs.begun_seconds < pairs.start_seconds).fill_null(False))
    begun = earlier.group_by("course_id", "drug_class").aggregate(begun_seconds=earlier.begun_seconds.min())
    order = ibis.window(group_by=begun.course_id, order_by=[begun.begun_seconds, begun.drug_class])
    return begun.mutate(place=ibis.row_number().over(order) + 1).select("course_id", "drug_class", "place")
