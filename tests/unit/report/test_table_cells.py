"""Cells: which columns hold numbers, how tables are counted, and what a program reads."""

import pytest

from abate.report.report_table import group, row, table
from abate.report.sections import build_sections
from abate.report.table_cells import begins_as_number, holds_numbers, machine_number, number_tables, table_as_csv


@pytest.mark.parametrize("cell", ["12", "45/59 (76\u202f%)", "\u22124.1 (\u22124.9 to \u22123.2)", "< 0.001", "<5", "+0.2", "\u2013", "", "0 (up to 1.2)"])  # fmt: skip
def test_a_cell_that_is_read_as_a_number(cell):
    assert begins_as_number(cell)


@pytest.mark.parametrize(
    "cell", ["none: no rating", "day 5", "mean, paired t interval", "not asked", "=1", "\u2013 left"]
)
def test_a_cell_that_is_read_as_words(cell):
    assert not begins_as_number(cell)


def test_a_column_of_numbers_has_more_of_them_than_words_and_is_never_the_first():
    found = table("t", "T.", ("a", "b", "c"), [row("1", "1", "1"), row("2", "2", "none"), group("Group", 3), row("3", "none", "none")])  # fmt: skip
    assert [holds_numbers(found, place) for place in range(3)] == [False, True, False]


@pytest.mark.parametrize(("cell", "plain"), [("5\n", "5 "), ("1e5", "1e5"), ("\u22120.50", "-0.50"), ("=1+1", "=1+1"), ("a\x07", "a\ufffd")])  # fmt: skip
def test_a_cell_for_a_program(cell, plain):
    assert machine_number(cell) == plain


def test_a_cell_that_could_run_is_guarded_in_a_csv():
    found = table("t", "T.", ("=a", "b"), [row("=1+1", "@x")])
    assert table_as_csv(found).removeprefix("\ufeff").split("\r\n")[:2] == ["'=a,b", "'=1+1,'@x"]


def test_tables_are_counted_through_the_report_and_named_once(view):
    sections = build_sections(view)
    ids = [table.id for section in sections for table in section.tables]
    assert len(set(ids)) == len(ids)
    assert list(number_tables(sections).items()) == list(zip(ids, range(1, len(ids) + 1), strict=True))
