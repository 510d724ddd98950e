"""How does a draft become a Word file? Items under their headings with status and origin, tables that can be edited, code in its own type."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from abate.contracts.draft import Draft, DraftItem, ItemStatus
from abate.contracts.trial_plan import TrialPlan
from abate.report.packed import packed
from abate.report.plan.drafts import ReadSection, describe_origin, read_sections
from abate.report.plan.word_top import new_plan_document
from abate.report.word_sections import add_code, write_table
from abate.report.word_styles import LEAD, NOTE, spoken

if TYPE_CHECKING:
    from docx.document import Document


def render_draft_document(draft: Draft, plan: TrialPlan) -> bytes:
    """Return the Word file of a draft, the same bytes on every run."""
    document = new_plan_document(draft.title, plan, draft.warnings)
    document.add_paragraph(spoken(draft.note), style=LEAD)
    for found in read_sections(draft):
        _write_section(document, found)
    written = io.BytesIO()
    document.save(written)
    return packed(written.getvalue())


def _write_section(document: Document, found: ReadSection) -> None:
    section = found.section
    document.add_heading(spoken(section.heading), level=1)
    for paragraph in section.paragraphs:
        document.add_paragraph(spoken(paragraph))
    for item in section.items:
        _write_item(document, item)
    for number, table in found.tables:
        write_table(document, table, ("Table", number))
    add_code(document, section.code)


def _write_item(document: Document, item: DraftItem) -> None:
    """Write an item: what is not filled says so in its heading, so that an author finds it."""
    status = "" if item.status is ItemStatus.FILLED else f" [{item.status.value}]"
    document.add_heading(spoken(f"{item.number}  {item.label}{status}"), level=2)
    for text in item.text:
        document.add_paragraph(spoken(text))
    origin = describe_origin(item)
    if origin:
        document.add_paragraph(spoken(origin), style=NOTE)
