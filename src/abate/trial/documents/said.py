"""Which sentences do several drafts share? Size, effect, power, looks, accrual and blinding, each with where its numbers come from."""

from __future__ import annotations

from abate.base.numbers import describe_count, describe_number, describe_percent, describe_short
from abate.base.words import capital, listed, sentence
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import (
    UNVERIFIED,
    describe_half_width,
    describe_points,
    describe_size,
    planned_total,
    say_arithmetic,
    say_limit,
)
from abate.contracts.trial_plan import HarmTable, LookRow
from abate.trial.documents.counts import told_count
from abate.trial.documents.design_models import is_parallel
from abate.trial.documents.items import Said, mark_unverified, of_estimate, of_part, of_plan, say_estimate

_ANALYSES = {
    "mmrm": "The ratings of all days after the baseline are modelled together: a mean for each arm and day, the baseline as a covariate "
    "with an effect of its own on each day, and one covariance of the ratings of a person.",
    "constrained longitudinal": "The baseline and the ratings of all days are modelled together: a mean for each arm and day, the same mean in "
    "all arms at the baseline, and one covariance of the ratings of a person.",
    "ancova": "The rating on the primary day is modelled by arm and baseline.",
}
_DF = {
    "satterthwaite": "Degrees of freedom by Satterthwaite.",
    "kenward-roger": "Standard errors and degrees of freedom by Kenward and Roger.",
    "kenward-roger-linear": "Standard errors and degrees of freedom by Kenward and Roger, for a covariance that is linear in its parameters.",
}


def primary_day(view: PlanView) -> float:
    """Return the day of the primary rating."""
    day = view.file.design.primary_day
    return view.file.ratings.days[-1] if day is None else day


def say_primary(view: PlanView) -> Said:
    """Return the primary outcome with its day and scale."""
    ratings = view.file.ratings
    origin = "plan.json, plan: estimand.variable; plan.json, plan: ratings.days"
    return Said(
        text=f"{sentence(view.file.estimand.variable)} Day {describe_short(primary_day(view))} of the trial, on a scale from "
        f"{describe_short(ratings.lowest)} to {describe_short(ratings.highest)} ({ratings.scale}).",
        origin=origin,
    )


def say_arms(view: PlanView) -> list[Said]:
    """Return each arm with what is given, as a sentence."""
    return [
        Said(
            text=sentence(f"{arm.name} ({arm.role}): {arm.text}" if arm.text else f"{arm.name} ({arm.role})"),
            origin=of_plan(f"arms[{place}]"),
        )
        for place, arm in enumerate(view.file.arms)
    ]


def say_allocation(view: PlanView) -> Said:
    """Return the ratio of the allocation."""
    weights = ":".join(str(arm.weight) for arm in view.file.arms)
    names = listed(arm.name for arm in view.file.arms)
    if len(view.file.arms) == 1:
        return Said(text=f"All participants are given {names}.", origin=of_plan("arms"))
    return Said(text=f"Allocation {weights} to {names}.", origin=of_plan("arms"))


def say_size(view: PlanView) -> Said | None:
    """Return how many are to take part."""
    size, design = describe_size(view.plan), view.chosen
    if size is None or design is None:
        return None
    total = planned_total(view.plan)
    words = "" if total is None else f", {describe_short(total)} in all"
    origin = (
        of_part("designs") if view.value("size.total") is None else f"{of_part('designs')}; {of_estimate('size.total')}"
    )
    return Said(text=sentence(f"{capital(size)}{words}"), origin=origin)


def say_planned_effect(view: PlanView) -> list[Said]:
    """Return the difference that is planned on, the sum that leads to it, and the smallest that is worth having."""
    found = (
        say_estimate(view, "effect.planned", "Difference that is planned on"),
        _say_steps(view),
        _say_worthwhile(view),
    )
    return [said for said in found if said is not None]


def _say_steps(view: PlanView) -> Said | None:
    if view.is_pre_post:
        text = "It is the observed fall itself, which is not the effect of the drug."
        return Said(text=text, origin=of_plan("effect.plan_on"))
    steps = say_arithmetic(view.plan.effect_steps)
    if not steps:
        return None
    assumed = any(step.basis == "assumed" for step in view.plan.effect_steps if step.value is not None)
    mark = f"; what is called assumed among its steps is {UNVERIFIED}" if assumed else ""
    return Said(text=f"It is what is left of the observed fall: {steps}{mark}.", origin=of_part("effect_steps"))


def _say_worthwhile(view: PlanView) -> Said | None:
    worthwhile = view.file.effect.worthwhile
    if worthwhile is None:
        return None
    text = f"Smallest difference worth having: {describe_points(worthwhile.value)} ({worthwhile.source})"
    return Said(
        text=f"{mark_unverified(text, is_unverified=worthwhile.is_unverified)}.", origin=of_plan("effect.worthwhile")
    )


def say_probability(view: PlanView) -> list[Said]:
    """Return power by both ways, their difference, assurance and its limit."""
    asked = (
        ("power.closed", "Power by the closed form"),
        ("power.simulated", "Power in simulated trials"),
        ("power.difference", "Closed form less simulated"),
        ("assurance", "Assurance, the probability of success over all that is not known, by the closed form"),
        ("assurance.simulated", "Assurance in simulated trials"),
    )
    found = [said for id, words in asked if (said := say_estimate(view, id, words)) is not None]
    limit = say_limit(view.plan)
    return [*found, *([Said(text=limit, origin=of_estimate("assurance.limit"))] if limit else [])]


def say_error(view: PlanView) -> Said:
    """Return the level of the test, and its sides."""
    design = view.file.design
    return Said(
        text=f"Type I error {describe_percent(design.alpha, 1000)}, {'two' if design.sided == 2 else 'one'}-sided.",
        origin="plan.json, plan: design.alpha; plan.json, plan: design.sided",
    )


def say_analysis(view: PlanView) -> list[Said]:
    """Return the primary analysis as the design has it; of arms in parallel also as a formula, in words, and its contrast."""
    design, chosen = view.file.design, view.chosen
    primary = (
        [] if chosen is None or not chosen.primary else [Said(text=sentence(chosen.primary), origin=of_part("designs"))]
    )
    if not is_parallel(view):
        return primary
    return [
        *primary,
        Said(text=f"Model: {view.plan.model}.", origin=of_part("model")),
        Said(text=_ANALYSES[design.analysis], origin=of_plan("design.analysis")),
        Said(
            text=f"Contrast: difference between the arms on day {describe_short(primary_day(view))}. {_DF[design.df]}",
            origin="plan.json, plan: ratings.days; plan.json, plan: design.df",
        ),
    ]


def say_retention(view: PlanView) -> Said:
    """Return who is expected to be still rated on the last day."""
    retention = view.file.retention
    day = describe_short(view.file.ratings.days[-1])
    text = f"Expected to be still rated on day {day}: {describe_percent(retention.seen[-1])} ({retention.source})"
    return Said(text=f"{mark_unverified(text, is_unverified=retention.is_unverified)}.", origin=of_plan("retention"))


def say_accrual(view: PlanView) -> list[Said]:
    """Return the forecast and what it rests on; counts of the study as its rule of disclosure allows."""
    accrual = view.file.accrual
    months = say_estimate(view, "accrual.months", "Until all participants have come")
    found = [months] if months else []
    if accrual is None:
        return found
    seen = told_count(accrual.seen, view.file.disclosure) if accrual.basis == "study" else describe_count(accrual.seen)
    consent = mark_unverified(
        f"share that consents {describe_percent(accrual.consent.value)}", is_unverified=accrual.consent.is_unverified
    )
    text = f"It rests on {seen} eligible first courses in {describe_short(accrual.months)} months ({accrual.source}) and a {consent}."
    return [*found, Said(text=text, origin=of_plan("accrual"))]


def say_look(look: LookRow) -> str:
    """Return one look with its bounds."""
    futility = "" if look.futility_z is None else f", futility below z {describe_number(look.futility_z, 3)}"
    return (
        f"Look {look.look}, with {describe_percent(look.information)} of the information and {describe_short(look.participants)} participants: "
        f"efficacy from z {describe_number(look.efficacy_z, 3)}{futility}."
    )


def say_looks(view: PlanView) -> list[Said]:
    """Return every look; an empty list where the trial is not looked at before its end."""
    return [Said(text=say_look(look), origin=of_part("looks")) for look in view.plan.looks]


def say_harm_rule(rule: HarmTable) -> Said:
    """Return a rule that stops for harm."""
    text = mark_unverified(f"{capital(rule.event)}: {rule.rule} ({rule.source})", is_unverified=rule.basis == "assumed")
    return Said(text=sentence(text), origin=of_part("harm"))


def say_blinding(view: PlanView) -> Said | None:
    """Return how precisely blinding will be known."""
    width = describe_half_width(view.plan)
    if not width:
        return None
    origins = "; ".join(of_estimate(found.id) for found in view.under("blinding.half_width"))
    return Said(text=f"Half width of the interval of Bang\u2019s index in an arm: {width}.", origin=origins)


def say_stay(view: PlanView) -> Said | None:
    """Return how long participants are expected to be in hospital."""
    stay = view.file.stay
    if stay is None:
        return None
    text = mark_unverified(
        f"Mean stay in hospital: {describe_short(stay.mean)} days ({stay.source})", is_unverified=stay.is_unverified
    )
    return Said(text=f"{text}.", origin=of_plan("stay"))
