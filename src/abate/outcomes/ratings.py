"""Which ratings belong to which course, and to which of its windows? Joined once; all else is read from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.contracts.definition import Study
from abate.engine.aggregates import MEAN_DECIMALS
from abate.engine.course_clock import course_day
from abate.engine.time import epoch_seconds
from abate.outcomes.windows import visit_bounds

if TYPE_CHECKING:
    import ibis.expr.types as ir


def join_ratings(study: Study, ratings: ir.Table, windows: ir.Table) -> ir.Table:
    """Return the ratings of the study's scale that lie in a window of a course.

    Several ratings of one person at one second count as one, their mean. A rating that lies in windows of two courses
    stands once for each.

    Parameters
    ----------
    study : Study
        Its scale, windows and visits.
    ratings : table
        Contract table `ratings`.
    windows : table
        From ``find_windows``.

    Returns
    -------
    table, one row a course and time
        ``course_key``, ``at_s`` (seconds since the first dose, negative before), ``value``, ``day`` (of the course), and
        whether the rating lies ``in_stay`` (admission to discharge), ``in_course`` (after the first dose, until
        discharge), ``in_baseline``, ``in_final`` (after the first dose), and in each visit as ``in_visit_<visit>`` (after the
        first dose and before the person's next course).
    """
    each_time = _one_a_time(_of_courses(study, ratings, windows))
    beside = each_time.inner_join(windows.drop("person_id"), "course_key")
    flags = _flags(study, beside)
    day = course_day(beside.time_s, beside.start_s, study.rating.day)
    placed = beside.select("course_key", "value", at_s=beside.time_s - beside.start_s, day=day, **flags)
    return placed.filter(ibis.or_(*(placed[flag] for flag in flags)))


def _of_courses(study: Study, ratings: ir.Table, windows: ir.Table) -> ir.Table:
    """Return the ratings between the first and the last moment that a window of a course can hold."""
    first = [windows.admission_s, windows.baseline_opens_s, windows.final_opens_s]
    last = [windows.discharge_s, windows.baseline_closes_s, windows.final_closes_s]
    if study.follow_up is not None:
        last += [visit_bounds(windows, study.follow_up, visit)[1] for visit in study.follow_up.visits]
    reaches = windows.select("course_key", "person_id", from_s=ibis.least(*first), to_s=ibis.greatest(*last))
    of_scale = ratings.filter(ratings.scale == study.rating.scale)
    timed = of_scale.select("person_id", "value", time_s=epoch_seconds(of_scale.time))
    both = timed.inner_join(reaches, "person_id")
    return both.filter(both.time_s.between(both.from_s, both.to_s)).select("course_key", "time_s", "value")


def _one_a_time(ratings: ir.Table) -> ir.Table:
    each_time = ratings.group_by("course_key", "time_s").agg(count=ratings.count(), mean=ratings.value.mean())
    # A lone rating stays as it was written, to the last bit.
    value = (each_time["count"] == 1).ifelse(each_time["mean"], each_time["mean"].round(MEAN_DECIMALS))
    return each_time.select("course_key", "time_s", value=value)


def _flags(study: Study, beside: ir.Table) -> dict[str, ir.BooleanValue]:
    time_s, is_after = beside.time_s, beside.time_s > beside.start_s
    flags = {
        "in_stay": time_s.between(beside.admission_s, beside.discharge_s),
        "in_course": is_after & (time_s <= beside.discharge_s),
        "in_baseline": time_s.between(beside.baseline_opens_s, beside.baseline_closes_s),
        "in_final": is_after & time_s.between(beside.final_opens_s, beside.final_closes_s),
    }
    if study.follow_up is not None:
        is_before_next = beside.next_start_s.isnull() | (time_s < beside.next_start_s)
        for visit in study.follow_up.visits:
            flags[f"in_visit_{visit}"] = (
                is_after & is_before_next & time_s.between(*visit_bounds(beside, study.follow_up, visit))
            )
    return flags
