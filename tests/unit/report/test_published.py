"""The study beside published series: which rows stand, what is said, and when nothing does."""

from dataclasses import replace

import pytest

from abate.report.figures.published import draw_published
from abate.report.published import has_published, paragraphs_on_published, published_table, say_published, sources_table
from abate.report.sections import build_sections
from abate.report.view import ResultView
from tests.report_example import example_result, example_study


def rows_of(table):
    return {row.cells[0]: row.cells[1:] for row in table.rows}


def test_this_study_stands_first_and_a_fall_is_above_0(view):
    table = published_table(view)
    assert table.rows[0].cells[0] == "This study"
    fall = -view.value("change.mean")
    assert rows_of(table)["This study"][4].startswith(f"{fall:.1f} (")


def test_a_borrowed_spread_is_marked_and_a_printed_one_is_not(view):
    rows = rows_of(published_table(view))
    assert rows["Schwenk 2018"][2:4] == ("7.5 (7.0 to 8.0) \u2020", "3.4 (2.8 to 4.0) \u2020")
    assert rows["Schwenk 2021 (ketamine)"][2] == "7.4 (5.9 to 8.9)"
    assert rows["Schwenk 2018"][5:] == ("48/61 (79\u202f%)", "67 to 87\u202f%")


def test_a_series_without_numbers_is_named_with_its_reason(view):
    assert "Lauritsen 2016" not in rows_of(published_table(view))
    assert any("Lauritsen 2016, Rosenthal 2023" in note for note in published_table(view).notes)
    assert "a range is printed, 9 to 10, and no mean" in rows_of(sources_table(view))["Lauritsen 2016"][2]


def test_each_source_has_its_tag(view):
    sources = [cells[1] for cells in rows_of(sources_table(view)).values()]
    assert all("verified" in source for source in sources)
    lidocaine = example_study(treatment={"name": "lidocaine"})
    of_lidocaine = rows_of(sources_table(ResultView(example_result(12, study=lidocaine))))
    assert "[unverified: " in of_lidocaine["Marmura 2009"][1]
    assert "the count is computed" in of_lidocaine["Schwenk 2022"][1]


def test_it_is_no_comparison_and_says_so(view):
    assert say_published(view).endswith(
        "over the 4 of 6 published series of ketamine that print one the mean fall was 4.5 (1.6 to 7.3) points."
    )
    said = " ".join(paragraphs_on_published(view))
    assert "\u22123.3 to 12.2 points" in said
    assert "hardly any study could lie outside it" in said
    assert "no comparison of treatments" in said


def test_a_study_of_another_drug_has_no_such_section():
    other = ResultView(example_result(12, study=example_study(treatment={"name": "magnesium"})))
    assert not has_published(other)
    assert "published" not in [section.id for section in build_sections(other)]


def test_one_patient_is_not_set_beside_series(one_patient):
    assert not has_published(one_patient)


def test_series_without_a_number_leave_words_in_the_place_of_the_figure():
    view = ResultView(example_result(12, study=example_study(treatment={"name": "dihydroergotamine"})))
    figure = draw_published(view)
    assert figure.draw is None
    assert figure.reason == "No published series of this drug prints a number that could be drawn."
    assert "no mean fall can be pooled" in say_published(view)


@pytest.mark.parametrize("width", [720, 340])
def test_three_panels_are_drawn_and_nothing_passes_the_axis(view, width):
    panels = draw_published(view).draw(width)
    assert len(panels) == 3
    for panel in panels:
        for layer in panel["layer"]:
            scale = layer["encoding"]["x"].get("scale")
            if scale is None:
                continue
            places = [row[name] for row in layer["data"]["values"] for name in ("x", "x2") if name in row]
            assert all(scale["domain"][0] <= place <= scale["domain"][1] for place in places)


def test_what_is_hidden_of_this_study_leaves_a_dash(result):
    hidden = replace(
        result,
        estimates=tuple(
            replace(found, value=None, lower=None, upper=None, level=None, hidden="hidden")
            if found.id == "change.mean"
            else found
            for found in result.estimates
        ),
    )
    view = ResultView(hidden)
    assert rows_of(published_table(view))["This study"][4] == "\u2013"
    assert say_published(view).startswith("No fall of this study can be set beside published ones")
    assert rows_of(published_table(view))["Kim 2023"][0] == "4"
