"""Which assumption does the power hang on? Power as each moves alone from its 10th to its 90th centile, the widest first."""

from __future__ import annotations

from collections.abc import Sequence

from abate.contracts.plan_view import PlanView
from abate.contracts.trial_plan import TornadoBar
from abate.report.figures.figure import Figure, figure_without_drawing
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_number, describe_percent, describe_short
from abate.report.plan.figures.names import has_room_beside
from abate.report.report_table import ReportTable, row, table
from abate.report.words import capital, sentence

_CLAIM = "Power as one assumption moves alone."
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_BAR = 20.0
_GUTTER = 0.1  # of the axis, for a value before a bar that begins at no power
_RIGHT = 48.0  # room for a value beyond a bar that reaches the end


def draw_tornado(view: PlanView) -> Figure:
    """Return the tornado; without bars, the sentence why."""
    bars, numbers = widest_first(view.plan.tornado), tornado_table(view)
    if not bars:
        reason = "No assumption has an uncertainty that could be moved, or power could not be had."
        return figure_without_drawing("tornado", _CLAIM, reason, numbers)
    power = _power(view)
    at = "" if power is None else f" Upright line: {describe_percent(power)}, with all as planned."
    return Figure(
        id="tornado",
        claim=_CLAIM,
        marks=(f"Bar: from the 10th to the 90th centile of the assumption; the values stand at its ends.{at}",),
        finding=say_tornado(view),
        numbers=(numbers,),
        draw=lambda width: [_sheet(view, bars, width).spec()],
    )


def _power(view: PlanView) -> float | None:
    """Return the power with all as planned, by the closed form as the bars are, if there is one."""
    closed = view.value("power.closed")
    return view.value("power.simulated") if closed is None else closed


def widest_first(bars: Sequence[TornadoBar]) -> list[TornadoBar]:
    """Return the bars, the longest first."""
    return sorted(bars, key=lambda bar: -abs(bar.power_high - bar.power_low))


def say_tornado(view: PlanView) -> str:
    """Return which assumption moves the power most, in a sentence."""
    bars = widest_first(view.plan.tornado)
    if not bars:
        return "Which assumption matters most was not computed."
    first = bars[0]
    low, high = sorted((first.power_low, first.power_high))
    return sentence(
        f"{capital(first.quantity)} matters most: within its range power lies from {describe_percent(low)} to {describe_percent(high)}"
    )


def tornado_table(view: PlanView) -> ReportTable:
    """Return the numbers of the bars."""
    rows = [
        row(
            capital(bar.quantity),
            describe_short(bar.low),
            describe_short(bar.high),
            describe_number(bar.power_low, 3),
            describe_number(bar.power_high, 3),
        )
        for bar in widest_first(view.plan.tornado)
    ]
    columns = ("Assumption", "10th centile", "90th centile", "Power at the 10th", "Power at the 90th")
    return table("tornado", "Power by assumption.", columns, rows)


def _sheet(view: PlanView, bars: Sequence[TornadoBar], width: float) -> Sheet:
    wide = has_room_beside([capital(bar.quantity) for bar in bars], width, 262 - 30)
    room, left = (40.0, 262.0) if wide else (58.0, 14.0)
    height = room * len(bars)
    sheet = Sheet(
        width=width,
        height=height + 58,
        x=(-_GUTTER if wide else -2 * _GUTTER, 1),
        y=(height, 0),
        left=left,
        right=_RIGHT,
        top=10,
        bottom=48,
    )
    sheet.x_axis(_TICKS, labels=[describe_percent(tick) for tick in _TICKS], domain=False)
    sheet.spans([{"x": tick, "y": 0, "y2": height} for tick in _TICKS], hue="hair", width=1)
    power = _power(view)
    for place, bar in enumerate(bars):
        _draw_bar(sheet, bar, place, room, wide=wide)
    if power is not None:
        sheet.spans([{"x": power, "y": 0, "y2": height}], hue="ink", width=1.6)
    for place, bar in enumerate(bars):
        _label_ends(sheet, bar, room * place + _middle(wide))
    sheet.note("Power", x=sheet.plot_width / 2, y=height + 36, align="center")
    return sheet


def _draw_bar(sheet: Sheet, bar: TornadoBar, place: int, room: float, *, wide: bool) -> None:
    middle = room * place + _middle(wide)
    ends = {"y": middle - _BAR / 2, "y2": middle + _BAR / 2}
    sheet.boxes(
        [{"x": min(bar.power_low, bar.power_high), "x2": max(bar.power_low, bar.power_high), **ends}], hue="kept"
    )
    name = capital(bar.quantity)
    if wide:
        sheet.column_of_notes([{"y": middle, "text": name}], x=-sheet.left, limit=sheet.left - 26)
    else:
        above = [{"x": sheet.x[0], "y": middle - _BAR / 2 - 12, "text": name}]
        sheet.texts(above, align="left", dx=-sheet.left, halo=True, limit=sheet.width - 20)
    text = f"{name}: {describe_percent(bar.power_low)} at {describe_short(bar.low)}, {describe_percent(bar.power_high)} at {describe_short(bar.high)}"
    sheet.hover([{"x": 0, "x2": 1, "y": room * place, "y2": room * (place + 1), "text": text}])


def _middle(wide: bool) -> float:
    return 20.0 if wide else 40.0


def _label_ends(sheet: Sheet, bar: TornadoBar, middle: float) -> None:
    is_rising = bar.power_low <= bar.power_high
    _label_end(sheet, middle, bar.power_low, describe_short(bar.low), is_left=is_rising)
    _label_end(sheet, middle, bar.power_high, describe_short(bar.high), is_left=not is_rising)


def _label_end(sheet: Sheet, middle: float, power: float, value: str, *, is_left: bool) -> None:
    """Write a value beside the end of its bar; inside where there is no room before the edge."""
    low, high = sheet.x
    pixels = (power - low) / (high - low) * sheet.plot_width
    needed = 8.0 * len(value) + 8
    is_outside = pixels > needed if is_left else sheet.plot_width - pixels + _RIGHT > needed
    align, dx = ("right", -5) if is_left == is_outside else ("left", 5)
    sheet.texts([{"x": power, "y": middle, "text": value}], align=align, dx=dx, halo=True)
