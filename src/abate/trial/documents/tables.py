"""Which tables do several drafts share? Assumptions, intercurrent events, looks, rules that stop for harm."""

from __future__ import annotations

from itertools import groupby

from abate.base.numbers import describe_count, describe_number, describe_percent, describe_short
from abate.base.words import capital
from abate.contracts.draft import DraftTable
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import DUE, ON_Z, UNVERIFIED, say_source
from abate.contracts.trial_plan import AssumptionRow, HarmTable
from abate.trial.documents.counts import told_count
from abate.trial.documents.items import mark_unverified

#: What stands where there is nothing to say.
NOTHING = "\u2013"


def assumptions_table(view: PlanView) -> DraftTable:
    """Return the assumptions with their sources; counts of the study as its rule of disclosure allows."""
    rows = [
        (
            capital(found.quantity),
            found.shown,
            mark_unverified(found.basis, is_unverified=found.is_unverified),
            say_source(found.source),
            _persons(view, found),
        )
        for found in view.plan.assumptions
    ]
    columns = ("Assumption", "Value", "Basis", "Source", "Persons")
    return DraftTable(
        title="Assumptions behind the size.",
        columns=columns,
        rows=rows,
        note=f"From plan.json, assumptions. {capital(UNVERIFIED)}: nobody has measured it.",
    )


def _persons(view: PlanView, found: AssumptionRow) -> str:
    if found.basis == "study":
        return told_count(found.n, view.file.disclosure) or NOTHING
    return NOTHING if found.n is None else str(found.n)


def events_table(view: PlanView) -> DraftTable:
    """Return the intercurrent events with their strategies."""
    rows = [
        (
            capital(found.event),
            found.strategy,
            found.alternative or NOTHING,
            mark_unverified(found.expected, is_unverified=found.is_unverified),
        )
        for found in view.plan.events
    ]
    columns = ("Event", "Strategy", "Reported beside it", "To be expected")
    return DraftTable(title="Intercurrent events.", columns=columns, rows=rows, note="From plan.json, events.")


def looks_table(view: PlanView) -> DraftTable:
    """Return the looks with their bounds."""
    rows = [
        (
            str(look.look),
            describe_percent(look.information),
            describe_short(look.participants),
            NOTHING if look.month is None else describe_short(look.month),
            describe_number(look.efficacy_z, 3),
            NOTHING if look.futility_z is None else describe_number(look.futility_z, 3),
            describe_number(look.alpha_spent, 4),
        )
        for look in view.plan.looks
    ]
    columns = ("Look", "Information", "Due by then", "Month", "Efficacy z", "Futility z", "Alpha spent")
    return DraftTable(title="Looks and their bounds.", columns=columns, rows=rows, note=f"From plan.json, looks. {DUE}")


def characteristics_table(view: PlanView) -> DraftTable:
    """Return what the looks do at multiples of the planned difference."""
    rows = [
        (
            describe_number(found.effect, 2),
            describe_percent(found.reject, 1000),
            describe_percent(found.stop_for_futility),
            describe_short(found.expected_participants),
            NOTHING if found.expected_with_overrun is None else describe_short(found.expected_with_overrun),
        )
        for found in view.plan.characteristics
    ]
    columns = ("True difference", "Rejects", "Stops for futility", "Participants", "With those in the pipeline")
    return DraftTable(
        title="What the looks do.", columns=columns, rows=rows, note=f"From plan.json, characteristics. {ON_Z}"
    )


def stop_table(rule: HarmTable) -> DraftTable:
    """Return the table "stop at x of n" of one rule."""
    rows = []
    for stop, places in groupby(enumerate(rule.stop_at, start=1), key=lambda pair: pair[1]):
        seen = [place for place, _ in places]
        span = describe_count(seen[0]) if len(seen) == 1 else f"{describe_count(seen[0])} to {describe_count(seen[-1])}"
        rows.append((span, "no number" if stop is None else describe_count(stop)))
    mark = f" ({UNVERIFIED})" if rule.basis == "assumed" else ""
    note = f"{capital(rule.rule)}. Source: {rule.source}{mark}. From plan.json, harm."
    return DraftTable(
        title=f"Stopping for {rule.event}.",
        columns=("Participants seen", "Stops at so many events"),
        rows=rows,
        note=note,
    )


def stop_characteristics_table(rule: HarmTable) -> DraftTable:
    """Return what one rule does at some true rates."""
    rows = [
        (
            describe_percent(found["true_rate"], 1000),
            describe_percent(found["stop_probability"], 1000),
            describe_short(found["expected_patients"]),
        )
        for found in rule.characteristics
    ]
    columns = ("True rate", "Stops the trial", "Participants until then")
    return DraftTable(
        title=f"What the rule for {rule.event} does.",
        columns=columns,
        rows=rows,
        note=f"Where none is seen, up to {describe_percent(rule.unseen_upper, 1000)} remain possible. From plan.json, harm.",
    )


def empty_table(title: str, *columns: str, first: tuple[str, ...]) -> DraftTable:
    """Return a table to be filled when the trial has run: its first column is written, the others are empty."""
    rows = [(name, *[""] * (len(columns) - 1)) for name in first]
    return DraftTable(title=title, columns=columns, rows=rows, note="Empty until the trial has run.")
