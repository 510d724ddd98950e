"""Which signs speak for another disorder, and which imaging does guidance give? Read from red_flags.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

#: From which age on the beginning of a headache is a flag, where nothing else is asked for: as ACR and summaries of SNNOOP10.
ONSET_AGE = 50.0


@dataclass(frozen=True, kw_only=True)
class RedFlag:
    """One sign.

    Attributes
    ----------
    id, number, name : str
        ``number`` is that of SNNOOP10.
    rule : str
        When it is there.
    orange_rule : str or None
        When it is of the weaker kind only.
    is_common_in_refractory : bool
        Almost always there in who comes for an infusion: it asks for no imaging by itself.
    """

    id: str
    number: str
    name: str
    rule: str
    orange_rule: str | None
    is_common_in_refractory: bool
    note: str
    tag: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ImagingSituation:
    """A situation, when it is there, and the imaging that guidance gives for it.

    Attributes
    ----------
    first, not_usual : str
        What is usually appropriate first, and what is not.
    asks : bool
        Whether imaging is asked for.
    """

    id: str
    situation: str
    rule: str
    first: str
    not_usual: str
    asks: bool
    note: str
    tag: str
    source: str


@cache
def red_flags(onset_age: float = ONSET_AGE) -> tuple[RedFlag, ...]:
    """Return every flag, in the order of SNNOOP10."""
    data = _data()
    return tuple(
        RedFlag(
            id=id,
            number=entry["number"],
            name=entry["name"].format(onset_age=onset_age),
            rule=entry["rule"].format(onset_age=onset_age),
            orange_rule=entry["rule"].format(onset_age=onset_age)
            if entry.get("is_orange")
            else entry.get("orange_rule"),
            is_common_in_refractory=entry.get("common_in_refractory", False),
            note=entry.get("note", ""),
            tag=entry.get("tag", "verified"),
            source=data["source"],
        )
        for id, entry in data["flag"].items()
    )


@cache
def imaging_situations(onset_age: float = ONSET_AGE) -> tuple[ImagingSituation, ...]:
    """Return every situation for which guidance was read, the most urgent first."""
    return tuple(
        ImagingSituation(
            id=id,
            situation=entry["situation"],
            rule=entry["rule"].format(onset_age=onset_age),
            first=entry["first"],
            not_usual=entry.get("not", ""),
            asks=entry["asks"],
            note=entry.get("note", ""),
            tag=entry.get("tag", "verified"),
            source=entry["source"],
        )
        for id, entry in _data()["imaging"].items()
    )


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("abate.knowledge") / "red_flags.toml").read_text(encoding="utf-8"))
