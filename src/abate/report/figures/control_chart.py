"""Does a month lie outside what chance allows it? One point a period on its limits, marked by shape where it is outside or in a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from abate.contracts.result import PeriodRow
from abate.inference.periods import chart_changes, chart_harm, chart_responses
from abate.report.calendar_names import name_period, short_name
from abate.report.cells import EMPTY
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, tenths
from abate.report.figures.sheet import Row, Sheet
from abate.report.numbers import (
    describe_compact,
    describe_count,
    describe_number,
    describe_percent,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.words import listed
from abate.stats.control_charts import RUN_LENGTH, ControlChart, Limits

#: With fewer points no chart is drawn.
FEWEST_POINTS = 6
#: Points with fewer courses behind them are hollow.
FEWEST_FOR_FILLED = 10

_OUTSIDE, _RUN, _HIDDEN = "outside its limits", f"in a run of {RUN_LENGTH} or more on one side", "hidden"
_HOW_LIMITED = {
    Limits.NORMAL: "limits, three standard deviations for its size",
    Limits.EXACT_BINOMIAL: "exact binomial limits for its size",
    Limits.EXACT_POISSON: "exact Poisson limits for its size",
    Limits.WIDENED: "limits, three standard deviations for its size, widened by what neighbours differ beyond chance",
}


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One quantity that is charted."""

    id: str
    name: str  # what is charted, as the heading of its axis
    short_name: str  # the same on a narrow figure
    subject: str  # the bold part of the caption
    counted: str  # heading of the column with what a period's point is of
    hue: str
    chart: Callable[[Sequence[PeriodRow]], ControlChart]
    count: Callable[[PeriodRow], float | None]  # what the point is of; None where it is hidden
    is_share: bool = False


def chart_of_changes() -> Quantity:
    """Return the mean fall of the rating as a quantity to chart."""
    return Quantity(
        id="control-fall",
        name="Mean fall, points",
        short_name="Mean fall, points",
        subject="Mean fall",
        counted="Courses with both ratings",
        hue="pain",
        chart=chart_changes,
        count=lambda period: period.change_count,
    )


def chart_of_responses(rule: str) -> Quantity:
    """Return the share that met the primary rule as a quantity to chart."""
    return Quantity(
        id="control-response",
        name=f"{rule}, share of courses judged",
        short_name="Response, share of courses",
        subject=rule,
        counted="Courses judged",
        hue="pain",
        chart=chart_responses,
        count=lambda period: None if period.responder_count is None else period.judged_count,
        is_share=True,
    )


def chart_of_harm() -> Quantity:
    """Return adverse events per 100 days of infusion as a quantity to chart."""
    return Quantity(
        id="control-harm",
        name="Adverse events per 100 days of infusion",
        short_name="Events per 100 infusion-days",
        subject="Adverse events per 100 days of infusion",
        counted="Days of infusion",
        hue="harm",
        chart=chart_harm,
        count=lambda period: None if period.event_count is None else period.infusion_days,
    )


def draw_control_chart(quantity: Quantity, periods: Sequence[PeriodRow], why_not: str) -> Figure:
    """Return the control chart of one quantity over all periods shown.

    Parameters
    ----------
    quantity : Quantity
        What is charted.
    periods : sequence of PeriodRow
        The points in the order of time.
    why_not : str
        The sentence that stands in its place where there are too few points.
    """
    chart = quantity.chart(periods)
    numbers = numbers_table(quantity, periods, chart)
    point_count = int(np.isfinite(chart.values).sum())
    if point_count < FEWEST_POINTS:
        return figure_without_drawing(quantity.id, f"{quantity.subject}.", why_not, numbers)
    return Figure(
        id=quantity.id,
        claim=f"{quantity.subject} by {periods[0].kind}.",
        marks=_marks(quantity, periods, chart),
        finding=f"{quantity.subject} by {periods[0].kind}, {name_period(periods[0])} to {name_period(periods[-1])}. {say_signals(periods, chart)}",
        numbers=(numbers,),
        draw=lambda width: [_sheet(quantity, periods, chart, width).spec()],
    )


def say_signals(periods: Sequence[PeriodRow], chart: ControlChart) -> str:
    """Return which periods lie outside their limits or in a run, or that none does."""
    if chart.reason is not None:
        return f"No limits: {chart.reason}."
    kind = periods[0].kind
    outside = [name_period(period) for period, is_out in zip(periods, chart.is_outside, strict=True) if is_out]
    first = f"Outside: {_few(outside)}." if outside else f"No {kind} lies outside its limits."
    runs = _runs(periods, chart)
    second = f"Runs: {_few(runs)}." if runs else f"No run of {RUN_LENGTH} on one side."
    return f"{first} {second}"


def numbers_table(quantity: Quantity, periods: Sequence[PeriodRow], chart: ControlChart) -> ReportTable:
    """Return the numbers behind a chart: a row a period."""
    cells = zip(periods, chart.values, chart.lower, chart.upper, chart.is_outside, chart.is_in_run, strict=True)
    rows = [
        row(
            name_period(period),
            _count_cell(period.course_count),
            _count_cell(quantity.count(period)),
            _value(quantity, value),
            _value(quantity, low),
            _value(quantity, high),
            _mark(quantity, period, bool(is_out), bool(is_run)),
        )
        for period, value, low, high, is_out, is_run in cells
    ]
    columns = ("Period of first dose", "Courses", quantity.counted, "Value", "Lower limit", "Upper limit", "Mark")
    return table(f"numbers-{quantity.id}", f"{quantity.subject}: the numbers behind the chart.", columns, rows)


def _few(names: Sequence[str]) -> str:
    return listed(names) if len(names) <= 3 else f"{listed(names[:2], last=',')} and {len(names) - 2} more"


def _runs(periods: Sequence[PeriodRow], chart: ControlChart) -> list[str]:
    """Return each run by its first and last period and its side."""
    found, first = [], None
    side = np.sign(np.nan_to_num(chart.values - (chart.centre or 0.0)))
    for place in range(len(periods) + 1):
        goes_on = (
            first is not None and place < len(periods) and chart.is_in_run[place] and side[place] == side[place - 1]
        )
        if first is not None and not goes_on:
            where = "above" if side[first] > 0 else "below"
            found.append(f"{name_period(periods[first])} to {name_period(periods[place - 1])} {where} the line")
            first = None
        if first is None and place < len(periods) and chart.is_in_run[place]:
            first = place
    return found


def _marks(quantity: Quantity, periods: Sequence[PeriodRow], chart: ControlChart) -> tuple[str, ...]:
    kind = periods[0].kind
    centre = _value(quantity, chart.centre or 0.0)
    steps = "" if chart.limits is None else f"Steps: {_HOW_LIMITED[chart.limits]}."
    return (
        f"Line: all {describe_count(len(periods))} {kind}s shown, {centre}.",
        steps,
        say_signals(periods, chart),
        _say_wide(chart, kind),
    )


def _say_wide(chart: ControlChart, kind: str) -> str:
    """Return that limits from none to all show nothing, where they are so."""
    known = np.isfinite(chart.lower)
    if chart.limits is not Limits.EXACT_BINOMIAL or np.any(chart.lower[known] > 0) or np.any(chart.upper[known] < 1):
        return ""
    return f"No {kind} has courses enough to leave limits from none to all."


def _value(quantity: Quantity, value: float) -> str:
    if not np.isfinite(value):
        return EMPTY
    return describe_percent(float(value)) if quantity.is_share else describe_number(float(value))


def _count_cell(count: float | None) -> str:
    return _HIDDEN if count is None else describe_number(count, 0)


def _mark(quantity: Quantity, period: PeriodRow, is_outside: bool, is_in_run: bool) -> str:
    if _is_hidden(quantity, period):
        return _HIDDEN
    names = [name for name, holds in ((_OUTSIDE, is_outside), (_RUN, is_in_run)) if holds]
    if 0 < (period.course_count or 0) < FEWEST_FOR_FILLED:
        names.append(f"fewer than {FEWEST_FOR_FILLED} courses")
    return "; ".join(names) or EMPTY


def _is_hidden(quantity: Quantity, period: PeriodRow) -> bool:
    return quantity.count(period) is None or period.course_count is None


def _sheet(quantity: Quantity, periods: Sequence[PeriodRow], chart: ControlChart, width: float) -> Sheet:
    wide = is_wide(width)
    low, high = _ends(quantity, chart)
    sheet = Sheet(
        width=width, height=136 if wide else 178, x=(-0.5, len(periods) - 0.5), y=(low, high), left=46, right=64 if wide else 50, top=26, bottom=38,
    )  # fmt: skip
    ticks = tenths(low, high)
    sheet.y_axis(ticks, labels=[_tick(quantity, tick) for tick in ticks])
    sheet.x_axis([])
    _draw_limits(sheet, chart)
    sheet.grid(ticks)
    sheet.heading(quantity.name if wide else quantity.short_name)
    sheet.spans([{"x": -0.5, "x2": len(periods) - 0.5, "y": chart.centre}], hue="ink", width=1)
    _draw_points(sheet, quantity, periods, chart)
    _write_ends(sheet, quantity, chart)
    _write_periods(sheet, periods, wide)
    return sheet


def _ends(quantity: Quantity, chart: ControlChart) -> tuple[float, float]:
    """Return the ends of the axis: all points and limits, with a little room."""
    found = np.concatenate([chart.values, chart.lower, chart.upper, [chart.centre or 0.0]])
    known = found[np.isfinite(found)]
    low, high = float(known.min()), float(known.max())
    room = 0.08 * (high - low or abs(high) or 1.0)
    bottom = low - room if low < 0 or low > 0.3 * high else 0.0
    if quantity.is_share:
        return max(0.0, bottom), min(1.0, high + room)
    return bottom, high + room


def _tick(quantity: Quantity, tick: float) -> str:
    if quantity.is_share:
        return describe_percent(tick)
    return describe_number(tick, 0 if float(tick).is_integer() else 1)


def _draw_limits(sheet: Sheet, chart: ControlChart) -> None:
    """Draw the ground between the limits and their steps; a period without a point is a gap."""
    band: list[Row] = []
    steps: list[Row] = []
    for series, places in enumerate(_stretches(np.isfinite(chart.lower))):
        ends = [(place - 0.5, place) for place in places] + [(places[-1] + 0.5, places[-1])]
        band += [{"x": x, "y": chart.lower[p], "y2": chart.upper[p], "series": series} for x, p in ends]
        for side, limits in enumerate((chart.lower, chart.upper)):
            steps += [{"x": x, "y": limits[p], "series": 2 * series + side} for x, p in ends]
    sheet.areas([_plain(found) for found in band], hue="band", step=True)
    sheet.lines([_plain(found) for found in steps], hue="ref", width=1, step=True)


def _draw_points(sheet: Sheet, quantity: Quantity, periods: Sequence[PeriodRow], chart: ControlChart) -> None:
    is_there = np.isfinite(chart.values)
    joined: list[Row] = [
        {"x": place, "y": float(chart.values[place]), "series": series}
        for series, places in enumerate(_stretches(is_there))
        for place in places
    ]
    sheet.lines(joined, hue=quantity.hue, width=1)
    groups: dict[tuple[str, bool], list[Row]] = {}
    for place in map(int, np.flatnonzero(is_there)):
        hollow = (periods[place].course_count or 0) < FEWEST_FOR_FILLED
        groups.setdefault((_shape(chart, place), hollow), []).append({"x": place, "y": float(chart.values[place])})
    size = 34 if len(periods) <= 60 else 18
    for (shape, hollow), rows in sorted(groups.items()):
        sheet.dots(rows, hue=quantity.hue, hollow=hollow, shape=shape, size=size if shape == "circle" else 3 * size)
    hidden = [{"x": place, "y": sheet.y[0]} for place, period in enumerate(periods) if _is_hidden(quantity, period)]
    sheet.dots(hidden, hue="ref", hollow=True, shape="cross", size=40)


def _shape(chart: ControlChart, place: int) -> str:
    """Return the shape of a point: triangles are outside, pointing away from the line; squares are in a run."""
    if chart.is_outside[place]:
        return "triangle-up" if chart.values[place] > (chart.centre or 0.0) else "triangle-down"
    return "square" if chart.is_in_run[place] else "circle"


def _write_ends(sheet: Sheet, quantity: Quantity, chart: ControlChart) -> None:
    """Write the centre and the last limits at the right, the limits only where they do not lie on it."""
    edge = sheet.plot_width + 7
    centre = chart.centre or 0.0
    scale = sheet.plot_height / (sheet.y[1] - sheet.y[0])
    sheet.column_of_notes([{"y": centre, "text": _value(quantity, centre)}], x=edge, bold=True)
    known = np.flatnonzero(np.isfinite(chart.lower))
    for limit in () if not known.size else (chart.lower[known[-1]], chart.upper[known[-1]]):
        if abs(limit - centre) * scale >= 12:
            sheet.column_of_notes([{"y": float(limit), "text": _value(quantity, limit)}], x=edge, hue="muted")


def _write_periods(sheet: Sheet, periods: Sequence[PeriodRow], wide: bool) -> None:
    """Write the periods under the axis as far as there is room, and the courses under them."""
    room = sheet.plot_width / len(periods)
    names = [
        {"x": place, "text": short_name(period, periods[place - 1] if place else None)}
        for place, period in enumerate(periods)
    ]
    sheet.row_of_notes(
        _thinned([name for name in names if name["text"]], room, 30), y=sheet.plot_height + 12, hue="muted"
    )
    if room >= 19:
        counts = [
            {"x": place, "text": "h" if period.course_count is None else describe_compact(period.course_count, room)}
            for place, period in enumerate(periods)
        ]
        sheet.row_of_notes(counts, y=sheet.plot_height + 28)
        sheet.note("courses", x=-sheet.left, y=sheet.plot_height + 28)


def _thinned(names: Sequence[Row], room: float, width: float) -> list[Row]:
    """Return as many of the names as stand beside each other without touching, the first of them always."""
    kept: list[Row] = []
    for name in names:
        needed = max(width, 7.0 * len(name["text"]))
        if not kept or (name["x"] - kept[-1]["x"]) * room >= needed:
            kept.append(name)
    return kept


def _stretches(is_there: np.ndarray) -> list[list[int]]:
    """Return the places that are there, those next to each other together."""
    found: list[list[int]] = []
    for place in np.flatnonzero(is_there):
        if found and found[-1][-1] == place - 1:
            found[-1].append(int(place))
        else:
            found.append([int(place)])
    return found


def _plain(found: Row) -> Row:
    return {name: float(value) if name != "series" else int(value) for name, value in found.items()}
