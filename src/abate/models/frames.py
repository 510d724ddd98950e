"""What do the columns of a pandas, Polars or Arrow frame hold? Numbers, or levels in their order."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, kw_only=True, eq=False)
class Numbers:
    """A column of numbers; missing ones are ``nan``."""

    values: Array

    @property
    def is_missing(self) -> Any:
        """Which rows have none, shape (row,)."""
        return np.isnan(self.values)

    def take(self, rows: Any) -> Numbers:
        """Return the column for some rows."""
        return Numbers(values=self.values[rows])


@dataclass(frozen=True, kw_only=True, eq=False)
class Levels:
    """A column of a few words: ``codes`` are places in ``levels``, -1 where missing."""

    codes: IntArray
    levels: tuple[str, ...]

    @property
    def is_missing(self) -> Any:
        """Which rows have none, shape (row,)."""
        return self.codes < 0

    def take(self, rows: Any) -> Levels:
        """Return the column for some rows, without the levels that none of them has."""
        codes = self.codes[rows]
        used = np.unique(codes[codes >= 0])
        place = np.full(len(self.levels) + 1, -1)
        place[used] = np.arange(used.size)
        return Levels(codes=place[codes], levels=tuple(self.levels[code] for code in used))


Column = Numbers | Levels


def read_frame(data: Any, names: Iterable[str], *, as_levels: Sequence[str] = ()) -> Mapping[str, Column]:
    """Return the named columns of a frame.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table, or whatever hands out an Arrow stream
    names : iterable of str
        The columns to read.
    as_levels : sequence of str
        Columns that are levels even where they hold numbers: subjects, visits, groups.

    Raises
    ------
    ParameterError
        If ``data`` is no frame, a column is not there (the nearest is named), or is neither numbers nor words.
    """
    wanted = list(dict.fromkeys(names))
    there = _column_names(data)
    for name in wanted:
        if name not in there:
            near = difflib.get_close_matches(name, there, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ParameterError(f"the data have no column {name!r}; {hint}they have {', '.join(there[:12])}.")
    if hasattr(data, "iloc"):  # pandas, read column by column: its way to Arrow takes longer than a small fit
        return {name: _pandas_column(data[name], name, is_level=name in as_levels) for name in wanted}
    table = _as_arrow(data, wanted)
    return {name: _column(table.column(name), name, is_level=name in as_levels) for name in wanted}


def _column_names(data: Any) -> list[str]:
    found = getattr(data, "column_names", None)
    if found is None:
        found = getattr(data, "columns", None)
    if found is None:
        raise ParameterError(
            f"data must be a pandas, Polars or Arrow frame; got {type(data).__name__}. Put the columns into one."
        )
    return [str(name) for name in found]


def _pandas_column(series: Any, name: str, *, is_level: bool) -> Column:
    if getattr(series, "ndim", 1) != 1:
        raise ParameterError(f"the data have several columns {name!r}; rename or leave out all but one.")
    kind = series.dtype
    if hasattr(kind, "categories"):
        codes = np.asarray(series.cat.codes, dtype=np.int64)
        return Levels(codes=codes, levels=tuple(map(_as_word, kind.categories)))
    letter = getattr(kind, "kind", "O")
    if letter in "iuf" and not is_level:
        return Numbers(values=series.to_numpy(dtype=np.float64, na_value=np.nan))
    if letter in "mM" and not is_level:
        raise _neither(name, kind)
    try:
        codes, values = series.factorize(sort=True)
    except TypeError:
        raise _neither(name, kind) from None
    if letter == "O" and not all(isinstance(value, str | bool | np.bool_ | int) for value in values) and not is_level:
        raise _neither(name, kind)
    return Levels(codes=np.asarray(codes, dtype=np.int64), levels=tuple(map(_as_word, values)))


def _neither(name: str, kind: Any) -> ParameterError:
    return ParameterError(f"column {name!r} holds {kind}, neither numbers nor words; convert it first.")


def _as_arrow(data: Any, wanted: list[str]) -> pa.Table:
    import pyarrow as pa

    if isinstance(data, pa.Table):
        return data.select(wanted)
    chosen = data[wanted]
    if not hasattr(chosen, "__arrow_c_stream__"):
        raise ParameterError(f"data of type {type(data).__name__} hand out no Arrow stream; use a newer version of it.")
    return pa.table(chosen)


def _column(column: pa.ChunkedArray, name: str, *, is_level: bool) -> Column:
    import pyarrow as pa
    import pyarrow.types as kinds

    kind = column.type
    if kinds.is_dictionary(kind):
        merged = column.unify_dictionaries().combine_chunks()
        merged = merged if isinstance(merged, pa.DictionaryArray) else merged.chunk(0)
        levels = tuple(_as_word(value) for value in merged.dictionary.to_pylist())
        return Levels(codes=_codes(merged.indices), levels=levels)
    if is_level or not (kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind)):
        if kinds.is_nested(kind) or (kinds.is_temporal(kind) and not is_level):
            raise _neither(name, kind)
        return _levels(column)
    return Numbers(values=column.cast(pa.float64()).to_numpy().astype(np.float64, copy=False))


def _levels(column: pa.ChunkedArray) -> Levels:
    import pyarrow.compute as pc

    encoded = pc.dictionary_encode(column.combine_chunks())
    encoded = encoded if not hasattr(encoded, "chunk") else encoded.combine_chunks()
    values = encoded.dictionary.to_pylist()
    order = sorted(range(len(values)), key=lambda place: values[place])
    rank = np.empty(len(values) + 1, dtype=np.int64)
    rank[order] = np.arange(len(values))
    rank[-1] = -1
    return Levels(codes=rank[_codes(encoded.indices)], levels=tuple(_as_word(values[place]) for place in order))


def _codes(indices: pa.Array) -> IntArray:
    import pyarrow as pa

    return np.asarray(indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _as_word(value: Any) -> str:
    """Return a level as R writes it."""
    return str(value).upper() if isinstance(value, bool | np.bool_) else str(value)
