"""How likely is success at each size? Power by the closed form and simulated, and assurance under the most that any size can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import best_assurance, best_power, describe_size, describe_value, planned_total
from abate.contracts.trial_plan import Curve, CurvePoint
from abate.report.cells import EMPTY
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, tenths
from abate.report.figures.intervals import DOT
from abate.report.figures.key import Sign, draw_key, height_of_key
from abate.report.figures.sheet import Sheet
from abate.report.numbers import INTERVAL, describe_number, describe_percent, describe_short
from abate.report.report_table import ReportTable, row, table
from abate.report.words import capital, sentence

_CLAIM = "Power and assurance by size."
_PIXELS_A_WHOLE = 240.0  # of the axis of shares
_SHARE_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_THIN, _THICK = "M-.5,-.09h1v.18h-1z", "M-.5,-.16h1v.32h-1z"


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a curve is drawn: its sign in the key, the width of its line; without a width it is dots."""

    sign: Sign
    width: float | None = None
    is_dashed: bool = False


def _line(text: str, hue: str, width: float, shape: str, *, is_dashed: bool = False) -> Look:
    return Look(sign=Sign(text=text, hue=hue, shape=shape, size=150), width=width, is_dashed=is_dashed)


_LOOKS: Mapping[str, Look] = {
    "power.closed": _line("power, closed form", "pain", 1.6, _THIN),
    "power.simulated": Look(sign=Sign(text="power, simulated", hue="pain")),
    "assurance": _line("assurance: counting what is not known", "ink", 2.6, _THICK),
    "assurance.simulated": Look(sign=Sign(text="assurance, simulated", hue="ink", fill="paper")),
    "power.worthwhile": _line("power at the smallest difference worth having", "ref", 1.6, _THIN, is_dashed=True),
}


def draw_power(view: PlanView) -> Figure:
    """Return the figure of the curves; where there are none, the reason."""
    curves, numbers = power_curves(view), power_table(view)
    if not any(len(curve.points) > 1 for curve in curves):
        reason = f"No curve of power can be drawn: {view.reason('power.closed', 'power was not computed over sizes')}."
        return figure_without_drawing("power", _CLAIM, reason, numbers)
    limit, planned = view.value("assurance.limit"), _planned(view, curves[0])
    return Figure(
        id="power",
        claim=_CLAIM,
        marks=(
            _say_bars(curves),
            ""
            if limit is None
            else f"Dashed: {describe_percent(limit)}, the most that assurance can reach at any size.",
            "" if planned is None else f"Upright line: the size that is planned, {describe_size(view.plan)}.",
            *(sentence(curve.note) for curve in curves),
        ),
        finding=say_power(view),
        numbers=(numbers,),
        draw=lambda width: [_sheet(view, curves, width).spec()],
    )


def power_curves(view: PlanView) -> list[Curve]:
    """Return what is drawn: the curves, and at the planned size what was simulated there alone."""
    found = [curve for id in _LOOKS if (curve := view.curve(id)) is not None]
    if not found:
        return []
    drawn = {curve.id for curve in found}
    alone = [
        _point_alone(view, id, found[0])
        for id in ("power.simulated", "assurance.simulated")
        if id not in drawn and view.value(id) is not None
    ]
    return [*found, *(curve for curve in alone if curve is not None)]


def _point_alone(view: PlanView, id: str, beside: Curve) -> Curve | None:
    """Return a number that was simulated at the planned size as a curve of one point."""
    estimate, planned = view.estimate(id), _planned(view, beside)
    if estimate is None or estimate.value is None or planned is None:
        return None
    point = CurvePoint(x=planned, y=estimate.value, lower=estimate.lower, upper=estimate.upper)
    return Curve(
        id=id, title=_LOOKS[id].sign.text, x_quantity=beside.x_quantity, y_quantity=beside.y_quantity, points=(point,)
    )


def say_power(view: PlanView) -> str:
    """Return power, assurance and its limit in a sentence."""
    power, assurance = best_power(view.plan), best_assurance(view.plan)
    if power is None or power.value is None:
        return sentence(
            f"How likely success is cannot be said: {view.reason('power.simulated', 'power was not computed')}"
        )
    closed = view.estimate("power.closed")
    both = f" ({describe_value(closed)} by the closed form)" if closed and closed is not power and closed.value else ""
    text = f"If the difference is there, it is found with {describe_value(power)} probability{both}"
    if assurance is None or assurance.value is None:
        return f"{text}."
    limit = view.value("assurance.limit")
    at_most = "" if limit is None else f", and at no size with more than {describe_percent(limit)}"
    return f"{text}; counting what is not known, with {describe_value(assurance)}{at_most}."


def power_table(view: PlanView) -> ReportTable:
    """Return the points of the curves."""
    curves = power_curves(view)
    rows = [
        row(describe_short(point.x), curve.title, describe_number(point.y, 3), _end(point.lower), _end(point.upper))
        for curve in curves
        for point in curve.points
    ]
    name = capital(curves[0].x_quantity) if curves else "Size"
    return table("power", "Probability of success by size.", (name, "Curve", "Share", "Lower", "Upper"), rows)


def _end(value: float | None) -> str:
    return EMPTY if value is None else describe_number(value, 3)


def _say_bars(curves: Sequence[Curve]) -> str:
    """Return what the bars are, or that the dots hide them."""
    dotted = [point for curve in curves if _LOOKS[curve.id].width is None for point in curve.points]
    widths = [point.upper - point.lower for point in dotted if point.lower is not None and point.upper is not None]
    if not widths:
        return ""
    if max(widths) * _PIXELS_A_WHOLE > DOT:
        return f"Bars: {INTERVAL}s of the simulation."
    return f"The {INTERVAL}s of the simulation are hidden by the dots: {describe_number(100 * max(widths))} percentage points wide at most."


def _planned(view: PlanView, curve: Curve) -> float | None:
    """Return the planned size on the axis of a curve: participants in all, or in an arm."""
    if "in all" in curve.x_quantity:
        return planned_total(view.plan)
    found = (view.value(id) for id in ("size.per_arm", "size.mmrm.per_arm", "size.ancova.per_arm"))
    return next((value for value in found if value is not None), None)


def _sheet(view: PlanView, curves: list[Curve], width: float) -> Sheet:
    wide = is_wide(width)
    signs = [_LOOKS[curve.id].sign for curve in curves]
    key = height_of_key(signs, width - 20)
    most = max(point.x for curve in curves for point in curve.points)
    room = 112.0 if wide else 16.0
    sheet = Sheet(
        width=width, height=330 + key, x=(0, most * 1.02), y=(0, 1.02), left=48, right=room, top=34 + key, bottom=52
    )
    sheet.x_axis(tenths(0, most * 1.02))
    sheet.y_axis(_SHARE_TICKS, labels=[describe_percent(tick) for tick in _SHARE_TICKS])
    sheet.grid(_SHARE_TICKS)
    draw_key(sheet, signs, x=-sheet.left, y=-key - 16, width=width - 20)
    _draw_limit(sheet, view.value("assurance.limit"), wide=wide)
    _draw_planned(sheet, _planned(view, curves[0]))
    for curve in curves:
        _draw_curve(sheet, curve)
    sheet.note(capital(curves[0].x_quantity), x=sheet.plot_width / 2, y=sheet.plot_height + 38, align="center")
    return sheet


def _draw_limit(sheet: Sheet, limit: float | None, *, wide: bool) -> None:
    if limit is None:
        return
    sheet.spans([{"x": sheet.x[0], "x2": sheet.x[1], "y": limit}], hue="ink", width=1.2, dash=True)
    text = f"at most {describe_percent(limit)}"
    if wide:
        sheet.column_of_notes([{"y": limit, "text": text}], x=sheet.plot_width + 8)
    else:
        sheet.texts([{"x": 0, "y": limit, "text": text}], align="left", dx=6, dy=-9, halo=True)


def _draw_planned(sheet: Sheet, planned: float | None) -> None:
    if planned is None or not sheet.x[0] <= planned <= sheet.x[1]:
        return
    sheet.spans([{"x": planned, "y": 0, "y2": 1}], hue="ink2", width=1.2)
    sheet.texts(
        [{"x": planned, "y": 0.05, "text": f"{describe_short(planned)} planned"}], align="left", dx=6, halo=True
    )


def _draw_curve(sheet: Sheet, curve: Curve) -> None:
    look = _LOOKS[curve.id]
    rows: list[dict[str, Any]] = [{"x": point.x, "y": point.y, "series": curve.id} for point in curve.points]
    if look.width is None:
        ends = [point for point in curve.points if point.lower is not None and point.upper is not None]
        sheet.spans(
            [{"x": point.x, "y": point.lower, "y2": point.upper} for point in ends], hue=look.sign.hue, width=1.8
        )
        sheet.dots(rows, hue=look.sign.hue, hollow=look.sign.fill is not None, size=52)
    else:
        sheet.lines(rows, hue=look.sign.hue, width=look.width, dash=look.is_dashed)
    sheet.hover([_hover_box(curve, point) for point in curve.points])


def _hover_box(curve: Curve, point: CurvePoint) -> dict[str, Any]:
    text = f"{curve.title} at {describe_short(point.x)}: {describe_percent(point.y)}"
    return {"x": point.x - 0.5, "x2": point.x + 0.5, "y": 0, "y2": point.y, "text": text}
