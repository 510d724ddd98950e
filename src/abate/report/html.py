"""How does the report become one page? Text into one template with everything escaped, drawings beside it, no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from abate.contracts.notice import NOT_A_DEVICE
from abate.report.disclosure import edition_notice
from abate.report.drawn import DrawnFigure, describe_source
from abate.report.headline import headline, key_numbers, lede
from abate.report.inlined import describe_foot, read_scripts
from abate.report.report_table import ReportTable, TableRow
from abate.report.section import Section
from abate.report.tokens import describe_theme
from abate.report.view import ResultView
from abate.report.words import clean, shown

#: A column whose cells are longer than this on average is read as text, not as numbers.
_TEXT_FROM = 22
#: A table with more rows than this may be cut between two pages of paper.
_MOST_ROWS_UNCUT = 24


@dataclass(frozen=True, kw_only=True)
class Banner:
    """A line over the whole page: its class in the styles, what it is called, and its words."""

    look: str
    name: str
    text: str


def render_page(view: ResultView, sections: Sequence[Section], drawn: Mapping[str, DrawnFigure]) -> str:
    """Return the page: one file that asks for nothing from anywhere, and is whole without its script.

    Whatever comes from a study file or from records is escaped by the template. Only three things are not, and all are
    the report's own: styles, scripts, and the drawings, whose texts were escaped when they were written.
    """
    from markupsafe import Markup

    provenance, scripts = view.result.provenance, read_scripts()
    page = {
        "title": view.study.title,
        "kind": "Retrospective treatment-course study",
        "banners": [simulated_banner(shown(view.treatment))] if provenance.is_simulated else [],
        "is_simulated": provenance.is_simulated,
        "abate_version": provenance.abate_version,
        "theme": Markup(describe_theme()),
        "foot": Markup(describe_foot(view.study.title, is_simulated=provenance.is_simulated)),
        "policy": scripts.policy,
        "early_script": Markup(scripts.early),
        "late_script": Markup(scripts.late),
        "source": describe_source(view),
        "edition": edition_notice(view.result),
        "notice": NOT_A_DEVICE,
        "headline": headline(view),
        "lede": lede(view),
        "key_numbers": key_numbers(view),
    }
    return str(template_named("report.html.j2").render(page=page, sections=describe_sections(sections, drawn)))


def simulated_banner(treatment: str) -> Banner:
    """Return what stands over a page on simulated data."""
    return Banner(
        look="sim",
        name="Simulated data",
        text=f"Simulated data. No patient\u2019s data; not evidence about {treatment}.",
    )


def describe_sections(sections: Sequence[Section], drawn: Mapping[str, DrawnFigure]) -> list[dict[str, Any]]:
    """Return the sections as the template reads them, the tables numbered through the page."""
    from markupsafe import Markup

    number, written = 0, []
    for section in sections:
        tables = []
        for table in section.tables:
            number += 1
            tables.append({**describe_table(table), "number": number, "file": table.id})
        figures = []
        for found in (drawn[figure.id] for figure in section.figures):
            figures.append(
                {
                    "figure": found.figure,
                    "number": found.number,
                    "reason": found.reason,
                    "wide": Markup(found.wide),
                    "narrow": Markup(found.narrow),
                    "tables": _numbers(found),
                }
            )
        plain = {
            name: getattr(section, name) for name in ("id", "title", "contents", "say", "paragraphs", "facts", "notes")
        }
        written.append({**plain, "tables": tables, "drawn": figures, "code": as_code(section.code)})
    return written


def as_code(text: str) -> Any:
    """Return code as a template writes it: each line escaped, the breaks between them kept."""
    from markupsafe import Markup, escape

    return Markup("\n").join(escape(clean(line)) for line in text.rstrip("\n").split("\n"))


def _numbers(drawn: DrawnFigure) -> list[dict[str, Any]]:
    """Return the tables behind a figure; each is saved under the name that it has in the folder of figures."""
    return [
        {**describe_table(table), "file": table.id if place else drawn.figure.id}
        for place, table in enumerate(drawn.figure.numbers)
        if not table.is_empty
    ]


def describe_table(table: ReportTable) -> dict[str, Any]:
    """Return a table as a template reads it: its cells, and which columns are text."""
    rows = [{"kind": row.kind, "cells": [_cell(row, place) for place in range(len(row.cells))]} for row in table.rows]
    is_text = [_is_text(table, place) for place in range(len(table.columns))]
    is_long = len(table.rows) > _MOST_ROWS_UNCUT
    return {**asdict(table), "rows": rows, "is_text": is_text, "is_long": is_long}


def _cell(row: TableRow, place: int) -> str:
    """Return a cell as the template writes it: text to be escaped, or a link to a section of the page with its text escaped."""
    from markupsafe import Markup

    if place not in row.links:
        return row.cells[place]
    return Markup('<a href="#{}">{}</a>').format(row.links[place], clean(row.cells[place]))


def _is_text(table: ReportTable, place: int) -> bool:
    lengths = [len(row.cells[place]) for row in table.rows]
    return bool(lengths) and sum(lengths) / len(lengths) > _TEXT_FROM


@cache
def template_named(name: str) -> Any:
    """Return a template of this room; whatever it writes is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("abate.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    return environment.get_template(name)
