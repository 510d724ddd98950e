"""What does the protocol say? The 34 items of SPIRIT 2025 under abate's own short labels, each filled, in need of an author, or not applicable."""

from __future__ import annotations

from abate.base.numbers import describe_count, describe_percent, describe_short
from abate.base.words import capital, listed, sentence
from abate.contracts.draft import Draft, DraftItem, DraftSection
from abate.contracts.plan_file import Number
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import best_assurance, best_power, describe_points, say_headline
from abate.trial.documents.items import (
    Said,
    aim_in_words,
    filled,
    joined,
    mark_unverified,
    needs_author,
    not_applicable,
    of_estimate,
    of_part,
    of_plan,
    reason_in_words,
    say_estimate,
)
from abate.trial.documents.said import (
    say_accrual,
    say_allocation,
    say_analysis,
    say_arms,
    say_blinding,
    say_error,
    say_harm_rule,
    say_looks,
    say_planned_effect,
    say_primary,
    say_probability,
    say_retention,
    say_size,
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
        DraftSection(heading="Size and recruitment", items=_size(view), tables=(assumptions_table(view),)),
        DraftSection(heading="Assignment and blinding", items=_assignment(view)),
        DraftSection(heading="Data and statistics", items=_statistics(view), tables=(events_table(view),)),
        DraftSection(
            heading="Monitoring", items=_monitoring(view), tables=(looks_table(view),) if view.plan.looks else ()
        ),
        DraftSection(heading="Ethics", items=_ethics()),
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
    found = (view.estimate("effect.planned"), best_power(view.plan), best_assurance(view.plan))
    return joined([of_part("designs"), *(of_estimate(one.id) for one in found if one is not None)])


def _headline(view: PlanView) -> str:
    return "".join(text for text, _ in say_headline(view.plan))


def _introduction(view: PlanView) -> tuple[DraftItem, ...]:
    estimand = view.plan.estimand
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
            f"{describe_points(observed.value)} ({observed.source})", is_unverified=observed.basis == "assumed"
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
    margin = view.file.design.margin
    title = None if design is None else Said(text=sentence(design.title), origin=of_part("designs"))
    framework = Said(text=_say_framework(margin), origin=of_plan("design.kind" if margin is None else "design.margin"))
    return (
        needs_author(
            "11", "Patients\u2019 part", "How patients took part in planning, and will in conduct and report."
        ),
        filled("12", "Design", title, say_allocation(view), framework),
    )


def _say_framework(margin: Number | None) -> str:
    if margin is None:
        return "Superiority."
    text = f"Non-inferiority, margin {describe_points(margin.value)} ({margin.source})"
    return f"{mark_unverified(text, is_unverified=margin.is_unverified)}."


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
            "Titration and who does it; the bundle that both arms are given; when an infusion is stopped.",
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
        filled("17", "Harms: rules", *(say_harm_rule(rule) for rule in view.plan.harm)),
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
        found.append(Said(text=f"Response: {sentence(response.rule)}", origin=of_plan("response.rule")))
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


def _size(view: PlanView) -> tuple[DraftItem, ...]:
    size = say_size(view)
    per_arm = [
        say_estimate(view, found.id, capital(found.quantity))
        for found in view.under("size.")
        if found.id.endswith(".per_arm")
    ]
    sized = (
        filled(
            "19",
            "Size",
            size,
            *per_arm,
            *say_planned_effect(view),
            say_error(view),
            *say_probability(view),
            say_retention(view),
            _trials(view),
        )
        if size is not None
        else needs_author("19", "Size", f"No size could be had: {reason_in_words(view, 'size.mmrm.per_arm')}.")
    )
    recruitment = filled("20", "Recruitment: forecast", *say_accrual(view))
    return (
        sized,
        recruitment,
        needs_author("20", "Recruitment: how", "How participants are found and asked; what is done when fewer come."),
    )


def _trials(view: PlanView) -> Said:
    provenance = view.plan.provenance
    text = f"Simulated trials: {describe_count(provenance.trials)}, seed {provenance.seed}, which makes no list of allocation."
    return Said(text=text, origin=of_part("provenance"))


def _assignment(view: PlanView) -> tuple[DraftItem, ...]:
    if len(view.file.arms) == 1:
        why = "There is one arm, and nobody is assigned by chance."
        return tuple(
            not_applicable(number, label, why)
            for number, label in (
                ("21", "Sequence"),
                ("22", "Concealment"),
                ("23", "Implementation"),
                ("24", "Blinding"),
            )
        )
    return (
        _sequence(view),
        needs_author(
            "22",
            "Concealment",
            "The list, its seed and the labels of the kits lie with the unblinded only. Put the SHA-256 of the list here, so that it can be proved later.",
        ),
        needs_author("23", "Implementation", "Who makes the list, who enrols, who assigns."),
        *_blinding(view),
    )


def _sequence(view: PlanView) -> DraftItem:
    """Return how the sequence is made; the sizes of its blocks are never in a text that sites see."""
    specified = view.file.randomisation
    if specified is None:
        return needs_author(
            "21",
            "Sequence",
            "The method: permuted blocks with random sizes, strata by centre and at most two factors, or minimisation.",
            "Leave the sizes of the blocks out: whoever reads them can guess.",
        )
    strata = listed(factor.name for factor in specified.strata)
    return filled(
        "21",
        "Sequence",
        say_allocation(view),
        Said(text=f"Method: {specified.method}.", origin=of_plan("randomisation.method")),
        Said(text=f"Strata: {strata}.", origin=of_plan("randomisation.strata")) if strata else None,
        Said(text="The sizes of the blocks are not told here: whoever knows them can guess the next assignment."),
    )


def _blinding(view: PlanView) -> tuple[DraftItem, ...]:
    if not view.file.question.can_be_blinded:
        return (not_applicable("24", "Blinding", "The plan says that the trial cannot be blinded."),)
    asked = Said(
        text="Patient, nurse and assessor are asked for their guess before the first outcome is known to them.",
        origin=of_plan("question.can_be_blinded"),
    )
    return (
        filled("24", "Blinding", asked, say_blinding(view)),
        needs_author(
            "24",
            "Blinding: who, how, emergencies",
            "Who is blinded and how it is kept; when, how and by whom it is broken in an emergency.",
        ),
    )


def _statistics(view: PlanView) -> tuple[DraftItem, ...]:
    missing = Said(
        text="Missing at random given arm, day, baseline and earlier ratings; beside it delta adjustment and jump to reference with their tipping points.",
        origin=of_plan("design.analysis"),
    )
    return (
        filled(
            "25",
            "Data collection: ratings and retention",
            Said(text=f"Ratings on days {_days(view)}.", origin=of_plan("ratings.days")),
            say_retention(view),
        ),
        needs_author(
            "25",
            "Data collection: how",
            "Instruments, training of raters, what is done to keep participants in the ratings after discharge.",
        ),
        needs_author("26", "Data management", "Entry, checks, storage, where procedures are found."),
        filled("27", "Statistics", *say_analysis(view), say_error(view), missing),
        needs_author(
            "27",
            "Statistics: subgroups and further analyses",
            "Those stated beforehand, few, with their interaction tests.",
        ),
    )


def _days(view: PlanView) -> str:
    return ", ".join(describe_short(day) for day in view.file.ratings.days)


def _monitoring(view: PlanView) -> tuple[DraftItem, ...]:
    looks = say_looks(view)
    return (
        needs_author(
            "28",
            "Monitoring committee",
            "Members, independence, charter; committee-charter.docx holds what the plan knows.",
        ),
        filled("28", "Looks", *looks)
        if looks
        else not_applicable("28", "Looks", "The trial is not looked at before its end."),
        needs_author("29", "Monitoring of the trial", "How often, by whom, how independent of the sponsor."),
    )


def _ethics() -> tuple[DraftItem, ...]:
    return (
        needs_author("30", "Ethics", "Committee, number and date of its approval."),
        needs_author("31", "Amendments", "How changes reach committees, registers, sites and participants."),
        needs_author(
            "32",
            "Consent",
            "Who asks, how, and the form. consent-facts.docx holds facts with their sources, and is no form.",
        ),
        needs_author("33", "Confidentiality", "How personal data are kept before, during and after the trial."),
        needs_author("34", "Care after the trial", "What participants are offered afterwards, and who pays for harm."),
    )
