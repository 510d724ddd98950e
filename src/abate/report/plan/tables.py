"""Which tables does the report of a plan have? Assumptions, designs, sizes, looks, harm, beds and money, as rows of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import (
    DUE,
    ON_Z,
    UNVERIFIED,
    describe_interval,
    describe_pipeline,
    describe_value,
    say_reason,
    say_source,
)
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import AssumptionRow, CharacteristicsRow, DesignRow, HarmTable
from abate.knowledge.scales import SCALES
from abate.report.cells import EMPTY
from abate.report.numbers import (
    INTERVAL,
    describe_count,
    describe_n,
    describe_number,
    describe_percent,
    describe_short,
    describe_signed,
)
from abate.report.report_table import ReportTable, RowKind, TableRow, group, row, table
from abate.report.words import capital, in_words, sentence, shown

#: A reason is told once for all where at least so many designs have it.
_FEWEST_SHARED = 4

#: What is said of an assumption that does not vary in simulated trials.
_KNOWN = "taken as known"
#: Where a number comes from, as a reader is told.
BASIS = {"study": "the study", "literature": "literature", "typed": "typed", "assumed": f"assumed, {UNVERIFIED}"}


def assumptions_table(view: PlanView) -> ReportTable:
    """Return every assumption with its uncertainty, basis and source; those that nobody has measured are marked."""
    rows = [_assumption(found) for found in view.plan.assumptions]
    notes = (
        (f"Marked and called {UNVERIFIED}: nobody has measured it.",)
        if any(found.is_unverified for found in view.plan.assumptions)
        else ()
    )
    columns = ("Assumption", "Value", "Basis", "In simulated trials", "Source")
    return table(
        "assumptions",
        "Assumptions, how sure each is, and where it comes from.",
        columns,
        rows,
        notes=notes,
        is_prose=True,
    )


def _assumption(found: AssumptionRow) -> TableRow:
    basis = BASIS["assumed"] if found.is_unverified else BASIS.get(found.basis, found.basis)
    counted = "" if found.n is None else f", {describe_n(found.n)}"
    is_drawn = bool(found.distribution) and not found.distribution.startswith(_KNOWN)
    drawn = f"drawn: {found.distribution}" if is_drawn else found.distribution or _KNOWN
    kind = RowKind.UNVERIFIED if found.is_unverified else RowKind.PLAIN
    return row(
        capital(found.quantity), found.shown, basis, drawn, f"{shown(say_source(found.source))}{counted}", kind=kind
    )


def designs_table(view: PlanView) -> ReportTable:
    """Return the designs in their order: what each would take, when it answers the question and what speaks against it."""
    rows = [
        row(_name(design), _size(view, design), sentence(design.answers) or EMPTY, sentence(design.against) or EMPTY)
        for design in in_order(view)
    ]
    columns = ("Design", "Size", "When it answers", "What speaks against it")
    notes = (
        ("Size of the planned design: that of simulated trials. Of the others: closed forms.",)
        if view.is_two_arms and view.is_simulated
        else ("Sizes are those of closed forms.",)
    )
    return table("designs", "Designs, the first choice first.", columns, rows, notes=notes, is_prose=True)


def reasons_table(view: PlanView) -> ReportTable:
    """Return why each design stands where it stands, a row a reason; one that most designs have stands once, below."""
    shared = _shared_reasons(view)
    rows: list[TableRow] = []
    for design in in_order(view):
        reasons = [reason for reason in design.reasons if reason not in shared]
        answers = [] if design.can_answer else [row("Question", "does not answer the question asked")]
        rows += [group(_name(design), 2), *answers, *(_reason(reason) for reason in reasons)]
    notes = tuple(f"Of {count} of the {len(view.plan.designs)} designs: {reason}." for reason, count in shared.items())
    columns = ("Criterion", "Reason")
    return table("design-reasons", "Why each stands where it stands.", columns, rows, notes=notes, is_prose=True)


def _shared_reasons(view: PlanView) -> dict[str, int]:
    """Return the reasons that more than half of the designs have, and how many have each; none of a few designs."""
    counts = Counter(reason for design in view.plan.designs for reason in design.reasons)
    fewest = max(_FEWEST_SHARED, len(view.plan.designs) // 2 + 1)
    return {reason: count for reason, count in counts.items() if count >= fewest and ": " in reason}


def _reason(reason: str) -> TableRow:
    criterion, colon, text = reason.partition(": ")
    return row(capital(criterion), sentence(text)) if colon else row("Reason", sentence(reason))


def in_order(view: PlanView) -> list[DesignRow]:
    """Return the designs, the first choice first."""
    return sorted(view.plan.designs, key=lambda design: design.rank)


def _name(design: DesignRow) -> str:
    return f"{design.rank}. {design.title}" + (" (planned)" if design.is_chosen else "")


def _size(view: PlanView, design: DesignRow) -> str:
    if not design.size_in_words and design.total is None:
        return f"none: {design.size_reason or 'not computed'}"
    size = design.size_in_words.replace(" x ", " \u00d7 ") or describe_short(design.total or 0)
    total = f" ({describe_short(design.total)} in all)" if design.total is not None and design.size_in_words else ""
    looks = " with looks" if design.is_chosen and view.plan.looks else ""
    forecast = view.value("accrual.months") if design.is_chosen else None
    long = design.months if forecast is None else forecast
    months = "" if long is None else f"; {describe_short(long)} months"
    return f"{size}{looks}{total}{months}"


def estimand_table(view: PlanView) -> ReportTable:
    """Return the parts of the estimand."""
    scale = SCALES.get(view.file.ratings.scale)
    name_of_scale = in_words(view.file.ratings.scale) if scale is None else scale.name
    parts = view.estimand_with(name_of_scale)
    rows = [row(capital(in_words(name)), sentence(text)) for name, text in parts.items()]
    return table("estimand", "The estimand.", ("Part", "Text"), rows, is_prose=True)


def events_table(view: PlanView) -> ReportTable:
    """Return what may happen after assignment, and what is then done about it."""
    rows = [
        row(
            capital(found.event),
            found.strategy,
            found.alternative or EMPTY,
            f"{found.expected}, {UNVERIFIED}"
            if found.is_unverified and UNVERIFIED not in found.expected
            else found.expected,
            kind=RowKind.UNVERIFIED if found.is_unverified else RowKind.PLAIN,
        )
        for found in view.plan.events
    ]
    columns = ("Event", "Strategy", "Reported beside it", "To be expected")
    return table("events", "Intercurrent events.", columns, rows, is_prose=True)


def numbers_table(id: str, title: str, estimates: Sequence[Estimate], notes: Sequence[str] = ()) -> ReportTable:
    """Return numbers that stand alone with interval and method; where there is none, the reason stands in its place."""
    rows = [
        row(
            capital(found.quantity),
            describe_value(found),
            describe_interval(found) or EMPTY,
            found.method or EMPTY,
        )
        for found in estimates
    ]
    return table(id, title, ("Number", "Value", capital(INTERVAL), "Method"), rows, notes=notes, is_prose=True)


def sizes_table(view: PlanView) -> ReportTable:
    """Return sizes and power by the closed forms, by simulation, and the difference of the two."""
    sizes = [one for one in view.under("size.") if one.id == "size.total" or not one.id.endswith(".total")]
    found = [*sizes, *view.under("power."), *view.under("assurance")]
    notes = ("Drop-out is never counted twice: it is in the formula, or the size is raised for it.",)
    return numbers_table("sizes", "Size, power and assurance, by closed form and by simulation.", found, notes)


def looks_table(view: PlanView) -> ReportTable:
    """Return the looks with their bounds."""
    rows = [
        row(
            f"Look {look.look}",
            describe_percent(look.information),
            describe_short(look.participants),
            EMPTY if look.month is None else describe_short(look.month),
            f"{describe_number(look.efficacy_z, 3)} ({_small(look.efficacy_p)})",
            EMPTY if look.futility_z is None else describe_number(look.futility_z, 3),
            _small(look.alpha_spent),
            EMPTY if look.in_pipeline is None else describe_pipeline(look.in_pipeline),
        )
        for look in view.plan.looks
    ]
    columns = (
        "Look",
        "Information",
        "Due by then",
        "Month",
        "Efficacy z (one-sided p)",
        "Futility z",
        "Alpha spent",
        "In the pipeline",
    )
    notes = (
        ("In the pipeline: randomised, the primary outcome still to come; no look can save them.", DUE) if rows else ()
    )
    return table("looks", "Looks and their bounds.", columns, rows, notes=notes)


def _small(value: float) -> str:
    return describe_number(value, 4)


def characteristics_table(view: PlanView) -> ReportTable:
    """Return what the looks do at multiples of the planned difference."""
    rows = [_characteristics(found) for found in view.plan.characteristics]
    columns = (
        "True difference", "Rejects", "Simulated (error)", "Stops for futility", "Participants (with overrun)", "Months", "Bias", "Coverage", "Failed fits",
    )  # fmt: skip
    notes = (
        "Rejects and stops: share of trials. Overrun: those in the pipeline when it stops. A fit that fails counts as no success.",
        ON_Z,
    )
    return table(
        "operating-characteristics",
        "What the looks do where the truth is another.",
        columns,
        rows,
        notes=notes if rows else (),
    )


def _characteristics(found: CharacteristicsRow) -> TableRow:
    simulated = EMPTY
    if found.simulated_reject is not None:
        error = "" if found.simulated_error is None else f" ({describe_number(100 * found.simulated_error)})"
        simulated = f"{describe_percent(found.simulated_reject, 1000)}{error}"
    overrun = "" if found.expected_with_overrun is None else f" ({describe_short(found.expected_with_overrun)})"
    failed = EMPTY
    if found.failed is not None:
        failed = describe_count(found.failed) + ("" if found.trials is None else f" of {describe_count(found.trials)}")
    return row(
        f"{describe_number(found.effect, 2)} ({describe_short(found.multiple)} of the planned)",
        describe_percent(found.reject, 1000),
        simulated,
        describe_percent(found.stop_for_futility),
        f"{describe_short(found.expected_participants)}{overrun}",
        EMPTY if found.expected_months is None else describe_short(found.expected_months),
        EMPTY if found.bias is None else describe_signed(found.bias, 2),
        EMPTY if found.coverage is None else describe_percent(found.coverage, 1000),
        failed,
        kind=RowKind.KEY if found.multiple == 1 else RowKind.PLAIN,
    )


def harm_table(view: PlanView) -> ReportTable:
    """Return the rules that stop for harm with what each does at some true rates."""
    rows: list[TableRow] = []
    for rule in view.harm_rules:
        rows += _harm_rows(rule)
    columns = ("True rate", "Stops the trial", "Participants until then")
    return table("harm-characteristics", "What the rules that stop for harm do.", columns, rows)


def _harm_rows(rule: HarmTable) -> list[TableRow]:
    mark = f"; {UNVERIFIED}" if rule.basis == "assumed" else ""
    head = group(f"{capital(rule.event)}: {rule.rule} ({rule.source}{mark})", 3)
    rows = [
        row(
            describe_percent(found["true_rate"], 1000),
            describe_percent(found["stop_probability"], 1000),
            describe_short(found["expected_patients"]),
        )
        for found in rule.characteristics
    ]
    return [head, *rows]


def budget_table(view: PlanView) -> ReportTable:
    """Return the items of the budget and their sum."""
    rows = [
        row(capital(item.item), _money(item.low), _money(item.likely), _money(item.high), item.source)
        for item in view.plan.budget
    ]
    if rows:
        sums = [_money(sum(getattr(item, name) for item in view.plan.budget)) for name in ("low", "likely", "high")]
        rows.append(row("Sum of the items", *sums, "sum", kind=RowKind.KEY))
    expected = _expected(view.estimate("budget.total")) if rows else ""
    priced = "No price comes with abate: each was typed into the plan file." if rows else ""
    notes = tuple(note for note in (expected, priced) if note)
    return table(
        "budget", "Budget, low, likely and high.", ("Item", "Low", "Likely", "High", "Source"), rows, notes=notes
    )


def _expected(total: Estimate | None) -> str:
    """Return the mean of the simulated totals with its interval; it is neither low, likely nor high."""
    if total is None or total.value is None:
        return ""
    interval = ""
    if total.lower is not None and total.upper is not None:
        interval = f"; {INTERVAL} {_money(total.lower)} to {_money(total.upper)}"
    return f"Expected for the whole trial, simulated: {_money(total.value)}{interval}."


def _money(value: float) -> str:
    return describe_number(value, 0)


def missing_table(view: PlanView) -> ReportTable:
    """Return the numbers that could not be had, each with the reason."""
    found = [estimate for estimate in view.plan.estimates if estimate.value is None]
    rows = [row(capital(estimate.quantity), say_reason(estimate.reason or "no reason was given")) for estimate in found]
    rows += [
        row(f"Size of: {design.title}", say_reason(design.size_reason))
        for design in view.plan.designs
        if design.size_reason and not design.size_in_words
    ]
    rows += [
        row(f"Step: {step.quantity}", say_reason(step.reason))
        for step in view.plan.effect_steps
        if step.value is None and step.reason
    ]
    return table("not-had", "Numbers that could not be had.", ("Number", "Why"), rows, is_prose=True)
