"""Harm by term and grade: parts of a bar add up, unknown grades are outlined, bounds are never nothing."""

import pyarrow as pa

from abate.contracts.result import Estimate
from abate.report.figures.drawing import render_drawing
from abate.report.figures.harm import draw_harm
from abate.report.view import ResultView
from tests.report_example import example_result, example_study, result_of_rows, simulate_rows, with_estimates


def graded(grades: list[int | None]) -> ResultView:
    """Twelve courses; nausea in as many as there are grades, nothing else."""
    study = example_study()
    rows = simulate_rows(study, 12, 5)
    event = {"term": "nausea", "onset_hours": 5.0, "serious": False, "related": True, "was_present_before": False}
    events = [event | {"course_id": number, "grade": grade} for number, grade in enumerate(grades, start=1)]
    rows["harm"] = pa.Table.from_pylist(events, schema=rows["harm"].schema)
    courses = [
        course | {f"event_{term}": 0 for term in study.events.terms} | {"event_nausea": int(place < len(grades)), "event_count": int(place < len(grades))}
        for place, course in enumerate(rows["outcomes"].to_pylist())
    ]  # fmt: skip
    rows["outcomes"] = pa.Table.from_pylist(courses, schema=rows["outcomes"].schema)
    return ResultView(result_of_rows(study, rows))


def written(view: ResultView, width: float = 720) -> tuple[list[str], list[str]]:
    root = render_drawing(draw_harm(view).draw(width)[0])
    return [one.text or "" for one in root.iter("text")], [one.text or "" for one in root.iter("title")]


def test_courses_stand_by_worst_grade_and_without_one():
    texts, titles = written(graded([1, 1, 2, 4, None]))
    assert {"grade 1", "grade 2", "grade 3 or more", "grade not recorded"} <= set(texts)
    assert titles[0].startswith("Nausea: 5 of 12 (42\u202f%")
    assert "; worst grade 1 in 2, grade 2 in 1, grade 3 or more in 1 and grade not recorded in 1;" in titles[0]


def test_parts_of_a_bar_are_as_long_as_their_counts():
    layers = draw_harm(graded([1, 1, 2])).draw(720)[0]["layer"]
    bars = [
        row["x2"] - row["x"]
        for layer in layers
        if layer["mark"]["type"] == "rect" and "aria" not in layer["mark"]
        for row in layer["data"]["values"]
    ]
    assert len(bars) == 2
    assert round(bars[0] / bars[1], 6) == 2


def test_without_any_grade_the_figure_is_by_term_and_says_so():
    figure = draw_harm(graded([None, None]))
    assert figure.claim == "Adverse events by term."
    assert "No grade is recorded." in figure.caption
    texts, _ = written(graded([None, None]))
    assert "grade not recorded" not in texts


def test_counts_stand_with_their_common_denominator_in_the_head():
    texts, _ = written(graded([1, 1, 2]))
    assert "courses, of 12" in texts
    assert "3 (25\u202f%)" in texts


def test_an_upper_bound_of_many_courses_does_not_look_like_nothing():
    none = Estimate(
        id="harm.seizure.rate", quantity="", value=0.0, lower=0.0, upper=0.00142, numerator=0, denominator=260_000
    )
    texts, titles = written(ResultView(with_estimates(example_result(61), none)))
    assert "none seen; up to 0.0014" in texts
    assert any("up to 0.0014 for each 100 days" in title for title in titles)


def test_any_and_any_serious_event_stand_under_the_terms():
    texts, _ = written(ResultView(example_result(61)))
    assert {"Any event", "Any serious event", "none seen; up to 5.9\u202f% of courses"} <= set(texts)
