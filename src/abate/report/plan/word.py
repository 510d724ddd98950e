"""How does the report of a plan become a Word file? The sections of the page in its order, with tables that can be edited."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from abate.contracts.plan_view import PlanView
from abate.report.drawn import DrawnFigure
from abate.report.packed import packed
from abate.report.plan.top import plan_headline, plan_key_numbers, plan_lede
from abate.report.plan.word_top import new_plan_document
from abate.report.report_table import ReportTable, row, table
from abate.report.section import Section
from abate.report.table_cells import number_tables
from abate.report.word_sections import write_section, write_table
from abate.report.word_styles import LEAD, TABLE_NOTE, spoken

_ELSEWHERE = (
    "Figures and tables have the numbers that they have in report.html. The numbers behind each figure stand in figures/; "
    "every number of the plan in plan.json."
)


def render_plan_document(view: PlanView, sections: Sequence[Section], drawn: Mapping[str, DrawnFigure]) -> bytes:
    """Return report.docx, the same bytes on every run."""
    plan = view.plan
    document = new_plan_document(plan.title, plan, plan.warnings)
    lead = document.add_paragraph(style=LEAD)
    for span in plan_headline(view):
        lead.add_run(spoken(span.text)).bold = span.is_strong or None
    document.add_paragraph(spoken(plan_lede(view)))
    write_table(document, _key_numbers(view), None)
    document.add_paragraph(_ELSEWHERE, style=TABLE_NOTE)
    numbers = number_tables(sections)
    for section in sections:
        write_section(document, section, drawn, numbers, level=1)
    written = io.BytesIO()
    document.save(written)
    return packed(written.getvalue())


def _key_numbers(view: PlanView) -> ReportTable:
    rows = [row(found.label, found.value, found.detail) for found in plan_key_numbers(view)]
    return table("key-numbers", "Key numbers", ("Number", "Value", "Detail"), rows, is_prose=True)
