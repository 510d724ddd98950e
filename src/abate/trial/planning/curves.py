"""How do power and assurance rise with the size?"""

from __future__ import annotations

import numpy as np

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile
from abate.contracts.trial_plan import Curve, CurvePoint
from abate.stats.sequential.design import GroupSequentialDesign
from abate.trial.effect import PlannedEffect
from abate.trial.planning.power import ClosedPower, assurance_of, closed_power
from abate.trial.two_arms.closed import RatedTrial

_POINTS = 25
#: The curves run from a quarter of the planned size to three times as many.
_FROM, _TO = 0.25, 3.0
_FEWEST = 12


def size_curves(
    trial: RatedTrial, plan: PlanFile, effect: PlannedEffect, total: int, design: GroupSequentialDesign | None
) -> tuple[Curve, ...]:
    """Return power at the planned difference, at the smallest one worth having, and assurance, over participants in all."""
    powers = _powers(trial, plan, total, design)
    curves = [
        _curve(
            "power.closed",
            "power at the planned difference",
            {n: float(power.at(effect.mean)) for n, power in powers.items()},
        ),
        _curve(
            "assurance",
            "assurance: averaged over what is not known of the difference",
            {n: assurance_of(power, effect) for n, power in powers.items()},
        ),
    ]
    worthwhile = plan.effect.worthwhile
    if worthwhile is not None:
        title = f"power at the smallest difference worth having, {worthwhile.value:g} points"
        curves.append(
            _curve("power.worthwhile", title, {n: float(power.at(worthwhile.value)) for n, power in powers.items()})
        )
    return tuple(curves)


def _powers(
    trial: RatedTrial, plan: PlanFile, total: int, design: GroupSequentialDesign | None
) -> dict[int, ClosedPower]:
    sizes = sorted({max(round(n / 2) * 2, _FEWEST) for n in np.linspace(_FROM * total, _TO * total, _POINTS)})
    found = {}
    for size in sizes:
        try:
            found[size] = closed_power(trial, plan, size, design)
        except ParameterError:
            continue  # too few persons for the model
    return found


def _curve(id: str, title: str, values: dict[int, float]) -> Curve:
    return Curve(
        id=id,
        title=title,
        x_quantity="participants in all",
        y_quantity="probability of a result in favour of the active arm",
        points=tuple(CurvePoint(x=float(n), y=value) for n, value in values.items()),
    )
