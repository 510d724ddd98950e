"""Each figure: drawn at both widths, with its numbers, the same on every run; or the reason why not."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from abate.report import disclosure
from abate.report.drawn import draw_figure, draw_figures
from abate.report.figures import drawing
from abate.report.figures.before_and_after import draw_before_and_after
from abate.report.figures.change import draw_changes
from abate.report.figures.counts import count_axis
from abate.report.figures.drawing import render_drawing, render_file, render_inline, render_png, stack
from abate.report.figures.entry import draw_attrition
from abate.report.figures.figure import Figure, tenths
from abate.report.figures.harm import draw_harm
from abate.report.figures.nadir import draw_nadir_days
from abate.report.figures.pairs import packed
from abate.report.figures.rated_days import draw_missing_by_day
from abate.report.figures.response import draw_response
from abate.report.figures.sheet import Sheet
from abate.report.figures.trajectory import draw_pain_by_day
from abate.report.html import render_page
from abate.report.report_table import row, table
from abate.report.sections import build_sections
from abate.report.view import ResultView
from tests.report_example import example_result

IDS = ["pain-by-day", "ratings-by-day", "attrition", "swimmer", "before-and-after", "change", "response", "time-to-response", "nadir-day",
       "harm", "sustained", "return-to-care", "tipping", "published"]  # fmt: skip


def figures_of(view: ResultView) -> dict[str, Figure]:
    return {figure.id: figure for section in build_sections(view) for figure in section.figures}


def texts_of(figure: Figure, width: float = 720) -> str:
    assert figure.draw is not None
    return " ".join(
        text
        for panel in figure.draw(width)
        for text in ElementTree.tostringlist(render_drawing(panel), "unicode", method="text")
    )


def test_all_figures_are_there_in_order(view):
    assert list(figures_of(view)) == IDS


@pytest.mark.parametrize("id", IDS)
def test_every_figure_has_numbers_n_and_a_finding(view, id):
    figure = figures_of(view)[id]
    assert "n\u00a0=\u00a0" in figure.caption
    assert figure.finding.endswith(".")
    assert not figure.numbers[0].is_empty


@pytest.mark.parametrize("courses", [1, 6, 61])
@pytest.mark.parametrize("width", [720, 340])
def test_figures_are_as_wide_as_asked_at_every_size_of_study(courses, width):
    for figure in figures_of(ResultView(example_result(courses))).values():
        if figure.draw is not None:
            widths = {render_drawing(panel).attrib["width"] for panel in figure.draw(width)}
            assert widths == {str(width)}, figure.id


def test_two_drawings_of_one_result_are_the_same_to_the_byte(result):
    def drawn() -> list[str]:
        view = ResultView(result)
        return [found.wide + found.narrow + found.file for found in draw_figures(view, build_sections(view)).values()]

    assert drawn() == drawn()


def test_a_picture_is_the_same_to_the_byte(view):
    figure = draw_figure(view, figures_of(view)["response"], 1)
    assert figure.png == figure.png
    assert figure.png.startswith(b"\x89PNG")


def test_the_order_of_rows_does_not_matter(result):
    shuffled = replace(
        result,
        daily=result.daily.sort_by([("value", "descending")]),
        doses=result.doses.sort_by([("rate_mg_h", "descending")]),
    )
    one, other = (draw_pain_by_day(ResultView(found)) for found in (result, shuffled))
    assert one.draw is not None
    assert other.draw is not None
    assert one.draw(720) == other.draw(720)


def test_units_stand_on_the_axes(view):
    figures = figures_of(view)
    assert "Pain, numeric rating scale, 0 to 10" in texts_of(figures["pain-by-day"])
    assert "Ketamine, mg/h" in texts_of(figures["pain-by-day"])
    assert "Change, points (final minus baseline)" in texts_of(figures["change"])
    assert "Days since discharge" in texts_of(figures["return-to-care"])
    assert "per 100 infusion-days" in texts_of(figures["harm"])


def test_n_stands_under_every_day(view):
    counts = [str(view.estimate(f"daily.mean.day_{day}").n) for day in range(1, 8)]
    written = [element.text for element in render_drawing(draw_pain_by_day(view).draw(720)[0]).iter("text")]
    assert any(written[place : place + 7] == counts for place in range(len(written)))


def test_single_lines_are_drawn_only_where_the_door_allows(view, monkeypatch):
    def joined_lines() -> int:
        layers = [layer for layer in draw_pain_by_day(view).draw(720)[0]["layer"] if layer["mark"]["type"] == "line"]
        return max(len({row["series"] for row in layer["data"]["values"]}) for layer in layers)

    assert joined_lines() == 61
    monkeypatch.setattr(disclosure, "MOST_SINGLE_LINES", 60)
    assert "Bands: the middle half and the middle 90" in draw_pain_by_day(view).caption
    assert joined_lines() < 10


def test_many_courses_become_counts(view, monkeypatch):
    monkeypatch.setattr(disclosure, "MOST_SINGLE_DOTS", 10)
    monkeypatch.setattr(disclosure, "MOST_SINGLE_BARS", 10)
    grid, histogram = draw_before_and_after(view), draw_changes(view)
    assert "their number stands in it" in grid.caption
    assert sum(int(found.cells[2]) for found in grid.numbers[0].rows) == 58
    assert sum(int(found.cells[1]) for found in histogram.numbers[0].rows) == 58
    assert render_drawing(grid.draw(340)[0]) is not None
    assert render_drawing(histogram.draw(720)[0]) is not None


def test_numbers_of_single_dots_are_all_courses_with_both_ratings(view):
    assert sum(int(found.cells[2]) for found in draw_before_and_after(view).numbers[0].rows) == 58


def test_no_key_of_a_course_reaches_a_drawing(view):
    rows = [layer["data"]["values"] for panel in draw_pain_by_day(view).draw(720) for layer in panel["layer"]]
    assert {key for values in rows for value in values for key in value} <= {
        "x",
        "y",
        "x2",
        "y2",
        "series",
        "text",
        "n",
    }


@pytest.mark.parametrize(
    ("changes", "id", "reason"),
    [
        ({"finals": 0}, "change", "No course has both a baseline and a final rating"),
        ({"rated": False}, "pain-by-day", "There is no rating after the first dose to draw."),
        ({"rated": False}, "nadir-day", "No course has a rating after the first dose"),
        ({"harm_recorded": False}, "harm", "the records do not hold adverse events"),
        ({"responders": 0, "seed": 3}, "sustained", "no course responded"),
    ],
)
def test_an_empty_figure_gives_its_reason(changes, id, reason):
    figure = figures_of(ResultView(example_result(20, **changes)))[id]
    assert figure.draw is None
    assert reason in figure.reason


def test_a_figure_that_the_library_refuses_gives_the_reason_and_keeps_its_numbers(view, monkeypatch):
    def refuse(spec):
        raise ValueError("Unexpected token\nand a long trace")

    monkeypatch.setattr("abate.report.drawn.render_drawing", refuse)
    drawn = draw_figure(view, draw_response(view), 1)
    assert drawn.reason == "This figure could not be drawn: Unexpected token. Its numbers stand below."
    assert not drawn.figure.numbers[0].is_empty


def test_both_statistics_of_the_lowest_day_are_written(view):
    text = texts_of(draw_nadir_days(view))
    assert "mean of lowest days" in text
    assert "lowest mean (n" in text


def test_none_seen_is_drawn_with_its_bound(view):
    assert "none seen; up to" in texts_of(draw_harm(view))


def test_only_the_most_frequent_terms_are_drawn_and_the_caption_says_so(view, monkeypatch):
    monkeypatch.setattr("abate.report.figures.harm.MOST_TERMS", 2)
    figure = draw_harm(view)
    assert "The 2 most frequent of 6 terms." in figure.caption
    assert len(figure.numbers[0].rows) > 6


def sheet() -> Sheet:
    made = Sheet(width=200, height=100, x=(0, 1), y=(0, 1))
    made.x_axis([0, 1])
    made.dots([{"x": 0.5, "y": 0.5}], hue="pain")
    return made


def test_a_drawing_holds_no_ids_and_asks_for_nothing():
    svg = ElementTree.tostring(render_drawing(sheet().spec()), "unicode")
    assert not any(word in svg for word in (" id=", "href", "url(", "clip", "style=", "class="))


def test_names_from_records_are_text_in_a_drawing():
    made = sheet()
    made.texts([{"x": 0.5, "y": 0.5, "text": "</svg><script>alert(1)</script> a\x00b \u202e \U0001f600 \"'&"}])
    root = render_drawing(made.spec())
    assert {element.tag for element in root.iter()} <= {"svg", "g", "path", "text", "line"}
    assert "</svg><script>alert(1)</script> a\ufffdb \u202e \U0001f600 \"'&" in "".join(root.itertext())


def test_a_long_name_is_cut_to_its_place():
    made = sheet()
    made.column_of_notes([{"y": 0.5, "text": "x" * 300}, {"y": 0.2, "text": "short"}], x=0, limit=80)
    texts = [element.text for element in render_drawing(made.spec()).iter("text")]
    assert "short" in texts
    assert any(text.endswith("\u2026") and len(text) < 40 for text in texts)


def test_an_element_that_is_no_drawing_is_refused(monkeypatch):
    monkeypatch.setattr(drawing, "_ELEMENTS", frozenset({"svg", "g"}))
    with pytest.raises(ValueError, match="the drawing holds an element"):
        render_drawing(sheet().spec())


def test_in_the_page_colours_follow_the_theme_and_the_finding_is_read_aloud():
    svg = render_inline(render_drawing(sheet().spec()), id="f", css_class="wide", description="<b>45 of 59</b>")
    assert 'fill="var(--pain)"' in svg
    assert "#1f5b99" not in svg
    assert '<title id="f-t">&lt;b&gt;45 of 59&lt;/b&gt;</title>' in svg
    assert 'role="img" aria-labelledby="f-t"' in svg


def test_a_saved_figure_has_title_source_and_its_own_colours():
    svg = render_file(
        render_drawing(sheet().spec()), title="Pain fell & rose", caption="Dots: means.", source="abate, simulated data"
    )
    assert "Pain fell &amp; rose" in svg
    assert "simulated data" in svg
    assert "#1f5b99" in svg
    assert render_png(svg).startswith(b"\x89PNG")


def test_panels_are_stacked_on_one_clock():
    one = render_drawing(sheet().spec())
    both = stack([one, render_drawing(sheet().spec())])
    assert (both.attrib["width"], both.attrib["height"]) == ("200", "200")


@pytest.mark.parametrize(
    ("low", "high", "places"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (36, 78, [40, 50, 60, 70]),
        (0, 61, [0, 20, 40, 60]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
    ],
)
def test_ticks_are_round(low, high, places):
    assert tenths(low, high) == places


def test_marks_that_share_a_place_are_packed_around_it():
    x, y, spacing = packed(np.array([7.0, 7.0, 7.0, 3.0]), np.array([1.0, 1.0, 1.0, 0.0]), 36, 36)
    assert x[:3].mean() == pytest.approx(7.0)
    assert y[:3].mean() == pytest.approx(1.0)
    assert (x[3], y[3]) == (3.0, 0.0)
    distances = [np.hypot(x[a] - x[b], y[a] - y[b]) * 36 for a, b in ((0, 1), (0, 2), (1, 2))]
    assert min(distances) >= spacing - 1e-9


def test_the_title_of_a_table_behind_a_figure_is_its_caption():
    assert table("t", "Courses by change.", ("a",), [row("1")]).title == "Courses by change."


@pytest.mark.parametrize(("most", "ticks"), [(1, ["0", "1"]), (2, ["0", "1", "2"]), (12, ["0", "5", "10"])])
def test_counts_of_courses_have_whole_numbers_on_their_axis(most, ticks):
    sheet = Sheet(width=340, height=200, x=(0, 1), y=(0, most))
    count_axis(sheet, most)
    assert [element.text for element in render_drawing(sheet.spec()).iter("text")] == ticks


def test_one_person_at_the_start_is_one_person(one_patient):
    first, *others = one_patient.result.attrition
    steps = [replace(first, persons=1, courses=1), *others]
    caption = draw_attrition(ResultView(replace(one_patient.result, attrition=steps))).caption
    assert caption.endswith("n\u00a0=\u00a01 person at the start.")


def test_ratings_by_day_say_which_days_they_count(view):
    assert "Counted from first to last dose" in draw_missing_by_day(view).caption


def test_no_caption_ends_in_a_blank():
    without_drawing = ResultView(example_result(20, rated=False))
    sections = build_sections(without_drawing)
    page = render_page(without_drawing, sections, draw_figures(without_drawing, sections))
    assert "<figcaption>" in page
    assert " </figcaption>" not in page


def test_one_responder_seen_is_one_responder(one_patient):
    finding = figures_of(one_patient)["sustained"].finding
    assert "the one responder seen" in finding
    assert "responders" not in finding
