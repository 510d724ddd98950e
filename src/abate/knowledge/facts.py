"""How is a data file of facts read? One row of a CSV file in this folder as one mapping of texts."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from importlib import resources


def read_facts(name: str) -> Sequence[Mapping[str, str]]:
    """Return the rows of ``name`` in this folder, such as ``routes.csv``; an empty cell is an empty text."""
    text = (resources.files("abate.knowledge") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
