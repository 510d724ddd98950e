"""How many respond in each arm at a difference of means? By the ratings that the plan assumes, the control with all that it shares."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile
from abate.trial.simulate import Response
from abate.trial.two_arms.closed import RatedTrial

_RULE = re.compile(r"(points|percent|at_most)_(minus_)?(\d+(?:_\d+)?)")


@dataclass(frozen=True, kw_only=True)
class ResponderShares:
    """Shares of the randomised who respond; who is not rated on the primary day does not."""

    active: float
    control: float


def responder_shares(plan: PlanFile, trial: RatedTrial, means: tuple[float, float, float]) -> ResponderShares:
    """Return how many meet the plan's rule of response in each arm.

    Baseline and primary rating are normal with the covariance of the study; whole ratings meet a rule from half a point on. It is
    the control arm *with* regression to the mean, context and bundle: its mean lies above the active one by the planned difference.

    Parameters
    ----------
    plan : PlanFile
    trial : RatedTrial
    means : tuple of float
        At the baseline, on the primary day in the active arm, and in the control.

    Raises
    ------
    ParameterError
        If the plan names no rule, or one that is not known.
    """
    weight, threshold = _as_line(plan)
    baseline, active, control = means
    covariance = trial.covariance[np.ix_([0, -1], [0, -1])]
    spread = math.sqrt(float(np.array([weight, -1.0]) @ covariance @ np.array([weight, -1.0])))
    seen = float(trial.retention[-1])
    active_share, control_share = (
        seen * _share_above(weight * baseline - final - threshold, spread) for final in (active, control)
    )
    return ResponderShares(active=active_share, control=control_share)


def response_of(plan: PlanFile) -> Response:
    """Return the plan's rule as simulated trials apply it, on a scale from 0 to 10.

    Raises
    ------
    ParameterError
        If the rule is not known, a percentage on a scale that does not begin at 0, or no fall.
    """
    kind, amount = _rule(plan)
    unit = 10.0 / (plan.ratings.highest - plan.ratings.lowest)
    if kind == "points":
        return Response(points=amount * unit)
    if kind == "at_most":
        return Response(at_most=(amount - plan.ratings.lowest) * unit)
    if plan.ratings.lowest != 0:
        raise ParameterError(
            f"response.rule is a percentage, and the scale begins at {plan.ratings.lowest:g}: its ratings are not simulated so; "
            "take a rule in points."
        )
    return Response(percent=amount)


def _share_above(mean: float, spread: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(mean / spread))


def _as_line(plan: PlanFile) -> tuple[float, float]:
    """Return w and c of the rule as ``w baseline - final >= c``."""
    kind, amount = _rule(plan)
    half = 0.5 if (plan.ratings.lowest, plan.ratings.highest) == (0, 10) else 0.0
    return {"points": (1.0, amount - half), "percent": (1 - amount / 100, 0.0), "at_most": (0.0, -(amount + half))}[
        kind
    ]


def _rule(plan: PlanFile) -> tuple[str, float]:
    """Return what kind of rule it is, and its number."""
    found = None if plan.response is None else _RULE.fullmatch(plan.response.rule)
    if found is None:
        raise ParameterError(
            "response.rule names no rule that can be planned with; write points_2, percent_30 or at_most_3, with your number."
        )
    return found[1], float(found[3].replace("_", ".")) * (-1 if found[2] else 1)
