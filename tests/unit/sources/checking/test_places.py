"""A finding leads back to its cell: sheet, row and column, in whatever spelling the workbook has."""

import pytest

from abate.contracts.course_tables import COURSE_TABLES
from abate.sources.checking.places import Places, columns_of_rule

PLACES = Places(
    headings={
        "Ratings ": ["Person ID", None, "Time", "value"],
        "courses": ["course_id", "person_id", "start", "end", "Weight kg"],
        "daily ratings": ["person_id", "day 0", "Day 1", *(f"day {n}" for n in range(2, 30))],
        "Data": ["patient", "begun", "pain_day3"],
    },
    aliases={"start": "begun"},
)


def addresses(table, rule, key):
    return [place.address for place in PLACES.find(table, rule, key)]


@pytest.mark.parametrize(
    ("table", "rule", "key", "cells"),
    [
        ("ratings", "value is not a number", "ratings row 17", ["Ratings !D17"]),
        ("ratings", "value is outside 0 to 10, the range of scale nrs", "ratings row 2", ["Ratings !D2"]),
        ("courses", "end is before start", "courses row 3", ["courses!D3", "courses!C3"]),
        ("courses", "weight_kg is outside 2 to 400 kg", "courses row 3", ["courses!E3"]),
        ("courses", "Weight kg holds an error of the spreadsheet program such as #N/A; read as empty", "courses row 9", ["courses!E9"]),
        ("courses", "course_id stands in several rows that differ; a run would stop here", "courses row 4", ["courses!A4"]),
        ("courses", "the course starts before the end of the person's course before it", "courses row 4", ["courses!C4"]),
        ("ratings", "value is not a number", "daily ratings row 5, column Day 1", ["daily ratings!C5"]),
        ("ratings", "value is not a number", "daily ratings row 5, column day 28", ["daily ratings!AD5"]),
        ("ratings", "value is not a number", "Data row 5, column pain_day3", ["Data!C5"]),
        ("courses", "start is empty", "Data row 5", ["Data!B5"]),
        ("ratings", "no rating is left", None, []),
        ("ratings", "value is not a number", "a sheet that is gone row 4", []),
        ("ratings", "value is not a number", "4711 2024-03-01", []),
    ],
)  # fmt: skip
def test_the_cells_of_a_finding(table, rule, key, cells):
    assert addresses(table, rule, key) == cells


def test_a_rule_on_a_whole_row_means_its_first_cell():
    (place,) = PLACES.find("ratings", "the row is hidden in the sheet and was read all the same", "ratings row 8")
    assert (place.cell, place.is_whole_row) == ("A8", True)


def test_every_rule_that_begins_with_a_column_finds_it():
    for name, table in COURSE_TABLES.items():
        for column in table.column_names:
            for rest in ("is empty", "is not a number", "is none of a, b", "is outside 1 to 5"):
                assert columns_of_rule(name, f"{column} {rest}") == [column]
