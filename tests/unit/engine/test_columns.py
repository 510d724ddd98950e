import datetime

import numpy as np
import pyarrow as pa

from abate.engine.columns import empty_table, number_column, text_column


def test_numbers_keep_their_value_and_what_is_missing():
    column = number_column(np.array([1.5, -2.0, 0.0]), pa.float64(), np.array([False, False, True]))
    assert column.to_pylist() == [1.5, -2.0, None]
    column.validate(full=True)


def test_truth_values_of_more_than_a_byte():
    values = [True, False, False, True, True, False, True, False, True, True]
    assert number_column(np.array(values), pa.bool_()).to_pylist() == values


def test_a_timestamp_is_microseconds_since_1970():
    column = number_column(np.array([86_400_000_000]), pa.timestamp("us"))
    assert column.to_pylist() == [datetime.datetime(1970, 1, 2)]


def test_a_date_is_days_since_1970():
    assert number_column(np.array([31]), pa.date32()).to_pylist() == [datetime.date(1970, 2, 1)]


def test_texts_keep_empty_missing_and_accented_ones_apart():
    column = text_column(["µg", "", None, "mg"])
    assert column.to_pylist() == ["µg", "", None, "mg"]
    column.validate(full=True)


def test_no_rows_are_no_rows():
    assert text_column([]).to_pylist() == []
    assert number_column(np.array([]), pa.int64()).to_pylist() == []
    assert empty_table(pa.schema([("a", pa.string())])).num_rows == 0
