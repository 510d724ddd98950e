"""When will all have come? Participants by month with their interval, up to the number that is planned."""

from __future__ import annotations

from typing import Any

from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import describe_interval, describe_with_interval, planned_total
from abate.contracts.trial_plan import Curve, CurvePoint
from abate.report.cells import EMPTY
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, tenths
from abate.report.figures.sheet import Sheet
from abate.report.numbers import INTERVAL, describe_number, describe_short
from abate.report.report_table import ReportTable, row, table
from abate.report.words import capital, sentence

_CLAIM = "Participants by month."


def draw_accrual(view: PlanView) -> Figure:
    """Return the fan of the forecast; without one, the reason."""
    curve, numbers = view.curve("accrual"), accrual_table(view)
    if curve is None:
        reason = f"No forecast can be drawn: {view.reason('accrual.months', 'how many come was not given')}."
        return figure_without_drawing("accrual", _CLAIM, reason, numbers)
    total = _total(view)
    return Figure(
        id="accrual",
        claim=_CLAIM,
        marks=(
            f"Line: expected; band: {INTERVAL}." if _has_band(curve) else "Line: expected.",
            "" if total is None else f"Level line: the {describe_short(total)} participants that are planned.",
            sentence(curve.note),
        ),
        finding=say_accrual(view),
        numbers=(numbers,),
        draw=lambda width: [_sheet(view, curve, width).spec()],
    )


def say_accrual(view: PlanView) -> str:
    """Return how long it takes, in a sentence."""
    months, total = view.estimate("accrual.months"), _total(view)
    if months is None or months.value is None:
        return sentence(f"How long it takes is not known: {view.reason('accrual.months', 'it was not asked for')}")
    whom = "all participants" if total is None else f"{describe_short(total)} participants"
    return f"It takes {describe_with_interval(months)} until {whom} have come."


def accrual_table(view: PlanView) -> ReportTable:
    """Return the points of the fan."""
    curve = view.curve("accrual")
    points = () if curve is None else curve.points
    rows = [
        row(describe_short(point.x), describe_number(point.y), _end(point.lower), _end(point.upper)) for point in points
    ]
    return table("accrual", "Participants expected by month.", ("Month", "Participants", "Lower", "Upper"), rows)


def _end(value: float | None) -> str:
    return EMPTY if value is None else describe_number(value)


def _has_band(curve: Curve) -> bool:
    return any(point.lower is not None and point.upper is not None for point in curve.points)


def _total(view: PlanView) -> float | None:
    return planned_total(view.plan)


def _sheet(view: PlanView, curve: Curve, width: float) -> Sheet:
    total, months = _total(view), view.estimate("accrual.months")
    last = max(point.x for point in curve.points)
    most = max([*(point.upper or point.y for point in curve.points), total or 0]) * 1.04
    sheet = Sheet(width=width, height=320, x=(0, last * 1.02), y=(0, most), left=48, right=20, top=34, bottom=52)
    ticks = tenths(0, most)
    sheet.x_axis(tenths(0, last * 1.02))
    sheet.y_axis(ticks)
    sheet.grid(ticks)
    sheet.heading("Participants")
    band = [
        {"x": point.x, "y": point.lower, "y2": point.upper, "series": 0}
        for point in curve.points
        if point.lower is not None and point.upper is not None
    ]
    sheet.areas(band, hue="kept", opacity=0.28)
    sheet.lines([{"x": point.x, "y": point.y, "series": 0} for point in curve.points], hue="ink", width=2.4)
    if total is not None:
        sheet.spans([{"x": 0, "x2": sheet.x[1], "y": total}], hue="ink", width=1.2, dash=True)
        sheet.texts(
            [{"x": 0, "y": total, "text": f"{describe_short(total)} planned"}],
            align="left",
            dx=6,
            dy=-9,
            bold=True,
            halo=True,
        )
    if total is not None and months is not None and months.value is not None:
        _draw_months(
            sheet, total, months.value, months.lower, months.upper, describe_interval(months), wide=is_wide(width)
        )
    sheet.note(capital(curve.x_quantity), x=sheet.plot_width / 2, y=sheet.plot_height + 38, align="center")
    sheet.hover([_hover_box(point) for point in curve.points])
    return sheet


def _hover_box(point: CurvePoint) -> dict[str, Any]:
    text = f"Month {describe_short(point.x)}: {describe_number(point.y)} participants"
    return {"x": point.x - 0.5, "x2": point.x + 0.5, "y": 0, "y2": point.upper or point.y, "text": text}


def _draw_months(
    sheet: Sheet, total: float, month: float, lower: float | None, upper: float | None, interval: str, *, wide: bool
) -> None:
    if lower is not None and upper is not None:
        whole = [{"x": max(lower, 0), "x2": min(upper, sheet.x[1]), "y": total}]
        sheet.spans(whole, hue="paper", width=6)
        sheet.spans(whole, hue="ink", width=2.4)
    if month > sheet.x[1]:
        return
    sheet.dots([{"x": month, "y": total}], hue="ink", size=62)
    text = f"month {describe_short(month)}" + (f" ({interval})" if interval and wide else "")
    has_room = (sheet.x[1] - month) / sheet.x[1] * sheet.plot_width > 7 * len(text)
    side = 1 if has_room else -1
    align = "left" if has_room else "right"
    sheet.texts([{"x": month, "y": total, "text": text}], bold=True, halo=True, align=align, dx=6 * side, dy=15 * side)
