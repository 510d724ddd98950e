"""What can be said of a design that is not two arms at the same time? Its size and power by closed form, and both beside simulated trials."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from abate.base.errors import ParameterError
from abate.base.logs import Progress
from abate.contracts.plan_file import DesignKind, PlanFile
from abate.contracts.result import Estimate
from abate.trial.designs.planned_comparison import COMPARED_AT_POWER, PlannedComparison
from abate.trial.designs.sized_design import SizedDesign
from abate.trial.effect import plan_effect
from abate.trial.planning.played import PlayedDesign
from abate.trial.planning.played_arms import play_non_inferiority, play_three_arms
from abate.trial.planning.played_designs import (
    play_clusters,
    play_crossover,
    play_cycles,
    play_doses,
    play_relapse,
    play_stepped_wedge,
    play_two_stages,
)
from abate.trial.planning.power import assurance_through, chance_of_benefit
from abate.trial.planning.simulated import difference_row, share_row
from abate.trial.two_arms.closed import PERSONS
from abate.trial.two_arms.looks import TrialSize

PLAYS: Mapping[DesignKind, Callable[[PlannedComparison, SizedDesign], PlayedDesign]] = {
    "three arms": play_three_arms,
    "crossover": play_crossover,
    "randomised withdrawal": play_relapse,
    "dose-ranging": play_doses,
    "non-inferiority": play_non_inferiority,
    "single-arm two-stage": play_two_stages,
    "cluster": play_clusters,
    "stepped wedge": play_stepped_wedge,
    "n-of-1": play_cycles,
}

#: So many Monte Carlo errors are not taken for a difference.
_CHANCE = 3.0
#: Simulated by ratings on each day, as two arms are.
_BY_RATINGS = ("three arms", "non-inferiority")

_CLOSED = ("power.closed", "power at the planned effect, closed form")
_SIMULATED = ("power.simulated", "power at the planned effect, simulated")
_DIFFERENCE = ("power.difference", "closed form less simulated power")
_ASSURANCE = (
    "assurance.simulated",
    "assurance: share of simulated trials that succeed, each with its own drawn assumptions",
)
_CLOSED_ASSURANCE = ("assurance", "assurance: power averaged over what is believed of the difference")
_LIMIT = ("assurance.limit", "largest assurance that any size can reach")
_ROWS = (_CLOSED, _SIMULATED, _DIFFERENCE, _CLOSED_ASSURANCE, _ASSURANCE, _LIMIT)


def size_of_other(plan: PlanFile, sized: SizedDesign) -> TrialSize | None:
    """Return the participants of each arm, spread by the arms' weights; None where the design has no size."""
    if sized.to_enter is None:
        return None
    weights = [arm.weight for arm in plan.arms]
    per_arm = tuple(math.ceil(sized.to_enter * weight / sum(weights) - 1e-9) for weight in weights)
    return TrialSize(per_arm=per_arm, standard_error=math.nan, courses_each=sized.courses_each)


def rows_of_other(plan: PlanFile, effect: float, sized: SizedDesign, progress: Progress) -> tuple[Estimate, ...]:
    """Return the size, power by closed form and by simulation with their difference, and the assurance; reasons where there are none."""
    size = Estimate(
        id="size.total",
        quantity=f"participants in all: {sized.in_words}" if sized.in_words else "participants in all",
        value=sized.total,
        unit=PERSONS,
        method=sized.method,
        reason=sized.reason,
    )
    if sized.total is None:
        reason = f"the design “{sized.kind}” has no size: {sized.reason}"
        return (size, *_lacking(_ROWS, reason))
    progress(f"simulating {plan.simulation.trials} trials of {sized.in_words}")
    try:
        played = PLAYS[sized.kind](PlannedComparison(plan=plan, effect=effect), sized)
        return (
            size,
            *_power_rows(plan, sized, played),
            *_assurance_rows(plan, sized, played, progress),
            *played.more(),
        )
    except ParameterError as error:
        return (size, *_lacking(_ROWS, str(error)))


def limits_of_other(plan: PlanFile, sized: SizedDesign, rows: tuple[Estimate, ...]) -> tuple[str, ...]:
    """Return what the size and the simulation leave out, in plain words."""
    if sized.total is None:
        return sized.notes
    return (*sized.notes, *_on_rescue(plan, sized), *_on_too_little_power(plan, rows))


def _on_rescue(plan: PlanFile, sized: SizedDesign) -> tuple[str, ...]:
    if plan.rescue is None:
        return ()
    if sized.kind in _BY_RATINGS:
        return ("Rescue is in the simulated trials only; the closed forms take no notice of it.",)
    return ("Rescue is not simulated in this design.",)


def _on_too_little_power(plan: PlanFile, rows: tuple[Estimate, ...]) -> tuple[str, ...]:
    """Say so where chance does not explain that simulated power is less than what is asked for."""
    found = next(row for row in rows if row.id == _SIMULATED[0])
    asked = COMPARED_AT_POWER if plan.design.power is None else plan.design.power
    if found.value is None or found.value + _CHANCE * (found.standard_error or 0.0) >= asked:
        return ()
    sentence = (
        f"The size is the closed form's; simulated trials of that size have {100 * found.value:.0f} % power, less than the "
        f"{100 * asked:.0f} % asked for: raise it."
    )
    return (sentence,)


def _power_rows(plan: PlanFile, sized: SizedDesign, played: PlayedDesign) -> tuple[Estimate, ...]:
    found = played.power()
    return (
        Estimate(
            id=_CLOSED[0], quantity=_CLOSED[1], value=played.closed, method=f"{sized.method}; at the rounded size"
        ),
        share_row(*_SIMULATED, found, plan.simulation.seed, played.how),
        difference_row(*_DIFFERENCE, played.closed, found),
    )


def _assurance_rows(
    plan: PlanFile, sized: SizedDesign, played: PlayedDesign, progress: Progress
) -> tuple[Estimate, ...]:
    if played.assurance is None:
        return _lacking((_CLOSED_ASSURANCE, _ASSURANCE, _LIMIT), played.no_assurance or "")
    progress("simulating trials with drawn assumptions")
    effect, level = plan_effect(plan.effect), sized.parts.get("level", plan.design.alpha) / plan.design.sided
    return (
        Estimate(
            id=_CLOSED_ASSURANCE[0],
            quantity=_CLOSED_ASSURANCE[1],
            value=assurance_through(effect, played.closed, level),
            method="O'Hagan, Stevens & Campbell (2005); at other differences by the normal law through the power at the planned one",
        ),
        share_row(*_ASSURANCE, played.assurance(), plan.simulation.seed, played.drawn),
        Estimate(
            id=_LIMIT[0],
            quantity=_LIMIT[1],
            value=chance_of_benefit(effect, level),
            method="the probability that there is a benefit at all",
        ),
    )


def _lacking(rows: tuple[tuple[str, str], ...], reason: str) -> tuple[Estimate, ...]:
    return tuple(Estimate(id=id, quantity=quantity, value=None, reason=reason) for id, quantity in rows)
