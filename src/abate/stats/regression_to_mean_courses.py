"""Which ratings of whom, when, does the question of regression to the mean ask for?

A *course* is one treatment with its first rating (on day 0, before anything was done), its final rating, and any number of
ratings before day 0. A person may have several courses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, label_vector

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class RatingScale:
    """A scale of whole numbers with two ends.

    Attributes
    ----------
    lowest, highest : int
        Its ends, in points.
    """

    lowest: int = 0
    highest: int = 10

    def __post_init__(self) -> None:
        if self.lowest != int(self.lowest) or self.highest != int(self.highest) or self.lowest >= self.highest:
            raise ParameterError(f"a scale has two whole ends, the lower one first; got {self.lowest}, {self.highest}.")

    @property
    def cuts(self) -> Array:
        """Return the numbers at which rounding passes from one rating to the next, shape (highest - lowest,)."""
        return np.arange(self.lowest, self.highest, dtype=np.float64) + 0.5


NUMERIC_RATING_SCALE = RatingScale()


@dataclass(frozen=True, kw_only=True, eq=False)
class RatedCourses:
    """Courses with a first and a final rating, their earlier ratings moved to the front.

    Column 0 of ``day`` and ``rating`` is the first rating, on day 0; the others are earlier, in the order given.

    Attributes
    ----------
    day : array of float64, shape (n, 1 + k)
        Days after the first rating: 0, then below 0. 0 where nothing is seen.
    rating : array of float64, shape (n, 1 + k)
        In points; 0 where nothing is seen.
    seen : array of bool, shape (n, 1 + k)
    is_visit : array of bool, shape (n, 1 + k), or None
        Whether an earlier rating was given at a visit and not in a diary; None where that is not known.
    final_day, final : array of float64, shape (n,)
        When the final rating was given, in days after the first one, and what it was.
    person : array of int64, shape (n,)
        Whose course it is, numbered from 0.
    person_count : int
    left_out_count : int
        Courses that were given but lack the first or the final rating, or the final day.
    scale : RatingScale
    """

    day: Array
    rating: Array
    seen: Flags
    is_visit: Flags | None
    final_day: Array
    final: Array
    person: IntArray
    person_count: int
    left_out_count: int
    scale: RatingScale

    @property
    def course_count(self) -> int:
        """Return the number of courses."""
        return len(self.final)

    @property
    def first(self) -> Array:
        """Return the first ratings, shape (n,)."""
        return self.rating[:, 0]

    @property
    def is_earlier(self) -> Flags:
        """Return where an earlier rating stands, shape (n, 1 + k)."""
        earlier = self.seen.copy()
        earlier[:, 0] = False
        return earlier

    def near_pair_count(self, nearer_than_days: float) -> int:
        """Return how many pairs of ratings of one course, the first included, are less than some days apart."""
        apart = np.abs(self.day[:, :, None] - self.day[:, None, :])
        both = self.seen[:, :, None] & self.seen[:, None, :]
        return int(np.count_nonzero(np.triu(both & (apart < nearer_than_days), 1)))


def checked_courses(
    day: ArrayLike,
    rating: ArrayLike,
    first: ArrayLike,
    final: ArrayLike,
    final_day: ArrayLike,
    person: ArrayLike | None = None,
    is_visit: ArrayLike | None = None,
    scale: RatingScale = NUMERIC_RATING_SCALE,
) -> RatedCourses:
    """Return the courses that have a first and a final rating; the others are left out and counted.

    Parameters
    ----------
    day, rating : array-like of numbers, shape (n, k)
        Earlier ratings, one row a course, in any order; ``day`` is below 0, counted from the first rating. nan in
        ``rating`` where there is none: rows are filled up with it. k may be 0.
    first, final : array-like of numbers, shape (n,)
        Ratings before anything was done and at the end; nan where missing.
    final_day : array-like of numbers, shape (n,)
        Days from the first to the final rating, above 0; nan where missing.
    person : array-like of labels, shape (n,), optional
        Whose course it is; every course is somebody else's where it is not given.
    is_visit : array-like of bool, shape (n, k), optional
        Whether an earlier rating was given at a visit (True) or in a diary (False).
    scale : RatingScale

    Returns
    -------
    RatedCourses
        Possibly of no course.

    Raises
    ------
    ParameterError
        If shapes do not fit, something is no number, a rating is off the scale or has no day, an earlier rating is not
        before day 0, or a final one not after it.

    Examples
    --------
    >>> nan = float("nan")
    >>> courses = checked_courses([[-30, -9], [-20, 0]], [[5, 6], [7, nan]], [8, 9], [4, nan], [5, 5])
    >>> courses.course_count, courses.left_out_count, courses.rating.tolist()
    (1, 1, [[8.0, 5.0, 6.0]])
    """
    first_rating, final_rating, last_day = (
        _column(values, name) for values, name in ((first, "first"), (final, "final"), (final_day, "final_day"))
    )
    count = len(first_rating)
    earlier_day, earlier = _table(day, "day", count), _table(rating, "rating", count)
    visit = None if is_visit is None else _table(is_visit, "is_visit", count) == 1
    if earlier_day.shape != earlier.shape or (visit is not None and visit.shape != earlier.shape):
        raise ParameterError("day, rating and is_visit must have the same shape, one row a course.")
    if not len(first_rating) == len(final_rating) == len(last_day):
        raise ParameterError("first, final and final_day must have one number a course.")
    labels = np.arange(count) if person is None else label_vector(person, "person")
    if len(labels) != count:
        raise ParameterError(f"person must have {count} labels, one a course; got {len(labels)}.")
    _require_on_scale(scale, rating=earlier, first=first_rating, final=final_rating)
    _require_days(earlier_day, earlier, last_day)
    complete = np.isfinite(first_rating) & np.isfinite(final_rating) & np.isfinite(last_day)
    persons, place = np.unique(labels[complete], return_inverse=True)
    seen, columns = _packed(np.isfinite(earlier[complete]))
    whole = np.column_stack([np.ones(len(seen), dtype=bool), seen])

    def laid_out(start: Array, table: Array) -> Array:
        packed = np.take_along_axis(table[complete], columns, axis=1)[:, : seen.shape[1]]
        return np.column_stack([start, np.where(seen, packed, 0.0)])

    zeros = np.zeros(len(seen))
    return RatedCourses(
        day=laid_out(zeros, earlier_day),
        rating=laid_out(first_rating[complete], earlier),
        seen=whole,
        is_visit=None if visit is None else laid_out(zeros, visit.astype(np.float64)) == 1,
        final_day=last_day[complete],
        final=final_rating[complete],
        person=place.astype(np.int64).ravel(),
        person_count=len(persons),
        left_out_count=int(np.count_nonzero(~complete)),
        scale=scale,
    )


def _column(values: ArrayLike, name: str) -> Array:
    column = _numbers(values, name)
    if column.ndim != 1:
        raise ParameterError(f"{name} must have one dimension; found {column.ndim}. Pass one number a course.")
    return column


def _table(values: ArrayLike, name: str, count: int) -> Array:
    table = _numbers(values, name)
    if table.size == 0:
        table = table.reshape(count, 0)
    if table.ndim != 2 or len(table) != count:
        raise ParameterError(f"{name} must have {count} rows, one a course; found shape {table.shape}.")
    return table


def _numbers(values: ArrayLike, name: str) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} must be numbers in rows of equal length; fill up with nan.") from None


def _require_on_scale(scale: RatingScale, **ratings: Array) -> None:
    for name, values in ratings.items():
        given = values[~np.isnan(values)]
        off = int(np.count_nonzero((given < scale.lowest) | (given > scale.highest)))
        if off:
            raise ParameterError(
                f"{name} has {off} values outside the scale from {scale.lowest} to {scale.highest}; mend them or name the scale."
            )


def _require_days(day: Array, rating: Array, final_day: Array) -> None:
    used = day[np.isfinite(rating)]
    wrong = int(np.count_nonzero(~(np.isfinite(used) & (used < 0))))
    if wrong:
        raise ParameterError(f"{wrong} earlier ratings have no day or one that is not before the first rating (day 0).")
    late = int(np.count_nonzero((final_day <= 0) | np.isinf(final_day)))
    if late:
        raise ParameterError(f"{late} final ratings are not after the first rating (day 0); final_day must be above 0.")


def _packed(seen: Flags) -> tuple[Flags, IntArray]:
    """Return which columns are seen once every row's are moved to the front, and where each comes from."""
    columns = np.argsort(~seen, axis=1, kind="stable")
    packed = np.take_along_axis(seen, columns, axis=1)
    return packed[:, : int(seen.sum(axis=1).max(initial=0))], columns
