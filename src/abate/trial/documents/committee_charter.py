"""What does the monitoring committee need? Its task, the looks, the rules that stop for harm, and the shells of its two reports."""

from __future__ import annotations

from abate.base.words import capital
from abate.contracts.draft import Draft, DraftItem, DraftSection, DraftTable
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import describe_pipeline
from abate.trial.documents.design_models import planned_arms
from abate.trial.documents.items import Said, filled, needs_author, not_applicable, of_part
from abate.trial.documents.said import say_accrual, say_harm_rules, say_looks, say_size, why_no_looks
from abate.trial.documents.tables import (
    characteristics_table,
    empty_table,
    looks_table,
    stop_characteristics_table,
    stop_table,
)

_LOOK_ROWS = ("Participants with the outcome", "z", "Bound for efficacy", "Bound for futility")
_OPEN, _CLOSED = "Open report", "Closed report"


def write_committee_charter(view: PlanView) -> Draft:
    """Return the charter."""
    sections = (
        DraftSection(heading="The committee", items=_committee(view)),
        DraftSection(heading="Looks", items=_looks(view), tables=_look_tables(view)),
        DraftSection(heading="Stopping for harm", items=_harm(view), tables=_harm_tables(view)),
        DraftSection(
            heading=_OPEN,
            paragraphs=("Without arms; for the committee, the sponsor and the investigators.",),
            tables=_open(),
        ),
        DraftSection(
            heading=_CLOSED,
            paragraphs=(
                "By arm as A and B; for the committee alone."
                if len(planned_arms(view)) > 1
                else "For the committee alone.",
            ),
            tables=_closed(view),
        ),
    )
    return Draft(
        id="committee-charter",
        title=f"Charter of the monitoring committee: {view.title}",
        note="A skeleton filled from a plan; the committee writes its charter.",
        sections=sections,
        warnings=tuple(view.plan.warnings),
    )


def _committee(view: PlanView) -> tuple[DraftItem, ...]:
    pipeline = [
        Said(
            text=f"At look {look.look} randomised with the outcome still to come: {describe_pipeline(look.in_pipeline)}.",
            origin=of_part("looks"),
        )
        for look in view.plan.looks
        if look.in_pipeline
    ]
    return (
        needs_author(
            "1", "Members", "A chair, clinicians, a statistician; none with a part in the trial; their interests."
        ),
        filled(
            "2",
            "Task",
            Said(
                text="It sees the data by arm, judges harm and the looks, and recommends. A rule is a recommendation to it: it decides."
            ),
        ),
        filled("3", "How many, how fast", say_size(view), *say_accrual(view)[:1], *pipeline),
        needs_author(
            "4",
            "Meetings",
            "When it meets beside the looks, its quorum, who prepares the closed report and is unblinded.",
        ),
        needs_author(
            "5",
            "What it recommends, to whom",
            "Go on, change, pause, stop; how fast and in which words, so that nothing of the arms is told.",
        ),
    )


def _looks(view: PlanView) -> tuple[DraftItem, ...]:
    looks = say_looks(view)
    return (filled("6", "Looks", *looks) if looks else not_applicable("6", "Looks", why_no_looks(view)),)


def _look_tables(view: PlanView) -> tuple[DraftTable, ...]:
    return tuple(table for table in (looks_table(view), characteristics_table(view)) if table.rows)


def _harm(view: PlanView) -> tuple[DraftItem, ...]:
    rules = say_harm_rules(view)
    return (
        filled("7", "Rules that stop for harm", *rules)
        if rules
        else needs_author("7", "Rules that stop for harm", "The plan names none."),
        needs_author(
            "8", "Difference between the arms", "From which difference in harm between the arms the committee acts."
        )
        if len(planned_arms(view)) > 1
        else not_applicable("8", "Difference between the arms", "There is one arm."),
    )


def _harm_tables(view: PlanView) -> tuple[DraftTable, ...]:
    return tuple(table for rule in view.plan.harm for table in (stop_table(rule), stop_characteristics_table(rule)))


def _open() -> tuple[DraftTable, ...]:
    return (
        empty_table(
            "Recruitment.",
            "Quantity",
            "Planned",
            "So far",
            first=("Screened", "Consented", "Randomised", "With the primary outcome"),
        ),
        empty_table(
            "Data.", "Quantity", "So far", first=("Ratings missing", "Infusions stopped", "Withdrawn", "Queries open")
        ),
        empty_table("Serious events, all participants.", "Event", "Persons", "Events", first=("Any",)),
    )


def _closed(view: PlanView) -> tuple[DraftTable, ...]:
    events = tuple(capital(rule.event) for rule in view.file.harm)
    count = len(planned_arms(view))
    arms = tuple(f"Arm {chr(ord('A') + place)}" for place in range(count)) if count > 1 else ("All",)
    return (
        empty_table("Harm by arm.", "Event", *arms, first=(*events, "Any serious event")),
        empty_table(
            "Infusions stopped by arm.",
            "Reason",
            *arms,
            first=("Harm", "No effect", "Wish of the participant", "Other"),
        ),
        empty_table(
            "Look at the primary outcome.",
            "Quantity",
            *arms,
            first=_LOOK_ROWS,
        ),
    )
