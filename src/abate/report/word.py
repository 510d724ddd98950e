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
from abate.report.sections import Section
from abate.report.table_cells import number_tables
from abate.report.view import ResultView
from abate.report.word_parts import Mark, add_caption, add_picture, add_references
from abate.report.word_styles import FACT, FIGURE, LEAD, NOTE, NOTICE, TABLE_NOTE, new_document, spoken, turn
from abate.report.word_tables import add_table, lay_out
from abate.report.words import shown

if TYPE_CHECKING:
    from docx.document import Document

#: Sections that a paper has before its results, and those after them; all others are results.
BEFORE_RESULTS = ("methods",)
AFTER_RESULTS = ("limits", "checklist", "findings", "provenance")

#: Letters of a title from which it is set smaller, and the size of its type then.
LONG_TITLE, LONG_TITLE_SIZE = 100, 13
#: Rows of a table that stands in the place of a figure; a longer one is found in tables.xlsx.
MOST_ROWS_FOR_FIGURE = 24

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
    _write_table(document, _key_numbers(view), None)
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
        _write_section(document, section, drawn, numbers, level=1)
    if results:
        document.add_heading("Results", level=1)
    for section in results:
        _write_section(document, section, drawn, numbers, level=2)
    for section in _chosen(sections, AFTER_RESULTS):
        _write_section(document, section, drawn, numbers, level=1)


def _chosen(sections: Sequence[Section], ids: Sequence[str]) -> list[Section]:
    return sorted((section for section in sections if section.id in ids), key=lambda section: ids.index(section.id))


def _write_section(
    document: Document, section: Section, drawn: Mapping[str, DrawnFigure], numbers: Mapping[str, int], *, level: int
) -> None:
    figures = [drawn[figure.id] for figure in section.figures]
    document.add_heading(spoken(section.title), level=level)
    marks: list[Mark] = [("Figure", figure.number) for figure in figures]
    marks += [("Table", numbers[table.id]) for table in section.tables]
    _write_answer(document, section.say, marks, keeps_next=bool(marks) and not section.paragraphs)
    for paragraph in section.paragraphs:
        document.add_paragraph(spoken(paragraph))
    for figure in figures:
        _write_figure(document, figure)
    for found in section.tables:
        _write_table(document, found, ("Table", numbers[found.id]))
    for place, (name, text) in enumerate(section.facts, start=1):
        fact = document.add_paragraph(style=FACT)
        fact.paragraph_format.keep_with_next = place < len(section.facts)
        fact.add_run(spoken(name)).bold = True
        fact.add_run(f"\t{spoken(text)}")
    for note in section.notes:
        remark = document.add_paragraph(style=NOTE)
        remark.add_run(spoken(note.head)).bold = True
        remark.add_run(f" {spoken(note.text)}")


def _write_answer(document: Document, say: str, marks: Sequence[Mark], *, keeps_next: bool) -> None:
    """Write a section's answer, its figures and tables named before its full stop, on the page of the first of them."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = keeps_next
    text = spoken(say).rstrip()
    ends = text.endswith(".") and bool(marks)
    paragraph.add_run(text[:-1] if ends else text)
    add_references(paragraph, marks)
    paragraph.add_run("." if ends else "")


def _write_figure(document: Document, found: DrawnFigure) -> None:
    """Write a figure over its caption; where there is none, the reason and its numbers, unless they are many."""
    figure = found.figure
    if found.reason is None:
        add_picture(document, found)
    else:
        document.add_paragraph(style=FIGURE).add_run(spoken(found.reason)).italic = True
    add_caption(document, ("Figure", found.number), figure.claim, figure.caption, keeps_next=False)
    if found.reason is not None:
        for table in figure.numbers:
            if not table.is_empty and len(table.rows) <= MOST_ROWS_FOR_FIGURE:
                _write_table(document, table, None)


def _write_table(document: Document, found: ReportTable, mark: Mark | None) -> None:
    """Write caption, table and notes; a table too wide for the page has one on its side."""
    layout = lay_out(found)
    if layout.is_on_its_side:
        turn(document, on_its_side=True)
    add_caption(document, mark, found.title, keeps_next=True)
    add_table(document, found, layout)
    for place, note in enumerate(found.notes, start=1):
        written = document.add_paragraph(spoken(note), style=TABLE_NOTE)
        written.paragraph_format.keep_with_next = place < len(found.notes)
    if layout.is_on_its_side:
        turn(document, on_its_side=False)
