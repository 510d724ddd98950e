"""What is a figure? A claim, what its marks are, the numbers behind it, and how it is drawn at a given width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from abate.report.figures.drawing import Spec
from abate.report.report_table import ReportTable
from abate.report.words import listed

Drawer = Callable[[float], Sequence[Spec]]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure; where there is nothing to draw, ``draw`` is None and ``reason`` says why in a sentence."""

    id: str
    claim: str  # the bold part of the caption: subject or finding
    marks: Sequence[str]  # what the marks are, and n: a sentence each; empty ones do not count
    finding: str  # read aloud instead of the picture
    numbers: tuple[ReportTable, ...]
    draw: Drawer | None = None  # panels from top to bottom, at a width
    reason: str | None = None

    @property
    def caption(self) -> str:
        """What the marks are, and n, as one text."""
        return " ".join(sentence.strip() for sentence in self.marks if sentence.strip())


#: Why a figure of an edition for sharing is not drawn.
SOME_DAYS_HIDDEN = "Counts of some days are hidden in this edition; those that may be told stand in the numbers below."
SINGLE_COURSES_HIDDEN = "This figure is drawn from single courses, which are not in this edition."


def say_hidden_parts(names: Sequence[str]) -> str:
    """Return what is missing from a figure of an edition for sharing because it is hidden there; nothing where all is drawn."""
    return f"Hidden in this edition, and not drawn: {listed(names)}." if names else ""


def figure_without_drawing(id: str, claim: str, reason: str, *numbers: ReportTable) -> Figure:
    """Return a figure in whose place stands the reason why there is none."""
    return Figure(id=id, claim=claim, marks=(), finding=reason, numbers=numbers, reason=reason)


def is_wide(width: float) -> bool:
    """Return whether a figure of this width has room for labels beside its marks."""
    return width >= 600


def tenths(low: float, high: float) -> list[float]:
    """Return at most eleven round places from ``low`` to ``high``, both of them included where they are round.

    Examples
    --------
    >>> tenths(0, 10)
    [0, 2, 4, 6, 8, 10]
    >>> tenths(36, 78)
    [40, 50, 60, 70]
    """
    step = next(step for step in round_steps() if (high - low) / step <= 5.5)
    first = -int(-(low - 1e-9) // step) * step if low > 0 else int(low / step) * step
    places: list[Any] = []
    place = first
    while place <= high + 1e-9:
        if place >= low - 1e-9:
            places.append(int(place) if float(place).is_integer() else round(place, 6))
        place += step
    return places


def round_steps() -> list[float]:
    """Return the distances between ticks that a reader counts in: 1, 2, 5, 10, 20, 50 and so on."""
    return [digit * 10.0**power for power in range(-4, 9) for digit in (1, 2, 5)]
