"""Which model of assignment does a design have, in a register's words?"""

from __future__ import annotations

from collections.abc import Mapping

from abate.contracts.plan_view import PlanView

#: Model of assignment in a register's words, by the kind of the design.
MODELS: Mapping[str, str] = {
    "parallel": "parallel",
    "parallel, other drug": "parallel",
    "three arms": "parallel",
    "dose-ranging": "parallel",
    "group-sequential": "parallel",
    "re-estimation, blinded": "parallel",
    "re-estimation, unblinded": "parallel",
    "non-inferiority": "parallel",
    "randomised withdrawal": "parallel",
    "cluster": "parallel",
    "crossover": "crossover",
    "n-of-1": "crossover",
    "stepped wedge": "sequential",
    "single-arm two-stage": "single group",
}


def design_kind(view: PlanView) -> str:
    """Return the kind of the design that is planned."""
    return view.file.design.kind if view.chosen is None else view.chosen.kind


def is_parallel(view: PlanView) -> bool:
    """Return whether the arms run at the same time in different persons: then the plan's model is the primary analysis."""
    return MODELS.get(design_kind(view)) == "parallel"
