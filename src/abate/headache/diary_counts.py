"""How many days are there, of how many that say so, and does that reach a threshold: met, not met, or not known?

Two ways lead to an answer. For certain: whatever stood on the days that are not filled in, the count would (or would not)
reach the threshold. In proportion: enough days are filled in, it is known of each of these, and the others are taken to be
like them. Without either the answer is not known. So an answer for certain outlasts whatever more is filled in of the diary's days, and any answer
outlasts a day of which it is known what it was, though a frequency that moves may turn met into not met. A day that is filled in and stays
open (a short attack that was treated may or may not have been a migraine) can turn an answer in proportion into not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from abate.headache.diary_rules import DiaryRules
from abate.headache.verdicts import Numbers, Verdicts

Counts = NDArray[np.int64]

#: So that a share of exactly the minimum is enough: 0.8 has no exact form in binary.
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Tally:
    """Days of one kind, a person (or a period) each.

    Attributes
    ----------
    yes : array of int64
        Days that are of the kind.
    possible : array of int64
        These, and the filled-in days of which it is not known.
    filled : array of int64
        Days that are filled in.
    window : array of int64
        Days that could be: those of the diary, and at least a month.
    """

    yes: Counts
    possible: Counts
    filled: Counts
    window: Counts
    month_days: int
    least_share: float

    @property
    def share_filled(self) -> Numbers:
        """Share of days that are filled in."""
        share: Numbers = self.filled / self.window
        return share

    @property
    def is_enough(self) -> NDArray[np.bool_]:
        """Whether so many days are filled in that a frequency is given."""
        enough: NDArray[np.bool_] = (self.filled > 0) & (self.filled >= self.least_share * self.window - _ROUNDING)
        return enough

    @property
    def is_settled(self) -> NDArray[np.bool_]:
        """Whether enough days are filled in, and of none of these it is open: then the frequency is one number."""
        settled: NDArray[np.bool_] = self.is_enough & (self.yes == self.possible)
        return settled

    def per_month(self) -> tuple[Numbers, Numbers]:
        """Return fewest and most days a month among those filled in; NaN where not enough are."""
        with np.errstate(invalid="ignore", divide="ignore"):
            fewest, most = (self.month_days * count / self.filled for count in (self.yes, self.possible))
        return np.where(self.is_enough, fewest, np.nan), np.where(self.is_enough, most, np.nan)

    def certain_per_month(self) -> tuple[Numbers, Numbers]:
        """Return between which days a month it is, whatever stood on the days not filled in."""
        most = self.possible + self.window - self.filled
        return self.month_days * self.yes / self.window, self.month_days * most / self.window

    def certainly_reaches(self, days: int) -> Verdicts:
        """Return whether ``days`` a month are reached whatever stood on the days not filled in."""
        most = self.possible + self.window - self.filled
        return _verdicts(self.month_days * self.yes >= days * self.window, self.month_days * most < days * self.window)

    def reaches(self, days: int) -> Verdicts:
        """Return whether ``days`` a month are reached, for certain or in proportion."""
        certain = self.certainly_reaches(days)
        in_proportion = _verdicts(
            self.is_settled & (self.month_days * self.yes >= days * self.filled),
            self.is_settled & (self.month_days * self.yes < days * self.filled),
        )
        return np.where(certain >= 0, certain, in_proportion).astype(np.int8)


def _verdicts(is_met: NDArray[np.bool_], is_not_met: NDArray[np.bool_]) -> Verdicts:
    return np.where(is_met, 1, np.where(is_not_met, 0, -1)).astype(np.int8)


def tally(
    verdicts: Verdicts, is_filled: NDArray[np.bool_], group: NDArray[np.int64], window: Counts, rules: DiaryRules
) -> Tally:
    """Return the days of one kind in each group; rows that are not filled in say nothing, whatever the verdict."""

    def count(rows: NDArray[np.bool_]) -> Counts:
        return np.bincount(group[rows], minlength=len(window)).astype(np.int64)

    return Tally(
        yes=count(is_filled & (verdicts == 1)),
        possible=count(is_filled & (verdicts != 0)),
        filled=count(is_filled),
        window=window,
        month_days=rules.month_days,
        least_share=rules.least_share_filled,
    )


def most_of(tallies: list[Tally]) -> Tally:
    """Return the tally of the kind that has most days, where one is asked for of several on the same days."""
    return replace(
        tallies[0],
        yes=np.max([one.yes for one in tallies], axis=0),
        possible=np.max([one.possible for one in tallies], axis=0),
    )
