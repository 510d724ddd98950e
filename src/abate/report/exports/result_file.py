"""What does a run's results.json say? Read back into the words of the contract, or refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from abate.base.errors import ResultsError
from abate.contracts.definition import Study
from abate.contracts.result import (
    RESULTS_SCHEMA,
    AttritionStep,
    CharacteristicRow,
    Compared,
    DayCount,
    Edition,
    Estimate,
    FindingCount,
    Provenance,
    SensitivityRow,
    StudyResult,
)

RESULTS_FILE = "results.json"


class ResultsFile(BaseModel):
    """The keys of results.json, no more and no fewer; ``results.schema.json`` says the same for other programs."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    schema_name: str = Field(alias="schema")
    title: str
    study: dict[str, Any]
    estimates: tuple[Estimate, ...]
    attrition: tuple[AttritionStep, ...]
    characteristics: tuple[CharacteristicRow, ...]
    findings: tuple[FindingCount, ...]
    sensitivity: tuple[SensitivityRow, ...]
    days: tuple[DayCount, ...]
    edition: Edition
    provenance: Provenance
    compared: Compared | None = None  # only where the study has a comparator


def read_results(folder: Path) -> StudyResult:
    """Return what a run found, from its ``results.json``: without rows of courses, methods in prose, or ways of treatment.

    Raises
    ------
    ResultsError
        If ``folder`` holds no run, or its results are broken or of another version.
    """
    path = folder / RESULTS_FILE
    if not path.is_file():
        raise ResultsError(
            f"{folder} holds no results of abate: there is no {RESULTS_FILE}; name the folder that 'abate run --out' wrote."
        )
    text = _read_text(path)
    _check_version(path, text)
    try:
        read = ResultsFile.model_validate_json(text)
    except ValidationError as error:
        raise ResultsError(_describe(path, error)) from None
    _check_ids(path, read)
    _check_study(path, read)
    return StudyResult(
        study=read.study,
        explanation=(),
        estimates=read.estimates,
        attrition=read.attrition,
        characteristics=read.characteristics,
        findings=read.findings,
        sensitivity=read.sensitivity,
        days=read.days,
        edition=read.edition,
        provenance=read.provenance,
        compared=read.compared,
    )


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise ResultsError(f"{path} is broken: it is no UTF-8 text; run the study again.") from None
    except OSError as error:
        raise ResultsError(f"{path} cannot be read ({error.strerror}); look at its rights.") from None


def _check_version(path: Path, text: str) -> None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ResultsError(f"{path} is broken: it is no JSON from beginning to end; run the study again.") from None
    version = found.get("schema") if isinstance(found, dict) else None
    if version != RESULTS_SCHEMA:
        said = f"says it is {version[:60]!r}" if isinstance(version, str) else "does not say its version"
        raise ResultsError(
            f"{path} {said}, and this abate reads {RESULTS_SCHEMA!r}; run the study again, or use the abate that wrote it."
        )


def _describe(path: Path, error: ValidationError) -> str:
    """Return where the file breaks its schema, without what stands there."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the whole file"
    return f"{path} is broken at {place[:200]} ({first['msg'].lower()}); run the study again."


def _check_ids(path: Path, read: ResultsFile) -> None:
    """Refuse results in which an id stands for two things."""
    for name, rows in (
        ("estimates", read.estimates),
        ("attrition", read.attrition),
        ("sensitivity", read.sensitivity),
    ):
        ids = [row.id for row in rows]
        if len(set(ids)) < len(ids):
            raise ResultsError(f"{path} is broken: an id stands twice among the {name}; run the study again.")


def _check_study(path: Path, read: ResultsFile) -> None:
    try:
        Study.model_validate(read.study)
    except ValidationError:
        raise ResultsError(
            f"{path} holds a study that this abate cannot read; run the study again, or use the abate that wrote it."
        ) from None
