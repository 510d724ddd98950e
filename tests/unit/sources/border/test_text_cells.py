"""Cells of text become numbers, times and yes or no, or are flagged."""

import datetime as dt

import pyarrow as pa
import pytest

from abate.contracts.schema import ColumnType
from abate.sources.border.text_cells import read_text_cells


def read(kind, *cells):
    reading = read_text_cells(pa.chunked_array([list(cells)], pa.string()), kind)
    return reading.values.to_pylist(), reading.unread.to_pylist()


@pytest.mark.parametrize(
    ("text", "number"), [("8", 8.0), ("7.5", 7.5), (" 7 ", 7.0), ("-1", -1.0), ("+2", 2.0), (".5", 0.5), ("1e2", 100.0)]
)
def test_numbers_in_the_forms_that_spreadsheets_write(text, number):
    assert read(ColumnType.NUMBER, text) == ([number], [False])


@pytest.mark.parametrize("text", ["seven", "7,5", "7-8", "0x7", "inf", "nan", "1e999", "=7", "8/10"])
def test_what_is_no_number_is_flagged_and_never_guessed(text):
    assert read(ColumnType.NUMBER, text) == ([None], [True])


@pytest.mark.parametrize("text", [None, "", "  ", "NA", "n/a", "null", "."])
@pytest.mark.parametrize("kind", [ColumnType.NUMBER, ColumnType.TIME, ColumnType.BOOLEAN, ColumnType.INTEGER])
def test_words_for_nothing_recorded_are_empty_and_no_fault(kind, text):
    assert read(kind, text) == ([None], [False])


def test_a_whole_number_may_have_a_point_but_no_fraction():
    assert read(ColumnType.INTEGER, "3", "3.0", "3.5", "9007199254740994") == (
        [3, 3, None, None],
        [False, False, True, True],
    )


def test_times_to_the_day_the_minute_and_the_second():
    values, unread = read(
        ColumnType.TIME, "2024-03-01", "2024-03-01 14:30", "2024-03-01T14:30:05", "2024-03-01 14:30:05.5"
    )
    assert values == [
        dt.datetime(2024, 3, 1),
        dt.datetime(2024, 3, 1, 14, 30),
        dt.datetime(2024, 3, 1, 14, 30, 5),
        dt.datetime(2024, 3, 1, 14, 30, 5, 500_000),
    ]
    assert not any(unread)


@pytest.mark.parametrize(
    "text", ["2024-02-30", "2023-02-29 10:00", "01/03/2024", "1.3.2024", "2024-3-1", "10:30", "2024-03-01 24:00", "45352",
             "2024-03-01 10:00Z", "2024-03-01 10:00+01:00"]
)  # fmt: skip
def test_what_is_no_time_of_the_calendar_and_the_wall_clock_is_flagged(text):
    assert read(ColumnType.TIME, text) == ([None], [True])


def test_a_date_without_a_clock_time_is_told_from_midnight():
    cells = pa.chunked_array([["2024-03-01", "2024-03-01 00:00", None]])
    assert read_text_cells(cells, ColumnType.TIME).date_only.to_pylist() == [True, False, False]


def test_a_date_may_carry_a_clock_time_that_is_left_out():
    assert read(ColumnType.DATE, "1980-05-17", "1980-05-17 00:00:00", "1880-12-31 23:59") == (
        [dt.date(1980, 5, 17), dt.date(1980, 5, 17), dt.date(1880, 12, 31)],
        [False, False, False],
    )


def test_yes_and_no_in_the_words_of_a_sheet():
    assert read(ColumnType.BOOLEAN, "Yes", "x", "1", "NO", "false", "perhaps") == (
        [True, True, True, False, False, None],
        [False, False, False, False, False, True],
    )
