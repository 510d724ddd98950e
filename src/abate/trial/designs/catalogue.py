"""Which designs are there, when does each answer the question and when not? Read from catalogue.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, cast

from abate.contracts.plan_file import DesignKind

#: "needed": arms must not be told apart; "unmasked": each person has both; "open": cannot be hidden; "none": one arm.
Blinding = Literal["needed", "unmasked", "open", "none"]


@dataclass(frozen=True, kw_only=True)
class DesignFact:
    """One fact of the literature that bears on a design."""

    text: str
    source: str
    is_verified: bool  # read in its source

    @property
    def shown(self) -> str:
        """The fact with its source, and "unverified" where nobody has read it there."""
        return f"{self.text[:-1]} ({self.source}{'' if self.is_verified else '; unverified'})."


@dataclass(frozen=True, kw_only=True)
class AimFit:
    """How well a design answers one question: ``points`` from 0 (it does not) to 3."""

    points: int
    because: str


@dataclass(frozen=True, kw_only=True)
class DesignEntry:
    """One design of the catalogue.

    Attributes
    ----------
    kind : str
        As in the plan file's ``design.kind``.
    title, answers, against, primary, analysis : str
        In words; ``answers`` says when it answers the question, ``against`` when it does not.
    needs : tuple of str
        Places of the plan file from which its size is made.
    size, source : str
        The formula of its size in words, and where it is published.
    blinding : str
        What blinding means for it.
    aims : mapping of str to AimFit
        By the plan file's ``question.aim``.
    facts : tuple of DesignFact
    """

    kind: DesignKind
    title: str
    answers: str
    against: str
    primary: str
    analysis: str
    needs: tuple[str, ...]
    size: str
    source: str
    blinding: Blinding
    aims: Mapping[str, AimFit]
    facts: tuple[DesignFact, ...]

    @property
    def against_with_facts(self) -> str:
        """When it does not answer the question, with the facts that bear on it."""
        return " ".join([self.against, *(fact.shown for fact in self.facts)])


@cache
def catalogue() -> Mapping[DesignKind, DesignEntry]:
    """Return every design by its kind, in the order of the catalogue.

    Examples
    --------
    >>> catalogue()["crossover"].title
    'Crossover of two periods'
    """
    text = (resources.files("abate.trial.designs") / "catalogue.toml").read_text(encoding="utf-8")
    return {entry.kind: entry for entry in map(_entry, tomllib.loads(text)["design"])}


def _entry(data: Mapping[str, Any]) -> DesignEntry:
    return DesignEntry(
        kind=cast(DesignKind, data["kind"]),
        title=data["title"],
        answers=data["answers"],
        against=data["against"],
        primary=data["primary"],
        analysis=data["analysis"],
        needs=tuple(data["needs"]),
        size=data["size"],
        source=data["source"],
        blinding=cast(Blinding, data["blinding"]),
        aims={aim: AimFit(points=fit["points"], because=fit["because"]) for aim, fit in data["aims"].items()},
        facts=tuple(_fact(fact) for fact in data.get("fact", ())),
    )


def _fact(data: Mapping[str, Any]) -> DesignFact:
    return DesignFact(text=data["text"], source=data["source"], is_verified=data["verified"])
