"""What does a plan file say about its allocation list? Title, arms, size and ``[randomisation]`` of its TOML, nothing else."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from abate.base.reading import read_text_file
from abate.contracts.plan_file import PLAN_SCHEMA
from abate.contracts.randomisation import Randomisation, StrataFactor
from abate.trial.randomise import AllocationPlan, AllocationPlanError, plan_allocation

EXAMPLE = """\
schema = "abate-plan/1"
title = "Ketamine against midazolam in refractory migraine"

[[arms]]
name = "ketamine"

[[arms]]
name = "midazolam"
role = "control"

[randomisation]
participants = 120
block_sizes = [2, 4, 6]       # keep them out of the protocol text that sites see

[[randomisation.strata]]
name = "centre"
levels = ["A", "B"]

[[randomisation.strata]]
name = "medication overuse"
levels = ["yes", "no"]
"""


def read_allocation_plan(path: Path) -> tuple[AllocationPlan, str]:
    """Return the specification that a plan file gives, and the SHA-256 of the file.

    Raises
    ------
    RecordsNotFoundError
        If there is no such file, or it may not be read.
    AllocationPlanError
        If it is no TOML, of a newer schema, has no [randomisation], or a key of it is unknown or impossible.
    AllocationError
        As :func:`abate.trial.randomise.plan_allocation`.
    """
    text = read_text_file(
        path,
        name_what="name a plan file with a section [randomisation]",
        not_text=AllocationPlanError(f"{path.name} is no text in UTF-8."),
    )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AllocationPlanError(f"{path.name} is not valid TOML ({error}); mend it.") from None
    return allocation_plan_of(data, path.name), hash_of_file(path)


def hash_of_file(path: Path) -> str:
    """Return the SHA-256 of a plan file as it lies there; "" where it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def allocation_plan_of(data: Mapping[str, Any], name: str) -> AllocationPlan:
    """Return the specification that plain data give; ``name`` stands in errors, which are those of :func:`read_allocation_plan`."""
    schema = data.get("schema", PLAN_SCHEMA)
    if schema != PLAN_SCHEMA:
        raise AllocationPlanError(
            f"{name} has schema {schema!r}, and this abate reads {PLAN_SCHEMA!r}; use the abate that wrote it, or a newer one."
        )
    if not isinstance(data.get("randomisation"), Mapping):
        raise AllocationPlanError(f"{name} has no section [randomisation]; docs/trial-randomisation.md shows one.")
    title = data.get("title")
    if not isinstance(title, str) or not title.strip():
        raise AllocationPlanError(f'{name} has no title; write title = "…" at its top.')
    try:
        section = Randomisation.model_validate(data["randomisation"])
    except ValidationError as error:
        raise AllocationPlanError(f"{name}, {_first_mistake(error)}") from None
    listed = data.get("arms")
    arms = [
        arm
        for arm in (listed if isinstance(listed, list) else ())
        if isinstance(arm, Mapping) and isinstance(arm.get("name"), str)
    ]
    weights = [arm.get("weight", 1) for arm in arms]
    if any(not isinstance(weight, int) or isinstance(weight, bool) for weight in weights):
        raise AllocationPlanError(
            f"{name}, arms: a weight is a whole number; mend it, or write ratio under [randomisation]."
        )
    return plan_allocation(
        section,
        title=title,
        arms=[str(arm["name"]) for arm in arms],
        weights=weights,
        participants=_size_of(data, weights),
    )


def _size_of(data: Mapping[str, Any], weights: Sequence[int]) -> int | None:
    """Return arms times [design] per_arm; where arms are of unequal size that is not known."""
    design = data.get("design")
    per_arm = design.get("per_arm") if isinstance(design, Mapping) else None
    if not isinstance(per_arm, int) or isinstance(per_arm, bool) or not weights or len(set(weights)) > 1:
        return None
    return per_arm * len(weights)


def _first_mistake(error: ValidationError) -> str:
    """Return place and sentence of the first mistake; an unknown key goes before all others."""
    mistakes = sorted(error.errors(include_url=False), key=lambda mistake: mistake["type"] != "extra_forbidden")
    mistake = mistakes[0]
    place = ".".join(f"entry {part + 1}" if isinstance(part, int) else part for part in mistake["loc"])
    where = f"randomisation{'.' if place else ''}{place}"
    key = str(mistake["loc"][-1]) if mistake["loc"] else ""
    match mistake["type"]:
        case "extra_forbidden":
            known = list((StrataFactor if len(mistake["loc"]) > 1 else Randomisation).model_fields)
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"known here are {', '.join(known)}."
            return f"{where}: the key {key!r} is not known; {hint}"
        case "missing":
            return f"{where}: {key!r} is missing; it has to be given."
        case "value_error":
            return f"{where}: {mistake['ctx']['error']}"
        case "literal_error":
            return f"{where}: found {mistake['input']!r}; write {mistake['ctx']['expected']}."
        case _:
            message = mistake["msg"]
            return f"{where}: {message[:1].lower()}{message[1:]}; mend it."
