"""The cases of a file of $ABATE_DATA/trial-reference, by id; the file must hold exactly the cases that a test names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def read_cases(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    """Return the cases of a file by their id."""
    text = (folder / "trial-reference" / f"{name}.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)["cases"]}


def ids_not_tested(folder: Path, name: str, tested: Sequence[str]) -> set[str]:
    """Return the ids of a file that no test names, and those named that it does not hold."""
    return set(read_cases(folder, name)) ^ set(tested)
