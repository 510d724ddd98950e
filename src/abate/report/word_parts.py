"""What stands between the paragraphs of the Word report? Captions that count themselves, references to them, pictures."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from abate.report.drawn import DrawnFigure
from abate.report.word_styles import FIGURE, TEXT_WIDTH_CM, add_field, spoken

if TYPE_CHECKING:
    from docx.document import Document

#: The highest picture that leaves room for its caption on its page.
MOST_HEIGHT_CM = 19.0

_TURNED_TO = re.compile(r'<g transform="translate\((\d+(?:\.\d+)?),(\d+(?:\.\d+)?)\)">')
_SIZE = re.compile(r'viewBox="0 0 (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)"')
_FINEST = 100_000  # parts of a side, as Word counts what is cut off

Mark = tuple[str, int]  # "Table" or "Figure", and its number


def add_caption(document: Document, mark: Mark | None, title: str, text: str = "", *, keeps_next: bool) -> None:
    """Append a caption: "Table 1." counted by Word, the title in bold, and what else is to be said."""
    paragraph = document.add_paragraph(style="Caption")
    paragraph.paragraph_format.keep_with_next = keeps_next
    if mark is not None:
        _add_number(paragraph, mark)
    paragraph.add_run(spoken(title)).bold = True
    if text:
        paragraph.add_run(f" {spoken(text)}")


def add_references(paragraph: Any, marks: Sequence[Mark]) -> None:
    """Append the numbers of the figures and tables of a section, each a reference to its caption."""
    for place, mark in enumerate(marks):
        paragraph.add_run(" (" if place == 0 else ", ")
        add_field(paragraph, f"REF {_bookmark(mark)} \\h", _label(mark))
    paragraph.add_run(")" if marks else "")


def add_picture(document: Document, found: DrawnFigure) -> None:
    """Append the saved picture of a figure without the title and source in it, which a caption says in their place."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    left, top, right, bottom = drawing_area(found)
    size = _SIZE.search(found.file)
    full_width, full_height = (float(size[1]), float(size[2])) if size else (1.0, 1.0)
    shape = full_height * (bottom - top) / (full_width * (right - left))
    width = min(TEXT_WIDTH_CM, MOST_HEIGHT_CM / shape)
    run = document.add_paragraph(style=FIGURE).add_run()
    picture = run.add_picture(io.BytesIO(found.png), Cm(width), Cm(width * shape))._inline
    picture.docPr.set("name", f"Figure {found.number}")
    picture.docPr.set("descr", spoken(found.figure.finding))
    cut = OxmlElement("a:srcRect")
    for side, share in (("l", left), ("t", top), ("r", 1 - right), ("b", 1 - bottom)):
        cut.set(side, str(round(_FINEST * share)))
    picture.graphic.graphicData.pic.blipFill.blip.addnext(cut)


def drawing_area(found: DrawnFigure) -> tuple[float, float, float, float]:
    """Return where the drawing lies in the saved picture, as shares of its sides: left, top, right and bottom."""
    whole, drawing, moved = _SIZE.search(found.file), _SIZE.search(found.wide), _TURNED_TO.search(found.file)
    if whole is None or drawing is None or moved is None:
        return (0.0, 0.0, 1.0, 1.0)
    sides, size, start = ((float(found[1]), float(found[2])) for found in (whole, drawing, moved))
    (left, top), (right, bottom) = (
        ((start[0] + more[0]) / sides[0], (start[1] + more[1]) / sides[1]) for more in ((0.0, 0.0), size)
    )
    return (left, top, min(right, 1.0), min(bottom, 1.0))


def _add_number(paragraph: Any, mark: Mark) -> None:
    """Append "Table 1." and mark "Table 1" so that references find it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    kind, number = mark
    name = paragraph.add_run(f"{kind}\u00a0")
    name.bold = True
    _, last = add_field(paragraph, f"SEQ {kind} \\* ARABIC", str(number), bold=True)
    begins, ends = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for end in (begins, ends):
        end.set(qn("w:id"), str(2 * number + (kind == "Figure")))
    begins.set(qn("w:name"), _bookmark(mark))
    name._r.addprevious(begins)
    last.addnext(ends)
    paragraph.add_run(". ").bold = True


def _label(mark: Mark) -> str:
    return f"{mark[0]}\u00a0{mark[1]}"


def _bookmark(mark: Mark) -> str:
    return f"_Ref_{mark[0]}_{mark[1]}"
