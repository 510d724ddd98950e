"""Which JSON Schema describes a file that abate reads or writes? Study file, results of a run, plan file, what planning found."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from abate.base.errors import ParameterError


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of ``study`` (a study file), ``results`` (results.json), ``plan`` (a plan file) or ``trial-plan`` (plan.json).

    Raises
    ------
    ParameterError
        If there is no schema of that name.
    """
    if name not in SCHEMAS:
        raise ParameterError(f"there is no schema of {name!r}; choose one of {', '.join(SCHEMAS)}.")
    return SCHEMAS[name]()


def _of_study() -> dict[str, Any]:
    from abate.contracts.definition import Study

    return Study.model_json_schema(by_alias=True)


def _of_results() -> dict[str, Any]:
    return _read("abate.report", "results.schema.json")


def _of_plan() -> dict[str, Any]:
    from abate.contracts.plan_file import PlanFile

    return PlanFile.model_json_schema(by_alias=True)


def _of_trial_plan() -> dict[str, Any]:
    return _read("abate.report.plan", "trial_plan.schema.json")


def _read(package: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resources.files(package).joinpath(name).read_text(encoding="utf-8"))
    return found


SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "study": _of_study,
    "results": _of_results,
    "plan": _of_plan,
    "trial-plan": _of_trial_plan,
}
