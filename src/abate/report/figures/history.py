"""What was tried before, in which order? Classes of preventive drugs from the first to the course, as wide as their courses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from abate.contracts.result import TreatmentWay
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_count
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import n_of, plural, shown

#: Classes of one step that have a block of their own; the rarer ones share one.
MOST_CLASSES = 7
#: Steps that a narrow figure shows.
MOST_STEPS_NARROW = 3
OTHERS = "other classes"
_POINTS = 24
# Of the height of a step, the share that lies between blocks.
_GAP = 0.18

_BLOCK = 0.045
# Bands are drawn so much thinner, in shares of all courses, that two beside each other can be told apart.
_APART = 0.006
_LEAST_LABELLED = 0.028

Block = tuple[int, str]
Band = tuple[Block, Block]


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a block stands: from ``low`` to ``high``, in courses and gaps."""

    low: float
    high: float


def draw_history(view: ResultView) -> Figure:
    """Return the figure of the ways from class to class to the course."""
    claim = "Preventive classes in the order tried."
    if view.result.ways is None and view.result.edition.is_shared:
        return figure_without_drawing(
            "history", claim, "Too few courses went each way: all of them are hidden in this edition."
        )
    if view.result.ways is None:
        return figure_without_drawing(
            "history", claim, "The records hold no earlier treatments, or the study does not ask for them."
        )
    ways = merge_ways(view.result.ways)
    if not ways:
        return figure_without_drawing(
            "history", claim, "No preventive drug with a date was recorded before a course.", ways_table(view)
        )
    dated = sum(way.course_count for way in ways if way.step == 1)
    skipped = sum(way.skipped_count for way in ways)
    steps = max(way.step for way in ways)
    more = f"Not drawn: {plural(skipped, 'class', 'classes')} that came after step {steps}." if skipped else ""
    return Figure(
        id="history",
        claim=claim,
        marks=(
            f"Blocks: classes by the first time a drug of them was begun, from the first tried to {shown(view.treatment)}.",
            "Bands: courses that went from one to the next.",
            f"{n_of(dated, 'course').rstrip('.')} with a dated preventive drug.",
            more,
        ),
        finding=f"{claim} The numbers stand in the table below.",
        numbers=(ways_table(view),),
        draw=lambda width: [
            _sheet(ways if is_wide(width) else _first_steps(ways), steps, shown(view.treatment), width).spec()
        ],
    )


def ways_table(view: ResultView) -> ReportTable:
    """Return every way with its courses."""
    ways = sorted(
        view.result.ways or (), key=lambda way: (way.step, -way.course_count, way.drug_class, way.next_class or "")
    )
    return table(
        "history",
        "From class to class, in the order tried",
        ("Step", "Class", "Next", "Courses"),
        [
            row(
                str(way.step), way.drug_class, way.next_class or shown(view.treatment), describe_count(way.course_count)
            )
            for way in ways
        ],
    )


def merge_ways(ways: Sequence[TreatmentWay], most: int = MOST_CLASSES) -> list[TreatmentWay]:
    """Return the ways with the rarer classes of each step as one, so that a step has ``most`` classes at most."""
    common: dict[int, set[str]] = {}
    for step, sizes in _sizes(ways).items():
        ranked = sorted(sizes, key=lambda name: (-sizes[name], name))
        common[step] = set(ranked if len(ranked) <= most else ranked[: most - 1])
    merged: dict[tuple[int, str, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for way in ways:
        here = way.drug_class if way.drug_class in common[way.step] else OTHERS
        there = way.next_class
        if there is not None and there not in common[way.step + 1]:
            there = OTHERS
        counts = merged[way.step, here, there]
        counts[0] += way.course_count
        counts[1] += way.skipped_count
    return [
        TreatmentWay(step=step, drug_class=here, next_class=there, course_count=courses, skipped_count=skipped)
        for (step, here, there), (courses, skipped) in sorted(
            merged.items(), key=lambda entry: (entry[0][0], entry[0][1], entry[0][2] or "")
        )
    ]


def _first_steps(ways: Sequence[TreatmentWay]) -> list[TreatmentWay]:
    """Return the ways of the first steps only, as many as a narrow figure can name; what came after them is not followed."""
    kept = [way for way in ways if way.step < MOST_STEPS_NARROW]
    last: dict[str, int] = defaultdict(int)
    for way in ways:
        if way.step == MOST_STEPS_NARROW:
            last[way.drug_class] += way.course_count
    ends = [
        TreatmentWay(step=MOST_STEPS_NARROW, drug_class=name, next_class=None, course_count=count)
        for name, count in last.items()
    ]
    return kept + ends


def _sizes(ways: Sequence[TreatmentWay]) -> Mapping[int, Mapping[str, int]]:
    sizes: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for way in ways:
        sizes[way.step][way.drug_class] += way.course_count
    return sizes


def _sheet(ways: Sequence[TreatmentWay], all_steps: int, treatment: str, width: float) -> Sheet:
    wide = is_wide(width)
    is_cut = not wide and all_steps > MOST_STEPS_NARROW
    bands = _with_lane(ways, treatment)
    sizes = _block_sizes(bands)
    last, total = max(step for step, _ in sizes), sum(size for (step, _), size in sizes.items() if step == 1)
    places = _stacked(sizes, total, treatment)
    sheet = Sheet(width=width, height=400 if wide else 430, left=2, right=2, top=34, bottom=24 if is_cut else 8,
                  x=(1, last + 0.84), y=(total * (1 + _GAP), 0))  # fmt: skip
    if is_cut:
        sheet.note(
            f"Classes after the {_ordinal(MOST_STEPS_NARROW)} stand in the numbers below.",
            x=0,
            y=sheet.plot_height + 14,
        )
    for step in range(1, last):
        sheet.texts([{"x": step, "y": 0, "text": _ordinal(step)}], hue="muted", align="left", dy=-16)
    outlines = _outlines(bands, places, total, treatment)
    sheet.areas([row for hue, row in outlines if hue == "hair"], hue="hair")
    sheet.areas([row for hue, row in outlines if hue == "dosewash"], hue="dosewash")
    boxes = {
        block: {"x": block[0], "x2": block[0] + _BLOCK, "y": place.low, "y2": place.high}
        for block, place in places.items()
    }
    sheet.boxes([box for block, box in boxes.items() if block[1] != treatment], hue="kept")
    sheet.boxes([box for block, box in boxes.items() if block[1] == treatment], hue="dose")
    labels = [
        {"x": step + _BLOCK, "y": (place.low + place.high) / 2, "text": f"{describe_count(sizes[step, name])} {name}"}
        for (step, name), place in places.items()
        if (name != treatment or step == last) and place.high - place.low >= total * _LEAST_LABELLED
    ]
    sheet.texts(labels, align="left", dx=4, halo=True, limit=0.86 * sheet.plot_width / (last - 0.3))
    return sheet


def _with_lane(ways: Sequence[TreatmentWay], treatment: str) -> dict[Band, int]:
    """Return courses from block to block, one step each: who has reached the course goes on in a lane of its own."""
    last = max(way.step for way in ways) + 1
    bands: dict[Band, int] = defaultdict(int)
    for way in ways:
        bands[(way.step, way.drug_class), (way.step + 1, way.next_class or treatment)] += way.course_count
        if way.next_class is None:
            for step in range(way.step + 1, last):
                bands[(step, treatment), (step + 1, treatment)] += way.course_count
    return bands


def _block_sizes(bands: Mapping[Band, int]) -> dict[Block, int]:
    """Return the courses of each block: those that leave it or, of the last one, reach it."""
    leaving: dict[Block, int] = defaultdict(int)
    reaching: dict[Block, int] = defaultdict(int)
    for (source, target), count in bands.items():
        leaving[source] += count
        reaching[target] += count
    return {block: leaving.get(block) or reaching[block] for block in {**leaving, **reaching}}


def _ordinal(step: int) -> str:
    return {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}.get(step, f"{step}th")


def _stacked(sizes: Mapping[Block, int], total: int, treatment: str) -> dict[Block, _Place]:
    """Return places from the top of each step: the largest class first, the rarer ones after it, the lane last."""
    places = {}
    for step in sorted({step for step, _ in sizes}):
        names = sorted(
            (name for at, name in sizes if at == step),
            key=lambda name: (name == treatment, name == OTHERS, -sizes[step, name], name),
        )
        gap = total * _GAP / max(len(names) - 1, 1)
        low = 0.0 if len(names) > 1 else total * _GAP / 2
        for name in names:
            places[step, name] = _Place(low=low, high=low + sizes[step, name])
            low += sizes[step, name] + gap
    return places


def _outlines(
    bands: Mapping[Band, int], places: Mapping[Block, _Place], total: int, treatment: str
) -> list[tuple[str, dict[str, float | str]]]:
    """Return the hue and the outline of each band, point by point; bands leave and reach blocks in the order of their places."""
    leaves = {block: place.low for block, place in places.items()}
    reaches = dict(leaves)
    rows = []
    for source, target in sorted(bands, key=lambda band: (band[0][0], places[band[0]].low, places[band[1]].low)):
        count = bands[source, target]
        hue = "dosewash" if target[1] == treatment else "hair"
        start, end = (source[0] + _BLOCK, leaves[source]), (float(target[0]), reaches[target])
        leaves[source] += count
        reaches[target] += count
        apart = min(total * _APART, count * 0.2)
        rows += [(hue, point) for point in _band(f"{source} {target}", start, end, count - apart)]
    return rows


def _band(
    series: str, start: tuple[float, float], end: tuple[float, float], thickness: float
) -> list[dict[str, float | str]]:
    points: list[dict[str, float | str]] = []
    for place in range(_POINTS + 1):
        t = place / _POINTS
        eased = t * t * (3 - 2 * t)
        y = start[1] + (end[1] - start[1]) * eased
        points.append({"series": series, "x": start[0] + (end[0] - start[0]) * t, "y": y, "y2": y + thickness})
    return points
