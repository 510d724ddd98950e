"""Preventives before the infusion: bands add up to their boxes, at both widths, or a reason why there is no figure."""

from dataclasses import replace

import pytest

from abate.contracts.result import Estimate
from abate.report.figures.drawing import render_drawing
from abate.report.figures.treatments import _bands, _boxes, _sizes, draw_treatments, find_steps
from abate.report.view import ResultView
from tests.report_example import example_result

STEPS = (
    (1, "tricyclic", "SNRI", 3), (1, "tricyclic", "no further class", 2), (1, "SNRI", "tricyclic", 1),
    (2, "SNRI", "no further class", 3), (2, "no further class", "no further class", 2), (2, "tricyclic", "SNRI", 1),
    (3, "SNRI", "no further class", 1), (3, "no further class", "no further class", 5),
)  # fmt: skip


@pytest.fixture(scope="module")
def view():
    rows = [
        Estimate(
            id=f"order.{place}.{one}.{other}".lower(), quantity="a step", value=count, n=6, group=f"{one} → {other}"
        )
        for place, one, other, count in STEPS
    ]
    result = example_result(6)
    return ResultView(replace(result, estimates=[*result.estimates, *rows]))


def test_each_place_holds_all_courses_and_those_without_a_further_class_last(view):
    sizes = _sizes(find_steps(view))
    assert [sum(found.values()) for found in sizes] == [6, 6, 6, 6]
    assert [list(found)[-1] for found in sizes[1:]] == ["no further class"] * 3
    assert list(sizes[0]) == ["tricyclic", "SNRI"]


def test_bands_fill_the_boxes_that_they_leave_and_enter(view):
    steps = find_steps(view)
    columns = [_boxes(found, 6) for found in _sizes(steps)]
    bands = [*_bands(steps, columns, True), *_bands(steps, columns, False)]
    assert len(bands) == len(steps)
    for end, place_of in ((0, 0), (-1, 1)):
        for place in (1, 2, 3):
            column = columns[place - 1 + place_of]
            edges = sorted(
                (band[end]["y"], band[end]["y2"]) for band in bands if band[0]["series"].startswith(f"{place} ")
            )
            for name, box in column.items():
                inside = [edge for edge in edges if box.low - 1e-9 <= edge[0] < box.high - 1e-9]
                assert sum(high - low for low, high in inside) == pytest.approx(box.high - box.low), name


@pytest.mark.parametrize("width", [720, 340])
def test_it_is_as_wide_as_asked_with_names_and_counts(view, width):
    (panel,) = draw_treatments(view).draw(width)
    drawn = render_drawing(panel)
    assert drawn.attrib["width"] == str(width)
    texts = [element.text for element in drawn.iter("text")]
    assert "Tricyclic 5" in texts
    assert "No further class 2" in texts or any((text or "").startswith("No further") for text in texts)


def test_without_steps_the_reason_stands_in_its_place():
    figure = draw_treatments(ResultView(example_result(6)))
    assert figure.draw is None
    assert figure.reason == "No course has a preventive with a known start."
