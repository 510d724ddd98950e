"""How did the rating move from day to day, what was given then, and which days have no rating?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from abate.contracts.result import Counted, DayCount, Estimate, RateStep
from abate.report.disclosure import course_values, daily_ratings, single_lines_allowed
from abate.report.figures.clock import MOST_DAYS
from abate.report.figures.counts import count_axis, room_for_counts
from abate.report.figures.figure import SOME_DAYS_HIDDEN, Figure, figure_without_drawing, is_wide, tenths
from abate.report.figures.intervals import are_hidden, say_intervals
from abate.report.figures.rates import RateCourse, count_paused_by_day, find_rates
from abate.report.figures.sheet import Row, Sheet
from abate.report.hiding import HIDDEN
from abate.report.numbers import (
    decimals_for,
    describe_compact,
    describe_count,
    describe_n,
    describe_number,
    describe_range,
    describe_short,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.tables import daily_table
from abate.report.told import size_of, told_n
from abate.report.view import ResultView
from abate.report.words import capital, n_of, of_things, plural

#: A mean of fewer is drawn hollow; of fewer than `_FEWEST_FOR_INTERVAL`, without an interval.
_FEWEST_FOR_FULL_DOT = 10
_FEWEST_FOR_INTERVAL = 3
#: A day with fewer ratings has no outer quantiles: they would be single courses.
_FEWEST_FOR_QUANTILES = 20
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_LEFT = 44
_HEIGHT, _TOP, _BOTTOM = 342, 30, 52


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How the ratings of one day are spread over the courses; day 0 stands for the baseline."""

    day: int
    course_count: int
    quantiles: tuple[float, ...]


def find_spread(view: ResultView, last: int) -> Sequence[Spread]:
    """Return the quantiles of baseline and daily values, where there are too many courses for a line each."""
    if single_lines_allowed(view.result):
        return []
    daily, baseline = daily_ratings(view.result), course_values(view.result, "baseline")["baseline"]
    by_day = {0: baseline[~np.isnan(baseline)]}
    by_day |= {day: daily["value"][daily["day"] == day] for day in range(1, last + 1)}
    return [
        Spread(day=day, course_count=int(values.size), quantiles=tuple(float(one) for one in np.quantile(values, _QUANTILES)))
        for day, values in by_day.items()
        if values.size >= _FEWEST_FOR_QUANTILES
    ]  # fmt: skip


def draw_pain_by_day(view: ResultView) -> Figure:
    """Return the figure of the daily means, with the rates given under it on the same clock."""
    days = shown_days(view)
    rates = find_rates(view)
    spread = find_spread(view, max((day for day, _ in days), default=0))
    numbers = (
        daily_table(view),
        *([_spread_table(view, spread)] if spread else []),
        *([_rate_table(rates)] if rates.steps else []),
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
            _say_rates(view, rates),
            n_of(view.course_count, "course"),
            _more_days(view),
        ),
        finding=finding,
        numbers=numbers,
        draw=lambda width: [
            _sheet(view, days, spread, width).spec(),
            *([_rate_sheet(view, rates, paused, days, width).spec()] if rates.steps else []),
        ],
    )


_PIXELS = _HEIGHT - _TOP - _BOTTOM
_MANY = 1_000_000.0


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


def _say_rates(view: ResultView, rates: RateCourse) -> str:
    """Return what the lower panel shows, and in how many courses the infusion paused."""
    if not rates.steps:
        return ""
    pause = view.known("pause.share")
    if view.is_one_patient:
        return "Below: rate of the infusion." + (" Gaps: pauses." if pause is not None and pause.numerator else "")
    shown = "Below: median rate of the infusions running, with their middle half."
    if pause is None or not pause.denominator:
        return shown
    courses = of_things(pause.numerator or 0, pause.denominator, "course")
    return f"{shown} {capital(courses)} had a pause inside."


def draw_missing_by_day(view: ResultView) -> Figure:
    """Return the figure of how many of the courses still running were rated on each day."""
    claim = f"Days with and without a rating of {view.noun}."
    counts = rated_by_day(view)
    numbers = _missing_table(view)
    if not counts:
        is_hidden = any(day.running != 0 for day in view.result.days)
        reason = "No course has a known length, so that days without a rating cannot be counted."
        return figure_without_drawing("ratings-by-day", claim, SOME_DAYS_HIDDEN if is_hidden else reason, numbers)
    shown = [(day, rated, running) for day, rated, running in counts if day <= MOST_DAYS]
    rated_sum, running_sum = sum(rated for _, rated, _ in counts), sum(running for *_, running in counts)
    return Figure(
        id="ratings-by-day",
        claim=claim,
        marks=(
            "Filled: courses rated on the day. Dashed: courses that ran on the day and were not rated.",
            "Counted from first to last dose, or to discharge where the last dose has no known end; the daily means go on until discharge.",
            f"{n_of(running_sum, 'day').rstrip('.')} of {plural(view.course_count, 'course')}.",
            _more_days(view),
        ),
        finding=f"{capital(of_things(rated_sum, running_sum, 'course-day'))} {'has' if running_sum == 1 else 'have'} a rating.",
        numbers=(numbers,),
        draw=lambda width: [_missing_sheet(shown, width).spec()],
    )


def shown_days(view: ResultView) -> Sequence[tuple[int, Estimate]]:
    """Return the days of the course that have a mean, from day 1 to `MOST_DAYS`."""
    return [(day, mean) for day, mean in means_by_day(view) if 1 <= day <= MOST_DAYS]


def means_by_day(view: ResultView) -> Sequence[tuple[int, Estimate]]:
    """Return all days that have a mean; day 0 is the time before the first dose."""
    prefix = "daily.mean.day_"
    found = [(int(estimate.id.removeprefix(prefix)), estimate) for estimate in view.under(prefix)]
    return sorted((day, estimate) for day, estimate in found if estimate.value is not None)


def rated_by_day(view: ResultView) -> Sequence[tuple[int, int, int]]:
    """Return for each day of the courses, first dose to last, how many were rated and how many ran; nothing where one is hidden."""
    days = [day for day in view.result.days if day.running != 0]
    counts = [(one.day, one.rated, one.running) for one in days]
    whole = [
        (day, rated, running) for day, rated, running in counts if isinstance(rated, int) and isinstance(running, int)
    ]
    return whole if len(whole) == len(counts) else []


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


def _more_days(view: ResultView) -> str:
    longest = max((day for day, _ in means_by_day(view)), default=0)
    return "" if longest <= MOST_DAYS else f" Days {MOST_DAYS + 1} to {longest} stand in the numbers behind the figure."


def _sheet(view: ResultView, days: Sequence[tuple[int, Estimate]], spread: Sequence[Spread], width: float) -> Sheet:
    wide, last = is_wide(width), max(day for day, _ in days)
    scale = view.scale
    sheet = Sheet(width=width, height=_HEIGHT if wide else 258, x=_ends_of_days(last, wide), y=(scale.minimum, scale.maximum),
                  left=_LEFT, right=_right(wide), top=_TOP, bottom=_BOTTOM)  # fmt: skip
    _draw_days(sheet, last, wide)
    ticks = tenths(scale.minimum, scale.maximum)
    sheet.y_axis(ticks)
    sheet.grid(ticks)
    sheet.heading(_axis_words(view), hue="pain")
    _draw_spread(sheet, spread, wide)
    _draw_single_courses(sheet, view, last, wide)
    _draw_means(sheet, view, days, wide)
    _draw_ends(sheet, view, last, wide)
    _mark_lowest(sheet, view, last)
    _write_counts(sheet, view, days, last, wide)
    _say_days(sheet, view, days, last, wide)
    return sheet


def _before(wide: bool) -> float:
    """Return the place of the baseline: on a narrow figure further from day 1, so that their names stay apart."""
    return 0 if wide else -0.5


def _ends_of_days(last: int, wide: bool) -> tuple[float, float]:
    return (_before(wide) - 0.6, last + 1.4)


def _right(wide: bool) -> float:
    return 116 if wide else 50


def _draw_spread(sheet: Sheet, spread: Sequence[Spread], wide: bool) -> None:
    """Draw the middle 90 % and the middle half of many courses as bands, and their median."""
    places = [(_before(wide) if found.day == 0 else found.day, found.quantiles) for found in spread]
    for low, high, opacity in ((0, 4, 0.1), (1, 3, 0.14)):
        rows = [{"x": x, "y": quantiles[low], "y2": quantiles[high], "series": 0} for x, quantiles in places]
        sheet.areas(rows, hue="pain", opacity=opacity)
    sheet.lines([{"x": x, "y": quantiles[2], "series": 0} for x, quantiles in places], hue="pain", width=0.9)


def _axis_words(view: ResultView) -> str:
    scale = view.scale
    name = scale.name if scale.name == view.noun else f"{view.noun}, {scale.name}"
    return f"{capital(name)}, {scale.minimum:g} to {scale.maximum:g}"


def _draw_days(sheet: Sheet, last: int, wide: bool) -> None:
    bands = [{"x": day - 0.5, "x2": day + 0.5, "y": sheet.y[0], "y2": sheet.y[1]} for day in range(1, last + 1, 2)]
    sheet.boxes(bands, hue="band")
    has_room = wide and last <= 8
    labels = ["before", *(f"day {day}" if has_room else str(day) for day in range(1, last + 1)), "final"]
    sheet.x_axis([_before(wide), *range(1, last + 2)], labels=labels)


def _draw_single_courses(sheet: Sheet, view: ResultView, last: int, wide: bool) -> None:
    if not single_lines_allowed(view.result) or view.is_one_patient:
        return
    daily, baseline = daily_ratings(view.result), course_values(view.result, "baseline")["baseline"]
    rows: list[Row] = [
        {"x": _before(wide), "y": float(value), "series": place}
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
        points.insert(0, {"x": _before(wide), "y": baseline.value, "n": _drawn_size(baseline)})
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
    for id, place in (("baseline.mean", _before(wide)), ("final.mean", last + 1)):
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
    for id, place in (("baseline.mean", _before(wide)), ("final.mean", last + 1)):
        found = view.estimate(id)
        counts.append({"x": place, "text": describe_compact(told_n(found) if found else 0, room)})
    sheet.note("n", x=-_LEFT, y=sheet.plot_height + 38)
    sheet.row_of_notes(counts, y=sheet.plot_height + 38, bold=True)


def _say_days(sheet: Sheet, view: ResultView, days: Sequence[tuple[int, Estimate]], last: int, wide: bool) -> None:
    """Say the mean of a day, with its interval and n, to whoever points at the day."""
    named: list[tuple[float, str, Estimate | None]] = [(day, f"Day {day}", mean) for day, mean in days]
    named += [(_before(wide), "Before", view.known("baseline.mean")), (last + 1, "Final", view.known("final.mean"))]
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


def _rate_sheet(
    view: ResultView,
    rates: RateCourse,
    paused: Mapping[int, int],
    days: Sequence[tuple[int, Estimate]],
    width: float,
) -> Sheet:
    wide, last = is_wide(width), max(day for day, _ in days)
    steps = [step for step in rates.steps if step.start_day < last + 0.5]
    ticks = tenths(0, max(step.upper_quartile for step in steps) or 1)
    top = ticks[-1] if ticks[-1] >= max(step.upper_quartile for step in steps) else ticks[-1] + ticks[1]
    more = 16 if paused else 0
    sheet = Sheet(width=width, height=(158 if wide else 138) + more, x=_ends_of_days(last, wide), y=(0, top),
                  left=_LEFT, right=_right(wide), top=28, bottom=40 + more)  # fmt: skip
    sheet.boxes([{"x": day - 0.5, "x2": day + 0.5, "y": 0, "y2": top} for day in range(1, last + 1, 2)], hue="band")
    heights = [0, top / 2, top] if len(ticks) > 3 else ticks
    sheet.y_axis(heights, labels=[describe_short(height) for height in heights])
    sheet.x_axis([], domain=True)
    sheet.grid(heights)
    what = ": median and middle half of running infusions" if wide else ": median, middle half"
    heading = f"{capital(view.treatment)}, mg/h{'' if view.is_one_patient else what}"
    sheet.heading(heading, hue="dose", limit=width - 6)
    curve = _with_gaps(steps)
    sheet.areas(
        [{"x": x, "y": step.lower_quartile, "y2": step.upper_quartile, "series": series} for x, step, series in curve],
        hue="dosewash",
        step=True,
    )
    sheet.lines([{"x": x, "y": step.median, "series": series} for x, step, series in curve], hue="dose", step=True)
    end = curve[-1]
    sheet.texts(
        [{"x": end[0], "y": end[1].median, "text": describe_short(end[1].median)}],
        hue="dose",
        bold=True,
        align="left",
        dx=6,
    )
    room = sheet.plot_width / (sheet.x[1] - sheet.x[0])
    running = {day: count for day, count in rates.running_by_day.items() if day <= last}
    if running:
        sheet.note("ran", x=-_LEFT, y=sheet.plot_height + 16)
    sheet.row_of_notes(
        [{"x": day, "text": describe_compact(count, room)} for day, count in running.items()],
        y=sheet.plot_height + 16,
        bold=True,
    )
    if paused:
        sheet.note("paused", x=-_LEFT, y=sheet.plot_height + 32)
        still = [{"x": day, "text": describe_compact(paused.get(day, 0), room)} for day in running]
        sheet.row_of_notes(still, y=sheet.plot_height + 32)
    clock = (
        "Calendar days; day 1 is the day of the first dose"
        if view.study.rating.day == "calendar"
        else "Days of 24 hours from the first dose"
    )
    sheet.note(clock, x=sheet.plot_width / 2, y=sheet.plot_height + 33 + more, align="center")
    sheet.hover(
        [
            {"x": day - 0.5, "x2": day + 0.5, "y": 0, "y2": top, "text": _say_rates_of_day(day, count, paused, steps)}
            for day, count in running.items()
        ]
    )
    return sheet


def _say_rates_of_day(day: int, ran: int, paused: Mapping[int, int], steps: Sequence[RateStep]) -> str:
    """Return how many ran and paused on a day, and the median rates on it from the lowest to the highest."""
    medians = [step.median for step in steps if day - 0.5 <= step.start_day < day + 0.5]
    low, high = (describe_short(end) for end in (min(medians), max(medians)))
    rates = f"median rate {low} mg/h" if low == high else f"median rates {low} to {high} mg/h"
    return f"Day {day}: {plural(ran, 'course')} ran, {describe_count(paused.get(day, 0))} paused; {rates}"


def _spread_table(view: ResultView, spread: Sequence[Spread]) -> ReportTable:
    rows = [
        row(
            "Baseline, by rule" if found.day == 0 else f"Day {found.day}",
            describe_count(found.course_count),
            *(describe_short(value) for value in found.quantiles),
        )
        for found in spread
    ]
    columns = ("Time", "n", *(f"{100 * share:g}\u202f%" for share in _QUANTILES))
    return table("spread-by-day-numbers", f"Quantiles of {view.noun} by day: so many per cent of the courses rated lie at or under the value.",
                 columns, rows)  # fmt: skip


def _with_gaps(steps: Sequence[RateStep]) -> list[tuple[float, RateStep, int]]:
    """Return place, step and stretch of the curve: a new stretch wherever nothing ran in between."""
    points: list[tuple[float, RateStep, int]] = []
    series = 0
    for before, step in zip([steps[0], *steps], steps, strict=False):
        if step.start_day > before.end_day + 1e-9:
            points.append((before.end_day, before, series))
            series += 1
        points.append((step.start_day, step, series))
    points.append((steps[-1].end_day, steps[-1], series))
    return points


def _rate_table(rates: RateCourse) -> ReportTable:
    rows = [
        row(describe_number(step.start_day - 0.5, 2), describe_number(step.end_day - 0.5, 2), describe_count(step.course_count),
            describe_short(step.median), describe_short(step.lower_quartile), describe_short(step.upper_quartile))
        for step in rates.steps
    ]  # fmt: skip
    columns = ("From, days", "To, days", "Running", "Median, mg/h", "Lower quartile", "Upper quartile")
    return table("rate-by-day-numbers", "Rates of the infusions running in the middle of each step.", columns, rows,
                 notes=("Days count from the beginning of day 1.",))  # fmt: skip


def _missing_sheet(counts: Sequence[tuple[int, int, int]], width: float) -> Sheet:
    most = max(running for *_, running in counts)
    left = room_for_counts(most, 46)
    sheet = Sheet(
        width=width,
        height=204 if is_wide(width) else 184,
        x=(0.4, len(counts) + 0.6),
        y=(0, most),
        left=left,
        right=12,
        top=30,
        bottom=58,
    )
    sheet.x_axis(
        [day for day, *_ in counts],
        labels=[f"day {day}" if is_wide(width) and len(counts) <= 8 else str(day) for day, *_ in counts],
    )
    count_axis(sheet, most)
    sheet.heading("Courses on each day")
    bars = [{"x": day - 0.32, "x2": day + 0.32, "y": 0, "y2": rated, "top": running} for day, rated, running in counts]
    sheet.boxes(bars, hue="kept")
    sheet.boxes(
        [{**bar, "y": bar["y2"], "y2": bar["top"]} for bar in bars if bar["top"] > bar["y2"]],
        hue=None,
        outline="ref",
        dash=True,
    )
    room = sheet.plot_width / len(counts)
    for name, place, y in (("rated", 1, 34), ("of", 2, 50)):
        sheet.note(name, x=-left, y=sheet.plot_height + y)
        texts = [{"x": found[0], "text": describe_compact(found[place], room)} for found in counts]
        sheet.row_of_notes(texts, y=sheet.plot_height + y, bold=place == 1, hue="ink" if place == 1 else "muted")
    sheet.hover(
        [
            {
                "x": day - 0.5,
                "x2": day + 0.5,
                "y": 0,
                "y2": most,
                "text": f"Day {day}: {of_things(rated, running, 'course')} rated",
            }
            for day, rated, running in counts
            if running
        ]
    )
    return sheet


def _missing_table(view: ResultView) -> ReportTable:
    rows = [
        row(f"Day {one.day}", describe_count(one.running), describe_count(one.rated), describe_count(_not_rated(one)))
        for one in view.result.days
        if one.running != 0
    ]
    return table("ratings-by-day-numbers", "Courses with and without a rating on each day, first dose to the end of the last.",
                 ("Day", "Courses that ran", "Rated", "Not rated"), rows)  # fmt: skip


def _not_rated(day: DayCount) -> Counted:
    if isinstance(day.running, str) or isinstance(day.rated, str):
        return HIDDEN
    return day.running - day.rated
