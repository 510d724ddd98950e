"""Which questions are asked before a diagnosis, and what may be answered? Read from questions.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

#: Kinds of questions.
FLAG, NUMBER, CHOICE, CHOICES = "yes or no", "number", "one of", "some of"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question.

    Attributes
    ----------
    id, text : str
    kind : str
        ``yes or no``, ``number``, ``one of`` or ``some of``.
    section_id, section : str
        Name and title of the section of the form.
    unit : str
        Of a number.
    least, most : float
        Possible numbers, both included unless ``is_above``: then the lower end is not.
    is_whole : bool
        Whether only whole numbers are answers.
    options : tuple of str
    scale : str
        The scale whose total is asked for, if any; totals that it cannot give are refused.
    """

    id: str
    text: str
    kind: str
    section_id: str
    section: str
    unit: str = ""
    least: float = 0.0
    most: float = float("inf")
    is_above: bool = False
    is_whole: bool = False
    options: tuple[str, ...] = ()
    scale: str = ""

    @property
    def expected(self) -> str:
        """What an answer must be, in words."""
        if self.kind == FLAG:
            return "yes or no"
        if self.kind == NUMBER:
            whole = "a whole number" if self.is_whole else "a number"
            low = f"above {self.least:g}" if self.is_above else f"from {self.least:g}"
            return f"{whole} {low} to {self.most:.0f} {self.unit}"
        return f"{self.kind} {', '.join(self.options)}" + (
            " (several with ; between them), or none" if self.kind == CHOICES else ""
        )


@dataclass(frozen=True, kw_only=True)
class Implication:
    """What one answer says of others: ``then`` gives answers, ``least`` the least a number can be."""

    question: str
    answer: Any
    then: Mapping[str, Any]
    least: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """All questions, and what their answers say of one another.

    Attributes
    ----------
    questions : mapping of str to Question
        In the order of the form.
    larger_than : sequence of (str, str)
        Pairs of which the first number is never the smaller one.
    implications : sequence of Implication
    """

    questions: Mapping[str, Question]
    larger_than: Sequence[tuple[str, str]]
    implications: Sequence[Implication]


@cache
def questionnaire() -> Questionnaire:
    """Return the questions of the package."""
    data = tomllib.loads((resources.files("abate.knowledge") / "questions.toml").read_text(encoding="utf-8"))
    questions = {
        id: _question(id, entry, section["id"], section["title"])
        for section in data["section"]
        for id, entry in section["question"].items()
    }
    return Questionnaire(
        questions=questions,
        larger_than=tuple((pair["larger"], pair["smaller"]) for pair in data["implied"]),
        implications=tuple(
            Implication(
                question=entry["question"],
                answer=entry["answer"],
                then=entry.get("then", {}),
                least=entry.get("least", {}),
            )
            for entry in data["implied_by"]
        ),
    )


def _question(id: str, entry: Mapping[str, Any], section_id: str, section: str) -> Question:
    return Question(
        id=id,
        text=entry["text"],
        kind=entry["kind"],
        section_id=section_id,
        section=section,
        unit=entry.get("unit", ""),
        least=float(entry.get("above", entry.get("least", 0))),
        most=float(entry.get("most", float("inf"))),
        is_above="above" in entry,
        is_whole=entry.get("whole", False),
        options=tuple(entry.get("options", ())),
        scale=entry.get("scale", ""),
    )
