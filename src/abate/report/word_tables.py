"""How does a table of the report stand in Word? Three rules, columns as wide as their words, rows that do not break."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from abate.report.report_table import ReportTable, RowKind, TableRow
from abate.report.table_cells import begins_as_number, holds_numbers
from abate.report.word_styles import LONG_WIDTH_CM, TABLE_STYLE, TABLE_TEXT, TEXT_WIDTH_CM, spoken, style_id

if TYPE_CHECKING:
    from docx.document import Document

#: Sizes of type that are tried, in points; under the last a table is hard to read.
SIZES = (9.0, 8.5, 8.0)
#: A table that is no longer than this is not cut by the end of a page.
MOST_LINES_KEPT = 34

_POINTS_A_CM = 72 / 2.54
_PADDING = 9.0  # points at both sides of a cell together: 7 as the style says, and some for letters wider than thought
_NUMBER_KEPT = 36  # letters; a cell of numbers up to here is broken before its brackets only, or not at all
_STRETCHED = 1.3  # a small table does not fill the page: its cells would stand too far apart
_LEAST_TEXT = 100.0  # points; a column of words that could fill two lines of this is not narrower
_LONGEST_WORD = 120.0  # points; a longer word is broken

_BOLD = 1.08  # times as wide

#: Widths of Arial's letters, in parts of its size; all others are taken as 0.56.
_LETTERS = {
    0.23: "iIjl'|",
    0.28: " .,:;/!ft[]\u00a0\u202f",
    0.34: "-()r\u201c\u201d\u2019",
    0.5: "cksvxyzJ",
    0.67: "ABEKPSVXY&",
    0.73: "CDHNRUw",
    0.78: "GOQ",
    0.85: "mM%",
    0.95: "W@",
}
_WIDTHS = {letter: width for width, letters in _LETTERS.items() for letter in letters}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a table is set: widths of its columns in points, size of its type, and whether it needs the page on its side."""

    widths: tuple[float, ...]
    size: float
    is_on_its_side: bool
    lines: int  # about so many lines of text


def lay_out(table: ReportTable) -> Layout:
    """Return how a table is set: upright if it can be, with intervals under their values and in smaller type before the page is turned."""
    tried = [
        (width, is_whole, size)
        for width in (TEXT_WIDTH_CM, LONG_WIDTH_CM)
        for is_whole in (True, False)
        for size in SIZES
    ]
    for width, is_whole, size in tried:
        least, best = _column_needs(table, size, is_whole=is_whole)
        if sum(least) <= width * _POINTS_A_CM:
            break
    widths = _shared_out(least, best, width * _POINTS_A_CM)
    lines = sum(_line_count(row, widths, size) for row in (TableRow(cells=table.columns), *table.rows))
    return Layout(widths=widths, size=size, is_on_its_side=width == LONG_WIDTH_CM, lines=lines)


def add_table(document: Document, table: ReportTable, layout: Layout) -> None:
    """Append a table: its head on every page, its rows whole, its notes kept with its last row."""
    numbers = [holds_numbers(table, place) for place in range(len(table.columns))]
    found = _element("w:tbl")
    found.append(_properties(table, layout))
    grid = _child(found, "w:tblGrid")
    for width in layout.widths:
        _child(grid, "w:gridCol", w=_twentieths(width))
    is_kept, last = layout.lines <= MOST_LINES_KEPT, len(table.rows) - 1
    head = TableRow(cells=table.columns)
    found.append(_row(head, layout, numbers, is_head=True, keeps_next=True))
    for place, row in enumerate(table.rows):
        keeps_next = row.kind is RowKind.GROUP or (
            bool(table.notes) if place == last else is_kept or place in (0, last - 1)
        )
        found.append(_row(row, layout, numbers, keeps_next=keeps_next))
    document.element.body.insert_element_before(found, "w:sectPr")


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is in Arial of ``size`` points."""
    return size * sum(_letter_width(letter) for letter in text)


@cache
def _letter_width(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if unicodedata.combining(letter):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.56


def _column_needs(table: ReportTable, size: float, *, is_whole: bool) -> tuple[list[float], list[float]]:
    """Return the least width of each column, and that in which no cell has a second line."""
    least, best = [], []
    for place, column in enumerate(table.columns):
        cells = [row.cells[place] for row in table.rows if row.kind is not RowKind.GROUP]
        is_number = holds_numbers(table, place)
        pieces = [piece for cell in cells for piece in _pieces(cell, is_number=is_number, is_whole=is_whole)]
        head = _BOLD * text_width(column, size)
        heads = [head / 2, *(_BOLD * text_width(word, size) for word in column.split(" "))]
        longest = max((text_width(cell, size) for cell in cells), default=0.0)
        needed = [
            *heads,
            *(text_width(piece, size) for piece in pieces),
            0.0 if is_number else min(longest / 2, _LEAST_TEXT),
        ]
        least.append(min(max(needed), _LONGEST_WORD) + _PADDING)
        best.append(max(least[-1], head + _PADDING, longest + _PADDING))
    return least, best


def _pieces(cell: str, *, is_number: bool, is_whole: bool) -> list[str]:
    """Return what of a cell is not broken: its words; of a short cell of numbers all, or the value and what follows in brackets."""
    if not is_number or not _is_kept(cell):
        return cell.split(" ")
    return [cell] if is_whole else _unbroken(cell).split(" ")


def _is_kept(cell: str) -> bool:
    return begins_as_number(cell) and len(cell) <= _NUMBER_KEPT


def _unbroken(cell: str) -> str:
    """Return a cell of numbers that can be broken before its brackets only.

    Examples
    --------
    >>> _unbroken("4.1 (3.4 to 4.8)").split(" ")
    ['4.1', '(3.4\xa0to\xa04.8)']
    """
    return cell.replace(" ", "\u00a0").replace("\u00a0(", " (")


def _shared_out(least: Sequence[float], best: Sequence[float], width: float) -> tuple[float, ...]:
    """Return widths that fill the page: what each column needs, the rest by what it would like."""
    if sum(least) >= width:
        return tuple(width * need / sum(least) for need in least)
    if sum(best) <= width:
        return tuple(wish * min(_STRETCHED, width / sum(best)) for wish in best)
    wished = [wish - need for need, wish in zip(least, best, strict=True)]
    left = width - sum(least)
    return tuple(need + left * more / sum(wished) for need, more in zip(least, wished, strict=True))


def _line_count(row: TableRow, widths: Sequence[float], size: float) -> int:
    if row.kind is RowKind.GROUP:
        return 1
    rooms = [max(width - _PADDING, size) for width in widths]
    return max(math.ceil(text_width(cell, size) / room) or 1 for cell, room in zip(row.cells, rooms, strict=True))


def _properties(table: ReportTable, layout: Layout) -> Any:
    from docx.oxml.ns import qn

    properties = _element("w:tblPr")
    _child(properties, "w:tblStyle", val=style_id(TABLE_STYLE))
    _child(properties, "w:tblW", w=_twentieths(sum(layout.widths)), type="dxa")
    _child(properties, "w:tblLayout", type="fixed")
    _child(
        properties,
        "w:tblLook",
        val="0620",
        firstRow="1",
        lastRow="0",
        firstColumn="0",
        lastColumn="0",
        noHBand="1",
        noVBand="1",
    )
    _child(properties, "w:tblCaption").set(qn("w:val"), spoken(table.title))
    return properties


def _row(row: TableRow, layout: Layout, numbers: Sequence[bool], *, keeps_next: bool, is_head: bool = False) -> Any:
    made = _element("w:tr")
    properties = _child(made, "w:trPr")
    _child(properties, "w:cantSplit")
    if is_head:
        _child(properties, "w:tblHeader")
    if row.kind is RowKind.GROUP:
        made.append(
            _cell(row.cells[0], sum(layout.widths), layout.size, keeps_next, span=len(row.cells), is_italic=True)
        )
        return made
    for cell, width, is_number in zip(row.cells, layout.widths, numbers, strict=True):
        is_kept = is_number and not is_head and _is_kept(cell)
        is_right = is_kept or (is_number and is_head)
        made.append(
            _cell(
                _unbroken(cell) if is_kept else cell,
                width,
                layout.size,
                keeps_next,
                is_right=is_right,
                is_bold=is_head or row.kind is RowKind.KEY,
                is_head=is_head,
            )
        )
    return made


def _cell(
    text: str,
    width: float,
    size: float,
    keeps_next: bool,
    *,
    span: int = 1,
    is_right: bool = False,
    is_bold: bool = False,
    is_italic: bool = False,
    is_head: bool = False,
) -> Any:
    cell = _element("w:tc")
    properties = _child(cell, "w:tcPr")
    _child(properties, "w:tcW", w=_twentieths(width), type="dxa")
    if span > 1:
        _child(properties, "w:gridSpan", val=str(span))
    if is_head:
        _child(_child(properties, "w:tcBorders"), "w:bottom", val="single", sz="4", space="0", color="000000")
        _child(properties, "w:vAlign", val="bottom")
    paragraph = _child(cell, "w:p")
    style = _child(paragraph, "w:pPr")
    _child(style, "w:pStyle", val=style_id(TABLE_TEXT))
    if keeps_next:
        _child(style, "w:keepNext")
    if is_right:
        _child(style, "w:jc", val="right")
    _write(paragraph, text, size, is_bold=is_bold, is_italic=is_italic)
    return cell


def _write(paragraph: Any, text: str, size: float, *, is_bold: bool, is_italic: bool) -> None:
    from docx.oxml.ns import qn

    run = _child(paragraph, "w:r")
    font = _child(run, "w:rPr")
    if is_bold:
        _child(font, "w:b")
    if is_italic:
        _child(font, "w:i")
    if size != SIZES[0]:
        _child(font, "w:sz", val=f"{2 * size:.0f}")
    written = _child(run, "w:t")
    written.set(qn("xml:space"), "preserve")
    written.text = spoken(text)


def _twentieths(points: float) -> str:
    return f"{20 * points:.0f}"


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    made = _element(tag, **attributes)
    parent.append(made)
    return made
