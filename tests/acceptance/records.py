"""Small records for runs of the command: a workbook of course tables, and a study that asks little of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Rows = Sequence[Sequence[Any]]

STUDY = """
title = "Ketamine infusions"
[treatment]
name = "ketamine"
[rating]
scale = "nrs"
[response]
primary = { points = 2 }
[events]
window = ["0h", "end+24h"]
"""
#: The same question to OMOP records (tests/small_cdm.py): ketamine, and a pain rating.
OMOP_STUDY = STUDY.replace('name = "ketamine"', 'name = "ketamine"\nconcepts = [785649]').replace(
    'scale = "nrs"', 'scale = "nrs"\nconcepts = [43055141]'
)

COURSE_COLUMNS = ("course_id", "person_id", "treatment", "admission", "start", "end", "discharge", "weight_kg")
RATING_COLUMNS = ("person_id", "time", "scale", "value")


def at(day: int, hour: int) -> dt.datetime:
    """Return a time in March 2024."""
    return dt.datetime(2024, 3, day, hour)


def course(person: int, **changes: Any) -> tuple[Any, ...]:
    """Return a row of courses: three days from 1 March, 12:00."""
    row = dict(
        zip(
            COURSE_COLUMNS,
            (f"course {person}", person, "ketamine", at(1, 8), at(1, 12), at(4, 12), at(5, 10), 70),
            strict=True,
        )
    )
    return tuple({**row, **changes}.values())


def ratings_of(person: int) -> list[tuple[Any, ...]]:
    """Return a person's ratings: 8 before the first dose, then 6, 5 and 3."""
    return [
        (person, at(day, hour), "nrs", value) for day, hour, value in ((1, 10, 8), (2, 10, 6), (3, 10, 5), (5, 9, 3))
    ]


def write_workbook(path: Path, people: Sequence[int] = (1, 2, 3), **sheets: Rows) -> Path:
    """Write a workbook with one good course a person; ``sheets`` replace or add whole sheets, headings included."""
    import openpyxl

    tables: Mapping[str, Rows] = {
        "courses": [COURSE_COLUMNS, *(course(person) for person in people)],
        "ratings": [RATING_COLUMNS, *(row for person in people for row in ratings_of(person))],
        **sheets,
    }
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells, start=1):
                sheet.cell(row=row, column=column, value=value)
                if isinstance(value, str):
                    sheet.cell(row=row, column=column).data_type = "s"  # text, even where it begins with "="
    book.save(path)
    return path


def write_study(folder: Path, text: str = STUDY) -> Path:
    """Write a study file into a folder."""
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path
