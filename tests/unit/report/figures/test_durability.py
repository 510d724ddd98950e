"""Return to care: the steps agree with the estimates, few at risk have no interval, the windows stand on the axis."""

import pytest

from abate.contracts.result import Estimate
from abate.report.figures.drawing import render_drawing
from abate.report.figures.durability import FollowDay, count_returns, draw_return, draw_sustained, stepped
from abate.report.view import ResultView
from tests.report_example import example_result, with_estimates


def test_steps_of_four_courses_by_hand():
    # 4 followed: one returns on day 10, one leaves on day 15, one returns on day 20: 1 - 3/4 * 1/2 = 0.625
    returns = [FollowDay(day=10, at_risk=4, returned=1), FollowDay(day=20, at_risk=2, returned=1)]
    assert list(stepped(returns, 30)) == [(0, 0), (10, 0.25), (20, 0.625), (30, 0.625)]
    assert list(stepped(returns, 15)) == [(0, 0), (10, 0.25), (15, 0.25)]


@pytest.mark.parametrize("courses", [6, 61, 180])
def test_the_curve_passes_through_the_estimates(courses):
    view = ResultView(example_result(courses))
    for day in (30, 90, 180):
        found = view.known(f"return.day_{day}")
        if found is not None:
            assert stepped(count_returns(view), day)[-1][1] == pytest.approx(found.value, abs=1e-9)


def test_fewer_than_ten_at_risk_have_a_hollow_dot_and_no_interval():
    few = Estimate(id="return.day_180", quantity="", value=0.7, lower=0.5, upper=0.9, n=61, numerator=40, denominator=9)
    enough = Estimate(
        id="return.day_90", quantity="", value=0.5, lower=0.4, upper=0.6, n=61, numerator=30, denominator=10
    )
    figure = draw_return(ResultView(with_estimates(example_result(61), few, enough)))
    assert "Hollow, without an interval: fewer than 10 courses still followed." in figure.caption
    titles = [element.text for element in render_drawing(figure.draw(720)[0]).iter("title")]
    assert titles[1:] == [
        "By day 90: 50\u202f% (40 to 60\u202f%) had returned to care; 10 courses still followed, of 61",
        "By day 180: 70\u202f% had returned to care; 9 courses still followed, of 61",
    ]


def test_the_windows_of_the_visits_stand_on_the_axis(view):
    texts = [element.text for element in render_drawing(draw_return(view).draw(720)[0]).iter("text")]
    assert {"visit 1", "visit 2", "Days since discharge", "at risk"} <= set(texts)


def test_one_patient_has_no_curve(one_patient):
    figure = draw_return(one_patient)
    assert figure.reason == "The patient was not seen to return to care within 180 days of discharge."


def test_no_final_rating_is_not_no_responder():
    figure = draw_sustained(ResultView(example_result(20, finals=0)))
    assert figure.reason == "No sustained response can be drawn: the response cannot be judged."
