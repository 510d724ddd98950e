"""Who points at a mark reads its estimate, interval and n; whatever comes from records is text there too."""

import pytest

from abate.report.drawn import draw_figure
from abate.report.figures.drawing import render_drawing
from abate.report.figures.entry import draw_attrition
from abate.report.figures.nadir import draw_nadir_days
from abate.report.figures.rated_days import draw_missing_by_day
from abate.report.figures.response import draw_response, draw_time_to_response
from abate.report.figures.sheet import Sheet
from abate.report.figures.trajectory import draw_pain_by_day


def titles_of(figure, panel=0, width=720):
    return [element.text for element in render_drawing(figure.draw(width)[panel]).iter("title")]


def test_a_title_is_text_whatever_it_holds():
    sheet = Sheet(width=200, height=100, x=(0, 1), y=(0, 1))
    sheet.hover([{"x": 0, "x2": 1, "y": 0, "y2": 1, "text": "</title><script>alert(1)</script>\x00 \u202e"}])
    root = render_drawing(sheet.spec())
    assert [element.text for element in root.iter("title")] == ["</title><script>alert(1)</script>\ufffd \u202e"]
    assert {element.tag for element in root.iter()} <= {"svg", "g", "path", "title"}
    assert not any("aria" in name or name == "role" for element in root.iter() for name in element.attrib)


def test_the_box_that_says_it_is_not_seen():
    sheet = Sheet(width=200, height=100, x=(0, 1), y=(0, 1))
    sheet.hover([{"x": 0, "x2": 1, "y": 0, "y2": 1, "text": "a"}])
    (path,) = [one for one in render_drawing(sheet.spec()).iter("path") if one.find("title") is not None]
    assert path.attrib["fill-opacity"] == "0"


def test_a_day_says_its_mean_with_interval_and_n(view):
    day = view.estimate("daily.mean.day_3")
    said = titles_of(draw_pain_by_day(view))[2]
    assert said == f"Day 3: mean {day.value:.1f} ({day.lower:.1f} to {day.upper:.1f}), n\u00a0=\u00a0{day.n}"
    assert titles_of(draw_pain_by_day(view), panel=1)[0].startswith(
        "Day 1: 61 courses ran, 0 paused; median rates 10 to "
    )


def test_one_patient_has_values_without_interval(one_patient):
    assert titles_of(draw_pain_by_day(one_patient))[0] == "Day 1: 5.4"


@pytest.mark.parametrize("width", [720, 340])
def test_a_rule_says_its_shares(view, width):
    said = titles_of(draw_response(view), width=width)[0]
    assert said == (
        "Fall of 2 points or more: 44 of 58 (76\u202f%; 63 to 85\u202f%) of the courses that can be judged; "
        "44 of 61 (72\u202f%; 60 to 82\u202f%) missing counted as no response"
    )


def test_other_figures_say_their_counts(view):
    first = view.attrition[1]
    assert (
        f"Left: {first.persons} persons, {first.courses} courses. Removed: {first.persons_lost} persons"
        in titles_of(draw_attrition(view))[1]
    )
    assert titles_of(draw_nadir_days(view))[0].startswith("Day 1: lowest in ")
    assert titles_of(draw_missing_by_day(view))[0] == "Day 1: all 61 courses rated"
    assert titles_of(draw_time_to_response(view))[0].startswith("Within 1 day: ")


def test_titles_reach_the_page_and_the_saved_figure(view):
    drawn = draw_figure(view, draw_response(view), 1)
    for picture in (drawn.wide, drawn.narrow, drawn.file):
        assert "<title>Fall of 2 points or more: 44 of 58" in picture
