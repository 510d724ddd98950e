"""Which courses speak for the trial's persons? Each person's first course that entered, with baseline and daily ratings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abate.inference.attribution.planned_day import ratings_by_day
from abate.inference.columns import eligible_courses, numbers
from abate.stats.arrays import Array
from abate.trial.errors import NoDailyRatingsError, TooFewCoursesError

if TYPE_CHECKING:
    from abate.contracts.definition import Study

#: A day with fewer ratings than this is not carried over: its variance would be a guess.
FEWEST_ON_A_DAY = 10
#: Fewer persons than this, and nothing of them could be told without telling of single ones.
FEWEST_PERSONS = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class FirstCourses:
    """One course a person.

    Attributes
    ----------
    rows : Table
        Columns of `outcomes`.
    ratings : array, shape (person, 1 + day)
        Baseline, then the daily values of days 1 to the last that is carried over; nan where there is none.
    """

    rows: pa.Table
    ratings: Array

    @property
    def person_count(self) -> int:
        """How many persons."""
        return len(self.ratings)

    @property
    def last_day(self) -> int:
        """The last day that is carried over."""
        return int(self.ratings.shape[1]) - 1


def first_courses(study: Study, outcomes: pa.Table, daily: pa.Table, planned_day: int) -> FirstCourses:
    """Return each person's first course with a baseline, and its ratings to the planned day or the last that enough have.

    Parameters
    ----------
    study : Study
    outcomes, daily : Table
        As a run left them.
    planned_day : int
        Day of the trial's primary rating.

    Raises
    ------
    TooFewCoursesError
        If fewer than five persons have a baseline.
    NoDailyRatingsError
        If hardly any course has ratings by day.
    """
    courses = eligible_courses(study, outcomes)
    chosen = courses.take(pa.array(_first_with_baseline(courses)))
    if chosen.num_rows < FEWEST_PERSONS:
        raise TooFewCoursesError(
            f"the study has {_few(chosen.num_rows)} with a baseline rating, and a plan needs at least {FEWEST_PERSONS}; "
            "pool more records, or write a plan file by hand ('abate plan --example')."
        )
    days = ratings_by_day(chosen, daily, planned_day)[:, :planned_day]
    last = _last_day(days)
    if last == 0:
        raise NoDailyRatingsError(
            "the study has no day of the course on which enough persons were rated, so that no curve can be carried over; "
            "run it on records with daily ratings, or write a plan file by hand ('abate plan --example')."
        )
    return FirstCourses(rows=chosen, ratings=np.column_stack([numbers(chosen, "baseline"), days[:, :last]]))


def _first_with_baseline(courses: pa.Table) -> list[int]:
    """Return the row of each person's first course by start that has a baseline, in the order of the rows."""
    has_baseline = np.isfinite(numbers(courses, "baseline"))
    start = courses["start"].cast(pa.int64()).to_numpy()
    person = courses["person_number"].to_numpy()
    found: dict[int, int] = {}
    for row in np.lexsort((np.arange(len(start)), start)):
        if has_baseline[row]:
            found.setdefault(int(person[row]), int(row))
    return sorted(found.values())


def _last_day(days: Array) -> int:
    rated = np.isfinite(days).sum(axis=0)
    fewest = min(FEWEST_ON_A_DAY, max(FEWEST_PERSONS, len(days) // 2))
    enough = np.flatnonzero(rated < fewest)
    return int(enough[0]) if enough.size else days.shape[1]


def _few(count: int) -> str:
    return "no course" if count == 0 else f"fewer than {FEWEST_PERSONS} persons"
