"""What of single courses may reach a page? The one door between per-course rows and figures.

Nothing else in this room touches ``outcomes``, ``daily``, ``harm`` or ``doses`` of a result. Rows leave here as arrays
without any key of a person or course, in an order that no key decides. The edition that is written is the site's: it
holds single courses and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abate.base.arrow_arrays import numbers_of, times_of
from abate.contracts.result import StudyResult

#: From so many courses on, single marks cover each other and give way to counts; the site's edition too.
MOST_SINGLE_LINES = 200
MOST_SINGLE_BARS = 500
MOST_SINGLE_DOTS = 2_000

EDITION_NOTICE = "Edition for the site: holds single courses; not for sharing"

Columns = Mapping[str, NDArray[Any]]


def single_lines_allowed(result: StudyResult) -> bool:
    """Return whether a figure may draw one faint line for each course."""
    return 0 < course_count(result) <= MOST_SINGLE_LINES


def single_bars_allowed(result: StudyResult) -> bool:
    """Return whether a figure may draw one bar for each course."""
    return 0 < course_count(result) <= MOST_SINGLE_BARS


def single_dots_allowed(result: StudyResult) -> bool:
    """Return whether a figure may draw one dot for each course."""
    return 0 < course_count(result) <= MOST_SINGLE_DOTS


def course_count(result: StudyResult) -> int:
    """Return the number of courses that entered, as rows of ``outcomes``; 0 where the rows are not there."""
    return 0 if result.outcomes is None else int(result.outcomes.num_rows)


def course_values(result: StudyResult, *columns: str) -> Columns:
    """Return columns of ``outcomes`` as arrays, a course each; a column that the study does not have is all empty.

    Numbers and flags come as float64 with NaN for empty (flags 0 or 1), times as datetime64[us] with NaT, texts as
    objects with None.
    """
    return _columns(result.outcomes, columns)


def daily_ratings(result: StudyResult) -> Columns:
    """Return ``course`` (its row in `course_values`), ``day`` and ``value``, in order of course and day."""
    return _columns_by_course(result.outcomes, result.daily, ("day", "value"))


def dose_stretches(result: StudyResult) -> Columns:
    """Return ``course`` (its row in `course_values`), ``start``, ``end`` and ``rate_mg_h`` of each dose row."""
    return _columns_by_course(result.outcomes, result.doses, ("start", "end", "rate_mg_h"))


def _columns(table: Any, names: tuple[str, ...]) -> Columns:
    count = 0 if table is None else table.num_rows
    return {
        name: _as_array(table.column(name))
        if table is not None and name in table.column_names
        else np.full(count, np.nan)
        for name in names
    }


def _columns_by_course(outcomes: Any, table: Any, names: tuple[str, ...]) -> Columns:
    """Return columns of a table with many rows a course, its key exchanged for the course's place in ``outcomes``."""
    if table is None or outcomes is None:
        return {"course": np.zeros(0, np.int64), **{name: np.zeros(0) for name in names}}
    import pyarrow.compute as pc

    place = pc.index_in(table.column("course_id"), outcomes.column("course_id").combine_chunks())
    course = numbers_of(place)
    columns = {"course": course, **_columns(table, names)}
    is_known = ~np.isnan(course)
    order = np.lexsort((*(columns[name][is_known] for name in reversed(names)), course[is_known]))
    return {name: values[is_known][order] for name, values in columns.items()} | {
        "course": course[is_known][order].astype(np.int64)
    }


def _as_array(column: Any) -> NDArray[Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind):
        return times_of(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return np.array([*column.to_pylist(), None], dtype=object)[:-1]
    return numbers_of(column)
