"""Did the relief last? Ratings at follow-up visits, and the next contact with care."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.contracts.definition import FollowUp, Study
from abate.engine.joins import left_join_on
from abate.engine.time import days, epoch_seconds, time_from_seconds
from abate.outcomes.response import meets
from abate.outcomes.takes import taken
from abate.outcomes.windows import visit_bounds

if TYPE_CHECKING:
    import ibis.expr.types as ir

ANOTHER_COURSE = "another course began before the window closed"
OBSERVATION_ENDED = "observation ended before the window closed"
NO_RATING = "no rating in the window"
NOT_ASKED = "not asked"
NO_CONTACTS = "contacts not recorded"
NO_END = "end of observation not recorded"
_TEXT, _NUMBER, _BOOL = ibis.null("string"), ibis.null("float64"), ibis.null("boolean")


def visit_aggregates(follow_up: FollowUp, ratings: ir.Table) -> dict[str, ir.Value]:
    """Return ``visit_<visit>_value`` and ``visit_<visit>_s`` of each visit, over ratings with ``in_visit_<visit>``."""
    found: dict[str, ir.Value] = {}
    for visit in follow_up.visits:
        value, at_s = taken(ratings, follow_up.take, ratings[f"in_visit_{visit}"])
        found |= {f"visit_{visit}_value": value, f"visit_{visit}_s": at_s}
    return found


def visit_columns_of(study: Study, courses: ir.Table) -> dict[str, ir.Value]:
    """Return the columns of `outcomes` on each visit: rating and time, or why there is none; response, and whether it lasted.

    ``courses`` carry the columns of ``find_windows``, ``baseline``, ``is_responder`` and what ``visit_aggregates`` found.
    """
    columns: dict[str, ir.Value] = {}
    if study.follow_up is None:
        return columns
    for visit in study.follow_up.visits:
        value = courses[f"visit_{visit}_value"]
        response = meets(study.response.primary, courses.baseline, value)
        columns[f"{visit}_value"] = value
        columns[f"{visit}_time"] = time_from_seconds(courses.start_s + courses[f"visit_{visit}_s"])
        columns[f"{visit}_missing"] = value.isnull().ifelse(_why_missing(study.follow_up, visit, courses), _TEXT)
        columns[f"{visit}_response"] = response
        columns[f"{visit}_sustained"] = courses.is_responder.fill_null(False).ifelse(response, _BOOL)
    return columns


def find_returns(follow_up: FollowUp, contacts: ir.Table, windows: ir.Table) -> ir.Table:
    """Return the first contact of a kind that counts after each discharge, within the observed span where that is known.

    Of contacts that start at the same second the kind named first in the study counts.

    Returns
    -------
    table, one row a course with such a contact
        ``course_key``, ``return_s`` (epoch seconds), ``return_kind``.
    """
    timed = contacts.filter(contacts.kind.isin(follow_up.return_to_care)).select(
        "person_id", "kind", contact_s=epoch_seconds(contacts.start)
    )
    both = timed.inner_join(windows.select("course_key", "person_id", "discharge_s", "observed_until_s"), "person_id")
    both = both.filter(
        (both.contact_s > both.discharge_s)
        & (both.observed_until_s.isnull() | (both.contact_s <= both.observed_until_s))
    )
    firsts = {f"first_{kind}": both.contact_s.min(where=both.kind == kind) for kind in follow_up.return_to_care}
    found = both.group_by("course_key").agg(return_s=both.contact_s.min(), **firsts)
    kind = ibis.cases(*((found[f"first_{kind}"] == found.return_s, kind) for kind in follow_up.return_to_care))
    return found.select("course_key", "return_s", return_kind=kind)


def find_after(follow_up: FollowUp | None, contacts: ir.Table | None, windows: ir.Table) -> ir.Table:
    """Return the return to care and the time observed after every course, and why a return cannot be told.

    Returns
    -------
    table, one row a course
        ``course_key``, ``return_days``, ``return_kind``, ``followed_days``, ``return_missing`` (empty where there was a
        return, or where the end of observation is known).
    """
    if follow_up is None:
        return _nothing_after(windows, NOT_ASKED)
    if contacts is None:
        followed_days = days(windows.observed_until_s - windows.discharge_s)
        return _nothing_after(windows, NO_CONTACTS, followed_days)
    every = left_join_on(windows, "course_key", find_returns(follow_up, contacts, windows))
    is_open = every.return_s.isnull() & every.observed_until_s.isnull()
    return every.select(
        "course_key",
        "return_kind",
        return_days=days(every.return_s - every.discharge_s),
        followed_days=days(every.observed_until_s - every.discharge_s),
        return_missing=is_open.ifelse(NO_END, _TEXT),
    )


def _nothing_after(windows: ir.Table, why: str, followed_days: ir.Value = _NUMBER) -> ir.Table:
    return windows.select(
        "course_key",
        return_kind=_TEXT,
        return_days=_NUMBER,
        followed_days=followed_days,
        return_missing=ibis.literal(why),
    )


def _why_missing(follow_up: FollowUp, visit: str, courses: ir.Table) -> ir.StringValue:
    closes_s = visit_bounds(courses, follow_up, visit)[1]
    return ibis.cases(
        (courses.next_start_s <= closes_s, ANOTHER_COURSE),
        (courses.observed_until_s < closes_s, OBSERVATION_ENDED),
        else_=NO_RATING,
    )
