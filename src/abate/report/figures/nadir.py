"""On which day was the rating lowest? One dot a course by its best day, and both statistics that sound alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from abate.report.disclosure import course_values, single_lines_allowed
from abate.report.figures.clock import MOST_DAYS, last_days
from abate.report.figures.counts import count_axis
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide
from abate.report.figures.sheet import Row, Sheet
from abate.report.numbers import describe_compact, describe_count, describe_n, describe_number, describe_range
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import n_of, plural

_NARROWEST_DOT = 7.0


def draw_nadir_days(view: ResultView) -> Figure:
    """Return the figure of the day on which each course had its lowest daily value."""
    claim = "When each course was at its lowest."
    counts = count_nadir_days(view)
    numbers = _nadir_table(counts)
    if not counts:
        return figure_without_drawing(
            "nadir-day", claim, "No course has a rating after the first dose, so none has a lowest day.", numbers
        )
    total = sum(count for _, count, _ in counts)
    is_single = single_lines_allowed(view.result)
    what = "One dot is one course." if is_single else "Bars: courses; their number stands over each."
    beyond = sum(count for day, count, _ in counts if day > MOST_DAYS)
    more = f" {plural(beyond, 'course')} had the lowest day after day {MOST_DAYS}: in the numbers." if beyond else ""
    commonest = max(counts, key=lambda found: (found[1], -found[0]))
    return Figure(
        id="nadir-day",
        claim=claim,
        marks=(
            what,
            "A tie goes to the first of its days.",
            "Filled triangle: mean of each course\u2019s lowest day. Hollow triangle: day with the lowest mean.",
            "Under each day: courses between first and last dose; ratings count until discharge.",
            n_of(total, "course"),
            more,
        ),
        finding=f"The commonest lowest day was day {commonest[0]}, in {describe_count(commonest[1])} of {plural(total, 'course')}.",
        numbers=(numbers,),
        draw=lambda width: [
            _sheet(view, [found for found in counts if found[0] <= MOST_DAYS], is_single, width).spec()
        ],
    )


def count_nadir_days(view: ResultView) -> Sequence[tuple[int, int, int]]:
    """Return for each day how many courses had their lowest daily value on it, and how many ran."""
    days = course_values(view.result, "nadir_day")["nadir_day"]
    days = days[~np.isnan(days)].astype(np.int64)
    if not days.size:
        return []
    last = last_days(view.result, view.study.rating.day)
    end = int(max(days.max(), np.nanmax(last, initial=1)))
    return [(day, int(np.sum(days == day)), int(np.sum(last >= day))) for day in range(1, end + 1)]


def _sheet(view: ResultView, counts: Sequence[tuple[int, int, int]], is_single: bool, width: float) -> Sheet:
    wide, most = is_wide(width), max(max(count for _, count, _ in counts), 1)
    left, right = (64, 16) if wide else (40, 6)
    room = (width - left - right) / len(counts)
    across = max(1, int(min(room * 0.8, 46) // 11))
    stacks = -(-most // across)
    dot = min(11.0, 150 / stacks)
    is_single = is_single and dot >= _NARROWEST_DOT / 2
    plot_height = max(60.0, stacks * dot + 20) if is_single else 150.0
    sheet = Sheet(
        width=width,
        height=plot_height + 20 + 104,
        left=left,
        right=right,
        top=20,
        bottom=104,
        x=(0.5, len(counts) + 0.5),
        y=(0, plot_height if is_single else most * 1.12),
    )
    sheet.x_axis(
        [day for day, *_ in counts],
        labels=[f"day {day}" if wide and len(counts) <= 8 else str(day) for day, *_ in counts],
    )
    if is_single:
        _stack_dots(sheet, counts, across, dot, room)
    else:
        count_axis(sheet, most)
        sheet.boxes([{"x": day - 0.36, "x2": day + 0.36, "y": 0, "y2": count} for day, count, _ in counts], hue="pain")
        sheet.texts(
            [{"x": day, "y": count, "text": describe_compact(count, room)} for day, count, _ in counts],
            bold=True,
            dy=-9,
        )
    sheet.note("running", x=-left, y=plot_height + 32)
    sheet.row_of_notes(
        [{"x": day, "text": describe_compact(running, room)} for day, _, running in counts],
        y=plot_height + 32,
        hue="muted",
    )
    _mark_statistics(sheet, view, plot_height, wide)
    return sheet


def _stack_dots(sheet: Sheet, counts: Sequence[tuple[int, int, int]], across: int, dot: float, room: float) -> None:
    dots: list[Row] = []
    for day, count, _ in counts:
        for place in range(count):
            in_row = min(across, count - place // across * across)
            offset = (place % across - (in_row - 1) / 2) * dot
            dots.append({"x": day + offset / room, "y": (place // across + 0.6) * dot})
    sheet.dots(dots, hue="pain", size=0.6 * dot**2)
    labels = [
        {"x": day, "y": -(-count // across) * dot + 12, "text": describe_count(count)} for day, count, _ in counts
    ]
    sheet.texts(labels, bold=True)


def _mark_statistics(sheet: Sheet, view: ResultView, plot_height: float, wide: bool) -> None:
    """Draw both statistics under the days, each with its words."""
    per_unit = (sheet.y[1] - sheet.y[0]) / plot_height
    mean, lowest = view.known("nadir_day.mean"), view.known("nadir_day.of_lowest_mean")
    middle = (sheet.x[0] + sheet.x[1]) / 2
    if mean is not None and mean.value is not None:
        y = -56 * per_unit
        interval = ""
        if mean.lower is not None and mean.upper is not None:
            sheet.spans([{"x": max(mean.lower, 0.5), "x2": min(mean.upper, sheet.x[1]), "y": y}], hue="pain")
            interval = f" ({describe_range(mean.lower, mean.upper)})"
        sheet.dots([{"x": mean.value, "y": y}], hue="pain", shape="triangle-up", size=90)
        words = "mean of lowest days" if wide else "mean"
        _write_beside(
            sheet,
            mean.value,
            max(mean.upper or 0, mean.value),
            y,
            f"{describe_number(mean.value)}{interval}, {words}",
            middle,
            mean.lower,
            "pain",
        )
    if lowest is not None and lowest.value is not None:
        y = -80 * per_unit
        sheet.dots([{"x": lowest.value, "y": y}], hue="ref", hollow=True, shape="triangle-up", size=90)
        words = f"day {describe_count(lowest.value)}, lowest mean ({describe_n(lowest.n or 0)})"
        _write_beside(sheet, lowest.value, lowest.value, y, words, middle, lowest.value, "ink")


def _write_beside(
    sheet: Sheet, at: float, right_end: float, y: float, text: str, middle: float, left_end: float | None, hue: str
) -> None:
    """Write to the right of a mark in the left half, and to its left in the right half."""
    if at <= middle:
        sheet.texts([{"x": min(right_end, sheet.x[1]), "y": y, "text": text}], hue=hue, align="left", dx=12)
    else:
        sheet.texts([{"x": at if left_end is None else left_end, "y": y, "text": text}], hue=hue, align="right", dx=-12)


def _nadir_table(counts: Sequence[tuple[int, int, int]]) -> ReportTable:
    rows = [row(f"Day {day}", describe_count(count), describe_count(running)) for day, count, running in counts]
    return table(
        "nadir-day-numbers",
        "Courses by the day of their lowest daily value.",
        ("Day", "Lowest on this day", "Courses that ran"),
        rows,
    )
