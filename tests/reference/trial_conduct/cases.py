"""The cases of $ABATE_DATA/trial-reference, by file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.conftest import ROOT


def read_cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of a file; without the data sets none, and the tests that need them say so."""
    folder = Path(os.environ.get("ABATE_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "trial-reference" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["cases"] if path.is_file() else []


def name_of(case: dict[str, Any]) -> str:
    return case["id"]
