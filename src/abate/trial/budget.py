"""What will the trial cost, and between which amounts? A table of costs with low, likely and high; no price comes with abate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from abate.base.errors import ParameterError
from abate.stats.three_points import ThreePointsError, ThreePointSum, sum_of_three_points

__all__ = ["Budget", "BudgetError", "BudgetLine", "CostItem", "ThreePointSum", "estimate_budget"]

Per = Literal["participant", "bed-day", "month", "centre", "trial"]
#: What can be counted arm by arm.
_BY_ARM = ("participant", "bed-day")


class BudgetError(ParameterError):
    """A cost table is empty, or an item of it cannot be counted."""


@dataclass(frozen=True, kw_only=True)
class CostItem:
    """One line of the cost table.

    Attributes
    ----------
    item : str
    per : str
        participant, bed-day, month, centre or trial.
    low, likely, high : float
        Unit cost, at least 0 and rising, in one currency throughout.
    arm : str or None
        Counted in this arm only; None: in all.
    source : str
        Who says so.
    """

    item: str
    per: Per
    low: float
    likely: float
    high: float
    arm: str | None = None
    source: str = "typed"


@dataclass(frozen=True, kw_only=True)
class BudgetLine:
    """One item over the whole trial: how often it counts, and what it comes to."""

    item: str
    per: Per
    arm: str | None
    times: float
    low: float
    likely: float
    high: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Budget:
    """All lines, their sum with its interval, and the sum by arm.

    Attributes
    ----------
    lines : tuple of BudgetLine
    total : ThreePointSum
        Value: the expected sum. The interval takes unit costs as triangular and independent, and the counts as they are planned.
    by_arm : mapping
        From an arm to the likely sum of what is counted by participant or bed-day in it; what is counted by month, centre or trial
        belongs to no arm.
    """

    lines: tuple[BudgetLine, ...]
    total: ThreePointSum
    by_arm: Mapping[str, float]


def estimate_budget(
    items: Sequence[CostItem],
    participants: Mapping[str, int],
    *,
    bed_days_each: float,
    months: float,
    centres: int,
    level: float = 0.95,
    seed: int = 1,
) -> Budget:
    """Return what a trial costs by a table of unit costs.

    Parameters
    ----------
    items : sequence of CostItem
        One at least.
    participants : mapping
        From an arm to its participants, at least 0.
    bed_days_each : float
        Bed-days of a participant, at least 0.
    months : float
        Of the whole trial, at least 0.
    centres : int
        At least 1.
    level : float
        Coverage of the interval, between 0 and 1.
    seed : int
        Of the draws behind the interval; the same seed gives the same interval.

    Returns
    -------
    Budget

    Raises
    ------
    BudgetError
        If the table is empty, an item names an arm that is not there, is counted by something that has no arm or is not known, or its
        costs are negative or do not rise.

    Examples
    --------
    >>> items = [
    ...     CostItem(item="bed-day", per="bed-day", low=1, likely=2, high=4),  # in any currency
    ...     CostItem(item="pharmacy, blinded kit", per="participant", low=0.2, likely=0.3, high=0.6, arm="ketamine"),
    ...     CostItem(item="start of a centre", per="centre", low=5, likely=8, high=20),
    ... ]
    >>> budget = estimate_budget(items, {"ketamine": 60, "midazolam": 60}, bed_days_each=5.1, months=40, centres=3)
    >>> round(budget.total.likely, 1), round(budget.total.value, 1)
    (1266.0, 1483.0)
    """
    if not items:
        raise BudgetError("the cost table is empty; abate ships no prices, so give one line at least.")
    if min(participants.values(), default=-1) < 0 or bed_days_each < 0 or months < 0 or centres < 1:
        raise BudgetError("participants, bed-days and months are at least 0, centres at least 1; mend the counts.")
    counts = _Counts(participants, bed_days_each, months, centres)
    times = [counts.times(item) for item in items]
    lines = tuple(
        BudgetLine(
            item=item.item,
            per=item.per,
            arm=item.arm,
            times=often,
            low=often * item.low,
            likely=often * item.likely,
            high=often * item.high,
            source=item.source,
        )
        for item, often in zip(items, times, strict=True)
    )
    by_arm = {
        arm: sum(
            item.likely * counts.in_arm(item.per, arm)
            for item in items
            if item.per in _BY_ARM and item.arm in (None, arm)
        )
        for arm in participants
    }
    return Budget(lines=lines, total=_total(items, times, level, seed), by_arm=by_arm)


@dataclass(frozen=True)
class _Counts:
    participants: Mapping[str, int]
    bed_days_each: float
    months: float
    centres: int

    def times(self, item: CostItem) -> float:
        """Return how often an item counts."""
        if not 0 <= item.low <= item.likely <= item.high:
            raise BudgetError(
                f"costs of {item.item!r} must be at least 0 and rise from low to likely to high; mend them."
            )
        if item.per in _BY_ARM:
            if item.arm is not None and item.arm not in self.participants:
                known = ", ".join(self.participants)
                raise BudgetError(
                    f"{item.item!r} is counted in arm {item.arm!r}, which is not there; there are {known}."
                )
            arms = self.participants if item.arm is None else (item.arm,)
            return sum(self.in_arm(item.per, arm) for arm in arms)
        if item.arm is not None:
            raise BudgetError(f"{item.item!r} is counted by {item.per}, which has no arm; leave the arm out.")
        whole: dict[str, float] = {"month": self.months, "centre": float(self.centres), "trial": 1.0}
        if item.per not in whole:
            raise BudgetError(
                f"{item.item!r} is counted by {item.per!r}; write participant, bed-day, month, centre or trial."
            )
        return whole[item.per]

    def in_arm(self, per: str, arm: str) -> float:
        return self.participants[arm] * (self.bed_days_each if per == "bed-day" else 1.0)


def _total(items: Sequence[CostItem], times: Sequence[float], level: float, seed: int) -> ThreePointSum:
    try:
        return sum_of_three_points(
            [item.low for item in items],
            [item.likely for item in items],
            [item.high for item in items],
            times,
            level=level,
            seed=seed,
        )
    except ThreePointsError as error:
        raise BudgetError(str(error)) from None
