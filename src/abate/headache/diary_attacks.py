"""Which headache days in a row are one attack, how long are attacks, and what do days that are not filled in leave open?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.headache.diary_counts import Counts
from abate.headache.verdicts import Numbers, Verdicts


@dataclass(frozen=True, kw_only=True, eq=False)
class Attacks:
    """Runs of headache days.

    Attributes
    ----------
    person : array of int64, shape (run,)
        Whose.
    days : array of int64
        Days in a row that are headache days for certain.
    is_whole : array of bool
        Whether a day without headache stands before and after, so that ``days`` is the length; otherwise it is at least that.
    hours : array of float64
        Hours of all its days; NaN where one is not given, or the run is not whole.
    is_untreated : array of int8
        Whether no acute drug was taken on any of its days: 1, 0, or -1 where not known.
    fewest, most : array of int64, shape (person,)
        Between which numbers the attacks lie that touch the diary's days, whatever stood on those not filled in.
    """

    person: NDArray[np.int64]
    days: Counts
    is_whole: NDArray[np.bool_]
    hours: Numbers
    is_untreated: Verdicts
    fewest: Counts
    most: Counts


def find_attacks(
    person: NDArray[np.int64],
    day: NDArray[np.int64],
    headache: Verdicts,
    hours: Numbers,
    treated: Verdicts,
    first_day: NDArray[np.int64],
    last_day: NDArray[np.int64],
) -> Attacks:
    """Return the attacks of a diary.

    Parameters
    ----------
    person, day, headache, hours, treated : array, shape (row,)
        In order of person and day, one row a day.
    first_day, last_day : array of int64, shape (person,)
        Where each person's diary begins and ends.
    """
    is_known = headache >= 0
    person, day, headache = person[is_known], day[is_known], headache[is_known]
    hours, treated = hours[is_known], treated[is_known]
    follows = np.append(False, (np.diff(person) == 0) & (np.diff(day) == 1)) if len(day) else np.zeros(0, np.bool_)
    is_yes = headache == 1
    begins = is_yes & ~(follows & np.roll(is_yes, 1))
    run = np.cumsum(begins)[is_yes] - 1
    count = int(np.count_nonzero(begins))
    leads = np.roll(follows, -1)  # the next known row is the next day
    ends = is_yes & ~(leads & np.roll(is_yes, -1))
    is_whole = follows[begins] & leads[ends]
    fewest, most = _number_of_attacks(person, day, is_yes, first_day, last_day)
    total_hours = np.bincount(run, weights=hours[is_yes], minlength=count)
    return Attacks(
        person=person[begins],
        days=np.bincount(run, minlength=count).astype(np.int64),
        is_whole=is_whole,
        hours=np.where(is_whole, total_hours, np.nan),
        is_untreated=_none_of(treated[is_yes], run, count),
        fewest=fewest,
        most=most,
    )


def _none_of(verdicts: Verdicts, run: NDArray[np.int64], count: int) -> Verdicts:
    some = np.bincount(run[verdicts == 1], minlength=count) > 0
    unknown = np.bincount(run[verdicts < 0], minlength=count) > 0
    return np.where(some, 0, np.where(unknown, -1, 1)).astype(np.int8)


def _number_of_attacks(
    person: NDArray[np.int64],
    day: NDArray[np.int64],
    is_yes: NDArray[np.bool_],
    first_day: NDArray[np.int64],
    last_day: NDArray[np.int64],
) -> tuple[Counts, Counts]:
    """Return fewest and most attacks of each person.

    Of a gap of k days that are not known: between two headache days the fewest joins them, the most puts (k - 1) // 2 attacks
    between; between one and a day without (or the diary's end) the most is k // 2; between two days without (k + 1) // 2.
    """
    person_count = len(first_day)
    everyone = np.arange(person_count)
    # A day without headache before the first and after the last day of each diary bounds the gaps at its ends.
    whose = np.concatenate([person, everyone, everyone])
    when = np.concatenate([day, first_day - 1, last_day + 1])
    yes = np.concatenate([is_yes, np.zeros(2 * person_count, np.bool_)])
    order = np.lexsort((when, whose))
    whose, when, yes = whose[order], when[order], yes[order]
    is_pair = np.diff(whose) == 0
    gap = np.where(is_pair, np.diff(when) - 1, 0)
    both, either = yes[:-1] & yes[1:] & is_pair, (yes[:-1] | yes[1:]) & is_pair
    extra = np.where(both, (gap - 1) // 2, np.where(either, gap // 2, (gap + 1) // 2))
    extra = np.where(gap > 0, extra, 0)
    begins = yes[1:] & is_pair & (~yes[:-1] | (gap > 0))
    runs = _summed(begins, whose[1:], person_count)
    joined = _summed(both & (gap > 0), whose[1:], person_count)
    return runs - joined, runs + _summed(extra, whose[1:], person_count)


def _summed(values: NDArray[np.generic], group: NDArray[np.int64], count: int) -> Counts:
    return np.bincount(group, weights=values.astype(np.float64), minlength=count).astype(np.int64)
