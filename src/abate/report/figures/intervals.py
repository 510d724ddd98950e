"""Is an interval wide enough to be seen? One that its dot would hide is said in the caption and not drawn."""

from __future__ import annotations

from collections.abc import Iterable

from abate.contracts.result import Estimate
from abate.report.numbers import INTERVAL, decimals_of_size, describe_number

#: Width of a dot in pixels, its outline included.
DOT = 10.5


def widest(estimates: Iterable[Estimate | None]) -> float | None:
    """Return the width of the widest interval; None where no estimate has one."""
    found = [
        one.upper - one.lower
        for one in estimates
        if one is not None and one.lower is not None and one.upper is not None
    ]
    return max(found, default=None)


def are_hidden(estimates: Iterable[Estimate | None], pixels_per_unit: float) -> bool:
    """Return whether every interval would be hidden by the dot that stands on it."""
    width = widest(estimates)
    return width is not None and width * pixels_per_unit < DOT


def say_intervals(estimates: Iterable[Estimate | None], pixels_per_unit: float, *, unit: str, factor: float = 1) -> str:
    """Return what bars there are, or that they are narrower than the dots and how wide they are at most; nothing without intervals.

    Parameters
    ----------
    estimates : iterable of Estimate
        All that the figure shows with an interval.
    pixels_per_unit : float
        Of the wide drawing.
    unit : str
        Of the width that is said: "points", "percentage points".
    factor : float
        By which an estimate is multiplied to be in ``unit``.
    """
    found = list(estimates)
    width = widest(found)
    if width is None:
        return ""
    if not are_hidden(found, pixels_per_unit):
        return f"Bars: {INTERVAL}s."
    size = describe_number(width * factor, decimals_of_size(width * factor))
    return f"The {INTERVAL}s are narrower than the dots and not drawn: {size} {unit} wide at most."
