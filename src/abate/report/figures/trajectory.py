"""How did the rating move from day to day, and what was given then?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from abate.contracts.result import Estimate
from abate.report.disclosure import course_values, daily_ratings, single_lines_allowed
from abate.report.figures.day_axis import (
    LEFT,
    draw_days,
    ends_of_days,
    more_days,
    place_before,
    room_at_right,
    shown_days,
)
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, tenths
from abate.report.figures.intervals import are_hidden, say_intervals
from abate.report.figures.rates import count_paused_by_day, find_rates
from abate.report.figures.rates_panel import rate_sheet, rate_table, say_rates
from abate.report.figures.sheet import Row, Sheet
from abate.report.figures.spread import Spread, draw_spread, find_spread, spread_table
from abate.report.numbers import (
    decimals_for,
    describe_compact,
    describe_count,
    describe_n,
    describe_number,
    describe_range,
)
from abate.report.tables import daily_table
from abate.report.told import size_of, told_n
from abate.report.view import ResultView
from abate.report.words import capital, n_of

_HEIGHT, _TOP, _BOTTOM = 342, 30, 52


_PIXELS = _HEIGHT - _TOP - _BOTTOM


_MANY = 1_000_000.0


def draw_pain_by_day(view: ResultView) -> Figure:
    """Return the figure of the daily means, with the rates given under it on the same clock."""
    days = shown_days(view)
    rates = find_rates(view)
    spread = find_spread(view, max((day for day, _ in days), default=0))
    numbers = (
        daily_table(view),
        *([spread_table(view, spread)] if spread else []),
        *([rate_table(rates)] if rates.steps else []),
    )
    noun = capital(view.noun)
    if not days:
        return figure_without_drawing(
            "pain-by-day", f"{noun} by day.", "There is no rating after the first dose to draw.", *numbers
        )
    claim, finding = _claim(view)
    paused = count_paused_by_day(view)
    return Figure(
        id="pain-by-day",
        claim=claim,
        marks=(
            "Dots: the patient\u2019s daily values."
            if view.is_one_patient
            else "Dots: mean of the courses rated on the day; n under each day.",
            say_intervals(
                _with_interval(view, days), _PIXELS / (view.scale.maximum - view.scale.minimum), unit="points"
            ),
            "Squares: baseline and final rating by the study\u2019s rules.",
            _say_courses(view, spread),
            say_rates(view, rates),
            n_of(view.course_count, "course"),
            more_days(view),
        ),
        finding=finding,
        numbers=numbers,
        draw=lambda width: [
            _sheet(view, days, spread, width).spec(),
            *([rate_sheet(view, rates, paused, days, width).spec()] if rates.steps else []),
        ],
    )


def _say_courses(view: ResultView, spread: Sequence[Spread]) -> str:
    """Return how single courses are drawn, or what stands in their place."""
    if view.is_one_patient:
        return ""
    if single_lines_allowed(view.result):
        return f"{'Thin' if view.course_count < _FEWEST_FOR_FULL_DOT else 'Faint'} lines: single courses."
    if view.result.edition.is_shared:
        return "Single courses and their spread are not in this edition."
    if spread:
        return "Bands: the middle half and the middle 90\u202f% of the courses rated on the day; thin line: median."
    return "Single courses are not drawn."


def _claim(view: ResultView) -> tuple[str, str]:
    noun, lowest = view.noun, view.known("nadir_day.of_lowest_mean")
    if view.is_one_patient:
        claim = f"The patient\u2019s {noun} by day."
    elif lowest is None or lowest.value is None:
        claim = f"Mean {noun} by day."
    else:
        claim = f"The daily mean of {noun} was lowest on day {describe_count(lowest.value)}."
    means = [f"day {day}: {describe_number(mean.value or 0)}" for day, mean in shown_days(view)]
    return claim, f"{claim} {capital(', '.join(means))}."


def _sheet(view: ResultView, days: Sequence[tuple[int, Estimate]], spread: Sequence[Spread], width: float) -> Sheet:
    wide, last = is_wide(width), max(day for day, _ in days)
    scale = view.scale
    sheet = Sheet(width=width, height=_HEIGHT if wide else 258, x=ends_of_days(last, wide), y=(scale.minimum, scale.maximum),
                  left=LEFT, right=room_at_right(wide), top=_TOP, bottom=_BOTTOM)  # fmt: skip
    draw_days(sheet, last, wide)
    ticks = tenths(scale.minimum, scale.maximum)
    sheet.y_axis(ticks)
    sheet.grid(ticks)
    sheet.heading(_axis_words(view), hue="pain")
    draw_spread(sheet, spread, wide)
    _draw_single_courses(sheet, view, last, wide)
    _draw_means(sheet, view, days, wide)
    _draw_ends(sheet, view, last, wide)
    _mark_lowest(sheet, view, last)
    _write_counts(sheet, view, days, last, wide)
    _say_days(sheet, view, days, last, wide)
    return sheet


def _axis_words(view: ResultView) -> str:
    scale = view.scale
    name = scale.name if scale.name == view.noun else f"{view.noun}, {scale.name}"
    return f"{capital(name)}, {scale.minimum:g} to {scale.maximum:g}"


def _draw_single_courses(sheet: Sheet, view: ResultView, last: int, wide: bool) -> None:
    if not single_lines_allowed(view.result) or view.is_one_patient:
        return
    daily, baseline = daily_ratings(view.result), course_values(view.result, "baseline")["baseline"]
    rows: list[Row] = [
        {"x": place_before(wide), "y": float(value), "series": place}
        for place, value in enumerate(baseline)
        if not np.isnan(value)
    ]
    rows += [
        {"x": int(day), "y": float(value), "series": int(course)}
        for course, day, value in zip(daily["course"], daily["day"], daily["value"], strict=True)
        if 1 <= day <= last
    ]
    is_few = view.course_count < _FEWEST_FOR_FULL_DOT
    sheet.lines(rows, hue="pain", width=1.1 if is_few else 0.8, opacity=0.55 if is_few else 0.2)


def _draw_means(sheet: Sheet, view: ResultView, days: Sequence[tuple[int, Estimate]], wide: bool) -> None:
    """Draw the daily means joined to the baseline; those of few courses hollow, thin and dotted."""
    points: list[Row] = [{"x": day, "y": mean.value, "n": _drawn_size(mean)} for day, mean in days]
    baseline = view.known("baseline.mean")
    if baseline is not None:
        points.insert(0, {"x": place_before(wide), "y": baseline.value, "n": _drawn_size(baseline)})
    many, few = _split(pairwise(points), lambda join: min(end["n"] for end in join) >= _FEWEST_FOR_FULL_DOT)
    sheet.lines(_pieces(many), hue="pain")
    sheet.lines(_pieces(few), hue="pain", width=2, dash=True)
    if not are_hidden(_with_interval(view, days), sheet.plot_height / (sheet.y[1] - sheet.y[0])):
        many, few = _split(_intervals(sheet, days), lambda span: span["n"] >= _FEWEST_FOR_FULL_DOT)
        sheet.spans(many, hue="pain")
        sheet.spans(few, hue="pain", width=1.1)
    many, few = _split([point for point in points if point["x"] >= 1], lambda dot: dot["n"] >= _FEWEST_FOR_FULL_DOT)
    sheet.dots(many, hue="pain")
    sheet.dots(few, hue="pain", hollow=True)


def _intervals(sheet: Sheet, days: Sequence[tuple[int, Estimate]]) -> list[Row]:
    """Return the intervals of the means of enough courses, cut at the ends of the scale."""
    return [
        {"x": day, "y": max(mean.lower, sheet.y[0]), "y2": min(mean.upper, sheet.y[1]), "n": _drawn_size(mean)}
        for day, mean in days
        if mean.lower is not None and mean.upper is not None and size_of(mean) >= _FEWEST_FOR_INTERVAL
    ]


def _with_interval(view: ResultView, days: Sequence[tuple[int, Estimate]]) -> Sequence[Estimate]:
    """Return every mean of the figure whose interval is drawn."""
    found = [*(mean for _, mean in days), view.known("baseline.mean"), view.known("final.mean")]
    return [mean for mean in found if mean is not None and size_of(mean) >= _FEWEST_FOR_INTERVAL]


def _drawn_size(found: Estimate) -> float:
    """Return the number of courses by which a mark is filled or hollow; a hidden one counts as many."""
    return min(size_of(found), _MANY)


def _split(found: Iterable[Any], is_wanted: Callable[[Any], bool]) -> tuple[list[Any], list[Any]]:
    """Return what is wanted and what is not, each in its order."""
    items = list(found)
    return [item for item in items if is_wanted(item)], [item for item in items if not is_wanted(item)]


def _pieces(joins: Iterable[tuple[Row, Row]]) -> list[Row]:
    """Return the two ends of each piece of a line, each piece a series of its own."""
    return [{**end, "series": place} for place, join in enumerate(joins) for end in join]


def _draw_ends(sheet: Sheet, view: ResultView, last: int, wide: bool) -> None:
    """Draw baseline and final rating as squares with their values beside them; those of few courses hollow and thin."""
    for id, place in (("baseline.mean", place_before(wide)), ("final.mean", last + 1)):
        found = view.known(id)
        if found is None or found.value is None:
            continue
        is_few = size_of(found) < _FEWEST_FOR_FULL_DOT
        has_interval = found.lower is not None and found.upper is not None and size_of(found) >= _FEWEST_FOR_INTERVAL
        if has_interval and not are_hidden([found], sheet.plot_height / (sheet.y[1] - sheet.y[0])):
            ends = {"y": max(found.lower or 0, sheet.y[0]), "y2": min(found.upper or 0, sheet.y[1])}
            sheet.spans([{"x": place, **ends}], hue="pain", width=1.1 if is_few else 2)
        sheet.dots([{"x": place, "y": found.value}], hue="pain", hollow=is_few, shape="square", size=80)
        style: dict[str, Any] = {"hue": "pain", "bold": True, "small": False}
        at = {"x": place, "y": found.value, "text": describe_number(found.value)}
        if id == "baseline.mean":
            sheet.texts([at], **style, dx=15, dy=-14, halo=True)
            continue
        sheet.texts([at], **style, align="left", dx=12)
        if wide and found.lower is not None and found.upper is not None and has_interval:
            decimals = decimals_for(found.lower, found.upper)
            text = describe_range(found.lower, found.upper, decimals)
            sheet.texts([{**at, "text": text}], hue="muted", align="left", dx=12, dy=16)


def _mark_lowest(sheet: Sheet, view: ResultView, last: int) -> None:
    """Write under the lowest mean, or beside it where its interval reaches the foot of the figure."""
    day, mean = view.value("nadir_day.of_lowest_mean"), view.known("nadir_day.lowest_mean")
    if day is None or mean is None or mean.value is None or not 1 <= day <= last or view.is_one_patient:
        return
    pixels = sheet.plot_height / (sheet.y[1] - sheet.y[0])
    is_drawn = size_of(mean) >= _FEWEST_FOR_INTERVAL and mean.lower is not None
    low = max(mean.lower or 0, sheet.y[0]) if is_drawn else mean.value
    text = {"x": day, "text": f"lowest, {describe_number(mean.value)}"}
    if (low - sheet.y[0]) * pixels > 24:
        sheet.texts([{**text, "y": low}], hue="pain", bold=True, dy=13, halo=True)
        return
    dy = -14 if (mean.value - sheet.y[0]) * pixels < 22 else 14
    has_room = (last + 1 - day) * sheet.plot_width / (sheet.x[1] - sheet.x[0]) > 90
    dx, align = (7, "left") if has_room else (-7, "right")
    sheet.texts([{**text, "y": mean.value}], hue="pain", bold=True, dx=dx, dy=dy, align=align, halo=True)


def _write_counts(sheet: Sheet, view: ResultView, days: Sequence[tuple[int, Estimate]], last: int, wide: bool) -> None:
    room = sheet.plot_width / (sheet.x[1] - sheet.x[0])
    counts = [{"x": day, "text": describe_compact(told_n(mean), room)} for day, mean in days]
    for id, place in (("baseline.mean", place_before(wide)), ("final.mean", last + 1)):
        found = view.estimate(id)
        counts.append({"x": place, "text": describe_compact(told_n(found) if found else 0, room)})
    sheet.note("n", x=-LEFT, y=sheet.plot_height + 38)
    sheet.row_of_notes(counts, y=sheet.plot_height + 38, bold=True)


def _say_days(sheet: Sheet, view: ResultView, days: Sequence[tuple[int, Estimate]], last: int, wide: bool) -> None:
    """Say the mean of a day, with its interval and n, to whoever points at the day."""
    named: list[tuple[float, str, Estimate | None]] = [(day, f"Day {day}", mean) for day, mean in days]
    named += [
        (place_before(wide), "Before", view.known("baseline.mean")),
        (last + 1, "Final", view.known("final.mean")),
    ]
    sheet.hover(
        [
            {"x": place - 0.5, "x2": place + 0.5, "y": sheet.y[0], "y2": sheet.y[1], "text": f"{name}: {describe_mean(mean, view.is_one_patient)}"}
            for place, name, mean in named
            if mean is not None
        ]
    )  # fmt: skip


def describe_mean(mean: Estimate, is_one: bool) -> str:
    """Return a mean in words: ``mean 5.0 (4.4 to 5.7), n = 49``; of one patient the value alone."""
    value = mean.value or 0
    if is_one:
        return describe_number(value)
    if mean.lower is None or mean.upper is None or size_of(mean) < _FEWEST_FOR_INTERVAL:
        return f"mean {describe_number(value)}, {describe_n(told_n(mean))}"
    decimals = decimals_for(mean.lower, mean.upper)
    interval = describe_range(mean.lower, mean.upper, decimals)
    return f"mean {describe_number(value, decimals)} ({interval}), {describe_n(told_n(mean))}"


#: A mean of fewer is drawn hollow; of fewer than `_FEWEST_FOR_INTERVAL`, without an interval.
_FEWEST_FOR_FULL_DOT = 10


_FEWEST_FOR_INTERVAL = 3
