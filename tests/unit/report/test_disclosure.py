"""The one door between per-course rows and figures."""

import ast
from pathlib import Path

import numpy as np
import pytest

import abate.report
from abate.report import disclosure
from tests.report_example import example_result

ROWS = {"outcomes", "daily", "harm", "doses"}
ROOM = Path(abate.report.__file__).parent


def reads_rows(path: Path) -> list[str]:
    """Attributes of these names that a module reads from anything called result."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ROWS]
    return [ast.unparse(node) for node in found]


def test_only_the_door_touches_rows_of_single_courses():
    readers = {path.name: found for path in ROOM.rglob("*.py") if (found := reads_rows(path))}
    assert set(readers) == {"disclosure.py"}


def test_no_key_of_a_person_or_course_is_named_outside_the_door():
    named = [
        path.name for path in ROOM.rglob("*.py") if "course_id" in path.read_text() or "person_id" in path.read_text()
    ]
    assert named == ["disclosure.py"]


@pytest.mark.parametrize(
    ("courses", "lines", "bars", "dots"), [(200, True, True, True), (201, False, True, True), (501, False, False, True), (2001, False, False, False)]
)  # fmt: skip
def test_single_marks_give_way_to_counts(courses, lines, bars, dots, monkeypatch):
    monkeypatch.setattr(disclosure, "course_count", lambda result: courses)
    allowed = (disclosure.single_lines_allowed, disclosure.single_bars_allowed, disclosure.single_dots_allowed)
    assert [allow(None) for allow in allowed] == [lines, bars, dots]


def test_flags_come_as_numbers_and_what_is_empty_as_nan():
    values = disclosure.course_values(example_result(3, finals=0), "event_any", "final", "start", "no_such_column")
    assert set(values["event_any"]) <= {0.0, 1.0}
    assert np.isnan(values["final"]).all()
    assert np.isnan(values["no_such_column"]).all()
    assert np.issubdtype(values["start"].dtype, np.datetime64)


def test_rows_of_days_carry_the_place_of_their_course_and_no_key():
    result = example_result(3)
    daily = disclosure.daily_ratings(result)
    assert set(daily) == {"course", "day", "value"}
    assert set(daily["course"]) == {0, 1, 2}
    first = [value for course, value in zip(daily["course"], daily["value"], strict=True) if course == 0]
    expected = [row["value"] for row in result.daily.to_pylist() if row["course_id"] == 1]
    assert first == expected


def test_without_rows_there_is_nothing_and_no_error():
    from dataclasses import replace

    bare = replace(example_result(2), outcomes=None, daily=None, harm=None, doses=None)
    assert disclosure.course_count(bare) == 0
    assert disclosure.course_values(bare, "final")["final"].size == 0
    assert disclosure.daily_ratings(bare)["course"].size == 0
