"""Small studies written by hand for tests of figures: every number of a course can be read off the page."""

import datetime as dt
from typing import Any

import pyarrow as pa

from abate.contracts.result import StudyResult
from abate.report.view import ResultView
from tests.report_example import example_study, result_of_rows, simulate_rows

START = dt.datetime(2024, 3, 4, 12)


def hours(count: float) -> dt.timedelta:
    return dt.timedelta(hours=count)


def replaced(table: pa.Table, rows: list[dict[str, Any]]) -> pa.Table:
    empty = dict.fromkeys(table.column_names)
    return pa.Table.from_pylist([empty | row for row in rows], schema=table.schema)


def result_with(courses: list[dict[str, Any]], doses: list[dict[str, Any]] | None = None) -> StudyResult:
    """A study whose first courses are changed so; the other columns are those of the simulated courses."""
    study = example_study()
    rows = simulate_rows(study, len(courses), 5)
    simulated = rows["outcomes"].to_pylist()
    rows["outcomes"] = replaced(rows["outcomes"], [old | new for old, new in zip(simulated, courses, strict=True)])
    if doses is not None:
        rows["doses"] = replaced(rows["doses"], doses)
    return result_of_rows(study, rows)


def view_with(courses: list[dict[str, Any]], doses: list[dict[str, Any]] | None = None) -> ResultView:
    return ResultView(result_with(courses, doses))
