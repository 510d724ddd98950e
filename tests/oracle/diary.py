"""The rules for diaries a second time: one person, day by day, every way of filling in what is open."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby, product

Day = bool | None


def most_and_fewest_attacks(days: Sequence[Day]) -> tuple[int, int]:
    """Return fewest and most runs of headache days over every way to fill in the days that are open."""
    counts = []
    for filled in product(*([day] if day is not None else [False, True] for day in days)):
        counts.append(sum(is_headache for is_headache, _ in groupby(filled)))
    return min(counts), max(counts)


def whole_runs(days: Sequence[Day]) -> list[int]:
    """Return the lengths of runs that a day without headache bounds on both sides."""
    runs = [(day, len(list(group))) for day, group in groupby(days)]
    return [
        length
        for place, (day, length) in enumerate(runs)
        if day is True and 0 < place < len(runs) - 1 and runs[place - 1][0] is False and runs[place + 1][0] is False
    ]


def reaches(days: Sequence[Day], threshold: int, least_share: Fraction) -> bool | None:
    """Return whether so many days of 28 are reached, where every day is a yes, a no, or not filled in."""
    window = [*days, *[None] * max(0, 28 - len(days))]
    verdicts = {
        Fraction(28 * count, len(window)) >= threshold
        for count in range(window.count(True), window.count(True) + window.count(None) + 1)
    }
    if len(verdicts) == 1:
        return verdicts.pop()
    filled = len(window) - window.count(None)
    if not filled or Fraction(filled, len(window)) < least_share:
        return None
    return Fraction(28 * window.count(True), filled) >= threshold
