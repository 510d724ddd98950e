"""How does this study lie beside published ones? A line a series: ratings in and out, the fall, and the share that responded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.contracts.result import Estimate
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_number, describe_percent, describe_range
from abate.report.published import QUANTITIES, ForestRow, forest_rows, published_table, say_published
from abate.report.view import ResultView
from abate.report.words import n_of, plural, shown

_LEFT, _RIGHT = 204.0, 132.0


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """One panel: which quantities stand on one axis, and how its numbers are written."""

    heading: str
    quantities: tuple[str, ...]  # the first hollow where there are two
    axis: tuple[float, float]
    ticks: Sequence[float]
    is_share: bool = False


def draw_published(view: ResultView) -> Figure:
    """Return the figure of this study beside published series."""
    claim, numbers = "Beside published series.", published_table(view)
    rows = forest_rows(view)
    if not any(row.estimates[quantity] for row in rows if not row.is_own for quantity in QUANTITIES):
        return figure_without_drawing(
            "published", claim, "No published series of this drug prints a number that could be drawn.", numbers
        )
    panels = [panel for panel in _panels(view) if _shown(rows, panel)]
    return Figure(
        id="published",
        claim=claim,
        marks=(
            "Blue: this study. Grey: published series, with intervals; diamonds: their mean (random effects).",
            "Dashed: where the true value of a new series would lie, cut off at the ends of the axis.",
            "Hollow: at admission; filled: at discharge." if len(panels) and len(panels[0].quantities) > 1 else "",
            n_of(view.course_count, "course"),
            f"{plural(sum(not row.is_own and not row.is_pooled and not row.is_prediction for row in rows), 'series', 'series')} drawn.",
        ),
        finding=say_published(view),
        numbers=(numbers,),
        draw=lambda width: [_sheet(_shown(rows, panel), rows[-1], panel, width).spec() for panel in panels],
    )


def _panels(view: ResultView) -> Sequence[_Panel]:
    low, high = view.scale.minimum, view.scale.maximum
    ticks = [low + (high - low) * place / 5 for place in range(6)]
    return (
        _Panel(heading=f"{view.noun.capitalize()}, {low:g} to {high:g}", quantities=("baseline", "final"), axis=(low, high), ticks=ticks),
        _Panel(heading="Mean fall, points", quantities=("fall",), axis=(-2, high), ticks=[-2, *ticks]),
        _Panel(
            heading="Share with a fall of 2 points or more",
            quantities=("response",),
            axis=(0, 1),
            ticks=[0, 0.25, 0.5, 0.75, 1],
            is_share=True,
        ),
    )  # fmt: skip


def _shown(rows: Sequence[ForestRow], panel: _Panel) -> Sequence[ForestRow]:
    """Return the rows that have a number of the panel; the range of a new series is drawn with the mean over series."""
    found = [
        row for row in rows if not row.is_prediction and any(row.estimates[quantity] for quantity in panel.quantities)
    ]
    return found if any(not row.is_own for row in found) else []


def _sheet(rows: Sequence[ForestRow], new: ForestRow, panel: _Panel, width: float) -> Sheet:
    """Return one panel; ``new`` holds where a new series would lie, drawn dashed under the mean over series."""
    wide = is_wide(width)
    height = 26 if wide else 44 if len(panel.quantities) == 1 else 56
    sheet = Sheet(
        width=width,
        height=46 + height * len(rows) + 26,
        left=_LEFT if wide else 10,
        right=_RIGHT if wide else 10,
        top=46,
        bottom=26,
        x=panel.axis,
        y=(len(rows) - 0.5, -0.5),
    )
    sheet.spans([{"x": tick, "y": sheet.y[0], "y2": sheet.y[1]} for tick in panel.ticks], hue="hair", width=1)
    for tick in panel.ticks:
        place = (tick - panel.axis[0]) / (panel.axis[1] - panel.axis[0])
        text = describe_percent(tick) if panel.is_share else describe_number(tick, 0)
        align = "center" if wide or 0 < place < 1 else "left" if place == 0 else "right"
        sheet.note(text, x=sheet.plot_width * place, y=-12, align=align)
    sheet.note(panel.heading, x=-sheet.left, y=-34, bold=True, hue="ink")
    for place, row in enumerate(rows):
        y = place + (0 if wide else 0.2)
        if row.is_pooled:
            _draw_prediction(sheet, new, panel, y)
        _draw_row(sheet, row, panel, y)
    _write(sheet, rows, panel, wide=wide)
    return sheet


def _draw_row(sheet: Sheet, row: ForestRow, panel: _Panel, y: float) -> None:
    hue = "pain" if row.is_own else "ink" if row.is_pooled else "ref"
    last = len(panel.quantities) - 1
    for place, quantity in enumerate(panel.quantities):
        found = row.estimates[quantity]
        if found is None or found.value is None:
            continue
        height = y + _lift(panel, place)
        span = _within(panel, found.lower, found.upper)
        if span is not None:
            sheet.spans([{"x": span[0], "x2": span[1], "y": height}], hue=hue, width=2.4 if row.is_own else 1.6)
        dot = [{"x": min(max(found.value, panel.axis[0]), panel.axis[1]), "y": height}]
        shape = "diamond" if row.is_pooled else "circle"
        sheet.dots(
            dot, hue=hue, hollow=place < last, size=90 if row.is_pooled else 64 if row.is_own else 44, shape=shape
        )


def _draw_prediction(sheet: Sheet, new: ForestRow, panel: _Panel, y: float) -> None:
    for place, quantity in enumerate(panel.quantities):
        found = new.estimates[quantity]
        span = None if found is None else _within(panel, found.lower, found.upper)
        if span is not None:
            height = y + _lift(panel, place)
            sheet.spans([{"x": span[0], "x2": span[1], "y": height}], hue="ink", width=1, dash=True)


def _lift(panel: _Panel, place: int) -> float:
    """Return how far from the middle of its row a mark stands, so that two on one axis do not cover each other."""
    return 0 if len(panel.quantities) == 1 else -0.14 if place == 0 else 0.14


def _within(panel: _Panel, lower: float | None, upper: float | None) -> tuple[float, float] | None:
    """Return an interval as far as it lies on the axis; None where there is none."""
    if lower is None or upper is None:
        return None
    low, high = max(lower, panel.axis[0]), min(upper, panel.axis[1])
    return (low, high) if low < high else None


def _write(sheet: Sheet, rows: Sequence[ForestRow], panel: _Panel, *, wide: bool) -> None:
    names = [{"y": place, "text": _label(row)} for place, row in enumerate(rows)]
    values = [{"y": place, "text": _numbers(row, panel)} for place, row in enumerate(rows)]
    if wide:
        sheet.column_of_notes(names, x=-sheet.left, limit=sheet.left - 10)
        sheet.column_of_notes(values, x=sheet.plot_width + sheet.right, align="right", hue="ink")
    else:
        sheet.column_of_notes(names, x=-10, limit=sheet.plot_width * 0.6, dy=-13)
        sheet.column_of_notes(values, x=sheet.plot_width + 10, align="right", dy=-13)
    edges = panel.axis
    sheet.hover(
        [
            {"x": edges[0], "x2": edges[1], "y": place - 0.5, "y2": place + 0.5, "text": f"{_label(row)}: {_numbers(row, panel)}"}
            for place, row in enumerate(rows)
        ]
    )  # fmt: skip


def _label(row: ForestRow) -> str:
    return shown(row.label) if row.is_pooled else f"{shown(row.label)}, n\u00a0=\u00a0{row.n}"


def _numbers(row: ForestRow, panel: _Panel) -> str:
    found = [row.estimates[quantity] for quantity in panel.quantities]
    if len(found) > 1:
        return " to ".join(
            "\u2013" if one is None or one.value is None else describe_number(one.value) for one in found
        )
    return _number(found[0], panel)


def _number(found: Estimate | None, panel: _Panel) -> str:
    if found is None or found.value is None:
        return ""
    if panel.is_share:
        return describe_percent(found.value)
    interval = "" if found.lower is None or found.upper is None else f" ({describe_range(found.lower, found.upper)})"
    return f"{describe_number(found.value)}{interval}"
