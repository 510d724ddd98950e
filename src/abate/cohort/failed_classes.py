"""What had failed them? One row a course and class of drugs: whether it had failed, why, and whether the trial was fair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import ibis

from abate.base.days import parse_length
from abate.cohort.failure_rules import FailureRules, class_count_rules
from abate.cohort.failures import find_failures
from abate.cohort.refractory_entry import asked_definition, own_definition
from abate.cohort.verdicts import rules_of
from abate.contracts.definition import Study
from abate.engine.time import epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir


def find_trials(study: Study, courses: ir.Table, treatments: ir.Table) -> ir.Table:
    """Return every trial of an acute, preventive or infused drug before each course, as `cohort.failures.find_failures` has them.

    The rules are those by which it was judged who enters, and for infusions those of the study's section ``[failure]``.
    """
    starts = courses.select("course_id", "person_id", start_seconds=epoch_seconds(courses["start"]))
    by_role = (
        find_failures(starts, treatments.filter(treatments.role == role), rules)
        for role, rules in _rules_by_role(study)
    )
    return ibis.union(*by_role)


def find_failed_classes(study: Study, courses: ir.Table, treatments: ir.Table) -> ir.Table:
    """Return what each class of acute, preventive and infused drugs had come to before each course.

    Parameters
    ----------
    study : Study
        Gives the rules: those by which it was judged who enters, and for infusions those of its section ``[failure]``.
    courses, treatments : table COURSES, table TREATMENTS
        As the contract has them.

    Returns
    -------
    table
        ``course_id``, ``role``, ``drug_class``; whether it ``has_failed``, ``may_have_failed`` (of which one cannot know), whether
        a failed trial had ``no_effect`` or was ``not_tolerated``, whether it was ``contraindicated`` (counted as failure or not),
        whether all that speaks for its failure is ``inferred``, and whether a trial was ``fair`` or ``may_be_fair``.
    """
    trials = find_trials(study, courses, treatments)
    classed = trials.filter(trials.drug_class.notnull())
    failed = classed.is_failed
    found = classed.group_by("course_id", "role", "drug_class").aggregate(
        has_failed=failed.any(),
        may_have_failed=classed.may_have_failed.any(),
        no_effect=(failed & (classed.outcome == "no effect")).any(),
        not_tolerated=(failed & (classed.outcome == "not tolerated")).any(),
        contraindicated=(classed.outcome == "contraindicated").any(),
        is_recorded=(failed & (classed.basis == "recorded")).any(),
        fair=(classed.adequate == "yes").any(),
        may_be_fair=(classed.adequate != "no").any(),
    )
    return found.select(
        "course_id", "role", "drug_class", "has_failed", "no_effect", "not_tolerated", "contraindicated", "fair",
        may_have_failed=found.may_have_failed & ~found.has_failed,
        inferred=found.has_failed & ~found.is_recorded,
        may_be_fair=found.may_be_fair & ~found.fair,
    )  # fmt: skip


def _rules_by_role(study: Study) -> Iterator[tuple[str, FailureRules]]:
    """Give the rules of each role: the definition's or the declared ones, or the plain rule of the counts of classes."""
    declared, entry = rules_of(own_definition(study), study.failure), study.eligibility
    is_plain = study.failure is None and asked_definition(study) is None and entry is not None
    for role in ("preventive", "acute", "infusion"):
        if is_plain and entry is not None and role != "infusion":
            exposure = entry.preventive_exposure if role == "preventive" else entry.acute_exposure
            yield role, class_count_rules(None, role, parse_length(exposure))
        else:
            yield role, declared
