"""Which counts of a study may stand in a plan? Small ones are hidden before anything is written: a plan file leaves the site."""

from __future__ import annotations

import numpy as np

from abate.contracts.plan_file import PlanDisclosure
from abate.contracts.plan_values import Share
from abate.stats.arrays import Array, IntArray


def told_share(events: int, of: int, source: str, rule: PlanDisclosure) -> Share | None:
    """Return a share of the study as an assumption; None where it says nothing that may be told.

    A share whose count, or whose rest, is above 0 and smaller than the smallest that may be shown is told as half of it: the
    reader learns "fewer than that", no more.

    Examples
    --------
    >>> told_share(2, 51, "visit_1.seen", PlanDisclosure()).value
    0.049
    >>> told_share(14, 34, "sustained.visit_1", PlanDisclosure()).value
    0.412
    >>> told_share(1, 3, "sustained.visit_1", PlanDisclosure()) is None
    True
    """
    if of < 2 * rule.smallest_count:
        return None
    shown = told_count(events, of, rule)
    note = source if shown == events else f"{source}; fewer than {rule.smallest_count}, exact count not told"
    return Share(value=round(shown / of, 3), n=of, basis="study", source=note)


def told_count(events: int, of: int, rule: PlanDisclosure) -> float:
    """Return the count that may be told of ``events`` of ``of``: itself, or half the smallest that may be shown."""
    if 0 < events < rule.smallest_count:
        return rule.smallest_count / 2
    if 0 < of - events < rule.smallest_count:
        return of - rule.smallest_count / 2
    return float(events)


def told_retention(seen: IntArray, of: int, rule: PlanDisclosure) -> Array:
    """Return the share seen on each day so that no day tells of fewer than the smallest count that left.

    Parameters
    ----------
    seen : array of int64, shape (day,)
        Persons seen on each day or later; never rising.
    of : int
        Persons at the beginning.
    rule : PlanDisclosure

    Returns
    -------
    array of float64, shape (day,)
        Days between which too few left are joined, the loss spread evenly over them; rounded to three digits.

    Examples
    --------
    >>> told_retention(np.array([51, 50, 49, 46, 41]), 51, PlanDisclosure())
    array([0.975, 0.951, 0.926, 0.902, 0.804])
    """
    counts = np.concatenate([[of], seen]).astype(np.float64)
    edges = _edges(counts, rule.smallest_count)
    if len(edges) == 2:
        counts[-1] = told_count(int(seen[-1]), of, rule)
    days = np.arange(1, len(counts))
    return np.round(np.interp(days, edges, counts[edges] / of), 3)


def _edges(counts: Array, smallest: int) -> list[int]:
    """Return the first and the last place, and those between that have enough who left on either side, or nobody."""
    last = len(counts) - 1
    edges = [0]
    for place in range(1, last):
        if counts[edges[-1]] - counts[place] >= smallest and _is_told(counts[place] - counts[last], smallest):
            edges.append(place)
    return [*edges, last]


def _is_told(count: float, smallest: int) -> bool:
    return count == 0 or count >= smallest
