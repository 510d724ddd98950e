"""Where did the rating stand before and at the end? Baseline and final by the study's rules, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.contracts.clock import parse_moment
from abate.contracts.definition import Rating, WindowRule
from abate.outcomes.takes import taken

if TYPE_CHECKING:
    import ibis.expr.types as ir

_TEXT = ibis.null("string")


def baseline_aggregates(rule: WindowRule, ratings: ir.Table, name: str = "baseline") -> dict[str, ir.Value]:
    """Return the aggregates that ``endpoint_columns`` makes a baseline of.

    Parameters
    ----------
    rule : WindowRule
        Its window is in ``ratings`` already; here count what to take and the fallback.
    ratings : table
        From ``join_ratings``.
    name : str
        Begins the names of the aggregates.
    """
    return _aggregates(rule, ratings, name, ratings.in_baseline, ratings.in_course)


def final_aggregates(
    rule: WindowRule, ratings: ir.Table, name: str = "final", baseline: str = "baseline"
) -> dict[str, ir.Value]:
    """Return the aggregates that ``endpoint_columns`` makes a final rating of.

    ``ratings`` carry the time of their course's baseline as ``<baseline>_s``: that rating is not also the final one.
    """
    baseline_s = ratings[f"{baseline}_s"]
    is_other = baseline_s.isnull() | (ratings.at_s != baseline_s)
    return _aggregates(rule, ratings, name, ratings.in_final & is_other, ratings.in_course & is_other)


def endpoint_columns(rule: WindowRule, picked: ir.Table, name: str) -> dict[str, ir.Value]:
    """Return ``<name>``, ``<name>_s`` (seconds since the first dose; empty for a mean or median) and ``<name>_rule``.

    ``picked`` carries the aggregates of that name; the window comes before the fallback.
    """
    value, time_s = picked[f"{name}_window"], picked[f"{name}_window_s"]
    in_window = value.notnull()
    rule_name = in_window.ifelse("window", _TEXT)
    if rule.fallback != "none":
        fallback = picked[f"{name}_fallback"]
        rule_name = in_window.ifelse("window", fallback.notnull().ifelse(rule.fallback, _TEXT))
        value = in_window.ifelse(value, fallback)
        time_s = in_window.ifelse(time_s, picked[f"{name}_fallback_s"])
    return {name: value, f"{name}_s": time_s, f"{name}_rule": rule_name}


def count_aggregates(ratings: ir.Table) -> dict[str, ir.Value]:
    """Return the counts by which ``missing_columns`` tells why there is no final rating."""
    is_other = ratings.baseline_s.isnull() | (ratings.at_s != ratings.baseline_s)
    return {
        "final_window_count": ratings.count(where=ratings.in_final),
        "other_count": ratings.count(where=ratings.in_course & is_other),
    }


def missing_columns(rating: Rating, courses: ir.Table) -> dict[str, ir.Value]:
    """Return ``baseline_missing`` and ``final_missing``, empty where there is a rating.

    ``courses`` carry ``baseline``, ``final``, ``rating_count``, and the counts of ``count_aggregates``.
    """
    no_final = ibis.cases(
        ((courses.rating_count == 1) & (courses.other_count == 0), "the only rating of the course is the baseline"),
        (courses.final_window_count > 0, f"the only rating {_window_in_words(rating.final)} is the baseline"),
        else_=_no_rating(rating.final),
    )
    return {
        "baseline_missing": courses.baseline.isnull().ifelse(_no_rating(rating.baseline), _TEXT),
        "final_missing": courses.final.isnull().ifelse(no_final, _TEXT),
    }


def _aggregates(
    rule: WindowRule, ratings: ir.Table, name: str, in_window: ir.BooleanValue, in_course: ir.BooleanValue
) -> dict[str, ir.Value]:
    value, at_s = taken(ratings, rule.take, in_window)
    found = {f"{name}_window": value, f"{name}_window_s": at_s}
    if rule.fallback != "none":
        value, at_s = taken(ratings, "first" if rule.fallback == "first in course" else "last", in_course)
        found |= {f"{name}_fallback": value, f"{name}_fallback_s": at_s}
    return found


def _window_in_words(rule: WindowRule) -> str:
    return f"from {parse_moment(rule.opens)} to {parse_moment(rule.closes)}"


def _no_rating(rule: WindowRule) -> str:
    nor = "" if rule.fallback == "none" else ", nor in the course"
    return f"no rating {_window_in_words(rule)}{nor}"
