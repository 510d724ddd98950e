"""Whose is the fall? One bar a line, from admission to discharge on the scale itself: hatched what was to be expected, solid what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.contracts.result import Estimate
from abate.report.attribution.tables import split_table
from abate.report.attribution.words import (
    is_flagged,
    is_of_planned_day,
    is_split,
    planned_day,
    say_attribution,
    with_interval,
)
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, tenths
from abate.report.figures.sheet import Row, Sheet
from abate.report.numbers import INTERVAL, describe_number, describe_range
from abate.report.told import told_n
from abate.report.view import ResultView
from abate.report.words import capital, plural

_CLAIM = "The fall, split."
#: In pixels: a bar, the main one, the distance between two, and between two lines of the hatching.
_BAR, _MAIN_BAR, _HATCH = 20.0, 29.0, 6.0


@dataclass(frozen=True, kw_only=True)
class SplitLine:
    """One bar: where it is cut, the ends between which the cut may lie, and what is written of its two parts."""

    label: str
    note: str
    final: float  # where the fall ends
    cut: float
    ends: tuple[float, float] | None
    expected: str
    left: str
    is_range: bool = False  # the ends are those of stated values, no interval


def draw_split(view: ResultView) -> Figure:
    """Return the figure of the split fall; where there is none, the sentence why."""
    numbers = split_table(view)
    if not is_split(view):
        return figure_without_drawing("split", _CLAIM, say_attribution(view)[0], numbers)
    lines = split_lines(view)
    return Figure(
        id="split",
        claim=_CLAIM,
        marks=(
            "Hatched: expected without treatment. Solid: what is left, the treatment and all that comes with being there.",
            f"Thin line: {INTERVAL} of where the cut lies{_say_range(lines)}.",
            f"n\u00a0=\u00a0{plural(told_n(view.known('regression.left') or _nothing()), 'course')}.",
        ),
        finding=say_attribution(view)[0],
        numbers=(numbers,),
        draw=lambda width: [_sheet(view, lines, width).spec()],
    )


def _nothing() -> Estimate:
    return Estimate(id="", quantity="", value=None)


def _say_range(lines: Sequence[SplitLine]) -> str:
    return "; of stated references the range, no interval" if any(line.is_range for line in lines) else ""


def split_lines(view: ResultView) -> Sequence[SplitLine]:
    """Return the main line and those that stand beside it, as far as each is known."""
    first = _first(view)
    found = [
        _line(view, first, "From earlier ratings", "natural", "left"),
        _line(view, first, "Visits modelled", "visits_natural", "visits_left", fall="visits_fall"),
        _line(view, first, "By the last rating", "last_rating_natural", "last_rating_left", fall="last_rating_fall"),
        _scores_line(view, first),
        _line(view, first, "Untreated episodes", "untreated_natural", "untreated_left", fall=""),
        _history_line(view, first),
        _reference_line(view, first),
    ]
    return [line for line in found if line is not None]


def _first(view: ResultView) -> float:
    return (view.value("regression.expected_final") or 0) + (view.value("regression.natural") or 0)


def _line(
    view: ResultView, first: float, label: str, natural: str, left: str, *, fall: str = "fall"
) -> SplitLine | None:
    expected, rest = view.known(f"regression.{natural}"), view.known(f"regression.{left}")
    if expected is None or rest is None or expected.value is None:
        return None
    whole = view.value(f"regression.{fall}")
    whole = expected.value + (rest.value or 0) if whole is None else whole
    ends = None
    if expected.lower is not None and expected.upper is not None:
        ends = first - expected.upper, first - expected.lower
    return SplitLine(
        label=label,
        note=plural(told_n(rest), "course"),
        final=first - whole,
        cut=first - expected.value,
        ends=ends,
        expected=with_interval(expected),
        left=with_interval(rest),
    )


def _scores_line(view: ResultView, first: float) -> SplitLine | None:
    """Return the split by the rank of the ratings, where it lies so far from the main line that a claim rests on both."""
    if not is_flagged(view, "shape_of_ratings"):
        return None
    fall = "fall" if view.known("regression.last_rating_fall") is None else "last_rating_fall"
    return _line(view, first, "By rank of ratings", "normal_scores_natural", "normal_scores_left", fall=fall)


def _history_line(view: ResultView, first: float) -> SplitLine | None:
    """Return the lower end of the bracket, which needs no model."""
    left, fall = view.known("regression.history_mean_left"), view.known("regression.history_fall")
    if left is None or fall is None or left.value is None or fall.value is None:
        return None
    final = first - fall.value
    ends = None if left.lower is None or left.upper is None else (final + left.lower, final + left.upper)
    return SplitLine(
        label="Own mean before",
        note="takes off too much",
        final=final,
        cut=final + left.value,
        ends=ends,
        expected=describe_number(fall.value - left.value),
        left=with_interval(left),
    )


def _reference_line(view: ResultView, first: float) -> SplitLine | None:
    low, high = view.value("regression.reference_low"), view.value("regression.reference_high")
    fall = view.value("regression.fall")
    if low is None or high is None or fall is None:
        return None
    return SplitLine(
        label="Stated references",
        note="a range, no interval",
        final=first - fall,
        cut=first - (low + high) / 2,
        ends=(first - high, first - low),
        expected=describe_range(low, high),
        left=describe_range(fall - high, fall - low),
        is_range=True,
    )


def _sheet(view: ResultView, lines: Sequence[SplitLine], width: float) -> Sheet:
    wide = is_wide(width)
    first, final = _first(view), _first(view) - (view.value("regression.fall") or 0)
    ends = [end for line in lines for end in (*(line.ends or ()), line.cut, line.final)]
    high, low = max(first, *ends) + 0.1, min(final, *ends) - 0.25
    room, left = (74.0, 190.0) if wide else (92.0, 8.0)
    height = room * len(lines)
    sheet = Sheet(width=width, height=height + 84, x=(high, low), y=(height, 0), left=left, right=16, top=34, bottom=50)
    ticks = tenths(low, high)
    sheet.x_axis(ticks, domain=False)
    sheet.spans([{"x": tick, "y": 0, "y2": height} for tick in ticks], hue="hair", width=1)
    for place, line in enumerate(lines):
        _draw_line(sheet, line, place, room, (first, line.final), wide=wide)
    sheet.spans([{"x": end, "y": -12, "y2": height} for end in (first, final)], hue="ink", width=1.2)
    when = f"on day {planned_day(view)}" if is_of_planned_day(view) else "at the end"
    sheet.texts([{"x": first, "y": -20, "text": f"{describe_number(first)} admission"}], bold=True, align="left", dx=4)
    sheet.texts([{"x": final, "y": -20, "text": f"{describe_number(final)} {when}"}], bold=True, align="right", dx=-4)
    foot = f"{capital(view.noun)}, {view.scale.minimum:g} to {view.scale.maximum:g} (falling to the right)"
    sheet.note(foot, x=sheet.plot_width / 2, y=height + 38, align="center")
    return sheet


def _draw_line(
    sheet: Sheet, line: SplitLine, place: int, room: float, span: tuple[float, float], *, wide: bool
) -> None:
    first, final = span
    size = _MAIN_BAR if place == 0 else _BAR
    middle = room * place + (26.0 if wide else 44.0)
    top, bottom = middle - size / 2, middle + size / 2
    cut = min(max(line.cut, min(first, final)), max(first, final))
    sheet.boxes([{"x": first, "x2": cut, "y": top, "y2": bottom}], hue="hair", outline="ref")
    sheet.spans(_hatching(sheet, (first, cut), (top, bottom)), hue="ref", width=1)
    sheet.boxes([{"x": cut, "x2": final, "y": top, "y2": bottom}], hue="pain")
    if line.ends is not None:
        whole = [{"x": line.ends[0], "x2": line.ends[1], "y": middle}]
        sheet.spans(whole, hue="paper", width=5)
        sheet.spans(whole, hue="ink", width=1.6, dash=line.is_range)
    if not line.is_range:
        sheet.spans([{"x": line.cut, "y": top - 4, "y2": bottom + 4}], hue="ink", width=2.2)
    under = bottom + 13
    expected = f"expected without treatment {line.expected}" if place == 0 and wide else line.expected
    left = f"left {line.left}" if place == 0 else line.left
    sheet.texts([{"x": first, "y": under, "text": expected}], bold=place == 0, align="left", dx=4)
    sheet.texts([{"x": final, "y": under, "text": left}], bold=True, hue="pain", align="right", dx=-4)
    _label(sheet, line, middle, top, is_main=place == 0, wide=wide)
    text = f"{line.label}: {line.expected} points to be expected without treatment, {line.left} left"
    sheet.hover([{"x": sheet.x[0], "x2": sheet.x[1], "y": room * place, "y2": room * (place + 1), "text": text}])


def _label(sheet: Sheet, line: SplitLine, middle: float, top: float, *, is_main: bool, wide: bool) -> None:
    if wide:
        sheet.column_of_notes([{"y": middle, "text": line.label}], x=-sheet.left, bold=is_main, dy=-7)
        sheet.column_of_notes([{"y": middle, "text": line.note}], x=-sheet.left, hue="muted", dy=9)
        return
    sheet.note(f"{line.label}; {line.note}", x=0, y=top - 10, bold=is_main)


def _hatching(sheet: Sheet, across: tuple[float, float], down: tuple[float, float]) -> list[Row]:
    """Return slanting lines within a box, each cut where it leaves it; ``across`` in points, ``down`` in pixels.

    Examples
    --------
    >>> sheet = Sheet(width=146, height=100, x=(10, 0), y=(44, 0), left=34, right=12)
    >>> lines = _hatching(sheet, (10, 8), (0, 10))
    >>> all(8 <= end <= 10 for line in lines for end in (line["x"], line["x2"])), len(lines) > 3
    (True, True)
    """
    points = abs(sheet.x[1] - sheet.x[0]) / sheet.plot_width
    start, end = max(across), min(across)
    wide, tall = (start - end) / points, down[1] - down[0]
    lines: list[Row] = []
    at = _HATCH - tall
    while at < wide:
        from_x, to_x = max(at, 0.0), min(at + tall, wide)
        if to_x > from_x:
            lines.append(
                {
                    "x": start - points * from_x,
                    "x2": start - points * to_x,
                    "y": down[1] - (from_x - at),
                    "y2": down[1] - (to_x - at),
                }
            )
        at += _HATCH
    return lines
