"""Which visits are untreated episodes? Visits for the condition without a dose, as courses whose clock starts with the admission.

The rules, in the order in which they are applied; docs/courses.md explains each. All times count in whole seconds.

*Stays.* Visits of one person that overlap, or are at most the comparator's ``new_course_after`` apart, are one stay: a move
from ward to ward is no discharge. A stay with a visit that has no end is dropped.

*For the condition.* The condition was recorded for the visit that opens the stay, by the day of its admission. What is
recorded later was not known at time zero; such stays are dropped and listed. Stays for something else are not looked at.

*Untreated.* The stay ended before the first dose of the person's first course of the treatment. So a stay in which a dose
was given is a course and no episode, and whoever has been treated is never again untreated. What happens *after* the stay
is not looked at: a person who is treated at a later stay counts as untreated in those before.

*Without others.* No dose of another drug that the study file names touches the stay, from admission to discharge.

*Clock.* The course starts ``starts_after`` after the admission; a stay that is over by then is dropped. It ends with the
discharge. It has no doses and no weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from abate.base.days import parse_length
from abate.contracts.course_tables import COURSES, FINDINGS
from abate.engine.joins import left_join_on
from abate.engine.time import calendar_day, epoch_seconds, time_from_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.definition import Comparator, Study
    from abate.engine.connection import Engine

OPEN = "The visit has no end: it is no untreated episode."
DIAGNOSED_LATER = "The condition was recorded for the visit only after the day of admission, when time zero was over: it is no untreated episode."
AFTER_TREATMENT = "The visit began after the person's first dose of the treatment: it is no untreated episode."
OTHER_DRUG = "The visit holds a dose of another drug that the study file excludes: it is no untreated episode."
OVER_BEFORE_CLOCK = "The visit was over before its clock started: it is no untreated episode."
_TABLE = "visit_occurrence"


@dataclass(frozen=True, kw_only=True)
class UntreatedSet:
    """Untreated episodes in the form of COURSES, and what was found on the way in that of FINDINGS."""

    courses: ir.Table
    findings: ir.Table


def find_untreated(
    visits: ir.Table, courses: ir.Table, other_doses: ir.Table | None, study: Study, engine: Engine
) -> UntreatedSet:
    """Return the untreated episodes among visits by the rules that the module states.

    Parameters
    ----------
    visits : table CANDIDATE_VISITS
        Of the kinds that the study file counts, for whatever they were.
    courses : table COURSES
        Every course that doses made, eligible or not.
    other_doses : table OTHER_DOSES, or None
        None where the study file names no other drug.
    study : Study
        With ``comparator.untreated``.
    engine : Engine
        Holds the tables.

    Returns
    -------
    UntreatedSet
        Findings carry the ``stay_id`` of the visit that opens the stay.
    """
    comparator = study.comparator
    assert comparator is not None
    assert comparator.untreated is not None
    stays = engine.materialise(_join_visits(visits, parse_length(comparator.new_course_after)), "untreated_stays")
    stays = left_join_on(stays, "person_id", _first_doses(courses, study.treatment.name))
    stays = _touching(stays, other_doses)
    judged = engine.materialise(_judge(stays, parse_length(comparator.untreated.starts_after)), "untreated_stays")
    return UntreatedSet(
        courses=_as_courses(judged.filter(judged.rule.isnull()), comparator), findings=_findings(judged)
    )


def _join_visits(visits: ir.Table, longest_pause: int) -> ir.Table:
    """Return one row a stay, of those that were for the condition: ends in seconds, and the visit that opens it."""
    rows = visits.mutate(start_seconds=epoch_seconds(visits["start"]), end_seconds=epoch_seconds(visits["end"]))
    rows = rows.mutate(reaches=rows.end_seconds.fill_null(rows.start_seconds))
    order: dict[str, Any] = {"group_by": "person_id", "order_by": ["start_seconds", "reaches", "stay_id"]}
    # The latest end so far, not the end of the visit before: a short visit may lie inside a long one.
    latest = rows.reaches.max().over(ibis.window(preceding=(None, 1), **order))
    is_new = (rows.start_seconds - latest > longest_pause).fill_null(True)
    marked = rows.mutate(is_new=is_new.cast("int64"), place=ibis.row_number().over(ibis.window(**order)))
    numbered = marked.mutate(
        stay=marked.is_new.sum().over(ibis.cumulative_window(group_by="person_id", order_by="place"))
    )
    opened = numbered.mutate(
        opens=numbered.start_seconds.min().over(ibis.window(group_by=["person_id", "stay"])),
        first_place=numbered.place.min().over(ibis.window(group_by=["person_id", "stay"])),
    )
    # Two visits may open a stay on one day, as an emergency visit and the admission that follows it.
    is_opening = calendar_day(opened.start_seconds) == calendar_day(opened.opens)
    stays = opened.group_by("person_id", "stay").aggregate(
        start_seconds=opened.opens.min(),
        end_seconds=opened.reaches.max(),
        is_open=opened.end_seconds.isnull().any(),
        is_inpatient=(opened.setting == "inpatient").any(),
        stay_id=opened.stay_id.max(where=opened.place == opened.first_place),
        is_diagnosed=((opened.diagnosed == "by admission") & is_opening).fill_null(False).any(),
        is_diagnosed_later=opened.diagnosed.notnull().any(),
    )
    return stays.filter(stays.is_diagnosed | stays.is_diagnosed_later)


def _first_doses(courses: ir.Table, treatment: str) -> ir.Table:
    given = courses.filter(courses.treatment == treatment)
    return given.group_by("person_id").aggregate(first_dose=epoch_seconds(given["start"]).min())


def _touching(stays: ir.Table, other_doses: ir.Table | None) -> ir.Table:
    """Add ``has_other``: whether a dose of another drug touches the stay."""
    if other_doses is None:
        return stays.mutate(has_other=ibis.literal(False))
    doses = other_doses.select(
        "person_id", given=epoch_seconds(other_doses["start"]), until=epoch_seconds(other_doses["end"])
    )
    pairs = stays.select("person_id", "stay", "start_seconds", "end_seconds").inner_join(doses, "person_id")
    touches = (pairs.given <= pairs.end_seconds) & (pairs.until.fill_null(pairs.given) >= pairs.start_seconds)
    touched = pairs.filter(touches).select("person_id", "stay").distinct().mutate(has_other=True)
    joined = left_join_on(stays, ["person_id", "stay"], touched)
    return joined.mutate(has_other=joined.has_other.fill_null(False))


def _judge(stays: ir.Table, starts_after: int) -> ir.Table:
    """Add ``clock_seconds`` and ``rule``, why a stay is no episode (empty where it is one; "treated" where it is a course)."""
    clock = stays.start_seconds + starts_after
    is_treated = (stays.first_dose <= stays.end_seconds).fill_null(False)
    is_after = (stays.first_dose < stays.start_seconds).fill_null(False)
    rule = ibis.cases(
        (~stays.is_diagnosed, DIAGNOSED_LATER),
        (stays.is_open, OPEN),
        (is_after, AFTER_TREATMENT),
        (is_treated, "treated"),
        (stays.has_other, OTHER_DRUG),
        (stays.end_seconds <= clock, OVER_BEFORE_CLOCK),
    )
    return stays.mutate(clock_seconds=clock, rule=rule)


def _as_courses(stays: ir.Table, comparator: Comparator) -> ir.Table:
    in_order = ibis.window(group_by="person_id", order_by=["start_seconds", "stay"])
    numbered = stays.mutate(course_number=ibis.row_number().over(in_order).cast("int64") + 1)
    person, number = (numbered[name].cast("string") for name in ("person_id", "course_number"))
    return numbered.mutate(
        course_id=person + f":{comparator.name}:" + number,
        treatment=ibis.literal(comparator.name),
        admission=time_from_seconds(numbered.start_seconds),
        start=time_from_seconds(numbered.clock_seconds),
        end=time_from_seconds(numbered.end_seconds),
        discharge=time_from_seconds(numbered.end_seconds),
        setting=numbered.is_inpatient.ifelse("inpatient", "outpatient"),
        weight_kg=ibis.null("float64"),
        end_reason=ibis.literal("unknown"),
    ).select(*COURSES.column_names)


def _findings(judged: ir.Table) -> ir.Table:
    dropped = judged.filter(judged.rule.notnull() & (judged.rule != "treated"))
    return dropped.select(
        table=ibis.literal(_TABLE),
        rule=dropped.rule,
        action=ibis.literal("dropped"),
        row_key=dropped.stay_id.cast("string"),
    ).select(*FINDINGS.column_names)
