"""What does a headache diary say of each person? Days a month, attacks, acute medication, and which thresholds are reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.headache.diary_attacks import Attacks, find_attacks
from abate.headache.diary_cells import ANALGESICS
from abate.headache.diary_counts import Counts, Tally, most_of, tally
from abate.headache.diary_days import headache_days, migraine_days
from abate.headache.diary_rows import Diary
from abate.headache.diary_rules import DiaryRules
from abate.headache.diary_thresholds import ACUTE_DAYS, COLUMNS_OF, HEADACHE_DAYS, MIGRAINE_DAYS, judge
from abate.headache.verdicts import Verdicts

#: An answer: a number, or between which two numbers it lies.
Answer = float | tuple[float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Periods:
    """The diary cut into months of 28 days (or as the rules say), from each person's first day on.

    Attributes
    ----------
    person, number : array of int64, shape (period,)
        Whose, and which of theirs, from 1.
    headache, migraine : Tally
        What is past the diary's end counts as not filled in.
    """

    person: NDArray[np.int64]
    number: NDArray[np.int64]
    headache: Tally
    migraine: Tally


@dataclass(frozen=True, kw_only=True, eq=False)
class DiarySummary:
    """What was counted, a person each, in the order of ``diary.person_ids``.

    Attributes
    ----------
    diary : Diary
        The rows that were counted.
    rules : DiaryRules
    first_day, last_day : array of int64
    days : array of int64
        From the first to the last day, both counted.
    gap_count : array of int64
        Stretches of days in a row that are not filled in.
    tallies : mapping of str to Tally
        By question of the answer sheet, such as ``headache_days``.
    verdicts : mapping of str to array of int8
        By threshold, such as ``headache_15``: 1 met, 0 not met, -1 not known.
    certain : mapping of str to array of int8
        The same, where only what holds whatever stood on the days not filled in is an answer.
    attacks : Attacks
    periods : Periods
    """

    diary: Diary
    rules: DiaryRules
    first_day: NDArray[np.int64]
    last_day: NDArray[np.int64]
    days: Counts
    gap_count: Counts
    tallies: Mapping[str, Tally]
    verdicts: Mapping[str, Verdicts]
    certain: Mapping[str, Verdicts]
    attacks: Attacks
    periods: Periods

    @property
    def filled(self) -> Counts:
        """Days whose headache cell is filled in."""
        return self.tallies[HEADACHE_DAYS].filled

    def has_column_for(self, question: str) -> bool:
        """Return whether the diary has a column that says anything of a count."""
        return any(column in self.diary.columns for column in COLUMNS_OF[question])

    def answers(self, place: int) -> dict[str, Answer]:
        """Return what one person's diary answers, by question of the answer sheet: days a month, hours of an attack.

        A count is a number where it is settled (enough days filled in, none of these open), and otherwise the pair between
        which it lies for certain; where that says nothing the question is left out.
        """
        found: dict[str, Answer] = {}
        for question, days in self.tallies.items():
            is_settled = bool(days.is_settled[place])
            low, high = (float(ends[place]) for ends in (days.per_month() if is_settled else days.certain_per_month()))
            if low > 0 or high < self.rules.month_days:
                found[question] = low if low == high else (low, high)
        hours = self.attack_hours(place)
        return found if hours is None else {**found, "attack_hours": hours}

    def attack_hours(self, place: int) -> float | None:
        """Return the median hours of one person's attacks that are whole and known to be untreated; None without any."""
        mine = slice(*np.searchsorted(self.attacks.person, [place, place + 1]))
        is_untreated = self.attacks.is_untreated[mine] == 1
        hours = self.attacks.hours[mine][is_untreated & ~np.isnan(self.attacks.hours[mine])]
        return float(np.median(hours)) if len(hours) else None


def summarise_diary(diary: Diary, rules: DiaryRules | None = None) -> DiarySummary:
    """Return what a diary says of each person.

    Parameters
    ----------
    diary : Diary
        As :func:`abate.headache.diary_rows.read_diary` returns it, read by the same rules.
    rules : DiaryRules, optional

    Examples
    --------
    >>> import pyarrow as pa
    >>> from abate.headache.diary_rows import read_diary
    >>> table = pa.table({"day": range(1, 29), "headache": ["yes"] * 15 + ["no"] * 13})
    >>> found = summarise_diary(read_diary(table))
    >>> found.answers(0)["headache_days"], int(found.verdicts["headache_15"][0]), int(found.verdicts["migraine_8"][0])
    (15.0, 1, -1)
    """
    rules = rules or DiaryRules()
    diary, first_day, last_day = _last_days(diary, rules)
    days = last_day - first_day + 1
    headache, migraine = headache_days(diary, rules), migraine_days(diary, rules)
    tallies = _tallies(diary, rules, headache, migraine, np.maximum(days, rules.month_days))
    return DiarySummary(
        diary=diary,
        rules=rules,
        first_day=first_day,
        last_day=last_day,
        days=days,
        gap_count=_gap_count(diary, first_day, last_day),
        tallies=tallies,
        verdicts=judge(tallies),
        certain=judge(tallies, Tally.certainly_reaches),
        attacks=find_attacks(diary.person, diary.day, headache, diary.hours, diary.medication.any, first_day, last_day),
        periods=_periods(diary, rules, headache, migraine, first_day, days),
    )


def _last_days(diary: Diary, rules: DiaryRules) -> tuple[Diary, NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows that count, and each person's first and last day that does."""
    first_day, last_day = _ends(diary)
    if rules.last_days is None:
        return diary, first_day, last_day
    first_day = np.maximum(first_day, last_day - rules.last_days + 1)
    return diary.taken(diary.day >= first_day[diary.person]), first_day, last_day


def _ends(diary: Diary) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and last day of each person; rows are in order of person and day."""
    is_first = np.append(True, np.diff(diary.person) != 0)
    return diary.day[is_first], diary.day[np.append(is_first[1:], True)]


def _gap_count(diary: Diary, first_day: NDArray[np.int64], last_day: NDArray[np.int64]) -> Counts:
    """Count stretches of days that are not filled in, those at the diary's ends included."""
    is_filled = diary.headache >= 0
    everyone = np.arange(diary.person_count)
    person = np.concatenate([diary.person[is_filled], everyone, everyone])
    day = np.concatenate([diary.day[is_filled], first_day - 1, last_day + 1])
    order = np.lexsort((day, person))
    is_gap = (np.diff(person[order]) == 0) & (np.diff(day[order]) > 1)
    return np.bincount(person[order][1:][is_gap], minlength=diary.person_count).astype(np.int64)


def _tallies(
    diary: Diary, rules: DiaryRules, headache: Verdicts, migraine: Verdicts, window: Counts
) -> dict[str, Tally]:
    is_filled = diary.headache >= 0
    medication = diary.medication
    is_told = is_filled | (medication.any >= 0)

    def medication_tally(verdicts: Verdicts) -> Tally:
        return tally(verdicts, is_told, diary.person, window, rules)

    return {
        HEADACHE_DAYS: tally(headache, is_filled, diary.person, window, rules),
        MIGRAINE_DAYS: tally(migraine, is_filled, diary.person, window, rules),
        ACUTE_DAYS: medication_tally(medication.any),
        **{question: medication_tally(verdicts) for question, verdicts in medication.classes.items()},
        # Overuse of simple analgesics is asked of each drug alone.
        ANALGESICS: most_of([medication_tally(verdicts) for verdicts in medication.analgesics.values()]),
    }


def _periods(
    diary: Diary,
    rules: DiaryRules,
    headache: Verdicts,
    migraine: Verdicts,
    first_day: NDArray[np.int64],
    days: Counts,
) -> Periods:
    count = -(-days // rules.month_days)
    start = np.append(0, np.cumsum(count)[:-1])
    group = start[diary.person] + (diary.day - first_day[diary.person]) // rules.month_days
    window = np.full(int(count.sum()), rules.month_days, np.int64)
    person = np.repeat(np.arange(diary.person_count), count)
    is_filled = diary.headache >= 0
    return Periods(
        person=person,
        number=np.arange(len(window)) - start[person] + 1,
        headache=tally(headache, is_filled, group, window, rules),
        migraine=tally(migraine, is_filled, group, window, rules),
    )
