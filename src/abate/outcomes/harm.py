"""What harm was seen? Adverse events in a course's window, and which of them are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from abate.base.days import SECONDS_PER_DAY
from abate.contracts.definition import Study
from abate.engine.joins import left_join_on
from abate.engine.time import epoch_seconds, hours

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: A term that stood in the records this long before the first dose is not new in the window.
DAYS_BEFORE = 30
_INT, _BOOL = ibis.null("int64"), ibis.null("boolean")


def find_harm(study: Study, events: ir.Table, windows: ir.Table) -> ir.Table:
    """Return the adverse events in each course's window.

    Rows of one person, second and term are one event. Where the study names terms, only those count; where it names
    none, all do.

    Parameters
    ----------
    study : Study
        With ``[events]``.
    events : table
        Contract table `events`.
    windows : table
        From ``find_windows``.

    Returns
    -------
    table, one row an event in the window of a course
        ``course_key`` and the columns of `harm`.
    """
    once = _each_once(study, events)
    beside = windows.select("course_key", "person_id", "start_s", "events_opens_s", "events_closes_s")
    both = once.inner_join(beside, "person_id")
    seen = both.filter(both.time_s.between(both.events_opens_s, both.events_closes_s))
    known = both.filter(
        (both.time_s >= both.start_s - DAYS_BEFORE * SECONDS_PER_DAY)
        & (both.time_s < ibis.least(both.start_s, both.events_opens_s))
    )
    known = known.select("course_key", "term").distinct().mutate(was_present_before=True)
    harm = left_join_on(seen, ["course_key", "term"], known)
    return harm.select(
        "course_key",
        "term",
        "grade",
        "serious",
        "related",
        onset_hours=hours(harm.time_s - harm.start_s),
        was_present_before=harm.was_present_before.fill_null(False),
    )


def summarise_harm(study: Study, harm: ir.Table) -> ir.Table:
    """Return the counts of each course that has an event: new ones only, that is of a term not present before.

    Returns
    -------
    table
        ``course_key``, ``event_count``, ``event_worst_grade``, ``event_serious`` (empty where seriousness is recorded
        for no new event), and ``event_<term>`` of each term that the study names.
    """
    is_new = ~harm.was_present_before
    terms = () if study.events is None else tuple(study.events.terms)
    return harm.group_by("course_key").agg(
        event_count=harm.count(where=is_new),
        event_worst_grade=harm.grade.max(where=is_new),
        event_serious=harm.serious.any(where=is_new),
        **{f"event_{term}": harm.count(where=is_new & (harm.term == term)) for term in terms},
    )


def harm_columns(study: Study, harm: ir.Table | None, windows: ir.Table) -> ir.Table:
    """Return the counts of every course, 0 where it has no event; all empty where not asked or not recorded."""
    terms = () if study.events is None else tuple(study.events.terms)
    counts = ("event_count", *(f"event_{term}" for term in terms))
    if harm is None:
        empty = {"event_worst_grade": _INT, "event_any": _BOOL, "event_serious": _BOOL, **dict.fromkeys(counts, _INT)}
        return windows.select("course_key", **empty)
    every = left_join_on(windows.select("course_key"), "course_key", summarise_harm(study, harm))
    every = every.mutate(**{name: every[name].fill_null(0) for name in counts})
    has_none = every.event_count == 0
    return every.mutate(event_any=~has_none, event_serious=has_none.ifelse(False, every.event_serious))


def _each_once(study: Study, events: ir.Table) -> ir.Table:
    terms = () if study.events is None else tuple(study.events.terms)
    if terms:
        events = events.filter(events.term.isin(terms))
    timed = events.select("person_id", "term", "grade", "serious", "related", time_s=epoch_seconds(events.time))
    return timed.group_by("person_id", "time_s", "term").agg(
        grade=timed.grade.max(), serious=timed.serious.any(), related=timed.related.any()
    )
