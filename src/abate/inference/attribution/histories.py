"""Which ratings did each person give before, and which rating stood at admission, before anything was done?

Ratings of the half year before admission count, those given in an earlier course do not: they were of a treated person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from abate.base.arrow_arrays import numbers_of, times_of
from abate.inference.columns import persons, texts
from abate.knowledge.scales import SCALES
from abate.stats.arrays import Array
from abate.stats.regression_to_mean_courses import RatedCourses, RatingScale, checked_courses
from abate.stats.regression_to_mean_visits import VisitedCourses, checked_visits

if TYPE_CHECKING:
    from abate.contracts.definition import Study

Flags = NDArray[np.bool_]

#: How far back earlier ratings count, in days.
HISTORY_DAYS = 180.0
#: Of a course with more ratings before, the latest half of these and others spread evenly over the time before them.
MOST_EARLIER_RATINGS = 60
#: Of a study with more courses, so many are drawn: more make the interval no narrower than a reader could see.
MOST_COURSES = 2_000
_SEED = 20_260_101

_UNPLANNED = "unplanned visit"
_VISITS = ("planned visit", _UNPLANNED, "follow-up")
_DIARY = "diary"
_AT_PLANNED_TIMES = ("planned visit", "follow-up", _DIARY)
_SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Histories:
    """The courses of a study with what was rated before them.

    Attributes
    ----------
    everything : RatedCourses
        With all ratings before.
    by_occasion : RatedCourses or None
        With those of which it is known whether they were given at a visit or in a diary; None where it is known of none.
    at_planned_times : RatedCourses or None
        With those of planned visits and of diaries alone; None where there is none.
    visited : VisitedCourses or None
        With those of known occasions, and which were of unplanned visits; None where none was.
    row : array of int64, shape (n,)
        Place of each of their courses among the courses of the study.
    late_count : int
        Courses whose baseline was rated after the first dose, and that are left out for it.
    drawn_from : int or None
        How many courses these were drawn from; None where they are all.
    """

    everything: RatedCourses
    by_occasion: RatedCourses | None
    at_planned_times: RatedCourses | None
    visited: VisitedCourses | None
    row: NDArray[np.int64]
    late_count: int
    drawn_from: int | None


def find_histories(study: Study, courses: pa.Table, ratings: pa.Table, treated: pa.Table) -> Histories:
    """Return the courses with baseline and final rating, and the ratings before each.

    Parameters
    ----------
    study : Study
        For the scale.
    courses : Table
        Columns of `outcomes` and ``person_number``, one row a course that entered.
    ratings : Table
        The course table `ratings`; rows of other persons and scales are of no account.
    treated : Table
        Columns ``person_id``, ``start``, ``end`` and ``discharge`` of every recorded course, whatever the treatment.
    """
    row, late_count, drawn_from = _courses_to_ask(courses)
    asked = courses.take(pa.array(row))
    scale = SCALES[study.rating.scale]
    pool = _Pool.of(ratings, study.rating.scale, asked, treated)
    found = [pool.before(place) for place in range(asked.num_rows)]
    laid = _laid_out(found)
    whole = checked_courses(
        laid.day,
        laid.rating,
        numbers_of(asked["baseline"]),
        numbers_of(asked["final"]),
        _days(times_of(asked["final_time"]) - times_of(asked["baseline_time"])),
        persons(asked),
        scale=RatingScale(lowest=int(scale.minimum), highest=int(scale.maximum)),
    )
    known = _of_occasions(whole, laid, (*_VISITS, _DIARY))
    if known is not None and known.is_earlier.sum() == whole.is_earlier.sum():
        whole = known
    return Histories(
        everything=whole,
        by_occasion=known,
        at_planned_times=_of_occasions(whole, laid, _AT_PLANNED_TIMES),
        visited=_with_visits(whole, laid),
        row=row,
        late_count=late_count,
        drawn_from=drawn_from,
    )


def _courses_to_ask(courses: pa.Table) -> tuple[NDArray[np.int64], int, int | None]:
    """Return the courses with both ratings, the first given before the first dose; of very many a part drawn by a fixed seed."""
    baseline_time, final_time = times_of(courses["baseline_time"]), times_of(courses["final_time"])
    both = ~np.isnat(baseline_time) & ~np.isnat(final_time) & (final_time > baseline_time)
    is_late = both & (baseline_time > times_of(courses["start"]))
    row = np.flatnonzero(both & ~is_late).astype(np.int64)
    late_count, count = int(is_late.sum()), len(row)
    if count <= MOST_COURSES:
        return row, late_count, None
    return np.sort(np.random.default_rng(_SEED).permutation(row)[:MOST_COURSES]), late_count, count


@dataclass(frozen=True, kw_only=True, eq=False)
class _Earlier:
    """Ratings before one course: days before its first rating, values, and on what occasion."""

    day: Array
    value: Array
    occasion: NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Table:
    """Ratings before all courses, a row each, filled up with nan and None."""

    day: Array
    rating: Array
    occasion: NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pool:
    """Ratings and courses of the persons asked for, by person, to be looked up."""

    person: NDArray[np.int64]
    time: NDArray[np.datetime64]
    value: Array
    occasion: NDArray[np.object_]
    was_treated: Flags
    course_person: NDArray[np.int64]
    baseline_time: NDArray[np.datetime64]
    closed: NDArray[np.datetime64]

    @classmethod
    def of(cls, ratings: pa.Table, scale: str, asked: pa.Table, treated: pa.Table) -> _Pool:
        ids = pc.unique(asked["person_id"])
        of_scale = ratings.filter(pc.equal(ratings["scale"], scale)) if "scale" in ratings.column_names else ratings
        rows = of_scale.filter(pc.is_in(of_scale["person_id"], value_set=ids.cast(of_scale["person_id"].type)))
        person, time = _person_numbers(rows, ids), times_of(rows["time"])
        order = np.lexsort((time, person))
        occasion = texts(rows, "occasion") if "occasion" in rows.column_names else np.full(len(person), None, object)
        spans = treated.filter(pc.is_in(treated["person_id"], value_set=ids.cast(treated["person_id"].type)))
        baseline, admission = times_of(asked["baseline_time"]), times_of(asked["admission"])
        closed = np.where(np.isnat(admission), baseline, np.minimum(baseline, np.where(np.isnat(admission), baseline, admission)))  # fmt: skip
        return cls(
            person=person[order],
            time=time[order],
            value=numbers_of(rows["value"])[order],
            occasion=occasion[order],
            was_treated=_in_a_course(person[order], time[order], _person_numbers(spans, ids), spans),
            course_person=_person_numbers(asked, ids),
            baseline_time=baseline,
            closed=closed,
        )

    def before(self, place: int) -> _Earlier:
        """Return what was rated in the half year before admission, or before the first rating where that was earlier."""
        first = np.searchsorted(self.person, self.course_person[place], "left")
        last = np.searchsorted(self.person, self.course_person[place], "right")
        time = self.time[first:last]
        days = _days(time - self.baseline_time[place])
        is_kept = (
            (time < self.closed[place])
            & (days >= -HISTORY_DAYS)
            & ~self.was_treated[first:last]
            & np.isfinite(self.value[first:last])
        )
        kept = first + _thinned(np.flatnonzero(is_kept))
        return _Earlier(day=days[kept - first], value=self.value[kept], occasion=self.occasion[kept])


def _thinned(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the latest of many places in time, and others spread evenly over the time before; whatever they hold.

    Examples
    --------
    >>> len(_thinned(np.arange(500))), _thinned(np.arange(500))[[0, -1]].tolist()
    (60, [0, 499])
    """
    if len(places) <= MOST_EARLIER_RATINGS:
        return places
    half = MOST_EARLIER_RATINGS // 2
    older, latest = places[:-half], places[-half:]
    spread = np.unique(np.linspace(0, len(older) - 1, half).round().astype(np.int64))
    return np.concatenate([older[spread], latest])


def _in_a_course(
    person: NDArray[np.int64], time: NDArray[np.datetime64], course_person: NDArray[np.int64], spans: pa.Table
) -> Flags:
    """Return which ratings were given between the first dose and the discharge of any course; ratings are in the order of persons."""
    inside = np.zeros(len(person), dtype=bool)
    start, end, discharge = (times_of(spans[name]) for name in ("start", "end", "discharge"))
    closing = np.fmax(end, discharge)
    first, last = (np.searchsorted(person, course_person, side) for side in ("left", "right"))
    for course in np.flatnonzero(last > first):
        rows = slice(first[course], last[course])
        inside[rows] |= (time[rows] >= start[course]) & (time[rows] <= closing[course])
    return inside


def _person_numbers(rows: pa.Table, ids: pa.Array) -> NDArray[np.int64]:
    found = pc.index_in(rows["person_id"].cast(ids.type), value_set=ids)
    return np.asarray(numbers_of(found), dtype=np.int64)


def _days(difference: NDArray[np.timedelta64]) -> Array:
    seconds = difference.astype("timedelta64[s]").astype(np.float64)
    return np.where(np.isnat(difference), np.nan, seconds / _SECONDS_PER_DAY)


def _laid_out(found: Sequence[_Earlier]) -> _Table:
    width = max((len(one.day) for one in found), default=0)
    day, rating = (np.full((len(found), width), np.nan) for _ in range(2))
    occasion = np.full((len(found), width), None, dtype=object)
    for place, one in enumerate(found):
        day[place, : len(one.day)], rating[place, : len(one.day)] = one.day, one.value
        occasion[place, : len(one.day)] = one.occasion
    return _Table(day=day, rating=rating, occasion=occasion)


def _with_visits(whole: RatedCourses, laid: _Table) -> VisitedCourses | None:
    """Return the same courses with ratings of known occasions and which of them were of unplanned visits; None where none was."""
    kept, unplanned = _is_of(laid, (*_VISITS, _DIARY)), _is_of(laid, (_UNPLANNED,))
    if not unplanned.any():
        return None
    return checked_visits(
        laid.day,
        np.where(kept, laid.rating, np.nan),
        whole.first,
        whole.final,
        whole.final_day,
        unplanned,
        whole.person,
        watched_days=HISTORY_DAYS,
        scale=whole.scale,
    )


def _is_of(laid: _Table, occasions: Sequence[str]) -> Flags:
    """Return which ratings there are of these occasions."""
    named = np.array([[text or "" for text in row] for row in laid.occasion.tolist()], dtype=str).reshape(
        laid.rating.shape
    )
    return np.isin(named, occasions) & np.isfinite(laid.rating)


def _of_occasions(whole: RatedCourses, laid: _Table, occasions: Sequence[str]) -> RatedCourses | None:
    """Return the same courses with ratings of these occasions alone; None where there is none."""
    kept = _is_of(laid, occasions)
    if not kept.any():
        return None
    found = checked_courses(
        laid.day,
        np.where(kept, laid.rating, np.nan),
        whole.first,
        whole.final,
        whole.final_day,
        whole.person,
        is_visit=kept & (laid.occasion != _DIARY),
        scale=whole.scale,
    )
    return replace(found, left_out_count=whole.left_out_count)
