"""How do statements combine that are met, not met, or not known? Kleene's logic, on whole tables of patients at once.

A verdict is 1 (met), 0 (not met) or -1 (not known). Every operation here keeps to one promise: learning more can turn
"not known" into "met" or "not met", and never back.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Verdicts = NDArray[np.int8]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Verdict(IntEnum):
    """What is known of one statement."""

    NOT_KNOWN = -1
    NOT_MET = 0
    MET = 1

    @property
    def words(self) -> str:
        """``met``, ``not met`` or ``not known``."""
        return {1: "met", 0: "not met", -1: "not known"}[int(self)]


def from_bounds(is_certain: Flags, is_possible: Flags) -> Verdicts:
    """Return met where something is certain, not met where it is impossible, and not known between."""
    return np.where(is_certain, 1, np.where(is_possible, -1, 0)).astype(np.int8)


def all_of(verdicts: Sequence[Verdicts]) -> Verdicts:
    """Return whether every statement is met."""
    return at_least(len(verdicts), verdicts)


def any_of(verdicts: Sequence[Verdicts]) -> Verdicts:
    """Return whether some statement is met."""
    return at_least(1, verdicts)


def not_(verdicts: Verdicts) -> Verdicts:
    """Return met for not met and the other way round."""
    return np.where(verdicts < 0, -1, 1 - verdicts).astype(np.int8)


def at_least(count: int, verdicts: Sequence[Verdicts]) -> Verdicts:
    """Return whether at least ``count`` statements are met.

    Examples
    --------
    >>> yes, no, unknown = (np.array([value], np.int8) for value in (1, 0, -1))
    >>> at_least(2, [yes, yes, unknown]), at_least(2, [yes, no, unknown]), at_least(2, [no, no, unknown])
    (array([1], dtype=int8), array([-1], dtype=int8), array([0], dtype=int8))
    """
    fewest, most = _counted(verdicts)
    return from_bounds(fewest >= count, most >= count)


def exactly(count: int, verdicts: Sequence[Verdicts]) -> Verdicts:
    """Return whether ``count`` statements are met, no more and no fewer."""
    fewest, most = _counted(verdicts)
    return from_bounds((fewest == count) & (most == count), (fewest <= count) & (most >= count))


def compared(operator: str, low: Numbers, high: Numbers, other_low: Numbers, other_high: Numbers) -> Verdicts:
    """Return how numbers that lie between bounds compare: ``operator`` is one of < <= > >= == !=."""
    match operator:
        case "<":
            return from_bounds(high < other_low, low < other_high)
        case "<=":
            return from_bounds(high <= other_low, low <= other_high)
        case ">":
            return compared("<", other_low, other_high, low, high)
        case ">=":
            return compared("<=", other_low, other_high, low, high)
        case "==":
            is_one = (low == high) & (other_low == other_high) & (low == other_low)
            return from_bounds(is_one, (low <= other_high) & (other_low <= high))
        case _:
            return not_(compared("==", low, high, other_low, other_high))


def _counted(verdicts: Sequence[Verdicts]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many are met for certain, and at most."""
    stacked = np.stack(verdicts)
    met = np.sum(stacked == 1, axis=0)
    return met, met + np.sum(stacked == -1, axis=0)
