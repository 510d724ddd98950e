"""What does the protocol say? The 34 items of SPIRIT 2025 under abate's own short labels, each filled, in need of an author, or not applicable."""

from __future__ import annotations

from abate.base.numbers import describe_count, describe_percent
from abate.base.words import capital, sentence
from abate.contracts.draft import Draft, DraftItem, DraftSection
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import (
    best_assurance,
    best_power,
    describe_points,
    say_headline,
    say_sized_on,
    say_source,
)
from abate.trial.documents.items import (
    Said,
    aim_in_words,
    filled,
    joined,
    mark_unverified,
    needs_author,
    of_estimate,
    of_part,
    of_plan,
)
from abate.trial.documents.protocol_analysis import (
    assignment_items,
    ethics_items,
    monitoring_items,
    size_items,
    statistics_items,
)
from abate.trial.documents.said import (
    estimand_of,
    say_allocation,
    say_arms,
    say_harm_rules,
    say_planned_effect,
    say_primary,
    say_rule,
    say_stay,
)
from abate.trial.documents.schedule import schedule_table
from abate.trial.documents.tables import assumptions_table, events_table, looks_table

#: How many items the statement has; its number of each is unverified.
ITEM_COUNT = 34
NUMBERING = (
    "The items follow SPIRIT 2025, which has 34, under labels of abate\u2019s own. "
    "Their numbering is unverified: check it against the statement before use."
)


def write_protocol(view: PlanView) -> Draft:
    """Return the protocol."""
    sections = (
        DraftSection(heading="About this draft", paragraphs=(NUMBERING, _STATUS)),
        DraftSection(heading="Administrative information and open science", items=_administrative(view)),
        DraftSection(heading="Introduction", items=_introduction(view)),
        DraftSection(heading="Patients\u2019 part and design", items=_design(view)),
        DraftSection(
            heading="Participants, interventions, outcomes", items=_conduct(view), tables=(schedule_table(view),)
        ),
        DraftSection(heading="Size and recruitment", items=size_items(view), tables=(assumptions_table(view),)),
        DraftSection(heading="Assignment and blinding", items=assignment_items(view)),
        DraftSection(heading="Data and statistics", items=statistics_items(view), tables=(events_table(view),)),
        DraftSection(
            heading="Monitoring", items=monitoring_items(view), tables=(looks_table(view),) if view.plan.looks else ()
        ),
        DraftSection(heading="Ethics", items=ethics_items()),
    )
    return Draft(
        id="protocol",
        title=f"Protocol: {view.title}",
        note="A skeleton filled from a plan; a protocol is what people make of it.",
        sections=sections,
        warnings=tuple(view.plan.warnings),
    )


_STATUS = (
    "Filled: the numbers come from the plan, and under the item stands where they are found in plan.json. "
    "Needs author: what belongs there is said, and nobody but a person can write it. Not applicable: with the reason."
)


def _administrative(view: PlanView) -> tuple[DraftItem, ...]:
    provenance = view.plan.provenance
    return (
        filled(
            "1",
            "Title and summary",
            Said(text=sentence(view.title), origin=of_part("title")),
            Said(text=_headline(view), origin=_origin_of_headline(view)),
        ),
        filled(
            "2",
            "Version",
            Said(
                text=f"Draft by abate {provenance.abate_version} from the plan {provenance.plan_hash[:12]}; no version of a protocol yet.",
                origin=of_part("provenance"),
            ),
        ),
        needs_author(
            "3",
            "Roles",
            "Names, affiliations and contributions of those who write the protocol; sponsor; committees and their tasks.",
        ),
        needs_author(
            "4", "Registration", "Name of the register, number and date. registration.json holds what the plan knows."
        ),
        needs_author(
            "5",
            "Where protocol and analysis plan are",
            "The analysis plan is drafted in sap.docx; say where both will be found.",
        ),
        needs_author(
            "6",
            "Sharing of data",
            "What will be shared, with whom, when, under which conditions; the code of the analysis too.",
        ),
        needs_author("7", "Funding and interests", "Funders and their part; interests of those involved."),
        needs_author(
            "8", "Dissemination", "How results reach participants, those who treat, and the public; authorship."
        ),
    )


def _origin_of_headline(view: PlanView) -> str:
    if say_sized_on(view.plan):
        return of_part("designs")
    found = (view.estimate("effect.planned"), best_power(view.plan), best_assurance(view.plan))
    return joined([of_part("designs"), *(of_estimate(one.id) for one in found if one is not None)])


def _headline(view: PlanView) -> str:
    return "".join(text for text, _ in say_headline(view.plan))


def _introduction(view: PlanView) -> tuple[DraftItem, ...]:
    estimand = estimand_of(view)
    parts = [
        Said(text=f"{capital(name)}: {sentence(text)}", origin=of_part("estimand")) for name, text in estimand.items()
    ]
    return (
        filled("9", "Background: what the study before it found", *_found(view)),
        needs_author(
            "9",
            "Background: literature and comparator",
            "What is known from other trials, their harms; why this comparator.",
        ),
        filled(
            "10",
            "Objectives, as an estimand",
            Said(text=f"The trial asks {aim_in_words(view)}.", origin=of_plan("question.aim")),
            *parts,
        ),
    )


def _found(view: PlanView) -> list[Said]:
    """Return what the retrospective study found, with its limits."""
    observed = next(
        (step for step in view.plan.effect_steps if step.id == "observed_fall" and step.value is not None), None
    )
    found = []
    if observed is not None and observed.value is not None:
        fall = mark_unverified(
            f"{describe_points(observed.value)} ({say_source(observed.source)})",
            is_unverified=observed.basis == "assumed",
        )
        text = f"Observed fall: {fall}. It has no control arm and is not the effect."
        found.append(Said(text=text, origin=of_part("effect_steps")))
    if view.plan.provenance.is_simulated:
        found.append(Said(text="The study was simulated and is no evidence.", origin=of_part("provenance")))
    return [
        *found,
        *say_planned_effect(view),
        *(Said(text=sentence(limit), origin=of_part("limits")) for limit in view.plan.limits),
    ]


def _design(view: PlanView) -> tuple[DraftItem, ...]:
    design = view.chosen
    title = None if design is None else Said(text=sentence(design.title), origin=of_part("designs"))
    return (
        needs_author(
            "11", "Patients\u2019 part", "How patients took part in planning, and will in conduct and report."
        ),
        filled("12", "Design", title, say_allocation(view), _say_framework(view)),
    )


def _say_framework(view: PlanView) -> Said:
    """Return what the comparison is to show; superiority unless the design is another one."""
    margin = view.file.design.margin
    if view.kind != "non-inferiority":
        return Said(text=_FRAMEWORKS.get(view.kind, "Superiority."), origin=of_plan("design.kind"))
    if margin is None:
        return Said(text="Non-inferiority; [needs author: the margin, and why].", origin=of_plan("design.kind"))
    text = f"Non-inferiority, margin {describe_points(margin.value)} ({say_source(margin.source)})"
    return Said(text=f"{mark_unverified(text, is_unverified=margin.is_unverified)}.", origin=of_plan("design.margin"))


#: What designs show that do not ask whether one arm is better than another.
_FRAMEWORKS = {
    "single-arm two-stage": "The share that responds against what comes with nothing done; no claim of an effect.",
    "dose-ranging": "A rise over the doses, and its shape.",
}


def _conduct(view: PlanView) -> tuple[DraftItem, ...]:
    centres = view.file.question.centres
    return (
        filled(
            "13",
            "Setting: number of centres",
            Said(text=f"Centres: {describe_count(centres)}.", origin=of_plan("question.centres")),
        ),
        needs_author("13", "Setting: which centres", "Kind of hospital, country, where a list of the sites is found."),
        filled(
            "14",
            "Eligibility: whom the estimand names",
            Said(text=sentence(view.file.estimand.population), origin=of_plan("estimand.population")),
        ),
        needs_author(
            "14",
            "Eligibility: criteria",
            "Criteria of persons and of sites. At the least a diary of 28 days before admission, which takes away most of the regression to the mean.",
        ),
        filled("15", "Interventions", *say_arms(view), say_stay(view)),
        needs_author(
            "15",
            "Interventions: conduct",
            "Titration and who does it; the bundle that everybody is given; when an infusion is stopped.",
            "Adherence, and what else may be given until the primary rating.",
        ),
        filled("16", "Primary outcome", say_primary(view)),
        filled("16", "Secondary outcomes that the plan names", *_secondary(view)),
        needs_author(
            "16",
            "Other outcomes",
            "At the least headache days or HIT-6 at 4 and 12 weeks as key secondary outcomes.",
            "Better a primary outcome that is no rating in hospital alone.",
        ),
        filled("17", "Harms: rules", *say_harm_rules(view)),
        needs_author(
            "17",
            "Harms: collection",
            "Which harms are asked for, by whom, how graded, until when; reporting of serious ones.",
        ),
        filled(
            "18",
            "Timeline",
            Said(
                text="The schedule of activities stands below, and in schedule-of-activities.csv.",
                origin=of_plan("ratings.days"),
            ),
        ),
    )


def _secondary(view: PlanView) -> list[Said]:
    response, follow_up = view.file.response, view.file.follow_up
    found = []
    if response is not None:
        found.append(Said(text=f"Response: {sentence(say_rule(response.rule))}", origin=of_plan("response.rule")))
    if follow_up is not None:
        lost = mark_unverified(
            f"expected without a rating there {describe_percent(follow_up.lost.value)}",
            is_unverified=follow_up.lost.is_unverified,
        )
        found.append(
            Said(
                text=f"Ratings after discharge, at {follow_up.visit.replace('_', ' ')}; {lost}.",
                origin=of_plan("follow_up"),
            )
        )
    return found
