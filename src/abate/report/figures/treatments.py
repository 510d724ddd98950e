"""Which preventives came before the infusion, and in which order? Bands from each class to the next, as thick as there are courses."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from abate.contracts.result import TREATMENT_STEPS
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_count
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import headed, n_of, shown

NO_FURTHER = "no further class"
_HEADS = ("First class", "Second", "Third", "Fourth")
#: Points along a band, and the share of the height that stays free between the boxes of a column.
_POINTS, _FREE = 14, 0.25
_BOX = 0.03


@dataclass(frozen=True, kw_only=True)
class Step:
    """So many courses went from one class to another at one place of the order."""

    place: int
    one: str
    other: str
    count: float


@dataclass(frozen=True, kw_only=True)
class _Box:
    low: float
    high: float
    count: float


def find_steps(view: ResultView) -> Sequence[Step]:
    """Return the steps that have a count, in the order of the result."""
    found = []
    for estimate in view.under(TREATMENT_STEPS):
        one, _, other = (estimate.group or "").partition(" → ")
        found.append(Step(place=int(estimate.id.split(".")[1]), one=one, other=other, count=estimate.value or 0))
    return found


def draw_treatments(view: ResultView) -> Figure:
    """Return the figure of the classes of preventives before the first dose, in the order in which they were begun."""
    steps = find_steps(view)
    claim = "Preventives before the infusion, in the order in which they were begun."
    if not steps:
        return figure_without_drawing(
            "treatments-before", claim, "No course has a preventive with a known start.", steps_table(steps)
        )
    count = next(estimate.n or 0 for estimate in view.under(TREATMENT_STEPS))
    return Figure(
        id="treatments-before",
        claim=claim,
        marks=(
            "Boxes: courses by the class that was begun first, second, third and fourth; bands: from one to the next.",
            "Pale: no further class. A fifth class and more are not drawn, nor is what has no date; it is not said here what failed.",
            n_of(count, "course"),
        ),
        finding=f"{claim} The numbers stand in the table below.",
        numbers=(steps_table(steps),),
        draw=lambda width: [_sheet(steps, count, width).spec()],
    )


def steps_table(steps: Sequence[Step]) -> ReportTable:
    """Return the counts behind the bands."""
    rows = [
        row(_HEADS[step.place - 1], headed(shown(step.one)), shown(step.other), describe_count(step.count))
        for step in steps
        if step.one != NO_FURTHER
    ]
    columns = ("Place", "Class", "Followed by", "Courses")
    return table("treatments-before-table", "Which class of preventives followed which.", columns, rows)


def _sheet(steps: Sequence[Step], count: float, width: float) -> Sheet:
    columns = [_boxes(sizes, count) for sizes in _sizes(steps)]
    sheet = Sheet(width=width, height=340, left=0, right=150 if is_wide(width) else 84, top=24, bottom=6,
                  x=(1, len(_HEADS) + _BOX), y=(1, 0))  # fmt: skip
    for hue, is_wanted in (("band", False), ("dosewash", True)):
        sheet.areas([point for points in _bands(steps, columns, is_wanted) for point in points], hue=hue)
    for hue, is_wanted in (("hair", False), ("dose", True)):
        boxes = [
            {"x": place + 1, "x2": place + 1 + _BOX, "y": box.low, "y2": box.high}
            for place, column in enumerate(columns)
            for name, box in column.items()
            if (name != NO_FURTHER) == is_wanted
        ]
        sheet.boxes(boxes, hue=hue)
    room = sheet.plot_width / len(_HEADS) if is_wide(width) else sheet.plot_width / len(_HEADS) + 4
    for place, column in enumerate(columns):
        labels = [
            {
                "x": place + 1 + _BOX,
                "y": (box.low + box.high) / 2,
                "text": f"{headed(shown(name))} {describe_count(box.count)}",
            }
            for name, box in column.items()
        ]
        sheet.texts(labels, align="left", dx=4, halo=True, limit=room)
        sheet.note(_HEADS[place], x=sheet.plot_width * place / (len(_HEADS) - 1 + _BOX), y=-12, limit=room)
    return sheet


def _sizes(steps: Sequence[Step]) -> list[Mapping[str, float]]:
    """Return the courses of each class at each place, the most first and those without a further class last."""
    sizes: list[Counter[str]] = [Counter() for _ in _HEADS]
    for step in steps:
        sizes[step.place - 1][step.one] += step.count  # type: ignore[assignment]
        if step.place == len(_HEADS) - 1:
            sizes[step.place][step.other] += step.count  # type: ignore[assignment]
    return [dict(sorted(found.items(), key=lambda item: (item[0] == NO_FURTHER, -item[1], item[0]))) for found in sizes]


def _boxes(sizes: Mapping[str, float], total: float) -> Mapping[str, _Box]:
    """Return where each class stands, between 0 at the top and 1."""
    gap, low = _FREE / max(len(sizes) - 1, 1), 0.0
    boxes = {}
    for name, count in sizes.items():
        high = low + (1 - _FREE) * count / total
        boxes[name] = _Box(low=low, high=high, count=count)
        low = high + gap
    return boxes


def _bands(steps: Sequence[Step], columns: Sequence[Mapping[str, _Box]], is_wanted: bool) -> list[list[dict[str, Any]]]:
    """Return the outline of each band; bands leave and enter their boxes in the order of the boxes at the other end."""
    bands = []
    for place in range(1, len(_HEADS)):
        here, there = columns[place - 1], columns[place]
        left, right = ({name: box.low for name, box in column.items()} for column in (here, there))
        orders = (list(here), list(there))
        of_place = sorted(
            (step for step in steps if step.place == place),
            key=lambda step: (orders[0].index(step.one), orders[1].index(step.other)),
        )
        for step in of_place:
            size = (1 - _FREE) * step.count / sum(box.count for box in here.values())
            if (step.other != NO_FURTHER) == is_wanted:
                bands.append(_band(step, place, left[step.one], right[step.other], size))
            left[step.one] += size
            right[step.other] += size
    return bands


def _band(step: Step, place: int, left: float, right: float, size: float) -> list[dict[str, Any]]:
    points = []
    for number in range(_POINTS + 1):
        share = number / _POINTS
        y = left + (right - left) * (1 - math.cos(math.pi * share)) / 2
        x = place + _BOX + (1 - _BOX) * share
        points.append({"series": f"{step.place} {step.one} {step.other}", "x": x, "y": y, "y2": y + size})
    return points
