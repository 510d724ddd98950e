"""How does a specification become a picture? Vega-Lite to SVG and PNG by vl-convert, the same bytes on every run.

Specifications are plain dictionaries handed to vl-convert: importing Altair to build the same dictionaries would take
longer than drawing all figures of a small study (docs/decisions/0004-figures.md).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from abate.report.tokens import FIGURE_FONT, SMALL_SIZE, TEXT_SIZE, light, variable_of
from abate.report.words import clean

Spec = Mapping[str, Any]

WIDE, NARROW = 720, 340
PNG_SCALE = 2

#: What a drawing may consist of; anything else in it would be a surprise, and surprises do not reach a page.
_ELEMENTS = frozenset({"svg", "g", "path", "text", "tspan", "rect", "line", "title"})
_ATTRIBUTES = frozenset(
    {"d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "transform", "fill", "stroke", "stroke-width", "stroke-dasharray",
     "stroke-opacity", "fill-opacity", "opacity", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "text-anchor",
     "font-size", "font-weight", "font-family", "viewBox"}
)  # fmt: skip
_SVG = "http://www.w3.org/2000/svg"
_NAMESPACES = re.compile(r' xmlns(:\w+)?="[^"]*"')
_MARGIN, _LINE = 16, 17
#: Numbers on axes as `abate.report.numbers` writes them.
_LOCALE = {
    "decimal": ".",
    "thousands": "\u202f",
    "grouping": [3],
    "currency": ["", ""],
    "minus": "\u2212",
    "percent": "\u202f%",
}


def render_drawing(spec: Spec) -> Element:
    """Return the picture of ``spec`` as an SVG element, in the colours of the light theme, on no ground.

    Raises
    ------
    ValueError
        If vl-convert refuses the specification, or gives what is no plain drawing.
    """
    import vl_convert

    text = vl_convert.vegalite_to_svg(dict(spec), vl_version="6.1", format_locale=_LOCALE)
    root_end = text.index(">")
    root = ElementTree.fromstring(_NAMESPACES.sub("", text[:root_end]) + text[root_end:])
    for element in list(root.iter()):
        if element.tag not in _ELEMENTS:
            raise ValueError(f"the drawing holds an element {element.tag!r}")
        _say_on_hover(element)
        element.attrib = {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES}
    _drop_empty_groups(root)
    return root


def stack(drawings: Sequence[Element]) -> Element:
    """Return drawings of one width as one, from top to bottom."""
    if len(drawings) == 1:
        return drawings[0]
    width = max(float(drawing.attrib["width"]) for drawing in drawings)
    height = sum(float(drawing.attrib["height"]) for drawing in drawings)
    root = Element("svg", {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"})
    top = 0.0
    for drawing in drawings:
        SubElement(root, "g", {"transform": f"translate(0,{top:g})"}).extend(drawing)
        top += float(drawing.attrib["height"])
    return root


def render_inline(drawing: Element, *, id: str, css_class: str, description: str) -> str:
    """Return ``drawing`` as it stands in the page: colours by name, type of the page, a title that is read aloud."""
    _, _, width, _ = drawing.attrib["viewBox"].split()
    head = {
        "class": f"fg {css_class}",
        "viewBox": drawing.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{id}-t",
    }
    root = Element("svg", {**head, "style": f"max-width:{width}px"})
    SubElement(root, "title", {"id": f"{id}-t"}).text = clean(description)
    root.extend(_themed(child) for child in drawing)
    return ElementTree.tostring(root, encoding="unicode")


def render_file(drawing: Element, *, title: str, caption: str, source: str) -> str:
    """Return ``drawing`` as it is saved: on paper, with title and caption above it and its source under it."""
    width, height = (float(drawing.attrib[side]) for side in ("width", "height"))
    blocks = [
        (
            _wrapped(title, width, TEXT_SIZE + 1),
            {"font-size": f"{TEXT_SIZE + 1:g}px", "font-weight": "600", "fill": light("ink")},
        ),
        (_wrapped(caption, width, SMALL_SIZE), {"font-size": f"{SMALL_SIZE:g}px", "fill": light("ink2")}),
    ]
    sources = _wrapped(source, width, SMALL_SIZE - 1)
    top = _MARGIN + _LINE * sum(len(lines) for lines, _ in blocks) + 8
    size = {"width": f"{width + 2 * _MARGIN:g}", "height": f"{top + height + _LINE * len(sources) + _MARGIN:g}"}
    root = Element("svg", {"xmlns": _SVG, **size, "viewBox": f"0 0 {size['width']} {size['height']}"})
    SubElement(root, "rect", {**size, "fill": light("paper")})
    y = _MARGIN + 12.0
    for lines, style in blocks:
        _write_lines(root, lines, y, style)
        y += _LINE * len(lines)
    SubElement(root, "g", {"transform": f"translate({_MARGIN},{top:g})"}).extend(drawing)
    _write_lines(root, sources, top + height + 12, {"font-size": f"{SMALL_SIZE - 1:g}px", "fill": light("muted")})
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def render_png(svg: str) -> bytes:
    """Return a saved SVG as PNG with `PNG_SCALE` pixels a unit.

    Raises
    ------
    ValueError
        If vl-convert cannot read the SVG.
    """
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


def _wrapped(text: str, width: float, size: float) -> list[str]:
    """Return lines of ``text`` that fit a width in pixels; a letter takes half its height or a little more."""
    return textwrap.wrap(text, width=int(width / (0.54 * size)))


def _themed(element: Element) -> Element:
    """Return a copy of ``element`` whose colours follow the theme and whose type is the page's."""
    attributes = {name: variable_of(value) for name, value in element.attrib.items() if name != "font-family"}
    copy = Element(element.tag, attributes)
    copy.text, copy.tail = element.text, element.tail
    copy.extend(_themed(child) for child in element)
    return copy


def _say_on_hover(element: Element) -> None:
    """Turn the description that Vega writes into a title, which a browser shows to whoever points at the mark."""
    words = element.attrib.get("aria-label")
    if words is not None:
        title = Element("title")
        title.text = clean(words)
        element.insert(0, title)


def _drop_empty_groups(element: Element) -> None:
    """Remove what draws nothing: Vega leaves a group and an empty path for every layer and axis."""
    for child in list(element):
        _drop_empty_groups(child)
        is_empty_group = child.tag == "g" and len(child) == 0
        is_unseen_path = child.tag == "path" and not {"fill", "stroke"} & set(child.attrib)
        if is_empty_group or is_unseen_path:
            element.remove(child)


def _write_lines(root: Element, lines: Sequence[str], first_y: float, style: Mapping[str, str]) -> None:
    for place, line in enumerate(lines):
        at = {"x": f"{_MARGIN}", "y": f"{first_y + _LINE * place:g}", "font-family": FIGURE_FONT}
        SubElement(root, "text", {**at, **style}).text = clean(line)
