"""Which headache disorders are there, and by which criteria? Read from ichd3.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One criterion: its letter, what it says, and the rule that says it of answers."""

    letter: str
    text: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class Disorder:
    """One disorder of the classification.

    Attributes
    ----------
    code, name : str
    criteria : tuple of Criterion
        All must be met.
    outranked_by : tuple of str
        Disorders that are coded instead where they are met too.
    part_of : str or None
        The disorder of which this is a subtype.
    variant_of : str or None
        The disorder of which this is the rule of another edition; never coded.
    note, tag, source : str
    """

    code: str
    name: str
    criteria: tuple[Criterion, ...]
    outranked_by: tuple[str, ...] = ()
    part_of: str | None = None
    variant_of: str | None = None
    note: str = ""
    tag: str = "verified"
    source: str = ""


@cache
def disorders() -> Mapping[str, Disorder]:
    """Return every disorder by its code, in the order of the classification."""
    data = tomllib.loads((resources.files("abate.knowledge") / "ichd3.toml").read_text(encoding="utf-8"))
    return {code: _disorder(code, entry, data["source"]) for code, entry in data["diagnosis"].items()}


def _disorder(code: str, entry: Mapping[str, Any], source: str) -> Disorder:
    return Disorder(
        code=code,
        name=entry["name"],
        criteria=tuple(
            Criterion(letter=letter, text=criterion["text"], rule=criterion["rule"])
            for letter, criterion in entry["criterion"].items()
        ),
        outranked_by=tuple(entry.get("outranked_by", ())),
        part_of=entry.get("part_of"),
        variant_of=entry.get("variant_of"),
        note=entry.get("note", ""),
        tag=entry.get("tag", "verified"),
        source=entry.get("source", source),
    )
