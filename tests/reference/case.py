"""Read the data and the expected numbers of a reference case: case.toml and data.csv beside the test."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any


def read_case(test_file: str) -> dict[str, Any]:
    return tomllib.loads(Path(test_file).with_name("case.toml").read_text(encoding="utf-8"))


def read_columns(test_file: str) -> dict[str, list[float]]:
    """Return the columns of data.csv, which another program reads too."""
    with Path(test_file).with_name("data.csv").open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    return {name: [float(row[k]) for row in rows] for k, name in enumerate(header)}
