"""How far do the two groups lie over each other? The preference score of each group, upwards and downwards."""

from __future__ import annotations

from abate.report.comparison.words import comparator_of, percent_of
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_number
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import shown

#: Limits of equipoise on the preference score.
_LOWER, _UPPER = 0.3, 0.7


def draw_preference(view: ResultView) -> Figure:
    """Return the figure of the preference scores of both groups."""
    compared = view.result.compared
    claim = "Could each course have been either treatment?"
    if compared is None or not compared.score_edges:
        found = view.estimate("comparison.check.equipoise")
        reason = "No score could be found" + (f": {found.reason}." if found is not None and found.reason else ".")
        return figure_without_drawing("preference", claim, reason, _numbers(view))
    equipoise = view.value("comparison.check.equipoise")
    return Figure(
        id="preference",
        claim=claim,
        marks=(
            f"Up: courses of {shown(view.treatment)}. Down: courses of {comparator_of(view)}. Height: share of the group.",
            f"Band: preference from {_LOWER:g} to {_UPPER:g}, where either treatment was a real choice.",
        ),
        finding=(
            "The scores of the groups cannot be compared."
            if equipoise is None
            else f"At least {percent_of(equipoise)} of each group lie where either treatment was a real choice."
        ),
        numbers=(_numbers(view),),
        draw=lambda width: [_sheet(view, width).spec()],
    )


def _numbers(view: ResultView) -> ReportTable:
    compared = view.result.compared
    edges = () if compared is None else compared.score_edges
    rows = [
        row(f"{edges[place]:.2f} to {edges[place + 1]:.2f}", percent_of(first), percent_of(second))
        for place, (first, second) in enumerate(
            zip(
                compared.treated_shares if compared else (), compared.comparator_shares if compared else (), strict=True
            )
        )
        if first or second
    ]
    columns = ("Preference score", shown(view.treatment), comparator_of(view))
    return table("preference-numbers", "Share of each group by preference score.", columns, rows)


def _sheet(view: ResultView, width: float) -> Sheet:
    compared = view.result.compared
    assert compared is not None
    edges, ups, downs = compared.score_edges, compared.treated_shares, compared.comparator_shares
    most = max((*ups, *downs)) * 1.12
    wide = is_wide(width)
    sheet = Sheet(width=width, height=250, left=52, right=14, top=32, bottom=46, x=(0, 1), y=(-most, most))
    sheet.boxes([{"x": _LOWER, "x2": _UPPER, "y": -most, "y2": most}], hue="band")
    bars = [(edges[place], edges[place + 1], up, down) for place, (up, down) in enumerate(zip(ups, downs, strict=True))]
    gap = 0.003
    sheet.boxes([{"x": low + gap, "x2": high - gap, "y": 0, "y2": up} for low, high, up, _ in bars if up], hue="pain")
    sheet.boxes(
        [{"x": low + gap, "x2": high - gap, "y": 0, "y2": -down} for low, high, _, down in bars if down], hue="kept"
    )
    sheet.spans([{"x": 0, "x2": 1, "y": 0}], hue="ink", width=1)
    sheet.x_axis([0, 0.3, 0.5, 0.7, 1], labels=["0", "0.3", "0.5", "0.7", "1"], domain=False)
    ticks = [-most / 1.12, 0.0, most / 1.12]
    sheet.y_axis(ticks, labels=[percent_of(abs(tick)) for tick in ticks])
    sheet.heading("Share of the group")
    limit = sheet.plot_width / 2
    sheet.note(shown(view.treatment), x=sheet.plot_width, y=-16, hue="pain", bold=True, align="right", limit=limit)
    sheet.note(comparator_of(view), x=sheet.plot_width, y=sheet.plot_height - 10, hue="ink", align="right", limit=limit)
    text = "Preference score" + (": 1 is the treatment for certain, 0 the comparator" if wide else "")
    sheet.note(text, x=sheet.plot_width / 2, y=sheet.plot_height + 36, align="center")
    sheet.hover(
        [
            {"x": low, "x2": high, "y": -most, "y2": most, "text": _say_bin(view, low, high, up, down)}
            for low, high, up, down in bars
        ]
    )
    return sheet


def _say_bin(view: ResultView, low: float, high: float, up: float, down: float) -> str:
    where = f"Preference {describe_number(low, 2)} to {describe_number(high, 2)}"
    return f"{where}: {percent_of(up)} of {view.treatment}, {percent_of(down)} of {comparator_of(view)}"
