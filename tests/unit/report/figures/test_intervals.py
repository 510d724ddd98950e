"""Intervals narrower than their dots are said, not drawn."""

import pytest

from abate.contracts.result import Estimate
from abate.report.figures.intervals import are_hidden, say_intervals
from abate.report.figures.response import draw_response
from abate.report.figures.trajectory import draw_pain_by_day
from abate.report.view import ResultView
from tests.report_example import example_result, with_estimates


def mean(lower: float | None, upper: float | None) -> Estimate:
    return Estimate(id="m", quantity="", value=5.0, lower=lower, upper=upper, n=50)


@pytest.mark.parametrize(("width", "hidden"), [(0.41, True), (0.43, False)])
def test_an_interval_is_hidden_that_its_dot_of_ten_and_a_half_pixels_covers(width, hidden):
    # 25 pixels a point: 10.25 and 10.75 pixels
    assert are_hidden([mean(5, 5 + width)], 25) is hidden


def test_hidden_intervals_are_said_with_the_widest_of_them():
    text = say_intervals([mean(5, 5.031), mean(5, 5.012), None], 25, unit="points")
    assert text == "The 95\u202f% intervals are narrower than the dots and not drawn: 0.031 points wide at most."
    share = say_intervals([mean(0.4, 0.4087)], 328, unit="percentage points", factor=100)
    assert share.endswith("0.87 percentage points wide at most.")


def test_one_that_can_be_seen_makes_them_bars_and_none_makes_no_sentence():
    assert say_intervals([mean(5, 5.03), mean(4, 6)], 25, unit="points") == "Bars: 95\u202f% intervals."
    assert say_intervals([mean(None, None), None], 25, unit="points") == ""


def test_a_large_study_draws_no_interval_of_a_mean_and_says_so():
    result = example_result(61, seed=4)
    narrow = [
        Estimate(id=found.id, quantity=found.quantity, value=found.value, lower=found.value - 0.02, upper=found.value + 0.02, n=50_000)
        for found in result.estimates
        if found.id.startswith("daily.mean.") or found.id in ("baseline.mean", "final.mean")
    ]  # fmt: skip
    figure = draw_pain_by_day(ResultView(with_estimates(result, *narrow)))
    assert "not drawn: 0.040 points wide at most." in figure.caption
    rules = [layer for layer in figure.draw(720)[0]["layer"] if layer["mark"]["type"] == "rule"]
    assert all("x2" in row for layer in rules for row in layer["data"]["values"])  # grid only: intervals have no x2


def test_where_every_course_can_be_judged_nothing_is_drawn_twice():
    figure = draw_response(ResultView(example_result(40, seed=3, responders=1, finals=1)))
    assert "Dots: of all courses; every one can be judged." in figure.caption
    assert "Hollow" not in figure.caption
