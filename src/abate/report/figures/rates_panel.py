"""What was given on each day? The panel under the daily means: rates, running and paused infusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from abate.contracts.result import Estimate, RateStep
from abate.report.figures.day_axis import LEFT, ends_of_days, room_at_right
from abate.report.figures.figure import is_wide, tenths
from abate.report.figures.rates import RateCourse
from abate.report.figures.sheet import Sheet
from abate.report.numbers import (
    describe_compact,
    describe_count,
    describe_number,
    describe_short,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import capital, of_things, plural, shown


def say_rates(view: ResultView, rates: RateCourse) -> str:
    """Return what the lower panel shows, and in how many courses the infusion paused."""
    if not rates.steps:
        return ""
    pause = view.known("pause.share")
    if view.is_one_patient:
        return "Below: rate of the infusion." + (" Gaps: pauses." if pause is not None and pause.numerator else "")
    what = "Below: median rate of the infusions running, with their middle half."
    if pause is None or not pause.denominator:
        return what
    courses = of_things(pause.numerator or 0, pause.denominator, "course")
    return f"{what} {capital(courses)} had a pause inside."


def rate_sheet(
    view: ResultView,
    rates: RateCourse,
    paused: Mapping[int, int],
    days: Sequence[tuple[int, Estimate]],
    width: float,
) -> Sheet:
    """Return the panel of the rates, on the days of the figure above it."""
    wide, last = is_wide(width), max(day for day, _ in days)
    steps = [step for step in rates.steps if step.start_day < last + 0.5]
    ticks = tenths(0, max(step.upper_quartile for step in steps) or 1)
    top = ticks[-1] if ticks[-1] >= max(step.upper_quartile for step in steps) else ticks[-1] + ticks[1]
    more = 16 if paused else 0
    sheet = Sheet(width=width, height=(158 if wide else 138) + more, x=ends_of_days(last, wide), y=(0, top),
                  left=LEFT, right=room_at_right(wide), top=28, bottom=40 + more)  # fmt: skip
    sheet.boxes([{"x": day - 0.5, "x2": day + 0.5, "y": 0, "y2": top} for day in range(1, last + 1, 2)], hue="band")
    heights = [0, top / 2, top] if len(ticks) > 3 else ticks
    sheet.y_axis(heights, labels=[describe_short(height) for height in heights])
    sheet.x_axis([], domain=True)
    sheet.grid(heights)
    what = ": median and middle half of running infusions" if wide else ": median, middle half"
    heading = f"{capital(shown(view.treatment))}, mg/h{'' if view.is_one_patient else what}"
    sheet.heading(heading, hue="dose", limit=width - 6)
    _draw_curve(sheet, steps)
    running = {day: count for day, count in rates.running_by_day.items() if day <= last}
    _write_running(sheet, running, paused)
    sheet.note(_name_of_clock(view), x=sheet.plot_width / 2, y=sheet.plot_height + 33 + more, align="center")
    sheet.hover(
        [
            {"x": day - 0.5, "x2": day + 0.5, "y": 0, "y2": top, "text": _say_rates_of_day(day, count, paused, steps)}
            for day, count in running.items()
        ]
    )
    return sheet


def _draw_curve(sheet: Sheet, steps: Sequence[RateStep]) -> None:
    """Draw the median with the middle half, and write the last median at its end."""
    curve = _with_gaps(steps)
    sheet.areas(
        [{"x": x, "y": step.lower_quartile, "y2": step.upper_quartile, "series": series} for x, step, series in curve],
        hue="dosewash",
        step=True,
    )
    sheet.lines([{"x": x, "y": step.median, "series": series} for x, step, series in curve], hue="dose", step=True)
    x, last, _ = curve[-1]
    label = {"x": x, "y": last.median, "text": describe_short(last.median)}
    sheet.texts([label], hue="dose", bold=True, align="left", dx=6)


def _write_running(sheet: Sheet, running: Mapping[int, int], paused: Mapping[int, int]) -> None:
    """Write under each day how many infusions ran and paused; nothing in an edition that does not tell it."""
    if not running:
        return
    room = sheet.plot_width / (sheet.x[1] - sheet.x[0])
    ran = [{"x": day, "text": describe_compact(count, room)} for day, count in running.items()]
    sheet.note("ran", x=-LEFT, y=sheet.plot_height + 16)
    sheet.row_of_notes(ran, y=sheet.plot_height + 16, bold=True)
    if paused:
        still = [{"x": day, "text": describe_compact(paused.get(day, 0), room)} for day in running]
        sheet.note("paused", x=-LEFT, y=sheet.plot_height + 32)
        sheet.row_of_notes(still, y=sheet.plot_height + 32)


def _name_of_clock(view: ResultView) -> str:
    if view.study.rating.day == "calendar":
        return "Calendar days; day 1 is the day of the first dose"
    return "Days of 24 hours from the first dose"


def _say_rates_of_day(day: int, ran: int, paused: Mapping[int, int], steps: Sequence[RateStep]) -> str:
    """Return how many ran and paused on a day, and the median rates on it from the lowest to the highest."""
    medians = [step.median for step in steps if day - 0.5 <= step.start_day < day + 0.5]
    low, high = (describe_short(end) for end in (min(medians), max(medians)))
    rates = f"median rate {low} mg/h" if low == high else f"median rates {low} to {high} mg/h"
    return f"Day {day}: {plural(ran, 'course')} ran, {describe_count(paused.get(day, 0))} paused; {rates}"


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


def rate_table(rates: RateCourse) -> ReportTable:
    """Return the rates behind the panel, a row a step."""
    rows = [
        row(describe_number(step.start_day - 0.5, 2), describe_number(step.end_day - 0.5, 2), describe_count(step.course_count),
            describe_short(step.median), describe_short(step.lower_quartile), describe_short(step.upper_quartile))
        for step in rates.steps
    ]  # fmt: skip
    columns = ("From, days", "To, days", "Running", "Median, mg/h", "Lower quartile", "Upper quartile")
    return table("rate-by-day-numbers", "Rates of the infusions running in the middle of each step.", columns, rows,
                 notes=("Days count from the beginning of day 1.",))  # fmt: skip
