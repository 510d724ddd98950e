"""How does a design assign, whom, and what does it show? Its words for drafts, by the kind of the design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from abate.contracts.plan_file import Arm, DesignKind
from abate.contracts.plan_view import PlanView

#: Model of assignment in a register's words, by the kind of the design.
MODELS: Mapping[DesignKind, str] = {
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

#: What is assigned by chance where it is not each person to an arm.
Assigned = Literal["persons", "responders", "centres", "starts", "order", "nobody"]
_ASSIGNED: Mapping[DesignKind, Assigned] = {
    "randomised withdrawal": "responders",
    "cluster": "centres",
    "stepped wedge": "starts",
    "crossover": "order",
    "n-of-1": "order",
    "single-arm two-stage": "nobody",
}
#: Designs of three arms or more.
_MANY_ARMS: frozenset[DesignKind] = frozenset(("three arms", "dose-ranging"))
#: Designs that compare with another drug.
_OTHER_DRUG: frozenset[DesignKind] = frozenset(("parallel, other drug", "non-inferiority"))
#: Designs whose primary outcome is no rating of one day.
_NO_RATING: frozenset[DesignKind] = frozenset(("randomised withdrawal", "single-arm two-stage"))


def assigned_by(view: PlanView) -> Assigned:
    """Return what chance assigns in the planned design."""
    return _ASSIGNED.get(view.kind, "persons")


def is_rated(view: PlanView) -> bool:
    """Return whether the primary outcome is a rating of the primary day."""
    return view.kind not in _NO_RATING


def planned_arms(view: PlanView) -> tuple[Arm, ...]:
    """Return the arms of the design: of a design of one arm the active one alone, whatever else the file names."""
    arms = view.file.arms
    if assigned_by(view) != "nobody":
        return arms
    return next(((arm,) for arm in arms if arm.role == "active"), arms[:1])


def say_wrong_arms(view: PlanView) -> str:
    """Return that the plan file names more or fewer arms than the design has, as a place for an author; empty where it does not."""
    kind, count = view.kind, len(view.file.arms)
    if assigned_by(view) == "nobody" and count > 1:
        return f"[needs author: the design has one arm and the plan file names {count}]"
    if kind in _MANY_ARMS and count < 3:
        return f"[needs author: the design has three arms or more and the plan file names {count}]"
    if kind in _OTHER_DRUG and not any(arm.role == "other drug" for arm in view.file.arms):
        return "[needs author: the other drug, of which the plan file has no arm]"
    if assigned_by(view) in ("centres", "starts"):
        return "[needs author: which protocol and which usual care centres are assigned to]"
    return ""


def why_open(view: PlanView) -> str:
    """Return why nothing is hidden from participants; empty where it is."""
    if assigned_by(view) == "nobody":
        return "There is one arm, and nothing to hide."
    if assigned_by(view) in ("centres", "starts"):
        return "Whole centres are assigned, and that cannot be hidden."
    return "" if view.file.question.can_be_blinded else "The plan says that the trial cannot be blinded."
