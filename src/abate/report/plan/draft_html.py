"""How does a draft become a page? One file without scripts; that it was not reviewed stands on it and on each printed page."""

from __future__ import annotations

from typing import Any

from abate.contracts.draft import NOT_REVIEWED, Draft
from abate.contracts.notice import NOT_A_DEVICE
from abate.contracts.trial_plan import TrialPlan
from abate.report.html import as_code, describe_table, template_named
from abate.report.plan.banners import banners_of, describe_page_styles, warnings_of
from abate.report.plan.drafts import ReadSection, describe_origin, read_sections
from abate.report.tokens import describe_theme
from abate.report.words import shown


def render_draft_page(draft: Draft, plan: TrialPlan) -> str:
    """Return the page; all words are escaped by the template."""
    from markupsafe import Markup

    provenance, warnings = plan.provenance, warnings_of(draft.warnings, plan)
    page = {
        "title": draft.title,
        "plan_title": shown(plan.title),
        "not_reviewed": NOT_REVIEWED,
        "note": draft.note,
        "abate_version": provenance.abate_version,
        "theme": Markup(describe_theme()),
        "foot": Markup(describe_page_styles(draft.title, warnings, is_simulated=provenance.is_simulated)),
        "banners": banners_of(warnings, is_simulated=provenance.is_simulated),
        "notice": NOT_A_DEVICE,
    }
    sections = [_as_written(found) for found in read_sections(draft)]
    return str(template_named("draft.html.j2").render(page=page, sections=sections))


def _as_written(found: ReadSection) -> dict[str, Any]:
    section = found.section
    items = [
        {
            "number": item.number,
            "label": item.label,
            "status": item.status.value,
            "look": item.status.value.replace(" ", "-"),
            "text": item.text,
            "origin": describe_origin(item),
        }
        for item in section.items
    ]
    tables = [{**describe_table(table), "number": number, "file": table.id} for number, table in found.tables]
    return {
        "id": found.id,
        "heading": section.heading,
        "paragraphs": section.paragraphs,
        "entries": items,
        "tables": tables,
        "code": as_code(section.code),
    }
