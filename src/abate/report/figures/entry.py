"""Who was lost? A bar for what each rule of entry left, and a dashed outline for what it removed."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from abate.contracts.result import AttritionStep, Counted
from abate.report.figures.figure import Figure, is_wide
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_count
from abate.report.tables import attrition_table
from abate.report.view import ResultView
from abate.report.words import capital, n_of, plural, sentence


def draw_attrition(view: ResultView) -> Figure:
    """Return the figure of what each rule of entry left and removed."""
    steps = view.attrition
    first, last = steps[0], steps[-1]
    claim = _claim(first.courses, last.courses)
    return Figure(
        id="attrition",
        claim=claim,
        marks=(
            "Bars: persons left after each rule, in brackets their courses.",
            "Dashed outline: those whom the rule removed.",
            _say_start(first),
        ),
        finding=f"{claim} The numbers stand in the table below.",
        numbers=(attrition_table(view),),
        draw=lambda width: [_sheet(steps, width).spec()],
    )


def _claim(first: Counted, last: Counted) -> str:
    if isinstance(first, str):
        return f"{capital(plural(last, 'course'))} entered; of how many is hidden in this edition."
    if first == last:
        return (
            "The one recorded course entered."
            if first == 1
            else f"All {describe_count(first)} recorded courses entered."
        )
    if not last:
        return f"None of {plural(first, 'recorded course')} entered."
    return f"From {plural(first, 'recorded course')} to {describe_count(last)}."


def _say_start(first: AttritionStep) -> str:
    """Return how many there were before any rule was asked; where the persons are hidden, the courses."""
    if not isinstance(first.persons, str):
        return f"{n_of(first.persons, 'person').rstrip('.')} at the start."
    if not isinstance(first.courses, str):
        return f"{n_of(first.courses, 'course').rstrip('.')} at the start; the number of persons is hidden in this edition."
    return "How many there were at the start is hidden in this edition."


def _sheet(steps: Sequence[AttritionStep], width: float) -> Sheet:
    wide = is_wide(width)
    most = max(*(left + lost for left, lost in map(_persons, steps)), 1)
    labels = [textwrap.wrap(sentence(step.rule).rstrip("."), 44 if wide else 54) for step in steps]
    left = 276 if wide else 0
    row_height = 34 if wide else 64
    right = max(180 if wide else 96, *(_room(step) for step in steps))
    sheet = Sheet(width=width, height=30 + row_height * len(steps), left=left, right=right, top=24, bottom=6,
                  x=(0, most), y=(len(steps) - 0.5, -0.5))  # fmt: skip
    sheet.note("Rule, in the order applied" if wide else "persons (courses) kept", x=-left, y=-12)
    if wide:
        sheet.note("persons (courses) kept", x=0, y=-12)
    sheet.note("removed by the rule", x=width - left, y=-12, align="right")
    half, shift = (0.24, 0.0) if wide else (0.12, 0.3)
    bars = [(place + shift, step) for place, step in enumerate(steps)]
    kept = [{"x": 0, "x2": _persons(step)[0], "y": y - half, "y2": y + half} for y, step in bars]
    sheet.boxes([box for box in kept[:-1] if box["x2"]], hue="kept")
    sheet.boxes([box for box in kept[-1:] if box["x2"]], hue="pain")
    lost = [(y, *_persons(step)) for y, step in bars if _persons(step)[1]]
    sheet.boxes(
        [{"x": left_over, "x2": left_over + gone, "y": y - half, "y2": y + half} for y, left_over, gone in lost],
        hue=None, outline="ref", dash=True,
    )  # fmt: skip
    sheet.texts([{"x": sum(_persons(step)), "y": y, "text": _counts(step.persons, step.courses)} for y, step in bars],
                bold=True, align="left", dx=6)  # fmt: skip
    _write_rules(sheet, labels, steps, left=left, dy_first=0 if wide else -8)
    removed = [{"y": y, "text": _lost(step)} for y, step in bars]
    sheet.column_of_notes(removed, x=width - left, align="right", hue="muted")
    sheet.hover([{"x": -left * most / sheet.plot_width, "x2": most + right * most / sheet.plot_width, "y": place - 0.5, "y2": place + 0.5,
                  "text": describe_step(step)} for place, step in enumerate(steps)])  # fmt: skip
    return sheet


def describe_step(step: AttritionStep) -> str:
    """Return what a rule left and removed, in words."""
    left = f"{sentence(step.rule)} Left: {plural(step.persons, 'person')}, {plural(step.courses, 'course')}."
    if not step.is_asked:
        return f"{left} Not asked."
    return f"{left} Removed: {plural(step.persons_lost, 'person')}, {plural(step.courses_lost, 'course')}."


def _room(step: AttritionStep) -> float:
    """Return the room in pixels that the counts need beside the longest bar: those left in bold, those removed."""
    kept, removed = _counts(step.persons, step.courses), _lost(step)
    return 12 + 7.6 * len(kept) + (10 + 6.7 * len(removed) if removed else 0)


def _write_rules(sheet: Sheet, labels: Sequence[Sequence[str]], steps: Sequence[AttritionStep], *, left: float, dy_first: float) -> None:  # fmt: skip
    """Write each rule in one line or two; a longer one is cut here and stands whole in the table."""
    ends = (0, len(steps) - 1)
    for line, wanted in ((0, 1), (0, 2), (1, 2)):
        for is_end in (False, True):
            rows = [
                {"y": place, "text": _cut(lines, line)}
                for place, lines in enumerate(labels)
                if min(len(lines), 2) == wanted and (place in ends) == is_end
            ]
            dy = dy_first + (0 if wanted == 1 else -7 + 14 * line)
            sheet.column_of_notes(rows, x=-left, bold=is_end, small=True, limit=left - 12 if left else None, dy=dy)


def _cut(lines: Sequence[str], line: int) -> str:
    return lines[line] + ("…" if line == 1 and len(lines) > 2 else "")


def _persons(step: AttritionStep) -> tuple[int, int]:
    """Return how many persons are drawn as left and as lost: none where a count is hidden."""
    left = step.persons if isinstance(step.persons, int) else 0
    return left, step.persons_lost if left and isinstance(step.persons_lost, int) else 0


def _counts(persons: Counted, courses: Counted) -> str:
    return describe_count(persons) if persons == courses else f"{describe_count(persons)} ({describe_count(courses)})"


def _lost(step: AttritionStep) -> str:
    if not step.is_asked:
        return "not asked"
    if not step.courses_lost:
        return ""
    return _counts(step.persons_lost, step.courses_lost)
