"""Did it last? The share of responders still responding at each visit, and the share that had returned to care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from abate.base.days import SECONDS_PER_DAY, parse_length
from abate.contracts.result import Estimate
from abate.report.cells import curve_cell
from abate.report.disclosure import course_count, course_values
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, say_hidden_parts
from abate.report.figures.intervals import are_hidden, say_intervals
from abate.report.figures.response import SHARE_TICKS, ShareRow, draw_shares, say_share_intervals
from abate.report.figures.sheet import Sheet
from abate.report.headline import why_nothing_held
from abate.report.numbers import (
    FEWEST_FOR_PERCENT,
    describe_compact,
    describe_count,
    describe_percent,
    describe_share_range,
)
from abate.report.tables import return_table, sustained_table
from abate.report.told import size_of, told_n
from abate.report.view import ResultView
from abate.report.words import headed, in_words, listed, n_of, of_things, plural

#: With fewer courses still followed, a share of the curve has no interval on the figure.
FEWEST_AT_RISK = 10
#: Steps of the curve that are smaller than this are joined to the next: a third of a pixel.
_LEAST_STEP = 0.002
#: The axis goes on a little after the last day; a visit is named where its window has so many pixels.
_BEYOND = 1.08
_LEAST_NAME = 34.0
_LEFT = 62


def draw_sustained(view: ResultView) -> Figure:
    """Return the figure of the response sustained at each follow-up visit."""
    claim, numbers = "Response still held at follow-up.", sustained_table(view)
    rows = [
        ShareRow(
            label=headed(visit),
            estimate=share,
            beside=view.known(f"sustained.{visit}.of_all"),
            note=_window(view, visit),
        )
        for visit in view.visits
        if (share := view.known(f"sustained.{visit}")) is not None
    ]
    if not rows:
        return figure_without_drawing("sustained", claim, _why_none(view), numbers)
    return Figure(
        id="sustained",
        claim=claim,
        marks=(
            "Filled: of the responders seen at the visit.",
            "Hollow: of all courses, whoever was not seen counted as no.",
            say_share_intervals([found for row in rows for found in (row.estimate, row.beside)]),
            n_of(view.course_count, "course"),
            say_hidden_parts([in_words(visit) for visit in view.visits if view.is_hidden(f"sustained.{visit}")]),
        ),
        finding=f"{'; '.join(_say_held(row) for row in rows)}.",
        numbers=(numbers,),
        draw=lambda width: [draw_shares(rows, width, "of responders seen at the visit", "of all courses").spec()],
    )


def _say_held(row: ShareRow) -> str:
    held, seen = row.estimate.numerator or 0, row.estimate.denominator or 0
    if seen == 1:
        return f"{row.label}: the one responder seen {'still met' if held else 'no longer met'} the rule"
    return f"{row.label}: {of_things(held, seen, 'responder', 'seen')} still met the rule"


@dataclass(frozen=True, kw_only=True)
class FollowDay:
    """A time after discharge at which somebody returned: in days, with those still followed just before it."""

    day: float
    at_risk: int
    returned: int


def count_returns(view: ResultView) -> Sequence[FollowDay]:
    """Return the times of return to care with the courses at risk, of the courses that can be followed; the door to single rows."""
    values = course_values(view.result, "return_days", "followed_days", "return_missing")
    is_followed = np.isfinite(values["followed_days"]) & np.array(
        [not isinstance(reason, str) for reason in values["return_missing"]], dtype=bool
    )
    returned, followed = values["return_days"][is_followed], values["followed_days"][is_followed]
    left = np.sort(np.where(np.isfinite(returned), returned, followed))
    days, counts = np.unique(returned[np.isfinite(returned)], return_counts=True)
    return [
        FollowDay(day=float(day), at_risk=int(left.size - np.searchsorted(left, day)), returned=int(count))
        for day, count in zip(days, counts, strict=True)
    ]


def stepped(returns: Sequence[FollowDay], last: float) -> Sequence[tuple[float, float]]:
    """Return the corners of one minus Kaplan\u2013Meier up to ``last``; steps too small to be seen are joined to the next.

    Examples
    --------
    >>> stepped([FollowDay(day=10, at_risk=4, returned=1), FollowDay(day=20, at_risk=2, returned=1)], 30)
    [(0.0, 0.0), (10, 0.25), (20, 0.625), (30, 0.625)]
    """
    stayed, corners = 1.0, [(0.0, 0.0)]
    for found in returns:
        if found.day > last:
            break
        stayed *= 1 - found.returned / found.at_risk
        if 1 - stayed - corners[-1][1] >= _LEAST_STEP:
            corners.append((found.day, 1 - stayed))
    return [*corners, (last, 1 - stayed)]


def draw_return(view: ResultView) -> Figure:
    """Return the figure of how many had returned to care some days after discharge."""
    claim, numbers = "Return to care after discharge.", return_table(view)
    found = returned_by_day(view)
    if not found:
        reason = (
            "The study does not ask what happened after the course."
            if view.study.follow_up is None
            else f"No return to care can be drawn: {_why_no_return(view)}."
        )
        return figure_without_drawing("return-to-care", claim, reason, numbers)
    if view.is_one_patient:
        return figure_without_drawing("return-to-care", claim, _say_return_of_one(found), numbers)
    with_interval = [estimate for _, estimate in found if _has_interval(estimate)]
    curve = stepped(count_returns(view), found[-1][0]) if course_count(view.result) else []
    return Figure(
        id="return-to-care",
        claim=claim,
        marks=(
            f"{'Line: share that had returned' if curve else 'Dots: share that had returned'}, one minus Kaplan\u2013Meier.",
            say_intervals(with_interval, 158, unit="percentage points", factor=100),
            _say_few(found),
            "Under the days: courses still followed.",
            "Grey bars: windows of the visits." if _windows(view, found[-1][0]) else "",
            n_of(told_n(found[0][1]), "course"),
        ),
        finding=f"{_say_returned(found)}.",
        numbers=(numbers,),
        draw=lambda width: [_return_sheet(view, found, curve, width).spec()],
    )


def _say_return_of_one(found: Sequence[tuple[int, Estimate]]) -> str:
    """Return whether one patient returned to care: there is no curve of one."""
    day = next((day for day, estimate in found if estimate.numerator), None)
    if day is None:
        return f"The patient was not seen to return to care within {found[-1][0]} days of discharge."
    return f"The patient returned to care within {day} days of discharge."


def _has_interval(estimate: Estimate) -> bool:
    """Return whether there is an interval, and enough courses are still at risk for it to mean something."""
    return estimate.lower is not None and estimate.upper is not None and (estimate.denominator or 0) >= FEWEST_AT_RISK


def _say_few(found: Sequence[tuple[int, Estimate]]) -> str:
    is_few = any((estimate.denominator or 0) < FEWEST_AT_RISK for _, estimate in found)
    return f"Hollow, without an interval: fewer than {FEWEST_AT_RISK} courses still followed." if is_few else ""


def _say_returned(found: Sequence[tuple[int, Estimate]]) -> str:
    words = [f"{_share_words(estimate)} by day {day}" for day, estimate in found]
    return f"Had returned to care: {listed(words)}"


def _share_words(estimate: Estimate) -> str:
    """Return the share of the curve; of few courses a number from 0 to 1."""
    return curve_cell(estimate.value or 0, estimate.n or 0)


def returned_by_day(view: ResultView) -> Sequence[tuple[int, Estimate]]:
    """Return the days at which the share that has returned is known."""
    prefix = "return.day_"
    found = [(int(estimate.id.removeprefix(prefix)), estimate) for estimate in view.under(prefix)]
    return sorted((day, estimate) for day, estimate in found if estimate.value is not None)


def _window(view: ResultView, visit: str) -> str:
    if view.study.follow_up is None:
        return ""
    low, high = view.study.follow_up.visits[visit]
    days = (
        (low, high)
        if not (low.endswith("d") and high.endswith("d"))
        else (low.removesuffix("d"), high.removesuffix("d"))
    )
    return f"{days[0]} to {days[1]} days" if days[0] != low else f"{low} to {high}"


def _why_none(view: ResultView) -> str:
    if view.study.follow_up is None:
        return "The study does not ask what happened after the course."
    if not view.visits:
        return "The study names no follow-up visit."
    return f"No sustained response can be drawn: {why_nothing_held(view, view.visits[0])}."


def _why_no_return(view: ResultView) -> str:
    reasons = [estimate.reason for estimate in view.under("return.day_") if estimate.reason]
    return reasons[0] if reasons else "it was not estimated"


def _windows(view: ResultView, last: float) -> Sequence[tuple[str, float, float]]:
    """Return name, first and last day of the visits whose windows reach into the figure."""
    if view.study.follow_up is None or view.study.follow_up.counts_from != "discharge":
        return []
    found = []
    for name, window in view.study.follow_up.visits.items():
        low, high = (parse_length(end) / SECONDS_PER_DAY for end in window)
        if low < last * _BEYOND:
            found.append((name, max(low, 0.0), min(high, last * _BEYOND)))
    return found


def _return_sheet(
    view: ResultView, found: Sequence[tuple[int, Estimate]], curve: Sequence[tuple[float, float]], width: float
) -> Sheet:
    wide, last = is_wide(width), found[-1][0]
    windows = _windows(view, last)
    more = 18 if windows else 0
    sheet = Sheet(
        width=width,
        height=(240 if wide else 210) + more,
        x=(0, last * _BEYOND),
        y=(0, 1),
        left=_LEFT,
        right=16,
        top=30,
        bottom=62 + more,
    )
    is_enough = size_of(found[0][1]) >= FEWEST_FOR_PERCENT
    sheet.y_axis(
        list(SHARE_TICKS), labels=[describe_percent(tick) if is_enough else f"{tick:g}" for tick in SHARE_TICKS]
    )
    sheet.x_axis([0, *(day for day, _ in found)], labels=["0", *(str(day) for day, _ in found)])
    sheet.grid(list(SHARE_TICKS))
    sheet.heading("Had returned to care" + (", share of the courses followed" if wide else ""))
    sheet.lines([{"x": day, "y": share, "series": 0} for day, share in curve], hue="pain", width=1.6, step=True)
    _draw_returned(sheet, found, is_enough)
    at_risk = [{"x": 0, "text": describe_compact(told_n(found[0][1]), _LEFT / 2)}]
    at_risk += [{"x": day, "text": describe_count(estimate.denominator or 0)} for day, estimate in found]
    foot = sheet.plot_height + 34
    _draw_windows(sheet, windows, foot + 18)
    sheet.note("at risk", x=-_LEFT, y=foot)
    sheet.row_of_notes(at_risk, y=foot, bold=True)
    sheet.note("Days since discharge", x=sheet.plot_width / 2, y=foot + 18 + more, align="center")
    _say_days(sheet, found)
    return sheet


def _draw_returned(sheet: Sheet, found: Sequence[tuple[int, Estimate]], is_enough: bool) -> None:
    """Draw the shares at their days: with interval where enough are still followed, else hollow."""
    many = [(day, estimate) for day, estimate in found if (estimate.denominator or 0) >= FEWEST_AT_RISK]
    few = [(day, estimate) for day, estimate in found if (estimate.denominator or 0) < FEWEST_AT_RISK]
    if not are_hidden([estimate for _, estimate in many], sheet.plot_height):
        sheet.spans(
            [{"x": day, "y": e.lower, "y2": e.upper} for day, e in many if e.lower is not None and e.upper is not None],
            hue="pain",
        )
    for estimates, hollow in ((many, False), (few, True)):
        sheet.dots([{"x": day, "y": estimate.value} for day, estimate in estimates], hue="pain", hollow=hollow)
    if is_enough:
        texts = [
            {"x": day, "y": estimate.value, "text": describe_percent(estimate.value or 0)} for day, estimate in found
        ]
        sheet.texts(texts, hue="pain", bold=True, align="right", dx=-8, dy=-13, halo=True)


def _draw_windows(sheet: Sheet, windows: Sequence[tuple[str, float, float]], y: float) -> None:
    """Draw the windows of the visits as bars at one height in pixels, each with its name where it has room."""
    per_pixel = (sheet.y[1] - sheet.y[0]) / sheet.plot_height
    at = (sheet.plot_height - y) * per_pixel
    half = 6.5 * per_pixel
    sheet.boxes(
        [{"x": low, "x2": high, "y": at - half, "y2": at + half} for _, low, high in windows],
        hue="band",
        outline="rule",
    )
    pixels = sheet.plot_width / (sheet.x[1] - sheet.x[0])
    for name, low, high in windows:
        limit = (high - low) * pixels - 6
        if limit >= _LEAST_NAME:
            sheet.texts([{"x": (low + high) / 2, "y": at, "text": in_words(name)}], limit=limit)


def _say_days(sheet: Sheet, found: Sequence[tuple[int, Estimate]]) -> None:
    """Say the share of a day, with its interval and how many are still followed, to whoever points at its surroundings."""
    days = [day for day, _ in found]
    edges = [0.0, *((before + after) / 2 for before, after in pairwise(days)), sheet.x[1]]
    sheet.hover(
        [
            {"x": low, "x2": high, "y": 0, "y2": 1, "text": _say_day(day, estimate)}
            for (low, high), (day, estimate) in zip(pairwise(edges), found, strict=True)
        ]
    )


def _say_day(day: int, estimate: Estimate) -> str:
    interval = ""
    if _has_interval(estimate):
        interval = f" ({describe_share_range(estimate.lower, estimate.upper, estimate.n or 0)})"
    followed = f"{plural(estimate.denominator or 0, 'course')} still followed"
    return f"By day {day}: {_share_words(estimate)}{interval} had returned to care; {followed}, of {describe_count(told_n(estimate))}"
