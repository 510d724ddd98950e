"""What do the published definitions of resistant and refractory demand? Read from refractory_definitions.toml, with their sources.

A definition is a list of demands, all of which must be met. A demand is either of the treatments (how many classes, drugs or
groups of them had failed, or all that were available) or of an answer that records do not hold.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal

from abate.base.errors import ParameterError

Counted = Literal["class", "drug", "group"]
#: An answer to a question of a definition; None where it is not known.
Answer = float | bool | None

_FILE = "refractory_definitions.toml"
_CLASS_COUNT = re.compile(r"^(?:(\d{1,2})-preventive)?(?:(?:(?<=e)-|^)(\d{1,2})-acute)?$")


@dataclass(frozen=True, kw_only=True)
class DrugGroup:
    """Drugs that count once together: all of some classes, and some ingredients (in lower case)."""

    name: str
    classes: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()

    def holds(self, ingredient: str, drug_class: str | None) -> bool:
        """Return whether a drug belongs to it; a group without classes and ingredients holds every drug."""
        if not self.classes and not self.ingredients:
            return True
        return drug_class in self.classes or ingredient.strip().lower() in self.ingredients


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One demand of a definition.

    Of treatments: at least ``at_least`` of what is ``counted`` among the drugs of ``role`` and ``among`` had failed, or all
    classes available at the time (``is_all_available``); or, where there is an ``or_question``, its answer is yes.
    Of an answer (``question``): a number of at least ``at_least``, or the yes or no in ``answer``. A study whose condition is
    one of ``conditions`` answers it by that.
    """

    id: str
    says: str
    role: str | None = None
    counted: Counted = "class"
    at_least: float | None = None
    is_all_available: bool = False
    among: DrugGroup = field(default_factory=lambda: DrugGroup(name="all"))
    groups: tuple[DrugGroup, ...] = ()
    question: str | None = None
    answer: bool | None = None
    or_question: str | None = None
    conditions: tuple[str, ...] = ()

    @property
    def is_of_records(self) -> bool:
        """Whether treatments can answer it."""
        return self.role is not None

    @property
    def questions(self) -> tuple[str, ...]:
        """What it asks beside the treatments."""
        return tuple(name for name in (self.question, self.or_question) if name is not None)


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One definition, with where it was read and what of it was not."""

    id: str
    name: str
    source: str
    tag: str  # "verified", or what of it is not
    demands: tuple[Demand, ...]
    adequate_days: Mapping[str, int] | None = None  # by class of preventives, "" for all others
    contraindicated_counts: bool = False
    notes: tuple[str, ...] = ()
    family: str | None = None
    grade: int | None = None

    @property
    def demand_ids(self) -> tuple[str, ...]:
        """Return the ids of the demands, in their order."""
        return tuple(demand.id for demand in self.demands)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a definition asks and records do not hold; ``lowest`` and ``highest`` are possible numbers."""

    name: str
    text: str
    is_number: bool
    lowest: float = 0
    highest: float = 0


@cache
def definitions() -> Mapping[str, Definition]:
    """Return every definition of the file by id, in its order."""
    return {row["id"]: _definition(row) for row in _content()["definition"]}


@cache
def questions() -> Mapping[str, Question]:
    """Return every question of the file by name."""
    return {name: _question(name, row) for name, row in _content()["questions"].items()}


def definition(name: str) -> Definition:
    """Return one definition, or "N-preventive-M-acute" with numbers of classes.

    Raises
    ------
    ParameterError
        If there is none of that name; the nearest is named.

    Examples
    --------
    >>> definition("3-preventive-1-acute").demand_ids
    ('preventive_classes', 'acute_classes')
    """
    if name in definitions():
        return definitions()[name]
    counts = _CLASS_COUNT.match(name)
    if counts is not None and any(counts.groups()):
        return class_count(*(None if count is None else int(count) for count in counts.groups()))
    raise ParameterError(
        f"there is no definition {name!r}; {nearest_or_all(name, definitions())} A number of classes is written "
        "'3-preventive-1-acute'."
    )


def class_count(preventive: int | None, acute: int | None = None) -> Definition:
    """Return the definition "N preventive and M acute classes"; None leaves one out.

    Raises
    ------
    ParameterError
        If both are left out, or one is below 1.
    """
    counts = {"preventive": preventive, "acute": acute}
    asked = {role: count for role, count in counts.items() if count is not None}
    if not asked or min(asked.values()) < 1:
        raise ParameterError(f"need at least 1 preventive or acute class; got {preventive=}, {acute=}.")
    return Definition(
        id="-".join(f"{count}-{role}" for role, count in asked.items()),
        name=" and ".join(f"{count} {role} {'class' if count == 1 else 'classes'}" for role, count in asked.items()),
        source="a number of classes chosen by the study",
        tag="verified: nothing but the count",
        contraindicated_counts=True,
        demands=tuple(
            Demand(
                id=f"{role}_classes",
                says=f"at least {count} {'class' if count == 1 else 'classes'} of {role} drugs had failed",
                role=role,
                at_least=count,
            )
            for role, count in asked.items()
        ),
    )


def check_answers(answers: Mapping[str, Answer]) -> None:
    """Refuse an answer to a question that nobody asks, or an impossible one.

    Raises
    ------
    ParameterError
        With the nearest question, or with what is possible.
    """
    for name, answer in answers.items():
        if name not in questions():
            raise ParameterError(f"there is no question {name!r}; {nearest_or_all(name, questions())}")
        asked = questions()[name]
        if answer is None:
            continue
        if asked.is_number == isinstance(answer, bool) or not isinstance(answer, int | float):
            kind = "a number" if asked.is_number else "yes or no (true or false)"
            raise ParameterError(f"the answer to {name!r} must be {kind}: {asked.text}")
        if asked.is_number and not asked.lowest <= answer <= asked.highest:
            raise ParameterError(
                f"the answer to {name!r} lies outside {asked.lowest:g} to {asked.highest:g}: {asked.text}"
            )


def nearest_or_all(name: str, known: Iterable[str]) -> str:
    """Return the sentence that helps after a word that is not known."""
    words = list(known)
    nearest = difflib.get_close_matches(name.lower(), words, n=1, cutoff=0.6)
    return f"did you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(words)}."


@cache
def _content() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("abate.knowledge") / _FILE).read_text(encoding="utf-8"))


def _definition(row: Mapping[str, Any]) -> Definition:
    return Definition(
        id=row["id"],
        name=row["name"],
        source=row["source"],
        tag=row["tag"],
        demands=tuple(_demand(demand) for demand in row["demand"]),
        adequate_days=row.get("adequate_days"),
        contraindicated_counts=row.get("contraindicated_counts", False),
        notes=tuple(row.get("notes", ())),
        family=row.get("family"),
        grade=row.get("grade"),
    )


def _demand(row: Mapping[str, Any]) -> Demand:
    return Demand(
        id=row["id"],
        says=row["says"],
        role=row.get("role"),
        counted=row.get("counted", "class"),
        at_least=row.get("at_least"),
        is_all_available=row.get("all_available", False),
        among=_group({"name": "all", **row}),
        groups=tuple(_group(group) for group in row.get("groups", ())),
        question=row.get("question"),
        answer=row.get("answer"),
        or_question=row.get("or_question"),
        conditions=tuple(row.get("conditions", ())),
    )


def _group(row: Mapping[str, Any]) -> DrugGroup:
    return DrugGroup(
        name=row["name"], classes=tuple(row.get("classes", ())), ingredients=tuple(row.get("ingredients", ()))
    )


def _question(name: str, row: Mapping[str, Any]) -> Question:
    lowest, highest = row.get("range", (0, 0))
    return Question(name=name, text=row["text"], is_number=row["kind"] == "number", lowest=lowest, highest=highest)
