"""Which trial is emulated, and how do these records stand in for it? One row an element, trial and records side by side.

The rows follow the elements that the TARGET statement (2025) asks for, under short labels of our own.
"""

from __future__ import annotations

from collections.abc import Mapping

from abate.contracts.definition import Study, Treatment
from abate.contracts.target_trial import TargetTrial
from abate.report.comparison.words import comparator_of, say_time_zero
from abate.report.report_table import ReportTable, TableRow, row, table
from abate.report.view import ResultView
from abate.report.words import capital, describe_rule, in_words, listed, shown

_FOR_WHOM: Mapping[str, str] = {
    "overlap": "those who might have got either treatment (overlap weights)",
    "matching": "those for whom a like course of the other treatment was found (nearest neighbour on the score)",
    "strata": "all compared courses (five strata of the score)",
    "entropy": "all compared courses (entropy balancing to their means)",
    "everybody": "all compared courses (inverse weights)",
}
_COVARIATES: Mapping[str, str] = {
    "year": "calendar year",
    "weight": "body weight",
    "days_before": "days from admission to first dose",
}


def trial_table(view: ResultView) -> ReportTable:
    """Return the target trial beside its emulation."""
    study, design = view.study, view.study.target_trial
    assert design is not None
    rows = (
        _eligibility(view, design),
        _strategies(view),
        _assignment(design),
        row("Time zero", "The moment of assignment", capital(say_time_zero(view))),
        _follow_up(study, design),
        _outcomes(view),
        *_intercurrent(design),
        _estimand(view, design),
        row(
            "What must be true",
            "Nothing beyond the lot and full follow-up",
            "Nothing unrecorded drives choice and outcome together; either treatment was possible for each who is counted; "
            "what is missing is missing by chance, given what is known",
        ),
        _analysis(design),
    )
    notes = ("Rows: the elements that the TARGET statement (2025) asks for, in words of our own.",)
    return table(
        "target-trial", "The trial that would answer the question, then what stands in for it in these records.",
        ("Element", "Target trial", "These records"), rows, notes=notes, is_prose=True,
    )  # fmt: skip


def _eligibility(view: ResultView, design: TargetTrial) -> TableRow:
    asked = [step.rule.rstrip(".") for step in view.attrition if step.is_asked]
    rules = capital("; ".join(rule[:1].lower() + rule[1:] for rule in asked)) if asked else "All who are treated"
    new = (
        "The same, read from the records; a course after an earlier one of the other treatment is left out"
        if design.users == "new"
        else "The same, read from the records; earlier courses of the other treatment are allowed"
    )
    comparator = view.study.comparator
    if comparator is not None and not comparator.is_given:
        new = (
            f"The same, read from the records; of {comparator_of(view)}, visits that ended before the person\u2019s first dose of "
            f"{shown(view.treatment)}"
        )
    return row("Who may enter", f"{rules}; for the comparator likewise", new)


def _strategies(view: ResultView) -> TableRow:
    comparator = view.study.comparator
    first, second = (_strategy(treatment) for treatment in (view.study.treatment, comparator) if treatment is not None)
    given = "Courses as they were given: dose, rate and length were the physician\u2019s"
    if comparator is not None and not comparator.is_given:
        given += f"; {comparator_of(view)}: stays for the condition in which nothing of it was given, whatever else was"
    return row("Treatments", capital(f"{first}, against {second}"), given)


def _strategy(treatment: Treatment) -> str:
    if not treatment.is_given:
        return shown(treatment.name)
    routes = f" ({listed(in_words(shown(route)) for route in treatment.routes)})" if treatment.routes else ""
    return f"a course of {shown(treatment.name)}{routes}"


def _assignment(design: TargetTrial) -> TableRow:
    known = listed(_COVARIATES.get(name, in_words(name)) for name in design.covariates)
    return row(
        "Assignment",
        capital(shown(design.assignment)),
        f"By whoever treated; taken to be by chance among courses alike in {known}",
    )


def _follow_up(study: Study, design: TargetTrial) -> TableRow:
    later = ""
    if study.follow_up is not None:
        later = f", then to {listed([f'{day}' for day in design.return_days])} days after discharge"
    return row("Follow-up", f"From assignment to discharge{later}", "The same; ends where the records end")


def _outcomes(view: ResultView) -> TableRow:
    rule = describe_rule(view.study.response.primary)
    later = "; return to care" if view.study.follow_up is not None else ""
    return row(
        "Outcomes",
        f"Final rating ({view.scale.name}); {rule}; daily ratings{later}",
        "The ratings that somebody wrote down, not blinded",
    )


def _intercurrent(design: TargetTrial) -> tuple[TableRow, ...]:
    events = design.intercurrent
    switch = {
        "treatment policy": "Counted: follow-up goes on after it",
        "hypothetical": "Follow-up ends at the switch, as if it were chance who switches",
    }[events.switch]
    return (
        row(
            "Discharge before a planned day",
            capital(events.early_discharge),
            "The last rating before discharge counts, whenever that was",
        ),
        row(
            "Stopped for an adverse event",
            capital(events.stopped_for_harm),
            "Its ratings count like those of any other course",
        ),
        row("Switch to the other treatment", capital(events.switch), switch),
    )


def _estimand(view: ResultView, design: TargetTrial) -> TableRow:
    what = f"{shown(view.treatment)} less {comparator_of(view)}"
    return row(
        "Estimand",
        f"Difference of means, difference and ratio of shares: {what}, whatever happened on the way as stated above",
        f"The same contrast, for {_FOR_WHOM[design.weights]}",
    )


def _analysis(design: TargetTrial) -> TableRow:
    limits = design.thresholds
    return row(
        "Analysis",
        "Groups compared as assigned",
        "Ridge logistic score of who got which, weights from it, intervals by person that count the error of the score; not to be used where "
        f"a standardised difference stays above {limits.largest_imbalance:g}, fewer than {100 * limits.least_equipoise:g} % of a group are in "
        f"equipoise, a group is worth fewer than {limits.least_effective_persons:g} persons, or one person carries more than "
        f"{100 * limits.largest_share:g} % of its weight",
    )
