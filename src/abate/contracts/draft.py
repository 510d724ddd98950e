"""What is a draft? Sections of paragraphs, tables and items, each item filled, in need of an author, or not applicable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: Stands on every page of every draft.
NOT_REVIEWED = "draft, not reviewed"


class ItemStatus(StrEnum):
    """How far an item is filled."""

    FILLED = "filled"
    NEEDS_AUTHOR = "needs author"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, kw_only=True)
class DraftItem:
    """One item of a guideline: its text, and where each number in it comes from."""

    number: str
    label: str  # abate's own short label, never the guideline's wording
    status: ItemStatus
    text: Sequence[str] = ()
    origin: str = ""  # "plan.json: size.mmrm.per_arm", or why it does not apply


@dataclass(frozen=True, kw_only=True)
class DraftTable:
    """A table of words."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DraftSection:
    """A section."""

    heading: str
    paragraphs: Sequence[str] = ()
    items: Sequence[DraftItem] = ()
    tables: Sequence[DraftTable] = ()
    code: str = ""  # shown in a fixed-width type


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A document to be finished by people."""

    id: str  # protocol, sap, committee-charter, consent-facts, schedule-of-activities, synopsis
    title: str
    note: str  # what it is and is not, in one sentence
    sections: Sequence[DraftSection]
    warnings: Sequence[str] = ()  # on every page


@dataclass(frozen=True, kw_only=True)
class PlanDrafts:
    """Every document that a plan is turned into, to be finished by people."""

    synopsis: Draft
    protocol: Draft
    sap: Draft
    consent_facts: Draft
    schedule: Draft  # its one table is the schedule of activities
    committee_charter: Draft
    registration: Mapping[str, Any]  # of registration.json; what is not known is null, and named under "needs author"
