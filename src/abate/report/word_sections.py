"""How does a section of a report stand in Word? Its answer, paragraphs, figures over captions, tables under them, facts and remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from abate.report.drawn import DrawnFigure
from abate.report.report_table import ReportTable
from abate.report.section import Section
from abate.report.word_parts import Mark, add_caption, add_picture, add_references
from abate.report.word_styles import CODE, FACT, FIGURE, NOTE, TABLE_NOTE, spoken, turn
from abate.report.word_tables import add_table, lay_out

if TYPE_CHECKING:
    from docx.document import Document

#: Rows of a table that stands in the place of a figure; a longer one is found in tables.xlsx.
MOST_ROWS_FOR_FIGURE = 24


def write_section(
    document: Document, section: Section, drawn: Mapping[str, DrawnFigure], numbers: Mapping[str, int], *, level: int
) -> None:
    """Write a section: its answer with its figures and tables named, then what stands in it."""
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
        write_table(document, found, ("Table", numbers[found.id]))
    for place, (name, text) in enumerate(section.facts, start=1):
        fact = document.add_paragraph(style=FACT)
        fact.paragraph_format.keep_with_next = place < len(section.facts)
        fact.add_run(spoken(name)).bold = True
        fact.add_run(f"\t{spoken(text)}")
    add_code(document, section.code)
    for note in section.notes:
        remark = document.add_paragraph(style=NOTE)
        remark.add_run(spoken(note.head)).bold = True
        remark.add_run(f" {spoken(note.text)}")


def add_code(document: Document, text: str) -> None:
    """Write code, a paragraph a line, in a type of its own."""
    for line in text.rstrip("\n").split("\n") if text else ():
        document.add_paragraph(spoken(line), style=CODE)


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
                write_table(document, table, None)


def write_table(document: Document, found: ReportTable, mark: Mark | None) -> None:
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
