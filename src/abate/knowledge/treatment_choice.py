"""What does the choice of a headache treatment depend on? Read from treatment_choice.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement about the choice, and when it applies.

    Attributes
    ----------
    id, section : str
    says : str
        What is said, or why a drug is to be avoided or favoured.
    rule : str
        Expression over answers; empty where it applies always.
    kind : str
        Of a statement on prevention: offer, consider, not, note; of one on a drug to avoid, how strongly.
    classes, drugs : tuple of str
        What it is about.
    names : tuple of str
        Treatments as the source names them, where it does not name ingredients only.
    tag, source : str
    """

    id: str
    section: str
    says: str
    rule: str
    kind: str
    classes: tuple[str, ...]
    drugs: tuple[str, ...]
    names: tuple[str, ...]
    tag: str
    source: str


#: Sections of statements.
SECTIONS = ("first", "prevention", "acute", "emergency", "avoid", "favour", "infusion", "ketamine", "monitor")


@cache
def statements(section: str) -> tuple[Statement, ...]:
    """Return every statement of a section, in its order."""
    return tuple(_statement(section, id, entry) for id, entry in _data()[section].items())


def evidence_levels() -> Mapping[str, str]:
    """Return the level of evidence of each preventive ingredient that has one: A, B, C or U."""
    return {drug: level for level in "ABCU" for drug in _data()["evidence"][level]}


def evidence_source() -> str:
    """Return where the levels come from, and what they mean."""
    return f"{_data()['evidence']['source']}. {_data()['evidence']['note']}"


def _statement(section: str, id: str, entry: Mapping[str, Any]) -> Statement:
    return Statement(
        id=id,
        section=section,
        says=entry.get("says") or entry.get("why") or entry["evidence"],
        rule=entry.get("rule", ""),
        kind=entry.get("kind", entry.get("strength", "")),
        classes=tuple(entry.get("classes", ())),
        drugs=tuple(entry.get("drugs", [entry["drug"]] if "drug" in entry else ())),
        names=tuple(entry.get("names", ())),
        tag=entry.get("tag", "verified"),
        source=entry["source"],
    )


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("abate.knowledge") / "treatment_choice.toml").read_text(encoding="utf-8"))
