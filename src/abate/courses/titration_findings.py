"""What is there to say of a titration plan, how gravely, and where is it faster or higher than anything published?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from abate.courses.titration_plan import TitrationPlan
from abate.knowledge.infusion_limits import DECIMALS
from abate.knowledge.titrations import Titration, titrations

#: How grave a finding is: the plan makes no sense; it passes a limit; no limit is known; worth a look.
REFUSED, BEYOND_LIMIT, NO_LIMIT, NOTE = "refused", "beyond a limit", "no limit known", "note"
_OWN = "the plan itself"


@dataclass(frozen=True, kw_only=True)
class PlanFinding:
    """One thing to say of a plan; ``tag`` is empty where the plan itself is the source."""

    severity: str
    reason: str
    source: str = _OWN
    tag: str = ""


def compare_with_published(plan: TitrationPlan) -> Iterator[PlanFinding]:
    """Yield a note wherever the plan starts higher, rises faster or goes further than what was published of its drug."""
    published = [titration for titration in titrations() if titration.drug == plan.drug]
    yield from _compare_start(plan, [entry for entry in published if entry.start])
    yield from _compare_step(plan, [entry for entry in published if entry.step])
    yield from _compare_wait(plan, [entry for entry in published if entry.step_hours])
    yield from _compare_ceiling(plan, [entry for entry in published if entry.highest_rate is not None])


def _compare_start(plan: TitrationPlan, published: list[Titration]) -> Iterator[PlanFinding]:
    highest = max(published, key=_highest_start, default=None)
    if highest is not None and _is_above(plan.start_mg_kg_h, _highest_start(highest)):
        yield _note(
            f"The start of {plan.start_mg_kg_h:.4g} mg/kg/h is above the highest published start, {_highest_start(highest):g}",
            highest,
        )


def _compare_step(plan: TitrationPlan, published: list[Titration]) -> Iterator[PlanFinding]:
    largest = max(published, key=lambda entry: entry.step or 0.0, default=None)
    if largest is not None and plan.step_mg_kg_h is not None and _is_above(plan.step_mg_kg_h, largest.step or 0.0):
        yield _note(
            f"The step of {plan.step_mg_kg_h:.4g} mg/kg/h is above the largest published step, {largest.step:g}",
            largest,
        )


def _compare_wait(plan: TitrationPlan, published: list[Titration]) -> Iterator[PlanFinding]:
    quickest = min(published, key=_shortest_wait, default=None)
    if quickest is not None and plan.step_hours is not None and plan.step_hours < _shortest_wait(quickest):
        yield _note(
            f"A step every {plan.step_hours:.4g} h is quicker than any published, {_shortest_wait(quickest):g} h",
            quickest,
        )


def _compare_ceiling(plan: TitrationPlan, published: list[Titration]) -> Iterator[PlanFinding]:
    for entry in published:
        if _is_above(plan.ceiling_mg_kg_h, entry.highest_rate or 0.0):
            told = f"{entry.rate[0]:g} to {entry.rate[1]:g}" if entry.rate else f"mean {entry.rate_mean:g}"
            yield _note(
                f"The ceiling of {plan.ceiling_mg_kg_h:.4g} mg/kg/h is above the {entry.rate_is}, {told}", entry
            )


def _highest_start(entry: Titration) -> float:
    return entry.start[1] if entry.start else 0.0


def _shortest_wait(entry: Titration) -> float:
    return entry.step_hours[0] if entry.step_hours else float("inf")


def _is_above(dose: float, published: float) -> bool:
    return round(dose, DECIMALS) > published


def _note(sentence: str, entry: Titration) -> PlanFinding:
    reason = f"{sentence} ({entry.id}: {entry.patients})."
    return PlanFinding(severity=NOTE, reason=reason, source=entry.source, tag=entry.tag)
