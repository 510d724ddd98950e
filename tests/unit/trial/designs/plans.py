"""A plan file for tests; its numbers are made up, and simple enough to be reckoned with by hand."""

from __future__ import annotations

from typing import Any

from abate.contracts.plan_file import PlanFile

MADE_UP = {"basis": "study", "source": "made up for a test"}


def share(value: float, n: int | None = 48, **more: Any) -> dict[str, Any]:
    return {"value": value, "n": n, **MADE_UP, **more}


def number(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, **MADE_UP, **more}


def sections() -> dict[str, Any]:
    """One day of rating after the baseline: SD 2 on both, correlation 0.5; all are rated."""
    return {
        "schema": "abate-plan/1",
        "title": "Test of designs",
        "condition": "migraine",
        "arms": [{"name": "ketamine"}, {"name": "active placebo", "role": "control"}],
        "estimand": {"population": "adults", "treatment": "ketamine or placebo", "variable": "rating on day 5"},
        "effect": {"plan_on": "typed", "typed": number(1.0, se=0.5)},
        "ratings": {
            "scale": "nrs",
            "days": [0, 5],
            "mean": [7.0, 5.0],
            "covariance": [[4.0, 2.0], [2.0, 4.0]],
            **MADE_UP,
        },
        "retention": {"seen": [1.0], "n": 61, **MADE_UP},
        "question": {"per_month": 3.0},
        "looks": {"information": [0.5, 1.0]},
    }


def plan(**changes: Any) -> PlanFile:
    """Return the plan with sections changed: a mapping adds to a section, anything else replaces it."""
    data = sections()
    for name, change in changes.items():
        known = data.get(name)
        data[name] = {**known, **change} if isinstance(known, dict) and isinstance(change, dict) else change
    return PlanFile.model_validate(data)


def follow_up(sustained: float | None = 19 / 48, day: float | None = 38, lost: float = 0.05) -> dict[str, Any]:
    """Return what is known after discharge."""
    return {"lost": share(lost, n=61), "sustained": None if sustained is None else share(sustained), "day": day}
