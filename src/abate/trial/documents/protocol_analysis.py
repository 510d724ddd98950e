"""What does the protocol say from the size on? Size, recruitment, assignment, blinding, data, statistics, monitoring, ethics."""

from __future__ import annotations

from abate.base.numbers import describe_count, describe_short
from abate.base.words import capital, listed
from abate.contracts.draft import DraftItem
from abate.contracts.plan_view import PlanView
from abate.trial.documents.design_models import assigned_by, planned_arms, why_open
from abate.trial.documents.items import (
    Said,
    filled,
    needs_author,
    not_applicable,
    of_part,
    of_plan,
    say_estimate,
    why_no_size,
)
from abate.trial.documents.said import (
    say_accrual,
    say_allocation,
    say_analysis,
    say_blinding,
    say_error,
    say_looks,
    say_planned_effect,
    say_probability,
    say_retention,
    say_size,
    why_no_looks,
)


def size_items(view: PlanView) -> tuple[DraftItem, ...]:
    """Return items 19 and 20: size with all it rests on, and recruitment."""
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
        else needs_author("19", "Size", f"No size could be had: {why_no_size(view)}.")
    )
    recruitment = filled("20", "Recruitment: forecast", *say_accrual(view))
    return (
        sized,
        recruitment,
        needs_author("20", "Recruitment: how", "How participants are found and asked; what is done when fewer come."),
    )


def _trials(view: PlanView) -> Said | None:
    if not view.is_simulated:
        return None
    provenance = view.plan.provenance
    text = f"Simulated trials: {describe_count(provenance.trials)}, seed {provenance.seed}, which makes no list of allocation."
    return Said(text=text, origin=of_part("provenance"))


def assignment_items(view: PlanView) -> tuple[DraftItem, ...]:
    """Return items 21 to 24: sequence, concealment, implementation, blinding."""
    if len(planned_arms(view)) == 1:
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
    if assigned_by(view) in ("centres", "starts", "order"):
        return needs_author(
            "21", "Sequence", say_allocation(view).text, "The method by which that is done, and its strata."
        )
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
    if why_open(view):
        return (not_applicable("24", "Blinding", why_open(view)),)
    if not view.is_masked:
        both = "Each person has both and may tell which was which; say who is kept from knowing, and how far."
        return (needs_author("24", "Blinding", both),)
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


def statistics_items(view: PlanView) -> tuple[DraftItem, ...]:
    """Return items 25 to 27: data and statistics."""
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
        filled("27", "Statistics", *say_analysis(view), say_error(view), _missing(view)),
        *_model_of_other(view),
        needs_author(
            "27",
            "Statistics: subgroups and further analyses",
            "Those stated beforehand, few, with their interaction tests.",
        ),
    )


def _missing(view: PlanView) -> Said | None:
    if not view.is_two_arms:
        return None
    return Said(
        text="Missing at random given arm, day, baseline and earlier ratings; beside it delta adjustment and jump to reference with their tipping points.",
        origin=of_plan("design.analysis"),
    )


def _model_of_other(view: PlanView) -> tuple[DraftItem, ...]:
    """Return what an author writes where the plan's model is not that of the design."""
    if view.is_two_arms:
        return ()
    asked = "The model as a formula, its contrast, and what is done about missing values."
    return (needs_author("27", "Statistics: model of this design", asked),)


def _days(view: PlanView) -> str:
    return ", ".join(describe_short(day) for day in view.file.ratings.days)


def monitoring_items(view: PlanView) -> tuple[DraftItem, ...]:
    """Return items 28 and 29: committee, looks, monitoring of the trial."""
    looks = say_looks(view)
    return (
        needs_author(
            "28",
            "Monitoring committee",
            "Members, independence, charter; committee-charter.docx holds what the plan knows.",
        ),
        filled("28", "Looks", *looks) if looks else not_applicable("28", "Looks", why_no_looks(view)),
        needs_author("29", "Monitoring of the trial", "How often, by whom, how independent of the sponsor."),
    )


def ethics_items() -> tuple[DraftItem, ...]:
    """Return items 30 to 34."""
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
