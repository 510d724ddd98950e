"""Where did each course stand before and at the end? One dot a course; counts where there are too many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from abate.contracts.definition import ResponseRule
from abate.report.disclosure import single_dots_allowed
from abate.report.figures.figure import (
    SINGLE_COURSES_HIDDEN,
    Figure,
    figure_without_drawing,
    is_wide,
    tenths,
)
from abate.report.figures.pairs import (
    LEFT,
    NO_PAIR,
    Pairs,
    cell_width,
    count_cells,
    describe_rating,
    draw_cells,
    draw_dots,
    find_pairs,
    scale_words,
)
from abate.report.figures.sheet import Sheet
from abate.report.numbers import (
    NARROW_SPACE,
    describe_count,
    describe_number,
    describe_share,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import capital, describe_meeting, label_rule, n_of, of_things, plural

#: Room for the names of the lines at the right of a narrow figure.
_BESIDE_NARROW = 72.0


def draw_before_and_after(view: ResultView) -> Figure:
    """Return the figure of the final rating against the baseline."""
    pairs, noun = find_pairs(view), capital(view.noun)
    claim = f"{noun} before and at the end."
    if view.result.edition.is_shared:
        return figure_without_drawing("before-and-after", claim, SINGLE_COURSES_HIDDEN)
    if not pairs.change.size:
        return figure_without_drawing("before-and-after", claim, NO_PAIR)
    is_single = single_dots_allowed(view.result)
    rule = view.study.response.primary
    what = (
        "The dot is the course."
        if view.is_one_patient
        else "Each dot is a course; dots that share a place are packed around it."
        if is_single
        else f"The stronger the colour of a cell, the more courses; their number stands in it. Cells: {plural(cell_width(view), 'point')} wide."
    )
    kinds = f" Filled: {describe_meeting(rule)}; hollow: did not." if is_single else ""
    missing = (
        f" {plural(pairs.missing_count, 'course')} without both ratings: not drawn." if pairs.missing_count else ""
    )
    return Figure(
        id="before-and-after",
        claim=claim,
        marks=(
            what,
            kinds,
            f"Thin line: no change. Shaded: the primary rule is met.{_say_others(view, is_single)}",
            n_of(pairs.change.size, "course"),
            missing,
        ),
        finding=_say_directions(view, pairs),
        numbers=(_pair_table(view, pairs),),
        draw=lambda width: [_square(view, pairs, is_single, width).spec()],
    )


def _say_directions(view: ResultView, pairs: Pairs) -> str:
    """Return in how many courses the rating fell, rose, and did neither."""
    noun = capital(view.noun)
    if pairs.change.size == 1:
        before, after = (describe_number(float(values[0])) for values in (pairs.baseline, pairs.final))
        return f"{noun} was {before} before and {after} at the end."
    fell, rose = int(np.sum(pairs.change < 0)), int(np.sum(pairs.change > 0))
    same = pairs.change.size - fell - rose
    others = " and ".join(
        f"{verb} in {describe_count(count) if count else 'none'}"
        for verb, count in (("rose", rose), ("did neither", same))
    )
    return f"{noun} fell in {of_things(fell, pairs.change.size, 'course')}, {others}."


def _square(view: ResultView, pairs: Pairs, is_single: bool, width: float) -> Sheet:
    wide = is_wide(width)
    beside = 0.0 if wide else _BESIDE_NARROW if is_single else 14.0
    side = 400 if wide else width - LEFT - beside
    low, high = view.scale.minimum, view.scale.maximum
    pad = 0.05 * (high - low)
    ends = (low - pad, high + pad)
    sheet = Sheet(
        width=width, height=side + 30 + 46, left=LEFT, right=width - LEFT - side, top=30, bottom=46, x=ends, y=ends
    )
    _shade_response(sheet, view.study.response.primary, ends)
    ticks = tenths(low, high)
    sheet.x_axis(ticks)
    sheet.y_axis(ticks)
    sheet.grid(ticks)
    sheet.heading(f"{capital(view.noun)} at the end{scale_words(view)}")
    sheet.note(
        f"{capital(view.noun)} before{scale_words(view)}",
        x=side / 2,
        y=side + 36,
        bold=True,
        align="center",
        hue="ink",
    )
    sheet.spans([{"x": ends[0], "y": ends[0], "x2": ends[1], "y2": ends[1]}], hue="muted", width=1)
    has_room = wide or is_single
    others = _other_rules(view) if has_room else []
    for rule in others:
        (x, y), (x2, y2) = limit_line(rule, ends, low)
        sheet.spans([{"x": x, "y": y, "x2": x2, "y2": y2}], hue="ref", width=0.9, dash=True)
    if is_single:
        per_point = side / (ends[1] - ends[0])
        draw_dots(sheet, pairs, per_point, per_point * cell_width(view))
    else:
        draw_cells(sheet, view, pairs, side / (ends[1] - ends[0]), wide)
    if has_room:
        _write_beside(sheet, view, pairs, others, ends, side, wide)
    return sheet


def _say_others(view: ResultView, is_single: bool) -> str:
    if not _other_rules(view):
        return ""
    return f" Dashed{'' if is_single else ', where there is room'}: limits of the other rules."


def _other_rules(view: ResultView) -> Sequence[ResponseRule]:
    """Return the declared rules that are not the primary one."""
    return [rule for rule in view.study.response.rules if rule.id != view.study.response.primary.id]


def _shade_response(sheet: Sheet, rule: ResponseRule, ends: tuple[float, float]) -> None:
    """Shade where the final rating meets the rule, and draw its limit."""
    places = limit_line(rule, ends, ends[0])
    sheet.areas([{"x": x, "y": ends[0], "y2": y, "series": 0} for x, y in places], hue="painwash")
    sheet.lines([{"x": x, "y": y, "series": 0} for x, y in places], hue="pain", width=1.4)


def limit_line(
    rule: ResponseRule, ends: tuple[float, float], low: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the two ends of the line on and below which a rule is met: baseline and final rating.

    Where the line would leave the figure at its foot it begins there; ``low`` is the lowest baseline that it is drawn for.
    """
    if rule.kind == "points":
        start = max(low, ends[0] + rule.threshold)
    elif rule.kind == "percent" and 0 < rule.threshold < 100:
        start = max(low, ends[0] / (1 - rule.threshold / 100))
    else:
        start = low
    return (start, max(ends[0], _limit(rule, start))), (ends[1], max(ends[0], _limit(rule, ends[1])))


def _limit(rule: ResponseRule, baseline: float) -> float:
    if rule.kind == "points":
        return baseline - rule.threshold
    return rule.threshold if rule.kind == "at_most" else baseline * (1 - rule.threshold / 100)


def _write_beside(
    sheet: Sheet,
    view: ResultView,
    pairs: Pairs,
    others: Sequence[ResponseRule],
    ends: tuple[float, float],
    side: float,
    wide: bool,
) -> None:
    """Name each line where it leaves the figure at the right; names that would touch move apart."""
    primary = view.study.response.primary
    rules = [primary, *others]
    wanted = [(ends[1], "no change"), *((limit_line(rule, ends, ends[0])[1][1], _name_of_line(rule, wide)) for rule in rules)]  # fmt: skip
    places = [side * (1 - (value - ends[0]) / (ends[1] - ends[0])) for value, _ in wanted]
    heights = [32.0 if wide and place == 1 else 15.0 for place in range(len(wanted))]
    limit = 230.0 if wide else _BESIDE_NARROW - 10
    for place, y in enumerate(moved_apart(places, heights, side)):
        is_primary = place == 1
        hue = "pain" if is_primary else "muted"
        sheet.note(wanted[place][1], x=side + 8, y=y, bold=is_primary, hue=hue, limit=limit)
        if is_primary and wide:
            met, judged = int(np.nansum(pairs.responded)), int(np.sum(~np.isnan(pairs.responded)))
            share = f"{describe_share(met, judged)} on or below the line"
            sheet.note(share, x=side + 8, y=y + 16, hue="ink", limit=240)


def _name_of_line(rule: ResponseRule, wide: bool) -> str:
    if wide:
        return label_rule(rule)
    number = f"{rule.threshold:g}"
    if rule.kind == "at_most":
        return f"\u2264 {number}"
    return f"\u2212{number}" + (f"{NARROW_SPACE}%" if rule.kind == "percent" else " points")


def moved_apart(places: Sequence[float], heights: Sequence[float], lowest: float) -> list[float]:
    """Return places from the top, in pixels, so that texts of these heights do not touch, as near to ``places`` as the order allows.

    Examples
    --------
    >>> moved_apart([10, 12, 90], [15, 15, 15], 100)
    [10, 25, 90]
    """
    order = sorted(range(len(places)), key=lambda place: places[place])
    found = list(places)
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + heights[before])
    limit = lowest
    for place in reversed(order):
        found[place] = min(found[place], limit - heights[place] / 2)
        limit = found[place] - heights[place] / 2
    return found


def _pair_table(view: ResultView, pairs: Pairs) -> ReportTable:
    if single_dots_allowed(view.result):
        unique, counts = np.unique(np.column_stack([pairs.baseline, pairs.final]).round(6), axis=0, return_counts=True)
        found = [((float(x), float(y)), int(count)) for (x, y), count in zip(unique, counts, strict=True)]
    else:
        found = sorted(count_cells(view, pairs).items())
    rows = [row(describe_rating(x), describe_rating(y), describe_count(count)) for (x, y), count in found]
    return table(
        "before-and-after-numbers", "Courses by baseline and final rating.", ("Baseline", "Final", "Courses"), rows
    )
