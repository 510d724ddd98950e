"""Which JSON Schema describes a file that abate reads or writes? The study file, or the results of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from abate.base.errors import ParameterError


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of ``study`` (a study file) or ``results`` (results.json).

    Raises
    ------
    ParameterError
        If there is no schema of that name.
    """
    if name not in SCHEMAS:
        raise ParameterError(f"there is no schema of {name!r}; choose {' or '.join(SCHEMAS)}.")
    return SCHEMAS[name]()


def _of_study() -> dict[str, Any]:
    from abate.contracts.definition import Study

    return Study.model_json_schema(by_alias=True)


def _of_results() -> dict[str, Any]:
    text = resources.files("abate.report").joinpath("results.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {"study": _of_study, "results": _of_results}
