"""Diaries for tests: a letter a day."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from abate.headache.diary import DiarySummary, summarise_diary
from abate.headache.diary_rows import read_diary
from abate.headache.diary_rules import DiaryRules

#: What stands in the headache cell for each letter; a dot is a day without a row.
CELLS = {"h": "yes", "n": "no", "?": None}


def rows_of(letters: str, *, person: str = "a", first: int = 1, **columns: Any) -> list[dict[str, Any]]:
    """Return a row for each letter that is no dot; ``columns`` are given to every headache day."""
    return [
        {"person_id": person, "day": first + place, "headache": CELLS[letter]} | (columns if letter == "h" else {})
        for place, letter in enumerate(letters)
        if letter != "."
    ]


def summary_of(rows: list[dict[str, Any]], **rules: Any) -> DiarySummary:
    """Return what is counted of rows, by the rules given."""
    names = dict.fromkeys(name for row in rows for name in row)
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    return summarise_diary(read_diary(table, DiaryRules(**rules)), DiaryRules(**rules))


def verdict(summary: DiarySummary, threshold: str, place: int = 0) -> int:
    """Return 1, 0 or -1."""
    return int(summary.verdicts[threshold][place])
