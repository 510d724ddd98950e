"""Aggregates give the same value on every engine, on every run."""

import pyarrow as pa
import pytest

from abate.engine.aggregates import exact_sum, steady_mean, steady_median, value_at_first, value_at_last


@pytest.fixture
def rows(engine):
    return engine.from_arrow(
        pa.table({"key": [3, 1, 2, 4], "value": [0.3, 0.1, 0.2, 9.0], "counts": [True, True, True, False]})
    )


def aggregate(engine, rows, expression):
    return engine.to_arrow(rows.aggregate(x=expression))["x"].to_pylist()[0]


def test_a_pick_takes_the_row_with_the_lowest_or_highest_key(engine, rows):
    assert aggregate(engine, rows, value_at_first(rows.value, rows.key)) == 0.1
    assert aggregate(engine, rows, value_at_last(rows.value, rows.key)) == 9.0


def test_rows_that_do_not_count_are_not_picked(engine, rows):
    assert aggregate(engine, rows, value_at_last(rows.value, rows.key, where=rows.counts)) == 0.3
    assert aggregate(engine, rows, value_at_first(rows.value, rows.key, where=rows.key > 4)) is None


def test_a_mean_is_kept_to_nine_decimals(engine, rows):
    assert aggregate(engine, rows, steady_mean(rows.value / 3, where=rows.counts)) == 0.066666667


def test_the_median_of_an_even_number_lies_between_the_middle_two(engine, rows):
    assert aggregate(engine, rows, steady_median(rows.value)) == 0.25
    assert aggregate(engine, rows, steady_median(rows.value, where=rows.counts)) == 0.2


def test_a_sum_is_that_of_the_decimals_not_of_their_binary_neighbours(engine, rows):
    "In floating point 0.3 + 0.1 + 0.2 is 0.6000000000000001 in one order and 0.6 in another."
    assert aggregate(engine, rows, exact_sum(rows.value, where=rows.counts)) == 0.6


def test_the_sum_of_nothing_is_empty(engine, rows):
    assert aggregate(engine, rows, exact_sum(rows.value, where=rows.key > 4)) is None
