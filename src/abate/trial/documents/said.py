"""Which sentences do several drafts share? Size, effect, power, looks, accrual and blinding, each with where its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping

from abate.base.numbers import describe_count, describe_number, describe_percent, describe_short
from abate.base.words import capital, in_words, listed, plural, sentence
from abate.contracts.plan_file import HarmRule
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import (
    UNVERIFIED,
    describe_half_width,
    describe_points,
    describe_size,
    planned_total,
    say_arithmetic,
    say_limit,
    say_sized_on,
    say_source,
)
from abate.contracts.trial_plan import HarmTable, LookRow
from abate.trial.designs.estimand import name_of_scale
from abate.trial.documents.counts import told_count
from abate.trial.documents.design_models import assigned_by, is_rated, planned_arms, say_wrong_arms
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


#: Tested on one side, at the plan's level of one side.
_ONE_SIDED = ("non-inferiority", "single-arm two-stage")


def primary_day(view: PlanView) -> float:
    """Return the day of the primary rating."""
    day = view.file.design.primary_day
    return view.file.ratings.days[-1] if day is None else day


def say_rule(rule: str) -> str:
    """Return a rule of response as a reader writes it.

    Examples
    --------
    >>> say_rule("points_2"), say_rule("percent_50"), say_rule("fall of 2 points or more")
    ('a fall of 2 points or more', 'a fall of 50\u202f% or more', 'fall of 2 points or more')
    """
    unit, _, number = rule.partition("_")
    if not number.replace(".", "").isdigit() or unit not in _RULES:
        return in_words(rule)
    return f"a fall of {_RULES[unit].format(number=number)} or more"


_RULES = {"points": "{number} points", "percent": "{number}\u202f%"}


def estimand_of(view: PlanView) -> Mapping[str, str]:
    """Return the parts of the estimand, the scale by its name."""
    return view.estimand_with(name_of_scale(view.file.ratings.scale))


def say_primary(view: PlanView) -> Said:
    """Return the primary outcome: of a rating with its day and scale where its words do not say them."""
    variable, ratings = estimand_of(view)["variable"], view.file.ratings
    if not is_rated(view):
        response = view.file.response
        rule = f"Rule of response: {say_rule(response.rule)}." if response is not None and _is_response(view) else ""
        return Said(text=f"{sentence(variable)} {rule}".strip(), origin="plan.json, designs")
    day, place = (
        describe_short(primary_day(view)),
        f"{describe_short(ratings.lowest)} to {describe_short(ratings.highest)}",
    )
    name = name_of_scale(ratings.scale)
    said = sentence(variable)
    more = [f"Day {day} of the trial." if f"day {day}" not in variable.lower() else ""]
    more += [f"Scale: {name}, {place}." if place not in variable or name not in said else ""]
    origin = "plan.json, plan: estimand.variable; plan.json, plan: ratings.days"
    return Said(text=" ".join(text for text in (said, *more) if text), origin=origin)


def _is_response(view: PlanView) -> bool:
    return view.kind == "single-arm two-stage"


def say_arms(view: PlanView) -> list[Said]:
    """Return each arm with what is given, as a sentence."""
    found = [
        Said(
            text=sentence(f"{arm.name} ({arm.role}): {arm.text}" if arm.text else f"{arm.name} ({arm.role})"),
            origin=of_plan(f"arms[{view.file.arms.index(arm)}]"),
        )
        for arm in planned_arms(view)
    ]
    wrong = say_wrong_arms(view)
    return [*found, *([Said(text=sentence(wrong), origin=of_plan("arms"))] if wrong else [])]


def say_allocation(view: PlanView) -> Said:
    """Return what chance assigns, and the ratio of the allocation."""
    arms = planned_arms(view)
    weights, names = ":".join(str(arm.weight) for arm in arms), listed(arm.name for arm in arms)
    words = (
        "All participants are given {names}; nobody is assigned by chance."
        if len(arms) == 1
        else _ALLOCATIONS[assigned_by(view)]
    )
    return Said(text=words.format(weights=weights, names=names), origin=of_plan("arms"))


_ALLOCATIONS = {
    "persons": "Allocation {weights} to {names}.",
    "responders": "All have the course; those who respond are allocated {weights} to {names}.",
    "centres": "Centres, not persons, are allocated {weights} to {names}.",
    "starts": "Every centre goes over to the protocol in its turn; the order of the centres is allocated.",
    "order": "Each participant has {names}; their order is allocated.",
}


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
    """Return the difference that is planned on, the sum that leads to it, and the smallest that is worth having.

    Of a design that is sized on something else, what that is.
    """
    other = say_sized_on(view.plan)
    if other:
        return [Said(text=f"The size is that for {other}.", origin=of_part("designs"))]
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
    text = f"Smallest difference worth having: {describe_points(worthwhile.value)} ({say_source(worthwhile.source)})"
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
    if view.kind in _ONE_SIDED:
        level, sides = design.alpha / design.sided, "one"
    else:
        level, sides = design.alpha, "two" if design.sided == 2 else "one"
    return Said(
        text=f"Type I error {describe_percent(level, 1000)}, {sides}-sided.",
        origin="plan.json, plan: design.alpha; plan.json, plan: design.sided",
    )


def say_analysis(view: PlanView) -> list[Said]:
    """Return the primary analysis as the design has it; of arms in parallel also as a formula, in words, and its contrast."""
    design, chosen = view.file.design, view.chosen
    primary = (
        [] if chosen is None or not chosen.primary else [Said(text=sentence(chosen.primary), origin=of_part("designs"))]
    )
    if not view.is_two_arms:
        return primary
    return [
        *primary,
        Said(text=f"Model: {view.model}.", origin=of_part("model")),
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
    text = f"Expected to be still rated on day {day}: {describe_percent(retention.seen[-1])} ({say_source(retention.source)})"
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
    text = f"It rests on {seen} eligible first courses in {describe_short(accrual.months)} months ({say_source(accrual.source)}) and a {consent}."
    return [*found, Said(text=text, origin=of_plan("accrual"))]


def say_look(look: LookRow) -> str:
    """Return one look with its bounds."""
    futility = "" if look.futility_z is None else f", futility below z {describe_number(look.futility_z, 3)}"
    due = plural(round(look.participants), "participant")
    return (
        f"Look {look.look}, with {describe_percent(look.information)} of the information and the outcome of {due} due by then: "
        f"efficacy from z {describe_number(look.efficacy_z, 3)}{futility}."
    )


def why_no_looks(view: PlanView) -> str:
    """Return why no look stands in a draft."""
    if view.ignores_looks:
        return "[looks] stands in the plan file, and this design makes no use of it."
    return "The trial is not looked at before its end."


def say_looks(view: PlanView) -> list[Said]:
    """Return every look; an empty list where the trial is not looked at before its end."""
    return [Said(text=say_look(look), origin=of_part("looks")) for look in view.plan.looks]


def say_harm_rule(rule: HarmTable) -> Said:
    """Return a rule that stops for harm."""
    text = mark_unverified(f"{capital(rule.event)}: {rule.rule} ({rule.source})", is_unverified=rule.basis == "assumed")
    return Said(text=sentence(text), origin=of_part("harm"))


def say_harm_rules(view: PlanView) -> list[Said]:
    """Return every rule that stops for harm: with its numbers where the trial has a size, else as the plan file has it."""
    if view.plan.harm:
        return [say_harm_rule(rule) for rule in view.plan.harm]
    return [_say_rule_of_file(rule, place) for place, rule in enumerate(view.file.harm)]


def _say_rule_of_file(rule: HarmRule, place: int) -> Said:
    words = (
        f"{capital(rule.event)}: stop when the probability that more than {describe_percent(rule.limit)} have it is above "
        f"{describe_percent(rule.level)}, from {plural(rule.after, 'participant')} on ({rule.source})"
    )
    text = mark_unverified(words, is_unverified=rule.basis == "assumed")
    return Said(
        text=f"{sentence(text)} At how many events that is, is computed once the trial has a size.",
        origin=of_plan(f"harm[{place}]"),
    )


def say_blinding(view: PlanView) -> Said | None:
    """Return how precisely blinding will be known; nothing where nothing is hidden."""
    if not view.is_masked:
        return None
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
        f"Mean stay in hospital: {describe_short(stay.mean)} days ({say_source(stay.source)})",
        is_unverified=stay.is_unverified,
    )
    return Said(text=f"{text}.", origin=of_plan("stay"))
