"""What does a study say of failed treatments, in plain words? The definition with its source, and the rules of inference.

What was not verified in a source is said where it decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from abate.base.days import describe_length, parse_length
from abate.cohort.refractory_entry import asked_definition, assumed_demands, includes_unknown
from abate.contracts.definition import Study
from abate.contracts.failure import Failure
from abate.contracts.notice import NOT_A_DEVICE
from abate.knowledge.refractory_definitions import Definition

_COUNTS_AS = {"no effect": "a lack of effect", "not tolerated": "intolerance", "unknown": "unknown"}


def describe_refractory(study: Study) -> Sequence[str]:
    """Return the paragraphs on the definition asked for and on the rules of failure; none where neither is asked."""
    asked = asked_definition(study)
    paragraphs = [] if asked is None else [_describe_definition(study, asked)]
    if asked is not None or study.failure is not None:
        paragraphs.append(_describe_rules(study.failure or Failure(), asked))
    return paragraphs


def _describe_definition(study: Study, asked: Definition) -> str:
    assumed = assumed_demands(study, asked)
    records = [demand.says for demand in asked.demands if demand.is_of_records and demand.id not in assumed]
    answers = [demand.says for demand in asked.demands if not demand.is_of_records and demand.id not in assumed]
    taken = [demand.says for demand in asked.demands if demand.id in assumed]
    text = f"The definition {asked.name} ({asked.source}; {asked.tag}) was judged from the treatments before the first dose: {'; '.join(records)}."
    if taken:
        text += f" Taken as met, by the diagnosis or by declaration: {'; '.join(taken)}."
    if answers:
        text += f" These records do not show, so that it stays not known: {'; '.join(answers)}."
    if any(demand.is_all_available for demand in asked.demands):
        text += (
            " A class was available if it could be had in a year before that of the first dose; a class of which the first "
            "year is not known leaves the verdict open unless it had failed."
        )
    what_if = "entered" if includes_unknown(study) else "did not enter"
    notes = " ".join(asked.notes)
    return f"{text} Courses of which it is not known {what_if}.{' ' + notes if notes else ''} {NOT_A_DEVICE}"


def _describe_rules(failure: Failure, asked: Definition | None) -> str:
    gap, switch = (describe_length(parse_length(length)) for length in (failure.refill_gap, failure.switch_within))
    return (
        "A recorded outcome stood where it was known before the first dose; nothing that began later was looked at."
        f"{_describe_reasons(failure)} Exposures of one drug "
        f"with at most {gap} between them were one trial (a choice). {_describe_adequate(failure, asked)} {_describe_dose(failure)} "
        f"Where no outcome was recorded it was inferred, and these rules are choices, not published: a fair trial that had stopped "
        f"(more than {gap} before the first dose) counted as {_COUNTS_AS[failure.stopped_after_adequate]}; of preventives, one with a drug of another class "
        f"begun within {switch} of its end as {_COUNTS_AS[failure.switched_after_adequate]}; a shorter one with such a switch as "
        f"{_COUNTS_AS[failure.switched_after_short]}; all else stayed unknown. {_describe_counting(failure, asked)}"
    )


def _describe_reasons(failure: Failure) -> str:
    if not failure.stop_reasons:
        return ""
    said = ", ".join(f"\u201c{text}\u201d as {outcome}" for text, outcome in failure.stop_reasons.items())
    return f" Reasons for stopping were read as outcomes: {said}."


def _describe_adequate(failure: Failure, asked: Definition | None) -> str:
    acute = f"of an acute drug {describe_length(parse_length(failure.adequate_acute))} (a choice)"
    if failure.adequate_preventive is not None:
        return f"A fair trial of a preventive took {describe_length(parse_length(failure.adequate_preventive))} (by declaration), {acute}."
    if asked is not None and asked.adequate_days is not None:
        parts = [f"{days} days of {name or 'a preventive'}" for name, days in asked.adequate_days.items()]
        return f"A fair trial took {', '.join(parts)} ({asked.tag}; a month counts as 30 days), {acute}."
    return (
        "A fair trial took 56 days of a preventive (AHS 2018/2021), 168 of botulinum toxin and 84 of a CGRP antibody "
        f"(both unverified: see docs/refractory.md), {acute}."
    )


def _describe_dose(failure: Failure) -> str:
    target = f"the target dose of the {failure.target_dose}, or of the other source where it gives none"
    return {
        "where known": f"A dose known to be below {target}, made no fair trial; an unknown dose did not hinder it.",
        "required": f"A trial was fair only at {target}; where the dose is not known neither is that.",
        "ignored": "The dose was not looked at.",
    }[failure.dose]


def _describe_counting(failure: Failure, asked: Definition | None) -> str:
    by_definition = asked is not None and asked.contraindicated_counts
    counts = {"as the definition says": by_definition, "counts": True, "does not count": False}[failure.contraindicated]
    parts = [f"A contraindication {'counted' if counts else 'did not count'} as failure."]
    if failure.no_effect_too_short == "does not count":
        parts.append("A recorded lack of effect did not count where the trial is known to have been unfair.")
    if failure.unknown_after_adequate == "counts":
        parts.append("A fair trial of unknown outcome counted.")
    missing = "was never taken" if failure.not_recorded == "never taken" else "may have been taken elsewhere"
    parts.append(f"A drug without a record {missing}.")
    return " ".join(parts)
