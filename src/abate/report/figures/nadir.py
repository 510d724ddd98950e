"""On which day was the rating lowest? One dot a course by its best day, and both statistics that sound alike."""

from __future__ import annotations

from collections.abc import Sequence

from abate.report.disclosure import single_lines_allowed
from abate.report.figures.clock import MOST_DAYS
from abate.report.figures.counts import count_axis, room_for_counts
from abate.report.figures.figure import SOME_DAYS_HIDDEN, Figure, figure_without_drawing, is_wide
from abate.report.figures.intervals import are_hidden
from abate.report.figures.sheet import Row, Sheet
from abate.report.headline import interval_of
from abate.report.numbers import (
    decimals_for,
    describe_compact,
    describe_count,
    describe_n,
    describe_number,
    describe_range,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.told import told_n
from abate.report.view import ResultView
from abate.report.words import n_of, plural

_NARROWEST_DOT = 7.0
_BOTTOM = 118.0
#: About the width of a letter of the small size, the widest of the usual faces taken.
_LETTER = 6.7


def draw_nadir_days(view: ResultView) -> Figure:
    """Return the figure of the day on which each course had its lowest daily value."""
    claim = "When the course was at its lowest." if view.is_one_patient else "When each course was at its lowest."
    counts = count_nadir_days(view)
    numbers = _nadir_table(view)
    if not counts:
        reason = "No course has a rating after the first dose, so none has a lowest day."
        is_hidden = any(one.lowest != 0 for one in view.result.days)
        return figure_without_drawing("nadir-day", claim, SOME_DAYS_HIDDEN if is_hidden else reason, numbers)
    total = sum(count for _, count, _ in counts)
    is_single = single_lines_allowed(view.result)
    what = (
        "The dot is the course."
        if view.is_one_patient
        else "One dot is one course."
        if is_single
        else "Bars: courses; their number stands over each."
    )
    beyond = sum(count for day, count, _ in counts if day > MOST_DAYS)
    more = f" {plural(beyond, 'course')} had the lowest day after day {MOST_DAYS}: in the numbers." if beyond else ""
    commonest = max(counts, key=lambda found: (found[1], -found[0]))
    return Figure(
        id="nadir-day",
        claim=claim,
        marks=(
            what,
            "A tie goes to the first of its days.",
            ""
            if view.is_one_patient
            else "Filled triangle: mean of each course\u2019s lowest day. Hollow triangle: day with the lowest mean.",
            "Under each day: courses between first and last dose; ratings count until discharge.",
            n_of(total, "course"),
            more,
        ),
        finding=f"The lowest day was day {commonest[0]}."
        if total == 1
        else f"The commonest lowest day was day {commonest[0]}, in {describe_count(commonest[1])} of {plural(total, 'course')}.",
        numbers=(numbers,),
        draw=lambda width: [
            _sheet(view, [found for found in counts if found[0] <= MOST_DAYS], is_single, width).spec()
        ],
    )


def count_nadir_days(view: ResultView) -> Sequence[tuple[int, int, int]]:
    """Return for each day how many courses had their lowest daily value on it, and how many ran; nothing where one is hidden."""
    days = view.result.days
    whole = [
        (one.day, one.lowest, one.running)
        for one in days
        if isinstance(one.lowest, int) and isinstance(one.running, int)
    ]
    return whole if len(whole) == len(days) and any(lowest for _, lowest, _ in whole) else []


def _sheet(view: ResultView, counts: Sequence[tuple[int, int, int]], is_single: bool, width: float) -> Sheet:
    wide, most = is_wide(width), max(max(count for _, count, _ in counts), 1)
    left, right = (room_for_counts(most, 64 if wide else 44), 16 if wide else 6)
    room = (width - left - right) / len(counts)
    across = max(1, int(min(room * 0.8, 46) // 11))
    stacks = -(-most // across)
    dot = min(11.0, 150 / stacks)
    is_single = is_single and dot >= _NARROWEST_DOT / 2
    plot_height = max(36.0, stacks * dot + 20) if is_single else 150.0
    bottom = 46.0 if view.is_one_patient else _BOTTOM
    sheet = Sheet(
        width=width,
        height=plot_height + 20 + bottom,
        left=left,
        right=right,
        top=20,
        bottom=bottom,
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
    sheet.hover(
        [
            {"x": day - 0.5, "x2": day + 0.5, "y": 0, "y2": sheet.y[1], "text": _say_day(day, count, running)}
            for day, count, running in counts
        ]
    )
    return sheet


def _say_day(day: int, count: int, running: int) -> str:
    return f"Day {day}: lowest in {plural(count, 'course')}; {plural(running, 'course')} ran on it"


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
    if view.is_one_patient:
        return
    per_unit = (sheet.y[1] - sheet.y[0]) / plot_height
    pixels = sheet.plot_width / (sheet.x[1] - sheet.x[0])
    mean, lowest = view.known("nadir_day.mean"), view.known("nadir_day.of_lowest_mean")
    if mean is not None and mean.value is not None:
        y = -54 * per_unit
        interval, ends = "", (mean.value, mean.value)
        if (found := interval_of(mean)) is not None:
            ends = (max(found[0], sheet.x[0]), min(found[1], sheet.x[1]))
            if not are_hidden([mean], pixels):
                sheet.spans([{"x": ends[0], "x2": ends[1], "y": y}], hue="pain")
            interval = f" ({describe_range(*found, decimals_for(*found))})"
        sheet.dots([{"x": mean.value, "y": y}], hue="pain", shape="triangle-up", size=90)
        words = f"{describe_number(mean.value)}{interval}, mean{' of lowest days' if wide else ''}"
        _write_near(sheet, (ends[0], mean.value, ends[1]), y, words, "pain")
    if lowest is not None and lowest.value is not None:
        y = -88 * per_unit
        sheet.dots([{"x": lowest.value, "y": y}], hue="ref", hollow=True, shape="triangle-up", size=90)
        words = f"day {describe_count(lowest.value)}, lowest mean ({describe_n(told_n(lowest))})"
        _write_near(sheet, (lowest.value, lowest.value, lowest.value), y, words, "ink")


def _write_near(sheet: Sheet, places: tuple[float, float, float], y: float, text: str, hue: str) -> None:
    """Write at the right of a mark and its bar, or at their left, or under them: where there is room first."""
    low, middle, high = places
    pixels = sheet.plot_width / (sheet.x[1] - sheet.x[0])
    width = _LETTER * len(text) + 14
    if (sheet.x[1] - high) * pixels + sheet.right >= width:
        sheet.texts([{"x": high, "y": y, "text": text}], hue=hue, align="left", dx=12)
    elif (low - sheet.x[0]) * pixels + sheet.left >= width:
        sheet.texts([{"x": low, "y": y, "text": text}], hue=hue, align="right", dx=-12)
    else:
        half = width / 2 / pixels
        at = min(max(middle, sheet.x[0] + half - sheet.left / pixels), sheet.x[1] - half + sheet.right / pixels)
        sheet.texts([{"x": at, "y": y, "text": text}], hue=hue, dy=16)


def _nadir_table(view: ResultView) -> ReportTable:
    has_any = any(one.lowest != 0 for one in view.result.days)
    rows = [
        row(f"Day {one.day}", describe_count(one.lowest), describe_count(one.running))
        for one in view.result.days
        if has_any
    ]
    return table(
        "nadir-day-numbers",
        "Courses by the day of their lowest daily value.",
        ("Day", "Lowest on this day", "Courses that ran"),
        rows,
    )
