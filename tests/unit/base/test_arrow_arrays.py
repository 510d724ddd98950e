"""Columns of Arrow as arrays: what is empty stays empty, whatever the chunks; and pandas stays out."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from abate.base.arrow_arrays import numbers_of, times_of

SOURCE = Path(__file__).parents[3] / "src"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([1, None, 3]), [1, np.nan, 3]),
        (pa.array([True, False, None]), [1, 0, np.nan]),
        (pa.chunked_array([pa.array([1.5]), pa.array([None, 2.5])]), [1.5, np.nan, 2.5]),
        (pa.array([1.0, None, 3.0, 4.0])[1:3], [np.nan, 3.0]),
        (pa.array([1, 2]), [1, 2]),
        (pa.array([None, None], pa.null()), [np.nan, np.nan]),
        (pa.chunked_array([], pa.float64()), []),
    ],
)  # fmt: skip
def test_numbers_keep_their_places_and_what_is_empty_is_nan(column, expected):
    np.testing.assert_array_equal(numbers_of(column), expected)


def test_times_keep_microseconds_and_what_is_empty_is_no_time():
    column = pa.chunked_array([pa.array([0, None, 1_700_000_000_000_001], pa.timestamp("us"))])
    found = times_of(column)
    assert found.astype(str).tolist() == ["1970-01-01T00:00:00.000000", "NaT", "2023-11-14T22:13:20.000001"]


def test_pandas_is_not_imported():
    program = (
        "import io, sys, pyarrow as pa\n"
        "from abate.base.arrow_arrays import numbers_of, times_of\n"
        "column = pa.Array.from_buffers(pa.int64(), 2, [None, pa.py_buffer(bytes(16))])\n"
        "numbers_of(column); times_of(column.cast(pa.timestamp('us')))\n"
        "sys.exit('pandas' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, env={"PYTHONPATH": str(SOURCE)}).returncode == 0
