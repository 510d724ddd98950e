"""Is this a plan of a trial? A TOML file becomes a checked ``PlanFile``, or one sentence says what to mend and where."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from abate.contracts.plan_file import PLAN_SCHEMA, PlanFile
from abate.study.mistakes import describe_mistake, lower_first
from abate.trial.errors import PlanFileError

#: Names of versions: those with a higher number are of a newer abate.
_VERSION = re.compile(r"abate-plan/(\d+)")


def read_plan(path: Path) -> PlanFile:
    """Return the plan of a file.

    Raises
    ------
    PlanFileError
        If there is no such file, it is no TOML, was made for a newer version, a key is unknown (the nearest known one is
        named), or a value is impossible.
    """
    return parse_plan(_text_of(path), name=path.name)


def parse_plan(text: str, *, name: str = "plan file") -> PlanFile:
    """Return the plan that a TOML text states; ``name`` stands in errors.

    Raises
    ------
    PlanFileError
        As in `read_plan`.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanFileError(f"{name} is not valid TOML: {lower_first(str(error))}.") from None
    _check_version(data, name)
    try:
        return PlanFile.model_validate(data)
    except ValidationError as error:
        raise PlanFileError(describe_mistake(error, name, PlanFile)) from None


def _check_version(data: dict[str, Any], name: str) -> None:
    said = data.get("schema")
    if said == PLAN_SCHEMA:
        return
    if said is None:
        raise PlanFileError(f'{name} does not say its version; a plan file begins with schema = "{PLAN_SCHEMA}".')
    found = _VERSION.fullmatch(str(said))
    known = _VERSION.fullmatch(PLAN_SCHEMA)
    if found and known and int(found[1]) > int(known[1]):
        raise PlanFileError(f"{name} was made for a newer abate ({said}; this one reads {PLAN_SCHEMA}); update abate.")
    raise PlanFileError(
        f"{name} says it is {str(said)[:60]!r}, and this abate reads {PLAN_SCHEMA!r}; look whether it is a plan file."
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PlanFileError(
            f"there is no plan file {str(path)!r} and no folder of that name; give a run's folder, or a plan file (.toml)."
        ) from None
    except PermissionError:
        raise PlanFileError(f"{path.name} may not be read; give yourself the right to read it.") from None
    except UnicodeDecodeError:
        raise PlanFileError(f"{path.name} is not a text file in UTF-8.") from None


def example_text() -> str:
    """Return a plan file to start from without a study; what is assumed in it says so."""
    return (resources.files("abate.study") / "plans" / "example.toml").read_text(encoding="utf-8")
