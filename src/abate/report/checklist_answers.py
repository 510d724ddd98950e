"""What may the answer to an item of a checklist be: in a section of the page, for the author, or not applicable?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an item stands."""

    IN_SECTION = "In section"
    NEEDS_AUTHOR = "Needs the author"
    NOT_APPLICABLE = "Not applicable"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the page gives on one item: ``section`` holds the answer, or what the author can begin from."""

    state: State
    section: str | None = None
    detail: str = ""


def in_section(section: str, detail: str = "") -> Answer:
    """Return that a section of the page holds the answer."""
    return Answer(state=State.IN_SECTION, section=section, detail=detail)


def needs_author(detail: str, section: str | None = None) -> Answer:
    """Return what the author must say, and the section to begin from."""
    return Answer(state=State.NEEDS_AUTHOR, section=section, detail=detail)


def not_applicable(why: str) -> Answer:
    """Return why an item does not apply."""
    return Answer(state=State.NOT_APPLICABLE, detail=why)
