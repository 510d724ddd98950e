"""What came of each course? Ratings, doses, events and contacts beside it, in one row a course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from abate.base.logs import Progress, silent
from abate.contracts.definition import Study
from abate.contracts.outcome import DAILY, HARM, outcomes_table
from abate.contracts.schema import ColumnType, Table
from abate.engine.joins import left_join_on
from abate.outcomes.course import find_courses
from abate.outcomes.doses import dose_columns
from abate.outcomes.durability import find_after
from abate.outcomes.harm import find_harm, harm_columns
from abate.outcomes.pain import find_pain
from abate.outcomes.windows import find_windows

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.course_tables import CourseTables
    from abate.engine.connection import Engine

_TYPES: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "int64",
    ColumnType.NUMBER: "float64",
    ColumnType.TIME: "timestamp",
    ColumnType.DATE: "date",
    ColumnType.BOOLEAN: "boolean",
}


@dataclass(frozen=True, kw_only=True)
class OutcomeTables:
    """What is said of the courses, as tables of the engine, in the form that ``contracts.outcome`` states."""

    outcomes: ir.Table
    daily: ir.Table
    harm: ir.Table


def join_outcomes(
    study: Study,
    tables: CourseTables,
    entry_courses: ir.Table,
    engine: Engine,
    progress: Progress = silent,
) -> OutcomeTables:
    """Return one row a course, eligible or not, with its days and adverse events beside it.

    Parameters
    ----------
    study : Study
        What counts as baseline, final, day, response, event and visit.
    tables : CourseTables
        The contract filled; what is None there is "not recorded" here.
    entry_courses : table
        ``course_id``, ``is_eligible``, ``lost_at``; one row a course.
    engine : Engine
        Where the tables are.
    progress : callable
        Is given a short sentence whenever a part begins.

    Returns
    -------
    OutcomeTables
        Computed tables of the engine, their rows in no stated order.
    """
    windows = engine.materialise(find_windows(study, tables), "windows")
    progress("joining ratings to courses")
    pain, daily = find_pain(study, tables.ratings, windows, engine)
    progress("joining doses, events and contacts to courses")
    harm = _find_harm(study, tables, windows, engine)
    parts = (
        pain.drop("person_id"),
        dose_columns(tables.doses, windows),
        harm_columns(study, harm, windows),
        find_after(study.follow_up, tables.contacts, windows),
    )
    return OutcomeTables(
        outcomes=_compute(_one_row_a_course(find_courses(tables, entry_courses), parts), outcomes_table(study), engine),
        daily=_compute(_with_course_id(daily, windows), DAILY, engine),
        harm=_compute(_no_harm(windows) if harm is None else _with_course_id(harm, windows), HARM, engine),
    )


def _find_harm(study: Study, tables: CourseTables, windows: ir.Table, engine: Engine) -> ir.Table | None:
    if study.events is None or tables.events is None:
        return None
    return engine.materialise(find_harm(study, tables.events, windows), "harm")


def _one_row_a_course(courses: ir.Table, parts: tuple[ir.Table, ...]) -> ir.Table:
    pain, *others = parts
    rows = left_join_on(left_join_on(courses, "course_id", pain), "course_key", *others)
    return rows.mutate(dose_mg_per_kg=rows.dose_total_mg / rows.weight_kg)


def _with_course_id(rows: ir.Table, windows: ir.Table) -> ir.Table:
    return rows.inner_join(windows.select("course_key", "course_id"), "course_key")


def _no_harm(windows: ir.Table) -> ir.Table:
    empty = {column.name: ibis.null(_TYPES[column.type]) for column in HARM.columns if column.name != "course_id"}
    return windows.filter(ibis.literal(False)).select("course_id", **empty)


def _compute(rows: ir.Table, contract: Table, engine: Engine) -> ir.Table:
    """Compute the rows with the contract's columns, in its order and types; ids keep the type that they have."""
    columns = {
        column.name: rows[column.name] if column.type is ColumnType.ID else rows[column.name].cast(_TYPES[column.type])
        for column in contract.columns
    }
    return engine.materialise(rows.select(**columns), f"{contract.name}_of_courses")
