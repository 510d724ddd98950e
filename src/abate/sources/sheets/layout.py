"""What does a sheet hide? Rows and columns out of sight, and merged cells of which only the first carries a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+)([0-9]+)(?::([A-Z]+)([0-9]+))?"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_NUMBER = re.compile(rb'\br="([0-9]+)"')
_ENDS = re.compile(rb'\bmin="([0-9]+)"[^>]*\bmax="([0-9]+)"|\bmax="([0-9]+)"[^>]*\bmin="([0-9]+)"')
_BLOCK, _LONGEST_TAG = 1 << 20, 4_096
#: A column range as wide as the sheet hides the unused rest of it, no data.
_WIDEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Hidden rows and columns by their numbers, and merged cells as (first row, first column)."""

    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    merged: tuple[tuple[int, int], ...]


def read_layout(stream: IO[bytes]) -> Layout:
    """Return the layout of one sheet; ``stream`` is its XML in the workbook, read block by block."""
    rows: set[int] = set()
    columns: set[int] = set()
    merged: dict[tuple[int, int], None] = {}
    for text in _blocks(stream):
        rows.update(
            int(found[1]) for tag in _ROW.findall(text) if _HIDDEN.search(tag) and (found := _NUMBER.search(tag))
        )
        for tag in _COLUMN.findall(text):
            if _HIDDEN.search(tag):
                columns.update(_numbers_between(tag))
        merged.update(dict.fromkeys((int(found[2]), _column_number(found[1])) for found in _MERGED.finditer(text)))
    return Layout(hidden_rows=frozenset(rows), hidden_columns=frozenset(columns), merged=tuple(merged))


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the stream in pieces that overlap by the longest tag, so that none is cut in two."""
    rest = b""
    while block := stream.read(_BLOCK):
        yield rest + block
        rest = (rest + block)[-_LONGEST_TAG:]


def _numbers_between(tag: bytes) -> range:
    found = _ENDS.search(tag)
    if found is None:
        return range(0)
    first, last = (int(found[1]), int(found[2])) if found[1] else (int(found[4]), int(found[3]))
    return range(first, last + 1) if last - first < _WIDEST else range(0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
