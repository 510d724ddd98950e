"""Did the relief last? Ratings at follow-up visits, and the next contact with care."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.contracts.definition import FollowUp, Study
from abate.engine.time import days, epoch_seconds
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
_TEXT, _BOOL = ibis.null("string"), ibis.null("boolean")


def visit_aggregates(follow_up: FollowUp, ratings: ir.Table) -> dict[str, ir.Value]:
    """Return the aggregates ``<visit>_value`` and ``<visit>_s`` of each visit, over ratings that carry ``in_<visit>``."""
    found = {}
    for visit in follow_up.visits:
        found[f"{visit}_value"], found[f"{visit}_s"] = taken(ratings, follow_up.take, ratings[f"in_{visit}"])
    return found


def visit_columns_of(study: Study, courses: ir.Table) -> dict[str, ir.Value]:
    """Return why a visit has no rating, whether the primary rule holds at it, and whether a response lasted.

    ``courses`` carry the columns of ``find_windows``, ``baseline``, ``is_responder`` and what ``visit_aggregates`` found.
    """
    columns: dict[str, ir.Value] = {}
    if study.follow_up is None:
        return columns
    for visit in study.follow_up.visits:
        value = courses[f"{visit}_value"]
        response = meets(study.response.primary, courses.baseline, value)
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


def after_columns(courses: ir.Table, *, has_contacts: bool) -> dict[str, ir.Value]:
    """Return days to the return and of observation, and why it cannot be said whether there was a return.

    ``courses`` carry ``discharge_s``, ``observed_until_s`` and ``return_s``.
    """
    unknown = courses.return_s.isnull() & courses.observed_until_s.isnull()
    why = unknown.ifelse(NO_END, _TEXT) if has_contacts else ibis.literal(NO_CONTACTS)
    return {
        "return_days": days(courses.return_s - courses.discharge_s),
        "followed_days": days(courses.observed_until_s - courses.discharge_s),
        "return_missing": why,
    }


def _why_missing(follow_up: FollowUp, visit: str, courses: ir.Table) -> ir.StringValue:
    closes_s = visit_bounds(courses, follow_up, visit)[1]
    return ibis.cases(
        (courses.next_start_s <= closes_s, ANOTHER_COURSE),
        (courses.observed_until_s < closes_s, OBSERVATION_ENDED),
        else_=NO_RATING,
    )
