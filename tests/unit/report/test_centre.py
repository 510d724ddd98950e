"""The page for the infusion centre: counts first, signals by shape, hidden counts as such, words where there is no chart."""

import re
from dataclasses import replace

import numpy as np
import pytest

from abate.contracts.result import PeriodKind, PeriodRow
from abate.report.calendar_names import name_period, short_name
from abate.report.centre import build_summary, comparison_table, has_summary, render_summary
from abate.report.figures.control_chart import chart_of_changes, chart_of_harm, chart_of_responses, draw_control_chart
from abate.report.figures.drawing import NARROW, WIDE
from abate.report.view import ResultView
from tests.report_example import example_result, example_study
from tests.unit.report.test_html import HOSTILE, Page

FORBIDDEN = re.compile(r"improv|significan|worse|better|benefit|effective|trend|reduced", re.IGNORECASE)


def month(place=0, **changes) -> PeriodRow:
    row = PeriodRow(kind=PeriodKind.MONTH, year=2020 + place // 12, number=place % 12 + 1, is_complete=True, is_charted=True, is_compared=False,
                    course_count=30, person_count=29, length_count=30, length_mean=5.0, length_sd=1.0, change_count=28, change_mean=-4.0, change_sd=2.0,
                    judged_count=28, responder_count=21, harm_known_count=30, event_count=20, infusion_days=150.0, final_missing_count=2,
                    return_known_count=25, return_count=5)  # fmt: skip
    return replace(row, **changes)


def hide(row: PeriodRow) -> PeriodRow:
    counts = {name: None for name in vars(row) if name.endswith("_count")}
    return replace(row, **counts, change_mean=None, length_mean=None, infusion_days=None)


def with_months(view, *rows):
    pair = [replace(row, is_compared=row in rows[-2:]) for row in rows]
    return ResultView(replace(view.result, periods=tuple(pair)))


def cells_of(view, now, before):
    return {row.cells[0]: row.cells[1:] for row in comparison_table(view, now, before).rows}


def texts_of(figure, width=WIDE):
    layers = [layer for spec in figure.draw(width) for layer in spec["layer"]]
    return [row["text"] for layer in layers for row in layer["data"]["values"] if "text" in row]


def points_of(figure):
    """Shape, and whether it is hollow, of each point by its period."""
    from abate.report.tokens import light

    found = {}
    for layer in figure.draw(WIDE)[0]["layer"]:
        mark = layer["mark"]
        if mark["type"] == "point":
            for row in layer["data"]["values"]:
                found[row["x"]] = (mark["shape"], mark["fill"] == light("paper"))
    return found


def test_counts_stand_before_percentages_and_intervals(view):
    cells = cells_of(view, month(2), month(1))
    assert cells["Courses"] == ("30", "30", "0")
    assert cells["Fall of 2 points or more, of courses judged"][0] == "21/28 (75\u202f%; 57 to 87\u202f%)"
    assert cells["Mean fall of pain, points"][0] == "n\u00a0=\u00a028: 4.0 (3.2 to 4.8)"
    assert cells["Adverse events per 100 days of infusion"][0] == "20 in 150 days: 13.3 (8.1 to 20.6)"
    assert cells["Back in care within 30 days, where known"][0].startswith("5/25")


def test_the_difference_of_falls_has_the_sign_of_a_fall(view):
    cells = cells_of(view, month(2, change_mean=-5.0), month(1, change_mean=-4.0))
    assert cells["Mean fall of pain, points"][2] == "+1.0 (\u22120.1 to 2.1)"


def test_few_courses_have_no_percentage_and_very_few_no_difference(view):
    few = month(2, judged_count=9, responder_count=6)
    assert cells_of(view, few, month(1))["Fall of 2 points or more, of courses judged"][0] == "6/9 (0.35 to 0.88)"
    few = month(2, judged_count=4, responder_count=3)
    assert (
        cells_of(view, few, month(1))["Fall of 2 points or more, of courses judged"][2]
        == "fewer than 5 courses in one of them"
    )


def test_hidden_counts_are_called_hidden_and_show_no_number(view):
    hidden = hide(month(2))
    cells = cells_of(view, hidden, month(1))
    assert {row[0] for row in cells.values()} == {"hidden"}
    assert {row[2] for row in cells.values()} <= {"hidden", "\u2013"}
    page = build_summary(with_months(view, *(month(place) for place in range(8)), hide(month(8)), month(9)))
    assert page.headline.endswith("a hidden number before")
    numbers = page.figures[0].numbers[0].rows[8].cells
    assert numbers[1:] == ("hidden", "hidden", "\u2013", "\u2013", "\u2013", "hidden")
    assert points_of(page.figures[0])[8] == ("cross", True)


def test_points_outside_and_in_runs_have_shapes_of_their_own():
    rows = [month(place, change_mean=-4.0 - (place % 2) / 10) for place in range(12)]
    rows[4], rows[7] = replace(rows[4], change_mean=-9.0), replace(rows[7], change_mean=0.0)
    points = points_of(draw_control_chart(chart_of_changes(), rows, ""))
    assert points[4][0] == "triangle-up"
    assert points[7][0] == "triangle-down"
    assert points[0][0] == "circle"
    shifted = [month(place, change_mean=-4.2 if place < 8 else -3.6) for place in range(16)]
    assert {shape for shape, _ in points_of(draw_control_chart(chart_of_changes(), shifted, "")).values()} == {"square"}


def test_months_with_fewer_than_ten_courses_are_hollow():
    rows = [month(place, course_count=9 if place == 3 else 10) for place in range(8)]
    points = points_of(draw_control_chart(chart_of_responses("x"), rows, ""))
    assert [place for place, (_, hollow) in points.items() if hollow] == [3]


def test_signals_are_named_in_words():
    rows = [month(place) for place in range(10)]
    rows[6] = replace(rows[6], event_count=90)
    figure = draw_control_chart(chart_of_harm(), rows, "")
    assert "Outside: July\u00a02020." in figure.caption
    quiet = draw_control_chart(chart_of_harm(), [month(place) for place in range(10)], "")
    assert "No month lies outside its limits. No run of 8 on one side." in quiet.finding


def test_a_run_is_named_by_its_ends_and_side():
    shifted = [month(place, change_mean=-4.2 if place < 8 else -3.6) for place in range(16)]
    caption = draw_control_chart(chart_of_changes(), shifted, "").caption
    assert (
        "January\u00a02020 to August\u00a02020 above the line and September\u00a02020 to April\u00a02021 below the line"
        in caption
    )


def test_of_many_signals_the_first_two_are_named_and_the_others_counted():
    rows = [month(place, event_count=90 if place % 4 == 0 else 2) for place in range(20)]
    assert "Outside: January\u00a02020, " in draw_control_chart(chart_of_harm(), rows, "").caption
    assert " more." in draw_control_chart(chart_of_harm(), rows, "").caption


@pytest.mark.parametrize(("count", "is_drawn"), [(6, True), (5, False)])
def test_six_points_make_a_chart(count, is_drawn):
    figure = draw_control_chart(chart_of_changes(), [month(place) for place in range(count)], "Too few.")
    assert (figure.draw is not None) is is_drawn
    assert figure.reason == (None if is_drawn else "Too few.")


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("count", [6, 14, 36, 120])
def test_names_on_the_axis_do_not_touch(width, count):
    figure = draw_control_chart(chart_of_changes(), [month(place) for place in range(count)], "")
    spec = figure.draw(width)[0]
    rows = [layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    names = next(found for found in rows if found[0]["text"] == "2020")
    gaps = np.diff([name["x"] for name in names]) * spec["width"] / count
    assert (gaps >= 28).all()


def test_a_small_months_limits_do_not_flatten_the_others():
    rows = [month(place, change_count=400, change_sd=2.0) for place in range(11)] + [
        month(11, change_count=2, change_mean=-4.1)
    ]
    spec = draw_control_chart(chart_of_changes(), rows, "").draw(WIDE)[0]
    ends = next(
        layer["encoding"]["y"]["scale"]["domain"] for layer in spec["layer"] if layer["mark"]["type"] == "point"
    )
    assert ends[1] - ends[0] < 1.0


def test_names_of_periods_hold_no_day():
    quarter, year = month(kind=PeriodKind.QUARTER, number=3), month(kind=PeriodKind.YEAR, number=1)
    assert [name_period(row) for row in (month(2), quarter, year)] == ["March\u00a02020", "Q3\u00a02020", "2020"]
    assert [short_name(month(12), month(11)), short_name(month(13), month(12)), short_name(quarter, month())] == [
        "2021",
        "Feb",
        "Q3",
    ]


def test_without_periods_it_says_why(view):
    page = build_summary(ResultView(replace(view.result, periods=())))
    assert page.comparison is None
    assert page.lede.startswith("No calendar can be laid on these courses")
    assert [figure.reason is not None for figure in page.figures] == [True]


def test_a_result_without_its_counts_by_period_says_so(view):
    page = build_summary(ResultView(replace(view.result, periods=None)))
    assert page.lede == page.figures[0].reason
    assert page.lede.startswith("Counts by calendar period are not part of this result")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"study": example_study(events=None)}, "The study does not ask for adverse events"),
        ({"harm_recorded": False}, "Adverse events are not recorded"),
    ],
)
def test_without_harm_the_chart_says_which(changes, reason):
    page = build_summary(ResultView(example_result(100, **changes)))
    assert page.figures[2].reason.startswith(reason)


def test_hidden_periods_are_not_taken_for_missing_ones(view):
    page = build_summary(with_months(view, *(hide(month(place)) for place in range(8))))
    assert page.headline.endswith("how many courses of ketamine is hidden in this edition")
    assert all("hidden in this edition" in figure.reason for figure in page.figures)
    one = build_summary(with_months(view, *(month(place) for place in range(7)), hide(month(7)))).headline
    assert one.endswith("a hidden number of courses of ketamine, and 30 before")


@pytest.mark.parametrize("changes", [{}, {"courses": 6}, {"courses": 1}, {"courses": 400}, {"courses": 40, "finals": 0}, {"courses": 40, "rated": False},
                                     {"courses": 40, "responders": 0}])  # fmt: skip
def test_every_study_makes_a_whole_page_without_a_judgement(changes):
    html = render_summary(ResultView(example_result(**changes)))
    page = Page(html.partition("</style>")[2])
    assert not FORBIDDEN.search(page.text)
    assert "None" not in page.text
    assert "nan" not in page.text.split()
    assert "Simulated data" in page.text
    assert "For research and for preparing a decision; not a medical device." in page.text
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in Page(html).tags}
    assert "http://" not in html
    assert "https://" not in html
    ids = [found["id"] for _, found in page.tags if found.get("id")]
    assert len(ids) == len(set(ids))
    assert sum(tag == "h1" for tag, _ in page.tags) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(name):
    base = example_study()
    study = example_study(title=name, treatment={**base.treatment.model_dump(), "name": name})
    page = Page(render_summary(ResultView(example_result(60, study=study))))
    plain = Page(render_summary(ResultView(example_result(60))))
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags}


def test_the_same_result_gives_the_same_page(view):
    assert render_summary(view) == render_summary(view)


def test_a_shared_page_of_hidden_periods_only_is_not_written(view):
    from abate.contracts.result import Edition

    shared = replace(view.result, edition=Edition(audience="share", smallest_count=5))
    hidden = replace(shared, periods=tuple(hide(month(place)) for place in range(3)))
    assert has_summary(ResultView(replace(shared, periods=(month(0), hide(month(1))))))
    assert not has_summary(ResultView(hidden))
    assert has_summary(ResultView(replace(hidden, edition=Edition())))
