"""Which course is it? Numbers and ids that a sheet may leave out, and doses that belong to no course."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from abate.base.errors import BrokenRecordsError
from abate.engine.connection import Engine
from abate.sources.border.reading import ROW_KEY, ReadTable
from abate.sources.findings import Findings


def fill_course_numbers(table: ReadTable, engine: Engine, findings: Findings) -> ReadTable:
    """Return the courses with empty ``course_number`` filled in the order of start, within person and treatment."""
    rows = table.rows
    in_order = ibis.window(group_by=["person_id", "treatment"], order_by=[rows.start, rows[ROW_KEY]])
    if _tell_filled(rows, "course_number", "filled in the order of start", engine, findings):
        place = ibis.row_number().over(in_order).cast("int64") + 1
        rows = rows.mutate(course_number=rows.course_number.coalesce(place))
    _tell_order(rows, in_order, engine, findings)
    return table.with_rows(rows)


def _tell_order(rows: ir.Table, in_order: Any, engine: Engine, findings: Findings) -> None:
    """Name courses that are numbered against the order of their start, or that begin inside the one before."""
    before = rows.mutate(
        abate_number=rows.course_number.lag().over(in_order), abate_end=rows["end"].lag().over(in_order)
    )
    broken = {
        "course_number does not follow the order of start": before.abate_number >= before.course_number,
        "the course starts before the end of the person's course before it": before.abate_end > before.start,
    }
    counts = engine.to_arrow(before.aggregate([before.count(where=rule).name(name) for name, rule in broken.items()]))
    for sentence, is_broken in broken.items():
        if counts[sentence][0].as_py():
            findings.add_rows(
                before.filter(is_broken.fill_null(False)), table="courses", rule=sentence, action="kept", key=ROW_KEY
            )


def fill_course_ids(table: ReadTable, engine: Engine, findings: Findings) -> ReadTable:
    """Return the courses with empty ``course_id`` built as person:treatment:number, such as "17:ketamine:1"."""
    rows = table.rows
    if not _tell_filled(rows, "course_id", "built as person:treatment:number", engine, findings):
        return table
    built = rows.person_id.cast("string") + ":" + rows.treatment + ":" + rows.course_number.cast("string")
    return table.with_rows(rows.mutate(course_id=rows.course_id.cast("string").coalesce(built)))


def _tell_filled(rows: ir.Table, name: str, how: str, engine: Engine, findings: Findings) -> bool:
    """Return whether a cell of a column is empty; note a whole empty column once, else name the rows."""
    counted = engine.to_arrow(rows.aggregate(all=rows.count(), filled=rows[name].count())).to_pylist()[0]
    sentence = f"{name} is empty; {how}"
    if counted["all"] and not counted["filled"]:
        findings.add_remark("courses", sentence)
    elif counted["filled"] < counted["all"]:
        findings.add_rows(
            rows.filter(rows[name].isnull()), table="courses", rule=sentence, action="repaired", key=ROW_KEY
        )
    return bool(counted["filled"] < counted["all"])


def drop_doses_without_course(doses: ReadTable, courses: ReadTable, engine: Engine, findings: Findings) -> ReadTable:
    """Return the doses whose course is there; a dose outside its course's time is kept and named.

    Raises
    ------
    BrokenRecordsError
        If no dose names a course.
    """
    spans = courses.rows.select(
        abate_course=courses.rows.course_id, abate_start=courses.rows.start, abate_end=courses.rows.end
    )
    rows = doses.rows
    if rows.course_id.type() != spans.abate_course.type():
        rows, spans = (
            rows.mutate(course_id=rows.course_id.cast("string")),
            spans.mutate(abate_course=spans.abate_course.cast("string")),
        )
    joined = rows.left_join(spans, rows.course_id == spans.abate_course)
    is_lost = joined.abate_course.isnull()
    is_outside = ((joined.start < joined.abate_start) | (joined.start > joined.abate_end)).fill_null(False)
    counted = engine.to_arrow(
        joined.aggregate(all=joined.count(), lost=is_lost.cast("int64").sum(), outside=is_outside.cast("int64").sum())
    ).to_pylist()[0]
    if counted["all"] and counted["lost"] == counted["all"]:
        findings.stop(
            BrokenRecordsError(
                f"none of the {counted['all']} rows of doses names a course that is in courses; "
                "write the same course_id in both tables."
            )
        )
    if counted["outside"]:
        sentence = "the dose starts before its course or after its end"
        findings.add_rows(joined.filter(is_outside), table="doses", rule=sentence, action="kept", key=ROW_KEY)
    if counted["lost"]:
        findings.add_rows(
            joined.filter(is_lost), table="doses", rule="its course is not in courses", action="dropped", key=ROW_KEY
        )
        rows = rows.semi_join(spans, rows.course_id == spans.abate_course)
    return doses.with_rows(rows)
