"""Where did the rating stand before and at the end? Baseline and final by the study's rules, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.contracts.clock import parse_moment
from abate.contracts.definition import Study, WindowRule
from abate.outcomes.takes import taken

if TYPE_CHECKING:
    import ibis.expr.types as ir

_TEXT = ibis.null("string")


def find_baselines(rule: WindowRule, ratings: ir.Table) -> ir.Table:
    """Return the baseline of each course that has one.

    Parameters
    ----------
    rule : WindowRule
        Its window is in ``ratings`` already; here count what to take and the fallback.
    ratings : table
        From ``join_ratings``.

    Returns
    -------
    table, one row a course with ratings
        ``course_key``, ``baseline``, ``baseline_s`` (seconds since the first dose; empty for a mean or median), ``baseline_rule``.
    """
    picked = ratings.group_by("course_key").agg(
        **_named("window", taken(ratings, rule.take, ratings.in_baseline)),
        **_fallback(rule, ratings, ratings.in_course),
    )
    value, time_s, name = _window_or_fallback(rule, picked)
    return picked.select("course_key", baseline=value, baseline_s=time_s, baseline_rule=name)


def final_aggregates(rule: WindowRule, ratings: ir.Table) -> dict[str, ir.Value]:
    """Return the aggregates that ``final_columns`` needs; ``ratings`` carry ``baseline_s`` of their course.

    The rating that is the baseline is not also the final one.
    """
    is_other = ratings.baseline_s.isnull() | (ratings.at_s != ratings.baseline_s)
    return {
        **_named("window", taken(ratings, rule.take, ratings.in_final & is_other)),
        **_fallback(rule, ratings, ratings.in_course & is_other),
        "window_count": ratings.count(where=ratings.in_final),
        "other_count": ratings.count(where=ratings.in_course & is_other),
    }


def final_columns(rule: WindowRule, picked: ir.Table) -> dict[str, ir.Value]:
    """Return ``final``, ``final_s`` and ``final_rule`` from the aggregates of ``final_aggregates``."""
    value, time_s, name = _window_or_fallback(rule, picked)
    return {"final": value, "final_s": time_s, "final_rule": name}


def missing_columns(study: Study, courses: ir.Table) -> dict[str, ir.Value]:
    """Return ``baseline_missing`` and ``final_missing``, empty where there is a rating.

    ``courses`` carry ``baseline``, ``final``, ``rating_count``, and the counts of ``final_aggregates``.
    """
    window_count, other_count = courses.window_count.fill_null(0), courses.other_count.fill_null(0)
    final = study.rating.final
    no_final = ibis.cases(
        ((courses.rating_count == 1) & (other_count == 0), "the only rating of the course is the baseline"),
        (window_count > 0, f"the only rating {_window_in_words(final)} is the baseline"),
        else_=_no_rating(final),
    )
    return {
        "baseline_missing": courses.baseline.isnull().ifelse(_no_rating(study.rating.baseline), _TEXT),
        "final_missing": courses.final.isnull().ifelse(no_final, _TEXT),
    }


def _named(name: str, picked: tuple[ir.Value, ir.Value]) -> dict[str, ir.Value]:
    return {f"{name}_value": picked[0], f"{name}_s": picked[1]}


def _fallback(rule: WindowRule, ratings: ir.Table, where: ir.BooleanValue) -> dict[str, ir.Value]:
    if rule.fallback == "none":
        return {}
    return _named("fallback", taken(ratings, "first" if rule.fallback == "first in course" else "last", where))


def _window_or_fallback(rule: WindowRule, picked: ir.Table) -> tuple[ir.Value, ir.Value, ir.Value]:
    in_window = picked.window_value.notnull()
    if rule.fallback == "none":
        return picked.window_value, picked.window_s, in_window.ifelse("window", _TEXT)
    fallback_name = picked.fallback_value.notnull().ifelse(rule.fallback, _TEXT)
    return (
        in_window.ifelse(picked.window_value, picked.fallback_value),
        in_window.ifelse(picked.window_s, picked.fallback_s),
        in_window.ifelse("window", fallback_name),
    )


def _window_in_words(rule: WindowRule) -> str:
    return f"from {parse_moment(rule.opens)} to {parse_moment(rule.closes)}"


def _no_rating(rule: WindowRule) -> str:
    nor = "" if rule.fallback == "none" else ", nor in the course"
    return f"no rating {_window_in_words(rule)}{nor}"
