"""A small plan for tests, its numbers made up and round; parts are exchanged by keyword."""

from __future__ import annotations

from typing import Any

from abate.contracts.plan_file import PlanFile


def number(value: float, se: float | None = None, basis: str = "typed") -> dict[str, Any]:
    """A number with its source, as it stands in a plan file."""
    return {"value": value, "se": se, "basis": basis, "source": "made up"}


def share(value: float, n: int | None = None, **more: Any) -> dict[str, Any]:
    """A share with its source, as it stands in a plan file."""
    return {"value": value, "n": n, "basis": "typed", "source": "made up", **more}


def plan_data(**sections: Any) -> dict[str, Any]:
    """The data of a small plan: baseline and three days, SD 2 with correlations falling by distance, a difference of 1.2."""
    data = {
        "schema": "abate-plan/1",
        "title": "A made-up trial",
        "condition": "migraine",
        "arms": [{"name": "ketamine", "role": "active"}, {"name": "midazolam", "role": "control"}],
        "estimand": {"population": "adults", "treatment": "ketamine or midazolam", "variable": "rating on day 3"},
        "effect": {
            "observed_fall": number(4.1, 0.32),
            "regression_to_mean": number(0.8, 0.4),
            "context": number(1.8, 0.6, "assumed"),
            "bundle": number(0.3, 0.3, "assumed"),
        },
        "ratings": {
            "basis": "typed",
            "source": "made up",
            "scale": "nrs",
            "days": [0, 1, 2, 3],
            "mean": [7.5, 6.5, 5.0, 3.4],
            "covariance": [[4.0, 2.4, 1.6, 1.2], [2.4, 4.0, 2.4, 1.6], [1.6, 2.4, 4.0, 2.4], [1.2, 1.6, 2.4, 4.0]],
            "df": 40,
            "n": 50,
        },
        "retention": {"basis": "typed", "source": "made up", "seen": [1.0, 0.95, 0.9], "n": 50},
        "looks": {"information": [0.5, 1.0]},
        "simulation": {"trials": 200, "seed": 1},
    }
    return {**data, **sections}


def plan_of(**sections: Any) -> PlanFile:
    """The small plan, checked."""
    return PlanFile.model_validate(plan_data(**sections))
