"""Did it last? The share of responders still responding at each visit, and the share that had returned to care."""

from __future__ import annotations

from collections.abc import Sequence

from abate.contracts.result import Estimate
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide
from abate.report.figures.response import SHARE_TICKS, ShareRow, draw_shares
from abate.report.figures.sheet import Sheet
from abate.report.numbers import FEWEST_FOR_PERCENT, INTERVAL, describe_count, describe_percent
from abate.report.tables import return_table, sustained_table
from abate.report.view import ResultView
from abate.report.words import headed, n_of, of_words


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
            f"Bars: {INTERVAL}s.",
            n_of(view.course_count, "course"),
        ),
        finding="; ".join(
            f"{row.label}: {of_words(row.estimate.numerator or 0, row.estimate.denominator or 0)} responder{'' if row.estimate.denominator == 1 else 's'} seen"
            for row in rows
        )
        + ".",
        numbers=(numbers,),
        draw=lambda width: [draw_shares(rows, width, "of responders seen at the visit", "of all courses").spec()],
    )


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
    return Figure(
        id="return-to-care",
        claim=claim,
        marks=(
            f"Dots: share that had returned, one minus Kaplan\u2013Meier, with {INTERVAL}; under them the courses still followed.",
            n_of(found[0][1].n or 0, "course"),
        ),
        finding=f"The numbers at {', '.join(str(day) for day, _ in found)} days stand in the table below.",
        numbers=(numbers,),
        draw=lambda width: [_return_sheet(found, width).spec()],
    )


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
    reasons = [reason for visit in view.visits if (reason := view.reason(f"sustained.{visit}"))]
    return f"No sustained response can be drawn: {reasons[0]}." if reasons else "No sustained response can be drawn."


def _why_no_return(view: ResultView) -> str:
    reasons = [estimate.reason for estimate in view.under("return.day_") if estimate.reason]
    return reasons[0] if reasons else "it was not estimated"


def _return_sheet(found: Sequence[tuple[int, Estimate]], width: float) -> Sheet:
    wide, last = is_wide(width), found[-1][0]
    sheet = Sheet(
        width=width, height=240 if wide else 210, x=(0, last * 1.08), y=(0, 1), left=46, right=16, top=30, bottom=62
    )
    is_enough = (found[0][1].n or 0) >= FEWEST_FOR_PERCENT
    sheet.y_axis(
        list(SHARE_TICKS), labels=[describe_percent(tick) if is_enough else f"{tick:g}" for tick in SHARE_TICKS]
    )
    sheet.x_axis([0, *(day for day, _ in found)], labels=["0", *(str(day) for day, _ in found)])
    sheet.grid(list(SHARE_TICKS))
    sheet.heading("Had returned to care" + (", share of the courses followed" if wide else ""))
    spans = [{"x": day, "y": e.lower, "y2": e.upper} for day, e in found if e.lower is not None and e.upper is not None]
    sheet.spans(spans, hue="pain")
    sheet.dots([{"x": day, "y": estimate.value} for day, estimate in found], hue="pain")
    if is_enough:
        texts = [
            {"x": day, "y": estimate.value, "text": describe_percent(estimate.value or 0)} for day, estimate in found
        ]
        sheet.texts(texts, hue="pain", bold=True, align="right", dx=-9, halo=True)
    at_risk = [{"x": day, "text": describe_count(estimate.denominator or 0)} for day, estimate in found]
    sheet.note("at risk", x=-46, y=sheet.plot_height + 34)
    sheet.row_of_notes(at_risk, y=sheet.plot_height + 34, bold=True)
    sheet.note("Days since discharge", x=sheet.plot_width / 2, y=sheet.plot_height + 52, align="center")
    return sheet
