"""How long did each course run, at which rates, and what happened when? One line a course; of many, the share still running."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abate.contracts.course_tables import END_REASONS
from abate.report.disclosure import course_values, dose_stretches, single_lines_allowed
from abate.report.figures.clock import MOST_DAYS, days_between, origins
from abate.report.figures.figure import SINGLE_COURSES_HIDDEN, Figure, figure_without_drawing, is_wide, round_steps
from abate.report.figures.key import Sign, draw_key, height_of_key
from abate.report.figures.sheet import Row, Sheet
from abate.report.numbers import FEWEST_FOR_PERCENT, describe_compact, describe_count, describe_percent, describe_short
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import capital, listed, n_of, of_things, plural

_HOURS = 24
_COMPLETED, _UNKNOWN = END_REASONS[0], END_REASONS[-1]
#: How a reason to end is marked; a completed course needs no mark, and of an unknown reason there is none.
_REASON_SIGNS: Mapping[str, tuple[str, str]] = {
    "adverse event": ("harm", "M-.5,-.5L.5,.5M-.5,.5L.5,-.5"),
    "no effect": ("ink", "M-.6,0L.6,0M0,-.6L0,.6"),
    "other": ("ink", "M-.5,-.5L.5,-.5L.5,.5L-.5,.5Z"),
}
_RAMP = ("d1", "d2", "d3")
_TALLEST_ROW, _LEAST_ROW, _PLOT = 22.0, 2.5, 330.0
_LEFT = 60
#: Two moments closer than this, in days, are one: times have microseconds.
_SAME = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class DayOfEnds:
    """How many courses ended on one day of 24 hours, by reason, and how many still ran at its end."""

    day: int
    ended: Mapping[str, int]
    running: int


@dataclass(frozen=True, kw_only=True)
class Ends:
    """When courses ended, counted; ``by_hour`` holds how many still ran after so many hours, from 0 on."""

    course_count: int
    unknown_count: int
    by_day: Sequence[DayOfEnds]
    by_hour: Sequence[int]

    @property
    def reasons(self) -> Sequence[str]:
        """The reasons that occur, in the order of the contract."""
        return [reason for reason in END_REASONS if any(day.ended.get(reason) for day in self.by_day)]


@dataclass(frozen=True, kw_only=True, order=True)
class Line:
    """One course, in days of 24 hours from its first dose; infinity where there is no such moment."""

    end: float
    discharge: float
    first_response: float
    lowest: float  # middle of the day with the lowest daily value
    reason: str
    stretches: tuple[tuple[float, float, float], ...]  # from, to and rate, one after the other


def count_ends(view: ResultView) -> Ends:
    """Return when courses ended and why; a course whose last dose has no known end is taken to run until its discharge."""
    lengths, reasons = _lengths(view), course_values(view.result, "end_reason")["end_reason"]
    is_known = np.isfinite(lengths)
    known = lengths[is_known]
    last = math.ceil(known.max() - _SAME) if known.size else 0
    day = np.maximum(np.ceil(known - _SAME), 1).astype(np.int64)
    names = np.array([_reason(reason) for reason in reasons[is_known]], dtype=object)
    hours = np.arange(min(last, MOST_DAYS) * _HOURS + 1) / _HOURS
    return Ends(
        course_count=int(known.size),
        unknown_count=int(np.sum(~is_known)),
        by_day=[
            DayOfEnds(
                day=at,
                ended={reason: int(np.sum((day == at) & (names == reason))) for reason in END_REASONS},
                running=int(np.sum(day > at)),
            )
            for at in range(1, last + 1)
        ],
        by_hour=(known.size - np.searchsorted(np.sort(known), hours + _SAME, side="right")).tolist(),
    )


def find_lines(view: ResultView) -> Sequence[Line]:
    """Return the courses of known length as lines, the shortest first, in an order that no key decides."""
    if not single_lines_allowed(view.result):
        return []
    values = course_values(view.result, "start", "discharge", "first_response_hours", "nadir_day", "end_reason")
    lengths, starts = _lengths(view), values["start"]
    discharge = _days_since(starts, values["discharge"])
    response = values["first_response_hours"] / _HOURS
    origin = days_between(starts.astype("datetime64[us]"), origins(starts, view.study.rating.day))
    lowest = _middle_of(values["nadir_day"] + origin, np.fmax(lengths, discharge))
    stretches = _stretches(view, starts, lengths)
    return sorted(
        Line(
            end=float(lengths[place]),
            discharge=_or_never(discharge[place]),
            first_response=_or_never(response[place]),
            lowest=_or_never(lowest[place]),
            reason=_reason(values["end_reason"][place]),
            stretches=stretches[place],
        )
        for place in np.flatnonzero(np.isfinite(lengths)).tolist()
    )


def draw_swimmer(view: ResultView) -> Figure:
    """Return the figure of the courses from first dose to end; of many, of the share still running."""
    if view.result.edition.is_shared:
        claim = "The courses from the first dose to the end."
        return figure_without_drawing("swimmer", claim, SINGLE_COURSES_HIDDEN)
    ends = count_ends(view)
    numbers = _ends_table(ends)
    if not ends.course_count:
        return figure_without_drawing(
            "swimmer", "The courses from the first dose to the end.", "No course has a known length.", numbers
        )
    lines = find_lines(view)
    cuts = rate_cuts(lines)
    return Figure(
        id="swimmer",
        claim=_claim(view, bool(lines)),
        marks=(
            *(_describe_lines(view, lines, cuts) if lines else _describe_curve()),
            n_of(ends.course_count, "course"),
            _say_unknown(ends),
            _say_longer(ends),
        ),
        finding=_finding(view, ends),
        numbers=(numbers,),
        draw=lambda width: [
            (_line_sheet(view, lines, cuts, ends, width) if lines else _curve_sheet(ends, width)).spec()
        ],
    )


def rate_cuts(lines: Sequence[Line]) -> Sequence[float]:
    """Return two round rates that part the hours of infusion in about thirds, or the rates themselves; nothing for one rate only."""
    found = np.array([(rate, to - start) for line in lines for start, to, rate in line.stretches if rate > 0])
    if not found.size:
        return ()
    found = found[np.argsort(found[:, 0], kind="stable")]
    rates, share = found[:, 0], np.cumsum(found[:, 1]) / found[:, 1].sum()
    up_to, beyond = ([float(rates[np.searchsorted(share, part + move)]) for part in (1 / 3, 2 / 3)] for move in (-_SAME, _SAME))  # fmt: skip
    lowest, highest = float(rates[0]), float(rates[-1])
    for low, high in (up_to, beyond, (highest / 3, 2 * highest / 3)):
        for step in reversed(round_steps()):
            cuts = [round(round(value / step) * step, 9) for value in (low, high)]
            if lowest < cuts[0] < cuts[1] <= highest:
                return cuts
    return ()


def _lengths(view: ResultView) -> Floats:
    """Return the days of 24 hours from the first dose to the end of the last, or to discharge where that is not known."""
    values = course_values(view.result, "start", "end", "discharge")
    ends, discharges = (_days_since(values["start"], values[name]) for name in ("end", "discharge"))
    lengths: Floats = np.where(np.isnan(ends), discharges, ends)
    return np.where(lengths >= 0, lengths, np.nan)


def _days_since(starts: NDArray[Any], moments: NDArray[Any]) -> Floats:
    if not np.issubdtype(moments.dtype, np.datetime64) or not np.issubdtype(starts.dtype, np.datetime64):
        return np.full(moments.shape, np.nan)
    return days_between(starts.astype("datetime64[us]"), moments)


def _middle_of(day_end: Floats, last: Floats) -> Floats:
    """Return the middle of a day, of its part between first dose and end where it reaches beyond them."""
    opens, closes = np.maximum(day_end - 1, 0), np.fmax(np.fmin(day_end, last), 0)
    return (opens + np.maximum(closes, opens)) / 2


def _or_never(value: float) -> float:
    return float(value) if math.isfinite(value) else math.inf


def _reason(reason: Any) -> str:
    return reason if isinstance(reason, str) and reason in END_REASONS else _UNKNOWN


def _stretches(
    view: ResultView, starts: NDArray[Any], lengths: Floats
) -> Sequence[tuple[tuple[float, float, float], ...]]:
    """Return for each course its running stretches, one after the other; rates that ran side by side are added."""
    doses = dose_stretches(view.result)
    found: list[list[tuple[float, float, float]]] = [[] for _ in range(lengths.size)]
    if doses["course"].size:
        opens, closes = (_days_since(starts[doses["course"]], doses[name]) for name in ("start", "end"))
        rates = np.asarray(doses["rate_mg_h"], dtype=np.float64)
        for course, start, end, rate in zip(doses["course"], opens, closes, rates, strict=True):
            if rate > 0 and end > start:
                found[course].append((float(start), float(end), float(rate)))
    return [_one_after_the_other(own) for own in found]


def _one_after_the_other(own: Sequence[tuple[float, float, float]]) -> tuple[tuple[float, float, float], ...]:
    moments = sorted({moment for start, end, _ in own for moment in (start, end)})
    joined: list[tuple[float, float, float]] = []
    for start, end in pairwise(moments):
        rate = sum(one[2] for one in own if one[0] < end and one[1] > start)
        if end - start <= _SAME or not rate:
            continue
        if joined and joined[-1][2] == rate and start - joined[-1][1] <= _SAME:
            joined[-1] = (joined[-1][0], end, rate)
        else:
            joined.append((start, end, rate))
    return tuple(joined)


def _claim(view: ResultView, is_single: bool) -> str:
    if not is_single:
        return "Courses still running, by the hours since the first dose."
    return (
        "The course, from the first dose to its end."
        if view.is_one_patient
        else "Every course, from the first dose to its end."
    )


def _describe_lines(view: ResultView, lines: Sequence[Line], cuts: Sequence[float]) -> Sequence[str]:
    has_rates, has_gaps = any(line.stretches for line in lines), any(_pauses(line) for line in lines)
    return (
        "" if view.is_one_patient else "One line a course, sorted by length.",
        f"Bars: the infusion ran{', in the shade of its rate' if cuts else ''}."
        if has_rates
        else "No rate is recorded, so that no bars are drawn.",
        "Gaps: pauses." if has_gaps else "",
        "Thin line: to discharge.",
        "Circle: first rating that met the primary rule." if _has(lines, "first_response") else "",
        "Triangle: middle of the day with the lowest daily value." if _has(lines, "lowest") else "",
        "Ends without a mark: completed, or the reason is not known."
        if any(line.reason in _REASON_SIGNS for line in lines)
        else "",
    )


def _describe_curve() -> Sequence[str]:
    return (
        "Line: share of courses that had not ended.",
        "Under it: courses still running at the end of each day of 24 hours.",
    )


def _has(lines: Sequence[Line], moment: str) -> bool:
    return any(math.isfinite(getattr(line, moment)) for line in lines)


def _pauses(line: Line) -> bool:
    return any(after[0] - before[1] > _SAME for before, after in pairwise(line.stretches))


def _say_unknown(ends: Ends) -> str:
    return f"{plural(ends.unknown_count, 'course')} of unknown length: not drawn." if ends.unknown_count else ""


def _say_longer(ends: Ends) -> str:
    longer = next((day.running for day in ends.by_day if day.day == MOST_DAYS), 0)
    return f"{plural(longer, 'course')} ran on after day {MOST_DAYS}: in the numbers." if longer else ""


def _finding(view: ResultView, ends: Ends) -> str:
    if view.is_one_patient:
        return f"The course ended on day {ends.by_day[-1].day}."
    found = [
        f"{describe_count(day.running) if day.running else 'none'} at the end of day {day.day}"
        for day in ends.by_day[:MOST_DAYS]
    ]
    return f"Of {plural(ends.course_count, 'course')}, there still ran {listed(found)}."


def _ends_table(ends: Ends) -> ReportTable:
    reasons = [reason for reason in ends.reasons if reason != _UNKNOWN]
    columns = [
        "Day of 24 hours",
        *([] if not reasons else [capital(reason) for reason in reasons]),
        "Ended, in all",
        "Still running at its end",
    ]
    if reasons and _UNKNOWN in ends.reasons:
        columns.insert(-2, "Reason not known")
        reasons.append(_UNKNOWN)
    rows = [
        row(
            f"Day {day.day}",
            *(describe_count(day.ended[reason]) for reason in reasons),
            describe_count(sum(day.ended.values())),
            describe_count(day.running),
        )
        for day in ends.by_day
    ]
    notes = [] if reasons or not ends.course_count else ["Why courses ended is not recorded."]
    return table("swimmer-numbers", "Courses by the day on which they ended, and why.", columns, rows, notes=notes)


def _last_shown(ends: Ends) -> int:
    return min(ends.by_day[-1].day, MOST_DAYS)


def _line_sheet(view: ResultView, lines: Sequence[Line], cuts: Sequence[float], ends: Ends, width: float) -> Sheet:
    row_height = min(_TALLEST_ROW, max(_LEAST_ROW, _PLOT / len(lines)))
    signs = _signs(view, lines, cuts)
    top = height_of_key(signs, width) + 24
    stays = [line.discharge for line in lines if math.isfinite(line.discharge)]
    last = min(MOST_DAYS, max([_last_shown(ends), *(math.ceil(stay - _SAME) for stay in stays)]))
    sheet = Sheet(width=width, height=top + row_height * len(lines) + 62, left=_LEFT, right=14, top=top, bottom=62,
                  x=(0, last), y=(len(lines) - 0.5, -0.5))  # fmt: skip
    sheet.spans([{"x": day, "y": sheet.y[0], "y2": sheet.y[1]} for day in range(1, last + 1)], hue="hair", width=1)
    sheet.x_axis(list(range(last + 1)), labels=[str(day) for day in range(last + 1)])
    sheet.heading("Courses, sorted by length" if len(lines) > 1 else "The course")
    draw_key(sheet, signs, x=-_LEFT, y=-top, width=width)
    _write_places(sheet, len(lines))
    _draw_stays(sheet, lines, last, row_height)
    _draw_rates(sheet, lines, cuts, last, row_height)
    _draw_moments(sheet, lines, last, row_height)
    _write_days(sheet, ends, last)
    return sheet


def _signs(view: ResultView, lines: Sequence[Line], cuts: Sequence[float]) -> Sequence[Sign]:
    signs = []
    if any(line.stretches for line in lines):
        words = _rate_words(cuts)
        hues = _RAMP if cuts else ("d2",)
        signs = [
            Sign(text=text, hue="d2" if hue == "d1" else hue, fill=hue, shape="square", size=100)
            for hue, text in zip(hues, words, strict=True)
        ]
    if _has(lines, "first_response"):
        signs.append(Sign(text="first response", hue="ink", size=36))
    if _has(lines, "lowest"):
        signs.append(Sign(text="lowest day", hue="pain", shape="triangle-up", size=48))
    if _has(lines, "discharge"):
        signs.append(Sign(text="discharge", hue="ref", shape="M0,-.8L0,.8", size=64))
    for reason, (hue, shape) in _REASON_SIGNS.items():
        count = sum(line.reason == reason for line in lines)
        if count:
            signs.append(
                Sign(text=f"ended: {reason} ({describe_count(count)})", hue=hue, fill="paper", shape=shape, size=90)
            )
    return signs


def _rate_words(cuts: Sequence[float]) -> Sequence[str]:
    if not cuts:
        return ("infusion ran",)
    low, high = (describe_short(cut) for cut in cuts)
    return (f"under {low} mg/h", f"{low} to under {high}", f"{high} or more")


def _write_places(sheet: Sheet, count: int) -> None:
    """Number the first and the last line, so that a reader sees how many there are."""
    ends = [0, count - 1] if count > 1 else []
    if count <= 12:
        ends = list(range(count)) if count > 1 else []
    sheet.column_of_notes(
        [{"y": place, "text": describe_count(place + 1)} for place in ends], x=-10, align="right", hue="muted"
    )


def _draw_stays(sheet: Sheet, lines: Sequence[Line], last: int, row_height: float) -> None:
    stays = [
        {"x": 0, "x2": min(max(line.end, line.discharge if math.isfinite(line.discharge) else 0), last), "y": place}
        for place, line in enumerate(lines)
    ]
    sheet.spans([_round(stay) for stay in stays], hue="ref", width=min(1.0, row_height / 4))
    half = min(0.42, 5 / row_height)
    ticks = [
        {"x": line.discharge, "y": place - half, "y2": place + half}
        for place, line in enumerate(lines)
        if line.discharge <= last
    ]
    sheet.spans([_round(tick) for tick in ticks], hue="ref", width=1.2)


def _draw_rates(sheet: Sheet, lines: Sequence[Line], cuts: Sequence[float], last: int, row_height: float) -> None:
    half = 0.36 if row_height > 4 else 0.42
    by_hue: dict[str, list[Row]] = {}
    for place, line in enumerate(lines):
        for start, end, hue in _in_classes(line, cuts):
            if start < last:
                box = {"x": start, "x2": min(end, last), "y": place - half, "y2": place + half}
                by_hue.setdefault(hue, []).append(_round(box))
    for hue, boxes in sorted(by_hue.items()):
        sheet.boxes(boxes, hue=hue, outline="d2" if hue == "d1" and row_height > 4 else None)


def _in_classes(line: Line, cuts: Sequence[float]) -> Sequence[tuple[float, float, str]]:
    """Return the stretches with the hue of their rate, those joined that touch and have the same one."""
    joined: list[tuple[float, float, str]] = []
    for start, end, rate in line.stretches:
        hue = _RAMP[sum(rate >= cut for cut in cuts)] if cuts else "d2"
        if joined and joined[-1][2] == hue and start - joined[-1][1] <= _SAME:
            joined[-1] = (joined[-1][0], end, hue)
        else:
            joined.append((start, end, hue))
    return joined


def _draw_moments(sheet: Sheet, lines: Sequence[Line], last: int, row_height: float) -> None:
    size = min(60.0, max(9.0, (1.1 * row_height) ** 2))
    for moment, hue, shape in (("lowest", "pain", "triangle-up"), ("first_response", "ink", "circle")):
        found = [(place, getattr(line, moment)) for place, line in enumerate(lines)]
        dots = [_round({"x": at, "y": place}) for place, at in found if at <= last]
        sheet.marks(dots, hue="paper", fill=hue, shape=shape, size=size, width=min(1.2, row_height / 5))
    beside = 6 / (sheet.plot_width / last)
    for reason, (hue, shape) in _REASON_SIGNS.items():
        ended = [(place, line.end) for place, line in enumerate(lines) if line.reason == reason and line.end <= last]
        crosses = [_round({"x": end + beside, "y": place}) for place, end in ended]
        sheet.marks(crosses, hue=hue, fill="paper", shape=shape, size=max(size, 45), width=1.8)


def _write_days(sheet: Sheet, ends: Ends, last: int) -> None:
    """Write under each day how many still ran at its end, and say it to whoever points at the day."""
    room = sheet.plot_width / last
    counts = [(0, ends.course_count), *((day.day, day.running) for day in ends.by_day if day.day <= last)]
    counts += [(day, 0) for day in range(len(counts), last + 1)]
    sheet.note("running", x=-_LEFT, y=sheet.plot_height + 34)
    sheet.row_of_notes(
        [{"x": day, "text": describe_compact(count, room if day else _LEFT / 2)} for day, count in counts],
        y=sheet.plot_height + 34,
        bold=True,
    )
    sheet.note(
        "Days of 24 hours since the first dose", x=sheet.plot_width / 2, y=sheet.plot_height + 52, align="center"
    )
    sheet.hover(
        [
            {"x": day - 1, "x2": day, "y": sheet.y[0], "y2": sheet.y[1], "text": _say_day(day, ends)}
            for day in range(1, last + 1)
        ]
    )


def _say_day(day: int, ends: Ends) -> str:
    found = next((found for found in ends.by_day if found.day == day), None)
    running, ended = (0, 0) if found is None else (found.running, sum(found.ended.values()))
    return f"Day {day}: {plural(ended, 'course')} ended; {of_things(running, ends.course_count, 'course')} still ran at its end"


def _curve_sheet(ends: Ends, width: float) -> Sheet:
    wide, last = is_wide(width), _last_shown(ends)
    sheet = Sheet(
        width=width, height=262 if wide else 232, left=_LEFT, right=22, top=30, bottom=62, x=(0, last), y=(0, 1)
    )
    ticks = (0, 0.25, 0.5, 0.75, 1)
    is_enough = ends.course_count >= FEWEST_FOR_PERCENT
    sheet.y_axis(list(ticks), labels=[describe_percent(tick) if is_enough else f"{tick:g}" for tick in ticks])
    sheet.x_axis(list(range(last + 1)), labels=[str(day) for day in range(last + 1)])
    sheet.grid(list(ticks))
    sheet.heading("Still running, share of courses")
    curve = [
        {"x": hour / _HOURS, "y": count / ends.course_count, "series": 0} for hour, count in enumerate(ends.by_hour)
    ]
    corners = [
        point
        for place, point in enumerate(curve)
        if place in (0, len(curve) - 1) or point["y"] != curve[place - 1]["y"]
    ]
    sheet.lines([_round(point) for point in corners], hue="dose", step=True)
    _write_days(sheet, ends, last)
    return sheet


def _round(place: Mapping[str, Any]) -> dict[str, Any]:
    """Return a place to a thousandth of a day, a minute and a half: finer than a figure shows."""
    return {name: round(value, 3) for name, value in place.items()}
