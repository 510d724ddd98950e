"""A table in Word: as wide as its words, upright where it can be, numbers to the right and in one piece."""

import docx
import pytest

from abate.report.report_table import group, row, table
from abate.report.word_styles import TEXT_WIDTH_CM, new_document
from abate.report.word_tables import SIZES, add_table, lay_out, text_width
from tests.unit.report.office import W

UPRIGHT = TEXT_WIDTH_CM * 72 / 2.54
INTERVAL = "\u22124.7 (\u22125.5 to \u22123.9)"


def of_columns(count: int, cell: str = INTERVAL):
    columns = ("Measure", *[f"Group {place}" for place in range(1, count)])
    return table("t", "T.", columns, [row("Mean rating", *[cell] * (count - 1))] * 3)


def set_in_word(found):
    document = new_document("T", running="T")
    add_table(document, found, lay_out(found))
    return document.tables[0]


@pytest.mark.parametrize(("text", "width"), [("0.001", 25.02), ("Missing", 36.66), ("", 0)])
def test_a_text_is_about_as_wide_as_in_arial(text, width):
    # Arial of 10 points: digits 5.56, point 2.78; M 8.33, i 2.22, s 5.00, n 5.56, g 5.56.
    assert text_width(text, 10) == pytest.approx(width, abs=3.0)


def test_a_small_table_does_not_fill_the_page():
    assert sum(lay_out(of_columns(2)).widths) < 0.6 * UPRIGHT


def test_a_table_that_fits_stands_upright_in_full_size():
    layout = lay_out(of_columns(5))
    assert (layout.is_on_its_side, layout.size) == (False, SIZES[0])
    assert sum(layout.widths) <= UPRIGHT + 0.01


def test_intervals_go_under_their_values_before_the_page_is_turned():
    layout = lay_out(of_columns(7))
    assert not layout.is_on_its_side
    assert layout.lines >= 7


def test_a_table_of_many_columns_turns_the_page():
    assert lay_out(of_columns(12)).is_on_its_side


def test_a_table_wider_than_any_page_is_still_set():
    layout = lay_out(of_columns(40))
    assert layout.is_on_its_side
    assert min(layout.widths) > 0


def test_a_word_of_300_letters_does_not_turn_the_page():
    assert not lay_out(table("t", "T.", ("a", "b"), [row("x" * 300, "1")])).is_on_its_side


def test_numbers_stand_to_the_right_and_words_to_the_left():
    found = set_in_word(table("t", "T.", ("Name", "n", "Why"), [row("a", "12", "no rating"), row("b", "<5", "left")]))
    sides = [[cell.paragraphs[0].alignment for cell in line.cells] for line in found.rows]
    right = docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
    assert sides == [[None, right, None]] * 3


def test_a_number_is_broken_before_its_brackets_only():
    cell = set_in_word(of_columns(3)).cell(1, 1).text
    assert cell.split(" ") == ["\u22124.7", "(\u22125.5\u00a0to\u00a0\u22123.9)"]


def test_a_reason_among_numbers_is_broken_like_words():
    found = table("t", "T.", ("Name", "Mean"), [row("a", "1.0"), row("b", "2.0"), row("c", "none: no course has both ratings")])  # fmt: skip
    cell = set_in_word(found).cell(3, 1)
    assert cell.text == "none: no course has both ratings"
    assert cell.paragraphs[0].alignment is None


def test_a_heading_inside_a_table_goes_over_all_columns():
    found = set_in_word(table("t", "T.", ("Class", "n", "k"), [group("Preventive drugs", 3), row("triptan", "1", "1")]))
    heading = found._tbl.tr_lst[1]
    assert [cell.grid_span for cell in heading.tc_lst] == [3]


def test_rows_up_to_a_page_are_kept_together_and_longer_tables_are_not():
    def kept(count: int) -> list[bool]:
        found = set_in_word(table("t", "T.", ("a", "b"), [row(str(place), "1") for place in range(count)]))
        return [line._tr.find(f".//{W}keepNext") is not None for line in found.rows]

    assert kept(10) == [True] * 10 + [False]
    long = kept(60)
    assert long[:2] == [True, True]  # the head is not left alone
    assert long[-2:] == [True, False]  # nor is the last row
    assert not any(long[2:-2])
