"""What is left to be planned on? One bar a step, from the observed fall down to the difference between the arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import POINT_DECIMALS, UNVERIFIED, describe_points, say_arithmetic, say_source
from abate.contracts.trial_plan import EffectStep
from abate.report.cells import EMPTY
from abate.report.figures.figure import Figure, figure_without_drawing, tenths
from abate.report.figures.sheet import Sheet
from abate.report.numbers import INTERVAL, describe_number, describe_signed
from abate.report.plan.figures.names import has_room_beside
from abate.report.report_table import ReportTable, RowKind, TableRow, row, table
from abate.report.words import capital, sentence, shown

_CLAIM = "From the observed fall to the difference that is planned on."
_PLANNED = "planned"
_Z = 1.96  # of an interval of 95 %
_BAR = 22.0


@dataclass(frozen=True, kw_only=True)
class StepBar:
    """A bar of the waterfall: where it begins and ends on the scale of points."""

    step: EffectStep
    start: float
    end: float
    is_whole: bool  # reaches from 0: the observed fall and what is planned on


def draw_effect(view: PlanView) -> Figure:
    """Return the waterfall of the effect; where the difference was typed, the sentence why there are no steps."""
    bars, numbers = step_bars(view.plan.effect_steps), effect_table(view)
    if len(bars) < 2:
        reason = "The difference was not taken from a fall in steps, so there are none to draw."
        return figure_without_drawing("effect", _CLAIM, reason, numbers)
    return Figure(
        id="effect",
        claim=_CLAIM,
        marks=(
            "Grey: what a control arm has too, taken off the fall; dashed where it was assumed and nobody has measured it.",
            f"Blue: the observed fall, and what is planned on. Thin line under a bar: {INTERVAL} of the step.",
            sentence(say_arithmetic(view.plan.effect_steps)),
        ),
        finding=sentence(say_arithmetic(view.plan.effect_steps) or "No difference can be planned on"),
        numbers=(numbers,),
        draw=lambda width: [_sheet(bars, width).spec()],
    )


def step_bars(steps: Sequence[EffectStep]) -> Sequence[StepBar]:
    """Return a bar for each step that has a value; each that takes away begins where the one before ended.

    Examples
    --------
    >>> fall = EffectStep(id="observed_fall", quantity="", value=4.0, standard_error=None, basis="study", source="")
    >>> less = EffectStep(id="context", quantity="", value=-1.5, standard_error=None, basis="assumed", source="")
    >>> [(bar.start, bar.end) for bar in step_bars([fall, less])]
    [(0.0, 4.0), (4.0, 2.5)]
    """
    bars: list[StepBar] = []
    reached = 0.0
    for step in steps:
        if step.value is None:
            continue
        is_whole = step.id == _PLANNED or not bars
        start = 0.0 if is_whole else reached
        end = step.value if is_whole else reached + step.value
        bars.append(StepBar(step=step, start=start, end=end, is_whole=is_whole))
        reached = end
    return bars


def effect_table(view: PlanView) -> ReportTable:
    """Return the steps with their standard errors and sources."""
    rows = [_row(step) for step in view.plan.effect_steps]
    columns = ("Step", "Points", "Standard error", "Basis", "Source")
    notes = (sentence(say_arithmetic(view.plan.effect_steps)),) if say_arithmetic(view.plan.effect_steps) else ()
    return table("effect", "The steps, with how sure each is.", columns, rows, notes=notes)


def _row(step: EffectStep) -> TableRow:
    value = f"none: {step.reason or 'not given'}"
    if step.value is not None:
        is_whole = step.id in (_PLANNED, "observed_fall")
        value = describe_number(step.value, POINT_DECIMALS) if is_whole else describe_signed(step.value, POINT_DECIMALS)
    error = EMPTY if step.standard_error is None else describe_number(step.standard_error, 2)
    is_assumed = step.basis == "assumed"
    basis = f"assumed, {UNVERIFIED}" if is_assumed else step.basis
    kind = RowKind.KEY if step.id == _PLANNED else RowKind.UNVERIFIED if is_assumed else RowKind.PLAIN
    return row(capital(step.quantity), value, error, basis, say_source(step.source), kind=kind)


def _sheet(bars: Sequence[StepBar], width: float) -> Sheet:
    wide = has_room_beside([capital(bar.step.quantity) for bar in bars], width, 252 - 12)
    ends = [end for bar in bars for end in (bar.start, bar.end, *_interval(bar))]
    low, high = min(0.0, *ends), max(ends) * 1.04
    room, left = (40.0, 252.0) if wide else (56.0, 8.0)
    height = room * len(bars)
    right = 74.0 if wide else 14.0
    sheet = Sheet(
        width=width, height=height + 62, x=(low, high), y=(height, 0), left=left, right=right, top=14, bottom=48
    )
    ticks = tenths(low, high)
    sheet.x_axis(ticks, domain=False)
    sheet.spans([{"x": tick, "y": 0, "y2": height} for tick in ticks], hue="hair", width=1)
    sheet.spans([{"x": 0, "y": 0, "y2": height}], hue="ink", width=1.2)
    for place, bar in enumerate(bars):
        _draw_bar(sheet, bar, place, room, wide=wide)
        if place + 1 < len(bars):
            joint = room * place + _middle(wide)
            sheet.spans([{"x": bar.end, "y": joint + _BAR / 2, "y2": joint + room - _BAR / 2}], hue="rule", width=1)
    sheet.note("Points", x=sheet.plot_width / 2, y=height + 36, align="center")
    return sheet


def _middle(wide: bool) -> float:
    return 20.0 if wide else 38.0


def _draw_bar(sheet: Sheet, bar: StepBar, place: int, room: float, *, wide: bool) -> None:
    middle = room * place + _middle(wide)
    box = [{"x": bar.start, "x2": bar.end, "y": middle - _BAR / 2, "y2": middle + _BAR / 2}]
    if bar.is_whole:
        sheet.boxes(box, hue="pain")
    else:
        sheet.boxes(box, hue="hair", outline="ref", dash=bar.step.basis == "assumed")
    interval = _interval(bar)
    if interval:
        # Under its bar: a dark line on a dark bar cannot be seen.
        sheet.spans([{"x": interval[0], "x2": interval[1], "y": middle + _BAR / 2 + 4}], hue="ink", width=1.6)
    name, value = capital(bar.step.quantity), _value(bar)
    if wide:
        sheet.column_of_notes([{"y": middle, "text": name}], x=-sheet.left, bold=bar.is_whole, limit=sheet.left - 12)
        sheet.column_of_notes([{"y": middle, "text": value}], x=sheet.plot_width + 10, bold=True)
    else:
        # From the axis on, so that it does not run through the name.
        above = [{"x": 0, "y": middle - _BAR / 2 - 11, "text": f"{shown(name)}: {value}"}]
        room_right = sheet.plot_width * sheet.x[1] / (sheet.x[1] - sheet.x[0]) - 5
        sheet.texts(above, align="left", dx=5, bold=bar.is_whole, halo=True, limit=room_right)
    error = "" if bar.step.standard_error is None else f", standard error {describe_number(bar.step.standard_error, 2)}"
    text = f"{name}: {value} points{error}; {say_source(bar.step.source)}"
    sheet.hover([{"x": sheet.x[0], "x2": sheet.x[1], "y": room * place, "y2": room * (place + 1), "text": text}])


def _value(bar: StepBar) -> str:
    value = bar.step.value or 0
    return describe_number(value, POINT_DECIMALS) if bar.is_whole else describe_signed(value, POINT_DECIMALS)


def _interval(bar: StepBar) -> tuple[float, ...]:
    """Return the ends of the interval of where a bar ends; none without a standard error."""
    error = bar.step.standard_error
    return () if not error else (bar.end - _Z * error, bar.end + _Z * error)


def say_effect(view: PlanView) -> str:
    """Return what is planned on and what it is not, in a sentence or two."""
    planned = view.value("effect.planned")
    if planned is None:
        return sentence(f"No difference can be planned on: {view.reason('effect.planned', 'none was given')}")
    observed = next((step.value for step in view.plan.effect_steps if step.id == "observed_fall"), None)
    if view.is_pre_post:
        return (
            f"The plan takes the whole fall of {describe_points(planned)} for the effect of the drug, which it is not."
        )
    if observed is None:
        return f"The plan takes a difference of {describe_points(planned)} between the arms."
    return (
        f"Of {describe_points(observed)} of observed fall {describe_number(planned, POINT_DECIMALS)} are planned on: "
        "the rest is expected in a control arm too."
    )
