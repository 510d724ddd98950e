"""Which export is meant, and which missing-data codes does its project declare? The CSV itself, or a small TOML file beside it."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abate.base.errors import NotRecordsError, RecordsNotFoundError
from abate.sources.redcap.export import is_redcap_heading
from abate.sources.redcap.project import MISSING_CODES
from abate.sources.sheets.folder import CSV_ENDINGS, first_line_of
from abate.sources.sheets.raw import may_not_be_read

_KEYS = ("redcap", "missing_codes")


@dataclass(frozen=True, kw_only=True)
class ExportPlan:
    """Where the export lies, and the codes that stand for what is missing."""

    path: Path
    missing_codes: frozenset[str]


def names_an_export(path: Path) -> bool:
    """Return whether a TOML file is one that names a REDCap export."""
    try:
        return "redcap" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False


def is_redcap_export(path: Path) -> bool:
    """Return whether a CSV file is an export of REDCap, by its headings."""
    try:
        line, _ = first_line_of(path)
    except (NotRecordsError, OSError):
        return False
    return any(
        is_redcap_heading([text.strip() for text in next(csv.reader([line], delimiter=delimiter), [])])
        for delimiter in ",;\t|"
    )


def read_plan(where: Path) -> ExportPlan:
    """Return which export is meant: ``where`` is the CSV file, or a TOML file that names it.

    Raises
    ------
    NotRecordsError
        If the TOML file has an unknown key or an impossible value.
    RecordsNotFoundError
        If there is no export where it says.
    """
    if where.suffix.lower() != ".toml":
        return ExportPlan(path=where, missing_codes=frozenset(MISSING_CODES))
    try:
        data = tomllib.loads(where.read_text(encoding="utf-8"))
    except PermissionError:
        raise may_not_be_read(where) from None
    for key in data:
        if key not in _KEYS:
            raise NotRecordsError(f"{where.name}: the key {key!r} is not known; known are {' and '.join(_KEYS)}.")
    codes = _codes(data.get("missing_codes", []), where)
    if not isinstance(data["redcap"], str) or not data["redcap"].lower().endswith(CSV_ENDINGS):
        raise NotRecordsError(f"{where.name}: redcap must name the CSV file of the export, in quotation marks.")
    path = where.parent / data["redcap"]
    if not path.is_file():
        raise RecordsNotFoundError(f"there is no file at {path}, which {where.name} names.")
    return ExportPlan(path=path, missing_codes=frozenset(MISSING_CODES) | codes)


def _codes(given: Any, where: Path) -> frozenset[str]:
    if not isinstance(given, list) or not all(isinstance(code, str | int) and str(code).strip() for code in given):
        raise NotRecordsError(f'{where.name}: missing_codes must be a list of codes, such as ["-77", "UNK"].')
    return frozenset(str(code).strip() for code in given)
