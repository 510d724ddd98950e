"""How do NumPy arrays and texts become Arrow columns without pandas?

``pyarrow.array`` imports pandas if it is installed, whatever it is given, and that costs a second at a command's start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_NUMPY_TYPE = {
    pa.int64(): np.int64,
    pa.float64(): np.float64,
    pa.date32(): np.int32,
    pa.timestamp("us"): np.int64,
}


def number_column(
    values: npt.NDArray[Any], kind: pa.DataType, is_missing: npt.NDArray[np.bool_] | None = None
) -> pa.Array:
    """Return a column of numbers, truth values, dates or timestamps.

    Parameters
    ----------
    values : array, shape (row,)
        Numbers; for a date whole days, for a timestamp whole microseconds since 1970-01-01.
    kind : DataType
        int64, float64, bool, date32 or timestamp("us").
    is_missing : array of bool, shape (row,), optional
        Rows without a value; what ``values`` holds there does not matter.

    Examples
    --------
    >>> number_column(np.array([1, 2]), pa.int64(), np.array([False, True])).to_pylist()
    [1, None]
    """
    data = _bits(values) if kind == pa.bool_() else np.ascontiguousarray(values, dtype=_NUMPY_TYPE[kind])
    present = None if is_missing is None else pa.py_buffer(_bits(~is_missing))
    return pa.Array.from_buffers(kind, len(values), [present, pa.py_buffer(data)])


def text_column(values: Sequence[str | None]) -> pa.Array:
    """Return a column of texts; None is a missing one.

    Examples
    --------
    >>> text_column(["a", None]).to_pylist()
    ['a', None]
    """
    encoded = [b"" if value is None else value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    present = _bits(np.array([value is not None for value in values], dtype=bool))
    buffers = [pa.py_buffer(present), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _bits(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return truth values packed as Arrow packs them, the first in the lowest bit."""
    return np.packbits(np.asarray(values, dtype=bool), bitorder="little")


def empty_table(schema: pa.Schema) -> pa.Table:
    """Return a table of a schema without rows."""
    return pa.Table.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)
