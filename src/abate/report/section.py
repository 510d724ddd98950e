"""What is a section of a report? A sentence with the answer, then figures, tables, paragraphs or facts, and remarks beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from abate.report.figures.figure import Figure
from abate.report.report_table import ReportTable


@dataclass(frozen=True, kw_only=True)
class Note:
    """A remark beside a section: how something was made, or how to read it."""

    head: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section: a sentence with the answer and its counts, then figures, tables, paragraphs or facts."""

    id: str
    title: str
    contents: str  # its name in the list of contents
    say: str
    figures: Sequence[Figure] = ()
    tables: Sequence[ReportTable] = ()
    paragraphs: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    notes: Sequence[Note] = field(default=())
    code: str = ""  # shown as it stands, in a fixed-width type
