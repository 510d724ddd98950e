"""What is the trial, on one page?"""

from __future__ import annotations

from collections.abc import Iterable

from abate.base.words import capital, listed, sentence
from abate.contracts.draft import Draft, DraftSection, DraftTable
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import describe_with_interval, say_headline, say_unverified
from abate.trial.documents.items import Said, aim_in_words, why_no_size
from abate.trial.documents.said import (
    say_accrual,
    say_allocation,
    say_arms,
    say_error,
    say_looks,
    say_planned_effect,
    say_primary,
    say_probability,
    say_retention,
    say_size,
    say_stay,
    why_no_looks,
)

_NOTHING = "The plan does not say."


def write_synopsis(view: PlanView) -> Draft:
    """Return the synopsis: one table of parts and what the plan says of each."""
    rows = [(part, text) for part, text in _rows(view)]
    table = DraftTable(title="Synopsis.", columns=("Part", "Text"), rows=rows)
    return Draft(
        id="synopsis",
        title=f"Synopsis: {view.title}",
        note="The trial on one page, as far as the plan says it; it was not reviewed.",
        sections=(DraftSection(heading="Synopsis", tables=(table,)),),
        warnings=tuple(view.plan.warnings),
    )


def _rows(view: PlanView) -> Iterable[tuple[str, str]]:
    design = view.chosen
    yield "Title", view.title
    yield "In one sentence", "".join(text for text, _ in say_headline(view.plan))
    yield "Question", f"{capital(aim_in_words(view))}, in {view.file.condition}."
    yield "Design", _NOTHING if design is None else f"{design.title}. {say_allocation(view).text}"
    yield "Arms", _joined(say_arms(view))
    yield "Population", f"{capital(view.file.estimand.population)}."
    yield "Primary outcome", say_primary(view).text
    yield "Analysis", f"{sentence(view.analysis)} {'' if 'alpha' in view.analysis else say_error(view).text}".strip()
    yield "Size", _joined([say_size(view)]) if say_size(view) else f"No size: {why_no_size(view)}."
    yield "Difference", _joined(say_planned_effect(view))
    yield "Probability", _joined(say_probability(view))
    yield "Looks", _joined(say_looks(view)) if view.plan.looks else _no_looks(view)
    yield "Retention", say_retention(view).text
    yield "Duration", _joined([*say_accrual(view)[:1], say_stay(view)])
    yield "Beds, money", _beds_and_money(view)
    yield "Harm", _harm(view)
    yield "What is not known", _not_known(view)


def _joined(sentences: Iterable[Said | None]) -> str:
    return " ".join(said.text for said in sentences if said is not None) or _NOTHING


def _beds_and_money(view: PlanView) -> str:
    found = [("beds", view.estimate("beds.days")), ("cost", view.estimate("budget.total"))]
    said = [f"{capital(name)}: {describe_with_interval(estimate)}." for name, estimate in found if estimate is not None]
    return " ".join(said) or _NOTHING


def _no_looks(view: PlanView) -> str:
    return why_no_looks(view) if view.ignores_looks else "None before the end."


def _harm(view: PlanView) -> str:
    if not view.file.harm:
        return "No rule that stops for harm is planned; the committee sets them."
    return f"Rules that stop for: {listed(rule.event for rule in view.file.harm)}; a recommendation to the committee."


def _not_known(view: PlanView) -> str:
    first = list(view.plan.limits)[:2]
    return " ".join(text for text in (say_unverified(view.plan), *first) if text) or _NOTHING
