"""How does an Arrow column become a NumPy array without pandas being imported?

Arrow's own ``to_numpy`` imports pandas wherever it is installed, which takes half a second: a tenth of a small study.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def numbers_of(column: Any) -> NDArray[np.float64]:
    """Return a column of numbers or flags as float64, NaN where it is empty; flags are 0 and 1.

    Parameters
    ----------
    column : Array or ChunkedArray of Arrow
        Of integers, floating numbers, booleans, or all empty.
    """
    import pyarrow as pa

    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    values, is_there = _parts(column.cast(pa.float64()), np.dtype(np.float64))
    found: NDArray[np.float64] = np.where(is_there, values, np.nan)
    return found


def times_of(column: Any) -> NDArray[np.datetime64]:
    """Return a column of local times as datetime64[us], not-a-time where it is empty."""
    import pyarrow as pa

    values, is_there = _parts(column.cast(pa.timestamp("us")), np.dtype(np.int64))
    found: NDArray[np.datetime64] = np.where(is_there, values, np.iinfo(np.int64).min).view("datetime64[us]")
    return found


def _parts(column: Any, kind: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the stored values of a column, and which of them are there; the others hold anything."""
    import pyarrow as pa

    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    if not chunks:
        return np.zeros(0, kind), np.zeros(0, dtype=bool)
    array = pa.concat_arrays(chunks)
    places = slice(array.offset, array.offset + len(array))
    validity, data = array.buffers()
    values = np.zeros(0, kind) if data is None else np.frombuffer(data, kind)[places]
    if validity is None:
        return values, np.ones(len(array), dtype=bool)
    bits = np.unpackbits(np.frombuffer(validity, np.uint8), bitorder="little")
    return values, bits[places].astype(bool)
