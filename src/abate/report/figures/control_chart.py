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
    FEWEST_FOR_PERCENT,
    describe_compact,
    describe_count,
    describe_number,
    describe_percent,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.words import listed
from abate.stats.arrays import Array
from abate.stats.control_charts import RUN_LENGTH, ControlChart, Limits

#: With fewer points no chart is drawn.
FEWEST_POINTS = 6
#: Points with fewer courses behind them are hollow.
FEWEST_FOR_FILLED = 10
#: Pixels that a count under its period needs.
ROOM_FOR_COUNT = 19
#: Pixels that the name of a period needs.
ROOM_FOR_NAME = 31

_SIZES = {"circle": 1.0, "square": 1.4, "triangle-up": 3.0, "triangle-down": 3.0}
_OUTSIDE, _RUN, _HIDDEN = "outside its limits", f"in a run of {RUN_LENGTH} or more on one side", "hidden"
_HOW_LIMITED = {
    Limits.NORMAL: "limits at three standard deviations, for the size of each {kind}",
    Limits.EXACT_BINOMIAL: "exact binomial limits, for the size of each {kind}",
    Limits.EXACT_POISSON: "exact Poisson limits, for the size of each {kind}",
    Limits.WIDENED: "limits at three standard deviations, for the size of each {kind}, times {spread} for what neighbours differ beyond chance",
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
            _value(quantity, value, quantity.count(period)),
            _value(quantity, low, quantity.count(period)),
            _value(quantity, high, quantity.count(period)),
            _mark(quantity, period, bool(is_out), bool(is_run)),
        )
        for period, value, low, high, is_out, is_run in cells
    ]
    columns = ("Period of first dose", "Courses", quantity.counted, "Value", "Lower limit", "Upper limit", "Mark")
    return table(f"numbers-{quantity.id}", f"{quantity.subject}: the numbers behind the chart.", columns, rows)


def _few(names: Sequence[str]) -> str:
    return listed(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"


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
    centre = _value(quantity, chart.centre or 0.0, None)
    steps = "" if chart.limits is None else f"Steps: {_describe_limits(chart, kind)}."
    return (
        f"Line: all {describe_count(len(periods))} {kind}s shown, {centre}.",
        steps,
        say_signals(periods, chart),
        _say_wide(chart, kind),
    )


def _describe_limits(chart: ControlChart, kind: str) -> str:
    limits = Limits.NORMAL if chart.limits is Limits.WIDENED and chart.spread == 1 else chart.limits
    return "" if limits is None else _HOW_LIMITED[limits].format(kind=kind, spread=f"{chart.spread:.2f}")


def _say_wide(chart: ControlChart, kind: str) -> str:
    """Return that limits from none to all show nothing, where they are so."""
    known = np.isfinite(chart.lower)
    if chart.limits is not Limits.EXACT_BINOMIAL or np.any(chart.lower[known] > 0) or np.any(chart.upper[known] < 1):
        return ""
    return f"No {kind} has courses enough to leave limits from none to all."


def _value(quantity: Quantity, value: float, count: float | None) -> str:
    """Return a value; a share of few courses from 0 to 1, of many (or of all, ``count`` None) in per cent."""
    if not np.isfinite(value):
        return EMPTY
    if not quantity.is_share:
        return describe_number(float(value))
    is_few = count is not None and count < FEWEST_FOR_PERCENT
    return describe_number(float(value), 2) if is_few else describe_percent(float(value))


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
    wide, left, right = is_wide(width), 46, 64 if is_wide(width) else 50
    has_room = (width - left - right) / len(periods) >= ROOM_FOR_COUNT
    low, high = _ends(quantity, periods, chart)
    sheet = Sheet(
        width=width,
        height=(136 if has_room else 122) if wide else 184,
        x=(-0.5, len(periods) - 0.5),
        y=(low, high),
        left=left,
        right=right,
        top=26,
        bottom=38 if has_room else 22,
    )
    ticks = tenths(low, high)
    is_small = _typical(quantity, periods) < FEWEST_FOR_PERCENT
    decimals = 0 if all(float(tick).is_integer() for tick in ticks) else 1
    sheet.y_axis(ticks, labels=[_tick(quantity, tick, is_small, decimals) for tick in ticks])
    sheet.x_axis([])
    inside = _Limits(lower=np.clip(chart.lower, low, high), upper=np.clip(chart.upper, low, high))
    _draw_limits(sheet, inside)
    sheet.grid(ticks)
    sheet.heading(quantity.name if wide else quantity.short_name)
    sheet.spans([{"x": -0.5, "x2": len(periods) - 0.5, "y": chart.centre}], hue="ink", width=1)
    _draw_points(sheet, quantity, periods, chart)
    _write_ends(sheet, quantity, periods, chart)
    _write_periods(sheet, periods, has_room)
    return sheet


@dataclass(frozen=True, kw_only=True, eq=False)
class _Limits:
    """Limits as they are drawn: none beyond the axis."""

    lower: Array
    upper: Array


def _typical(quantity: Quantity, periods: Sequence[PeriodRow]) -> float:
    """Return the median of what the points are of."""
    counts = [count for period in periods if (count := quantity.count(period))]
    return float(np.median(counts)) if counts else 0.0


def _ends(quantity: Quantity, periods: Sequence[PeriodRow], chart: ControlChart) -> tuple[float, float]:
    """Return the ends of the axis: all points, and the limits of periods at least half as large as most, with a little room.

    The limits of a small period may lie far out; they are drawn up to the edge and stand in the table.
    """
    is_usual = np.array([(quantity.count(period) or 0) >= _typical(quantity, periods) / 2 for period in periods])
    found = np.concatenate([chart.values, chart.lower[is_usual], chart.upper[is_usual], [chart.centre or 0.0]])
    known = found[np.isfinite(found)]
    low, high = float(known.min()), float(known.max())
    room = 0.08 * (high - low or abs(high) or 1.0)
    bottom = low - room if low < 0 or low > 0.3 * high else 0.0
    if quantity.is_share:
        return max(0.0, bottom), min(1.0, high + room)
    return bottom, high + room


def _tick(quantity: Quantity, tick: float, is_small: bool, decimals: int) -> str:
    if quantity.is_share:
        return f"{tick:g}" if is_small else describe_percent(tick)
    return describe_number(tick, decimals)


def _draw_limits(sheet: Sheet, chart: _Limits) -> None:
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
        sheet.dots(rows, hue=quantity.hue, hollow=hollow, shape=shape, size=_SIZES[shape] * size)
    hidden = [{"x": place, "y": sheet.y[0]} for place, period in enumerate(periods) if _is_hidden(quantity, period)]
    sheet.dots(hidden, hue="ref", hollow=True, shape="cross", size=40)


def _shape(chart: ControlChart, place: int) -> str:
    """Return the shape of a point: triangles are outside, pointing away from the line; squares are in a run."""
    if chart.is_outside[place]:
        return "triangle-up" if chart.values[place] > (chart.centre or 0.0) else "triangle-down"
    return "square" if chart.is_in_run[place] else "circle"


def _write_ends(sheet: Sheet, quantity: Quantity, periods: Sequence[PeriodRow], chart: ControlChart) -> None:
    """Write the centre and the last limits at the right, a limit only where it is within the axis and not on the centre."""
    edge = sheet.plot_width + 7
    centre = chart.centre or 0.0
    scale = sheet.plot_height / (sheet.y[1] - sheet.y[0])
    sheet.column_of_notes([{"y": centre, "text": _value(quantity, centre, None)}], x=edge, bold=True)
    known = np.flatnonzero(np.isfinite(chart.lower))
    for limit in () if not known.size else (chart.lower[known[-1]], chart.upper[known[-1]]):
        if abs(limit - centre) * scale >= 12 and sheet.y[0] <= limit <= sheet.y[1]:
            text = _value(quantity, limit, quantity.count(periods[int(known[-1])]))
            sheet.column_of_notes([{"y": float(limit), "text": text}], x=edge, hue="muted")


def _write_periods(sheet: Sheet, periods: Sequence[PeriodRow], has_room: bool) -> None:
    """Write the periods under the axis, years alone where there is no room for more, and the courses under them."""
    room = sheet.plot_width / len(periods)
    names = [
        {"x": place, "text": short_name(period, periods[place - 1] if place else None)}
        for place, period in enumerate(periods)
    ]
    kept = names if room >= ROOM_FOR_NAME else [name for name in names if str(name["text"]).isdigit()]
    sheet.row_of_notes(_thinned(kept, room), y=sheet.plot_height + 12, hue="muted")
    if has_room:
        counts = [
            {"x": place, "text": "h" if period.course_count is None else describe_compact(period.course_count, room)}
            for place, period in enumerate(periods)
        ]
        sheet.row_of_notes(counts, y=sheet.plot_height + 28)
        sheet.note("courses", x=-sheet.left, y=sheet.plot_height + 28)


def _thinned(names: Sequence[Row], room: float) -> list[Row]:
    """Return as many of the names as stand beside each other without touching, the first of them always."""
    kept: list[Row] = []
    for name in names:
        if not kept or (name["x"] - kept[-1]["x"]) * room >= ROOM_FOR_NAME:
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
