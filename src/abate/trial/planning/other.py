"""What can be said of a design that is not simulated? Its size by closed form, and why the rest is missing."""

from __future__ import annotations

import math

from abate.contracts.plan_file import PlanFile
from abate.contracts.result import Estimate
from abate.trial.designs.sized_design import SizedDesign
from abate.trial.planning.closed import PERSONS
from abate.trial.planning.looks import TrialSize

#: Numbers that simulated trials give.
_SIMULATED = (
    ("power.simulated", "power at the planned difference, simulated"),
    ("assurance.simulated", "assurance: share of simulated trials that succeed, each with its own drawn assumptions"),
)


def size_of_other(plan: PlanFile, sized: SizedDesign) -> TrialSize | None:
    """Return the participants of each arm, spread by the arms' weights; None where the design has no size."""
    if sized.to_enter is None:
        return None
    weights = [arm.weight for arm in plan.arms]
    per_arm = tuple(math.ceil(sized.to_enter * weight / sum(weights) - 1e-9) for weight in weights)
    return TrialSize(per_arm=per_arm, standard_error=math.nan)


def rows_of_other(sized: SizedDesign) -> tuple[Estimate, ...]:
    """Return the size, and a reason in the place of every number that takes a simulation."""
    reason = f"the design “{sized.kind}” is sized by closed form alone; it is not simulated"
    return (
        Estimate(
            id="size.total",
            quantity=f"participants in all: {sized.in_words}" if sized.in_words else "participants in all",
            value=sized.total,
            unit=PERSONS,
            method=sized.method,
            reason=sized.reason,
        ),
        *(Estimate(id=id, quantity=quantity, value=None, reason=reason) for id, quantity in _SIMULATED),
    )
