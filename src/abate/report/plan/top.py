"""What does the top of a plan's report say? One sentence on size, difference and probability, what it rests on, and six numbers."""

from __future__ import annotations

from dataclasses import replace

from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import (
    best_assurance,
    best_power,
    chosen_design,
    describe_interval,
    describe_points,
    describe_size,
    describe_value,
    planned_total,
    say_arithmetic,
    say_headline,
    say_limit,
    say_reason,
    say_sized_on,
    say_unverified,
)
from abate.report.cells import EMPTY
from abate.report.headline import KeyNumber, Span
from abate.report.numbers import describe_percent, describe_short


def plan_headline(view: PlanView) -> tuple[Span, ...]:
    """Return the headline in pieces; its numbers stand out."""
    return tuple(Span(text=text, is_strong=is_strong) for text, is_strong in say_headline(view.plan))


def plan_lede(view: PlanView) -> str:
    """Return what the headline rests on, before anything else is read."""
    found = (_say_steps(view), say_limit(view.plan), say_unverified(view.plan))
    return " ".join(text for text in found if text) or "Nothing of it rests on a number that was given."


def _say_steps(view: PlanView) -> str:
    observed = next((step.value for step in view.plan.effect_steps if step.id == "observed_fall"), None)
    planned = view.value("effect.planned")
    if observed is None or planned is None:
        return ""
    if view.is_pre_post:
        return f"The {describe_points(planned)} are the observed fall itself, which is not the effect of the drug."
    return f"Not the fall of {describe_points(observed)} is planned on but what is left of it: {say_arithmetic(view.plan.effect_steps)}."


def plan_key_numbers(view: PlanView) -> tuple[KeyNumber, ...]:
    """Return six numbers: size, difference, power, assurance, months, and money or beds."""
    return (_size(view), _effect(view), _power(view), _assurance(view), _months(view), _money_or_beds(view))


def _number(view: PlanView, label: str, id: str, detail: str) -> KeyNumber:
    found = view.estimate(id)
    if found is None or found.value is None:
        return KeyNumber(label=label, value=EMPTY, detail=say_reason(view.reason(id, "not computed")))
    return KeyNumber(label=label, value=describe_value(found), detail=detail)


def _interval(view: PlanView, id: str, otherwise: str) -> str:
    return describe_interval(view.estimate(id)) or otherwise


def _size(view: PlanView) -> KeyNumber:
    design, size = chosen_design(view.plan), describe_size(view.plan)
    if design is None or size is None:
        reason = design.size_reason if design is not None and design.size_reason else "no design was sized"
        return KeyNumber(label="Participants", value=EMPTY, detail=say_reason(reason))
    total = planned_total(view.plan)
    value = size if total is None else describe_short(total)
    return KeyNumber(label="Participants", value=value, detail=size)


def _effect(view: PlanView) -> KeyNumber:
    other = say_sized_on(view.plan)
    if other:
        return KeyNumber(label="Difference planned on", value=EMPTY, detail=say_reason(f"sized on {other}"))
    return _number(view, "Difference planned on", "effect.planned", _interval(view, "effect.planned", "taken as known"))


def _power(view: PlanView) -> KeyNumber:
    power, closed = best_power(view.plan), view.estimate("power.closed")
    if power is None or power.value is None or power.id == "power.closed":
        return _number(view, "Power", "power.closed", "by the closed form")
    beside = "" if closed is None or closed.value is None else f"; closed form {describe_percent(closed.value)}"
    return KeyNumber(label="Power", value=describe_value(power), detail=f"simulated{beside}")


def _assurance(view: PlanView) -> KeyNumber:
    limit = view.value("assurance.limit")
    detail = (
        "counting what is not known"
        if limit is None
        else f"counting what is not known; at most {describe_percent(limit)} at any size"
    )
    found = best_assurance(view.plan)
    return _number(view, "Assurance", "assurance" if found is None else found.id, detail)


def _months(view: PlanView) -> KeyNumber:
    return _number(view, "Until all have come", "accrual.months", _interval(view, "accrual.months", "expected"))


def _money_or_beds(view: PlanView) -> KeyNumber:
    if view.value("budget.total") is not None:
        return _number(view, "Cost", "budget.total", _interval(view, "budget.total", "as typed"))
    found = _number(view, "Bed-days", "beds.days", _interval(view, "beds.days", "expected"))
    return replace(found, value=found.value.removesuffix(" bed-days"))
