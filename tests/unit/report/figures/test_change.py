"""Admission against discharge: the limit of each rule, and names that do not touch."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abate.contracts.definition import ResponseRule
from abate.report.figures.before_and_after import draw_before_and_after, limit_line, moved_apart
from abate.report.figures.change import draw_changes
from abate.report.figures.drawing import render_drawing

ENDS = (-0.5, 10.5)


def texts_of(figure, width):
    return [element.text for element in render_drawing(figure.draw(width)[0]).iter("text")]


@pytest.mark.parametrize(
    ("rule", "low", "places"),
    [
        (ResponseRule(points=2), -0.5, ((1.5, -0.5), (10.5, 8.5))),
        (ResponseRule(percent=50), 0, ((0, 0), (10.5, 5.25))),
        (ResponseRule(percent=30), 0, ((0, 0), (10.5, 7.35))),
        (ResponseRule(at_most=3), 0, ((0, 3), (10.5, 3))),
        (ResponseRule(percent=100), 0, ((0, 0), (10.5, 0))),
        (ResponseRule(points=12), 0, ((11.5, -0.5), (10.5, -0.5))),
    ],
)
def test_the_line_on_and_below_which_a_rule_is_met(rule, low, places):
    (x, y), (x2, y2) = limit_line(rule, ENDS, low)
    assert (x, y, x2, y2) == pytest.approx((*places[0], *places[1]))


def test_every_declared_rule_is_named_at_both_widths(view):
    figure = draw_before_and_after(view)
    wide, narrow = texts_of(figure, 720), texts_of(figure, 340)
    assert {"no change", "Fall of 2 points or more", "Fall of 30\u202f% or more", "Fall of 50\u202f% or more"} <= set(
        wide
    )
    assert {"no change", "\u22122 points", "\u221230\u202f%", "\u221250\u202f%"} <= set(narrow)
    assert "Dashed: limits of the other rules." in figure.caption


@given(st.lists(st.floats(0, 400), min_size=1, max_size=8))
def test_names_never_touch_and_keep_their_order(places):
    heights = [15.0] * len(places)
    found = moved_apart(places, heights, 400)
    order = sorted(range(len(places)), key=lambda place: places[place])
    assert all(found[b] - found[a] >= 15 - 1e-6 for a, b in itertools.pairwise(order))
    assert max(found) <= 400 - 7.5 + 1e-6


def test_one_course_is_the_course(one_patient):
    changes, pairs = draw_changes(one_patient), draw_before_and_after(one_patient)
    assert (changes.claim, changes.finding) == ("The change of the course.", "The change was \u22128.0 points.")
    assert pairs.caption.startswith("The dot is the course.")
    assert pairs.finding == "Pain was 8.0 before and 0.0 at the end."
    assert "0 did not meet the rule" not in texts_of(changes, 720)


def test_directions_name_their_courses(view):
    # counted by hand from the table behind the figure
    rows = [found.cells for found in draw_before_and_after(view).numbers[0].rows]
    fell, rose, same = (
        sum(int(n) for before, after, n in rows if test(float(before), float(after)))
        for test in (lambda b, a: a < b, lambda b, a: a > b, lambda b, a: a == b)
    )
    assert (
        draw_before_and_after(view).finding
        == f"Pain fell in {fell} of 58 courses, rose in {rose or 'none'} and did neither in {same or 'none'}."
    )
