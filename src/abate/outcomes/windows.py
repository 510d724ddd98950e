"""When does each window of a course open and close? All in epoch seconds, one row a course."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.base.days import parse_length
from abate.contracts.clock import Anchor, parse_moment
from abate.contracts.definition import FollowUp, Study
from abate.engine.course_clock import anchor_seconds, moment_seconds
from abate.engine.joins import left_join_on
from abate.engine.time import epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.course_tables import CourseTables


def find_windows(study: Study, tables: CourseTables) -> ir.Table:
    """Return the key, the anchors and the windows of every course; both ends belong to a window.

    Returns
    -------
    table, one row a course
        ``course_key`` (0 and up, in the order of ``course_id``: short, so that millions of ratings carry a number and
        no text), ``course_id``, ``person_id``; ``admission_s``, ``start_s``, ``end_s``, ``discharge_s`` with their
        stand-ins; ``baseline_opens_s`` … ``final_closes_s``; with ``[events]`` ``events_opens_s`` and
        ``events_closes_s``; with ``[follow_up]`` ``follow_from_s``, ``next_start_s`` (the person's next course of any
        treatment, empty if there is none) and ``observed_until_s`` (empty if not known).
    """
    courses = tables.courses
    moments = {f"{anchor}_s": anchor_seconds(anchor, courses) for anchor in Anchor}
    for name, (opens, closes) in _declared_windows(study).items():
        moments[f"{name}_opens_s"] = moment_seconds(parse_moment(opens), courses)
        moments[f"{name}_closes_s"] = moment_seconds(parse_moment(closes), courses)
    key = ibis.row_number().over(ibis.window(order_by=courses.course_id))
    windows = courses.select("course_id", "person_id", course_key=key, **moments)
    return windows if study.follow_up is None else _with_follow_up(windows, study.follow_up, tables)


def visit_bounds(windows: ir.Table, follow_up: FollowUp, visit: str) -> tuple[ir.IntegerValue, ir.IntegerValue]:
    """Return the opening and the closing of one follow-up visit, in epoch seconds."""
    low, high = (parse_length(length) for length in follow_up.visits[visit])
    return windows["follow_from_s"] + low, windows["follow_from_s"] + high


def _declared_windows(study: Study) -> dict[str, tuple[str, str]]:
    windows = {
        "baseline": (study.rating.baseline.opens, study.rating.baseline.closes),
        "final": (study.rating.final.opens, study.rating.final.closes),
    }
    if study.events is not None:
        windows["events"] = study.events.window
    return windows


def _with_follow_up(windows: ir.Table, follow_up: FollowUp, tables: CourseTables) -> ir.Table:
    windows = windows.mutate(follow_from_s=windows[f"{follow_up.counts_from}_s"])
    windows = left_join_on(windows, ["person_id", "start_s"], _next_starts(windows))
    observed_until = _observed_until(windows, tables)
    if observed_until is None:
        return windows.mutate(observed_until_s=ibis.null("int64"))
    return left_join_on(windows, "course_key", observed_until)


def _next_starts(windows: ir.Table) -> ir.Table:
    """Return the first start after each start of a person; courses that start together are not each other's next."""
    starts = windows.select("person_id", "start_s").distinct()
    return starts.mutate(next_start_s=starts.start_s.lead().over(group_by=starts.person_id, order_by=starts.start_s))


def _observed_until(windows: ir.Table, tables: CourseTables) -> ir.Table | None:
    """Return the end of the span that holds the discharge, the latest where spans overlap."""
    if tables.observed is None:
        return None
    spans = tables.observed.select(
        "person_id", opens_s=epoch_seconds(tables.observed.start), closes_s=epoch_seconds(tables.observed.end)
    )
    holding = windows.select("course_key", "person_id", "discharge_s").inner_join(
        spans,
        "person_id",
    )
    holding = holding.filter(holding.discharge_s.between(holding.opens_s, holding.closes_s))
    return holding.group_by("course_key").agg(observed_until_s=holding.closes_s.max())
