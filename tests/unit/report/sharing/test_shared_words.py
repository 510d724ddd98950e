"""Does an edition for sharing read right? Nothing hidden is said not to exist, and no sentence needs what is hidden."""

import re

import pytest

from abate.report.disclosure import PRESETS, disclose
from abate.report.drawn import draw_figures
from abate.report.figures.response import draw_response
from abate.report.headline import headline, headline_lines
from abate.report.html import render_page
from abate.report.prose import say_change, say_characteristics, say_harm, say_response
from abate.report.sections import build_sections
from abate.report.view import ResultView
from tests.report_example import example_result


@pytest.fixture(scope="module")
def view():
    """40 courses, a few of which cannot be judged."""
    return ResultView(disclose(example_result(40, seed=9), PRESETS["5"]))


def test_the_headline_tells_what_may_be_told(view):
    text = "".join(span.text for span in headline(view))
    assert text == (
        "In 40 courses of ketamine, mean pain was 7.2 before (40 rated) and 3.0 at the end (how many were rated is hidden); "
        "29 of 40 fell by 2 points or more, those that cannot be judged counted as not."
    )


def test_what_is_hidden_is_not_said_to_be_missing(view):
    assert say_response(view) == (
        "29 of 40 courses (72\u202f%; 57 to 84\u202f%) fell by 2 points or more, those that cannot be judged counted as not; "
        "how many these are is hidden in this edition."
    )
    assert say_characteristics(view).endswith("is partly hidden in this edition.")
    assert say_change(view) == (
        "The mean fall was 4.2 points (3.3 to 5.1) in a hidden number of courses; "
        "how many rose or ended where they began is partly hidden in this edition."
    )
    assert say_harm(view).startswith("17 of 40 courses")


def test_the_figure_of_response_is_of_all_courses_where_the_judged_are_hidden(view):
    figure = draw_response(view)
    assert figure.reason is None
    assert "those that cannot be judged counted as no" in " ".join(figure.marks)
    assert figure.finding.startswith("Fall of 2 points or more: 29 of 40")


@pytest.mark.parametrize("preset", ["5", "11", "5-rounded"])
@pytest.mark.parametrize(("courses", "seed"), [(40, 9), (83, 4), (250, 2)])
def test_the_whole_page_is_written_and_no_count_reads_none_or_nan(preset, courses, seed):
    view = ResultView(disclose(example_result(courses, seed=seed), PRESETS[preset]))
    sections = build_sections(view)
    page = render_page(view, sections, draw_figures(view, sections))
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", text)
    assert not re.search(r"\b(None|nan|inf|NaN)\b(?! of| was| seen| is|,| responded)", text)
    assert "n\u00a0=\u00a00" not in text
    assert "Edition for sharing" in text
    assert headline_lines(view.result)
