"""What becomes of a figure? Drawn twice for the page and once for its files; or the reason in words why it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

from abate.report.figures.drawing import NARROW, WIDE, render_drawing, render_file, render_inline, render_png, stack
from abate.report.figures.figure import Figure
from abate.report.section import Section
from abate.report.tokens import light
from abate.report.view import ResultView
from abate.report.words import shown


@dataclass(frozen=True, kw_only=True)
class DrawnFigure:
    """A figure with its number on the page and, unless ``reason`` says why not, its pictures."""

    figure: Figure
    number: int
    wide: str = ""
    narrow: str = ""
    file: str = ""
    reason: str | None = None

    @cached_property
    def png(self) -> bytes:
        """The saved picture as PNG, on white as a paper wants it; rendered once."""
        return render_png(self.file.replace(light("paper"), "#ffffff"))


def draw_figures(view: ResultView, sections: Sequence[Section]) -> dict[str, DrawnFigure]:
    """Return every figure of the sections by its id, numbered in their order."""
    return draw_with_source(sections, describe_source(view))


def draw_with_source(sections: Sequence[Section], source: str) -> dict[str, DrawnFigure]:
    """Return every figure of the sections by its id, numbered in their order, with ``source`` under each that is saved."""
    figures = [figure for section in sections for figure in section.figures]
    return {figure.id: _drawn(figure, number, source) for number, figure in enumerate(figures, start=1)}


def draw_figure(view: ResultView, figure: Figure, number: int) -> DrawnFigure:
    """Return one figure drawn; where the drawing library refuses, the reason stands in its place and its numbers remain."""
    return _drawn(figure, number, describe_source(view))


def _drawn(figure: Figure, number: int, source: str) -> DrawnFigure:
    if figure.draw is None:
        return DrawnFigure(figure=figure, number=number, reason=figure.reason)
    try:
        wide, narrow = _picture(figure, WIDE), _picture(figure, NARROW)
    except ValueError as error:
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        return DrawnFigure(
            figure=figure,
            number=number,
            reason=f"This figure could not be drawn: {first_line}. Its numbers stand below.",
        )
    name = f"figure-{figure.id}"
    return DrawnFigure(
        figure=figure,
        number=number,
        wide=render_inline(wide, id=f"{name}-wide", css_class="wide", description=figure.finding),
        narrow=render_inline(narrow, id=f"{name}-narrow", css_class="narrow", description=figure.finding),
        file=render_file(wide, title=figure.claim, caption=figure.caption, source=source),
    )


def describe_source(view: ResultView) -> str:
    """Return the line under a saved figure: the study, that it is simulated where it is, and by what it was made."""
    provenance = view.result.provenance
    simulated = "simulated data, no patient\u2019s; " if provenance.is_simulated else ""
    records = f", records {provenance.data_fingerprint[:8]}" if provenance.data_fingerprint else ""
    made = f"abate {provenance.abate_version}, study {provenance.study_hash[:8]}{records}"
    return f"{shown(view.study.title)}; {simulated}{made}"


def _picture(figure: Figure, width: float) -> Element:
    panels = [] if figure.draw is None else figure.draw(width)
    return stack([render_drawing(panel) for panel in panels])
