"""Read the data and the expected numbers of a reference case: case.toml beside the test."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def read_case(test_file: str) -> dict[str, Any]:
    return tomllib.loads(Path(test_file).with_name("case.toml").read_text(encoding="utf-8"))
