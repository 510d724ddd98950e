"""Who was treated, when and for how long, and did the course enter the study? The first columns of `outcomes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.engine.joins import left_join_on
from abate.engine.time import calendar_year, date_seconds, days, epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.course_tables import CourseTables

#: A year of the Julian calendar, 365.25 days: the UCUM unit "a".
SECONDS_PER_YEAR = 31_557_600


def find_courses(tables: CourseTables, entry_courses: ir.Table) -> ir.Table:
    """Return the columns of `outcomes` that say who and when, one row a course.

    Parameters
    ----------
    tables : CourseTables
        `courses`, and `patients` where the source has them.
    entry_courses : table
        ``course_id``, ``is_eligible``, ``lost_at``; one row a course.
    """
    courses = tables.courses.mutate(
        length_days=days(epoch_seconds(tables.courses.end) - epoch_seconds(tables.courses.start)),
        stay_days=days(epoch_seconds(tables.courses.discharge) - epoch_seconds(tables.courses.admission)),
    )
    courses = left_join_on(courses, "course_id", entry_courses.select("course_id", "is_eligible", "lost_at"))
    return _with_person(courses, tables.patients)


def _with_person(courses: ir.Table, patients: ir.Table | None) -> ir.Table:
    texts = ("sex", "race", "ethnicity", "site")
    if patients is None:
        return courses.mutate(age_years=ibis.null("float64"), **{name: ibis.null("string") for name in texts})
    persons = patients.select("person_id", "birth_date", "birth_year", *texts)
    courses = left_join_on(courses, "person_id", persons)
    age_by_date = (epoch_seconds(courses.start) - date_seconds(courses.birth_date)) / SECONDS_PER_YEAR
    age_by_year = (calendar_year(courses.start) - courses.birth_year).cast("float64")
    return courses.mutate(age_years=age_by_date.fill_null(age_by_year)).drop("birth_date", "birth_year")
