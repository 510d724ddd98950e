"""How alike are the two groups before and after weighting? A line for each thing known before: hollow before, filled after."""

from __future__ import annotations

from collections.abc import Sequence

from abate.contracts.result import BalanceRow
from abate.report.cells import EMPTY
from abate.report.comparison.words import comparator_of
from abate.report.figures.figure import Figure, figure_without_drawing, is_wide
from abate.report.figures.key import Sign, draw_key
from abate.report.figures.sheet import Sheet
from abate.report.numbers import describe_number, describe_signed
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView
from abate.report.words import capital, shown

_LEAST_REACH = 0.5
_ROUND = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0)


def draw_balance(view: ResultView) -> Figure:
    """Return the figure of standardised differences, without and with weights (a love plot)."""
    compared, design = view.result.compared, view.study.target_trial
    lines = [] if compared is None else sorted(compared.balance, key=lambda line: -abs(line.before or 0.0))
    claim = "How alike the groups are in what was known before."
    drawn = [line for line in lines if line.before is not None]
    if not drawn or design is None:
        return figure_without_drawing(
            "balance", claim, "Nothing known before tells the groups apart.", balance_table(view, lines)
        )
    most = design.thresholds.largest_imbalance
    return Figure(
        id="balance",
        claim=claim,
        marks=(
            "Hollow: the groups as they are. Filled: with weights.",
            f"Right of 0: more in {shown(view.treatment)}; left: more in {comparator_of(view)}. In standard deviations.",
            f"Dashed: {most:g}, the most that is allowed with weights.",
        ),
        finding=_say_largest(drawn),
        numbers=(balance_table(view, lines),),
        draw=lambda width: [_sheet(drawn, most, width).spec()],
    )


def balance_table(view: ResultView, lines: Sequence[BalanceRow]) -> ReportTable:
    """Return the means or shares of each group and their standardised differences, without and with weights."""
    first, second = shown(view.treatment), comparator_of(view)
    rows = [
        row(
            capital(shown(line.name)),
            *(_number(value) for value in (line.treated_before, line.comparator_before)),
            _difference(line.before),
            *(_number(value) for value in (line.treated_after, line.comparator_after)),
            _difference(line.after),
        )
        for line in lines
    ]
    columns = (
        "Known before",
        first,
        second,
        "Difference, SD",
        f"{first}, weighted",
        f"{second}, weighted",
        "Difference, SD, weighted",
    )
    return table(
        "balance-numbers", "The groups before and after weighting: means, or shares from 0 to 1.", columns, rows
    )


def _number(value: float | None) -> str:
    if value is None:
        return EMPTY
    return describe_number(value, 2 if abs(value) < 10 else 1).replace("\u202f", "")


def _difference(value: float | None) -> str:
    return EMPTY if value is None else describe_signed(value, 2)


def _say_largest(lines: Sequence[BalanceRow]) -> str:
    first = lines[0]
    before = f"Before weighting the groups differ most in {shown(first.name)}, by {describe_signed(first.before or 0.0, 2)} SD"
    known = [line for line in lines if line.after is not None]
    if not known:
        return f"{before}; there are no weights."
    largest = max(known, key=lambda line: abs(line.after or 0.0))
    return f"{before}; after it in {shown(largest.name)}, by {describe_signed(largest.after or 0.0, 2)} SD."


def _reach(lines: Sequence[BalanceRow]) -> float:
    largest = max(abs(value) for line in lines for value in (line.before, line.after) if value is not None)
    return next((reach for reach in _ROUND if reach >= max(largest * 1.05, _LEAST_REACH)), largest * 1.1)


def _sheet(lines: Sequence[BalanceRow], most: float, width: float) -> Sheet:
    wide, reach = is_wide(width), _reach(lines)
    row_height, left = (24, 250) if wide else (36, 10)
    sheet = Sheet(
        width=width, height=58 + row_height * len(lines) + 34, left=left, right=26 if wide else 10, top=44, bottom=34,
        x=(-reach, reach), y=(len(lines) - 0.5, -0.5),
    )  # fmt: skip
    ticks = [-reach, -reach / 2, 0.0, reach / 2, reach]
    sheet.spans([{"x": tick, "y": sheet.y[0], "y2": sheet.y[1]} for tick in ticks], hue="hair", width=1)
    sheet.spans([{"x": 0.0, "y": sheet.y[0], "y2": sheet.y[1]}], hue="ink", width=1)
    if most < reach:
        sheet.spans(
            [{"x": side * most, "y": sheet.y[0], "y2": sheet.y[1]} for side in (-1, 1)], hue="ref", width=1, dash=True
        )
    for tick in ticks:
        sheet.note(describe_signed(tick, 2 if reach < 1 else 1), x=(tick + reach) / (2 * reach) * sheet.plot_width, y=sheet.plot_height + 14,
                   align="center" if wide or abs(tick) < reach else "left" if tick < 0 else "right")  # fmt: skip
    dy = 0.0 if wide else 0.2
    names = [{"y": place, "text": capital(shown(line.name))} for place, line in enumerate(lines)]
    if wide:
        sheet.column_of_notes(names, x=-left, limit=left - 14)
    else:
        sheet.column_of_notes(names, x=0, limit=sheet.plot_width, dy=-9)
    joined = [
        {"x": line.before, "x2": line.after, "y": place + dy}
        for place, line in enumerate(lines)
        if line.after is not None
    ]
    sheet.spans(joined, hue="rule", width=1)
    sheet.dots(
        [{"x": line.before, "y": place + dy} for place, line in enumerate(lines)], hue="kept", hollow=True, size=48
    )
    after = [{"x": line.after, "y": place + dy} for place, line in enumerate(lines) if line.after is not None]
    sheet.dots(after, hue="pain", size=56)
    draw_key(
        sheet,
        (Sign(text="as they are", hue="kept", fill="paper"), Sign(text="with weights", hue="pain")),
        x=0, y=-34, width=sheet.plot_width,
    )  # fmt: skip
    sheet.note("Standardised difference", x=sheet.plot_width / 2, y=sheet.plot_height + 29, align="center")
    sheet.hover(
        [
            {"x": -reach, "x2": reach, "y": place - 0.5, "y2": place + 0.5, "text": _say_line(line)}
            for place, line in enumerate(lines)
        ]
    )
    return sheet


def _say_line(line: BalanceRow) -> str:
    return f"{capital(line.name)}: {_difference(line.before)} as they are, {_difference(line.after)} with weights"
