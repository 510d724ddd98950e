"""How many courses are behind a number, as far as this edition tells it?"""

from __future__ import annotations

import math

from abate.contracts.result import Estimate


def told_n(estimate: Estimate) -> float | str:
    """Return the number of courses behind an estimate, or the mark in its place where it is hidden."""
    if estimate.n is None and estimate.hidden is not None:
        return estimate.hidden
    return estimate.n or 0


def size_of(estimate: Estimate) -> float:
    """Return the number of courses for comparing it: one that is hidden while its value is shown counts as many."""
    if estimate.n is None and estimate.hidden is not None and estimate.value is not None:
        return math.inf
    return estimate.n or 0
