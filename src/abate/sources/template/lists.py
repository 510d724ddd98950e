"""Which words do the longer lists of the template offer? Scales with their ranges, routes, drugs and classes, on a hidden sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from abate.knowledge.drug_table import drug_table
from abate.knowledge.facts import read_facts
from abate.knowledge.scales import SCALES

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

SHEET = "lists"
SCALE_ROWS = len(SCALES)


def write_lists(book: Workbook) -> dict[str, str]:
    """Write the hidden sheet; return the place of each list by the column that offers it."""
    sheet: Any = book.create_sheet(SHEET)
    sheet.sheet_state = "hidden"
    scales = list(SCALES.values())
    columns: dict[str, Sequence[object]] = {
        "scale": [scale.id for scale in scales],
        "scale name": [scale.name for scale in scales],
        "lowest": [scale.minimum for scale in scales],
        "highest": [scale.maximum for scale in scales],
        "route": sorted({row["route"] for row in read_facts("routes.csv")}),
        "ingredient": sorted({drug.ingredient for drug in drug_table()}),
        "drug_class": sorted({drug.drug_class for drug in drug_table()}),
    }
    places = {}
    for number, (name, words) in enumerate(columns.items(), start=1):
        letter = "ABCDEFG"[number - 1]
        sheet.cell(row=1, column=number, value=name)
        for row, word in enumerate(words, start=2):
            sheet.cell(row=row, column=number, value=word)
        places[name] = f"{SHEET}!${letter}$2:${letter}${len(words) + 1}"
    return {name: places[name] for name in ("scale", "route", "ingredient", "drug_class")}
