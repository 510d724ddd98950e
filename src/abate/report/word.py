"""How does the report become a Word file? The sections of the page in the order of a paper, with tables and figures that can be edited."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from abate.contracts.notice import NOT_A_DEVICE
from abate.report.disclosure import edition_notice
from abate.report.drawn import DrawnFigure
from abate.report.headline import headline, key_numbers, lede
from abate.report.packed import packed
from abate.report.report_table import ReportTable, row, table
from abate.report.section import Section
from abate.report.table_cells import number_tables
from abate.report.view import ResultView
from abate.report.word_sections import write_section, write_table
from abate.report.word_styles import LEAD, NOTICE, TABLE_NOTE, new_document, spoken
from abate.report.words import shown

if TYPE_CHECKING:
    from docx.document import Document

#: Sections that a paper has before its results, and those after them; all others are results.
BEFORE_RESULTS = ("methods",)
AFTER_RESULTS = ("limits", "checklist", "findings", "provenance")

#: Letters of a title from which it is set smaller, and the size of its type then.
LONG_TITLE, LONG_TITLE_SIZE = 100, 13

_KIND = "Retrospective treatment-course study"
_SIMULATED = "Simulated data. No patient\u2019s data; not evidence about"
_ELSEWHERE = (
    "Figures and tables have the numbers that they have in report.html. The numbers behind each figure stand in "
    "tables.xlsx; the interval, n and method of every number in results.csv."
)


def render_document(view: ResultView, sections: Sequence[Section], drawn: Mapping[str, DrawnFigure]) -> bytes:
    """Return report.docx, the same bytes on every run on a machine: pictures are drawn with the fonts it has."""
    title = spoken(shown(view.study.title))
    is_simulated = view.result.provenance.is_simulated
    document = new_document(title, running=f"Simulated data \u2013 {title}" if is_simulated else title)
    _write_top(document, view, title)
    _write_sections(document, sections, drawn)
    written = io.BytesIO()
    document.save(written)
    return packed(written.getvalue())


def _write_top(document: Document, view: ResultView, title: str) -> None:
    """Write title, notices and summary: the headline, what it cannot say, and the six numbers."""
    from docx.shared import Pt

    named = document.add_paragraph(style="Title").add_run(title)
    if len(title) > LONG_TITLE:
        named.font.size = Pt(LONG_TITLE_SIZE)
    for notice in _notices(view):
        document.add_paragraph(spoken(notice), style=NOTICE)
    document.add_heading("Summary", level=1)
    lead = document.add_paragraph(style=LEAD)
    for span in headline(view):
        lead.add_run(spoken(span.text)).bold = span.is_strong or None
    document.add_paragraph(spoken(lede(view)))
    write_table(document, _key_numbers(view), None)
    document.add_paragraph(_ELSEWHERE, style=TABLE_NOTE)


def _notices(view: ResultView) -> tuple[str, ...]:
    simulated = (f"{_SIMULATED} {shown(view.treatment)}.",) if view.result.provenance.is_simulated else ()
    return (f"{_KIND}. {edition_notice(view.result)}.", *simulated, NOT_A_DEVICE)


def _key_numbers(view: ResultView) -> ReportTable:
    rows = [row(found.label, found.value, found.detail) for found in key_numbers(view)]
    return table("key-numbers", "Key numbers", ("Measure", "Value", "Detail"), rows, is_prose=True)


def _write_sections(document: Document, sections: Sequence[Section], drawn: Mapping[str, DrawnFigure]) -> None:
    """Write the sections in the order of a paper; figures and tables keep the numbers of the page."""
    numbers = number_tables(sections)
    outside = (*BEFORE_RESULTS, *AFTER_RESULTS)
    results = [section for section in sections if section.id not in outside]
    for section in _chosen(sections, BEFORE_RESULTS):
        write_section(document, section, drawn, numbers, level=1)
    if results:
        document.add_heading("Results", level=1)
    for section in results:
        write_section(document, section, drawn, numbers, level=2)
    for section in _chosen(sections, AFTER_RESULTS):
        write_section(document, section, drawn, numbers, level=1)


def _chosen(sections: Sequence[Section], ids: Sequence[str]) -> list[Section]:
    return sorted((section for section in sections if section.id in ids), key=lambda section: ids.index(section.id))
