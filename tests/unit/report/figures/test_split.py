"""The figures of the split and of the tipping points say what the estimates say."""

from xml.etree import ElementTree

import pytest

from abate.report.figures.drawing import render_drawing
from abate.report.figures.split import draw_split, split_lines
from abate.report.figures.tipping import draw_tipping, tipping_table, usual_levels
from tests.unit.report.attribution.test_words import FALL, SPLIT, failed, number, view_of


def texts_of(figure, width):
    return " ".join(
        text
        for panel in figure.draw(width)
        for text in ElementTree.tostringlist(render_drawing(panel), "unicode", method="text")
    )


def test_the_cut_lies_where_the_expected_fall_ends():
    main, history = split_lines(view_of(*SPLIT))
    # 7.5 - 2.2, and the interval turned about: 7.5 - 3.0 to 7.5 - 1.4
    assert main.cut == pytest.approx(5.3)
    assert main.ends == pytest.approx((4.5, 6.1))
    # at the end 3.4, and 1.6 are left
    assert history.cut == pytest.approx(5.0)


def test_a_reference_has_a_range_and_no_cut():
    lines = split_lines(
        view_of(*SPLIT, number("regression.reference_low", 0.8), number("regression.reference_high", 1.3))
    )
    assert lines[-1].is_range
    assert lines[-1].ends == pytest.approx((6.2, 6.7))
    assert lines[-1].left == "2.8 to 3.3"


@pytest.mark.parametrize("width", [720, 340])
def test_the_bar_is_labelled(width):
    text = texts_of(draw_split(view_of(*SPLIT)), width)
    for words in (
        "7.5 admission",
        "3.4 at the end",
        "2.2 (1.4 to 3.0)",
        "left 1.9 (0.9 to 2.9)",
        "Pain, 0 to 10 (falling to the right)",
    ):
        assert words in text


def test_without_a_split_the_sentence_stands():
    figure = draw_split(view_of(*FALL, failed("regression.left", "x")))
    assert (figure.draw, figure.reason) == (None, "No split is possible.")


def test_tipping_points_by_hand():
    """At a usual level of 5.2 and no reliability 2.3 come back by themselves, and 1.8 must come from elsewhere."""
    found = view_of(*SPLIT)
    assert [level.value for level in usual_levels(found)] == [5.2, 7.1, 5.5]
    own, six, lidocaine = tipping_table(found).rows
    assert own.cells[0] == "5.2"
    assert own.cells[2:8] == ("1.8", "2.3", "2.7", "3.2", "3.6", "4.1")
    assert six.cells[2] == "3.7"
    assert lidocaine.cells[2] == "2.1"
    assert own.cells[-1] == "none"
    assert "unverified" in six.cells[1]


def test_a_level_as_low_as_the_end_needs_nothing_else():
    row = tipping_table(view_of(*SPLIT, number("regression.earlier_mean", 3.4))).rows[0]
    assert (row.cells[2], row.cells[-1]) == ("0.0", "0.00")


@pytest.mark.parametrize("width", [720, 340])
def test_published_values_stand_with_their_tag(width):
    figure = draw_tipping(view_of(*SPLIT))
    assert "Etchison 2018" in texts_of(figure, width)
    assert "unverified" in figure.caption
    assert "it holds regression to the mean already" in figure.caption


def test_another_condition_has_examples_that_say_so():
    found = view_of(*FALL, study={"condition": {"name": "x", "icd10cm": ["G90.5"]}})
    assert [level.value for level in usual_levels(found)] == [6.5, 5.5, 4.5]
    assert {level.source for level in usual_levels(found)} == {"drawn as an example, no measured level"}
    assert "Etchison" not in draw_tipping(found).caption


def test_without_a_fall_nothing_is_drawn():
    assert draw_tipping(view_of(number("change.mean", 0.3))).draw is None
