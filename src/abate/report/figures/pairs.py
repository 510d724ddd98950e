"""Which courses have both ratings, and how are they packed or counted on a figure?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.report.disclosure import course_values
from abate.report.figures.sheet import Row, Sheet
from abate.report.numbers import (
    describe_compact,
    describe_number,
)
from abate.report.view import ResultView

NO_PAIR = "No course has both a baseline and a final rating, so there is no change to draw."


LEFT = 34


#: Cells of the grid on each axis, and how dark a cell is by its share of the fullest one.
_CELLS = 10


_DARKNESS = ((0.02, 0.1), (0.1, 0.25), (0.3, 0.45), (0.6, 0.7), (1.01, 0.9))


_DARK_ENOUGH_FOR_PAPER = 0.6


Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """The courses with both ratings; ``responded`` is 1, 0, or NaN where the primary rule cannot be judged."""

    baseline: Floats
    final: Floats
    responded: Floats
    missing_count: int

    @property
    def change(self) -> Floats:
        """Final minus baseline."""
        return self.final - self.baseline


def find_pairs(view: ResultView) -> Pairs:
    """Return baseline and final of the courses that have both."""
    flag = f"response_{view.study.response.primary.id}"
    values = course_values(view.result, "baseline", "final", flag)
    has_both = ~(np.isnan(values["baseline"]) | np.isnan(values["final"]))
    baseline, final, responded = (values[name][has_both] for name in ("baseline", "final", flag))
    return Pairs(baseline=baseline, final=final, responded=responded, missing_count=int(np.sum(~has_both)))


def draw_dots(sheet: Sheet, pairs: Pairs, pixels_per_point: float, pixels_per_tenth: float) -> None:
    """Draw one dot a course, filled where the primary rule is met; dots that share a place are packed around it."""
    responded = np.nan_to_num(pairs.responded, nan=0.0) == 1
    order = np.lexsort((~responded, pairs.final, pairs.baseline))
    baseline, final, responded = pairs.baseline[order], pairs.final[order], responded[order]
    x, y, spacing = packed(baseline, final, pixels_per_point, pixels_per_tenth)
    size = max(4.0, 0.5 * spacing**2)
    dots: list[Row] = [{"x": float(a), "y": float(b)} for a, b in zip(x, y, strict=True)]
    sheet.dots([dot for dot, full in zip(dots, responded, strict=True) if not full], hue="ref", hollow=True, size=size)
    sheet.dots([dot for dot, full in zip(dots, responded, strict=True) if full], hue="pain", size=size)


def packed(x: Floats, y: Floats, pixels_per_point: float, pixels_per_tenth: float) -> tuple[Floats, Floats, float]:
    """Return places in which marks that share one are packed around it, and their distance in pixels.

    Nothing is drawn by chance: the same courses give the same picture. The fullest place decides the distance, so that
    a tenth of the scale holds it.

    Parameters
    ----------
    x, y : array of float64, shape (n,)
        In points of the scale.
    pixels_per_tenth, pixels_per_point : float
        Size of a tenth of the scale, and of one point of it, on the figure.
    """
    _, inverse, counts = np.unique(np.column_stack([x, y]).round(3), axis=0, return_inverse=True, return_counts=True)
    most = int(counts.max())
    spacing = min(9.5, 0.9 * pixels_per_tenth / math.sqrt(most))
    right, up = np.zeros(x.size), np.zeros(x.size)
    lattice = _lattice(most)
    for place, count in enumerate(counts):
        members = np.flatnonzero(inverse.reshape(-1) == place)
        offsets = lattice[:count] - lattice[:count].mean(axis=0)
        right[members], up[members] = offsets[:, 0], offsets[:, 1]
    return x + right * spacing / pixels_per_point, y + up * spacing / pixels_per_point, spacing


def _lattice(count: int) -> Floats:
    """Return the ``count`` places of a triangular lattice of distance 1 that lie nearest to its origin."""
    reach = math.ceil(math.sqrt(count)) + 1
    steps = np.arange(-reach, reach + 1)
    across, up = (values.reshape(-1) for values in np.meshgrid(steps, steps))
    places: Floats = np.column_stack([across + 0.5 * up, up * math.sqrt(3) / 2])
    order = np.lexsort((places[:, 0].round(6), places[:, 1].round(6), np.hypot(places[:, 0], places[:, 1]).round(6)))
    return places[order[:count]]


def cell_width(view: ResultView) -> float:
    """Return how wide and high a cell of the counted figure is, in points."""
    return (view.scale.maximum - view.scale.minimum) / _CELLS


def draw_cells(sheet: Sheet, view: ResultView, pairs: Pairs, pixels_per_point: float, wide: bool) -> None:
    """Draw the courses counted by cell, the number in each."""
    width = cell_width(view)
    counts = count_cells(view, pairs)
    most = max(counts.values())
    by_darkness: dict[float, list[Row]] = {}
    for (x, y), count in counts.items():
        box = {
            "x": x - width / 2,
            "x2": x + width / 2,
            "y": y - width / 2,
            "y2": y + width / 2,
            "count": count,
            "at": (x, y),
        }
        darkness = next(dark for share, dark in _DARKNESS if count / most <= share)
        by_darkness.setdefault(darkness, []).append(box)
    for darkness, boxes in sorted(by_darkness.items()):
        sheet.boxes([{key: box[key] for key in ("x", "x2", "y", "y2")} for box in boxes], hue="pain", opacity=darkness)
    for darkness, boxes in sorted(by_darkness.items()):
        texts = [
            {"x": box["at"][0], "y": box["at"][1], "text": describe_compact(box["count"], pixels_per_point * width)}
            for box in boxes
        ]
        sheet.texts(texts, hue="paper" if darkness >= _DARK_ENOUGH_FOR_PAPER else "ink", smallest=not wide)


def count_cells(view: ResultView, pairs: Pairs) -> Mapping[tuple[float, float], int]:
    """Return how many courses lie in each cell, by its middle."""
    low, width = view.scale.minimum, cell_width(view)
    places = np.column_stack(
        [np.rint((values - low) / width) * width + low for values in (pairs.baseline, pairs.final)]
    )
    unique, counts = np.unique(places.round(6), axis=0, return_counts=True)
    return {(float(x), float(y)): int(count) for (x, y), count in zip(unique, counts, strict=True)}


def scale_words(view: ResultView) -> str:
    """Return the short name of the scale, where the noun is not its name already."""
    return ", points" if view.noun == view.scale.name else f", {view.study.rating.scale.upper()}"


def describe_rating(value: float) -> str:
    """Return a rating as a table of pairs writes it."""
    return describe_number(value, 0 if float(value).is_integer() else 1)
