"""How does the Word report look? A4, margins, styles that can be edited, language, header and footer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abate.report.packed import FIXED_TIME
from abate.report.words import clean

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section as Pages

BODY_FONT, TABLE_FONT, CODE_FONT = "Times New Roman", "Arial", "Courier New"
LANGUAGE = "en-GB"

#: Styles of our own; what is called "Caption", "Title" and "Heading 1" is Word's.
TABLE_STYLE, TABLE_TEXT, TABLE_NOTE = "Table with three rules", "Table text", "Table note"
FIGURE, NOTE, NOTICE, FACT, LEAD = "Figure", "Side note", "Notice", "Fact", "Lead"
CODE = "Code"

#: What a document is about, in its properties, unless said otherwise.
STUDY_REPORT = "Retrospective treatment-course study"

PAGE_WIDTH_CM, PAGE_HEIGHT_CM = 21.0, 29.7
MARGIN_CM, TOP_CM, BOTTOM_CM = 2.5, 2.4, 2.2
TEXT_WIDTH_CM = PAGE_WIDTH_CM - 2 * MARGIN_CM
LONG_WIDTH_CM = PAGE_HEIGHT_CM - 2 * MARGIN_CM  # of text on a page on its side

_FACT_INDENT_CM = 4.2
_LONGEST_TITLE = 255  # what the properties of a file may hold
_LONGEST_HEADER = 90
_TURNING = re.compile("[\u202a-\u202e]")

#: Name, font, size, space before and after in points, and what else belongs to the font.
_PARAGRAPHS: tuple[tuple[str, str, float, float, float, dict[str, bool]], ...] = (
    ("Normal", BODY_FONT, 11, 0, 6, {}),
    ("Title", TABLE_FONT, 19, 0, 4, {"bold": True}),
    ("Heading 1", TABLE_FONT, 14, 18, 6, {"bold": True}),
    ("Heading 2", TABLE_FONT, 11.5, 14, 4, {"bold": True}),
    ("Caption", TABLE_FONT, 9, 10, 5, {"bold": False}),
    ("Header", TABLE_FONT, 8, 0, 0, {}),
    ("Footer", TABLE_FONT, 8, 0, 0, {}),
    (LEAD, BODY_FONT, 13, 4, 8, {}),
    (FIGURE, TABLE_FONT, 9, 10, 0, {}),
    (NOTICE, TABLE_FONT, 9, 0, 3, {}),
    (NOTE, BODY_FONT, 10, 4, 2, {}),
    (FACT, BODY_FONT, 9, 0, 3, {}),
    (CODE, CODE_FONT, 9, 4, 4, {}),
    (TABLE_TEXT, TABLE_FONT, 9, 1.5, 1.5, {}),
    (TABLE_NOTE, TABLE_FONT, 8, 2, 2, {}),
)


def new_document(title: str, *, running: str, subject: str = STUDY_REPORT) -> Document:
    """Return an empty document of A4 pages: its styles, its properties, ``running`` over every page, its number under it."""
    import docx

    document = docx.Document()
    _drop_what_is_not_used(document)
    _set_properties(document, title, subject)
    _set_styles(document)
    _set_settings(document)
    _set_pages(document.sections[0], running)
    return document


def turn(document: Document, *, on_its_side: bool) -> None:
    """Go on with pages on their side, or with upright ones."""
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Emu

    pages = document.add_section(WD_SECTION.NEW_PAGE)
    sides = sorted((pages.page_width or 0, pages.page_height or 0), reverse=on_its_side)
    pages.page_width, pages.page_height = (Emu(side) for side in sides)
    pages.orientation = WD_ORIENT.LANDSCAPE if on_its_side else WD_ORIENT.PORTRAIT


def add_to_header(document: Document, text: str, *, colour: str | None = None) -> None:
    """Write a further line over every page, in ``colour`` such as "B3001B" where it is to be seen."""
    from docx.shared import RGBColor

    run = document.sections[0].header.add_paragraph(style="Header").add_run(spoken(text))
    run.bold = True
    if colour is not None:
        run.font.color.rgb = RGBColor.from_string(colour)


def add_field(paragraph: Any, code: str, shown: str, *, bold: bool = False) -> tuple[Any, Any]:
    """Append a field that Word can count anew, ``shown`` until then; return its first and last run."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    runs = []
    for kind in ("begin", "code", "separate", "shown", "end"):
        run = paragraph.add_run(shown if kind == "shown" else "")
        run.bold = bold or None
        if kind == "code":
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {code} "
            run._r.append(instruction)
        elif kind != "shown":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        runs.append(run._r)
    return runs[0], runs[-1]


def style_id(name: str) -> str:
    """Return how a style of ours is named inside the file."""
    return name.replace(" ", "")


def spoken(text: str) -> str:
    """Return a text as Word can hold it.

    No character that XML refuses; no mark that turns the direction of what follows, since a paragraph may go on after
    it; and a no-break space that every font has.
    """
    return _TURNING.sub("\ufffd", clean(text)).replace("\u202f", "\u00a0")


def _drop_what_is_not_used(document: Document) -> None:
    """Leave out what the library's empty document brings along: a preview picture, a second set of styles, table designs."""
    for part in (document.part.package, document.part):
        for id, relation in list(part.rels.items()):
            if relation.reltype.endswith(("/thumbnail", "/stylesWithEffects", "/customXml")):
                del part.rels[id]
    for style in list(document.styles):
        if style.name.startswith(("Light ", "Medium ", "Dark ", "Colorful ")):
            style.delete()


def _set_properties(document: Document, title: str, subject: str) -> None:
    properties = document.core_properties
    properties.title = title[:_LONGEST_TITLE]
    properties.subject = subject
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.language = LANGUAGE
    properties.created = properties.modified = FIXED_TIME
    properties.revision = 1


def _set_styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_LINE_SPACING

    styles = document.styles
    known = {style.name for style in styles}
    for name, font, size, before, after, more in _PARAGRAPHS:
        if name not in known:
            styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
        style: Any = styles[name]
        _set_font(style, font, size, **more)
        style.paragraph_format.space_before, style.paragraph_format.space_after = _points(before), _points(after)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        style.quick_style = True
    styles["Normal"].paragraph_format.line_spacing = 1.15
    styles["Normal"].paragraph_format.widow_control = True
    _set_hanging(styles[FACT])
    styles[FIGURE].paragraph_format.keep_with_next = True
    _drop_rule_under_title(styles["Title"])
    _add_table_style(document)


def _set_font(style: Any, font: str, size: float, *, bold: bool | None = None) -> None:
    """Set the font of a style by its name, in place of the one that a theme names."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name = font
    fonts = style.element.rPr.rFonts
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), font)
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, None
    style.font.color.rgb = RGBColor(0, 0, 0)
    _set_size_of_other_scripts(style.element.rPr, size)


def _set_size_of_other_scripts(font: Any, size: float) -> None:
    """Set the size that Word takes for Hebrew or Arabic letters."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for found in font.findall(qn("w:szCs")):
        font.remove(found)
    other = OxmlElement("w:szCs")
    other.set(qn("w:val"), f"{2 * size:.0f}")
    font.find(qn("w:sz")).addnext(other)


def _set_hanging(style: Any) -> None:
    from docx.shared import Cm

    style.paragraph_format.left_indent, style.paragraph_format.first_line_indent = (
        Cm(_FACT_INDENT_CM),
        Cm(-_FACT_INDENT_CM),
    )
    style.paragraph_format.tab_stops.add_tab_stop(Cm(_FACT_INDENT_CM))


def _drop_rule_under_title(style: Any) -> None:
    from docx.oxml.ns import qn

    for name in ("w:pBdr", "w:contextualSpacing"):
        for found in style.element.pPr.findall(qn(name)):
            style.element.pPr.remove(found)


def _add_table_style(document: Document) -> None:
    """Add the style of tables: a rule above, one under the head and one below; no line between columns."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    rule = 'w:val="single" w:sz="{}" w:space="0" w:color="000000"'
    document.styles.element.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{style_id(TABLE_STYLE)}">'
            f'<w:name w:val="{TABLE_STYLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>'
            f"<w:tblPr><w:tblBorders><w:top {rule.format(8)}/><w:bottom {rule.format(8)}/></w:tblBorders>"
            '<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr>'
            f"<w:tcPr><w:tcBorders><w:bottom {rule.format(4)}/></w:tcBorders></w:tcPr></w:tblStylePr></w:style>"
        )
    )


def _set_settings(document: Document) -> None:
    """Set the language of the text, and open the file as what Word 2013 and later write."""
    from docx.oxml.ns import qn

    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    settings = document.settings.element
    for found in settings.iter(qn("w:compatSetting")):
        if found.get(qn("w:name")) == "compatibilityMode":
            found.set(qn("w:val"), "15")
    for found in settings.iter(qn("w:themeFontLang")):
        found.set(qn("w:val"), LANGUAGE)
    for name in ("w:proofState", "w:rsids"):
        for found in settings.findall(qn(name)):
            settings.remove(found)


def _set_pages(pages: Pages, running: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    pages.page_width, pages.page_height = Cm(PAGE_WIDTH_CM), Cm(PAGE_HEIGHT_CM)
    pages.left_margin = pages.right_margin = Cm(MARGIN_CM)
    pages.top_margin, pages.bottom_margin = Cm(TOP_CM), Cm(BOTTOM_CM)
    pages.header_distance = pages.footer_distance = Cm(1.1)
    pages.header.paragraphs[0].add_run(_shortened(running))
    foot = pages.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("Page ")
    add_field(foot, "PAGE", "1")
    foot.add_run(" of ")
    add_field(foot, "NUMPAGES", "1")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_HEADER else f"{text[: _LONGEST_HEADER - 1]}\u2026"


def _points(size: float) -> Any:
    from docx.shared import Pt

    return Pt(size)
