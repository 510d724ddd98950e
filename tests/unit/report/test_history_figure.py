"""The ways from class to class: blocks and bands add up, rarer classes share a block, and nothing to draw is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from abate.contracts.result import TreatmentWay
from abate.report.figures.drawing import render_drawing
from abate.report.figures.history import MOST_CLASSES, OTHERS, draw_history, ways_table
from abate.report.view import ResultView
from tests.report_example import example_result


def way(step, here, there, count, skipped=0):
    return TreatmentWay(step=step, drug_class=here, next_class=there, course_count=count, skipped_count=skipped)


WAYS = [
    way(1, "beta-blocker", "anticonvulsant", 20),
    way(1, "anticonvulsant", None, 4),
    way(2, "anticonvulsant", "tricyclic", 12),
    way(2, "anticonvulsant", None, 8),
    way(3, "tricyclic", None, 12, skipped=3),
]


def view_of(ways):
    return ResultView(replace(example_result(61), ways=ways))


@pytest.mark.parametrize("width", [720, 340])
def test_every_course_reaches_the_treatment(width):
    figure = draw_history(view_of(WAYS))
    (spec,) = figure.draw(width)
    render_drawing(spec)
    texts = [row["text"] for layer in spec["layer"] for row in layer["data"]["values"] if "text" in row]
    assert {"20 beta-blocker", "20 anticonvulsant", "4 anticonvulsant", "12 tricyclic", "24 ketamine"} <= set(texts)
    assert "24\u00a0courses with a dated preventive drug" in figure.caption.replace(" courses", "\u00a0courses")
    assert "Not drawn: 3 classes that came after step 3." in figure.caption.replace("\u00a0", " ")


def test_bands_leave_and_reach_whole_blocks():
    (spec,) = draw_history(view_of(WAYS)).draw(720)
    boxes = [row for layer in spec["layer"] if layer["mark"]["type"] == "rect" for row in layer["data"]["values"]]
    by_step = {}
    for box in boxes:
        by_step[box["x"]] = by_step.get(box["x"], 0) + box["y2"] - box["y"]
    assert list(by_step.values()) == [24, 24, 24, 24]


def test_rarer_classes_share_a_block():
    many = [way(1, f"class {place}", None, 30 - place) for place in range(MOST_CLASSES + 3)]
    (spec,) = draw_history(view_of(many)).draw(720)
    texts = [row["text"] for layer in spec["layer"] for row in layer["data"]["values"] if "text" in row]
    assert f"{sum(30 - place for place in range(MOST_CLASSES - 1, MOST_CLASSES + 3))} {OTHERS}" in texts
    assert len(ways_table(view_of(many)).rows) == MOST_CLASSES + 3


@pytest.mark.parametrize(
    ("ways", "words"), [(None, "hold no earlier treatments"), ([], "No preventive drug with a date")]
)
def test_nothing_to_draw_is_said(ways, words):
    figure = draw_history(view_of(ways))
    assert figure.draw is None
    assert words in figure.reason
