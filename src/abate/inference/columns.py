"""How is a column of the outcomes read as numbers, flags or texts, with what is missing kept visible?"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from abate.stats.arrays import Array, IntArray

if TYPE_CHECKING:
    from abate.contracts.definition import Study

Texts = NDArray[Any]

_MICROSECONDS_PER_HOUR = 3_600_000_000
_OWN_COUNT = re.compile(r"\b\d+ of \d+\b")


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """The values of those courses that have one, and whose they are.

    Attributes
    ----------
    values : array of float64, shape (n,)
        Without missing values; a flag is 0 or 1.
    persons : array of int64, shape (n,)
        A number for each person, from 0.
    """

    values: Array
    persons: IntArray

    @property
    def course_count(self) -> int:
        """Courses with a value."""
        return int(self.values.size)

    @cached_property
    def person_count(self) -> int:
        """Persons with such a course."""
        return int(np.count_nonzero(np.bincount(self.persons)))

    @property
    def has_repeats(self) -> bool:
        """Whether a person has more than one of these courses, so that they are not independent of each other."""
        return self.person_count < self.course_count


def eligible_courses(study: Study, outcomes: pa.Table) -> pa.Table:
    """Return the courses of the treatment studied that entered the study, in the order of ``course_id``.

    The order makes every sum the same whatever order the engine returned. The columns are those of ``outcomes`` and
    ``person_number``.
    """
    is_studied = pc.equal(outcomes["treatment"], study.treatment.name)
    has_entered = pc.fill_null(outcomes["is_eligible"], False)
    entered = outcomes.filter(pc.and_(pc.fill_null(is_studied, False), has_entered)).sort_by("course_id")
    return with_person_numbers(entered)


def with_person_numbers(rows: pa.Table) -> pa.Table:
    """Return the rows with ``person_number``, the same for the same ``person_id``, from 0 in the order of the rows."""
    encoded = pc.dictionary_encode(rows["person_id"]).unify_dictionaries().combine_chunks()
    indices = encoded.indices if rows.num_rows else pa.array([], pa.int32())
    return rows.append_column("person_number", indices.cast(pa.int64()))


def rows_of_courses(rows: pa.Table, courses: pa.Table) -> tuple[pa.Table, IntArray]:
    """Return the rows that belong to one of the courses, in the order of the courses, and each row's place among them.

    Parameters
    ----------
    rows : Table
        With the column ``course_id``, such as `daily` or `harm`.
    courses : Table
        One row a course, with the column ``course_id``.

    Returns
    -------
    tuple of Table and array of int64
        Rows of one course keep their order; ``courses`` row ``place`` is the row's course.
    """
    keys = rows["course_id"].cast(courses.schema.field("course_id").type)
    found = pc.index_in(keys, value_set=courses["course_id"].combine_chunks())
    place = _as_numbers(found)
    order = np.argsort(place, kind="stable")[: int(np.count_nonzero(np.isfinite(place)))]  # those without a course last
    return rows.take(pa.array(order)), place[order].astype(np.int64)


def numbers(rows: pa.Table, name: str) -> Array:
    """Return a column of numbers, nan where it is empty."""
    return _as_numbers(rows[name])


def flags(rows: pa.Table, name: str) -> Array:
    """Return a column of flags as 1 and 0, nan where it is empty."""
    return _as_numbers(rows[name].cast(pa.bool_()))


def texts(rows: pa.Table, name: str) -> Texts:
    """Return a column of texts, None where it is empty."""
    return np.array([*rows[name].to_pylist(), None], dtype=object)[
        :-1
    ]  # with None the array never becomes one of words


def persons(courses: pa.Table) -> IntArray:
    """Return the number of each course's person, from :func:`with_person_numbers`."""
    numbered: IntArray = courses["person_number"].to_numpy()
    return numbered


def hours_between(rows: pa.Table, earlier: str, later: str) -> Array:
    """Return the hours from one column of times to another, nan where either is empty."""
    microseconds = [_as_numbers(rows[name].cast(pa.timestamp("us")).cast(pa.int64())) for name in (earlier, later)]
    return (microseconds[1] - microseconds[0]) / _MICROSECONDS_PER_HOUR


def sample(rows: pa.Table, name: str) -> Sample:
    """Return the values of a column of numbers where there are any."""
    return sample_of(numbers(rows, name), persons(rows))


def sample_of(values: Array, whose: IntArray) -> Sample:
    """Return the values that are there, and whose they are.

    Examples
    --------
    >>> sample_of(np.array([7.0, np.nan, 5.0]), np.array([0, 0, 1])).values
    array([7., 5.])
    """
    is_there = np.isfinite(values)
    return Sample(values=values[is_there], persons=whose[is_there])


def reasons(rows: pa.Table, name: str) -> Texts:
    """Return a column of reasons, None where it is empty.

    A count of one course's own rows, such as "3 of 20", is no part of a reason: it reads "some".
    """
    found = [None if text is None else _OWN_COUNT.sub("some", text) for text in rows[name].to_pylist()]
    return np.array([*found, None], dtype=object)[:-1]


def commonest_reason(rows: pa.Table, name: str) -> str | None:
    """Return the reason that stands most often in a column, of equals the first by name; None where it is empty."""
    counts = Counter(reason for reason in reasons(rows, name) if reason is not None)
    return min(counts, key=lambda reason: (-counts[reason], reason), default=None)


def _as_numbers(column: Any) -> Array:
    """Return an Arrow column as float64, nan where it is empty."""
    found: Array = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.array(found, dtype=np.float64)
