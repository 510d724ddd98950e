"""The swimmer plot: lengths, rates, gaps and reasons of courses written by hand."""

import math
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from abate.report import disclosure
from abate.report.figures.drawing import render_drawing
from abate.report.figures.swimmer import Line, count_ends, draw_swimmer, find_lines, rate_cuts
from abate.report.view import ResultView
from tests.report_example import example_result
from tests.unit.report.figures.rows import START, hours, view_with


def course(
    length: float | None, stay: float | None, reason: str | None = "completed", **more: object
) -> dict[str, object]:
    """One course from noon of day 1; ``length`` and ``stay`` in hours from its first dose."""
    return {
        "start": START,
        "end": None if length is None else START + hours(length),
        "discharge": None if stay is None else START + hours(stay),
        "end_reason": reason,
        "first_response_hours": None,
        "nadir_day": None,
    } | more


def dose(number: int, start: float, end: float, rate: float | None) -> dict[str, object]:
    return {
        "course_id": number,
        "start": START + hours(start),
        "end": START + hours(end),
        "rate_mg_h": rate,
        "basis": "rate in sig",
    }


def line(*stretches: tuple[float, float, float], end: float = 1) -> Line:
    return Line(
        end=end, discharge=math.inf, first_response=math.inf, lowest=math.inf, reason="unknown", stretches=stretches
    )


def test_courses_are_counted_by_the_day_of_24_hours_on_which_they_ended():
    # 24 h is the end of day 1, 24.5 h is on day 2
    view = view_with([course(24, 30), course(24.5, 30, "adverse event"), course(47, 60, None), course(72, 80)])
    ends = count_ends(view)
    assert [(day.day, sum(day.ended.values()), day.running) for day in ends.by_day] == [(1, 1, 3), (2, 2, 1), (3, 1, 0)]
    assert [day.ended["adverse event"] for day in ends.by_day] == [0, 1, 0]
    assert [day.ended["unknown"] for day in ends.by_day] == [0, 1, 0]
    assert (ends.course_count, ends.unknown_count) == (4, 0)


def test_still_running_is_counted_for_every_hour():
    ends = count_ends(view_with([course(2, 9), course(24, 30)]))
    assert len(ends.by_hour) == 25
    assert ends.by_hour[:4] == [2, 2, 1, 1]
    assert ends.by_hour[23:] == [1, 0]


def test_a_last_dose_without_an_end_runs_until_discharge_and_without_both_it_is_left_out_and_said():
    view = view_with([course(None, 40), course(None, None), course(30, 40)])
    ends = count_ends(view)
    assert (ends.course_count, ends.unknown_count) == (2, 1)
    assert draw_swimmer(view).caption.endswith("n\u00a0=\u00a02 courses. 1 course of unknown length: not drawn.")


def test_lines_are_sorted_by_length_and_stretches_side_by_side_are_added():
    doses = [dose(1, 0, 10, 5), dose(1, 4, 8, 10), dose(1, 20, 30, 5), dose(2, 0, 12, 7), dose(2, 3, 3, None)]
    short, long = find_lines(view_with([course(30, 40), course(12, 20)], doses))
    assert (short.end, long.end) == (0.5, 1.25)
    assert short.stretches == ((0, 0.5, 7),)
    found = [(round(24 * start, 6), round(24 * end, 6), rate) for start, end, rate in long.stretches]
    assert found == [(0, 4, 5), (4, 8, 15), (8, 10, 5), (20, 30, 5)]


def test_moments_lie_on_the_clock_of_the_first_dose():
    # calendar days: day 2 runs from midnight, 12 h after the first dose at noon, to 36 h; its middle is 24 h = 1 day
    (found,) = find_lines(view_with([course(60, 66, first_response_hours=18.0, nadir_day=2)]))
    assert found.first_response == 0.75
    assert found.lowest == pytest.approx(1.0)
    assert found.discharge == 2.75


def test_the_lowest_day_is_marked_in_the_part_of_it_that_the_course_reached():
    # day 1 is from the first dose at noon to midnight, 0 to 12 h; discharge after 6 h leaves 0 to 6 h
    (found,) = find_lines(view_with([course(3, 6, nadir_day=1)]))
    assert found.lowest == pytest.approx(3 / 24)


def test_cuts_part_the_hours_in_thirds_at_round_rates():
    assert rate_cuts([line((0, 1, 12), (1, 2, 31), (2, 3, 58))]) == [20, 40]
    assert rate_cuts([line((0, 1, 10))]) == ()
    assert rate_cuts([line()]) == ()


@pytest.mark.parametrize("rates", [(10, 20, 30), (1, 40, 40.5), (0.3, 0.4, 0.9), (5, 100, 100)])
def test_cuts_lie_between_the_lowest_and_the_highest_rate(rates):
    low, high = rate_cuts([line(*((day, day + 1.0, rate) for day, rate in enumerate(rates)))])
    assert min(rates) < low < high <= max(rates)


def test_the_table_is_counts_by_day_and_reason_and_holds_no_course():
    view = view_with([course(20, 30), course(30, 40, "no effect"), course(31, 40, None)])
    table = draw_swimmer(view).numbers[0]
    assert table.columns == (
        "Day of 24 hours",
        "Completed",
        "No effect",
        "Reason not known",
        "Ended, in all",
        "Still running at its end",
    )
    assert [found.cells for found in table.rows] == [
        ("Day 1", "1", "0", "0", "1", "2"),
        ("Day 2", "0", "1", "1", "2", "0"),
    ]


def test_where_no_reason_is_recorded_the_table_says_so():
    table = draw_swimmer(view_with([course(20, 30, None), course(30, 40, "unknown")])).numbers[0]
    assert table.columns == ("Day of 24 hours", "Ended, in all", "Still running at its end")
    assert table.notes == ("Why courses ended is not recorded.",)


def texts_of(view: ResultView, width: float = 720) -> list[str]:
    figure = draw_swimmer(view)
    assert figure.draw is not None
    return [element.text or "" for element in render_drawing(figure.draw(width)[0]).iter("text")]


def test_the_key_names_only_what_is_there():
    texts = texts_of(view_with([course(20, 30, "adverse event"), course(30, 40)], [dose(1, 0, 20, 10)]))
    assert "ended: adverse event (1)" in texts
    assert "infusion ran" in texts
    assert not {"first response", "lowest day", "ended: no effect (1)"} & set(texts)


def test_a_day_says_how_many_ended_and_how_many_went_on():
    figure = draw_swimmer(view_with([course(20, 30), course(30, 40), course(31, 40)]))
    titles = [element.text for element in render_drawing(figure.draw(720)[0]).iter("title")]
    assert titles[:2] == [
        "Day 1: 1 course ended; 2 of 3 courses still ran at its end",
        "Day 2: 2 courses ended; none of 3 courses still ran at its end",
    ]


def test_many_courses_are_a_curve(monkeypatch):
    monkeypatch.setattr(disclosure, "MOST_SINGLE_LINES", 5)
    view = ResultView(example_result(6))
    figure = draw_swimmer(view)
    assert find_lines(view) == []
    assert figure.claim == "Courses still running, by the hours since the first dose."
    spec = figure.draw(340)[0]
    assert sum(layer["mark"]["type"] == "line" for layer in spec["layer"]) == 1
    assert "Still running, share of courses" in texts_of(view)


def test_marks_of_single_courses_say_nothing_when_pointed_at(view):
    drawing = render_drawing(draw_swimmer(view).draw(720)[0])
    titles = [element.text for element in drawing.iter("title")]
    assert titles
    assert all(title.startswith("Day ") for title in titles)


def test_the_order_of_courses_and_doses_does_not_matter(result):
    turned = replace(result, outcomes=result.outcomes[::-1], doses=result.doses[::-1])
    one, other = (draw_swimmer(ResultView(found)).draw(720)[0] for found in (result, turned))
    assert one == other


def test_two_hundred_courses_take_less_than_half_a_megabyte():
    figure = draw_swimmer(ResultView(example_result(200)))
    assert len(ElementTree.tostring(render_drawing(figure.draw(720)[0]))) < 400_000


def test_no_known_length_and_no_course_have_a_reason():
    figure = draw_swimmer(view_with([course(None, None)]))
    assert figure.draw is None
    assert figure.reason == "No course has a known length."


def test_a_course_beyond_two_weeks_goes_on_in_the_numbers():
    figure = draw_swimmer(view_with([course(24 * 20, 24 * 21), course(30, 40)]))
    assert "1 course ran on after day 14: in the numbers." in figure.caption
    assert len(figure.numbers[0].rows) == 20
    assert render_drawing(figure.draw(340)[0]) is not None
