"""How many responded by each rule, and how soon? Dot and interval; filled among the rated, hollow with the missing as no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.contracts.result import Estimate
from abate.report.figures.clock import MOST_DAYS
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, say_hidden_parts
from abate.report.figures.intervals import are_hidden, say_intervals
from abate.report.figures.sheet import Row, Sheet
from abate.report.headline import describe_estimated_share
from abate.report.numbers import (
    FEWEST_FOR_PERCENT,
    describe_compact,
    describe_percent,
    describe_share,
    describe_share_range,
)
from abate.report.report_table import ReportTable
from abate.report.tables import response_table, time_to_response_table
from abate.report.view import ResultView
from abate.report.words import describe_rule, label_rule, n_of, of_things, of_words, plural

SHARE_TICKS = (0, 0.25, 0.5, 0.75, 1)


@dataclass(frozen=True, kw_only=True)
class ShareRow:
    """One line of a figure of shares: its label, and one estimate or two beside each other."""

    label: str
    estimate: Estimate
    beside: Estimate | None = None
    note: str = ""


def draw_response(view: ResultView) -> Figure:
    """Return the figure of the response by every declared rule."""
    claim, numbers = "Response under every declared rule.", response_table(view)
    if view.is_hidden(f"response.{view.study.response.primary.id}"):
        return _draw_response_of_all(view, claim, numbers)
    all_judged = can_all_be_judged(view)
    rows = [
        ShareRow(
            label=label_rule(rule),
            estimate=estimate,
            beside=None if all_judged else view.known(f"response.{rule.id}_missing_as_no"),
            note="primary rule" if rule.id == view.study.response.primary.id else "",
        )
        for rule in view.study.response.rules
        if (estimate := view.known(f"response.{rule.id}")) is not None
    ]
    hidden = [describe_rule(rule) for rule in view.study.response.rules if view.is_hidden(f"response.{rule.id}")]
    if not rows:
        reason = view.reason("response.primary") or "no course can be judged"
        return figure_without_drawing("response", claim, f"No response can be drawn: {reason}.", numbers)
    return Figure(
        id="response",
        claim=claim,
        marks=(
            "Dot at the right: the rule is met; at the left: it is not."
            if view.is_one_patient
            else "Dots: of all courses; every one can be judged."
            if all_judged
            else "Filled: of the courses that can be judged.",
            "" if all_judged else "Hollow: of all courses, those that cannot be judged counted as no.",
            say_share_intervals([found for row in rows for found in (row.estimate, row.beside)]),
            n_of(view.course_count, "course"),
            say_hidden_parts(hidden),
        ),
        finding=f"{'; '.join(_say_met(view, row) for row in rows)}.",
        numbers=(numbers,),
        draw=lambda width: [
            draw_shares(
                rows,
                width,
                "the patient"
                if view.is_one_patient
                else "of all courses"
                if all_judged
                else "of the courses that can be judged",
                "missing counted as no response",
            ).spec()
        ],
    )


def _draw_response_of_all(view: ResultView, claim: str, numbers: ReportTable) -> Figure:
    """Return the figure of an edition in which only shares of all courses may be told, of some rules at least."""
    rows = [
        ShareRow(
            label=label_rule(rule),
            estimate=estimate,
            note="primary rule" if rule.id == view.study.response.primary.id else "",
        )
        for rule in view.study.response.rules
        if (estimate := view.known(f"response.{rule.id}_missing_as_no")) is not None
    ]
    if not rows:
        return figure_without_drawing("response", claim, "How many responded is hidden in this edition.", numbers)
    hidden = len(view.study.response.rules) - len(rows)
    return Figure(
        id="response",
        claim=claim,
        marks=(
            "Dots: of all courses, those that cannot be judged counted as no; how many these are is hidden in this edition.",
            say_share_intervals([row.estimate for row in rows]),
            f"{plural(hidden, 'rule')} with hidden counts: in the table." if hidden else "",
            n_of(view.course_count, "course"),
        ),
        finding=f"{'; '.join(_say_met(view, row) for row in rows)}.",
        numbers=(numbers,),
        draw=lambda width: [draw_shares(rows, width, "of all courses, missing counted as no response", "").spec()],
    )


def _say_met(view: ResultView, row: ShareRow) -> str:
    met, judged = row.estimate.numerator or 0, row.estimate.denominator or 0
    if view.is_one_patient:
        return f"{row.label}: {'met' if met else 'not met'}"
    return f"{row.label}: {of_words(met, judged)}"


def can_all_be_judged(view: ResultView) -> bool:
    """Return whether every declared rule can be judged in every course, so that nothing is missing."""
    judged = [view.known(f"response.{rule.id}") for rule in view.study.response.rules]
    return all(found is not None and found.denominator == view.course_count for found in judged)


def say_share_intervals(estimates: Sequence[Estimate | None]) -> str:
    """Return what bars there are on a figure of shares, or that they would be hidden."""
    return say_intervals(estimates, 720 - 214 - 178, unit="percentage points", factor=100)


def draw_shares(rows: Sequence[ShareRow], width: float, filled: str, hollow: str) -> Sheet:
    """Return a sheet of shares with their intervals, counts at the right; percentages only where there are enough courses."""
    wide = is_wide(width)
    row_height = 42 if wide else 62
    has_hollow = any(row.beside for row in rows)
    left, right, bottom = (214, _room_at_the_right(rows), 32) if wide else (8, 8, 48 if has_hollow else 30)
    sheet = Sheet(
        width=width,
        height=30 + row_height * len(rows) + bottom,
        left=left,
        right=right,
        top=30,
        bottom=bottom,
        x=(0, 1),
        y=(len(rows) - 0.5, -0.5),
    )
    smallest = min(row.estimate.denominator or 0 for row in rows)
    labels = (
        [describe_percent(tick) for tick in SHARE_TICKS]
        if smallest >= FEWEST_FOR_PERCENT
        else [f"{tick:g}" for tick in SHARE_TICKS]
    )
    sheet.spans([{"x": tick, "y": sheet.y[0], "y2": sheet.y[1]} for tick in SHARE_TICKS], hue="hair", width=1)
    for tick, label in zip(SHARE_TICKS, labels, strict=True):
        align = "center" if wide or 0 < tick < 1 else "left" if tick == 0 else "right"
        sheet.note(label, x=sheet.plot_width * tick, y=-12, align=align)
    first, second = (-0.1, 0.18) if wide else (0.1, 0.3)
    if not has_hollow:
        first = 0.0 if wide else 0.2
    _draw_row(sheet, [(place + first, row.estimate) for place, row in enumerate(rows)], hollow=False)
    _draw_row(sheet, [(place + second, row.beside) for place, row in enumerate(rows) if row.beside], hollow=True)
    _write_labels(sheet, rows, wide, left, right)
    at, y = (-left if wide else -8), sheet.plot_height + 18
    sheet.note("\u25cf " + filled, x=at, y=y, hue="pain")
    if has_hollow:
        sheet.note("\u25cb " + hollow, x=at + 260 if wide else at, y=y if wide else y + 17, hue="pain")
    edges = (-left / sheet.plot_width, 1 + right / sheet.plot_width)
    sheet.hover(
        [
            {"x": edges[0], "x2": edges[1], "y": place - 0.5, "y2": place + 0.5, "text": _say_row(row, filled, hollow)}
            for place, row in enumerate(rows)
        ]
    )
    return sheet


def _say_row(row: ShareRow, filled: str, hollow: str) -> str:
    text = f"{row.label}: {describe_estimated_share(row.estimate)} {filled}"
    return text if row.beside is None else f"{text}; {describe_estimated_share(row.beside)} {hollow}"


def _room_at_the_right(rows: Sequence[ShareRow]) -> float:
    texts = [describe_found(found, with_interval=True) for row in rows for found in (row.estimate, row.beside)]
    return max(178, 12 + 7.2 * max(len(text) for text in texts))


def _draw_row(sheet: Sheet, found: Sequence[tuple[float, Estimate]], *, hollow: bool) -> None:
    is_hidden = are_hidden([estimate for _, estimate in found], sheet.plot_width)
    spans = [
        {"x": estimate.lower, "x2": estimate.upper, "y": y}
        for y, estimate in found
        if estimate.lower is not None and estimate.upper is not None
    ]
    sheet.spans([] if is_hidden else spans, hue="pain", width=1.2 if hollow else 2)
    sheet.dots(
        [{"x": estimate.value, "y": y} for y, estimate in found], hue="pain", hollow=hollow, size=48 if hollow else 72
    )


def _write_labels(sheet: Sheet, rows: Sequence[ShareRow], wide: bool, left: float, right: float) -> None:
    names = [{"y": place, "text": row.label} for place, row in enumerate(rows)]
    counts = [{"y": place, "text": describe_found(row.estimate, with_interval=wide)} for place, row in enumerate(rows)]
    others = [
        {"y": place, "text": describe_found(row.beside, with_interval=wide)}
        for place, row in enumerate(rows)
        if row.beside
    ]
    notes = [{"y": place, "text": row.note} for place, row in enumerate(rows) if row.note]
    if wide:
        sheet.column_of_notes(names, x=-left, bold=True, small=True, limit=left - 14, dy=-4)
        sheet.column_of_notes(notes, x=-left, hue="muted", dy=11)
        edge = sheet.plot_width + right
        sheet.column_of_notes(counts, x=edge, align="right", bold=True, dy=-4)
        sheet.column_of_notes(others, x=edge, align="right", hue="muted", dy=10)
        return
    sheet.column_of_notes(names, x=-8, bold=True, limit=sheet.plot_width * 0.62, dy=-16)
    sheet.column_of_notes(counts, x=sheet.plot_width + 8, align="right", bold=True, dy=-16)


def describe_found(estimate: Estimate | None, *, with_interval: bool) -> str:
    """Return ``45/59 (76 %), 64 to 85``, short enough for the edge of a figure."""
    if estimate is None or estimate.numerator is None or not estimate.denominator:
        return ""
    share = describe_share(estimate.numerator, estimate.denominator)
    if not with_interval or estimate.lower is None:
        return share
    interval = describe_share_range(estimate.lower, estimate.upper, estimate.denominator).removesuffix("\u202f%")
    return f"{share}; {interval}"


def draw_time_to_response(view: ResultView) -> Figure:
    """Return the figure of how many had met the primary rule by the end of each day."""
    claim, numbers = "Time to the first rating that met the primary rule.", time_to_response_table(view)
    found = [(day, estimate) for day, estimate in responded_by_day(view) if day <= MOST_DAYS]
    if not found:
        reason = view.reason("time_to_response.median") or "no course can be watched for a response"
        return figure_without_drawing(
            "time-to-response", claim, f"No time to response can be drawn: {reason}.", numbers
        )
    if view.is_one_patient:
        return figure_without_drawing("time-to-response", claim, _say_wait_of_one(found), numbers)
    watched = found[0][1].n or 0
    last_day, last = found[-1]
    return Figure(
        id="time-to-response",
        claim=claim,
        marks=(
            "Dots: share of courses in which a rating had met the rule so many days of 24 hours after the first dose.",
            "Those who left before stay in the denominator.",
            say_intervals([estimate for _, estimate in found], 158, unit="percentage points", factor=100),
            n_of(watched, "course"),
            say_hidden_parts(_hidden_days(view)),
        ),
        finding=f"By day {last_day}, {of_things(last.numerator or 0, last.denominator or 0, 'course')} had a rating that met the primary rule.",
        numbers=(numbers,),
        draw=lambda width: [_wait_sheet(found, width).spec()],
    )


def _say_wait_of_one(found: Sequence[tuple[int, Estimate]]) -> str:
    """Return how long one patient's first response took: there is no curve of one."""
    day = next((day for day, estimate in found if estimate.numerator), None)
    if day is None:
        return "No rating of the patient met the primary rule before discharge."
    return f"The patient\u2019s first rating that met the primary rule came within {plural(24 * day, 'hour')} of the first dose."


def responded_by_day(view: ResultView) -> Sequence[tuple[int, Estimate]]:
    """Return for each day of 24 hours the share that had responded by its end."""
    prefix = "time_to_response.day_"
    found = [(int(estimate.id.removeprefix(prefix)), estimate) for estimate in view.under(prefix)]
    return sorted((day, estimate) for day, estimate in found if estimate.value is not None)


def _hidden_days(view: ResultView) -> Sequence[str]:
    prefix = "time_to_response.day_"
    days = sorted(
        int(estimate.id.removeprefix(prefix)) for estimate in view.under(prefix) if view.is_hidden(estimate.id)
    )
    return [f"day {day}" for day in days if day <= MOST_DAYS]


def _wait_sheet(found: Sequence[tuple[int, Estimate]], width: float) -> Sheet:
    wide, last = is_wide(width), found[-1][0]
    sheet = Sheet(
        width=width, height=250 if wide else 220, x=(0, last + 0.4), y=(0, 1), left=46, right=16, top=30, bottom=62
    )
    is_enough = (found[0][1].denominator or 0) >= FEWEST_FOR_PERCENT
    labels = [describe_percent(tick) if is_enough else f"{tick:g}" for tick in SHARE_TICKS]
    sheet.y_axis(list(SHARE_TICKS), labels=labels)
    sheet.x_axis([0, *(day for day, _ in found)], labels=["0", *(str(day) for day, _ in found)])
    sheet.grid(list(SHARE_TICKS))
    sheet.heading("Had met the primary rule" + (", share of courses" if wide else ""))
    curve: list[Row] = [
        {"x": 0, "y": 0, "series": 0},
        *({"x": day, "y": estimate.value, "series": 0} for day, estimate in found),
    ]
    sheet.lines(curve, hue="pain", width=1.2)
    _draw_upright(sheet, found)
    room = sheet.plot_width / (last + 0.4)
    counts = [{"x": day, "text": describe_compact(estimate.numerator or 0, room)} for day, estimate in found]
    sheet.note("had met", x=-46, y=sheet.plot_height + 34)
    sheet.row_of_notes(counts, y=sheet.plot_height + 34, bold=True)
    sheet.note(
        "Days of 24 hours since the first dose", x=sheet.plot_width / 2, y=sheet.plot_height + 52, align="center"
    )
    sheet.hover(
        [
            {"x": day - 0.5, "x2": min(day + 0.5, sheet.x[1]), "y": 0, "y2": 1, "text": _say_wait(day, estimate)}
            for day, estimate in found
        ]
    )
    return sheet


def _say_wait(day: int, estimate: Estimate) -> str:
    return f"Within {plural(day, 'day')}: {describe_estimated_share(estimate)} had met the rule"


def _draw_upright(sheet: Sheet, found: Sequence[tuple[int, Estimate]]) -> None:
    spans = [{"x": day, "y": e.lower, "y2": e.upper} for day, e in found if e.lower is not None and e.upper is not None]
    is_hidden = are_hidden([estimate for _, estimate in found], sheet.plot_height)
    sheet.spans([] if is_hidden else spans, hue="pain")
    sheet.dots([{"x": day, "y": estimate.value} for day, estimate in found], hue="pain")
