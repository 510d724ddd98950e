"""Which courses meet the definition that a study names? The study's keys as arguments of the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abate.contracts.definition import Study
from abate.knowledge.refractory_definitions import Definition, class_count, definition

if TYPE_CHECKING:
    import ibis.expr.types as ir


def asked_definition(study: Study) -> Definition | None:
    """Return the definition that the study's entry asks for, or None."""
    name = None if study.eligibility is None else study.eligibility.refractory
    return None if name is None else definition(name)


def own_definition(study: Study) -> Definition:
    """Return the definition that the study asks for: by name, by its numbers of classes, or the EHF's of 2020."""
    asked, entry = asked_definition(study), study.eligibility
    if asked is not None:
        return asked
    if entry is not None and (entry.failed_preventive_classes or entry.failed_acute_classes):
        return class_count(entry.failed_preventive_classes, entry.failed_acute_classes)
    return definition("ehf-2020-resistant")


def includes_unknown(study: Study) -> bool:
    """Return whether a course enters of which it cannot be known."""
    return study.eligibility is not None and study.eligibility.refractory_unknown == "include"


def assumed_demands(study: Study, asked: Definition) -> tuple[str, ...]:
    """Return the demands that count as met: those that the study declares so, and its diagnosis.

    The diagnosis is met by those of the study's condition; the rule on the condition stands before this one.
    """
    declared = () if study.eligibility is None else study.eligibility.refractory_assumed or ()
    condition = "" if study.condition is None else study.condition.name.strip().lower()
    by_condition = [demand.id for demand in asked.demands if condition in demand.conditions]
    named = {*declared, *by_condition}
    return tuple(id for id in asked.demand_ids if id in named)


def find_asked_verdicts(study: Study, courses: ir.Table, treatments: ir.Table, asked: Definition) -> ir.Table:
    """Return the verdict of every course by the study's own definition and rules; see `find_verdicts`."""
    from abate.cohort.verdicts import find_verdicts

    return find_verdicts(courses, treatments, asked, failure=study.failure, assumed=assumed_demands(study, asked))
