"""Which cases does a file of reference numbers hold?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Case = dict[str, Any]


def read_cases(data: Path, name: str) -> dict[str, Case]:
    """Return the cases of ``trial-reference/<name>.json`` by id."""
    text = (data / "trial-reference" / f"{name}.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)["cases"]}


def is_group_sequential(case_id: str) -> bool:
    """Is it a case with looks, which test_group_sequential.py holds?"""
    return case_id.startswith("gs-")
