"""How did the rating move during the course? Daily values, lowest point, area, gaps, time to response and how it held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.base.days import SECONDS_PER_HOUR
from abate.contracts.definition import ResponseRule, Take
from abate.engine.aggregates import exact_sum
from abate.engine.time import hours
from abate.outcomes.response import meets
from abate.outcomes.takes import taken

if TYPE_CHECKING:
    import ibis.expr.types as ir

_SECONDS = ibis.null("int64")


def find_daily(take: Take, ratings: ir.Table) -> ir.Table:
    """Return ``course_key``, ``day``, ``value``, ``rating_count`` of each day between admission and discharge."""
    stay = ratings.filter(ratings.in_stay)
    return stay.group_by("course_key", "day").agg(value=taken(stay, take)[0], rating_count=stay.count())


def find_nadirs(daily: ir.Table) -> ir.Table:
    """Return the lowest daily value from day 1 on, its first day, and on how many days it stood.

    Returns
    -------
    table, one row a course with a rating after the first dose
        ``course_key``, ``nadir``, ``nadir_day``, ``nadir_ties`` (1 where no other day shares it), ``rated_days``.
    """
    days = daily.filter(daily.day >= 1).select("course_key", "day", "value")
    days = days.mutate(lowest=days.value.min().over(group_by=days.course_key))
    is_lowest = days.value == days.lowest
    return days.group_by("course_key").agg(
        nadir=days.value.min(),
        nadir_day=days.day.min(where=is_lowest),
        nadir_ties=days.count(where=is_lowest),
        rated_days=days.count(),
    )


def in_sequence(rule: ResponseRule, ratings: ir.Table) -> ir.Table:
    """Return the ratings with what came before each, in one pass over the ordered ratings of each course.

    Parameters
    ----------
    rule : ResponseRule
        The primary rule.
    ratings : table
        Ratings after the first dose, with the ``baseline`` of their course. Those until discharge come before any
        other, so what lies before a rating of the course is of the course.

    Returns
    -------
    table
        With ``before_s`` and ``value_before`` of the rating before (empty for the first), ``is_met``, and
        ``response_s``, the first time until now at which the rule was met.
    """
    by_course = {"group_by": "course_key", "order_by": "at_s"}
    ratings = ratings.mutate(is_met=meets(rule, ratings.baseline, ratings.value).fill_null(False) & ratings.in_course)
    met_s = ratings.is_met.ifelse(ratings.at_s, _SECONDS)
    return ratings.mutate(
        before_s=ratings.at_s.lag().over(**by_course),
        value_before=ratings.value.lag().over(**by_course),
        response_s=met_s.min().over(ibis.cumulative_window(**by_course)),
    )


def course_aggregates(sequence: ir.Table) -> dict[str, ir.Value]:
    """Return the aggregates that ``trajectory_columns`` needs, over the ratings of the course only."""
    in_course = sequence.in_course
    since_s = sequence.at_s - sequence.before_s.fill_null(0)
    trapezoid = (sequence.value + sequence.value_before) * (sequence.at_s - sequence.before_s)
    nadir_rating, nadir_s = taken(sequence, "lowest", in_course)
    is_lost = sequence.response_s.notnull() & ~sequence.is_met
    return {
        "rating_count": sequence.count(where=in_course),
        "first_s": sequence.at_s.min(where=in_course),
        "last_s": sequence.at_s.max(where=in_course),
        "longest_gap_s": since_s.max(where=in_course),
        "nadir_rating": nadir_rating,
        "nadir_s": nadir_s,
        "double_area": exact_sum(trapezoid, where=in_course),
        "value_seconds": exact_sum(sequence.value * since_s, where=in_course),
        "response_s": sequence.response_s.min(where=in_course),
        "lost_s": sequence.at_s.min(where=in_course & is_lost),
    }


def trajectory_columns(courses: ir.Table) -> dict[str, ir.Value]:
    """Return the columns of `outcomes` on the movement of the rating.

    ``courses`` carry ``start_s``, ``discharge_s``, ``baseline`` and what ``course_aggregates`` found, empty where a
    course has no rating. The whole course is then one gap.
    """
    stay_s = courses.discharge_s - courses.start_s
    last_gap_s = stay_s - courses.last_s.fill_null(0)
    span_s = courses.last_s - courses.first_s
    mean = courses.double_area / (2 * span_s.nullif(0))
    spid_s = courses.baseline * courses.last_s - courses.value_seconds
    return {
        "longest_gap_hours": hours(ibis.greatest(courses.longest_gap_s.fill_null(0), last_gap_s, 0)),
        "mean_time_weighted": (span_s == 0).ifelse(courses.nadir_rating, mean),
        "spid": spid_s / SECONDS_PER_HOUR,
        "first_response_hours": hours(courses.response_s),
        "response_held_hours": hours(courses.lost_s.fill_null(courses.last_s) - courses.response_s),
        "response_was_lost": courses.response_s.notnull().ifelse(courses.lost_s.notnull(), ibis.null("boolean")),
    }
