"""Where do the looks stop the trial? The bounds of z over the share of information, efficacy above and futility below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from abate.contracts.plan_view import PlanView
from abate.contracts.trial_plan import LookRow
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_number, describe_percent, describe_short
from abate.report.plan.tables import looks_table

_CLAIM = "Bounds at each look."


def draw_looks(view: PlanView) -> Figure:
    """Return the figure of the bounds; without looks, the sentence that there are none."""
    looks, numbers = view.plan.looks, looks_table(view)
    if not looks:
        return figure_without_drawing("looks", _CLAIM, _why_none(view), numbers)
    return Figure(
        id="looks",
        claim=_CLAIM,
        marks=(
            "Filled: the trial stops for efficacy at or above it.",
            "Hollow: it stops for futility below it." if any(look.futility_z is not None for look in looks) else "",
            "Under the axis: participants whose primary outcome is due by then.",
        ),
        finding=say_looks(view),
        numbers=(numbers,),
        draw=lambda width: [_sheet(looks, width).spec()],
    )


def _why_none(view: PlanView) -> str:
    if view.ignores_looks:
        return "[looks] stands in the plan file, and this design makes no use of it."
    return "The trial is not looked at before its end."


def say_looks(view: PlanView) -> str:
    """Return when the trial is looked at, in a sentence."""
    looks = view.plan.looks
    if not looks:
        return _why_none(view)
    early = list(looks[:-1])
    if not early:
        return "There is one look, at the end."
    first = early[0]
    count = (
        "There is one look before the end,"
        if len(early) == 1
        else f"There are {len(early)} looks before the end, the first"
    )
    return (
        f"{count} with {describe_percent(first.information)} of the information: "
        f"z of {describe_number(first.efficacy_z, 2)} or more stops for efficacy"
        + ("" if first.futility_z is None else f", under {describe_number(first.futility_z, 2)} for futility")
        + "."
    )


def _sheet(looks: Sequence[LookRow], width: float) -> Sheet:
    futility = [look for look in looks if look.futility_z is not None]
    values = [look.efficacy_z for look in looks] + [look.futility_z for look in futility if look.futility_z is not None]
    low, high = min(0.0, *values) - 0.3, max(values) + 0.6
    sheet = Sheet(
        width=width,
        height=300,
        x=(0, 1.08),
        y=(low, high),
        left=40,
        right=28 if is_wide(width) else 14,
        top=34,
        bottom=66,
    )
    ticks = [tick for tick in range(int(low) - 1, int(high) + 1) if low <= tick <= high]
    sheet.y_axis([float(tick) for tick in ticks], labels=[describe_number(tick, 0) for tick in ticks])
    sheet.grid([float(tick) for tick in ticks])
    sheet.x_axis(
        [0.0, *(look.information for look in looks)],
        labels=["0", *(describe_percent(look.information) for look in looks)],
    )
    sheet.heading("z")
    over = [
        {"x": look.information, "y": look.efficacy_z, "series": 0, "text": describe_number(look.efficacy_z, 2)}
        for look in looks
    ]
    under = [
        {"x": look.information, "y": look.futility_z, "series": 1, "text": describe_number(look.futility_z or 0, 2)}
        for look in futility
    ]
    sheet.lines(under, hue="ref", width=1.4, dash=True)
    sheet.lines(over, hue="pain", width=1.6)
    sheet.dots(under, hue="ref", hollow=True)
    sheet.dots(over, hue="pain")
    sheet.texts(over, dy=-14, bold=True, hue="pain")
    sheet.texts([row for row, look in zip(under, futility, strict=True) if look.futility_z != look.efficacy_z], dy=15)
    sheet.row_of_notes(
        [{"x": look.information, "text": f"n {describe_short(look.participants)}"} for look in looks],
        y=sheet.plot_height + 34,
        hue="muted",
    )
    sheet.note("Share of the information", x=sheet.plot_width / 2, y=sheet.plot_height + 54, align="center")
    sheet.hover([{**_hover_box(look), "y": low, "y2": high} for look in looks])
    return sheet


def _hover_box(look: LookRow) -> dict[str, Any]:
    z, count = describe_number(look.efficacy_z, 3), describe_short(look.participants)
    text = f"Look {look.look}: z {z}, {count} participants"
    return {"x": look.information - 0.03, "x2": look.information + 0.03, "text": text}
