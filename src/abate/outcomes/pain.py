"""What did the rating do over each course? Its daily values, and one row a course with all that is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abate.contracts.definition import Study
from abate.engine.joins import left_join_on
from abate.engine.time import time_from_seconds
from abate.outcomes.durability import visit_aggregates, visit_columns_of
from abate.outcomes.endpoints import (
    baseline_aggregates,
    count_aggregates,
    endpoint_columns,
    final_aggregates,
    missing_columns,
)
from abate.outcomes.ratings import join_ratings
from abate.outcomes.response import meets
from abate.outcomes.trajectory import course_aggregates, find_daily, find_nadirs, in_sequence, trajectory_columns

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine


def find_pain(study: Study, ratings: ir.Table, windows: ir.Table, engine: Engine) -> tuple[ir.Table, ir.Table]:
    """Return what is said of the ratings of every course, and their daily values.

    Parameters
    ----------
    study : Study
        Scale, clock, windows, rules of response, visits.
    ratings : table
        Contract table `ratings`.
    windows : table
        From ``find_windows``, computed.
    engine : Engine
        Ratings are joined to courses once and kept there.

    Returns
    -------
    (table, table)
        One row a course: ``course_key`` and the columns of `outcomes` on ratings, response and visits. One row a day:
        ``course_key``, ``day``, ``value``, ``rating_count``.
    """
    ratings = engine.materialise(join_ratings(study, ratings, windows), "ratings_of_courses")
    daily = engine.materialise(find_daily(study.rating.daily, ratings), "daily")
    baselines = engine.materialise(_baselines(study, ratings), "baselines")
    found = _found(study, ratings, baselines)
    courses = left_join_on(windows, "course_key", baselines, found, find_nadirs(daily))
    return _columns(study, courses), daily


def _baselines(study: Study, ratings: ir.Table) -> ir.Table:
    rule = study.rating.baseline
    picked = ratings.group_by("course_key").agg(**baseline_aggregates(rule, ratings))
    return picked.select("course_key", **endpoint_columns(rule, picked, "baseline"))


def _found(study: Study, ratings: ir.Table, baselines: ir.Table) -> ir.Table:
    """Return all that one pass over the ratings after the first dose finds, once the baseline is known."""
    after = ratings.filter(ratings.day >= 1)
    after = after.inner_join(baselines.drop("baseline_rule"), "course_key")
    sequence = in_sequence(study.response.primary, after)
    visits = {} if study.follow_up is None else visit_aggregates(study.follow_up, sequence)
    return sequence.group_by("course_key").agg(
        **final_aggregates(study.rating.final, sequence),
        **count_aggregates(sequence),
        **course_aggregates(sequence),
        **visits,
    )


def _columns(study: Study, courses: ir.Table) -> ir.Table:
    courses = courses.mutate(**endpoint_columns(study.rating.final, courses, "final"))
    baseline, final = courses.baseline, courses.final
    response = {f"response_{rule.id}": meets(rule, baseline, final) for rule in study.response.rules}
    courses = courses.mutate(
        change=final - baseline,
        change_percent=100 * (final - baseline) / baseline.nullif(0.0),
        rating_count=courses.rating_count.fill_null(0),
        rated_days=courses.rated_days.fill_null(0),
        is_responder=response[f"response_{study.response.primary.id}"],
        **response,
    )
    clock = {
        f"{name}_time": time_from_seconds(courses.start_s + courses[f"{name}_s"])
        for name in ("baseline", "final", "nadir")
    }
    return courses.mutate(
        **missing_columns(study.rating, courses),
        **trajectory_columns(courses),
        **visit_columns_of(study, courses),
        **clock,
    )
