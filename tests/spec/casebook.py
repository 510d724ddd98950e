"""Many small examples in one run of an engine: each example gets its own persons, and all of one study run together."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

import pyarrow as pa

from abate.contracts.course_tables import COURSE_TABLES, CourseTables
from abate.contracts.definition import Study
from abate.engine.connection import Engine
from abate.outcomes.join import join_outcomes
from tests.tables import arrow_table, found_cell, parse_rows, written_cell

#: The study of an example that names no other.
STUDY = """
title = "Relief of pain by ketamine"
treatment.name = "ketamine"
rating.scale = "nrs"
response.primary = { points = 2 }
response.also = [{ percent = 50 }, { at_most = 3 }]
follow_up.visits = { visit_1 = ["14d", "60d"], visit_2 = ["61d", "150d"] }
events.window = ["0h", "end+24h"]
"""
#: The course of an example that gives no other: day 1 is the first of March.
COURSES = """
course_id | person_id | treatment | admission        | start            | end              | discharge        | weight_kg
a         | 1         | ketamine  | 2024-03-01 08:00 | 2024-03-01 10:00 | 2024-03-04 10:00 | 2024-03-05 12:00 | 80
"""
_DEFAULTS = {"person_id": "1", "course_id": "a", "scale": "nrs", "treatment": "ketamine"}
_PERSONS_EACH = 10


class _WrittenDownError(Exception):
    """Ends an example that is only written down."""


class Course:
    """One example: ``given`` its tables, ``then`` the rows that come of it.

    Columns left out are those of person 1, course a, scale nrs and treatment ketamine. A table that is not given is
    empty; one named in ``without`` is not recorded at all.
    """

    def __init__(self, book: Casebook | None, number: int) -> None:
        self._book, self._number = book, number
        self.study, self.tables, self.without = STUDY, {"courses": COURSES}, frozenset[str]()

    def given(self, *, study: str = "", without: tuple[str, ...] = (), **tables: str) -> None:
        self.study = STUDY + "\n[overrides]\n" + study if study else STUDY
        self.without = frozenset(without)
        self.tables |= tables

    def then(self, expected: str, table: str = "outcomes") -> None:
        """Compare the columns that ``expected`` names; the order of rows is of no account."""
        if self._book is None:
            raise _WrittenDownError
        wanted = parse_rows(expected)
        names = [name.strip() for name in expected.strip().splitlines()[0].split("|")]
        found = self._book.rows_of(self._number, table)
        assert sorted(_cells(row, names) for row in found) == sorted(_cells(row, names) for row in wanted)


class Casebook:
    """The examples of one test module on one engine; those of one study are joined at once, when the first is asked for."""

    def __init__(self, module: ModuleType, engine: Engine) -> None:
        self._engine = engine
        self._examples = [_record(test, number) for number, test in enumerate(_tests(module))]
        self._numbers = {test.__name__: number for number, test in enumerate(_tests(module))}
        self._results: dict[Any, dict[str, list[dict[str, Any]]]] = {}

    def course(self, test_name: str) -> Course:
        number = self._numbers[test_name]
        return Course(self, number)

    def rows_of(self, number: int, table: str) -> list[dict[str, Any]]:
        """Return the rows of one example, under the names that it gave to its persons and courses."""
        example = self._examples[number]
        key = (example.study, example.without)
        if key not in self._results:
            together = {n: other for n, other in enumerate(self._examples) if (other.study, other.without) == key}
            self._results[key] = _join(read_study(example.study), together, self._engine)
        return [_as_written(row, number) for row in self._results[key][table] if _is_of(row, number)]

    @staticmethod
    def join_one(
        study: Study, engine: Engine, entry: Mapping[str, str | None] | None = None, **tables: str
    ) -> dict[str, list[dict[str, Any]]]:
        """Join one example alone: for a study without a section, or for courses that did not enter (``entry``)."""
        course = Course(None, 0)
        course.tables |= tables
        found = _join(study, {0: course}, engine, entry or {})
        return {name: [_as_written(row, 0) for row in rows] for name, rows in found.items()}


def read_study(text: str = STUDY) -> Study:
    """Return the study of a text; what stands under ``[overrides]`` replaces what stands before it."""
    data = tomllib.loads(text)
    return Study.model_validate(_merged(data, data.pop("overrides", {})))


def _tests(module: ModuleType) -> list[Callable[[Course], None]]:
    functions = [f for name, f in vars(module).items() if name.startswith("test_") and inspect.isfunction(f)]
    return [function for function in functions if list(inspect.signature(function).parameters) == ["course"]]


def _record(test: Callable[[Course], None], number: int) -> Course:
    course = Course(None, number)
    try:
        test(course)
    except _WrittenDownError:
        return course
    raise AssertionError(f"{test.__name__} has no then()")


def _join(
    study: Study, examples: Mapping[int, Course], engine: Engine, entry: Mapping[str, str | None] = MappingProxyType({})
) -> dict[str, list[dict[str, Any]]]:
    without = next(iter(examples.values())).without
    arrow = {
        name: pa.concat_tables([_relabelled(name, course, number) for number, course in examples.items()])
        for name in COURSE_TABLES
        if name not in without
    }
    tables: dict[str, Any] = {name: engine.from_arrow(table, name) for name, table in arrow.items()}
    found = join_outcomes(
        study,
        CourseTables(findings=None, source_kind="examples", **tables),
        engine.from_arrow(_entry(arrow["courses"], entry), "entry"),
        engine,
    )
    return {name: engine.to_arrow(getattr(found, name)).to_pylist() for name in ("outcomes", "daily", "harm")}


def _entry(courses: pa.Table, lost: Mapping[str, str | None]) -> pa.Table:
    """Every course entered, but for those that were lost at a rule."""
    ids = courses["course_id"].to_pylist()
    lost_at = [lost.get(id.partition("-")[2]) for id in ids]
    return pa.table(
        {
            "course_id": pa.array(ids, pa.string()),
            "is_eligible": [rule is None for rule in lost_at],
            "lost_at": pa.array(lost_at, pa.string()),
        }
    )


def _relabelled(name: str, course: Course, number: int) -> pa.Table:
    """Give persons and courses of an example names that no other example has, and fill in what it leaves out."""
    rows = parse_rows(course.tables.get(name, "person_id"))
    for row in rows:
        for column in COURSE_TABLES[name].column_names:
            if column in _DEFAULTS and column not in row:
                row[column] = _DEFAULTS[column]
        if "person_id" in row:
            row["person_id"] = str(number * _PERSONS_EACH + int(row["person_id"] or 1))
        if "course_id" in row:
            row["course_id"] = f"{number}-{row['course_id']}"
    return arrow_table(name, rows)


def _is_of(row: Mapping[str, Any], number: int) -> bool:
    return row["course_id"].startswith(f"{number}-")


def _as_written(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    written = {**row, "course_id": row["course_id"].removeprefix(f"{number}-")}
    return written | ({"person_id": row["person_id"] - number * _PERSONS_EACH} if "person_id" in row else {})


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return base | {section: base.get(section, {}) | keys for section, keys in changes.items()}


def _cells(row: Mapping[str, Any], names: list[str]) -> tuple[str, ...]:
    return tuple(written_cell(value) if isinstance(value, str) else found_cell(value) for value in map(row.get, names))
