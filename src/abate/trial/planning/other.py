"""What can be said of a design that is not two arms at the same time? Its size and power by closed form, and both beside simulated trials."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from abate.base.errors import ParameterError
from abate.base.logs import Progress
from abate.contracts.plan_file import DesignKind, PlanFile
from abate.contracts.result import Estimate
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign
from abate.trial.planning.closed import PERSONS
from abate.trial.planning.looks import TrialSize
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
from abate.trial.planning.simulated import difference_row, share_row

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

_CLOSED = ("power.closed", "power at the planned effect, closed form")
_SIMULATED = ("power.simulated", "power at the planned effect, simulated")
_DIFFERENCE = ("power.difference", "closed form less simulated power")
_ASSURANCE = (
    "assurance.simulated",
    "assurance: share of simulated trials that succeed, each with its own drawn assumptions",
)


def size_of_other(plan: PlanFile, sized: SizedDesign) -> TrialSize | None:
    """Return the participants of each arm, spread by the arms' weights; None where the design has no size."""
    if sized.to_enter is None:
        return None
    weights = [arm.weight for arm in plan.arms]
    per_arm = tuple(math.ceil(sized.to_enter * weight / sum(weights) - 1e-9) for weight in weights)
    return TrialSize(per_arm=per_arm, standard_error=math.nan)


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
        return (size, *_lacking((_CLOSED, _SIMULATED, _DIFFERENCE, _ASSURANCE), reason))
    progress(f"simulating {plan.simulation.trials} trials of {sized.in_words}")
    try:
        played = PLAYS[sized.kind](PlannedComparison(plan=plan, effect=effect), sized)
        return (size, *_power_rows(plan, sized, played), _assurance_row(plan, played, progress), *played.more())
    except ParameterError as error:
        return (size, *_lacking((_CLOSED, _SIMULATED, _DIFFERENCE, _ASSURANCE), str(error)))


def _power_rows(plan: PlanFile, sized: SizedDesign, played: PlayedDesign) -> tuple[Estimate, ...]:
    found = played.power()
    return (
        Estimate(
            id=_CLOSED[0], quantity=_CLOSED[1], value=played.closed, method=f"{sized.method}; at the rounded size"
        ),
        share_row(*_SIMULATED, found, plan.simulation.seed, played.how),
        difference_row(*_DIFFERENCE, played.closed, found),
    )


def _assurance_row(plan: PlanFile, played: PlayedDesign, progress: Progress) -> Estimate:
    if played.assurance is None:
        return _lacking((_ASSURANCE,), played.no_assurance or "")[0]
    progress("simulating trials with drawn assumptions")
    return share_row(*_ASSURANCE, played.assurance(), plan.simulation.seed, played.drawn)


def _lacking(rows: tuple[tuple[str, str], ...], reason: str) -> tuple[Estimate, ...]:
    return tuple(Estimate(id=id, quantity=quantity, value=None, reason=reason) for id, quantity in rows)
