"""How did each course move from admission to discharge? One dot and one bar a course; counts where there are too many."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from abate.contracts.definition import ResponseRule
from abate.report.disclosure import course_values, single_bars_allowed, single_dots_allowed
from abate.report.figures.counts import count_axis
from abate.report.figures.figure import (
    SINGLE_COURSES_HIDDEN,
    Figure,
    figure_without_drawing,
    is_wide,
    round_steps,
    tenths,
)
from abate.report.figures.sheet import Row, Sheet
from abate.report.numbers import (
    NARROW_SPACE,
    describe_compact,
    describe_count,
    describe_number,
    describe_share,
    describe_signed,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import capital, describe_meeting, label_rule, n_of, of_things, plural

_NO_PAIR = "No course has both a baseline and a final rating, so there is no change to draw."
_LEFT = 34
#: In pixels; a bar wider than this would be a block.
_WIDEST_BAR = 110.0
#: Cells of the grid on each axis, and how dark a cell is by its share of the fullest one.
_CELLS = 10
_DARKNESS = ((0.02, 0.1), (0.1, 0.25), (0.3, 0.45), (0.6, 0.7), (1.01, 0.9))
_DARK_ENOUGH_FOR_PAPER = 0.6
#: Room for the names of the lines at the right of a narrow figure.
_BESIDE_NARROW = 72.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """The courses with both ratings; ``responded`` is 1, 0, or NaN where the primary rule cannot be judged."""

    baseline: Floats
    final: Floats
    responded: Floats
    missing_count: int

    @property
    def change(self) -> Floats:
        """Final minus baseline."""
        return self.final - self.baseline


def find_pairs(view: ResultView) -> Pairs:
    """Return baseline and final of the courses that have both."""
    flag = f"response_{view.study.response.primary.id}"
    values = course_values(view.result, "baseline", "final", flag)
    has_both = ~(np.isnan(values["baseline"]) | np.isnan(values["final"]))
    baseline, final, responded = (values[name][has_both] for name in ("baseline", "final", flag))
    return Pairs(baseline=baseline, final=final, responded=responded, missing_count=int(np.sum(~has_both)))


def draw_before_and_after(view: ResultView) -> Figure:
    """Return the figure of the final rating against the baseline."""
    pairs, noun = find_pairs(view), capital(view.noun)
    claim = f"{noun} before and at the end."
    if view.result.edition.is_shared:
        return figure_without_drawing("before-and-after", claim, SINGLE_COURSES_HIDDEN)
    if not pairs.change.size:
        return figure_without_drawing("before-and-after", claim, _NO_PAIR)
    is_single = single_dots_allowed(view.result)
    rule = view.study.response.primary
    what = (
        "The dot is the course."
        if view.is_one_patient
        else "Each dot is a course; dots that share a place are packed around it."
        if is_single
        else f"The stronger the colour of a cell, the more courses; their number stands in it. Cells: {plural(_cell_width(view), 'point')} wide."
    )
    kinds = f" Filled: {describe_meeting(rule)}; hollow: did not." if is_single else ""
    missing = (
        f" {plural(pairs.missing_count, 'course')} without both ratings: not drawn." if pairs.missing_count else ""
    )
    return Figure(
        id="before-and-after",
        claim=claim,
        marks=(
            what,
            kinds,
            f"Thin line: no change. Shaded: the primary rule is met.{_say_others(view, is_single)}",
            n_of(pairs.change.size, "course"),
            missing,
        ),
        finding=_say_directions(view, pairs),
        numbers=(_pair_table(view, pairs),),
        draw=lambda width: [_square(view, pairs, is_single, width).spec()],
    )


def _say_directions(view: ResultView, pairs: Pairs) -> str:
    """Return in how many courses the rating fell, rose, and did neither."""
    noun = capital(view.noun)
    if pairs.change.size == 1:
        before, after = (describe_number(float(values[0])) for values in (pairs.baseline, pairs.final))
        return f"{noun} was {before} before and {after} at the end."
    fell, rose = int(np.sum(pairs.change < 0)), int(np.sum(pairs.change > 0))
    same = pairs.change.size - fell - rose
    others = " and ".join(
        f"{verb} in {describe_count(count) if count else 'none'}"
        for verb, count in (("rose", rose), ("did neither", same))
    )
    return f"{noun} fell in {of_things(fell, pairs.change.size, 'course')}, {others}."


def draw_changes(view: ResultView) -> Figure:
    """Return the figure of the change of each course, sorted; a histogram where there are too many."""
    pairs = find_pairs(view)
    if view.result.edition.is_shared:
        return figure_without_drawing("change", "The change of each course.", SINGLE_COURSES_HIDDEN)
    if not pairs.change.size:
        claim = "The change of the course." if view.is_one_patient else "The change of each course."
        return figure_without_drawing("change", claim, _NO_PAIR)
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


def _square(view: ResultView, pairs: Pairs, is_single: bool, width: float) -> Sheet:
    wide = is_wide(width)
    beside = 0.0 if wide else _BESIDE_NARROW if is_single else 14.0
    side = 400 if wide else width - _LEFT - beside
    low, high = view.scale.minimum, view.scale.maximum
    pad = 0.05 * (high - low)
    ends = (low - pad, high + pad)
    sheet = Sheet(
        width=width, height=side + 30 + 46, left=_LEFT, right=width - _LEFT - side, top=30, bottom=46, x=ends, y=ends
    )
    _shade_response(sheet, view.study.response.primary, ends)
    ticks = tenths(low, high)
    sheet.x_axis(ticks)
    sheet.y_axis(ticks)
    sheet.grid(ticks)
    sheet.heading(f"{capital(view.noun)} at the end{_scale_words(view)}")
    sheet.note(
        f"{capital(view.noun)} before{_scale_words(view)}",
        x=side / 2,
        y=side + 36,
        bold=True,
        align="center",
        hue="ink",
    )
    sheet.spans([{"x": ends[0], "y": ends[0], "x2": ends[1], "y2": ends[1]}], hue="muted", width=1)
    has_room = wide or is_single
    others = _other_rules(view) if has_room else []
    for rule in others:
        (x, y), (x2, y2) = limit_line(rule, ends, low)
        sheet.spans([{"x": x, "y": y, "x2": x2, "y2": y2}], hue="ref", width=0.9, dash=True)
    if is_single:
        per_point = side / (ends[1] - ends[0])
        _draw_dots(sheet, pairs, per_point, per_point * _cell_width(view))
    else:
        _draw_cells(sheet, view, pairs, side / (ends[1] - ends[0]), wide)
    if has_room:
        _write_beside(sheet, view, pairs, others, ends, side, wide)
    return sheet


def _scale_words(view: ResultView) -> str:
    """Return the short name of the scale, where the noun is not its name already."""
    return ", points" if view.noun == view.scale.name else f", {view.study.rating.scale.upper()}"


def _say_others(view: ResultView, is_single: bool) -> str:
    if not _other_rules(view):
        return ""
    return f" Dashed{'' if is_single else ', where there is room'}: limits of the other rules."


def _other_rules(view: ResultView) -> Sequence[ResponseRule]:
    """Return the declared rules that are not the primary one."""
    return [rule for rule in view.study.response.rules if rule.id != view.study.response.primary.id]


def _shade_response(sheet: Sheet, rule: ResponseRule, ends: tuple[float, float]) -> None:
    """Shade where the final rating meets the rule, and draw its limit."""
    places = limit_line(rule, ends, ends[0])
    sheet.areas([{"x": x, "y": ends[0], "y2": y, "series": 0} for x, y in places], hue="painwash")
    sheet.lines([{"x": x, "y": y, "series": 0} for x, y in places], hue="pain", width=1.4)


def limit_line(
    rule: ResponseRule, ends: tuple[float, float], low: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the two ends of the line on and below which a rule is met: baseline and final rating.

    Where the line would leave the figure at its foot it begins there; ``low`` is the lowest baseline that it is drawn for.
    """
    if rule.kind == "points":
        start = max(low, ends[0] + rule.threshold)
    elif rule.kind == "percent" and 0 < rule.threshold < 100:
        start = max(low, ends[0] / (1 - rule.threshold / 100))
    else:
        start = low
    return (start, max(ends[0], _limit(rule, start))), (ends[1], max(ends[0], _limit(rule, ends[1])))


def _limit(rule: ResponseRule, baseline: float) -> float:
    if rule.kind == "points":
        return baseline - rule.threshold
    return rule.threshold if rule.kind == "at_most" else baseline * (1 - rule.threshold / 100)


def _draw_dots(sheet: Sheet, pairs: Pairs, pixels_per_point: float, pixels_per_tenth: float) -> None:
    responded = np.nan_to_num(pairs.responded, nan=0.0) == 1
    order = np.lexsort((~responded, pairs.final, pairs.baseline))
    baseline, final, responded = pairs.baseline[order], pairs.final[order], responded[order]
    x, y, spacing = packed(baseline, final, pixels_per_point, pixels_per_tenth)
    size = max(4.0, 0.5 * spacing**2)
    dots: list[Row] = [{"x": float(a), "y": float(b)} for a, b in zip(x, y, strict=True)]
    sheet.dots([dot for dot, full in zip(dots, responded, strict=True) if not full], hue="ref", hollow=True, size=size)
    sheet.dots([dot for dot, full in zip(dots, responded, strict=True) if full], hue="pain", size=size)


def packed(x: Floats, y: Floats, pixels_per_point: float, pixels_per_tenth: float) -> tuple[Floats, Floats, float]:
    """Return places in which marks that share one are packed around it, and their distance in pixels.

    Nothing is drawn by chance: the same courses give the same picture. The fullest place decides the distance, so that
    a tenth of the scale holds it.

    Parameters
    ----------
    x, y : array of float64, shape (n,)
        In points of the scale.
    pixels_per_tenth, pixels_per_point : float
        Size of a tenth of the scale, and of one point of it, on the figure.
    """
    _, inverse, counts = np.unique(np.column_stack([x, y]).round(3), axis=0, return_inverse=True, return_counts=True)
    most = int(counts.max())
    spacing = min(9.5, 0.9 * pixels_per_tenth / math.sqrt(most))
    right, up = np.zeros(x.size), np.zeros(x.size)
    lattice = _lattice(most)
    for place, count in enumerate(counts):
        members = np.flatnonzero(inverse.reshape(-1) == place)
        offsets = lattice[:count] - lattice[:count].mean(axis=0)
        right[members], up[members] = offsets[:, 0], offsets[:, 1]
    return x + right * spacing / pixels_per_point, y + up * spacing / pixels_per_point, spacing


def _lattice(count: int) -> Floats:
    """Return the ``count`` places of a triangular lattice of distance 1 that lie nearest to its origin."""
    reach = math.ceil(math.sqrt(count)) + 1
    steps = np.arange(-reach, reach + 1)
    across, up = (values.reshape(-1) for values in np.meshgrid(steps, steps))
    places: Floats = np.column_stack([across + 0.5 * up, up * math.sqrt(3) / 2])
    order = np.lexsort((places[:, 0].round(6), places[:, 1].round(6), np.hypot(places[:, 0], places[:, 1]).round(6)))
    return places[order[:count]]


def _cell_width(view: ResultView) -> float:
    return (view.scale.maximum - view.scale.minimum) / _CELLS


def _draw_cells(sheet: Sheet, view: ResultView, pairs: Pairs, pixels_per_point: float, wide: bool) -> None:
    width = _cell_width(view)
    counts = _cells(view, pairs)
    most = max(counts.values())
    by_darkness: dict[float, list[Row]] = {}
    for (x, y), count in counts.items():
        box = {
            "x": x - width / 2,
            "x2": x + width / 2,
            "y": y - width / 2,
            "y2": y + width / 2,
            "count": count,
            "at": (x, y),
        }
        darkness = next(dark for share, dark in _DARKNESS if count / most <= share)
        by_darkness.setdefault(darkness, []).append(box)
    for darkness, boxes in sorted(by_darkness.items()):
        sheet.boxes([{key: box[key] for key in ("x", "x2", "y", "y2")} for box in boxes], hue="pain", opacity=darkness)
    for darkness, boxes in sorted(by_darkness.items()):
        texts = [
            {"x": box["at"][0], "y": box["at"][1], "text": describe_compact(box["count"], pixels_per_point * width)}
            for box in boxes
        ]
        sheet.texts(texts, hue="paper" if darkness >= _DARK_ENOUGH_FOR_PAPER else "ink", smallest=not wide)


def _cells(view: ResultView, pairs: Pairs) -> Mapping[tuple[float, float], int]:
    low, width = view.scale.minimum, _cell_width(view)
    places = np.column_stack(
        [np.rint((values - low) / width) * width + low for values in (pairs.baseline, pairs.final)]
    )
    unique, counts = np.unique(places.round(6), axis=0, return_counts=True)
    return {(float(x), float(y)): int(count) for (x, y), count in zip(unique, counts, strict=True)}


def _write_beside(
    sheet: Sheet,
    view: ResultView,
    pairs: Pairs,
    others: Sequence[ResponseRule],
    ends: tuple[float, float],
    side: float,
    wide: bool,
) -> None:
    """Name each line where it leaves the figure at the right; names that would touch move apart."""
    primary = view.study.response.primary
    rules = [primary, *others]
    wanted = [(ends[1], "no change"), *((limit_line(rule, ends, ends[0])[1][1], _name_of_line(rule, wide)) for rule in rules)]  # fmt: skip
    places = [side * (1 - (value - ends[0]) / (ends[1] - ends[0])) for value, _ in wanted]
    heights = [32.0 if wide and place == 1 else 15.0 for place in range(len(wanted))]
    limit = 230.0 if wide else _BESIDE_NARROW - 10
    for place, y in enumerate(moved_apart(places, heights, side)):
        is_primary = place == 1
        hue = "pain" if is_primary else "muted"
        sheet.note(wanted[place][1], x=side + 8, y=y, bold=is_primary, hue=hue, limit=limit)
        if is_primary and wide:
            met, judged = int(np.nansum(pairs.responded)), int(np.sum(~np.isnan(pairs.responded)))
            share = f"{describe_share(met, judged)} on or below the line"
            sheet.note(share, x=side + 8, y=y + 16, hue="ink", limit=240)


def _name_of_line(rule: ResponseRule, wide: bool) -> str:
    if wide:
        return label_rule(rule)
    number = f"{rule.threshold:g}"
    if rule.kind == "at_most":
        return f"\u2264 {number}"
    return f"\u2212{number}" + (f"{NARROW_SPACE}%" if rule.kind == "percent" else " points")


def moved_apart(places: Sequence[float], heights: Sequence[float], lowest: float) -> list[float]:
    """Return places from the top, in pixels, so that texts of these heights do not touch, as near to ``places`` as the order allows.

    Examples
    --------
    >>> moved_apart([10, 12, 90], [15, 15, 15], 100)
    [10, 25, 90]
    """
    order = sorted(range(len(places)), key=lambda place: places[place])
    found = list(places)
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + heights[before])
    limit = lowest
    for place in reversed(order):
        found[place] = min(found[place], limit - heights[place] / 2)
        limit = found[place] - heights[place] / 2
    return found


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
    places = max(float(count), (width - _LEFT) / _WIDEST_BAR)
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
        left=_LEFT + 6,
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


def _pair_table(view: ResultView, pairs: Pairs) -> ReportTable:
    if single_dots_allowed(view.result):
        unique, counts = np.unique(np.column_stack([pairs.baseline, pairs.final]).round(6), axis=0, return_counts=True)
        found = [((float(x), float(y)), int(count)) for (x, y), count in zip(unique, counts, strict=True)]
    else:
        found = sorted(_cells(view, pairs).items())
    rows = [row(_value(x), _value(y), describe_count(count)) for (x, y), count in found]
    return table(
        "before-and-after-numbers", "Courses by baseline and final rating.", ("Baseline", "Final", "Courses"), rows
    )


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


def _value(value: float) -> str:
    return describe_number(value, 0 if float(value).is_integer() else 1)
