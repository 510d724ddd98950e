"""What had failed them, as the page shows it: classes with their reasons, and the headline by definition."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from abate.contracts.result import Estimate, SensitivityRow
from abate.inference.columns import eligible_courses
from abate.inference.failed import estimate_failed
from abate.report.drawn import draw_figures
from abate.report.failed_tables import definition_table, failed_table
from abate.report.html import render_page
from abate.report.prose import say_failed, say_sensitivity
from abate.report.sections import build_sections
from abate.report.tables import sensitivity_table
from abate.report.view import ResultView
from tests.report_example import example_result, example_study

FLAGS = (
    "has_failed",
    "no_effect",
    "not_tolerated",
    "contraindicated",
    "inferred",
    "fair",
    "may_be_fair",
    "may_have_failed",
)


@pytest.fixture(scope="module")
def result():
    found = example_result()
    courses = found.outcomes["course_id"].to_pylist()
    rows = [(course, "preventive", "tricyclic", ("has_failed", "no_effect", "inferred")) for course in courses[:40]]
    rows += [(course, "preventive", "=class<b>", ("has_failed", "not_tolerated")) for course in courses[:50]]
    rows += [(course, "acute", "triptan", ("may_have_failed",)) for course in courses[:7]]
    table = pa.table(
        {
            "course_id": [row[0] for row in rows],
            "role": [row[1] for row in rows],
            "drug_class": [row[2] for row in rows],
            **{flag: [flag in row[3] for row in rows] for flag in FLAGS},
        }
    )
    failed = estimate_failed(eligible_courses(example_study(), found.outcomes), table)
    change = next(row for row in found.estimates if row.id == "change.mean")
    counts = {
        f"refractory.{name}": Estimate(id=name, quantity=name, value=value)
        for name, value in (("courses", 41.0), ("not_known", 16.0))
    }
    other = SensitivityRow(
        id="refractory.goadsby-2006",
        change_of_rule="refractory migraine, Goadsby 2006",
        estimates={"change.mean": change, **counts},
    )
    return replace(found, estimates=[*found.estimates, *failed], sensitivity=[*found.sensitivity, other])  # fmt: skip


def test_the_most_often_failed_class_of_each_role_stands_first(result):
    table = failed_table(ResultView(result))
    assert [row.cells[0] for row in table.rows] == [
        "Preventive drugs",
        "=class<b>",
        "Tricyclic",
        "Acute drugs",
        "Triptan",
    ]
    assert [row.cells[1] for row in table.rows] == ["", "50/61 (82\u202f%)", "40/61 (66\u202f%)", "", "0/61 (0\u202f%)"]
    cells = dict(zip(table.columns, table.rows[2].cells, strict=True))
    assert (cells["No effect"], cells["Not tolerated"], cells["Only inferred"]) == ("40", "0", "40")
    assert dict(zip(table.columns, table.rows[4].cells, strict=True))["Failed: not known"] == "7"
    assert any("not a medical device" in note for note in table.notes)


def test_definitions_stand_in_a_table_of_their_own(result):
    view = ResultView(result)
    (row,) = definition_table(view).rows
    assert row.cells[1:3] == ("41", "16")
    assert row.cells[0].startswith("Refractory migraine, Goadsby 2006")
    assert "Goadsby" not in str(sensitivity_table(view))
    assert say_sensitivity(view) == say_sensitivity(ResultView(replace(result, sensitivity=result.sensitivity[:-1])))


def test_a_definition_that_nobody_meets_has_no_course_rather_than_no_rating(result):
    *others, last = result.sensitivity
    nobody = {**last.estimates, "refractory.courses": replace(last.estimates["refractory.courses"], value=0.0)}
    nobody["change.mean"] = replace(last.estimates["change.mean"], value=None, reason="no course has both ratings")
    view = ResultView(replace(result, sensitivity=[*others, replace(last, estimates=nobody)]))
    (row,) = definition_table(view).rows
    assert (row.cells[1], row.cells[3]) == ("0", "none: no course")


def test_it_says_why_no_row_need_hold_the_courses_that_entered(result):
    assert any(
        "61 courses entered, and no row need hold as many" in note
        for note in definition_table(ResultView(result)).notes
    )


def test_the_section_stands_where_the_run_found_it_out(result):
    assert [section.id for section in build_sections(ResultView(result))][2:5] == [
        "characteristics",
        "failed",
        "courses",
    ]
    assert "failed" not in [section.id for section in build_sections(ResultView(example_result()))]


def test_the_sentence_says_how_many_and_where_nothing_is_known_why(result):
    "Of 61 courses 40 had two classes and 10 one: the median is 2."
    assert say_failed(ResultView(result)).startswith(
        "Before the first dose a median of 2 classes of preventive drugs had failed, over 61 courses"
    )
    assert say_failed(ResultView(example_result())) == "What had failed before is not known."


def test_a_class_that_a_sheet_names_is_text_on_the_page(result):
    view = ResultView(result)
    sections = build_sections(view)
    page = render_page(view, sections, draw_figures(view, sections))
    assert "class&lt;b&gt;" in page
    assert "=class<b>" not in page
