"""How is an item of a draft filled? Sentences that each carry where their numbers come from; without any, an author is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from abate.contracts.draft import DraftItem, ItemStatus
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import UNVERIFIED, describe_with_interval

#: Begins a place that planning left open in a text.
NEEDS_MARK = "[needs author:"


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence, and the place in plan.json from which its numbers come; empty where it has none."""

    text: str
    origin: str = ""


def of_estimate(id: str) -> str:
    """Return how a number that stands alone is found in plan.json.

    Examples
    --------
    >>> of_estimate("power.closed")
    'plan.json, estimates: power.closed'
    """
    return f"plan.json, estimates: {id}"


def of_plan(path: str) -> str:
    """Return how a line of the plan file is found in plan.json: ``design.alpha``, ``arms[0].name``."""
    return f"plan.json, plan: {path}"


def of_part(name: str) -> str:
    """Return how a part of plan.json is named: looks, harm, designs, effect_steps, events, limits, provenance."""
    return f"plan.json, {name}"


def say_estimate(view: PlanView, id: str, words: str) -> Said | None:
    """Return ``words: number (interval)``; None where the number was not asked for, and its reason where it could not be had."""
    found = view.estimate(id)
    if found is None:
        return None
    return Said(text=f"{words}: {describe_with_interval(found)}.", origin=of_estimate(id))


def filled(number: str, label: str, *sentences: Said | None) -> DraftItem:
    """Return an item filled by its sentences; one with none of them, or with a place left open in them, needs an author."""
    said = [sentence for sentence in sentences if sentence is not None]
    if not said:
        return needs_author(number, label, "The plan does not say.")
    lacks = any(NEEDS_MARK in sentence.text for sentence in said)
    return DraftItem(
        number=number,
        label=label,
        status=ItemStatus.NEEDS_AUTHOR if lacks else ItemStatus.FILLED,
        text=tuple(sentence.text for sentence in said),
        origin=joined(sentence.origin for sentence in said),
    )


def needs_author(number: str, label: str, *asked: str) -> DraftItem:
    """Return an item that people write; ``asked`` says what belongs there."""
    return DraftItem(number=number, label=label, status=ItemStatus.NEEDS_AUTHOR, text=asked)


def not_applicable(number: str, label: str, why: str) -> DraftItem:
    """Return an item that this trial does not have, and why."""
    return DraftItem(number=number, label=label, status=ItemStatus.NOT_APPLICABLE, origin=why)


def joined(origins: Iterable[str]) -> str:
    """Return origins one after the other, each once; those in one part of plan.json stand together.

    Examples
    --------
    >>> joined([of_estimate("assurance"), of_part("looks"), "", of_estimate("power.closed"), of_part("looks")])
    'plan.json, estimates: assurance, power.closed; plan.json, looks'
    """
    places: dict[str, list[str]] = {}
    for one in (one for origin in origins for one in origin.split("; ") if one):
        part, _, place = one.partition(": ")
        known = places.setdefault(part, [])
        known += [place] if place and place not in known else []
    return "; ".join(f"{part}: {', '.join(found)}" if found else part for part, found in places.items())


def mark_unverified(text: str, *, is_unverified: bool) -> str:
    """Return a text that says of itself that nobody has measured it, where nobody has.

    Examples
    --------
    >>> mark_unverified("50 % (typed)", is_unverified=True), mark_unverified("50 %", is_unverified=True)
    ('50 % (typed; unverified)', '50 % (unverified)')
    """
    if not is_unverified or UNVERIFIED in text:
        return text
    return f"{text.removesuffix(')')}; {UNVERIFIED})" if text.endswith(")") else f"{text} ({UNVERIFIED})"


def aim_in_words(view: PlanView) -> str:
    """Return the question of the trial as a clause: "whether the drug does it"."""
    return AIMS[view.file.question.aim]


#: The aims of a plan file as clauses.
AIMS: Mapping[str, str] = {
    "effect": "whether the treatment has an effect over and above what a control arm has too",
    "comparison": "whether one treatment is better than the other",
    "durability": "whether the relief lasts because of the treatment",
    "dose": "how the effect depends on the dose",
    "feasibility": "whether the trial can be carried out",
}


def active_arms(view: PlanView) -> list[Any]:
    """Return the arms that get the treatment in question."""
    return [arm for arm in view.file.arms if arm.role == "active"]


def why_no_size(view: PlanView) -> str:
    """Return why the planned design has no size, for an author."""
    design = view.chosen
    if design is not None and design.size_reason:
        return design.size_reason.rstrip(".")
    return view.reason("size.total", view.reason("size.mmrm.per_arm", "no design was sized"))
