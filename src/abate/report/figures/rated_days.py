"""Which days have no rating? Courses rated and not rated on each day on which they ran."""

from __future__ import annotations

from collections.abc import Sequence

from abate.contracts.result import Counted, DayCount
from abate.report.figures.clock import MOST_DAYS
from abate.report.figures.counts import count_axis, room_for_counts
from abate.report.figures.day_axis import more_days
from abate.report.figures.figure import SOME_DAYS_HIDDEN, Figure, figure_without_drawing, is_wide
from abate.report.figures.sheet import Sheet
from abate.report.numbers import (
    describe_compact,
    describe_count,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.sharing.hiding import HIDDEN
from abate.report.view import ResultView
from abate.report.words import capital, n_of, of_things, plural


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
            more_days(view),
        ),
        finding=f"{capital(of_things(rated_sum, running_sum, 'course-day'))} {'has' if running_sum == 1 else 'have'} a rating.",
        numbers=(numbers,),
        draw=lambda width: [_missing_sheet(shown, width).spec()],
    )


def rated_by_day(view: ResultView) -> Sequence[tuple[int, int, int]]:
    """Return for each day of the courses, first dose to last, how many were rated and how many ran; nothing where one is hidden."""
    days = [day for day in view.result.days if day.running != 0]
    counts = [(one.day, one.rated, one.running) for one in days]
    whole = [
        (day, rated, running) for day, rated, running in counts if isinstance(rated, int) and isinstance(running, int)
    ]
    return whole if len(whole) == len(counts) else []


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
