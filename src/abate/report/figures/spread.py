"""How far apart were many courses on each day? Bands of quantiles in the place of single lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abate.report.disclosure import course_values, daily_ratings, single_lines_allowed
from abate.report.figures.day_axis import place_before
from abate.report.figures.sheet import Sheet
from abate.report.numbers import (
    describe_count,
    describe_short,
)
from abate.report.report_table import ReportTable, row, table
from abate.report.view import ResultView

#: A day with fewer ratings has no outer quantiles: they would be single courses.
_FEWEST_FOR_QUANTILES = 20


_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How the ratings of one day are spread over the courses; day 0 stands for the baseline."""

    day: int
    course_count: int
    quantiles: tuple[float, ...]


def find_spread(view: ResultView, last: int) -> Sequence[Spread]:
    """Return the quantiles of baseline and daily values, where there are too many courses for a line each."""
    if single_lines_allowed(view.result):
        return []
    daily, baseline = daily_ratings(view.result), course_values(view.result, "baseline")["baseline"]
    by_day = {0: baseline[~np.isnan(baseline)]}
    by_day |= {day: daily["value"][daily["day"] == day] for day in range(1, last + 1)}
    return [
        Spread(day=day, course_count=int(values.size), quantiles=tuple(float(one) for one in np.quantile(values, _QUANTILES)))
        for day, values in by_day.items()
        if values.size >= _FEWEST_FOR_QUANTILES
    ]  # fmt: skip


def draw_spread(sheet: Sheet, spread: Sequence[Spread], wide: bool) -> None:
    """Draw the middle 90 % and the middle half of many courses as bands, and their median."""
    places = [(place_before(wide) if found.day == 0 else found.day, found.quantiles) for found in spread]
    for low, high, opacity in ((0, 4, 0.1), (1, 3, 0.14)):
        rows = [{"x": x, "y": quantiles[low], "y2": quantiles[high], "series": 0} for x, quantiles in places]
        sheet.areas(rows, hue="pain", opacity=opacity)
    sheet.lines([{"x": x, "y": quantiles[2], "series": 0} for x, quantiles in places], hue="pain", width=0.9)


def spread_table(view: ResultView, spread: Sequence[Spread]) -> ReportTable:
    """Return the quantiles behind the bands, a row a day."""
    rows = [
        row(
            "Baseline, by rule" if found.day == 0 else f"Day {found.day}",
            describe_count(found.course_count),
            *(describe_short(value) for value in found.quantiles),
        )
        for found in spread
    ]
    columns = ("Time", "n", *(f"{100 * share:g}\u202f%" for share in _QUANTILES))
    return table("spread-by-day-numbers", f"Quantiles of {view.noun} by day: so many per cent of the courses rated lie at or under the value.",
                 columns, rows)  # fmt: skip
