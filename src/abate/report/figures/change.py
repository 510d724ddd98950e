"""By how much did each course change? One bar a course, sorted; a histogram where there are too many."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from abate.report.disclosure import single_bars_allowed
from abate.report.figures.counts import count_axis
from abate.report.figures.figure import (
    SINGLE_COURSES_HIDDEN,
    Figure,
    figure_without_drawing,
    is_wide,
    round_steps,
)
from abate.report.figures.pairs import LEFT, NO_PAIR, Floats, Pairs, find_pairs
from abate.report.figures.sheet import Sheet
from abate.report.numbers import (
    describe_compact,
    describe_count,
    describe_signed,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import describe_meeting, n_of, plural

#: In pixels; a bar wider than this would be a block.
_WIDEST_BAR = 110.0


def draw_changes(view: ResultView) -> Figure:
    """Return the figure of the change of each course, sorted; a histogram where there are too many."""
    pairs = find_pairs(view)
    if view.result.edition.is_shared:
        return figure_without_drawing("change", "The change of each course.", SINGLE_COURSES_HIDDEN)
    if not pairs.change.size:
        claim = "The change of the course." if view.is_one_patient else "The change of each course."
        return figure_without_drawing("change", claim, NO_PAIR)
    is_single = single_bars_allowed(view.result)
    rule = view.study.response.primary
    missing = (
        f" {plural(pairs.missing_count, 'course')} without both ratings: not drawn." if pairs.missing_count else ""
    )
    bars = (
        "The bar is the course."
        if view.is_one_patient
        else "One bar a course, sorted."
        if is_single
        else f"Courses by change, in steps of {plural(_bin_width(view), 'point')}."
    )
    blue = f" Blue: {describe_meeting(rule)}." if is_single else ""
    return Figure(
        id="change",
        claim=_claim_of_changes(view, is_single),
        marks=(
            bars,
            blue,
            f"Below 0 the rating fell.{' Dashed: mean.' if pairs.change.size > 1 else ''}",
            n_of(pairs.change.size, "course"),
            missing,
        ),
        finding=_say_extremes(pairs),
        numbers=(_change_table(view, pairs),),
        draw=lambda width: [(_waterfall if is_single else _histogram)(view, pairs, width).spec()],
    )


def _claim_of_changes(view: ResultView, is_single: bool) -> str:
    if view.is_one_patient:
        return "The change of the course."
    return "The change of each course, sorted." if is_single else "How the changes are spread."


def _say_extremes(pairs: Pairs) -> str:
    lowest, highest = (describe_signed(float(end)) for end in (pairs.change.min(), pairs.change.max()))
    if pairs.change.size == 1:
        return f"The change was {lowest} points."
    return (
        f"Every change was {lowest} points." if lowest == highest else f"Changes run from {lowest} to {highest} points."
    )


def _waterfall(view: ResultView, pairs: Pairs, width: float) -> Sheet:
    responded = np.nan_to_num(pairs.responded, nan=0.0) == 1
    order = np.lexsort((responded, -pairs.change))
    change, responded = pairs.change[order], responded[order]
    sheet = _change_sheet(view, change, width, x=_room_of_bars(change.size, width), height=300)
    gap = 0.12 if change.size <= 150 else 0
    bars = [{"x": place + gap, "x2": place + 1 - gap, "y": 0, "y2": float(value)} for place, value in enumerate(change)]
    flat = 0.012 * (sheet.y[1] - sheet.y[0])  # a change of nothing is still a course
    bars = [bar if bar["y2"] else {**bar, "y": -flat / 2, "y2": flat / 2} for bar in bars]
    sheet.boxes([bar for bar, full in zip(bars, responded, strict=True) if not full], hue="kept")
    sheet.boxes([bar for bar, full in zip(bars, responded, strict=True) if full], hue="pain")
    sheet.spans([{"x": sheet.x[0], "x2": sheet.x[1], "y": 0}], hue="ink", width=1)
    _draw_mean(sheet, view, change.size)
    met = int(responded.sum())
    rule, foot = view.study.response.primary, sheet.plot_height + 16
    if met < change.size:
        sheet.note(f"{describe_count(change.size - met)} did not meet the rule", x=0, y=foot, hue="muted")
    if met:
        text = f"{describe_count(met)} {describe_meeting(rule)}"
        below = foot if is_wide(width) or met == change.size else foot + 16
        sheet.note(text, x=sheet.plot_width, y=below, hue="pain", align="right")
    return sheet


def _room_of_bars(count: int, width: float) -> tuple[float, float]:
    """Return the ends of the axis: a few bars stand in the middle, none wider than `_WIDEST_BAR`."""
    places = max(float(count), (width - LEFT) / _WIDEST_BAR)
    return (count - places) / 2, (count + places) / 2


def _histogram(view: ResultView, pairs: Pairs, width: float) -> Sheet:
    step = _bin_width(view)
    counts = _binned(pairs.change, step)
    low, high = min(counts) - step, max(counts) + step
    most = max(counts.values())
    sheet = Sheet(width=width, height=280, left=52, right=12, top=30, bottom=48, x=(low, high), y=(0, most * 1.08))
    ticks = [tick for tick in _even_ticks(low, high, 6 if not is_wide(width) else 11) if low <= tick <= high]
    sheet.x_axis(ticks)
    count_axis(sheet, most)
    sheet.heading("Courses")
    bars = [{"x": at - 0.46 * step, "x2": at + 0.46 * step, "y": 0, "y2": count} for at, count in counts.items()]
    sheet.boxes(bars, hue="pain")
    mean = view.value("change.mean")
    if mean is not None:
        over = counts.get(round(round(mean / step) * step, 6), 0)  # the number over this bar stays free of the line
        ends = [(0.0, float(over)), (over + 0.09 * most, 1.08 * most)]
        lines = [{"x": mean, "y": low_end, "y2": high_end} for low_end, high_end in ends if high_end > low_end]
        sheet.spans(lines, hue="ink", width=1.2, dash=True)
    if is_wide(width):
        room = sheet.plot_width * step / (high - low)
        texts = [{"x": at, "y": count, "text": describe_compact(count, room)} for at, count in counts.items()]
        sheet.texts(texts, dy=-8, halo=True)
    if mean is not None:
        sheet.texts(
            [{"x": mean, "y": most * 1.08, "text": f"mean {describe_signed(mean)}"}],
            bold=True,
            dx=6,
            dy=4,
            align="left",
            halo=True,
        )
    sheet.note(
        "Change, points (final minus baseline)",
        x=sheet.plot_width / 2,
        y=sheet.plot_height + 36,
        align="center",
        hue="ink",
        bold=True,
    )
    sheet.hover(
        [
            {"x": at - step / 2, "x2": at + step / 2, "y": 0, "y2": sheet.y[1], "text": _say_bin(at, count)}
            for at, count in counts.items()
        ]
    )
    return sheet


def _say_bin(change: float, count: int) -> str:
    return f"Change {describe_signed(change, 0 if float(change).is_integer() else 1)}: {plural(count, 'course')}"


def _change_sheet(view: ResultView, change: Floats, width: float, *, x: tuple[float, float], height: float) -> Sheet:
    span = view.scale.maximum - view.scale.minimum
    low, high = min(float(change.min()), -0.1 * span), max(float(change.max()), 0.1 * span)
    ticks = _even_ticks(low, high, 7)
    sheet = Sheet(
        width=width,
        height=height,
        left=LEFT + 6,
        right=12,
        top=30,
        bottom=42 if not is_wide(width) else 28,
        x=x,
        y=(low, high),
    )
    sheet.x_axis([], domain=False)
    sheet.y_axis(ticks, labels=[describe_signed(tick, 0 if float(tick).is_integer() else 1) for tick in ticks])
    sheet.grid(ticks)
    sheet.heading("Change, points (final minus baseline)")
    return sheet


def _draw_mean(sheet: Sheet, view: ResultView, count: int) -> None:
    mean = view.value("change.mean")
    if mean is not None and count > 1:
        sheet.spans([{"x": sheet.x[0], "x2": sheet.x[1], "y": mean}], hue="ink", width=1.2, dash=True)
        sheet.texts(
            [{"x": sheet.x[0], "y": mean, "text": f"mean {describe_signed(mean)}"}],
            bold=True,
            align="left",
            dx=2,
            dy=11,
            halo=True,
        )


def _even_ticks(low: float, high: float, most: int) -> list[float]:
    step = next(step for step in round_steps() if (high - low) / step <= most and step >= 0.1)
    return [round(place * step, 6) for place in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _bin_width(view: ResultView) -> float:
    span = view.scale.maximum - view.scale.minimum
    return next(step for step in round_steps() if span / step <= 16)


def _binned(change: Floats, step: float) -> dict[float, int]:
    places, counts = np.unique(np.rint(change / step), return_counts=True)
    return {round(float(place) * step, 6): int(count) for place, count in zip(places, counts, strict=True)}


def _change_table(view: ResultView, pairs: Pairs) -> ReportTable:
    if single_bars_allowed(view.result):
        places, counts = np.unique(pairs.change.round(6), return_counts=True)
        found: Sequence[tuple[float, int]] = [
            (float(place), int(count)) for place, count in zip(places, counts, strict=True)
        ]
    else:
        found = sorted(_binned(pairs.change, _bin_width(view)).items())
    rows = [row(describe_signed(at, 1), describe_count(count)) for at, count in found]
    return table("change-numbers", "Courses by change, final minus baseline.", ("Change, points", "Courses"), rows)
