"""Who enters the study, and at which rule was who lost? Every course judged by every rule, counted rule by rule.

A course is lost at the first rule that it does not meet. A rule that the study does not ask, or that the records hold no
table for, loses nobody and says so in its note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from abate.cohort.rules import RULES, Rule
from abate.contracts.course_tables import CourseTables
from abate.contracts.definition import Study, Treatment
from abate.contracts.result import AttritionStep
from abate.engine.time import epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Who entered, and what was lost at which rule.

    ``courses`` holds every course of the records: ``course_id``, ``is_eligible``, ``lost_at`` (a rule's id, or empty).
    ``attrition`` counts the courses of the study's treatment, ``comparator_attrition`` those of the comparator; it is
    empty where the study has none.
    """

    courses: ir.Table
    attrition: tuple[AttritionStep, ...]
    comparator_attrition: tuple[AttritionStep, ...] = ()


def find_entry(study: Study, tables: CourseTables, engine: Engine) -> Entry:
    """Judge every course by the study's rules of entry and count what was lost at each.

    Courses of the comparator meet the same rules, applied to their own treatment (its ``length``, its first course).
    Courses of a treatment that the study does not name are lost at ``treated``.
    """
    rules = [rule for rule in RULES if _is_asked(rule, study, tables)]
    judged = engine.materialise(_judge(rules, study, tables), "entry")
    counts = {row["treatment"]: row for row in engine.to_arrow(_count(rules, judged)).to_pylist()}
    attrition = [
        _describe_attrition(study, treatment, tables, counts.get(treatment.name, {})) for treatment in study.treatments
    ]
    return Entry(courses=judged.select("course_id", "is_eligible", "lost_at"), attrition=attrition[0],
                 comparator_attrition=attrition[1] if len(attrition) > 1 else ())  # fmt: skip


def _is_asked(rule: Rule, study: Study, tables: CourseTables) -> bool:
    return any(_why_not_asked(rule, study, treatment, tables) is None for treatment in study.treatments)


def _why_not_asked(rule: Rule, study: Study, treatment: Treatment, tables: CourseTables) -> str | None:
    """Return why a rule loses nobody of this treatment, or None where it is asked."""
    if rule.say(study, treatment) is None:
        return "The study does not ask this."
    if rule.needs is not None and getattr(tables, rule.needs) is None:
        return f"The records hold no table of {rule.needs_in_words}."
    return None


def _judge(rules: Sequence[Rule], study: Study, tables: CourseTables) -> ir.Table:
    """Return one row a course: whether and where it was lost, and for which rules it is to be noted."""
    courses = tables.courses
    judged = courses.select(
        "course_id", "person_id", "treatment", "course_number", "start",
        start_seconds=epoch_seconds(courses["start"]), end_seconds=epoch_seconds(courses["end"]), is_left=True,
    )  # fmt: skip
    for rule in rules:
        judged = _judge_by(rule, judged, study, tables)
    is_lost_at = {rule.id: ~judged[f"meets_{rule.id}"] for rule in rules}
    return judged.select(
        "course_id",
        "person_id",
        "treatment",
        *(f"noted_{rule.id}" for rule in rules if rule.note is not None),
        is_eligible=judged.is_left,
        lost_at=ibis.cases(*((is_lost, rule_id) for rule_id, is_lost in is_lost_at.items())),
        rules_met=ibis.cases(*((is_lost, met) for met, is_lost in enumerate(is_lost_at.values())), else_=len(rules)),
    )


def _judge_by(rule: Rule, courses: ir.Table, study: Study, tables: CourseTables) -> ir.Table:
    """Add what one rule says of each course, as columns of its own."""
    judged = rule.judge(courses, study, tables)
    verdict = {f"meets_{rule.id}": judged.meets, "is_left": judged.is_left & judged.meets}
    if rule.note is None:
        return judged.mutate(**verdict).drop("meets")
    verdict[f"noted_{rule.id}"] = judged.is_left & judged.is_noted
    return judged.mutate(**verdict).drop("meets", "is_noted")


def _count(rules: Sequence[Rule], judged: ir.Table) -> ir.Table:
    """Return one row a treatment: persons and courses left after each rule, and courses to be noted at it."""
    counts: dict[str, ir.Scalar] = {}
    for index, rule in enumerate(rules):
        is_left = judged.rules_met > index
        counts[f"courses_{rule.id}"] = is_left.cast("int64").sum()
        counts[f"persons_{rule.id}"] = judged.person_id.nunique(where=is_left)
        if rule.note is not None:
            counts[f"noted_{rule.id}"] = judged[f"noted_{rule.id}"].cast("int64").sum()
    return judged.group_by("treatment").aggregate(**counts)


def _describe_attrition(
    study: Study, treatment: Treatment, tables: CourseTables, counts: Mapping[str, Any]
) -> tuple[AttritionStep, ...]:
    """Return every rule in order, asked or not, with what this treatment lost at it."""
    steps: list[AttritionStep] = []
    for rule in RULES:
        why_not = _why_not_asked(rule, study, treatment, tables)
        before = (steps[-1].persons, steps[-1].courses) if steps else None
        after = (counts.get(f"persons_{rule.id}", 0), counts.get(f"courses_{rule.id}", 0))
        if why_not is not None and before is not None:
            after = before
        lost = (0, 0) if before is None else (before[0] - after[0], before[1] - after[1])
        steps.append(
            AttritionStep(
                id=rule.id,
                rule=rule.say(study, treatment) or rule.topic,
                is_asked=why_not is None,
                persons=after[0],
                courses=after[1],
                persons_lost=lost[0],
                courses_lost=lost[1],
                note=why_not or _note(rule, counts),
            )
        )
    return tuple(steps)


def _note(rule: Rule, counts: Mapping[str, Any]) -> str | None:
    count = counts.get(f"noted_{rule.id}") or 0
    return rule.note(count) if rule.note is not None and count > 0 else None
