"""What would explain all of the fall? The further fall that must come from elsewhere, by the reliability of the rating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.knowledge.falls_without_drug import PublishedMark, published_marks
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide, tenths
from abate.report.figures.sheet import Sheet
from abate.report.numbers import INTERVAL, describe_n, describe_number
from abate.report.report_table import ReportTable, row, table
from abate.report.told import told_n
from abate.report.view import ResultView
from abate.report.words import listed
from abate.stats.regression_to_mean_tipping import tipping_curve

_CLAIM = "What would explain all of it."
_RELIABILITIES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, kw_only=True)
class UsualLevel:
    """A level at which such patients may usually be, and where it comes from."""

    value: float
    label: str
    source: str


def draw_tipping(view: ResultView) -> Figure:
    """Return the figure of the tipping points: no data enter but the mean fall and the mean first rating."""
    first, fall, levels = _first(view), _fall(view), usual_levels(view)
    numbers = tipping_table(view)
    if first is None or fall is None or fall[0] <= 0:
        return figure_without_drawing("tipping", _CLAIM, "Without a fall nothing is left to be explained.", numbers)
    change = view.known("change.mean")
    mean_fall = fall[0]
    return Figure(
        id="tipping",
        claim=_CLAIM,
        marks=(
            "Line: the further fall, beyond regression to the mean, that would leave nothing for the treatment, at each usual level.",
            f"Band, about the first line: {INTERVAL} of the fall." if fall[1] is not None else "",
            _say_marks(view),
            "" if change is None else f"{describe_n(told_n(change))}.",
        ),
        finding=(
            f"Regression to the mean alone explains the whole fall only if the usual level is {describe_number(first - mean_fall)} or lower."
        ),
        numbers=(numbers,),
        draw=lambda width: [_sheet(view, first, fall, levels, width).spec()],
    )


def usual_levels(view: ResultView) -> Sequence[UsualLevel]:
    """Return the levels to draw: these patients' own mean before, stated references, published ones; else some below admission."""
    first, own = _first(view), view.value("regression.earlier_mean")
    found = []
    if own is not None and not view.value("regression.flag.asked_when_bad"):
        found.append(
            UsualLevel(value=own, label="own mean before", source="mean of these patients\u2019 earlier ratings")
        )
    if view.study.attribution is not None:
        found += [
            UsualLevel(value=mean, label="stated", source=one.source)
            for one in view.study.attribution.references
            for mean in dict.fromkeys(one.mean)
        ]
    found += [
        UsualLevel(value=mark.value, label="published", source=f"{mark.label}; {mark.source}; {mark.tag}")
        for mark in _published(view, "level")
    ]
    if not found and first is not None:
        found = [
            UsualLevel(
                value=first - below, label=f"{below} below admission", source="drawn as an example, no measured level"
            )
            for below in (1, 2, 3)
        ]
    return [level for level in found if first is None or level.value < first]


def _published(view: ResultView, kind: str) -> Sequence[PublishedMark]:
    return [mark for mark in published_marks(view.study.condition, view.study.rating.scale) if mark.kind == kind]


def _first(view: ResultView) -> float | None:
    """Return the mean first rating of the courses whose change is known, as far as it can be told."""
    found = view.value("baseline.mean")
    final, change = view.value("final.mean"), view.value("change.mean")
    return found if final is None or change is None else final - change


def _fall(view: ResultView) -> tuple[float, tuple[float, float] | None] | None:
    change = view.known("change.mean")
    if change is None or change.value is None:
        return None
    if change.lower is None or change.upper is None:
        return -change.value, None
    return -change.value, (-change.upper, -change.lower)


def _say_marks(view: ResultView) -> str:
    marks = _published(view, "fall")
    if not marks:
        return ""
    words = [
        f"{mark.label}, {describe_number(mark.value)} ({mark.source}; {mark.tag}"
        f"{'; it holds regression to the mean already' if mark.includes_regression else ''})"
        for mark in marks
    ]
    return f"Dashed: {listed(words)}."


def tipping_table(view: ResultView) -> ReportTable:
    """Return the further fall needed at some reliabilities, for each usual level."""
    first, fall = _first(view), _fall(view)
    columns = ("Usual level", "Where from", *(f"Reliability {value:g}" for value in _RELIABILITIES), "Nothing left at")
    rows = []
    if first is not None and fall is not None and fall[0] > 0:
        for level in usual_levels(view):
            curve = tipping_curve(first, fall[0], [level.value], _RELIABILITIES)
            needed = [describe_number(float(value)) for value in curve.needed_ward_effect[0]]
            at = float(curve.needed_reliability[0])
            rows.append(
                row(describe_number(level.value), level.source, *needed, describe_number(at, 2) if at == at else "none")
            )
    notes = (
        "Each number: points that something other than regression to the mean must take off, for nothing to be left.",
        "Reliability: correlation of the first rating with the final one, had nothing been done.",
        "Published falls that hold regression to the mean already may not be added to it.",
    )
    return table("tipping", "What it takes to explain the whole fall.", columns, rows, notes=notes)


def _sheet(
    view: ResultView,
    first: float,
    fall: tuple[float, tuple[float, float] | None],
    levels: Sequence[UsualLevel],
    width: float,
) -> Sheet:
    mean_fall, interval = fall
    most = max(mean_fall, interval[1] if interval else mean_fall)
    right = 118.0 if is_wide(width) else 58.0
    sheet = Sheet(width=width, height=330, x=(0, 1), y=(0, most * 1.08), left=34, right=right, top=34, bottom=62)
    ticks = tenths(0, most * 1.08)
    sheet.y_axis(ticks)
    sheet.x_axis(list(_RELIABILITIES), labels=["0", *(f"{value:g}" for value in _RELIABILITIES[1:-1]), "1"])
    sheet.grid(ticks)
    sheet.heading("Further fall without the drug, points")
    ends = [(level, *_at_ends(first, mean_fall, level.value)) for level in levels]
    if interval is not None and ends:
        _, low, high = ends[0]
        shift = interval[0] - mean_fall, interval[1] - mean_fall
        band = [{"x": x, "y": max(y + shift[0], 0), "y2": y + shift[1], "series": 0} for x, y in ((0, low), (1, high))]
        sheet.areas(band, hue="pain", opacity=0.16)
    for place, (_, low, high) in enumerate(ends):
        rows = [{"x": 0, "y": low, "series": place}, {"x": 1, "y": high, "series": place}]
        sheet.lines(_above_zero(rows), hue="pain", width=2.4 if place == 0 else 1.2)
    for mark in _published(view, "fall"):
        sheet.spans([{"x": 0, "x2": 1, "y": mark.value}], hue="ink", width=1.2, dash=True)
        sheet.texts([{"x": 1, "y": mark.value, "text": f"{describe_number(mark.value)} {mark.source.split(',')[0]}"}],
                    align="right", dx=-4, dy=-8, halo=True)  # fmt: skip
    _label_levels(sheet, ends, is_wide(width))
    sheet.note(
        "Reliability of the rating: 0 all noise, 1 none",
        x=sheet.plot_width / 2,
        y=sheet.plot_height + 38,
        align="center",
    )
    return sheet


def _at_ends(first: float, fall: float, level: float) -> tuple[float, float]:
    """Return the further fall needed where a rating is all noise, and where it is none."""
    needed = tipping_curve(first, fall, [level], [0.0, 1.0]).needed_ward_effect[0]
    return float(needed[0]), float(needed[1])


def _above_zero(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    """Return a straight line cut where it would run below 0.

    Examples
    --------
    >>> _above_zero([{"x": 0, "y": -1.0, "series": 0}, {"x": 1, "y": 1.0, "series": 0}])[0]
    {'x': 0.5, 'y': 0.0, 'series': 0}
    """
    low, high = rows
    if low["y"] >= 0 or high["y"] <= 0:
        return rows
    return [{**low, "x": -low["y"] / (high["y"] - low["y"]), "y": 0.0}, high]


def _label_levels(sheet: Sheet, ends: Sequence[tuple[UsualLevel, float, float]], wide: bool) -> None:
    """Write each level at the left end of its line, apart from the others."""
    taken: list[float] = []
    for level, low, _ in sorted(ends, key=lambda end: end[1]):
        pixels = max(low, 0) / sheet.y[1] * sheet.plot_height
        while any(abs(pixels - other) < 15 for other in taken):
            pixels += 15
        taken.append(pixels)
        text = f"usually {describe_number(level.value)}" + (f" ({level.label})" if wide else "")
        y = (pixels + 9) / sheet.plot_height * sheet.y[1]
        sheet.texts([{"x": 0, "y": y, "text": text}], hue="pain", align="left", dx=6, halo=True)
