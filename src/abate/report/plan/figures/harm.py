"""When does harm stop the trial? The number of events at which it stops, by the number of participants seen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from abate.contracts.plan_view import PlanView
from abate.contracts.trial_plan import HarmTable
from abate.report.figures.figure import Figure, figure_without_drawing, tenths
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_count, describe_percent
from abate.report.report_table import ReportTable, row, table
from abate.report.words import capital

_CLAIM = "Stopping for harm."

#: Participants from the first to the last of a stretch, and the events that stop the trial within it.
Stretch = tuple[int, int, int | None]


def draw_harm_rules(view: PlanView) -> Figure:
    """Return a panel a rule; without rules, the sentence that there are none."""
    rules, numbers = view.harm_rules, stop_table(view)
    if not rules:
        return figure_without_drawing("harm-rules", _CLAIM, _why_none(view), numbers)
    return Figure(
        id="harm-rules",
        claim=_CLAIM,
        marks=(
            "Step: so many events among so many participants stop the trial; the ground above it is where it has stopped.",
        ),
        finding=say_harm(view),
        numbers=(numbers,),
        draw=lambda width: [_sheet(rule, width).spec() for rule in rules],
    )


def _why_none(view: PlanView) -> str:
    if view.has_harm_rules:
        return "The plan file names rules that stop for harm; at how many events they stop is computed once there is a size."
    return "The plan names no rule that stops for harm; the committee sets them."


def say_harm(view: PlanView) -> str:
    """Return how many rules there are and what the first does, in a sentence."""
    rules = view.harm_rules
    if not rules:
        return _why_none(view)
    first = rules[0]
    count = "One rule stops" if len(rules) == 1 else f"{len(rules)} rules stop"
    return (
        f"{count} the trial for harm; the rate of {first.event} may not pass {describe_percent(first.limit)}, and where none is seen in "
        f"{describe_count(len(first.stop_at))} participants up to {describe_percent(first.unseen_upper, 1000)} remain possible."
    )


def stretches(rule: HarmTable) -> Sequence[Stretch]:
    """Return the stretches of participants within which the number that stops is the same.

    Examples
    --------
    >>> rule = HarmTable(event="", limit=0.1, rule="", stop_at=(None, 2, 2, 3), characteristics=(), unseen_upper=0.5, basis="", source="")
    >>> stretches(rule)
    [(1, 1, None), (2, 3, 2), (4, 4, 3)]
    """
    found: list[Stretch] = []
    for stop, places in groupby(enumerate(rule.stop_at, start=1), key=lambda pair: pair[1]):
        seen = [place for place, _ in places]
        found.append((seen[0], seen[-1], stop))
    return found


def stop_table(view: PlanView) -> ReportTable:
    """Return the table "stop at x of n" of every rule."""
    rows = [
        row(capital(rule.event), _span(first, last), "none can" if stop is None else describe_count(stop))
        for rule in view.harm_rules
        for first, last, stop in stretches(rule)
    ]
    return table("stop-at", "Events that stop the trial.", ("Event", "Participants seen", "Stops at"), rows)


def _span(first: int, last: int) -> str:
    return describe_count(first) if first == last else f"{describe_count(first)} to {describe_count(last)}"


def _sheet(rule: HarmTable, width: float) -> Sheet:
    count = len(rule.stop_at)
    most = max((stop for stop in rule.stop_at if stop is not None), default=1) + 1
    sheet = Sheet(width=width, height=240, x=(0, count + 1), y=(0, most), left=40, right=20, top=40, bottom=50)
    ticks = [tick for tick in tenths(0, most) if float(tick).is_integer()]
    sheet.y_axis(ticks)
    sheet.x_axis(tenths(0, count + 1))
    found = [(first, last, stop) for first, last, stop in stretches(rule) if stop is not None]
    sheet.boxes([{"x": first - 0.5, "x2": last + 0.5, "y": stop, "y2": most} for first, last, stop in found], hue="h1")
    sheet.grid(ticks)
    sheet.spans([{"x": first - 0.5, "x2": last + 0.5, "y": stop} for first, last, stop in found], hue="harm", width=2.4)
    _join(sheet, found)
    _label(sheet, found)
    sheet.note(f"Events: {rule.event}", x=-sheet.left, y=-24, bold=True, hue="ink", limit=width - 10)
    sheet.note("Participants seen", x=sheet.plot_width / 2, y=sheet.plot_height + 36, align="center")
    sheet.hover([
        {"x": first - 0.5, "x2": last + 0.5, "y": 0, "y2": most, "text": f"{_span(first, last)} participants: stops at {describe_count(stop)}"}
        for first, last, stop in found
    ])  # fmt: skip
    return sheet


def _join(sheet: Sheet, found: Sequence[tuple[int, int, int]]) -> None:
    pairs = pairwise(found)
    sheet.spans(
        [{"x": late[0] - 0.5, "y": early[2], "y2": late[2]} for early, late in pairs if early[1] + 1 == late[0]],
        hue="harm",
        width=1.4,
    )


def _label(sheet: Sheet, found: Sequence[tuple[int, int, int]]) -> None:
    pixels = sheet.plot_width / (sheet.x[1] - sheet.x[0])
    rows = [
        {"x": (first + last) / 2, "y": stop, "text": describe_count(stop)}
        for first, last, stop in found
        if (last - first + 1) * pixels >= 12
    ]
    sheet.texts(rows, dy=12, bold=True, hue="harm")
