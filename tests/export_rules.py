"""What other tools demand of an export, written down from their documents and not from our code: finders of mistakes.

Each finder returns one sentence a mistake, and nothing where there is none.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

PUBLISHED = Path(__file__).parent / "unit" / "report" / "exports" / "published_columns.csv"
ESTIMATE_TYPES = {"numeric", "integer", "date", "character", "proportion", "percentage", "logical"}
SNAKE = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)*$")
NOT_THERE = "NA"
Rows = Sequence[dict[str, str]]


def published(form: str, table: str) -> Rows:
    """Return the published columns of a table."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if (row["form"], row["table_name"]) == (form, table)]


def rows_of(text: str) -> Rows:
    """Return a CSV as rows by column."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def mistakes_of_summarised_result(text: str) -> list[str]:
    """Return what keeps a file from being a summarised result with settings, as omopgenerics 1.3 exports and imports it."""
    columns = [row["column_name"] for row in published("summarised_result", "summarised_result")]
    if text.split("\n", 1)[0] != ",".join(columns):
        return ["the columns are not the 13 published ones, in their order, without a mark before them"]
    rows = rows_of(text)
    results = [row for row in rows if row["variable_name"] != "settings"]
    settings = [row for row in rows if row["variable_name"] == "settings"]
    return [
        *_mistakes_of_cells(results),
        *_mistakes_of_pairs(results),
        *_mistakes_of_keys(results),
        *_mistakes_of_settings(results, settings),
    ]


def _mistakes_of_cells(results: Rows) -> Iterator[str]:
    required = [
        row["column_name"] for row in published("summarised_result", "summarised_result") if row["is_required"] == "Yes"
    ]
    for row in results:
        empty = [name for name in required if row[name] in ("", NOT_THERE)]
        if empty:
            yield f"{empty} must not be empty: {row}"
        if row["estimate_type"] not in ESTIMATE_TYPES:
            yield f"{row['estimate_type']!r} is no type of estimate"
        if not SNAKE.match(row["estimate_name"]):
            yield f"{row['estimate_name']!r} is not snake_case"
        yield from _mistakes_of_value(row)


def _mistakes_of_value(row: dict[str, str]) -> Iterator[str]:
    value, type = row["estimate_value"], row["estimate_type"]
    is_hidden = value == "-" or (re.match(r"^<\d+$", value) and "count" in row["estimate_name"])
    if type == "character" or is_hidden:
        return
    if type == "integer" and not re.match(r"^-?\d+$", value):
        yield f"{value!r} is no integer: {row}"
    if type in ("numeric", "percentage", "proportion"):
        number = float(value)
        highest = {"percentage": 100.0, "proportion": 1.0}.get(type)
        if highest is not None and not 0 <= number <= highest:
            yield f"{value!r} is no {type}"


def _mistakes_of_pairs(results: Rows) -> Iterator[str]:
    for row in results:
        for prefix in ("group", "strata", "additional"):
            names, levels = (row[f"{prefix}_{end}"].split(" &&& ") for end in ("name", "level"))
            if len(names) != len(levels):
                yield f"{prefix}: {len(names)} names and {len(levels)} levels"
            if [name for name in names if not SNAKE.match(name)]:
                yield f"{prefix}: {names} are not snake_case"
            if "" in levels:
                yield f"{prefix}: an empty level"


def _mistakes_of_keys(results: Rows) -> Iterator[str]:
    keys = Counter(tuple(text for name, text in row.items() if name != "estimate_value") for row in results)
    yield from (f"stands {count} times: {key}" for key, count in keys.items() if count > 1)
    grouping = ("result_id", "cdm_name", "group_name", "group_level", "strata_name", "strata_level", "additional_name", "additional_level")  # fmt: skip
    totals = Counter(
        (*(row[name] for name in grouping), row["variable_name"].lower().replace("_", " "))
        for row in results
        if row["variable_name"].lower().replace("_", " ") in ("number subjects", "number records")
        and "count" in row["estimate_name"]
    )
    yield from (f"{count} totals of one group: {key}" for key, count in totals.items() if count > 1)


def _mistakes_of_settings(results: Rows, settings: Rows) -> Iterator[str]:
    by_id: dict[str, dict[str, str]] = {}
    for row in settings:
        if row["estimate_type"] != "character":
            yield "a setting is no text"
        by_id.setdefault(row["result_id"], {})[row["estimate_name"]] = row["estimate_value"]
    if set(by_id) != {row["result_id"] for row in results}:
        yield "results without settings, or settings without results"
    if len({tuple(sorted(found.items())) for found in by_id.values()}) < len(by_id):
        yield "two results have the same settings"
    for id, found in by_id.items():
        own = [row for row in results if row["result_id"] == id]
        if not {"result_type", "package_name", "package_version", "min_cell_count"} <= set(found):
            yield f"result {id} lacks a setting that all have"
        used: list[set[str]] = [set(found)]
        for prefix in ("group", "strata", "additional"):
            names = {name for row in own for name in row[f"{prefix}_name"].split(" &&& ")} - {"overall"}
            if set(found[prefix].split(" &&& ")) - {""} != names:
                yield f"result {id}: the setting {prefix} does not name what its rows name"
            used.append(names)
        if sum(map(len, used)) != len(set().union(*used)):
            yield f"result {id}: one name for two things"


TYPES = {
    "varchar": str,
    "text": str,
    "int": int,
    "bigint": int,
    "float": float,
    "date": dt.date.fromisoformat,
}


def mistakes_of_hades(folder: Path) -> list[str]:
    """Return what keeps the CSV files of a folder from being what the specification beside them says."""
    specification = rows_of((folder / "resultsDataModelSpecification.csv").read_text(encoding="utf-8"))
    tables = dict.fromkeys(row["table_name"] for row in specification)
    found = {path.stem for path in folder.glob("*.csv")} - {"resultsDataModelSpecification"}
    mistakes = [f"{name} is in the folder or in the specification only" for name in found ^ set(tables)]
    for table in tables:
        columns = [row for row in specification if row["table_name"] == table]
        text = (folder / f"{table}.csv").read_text(encoding="utf-8")
        mistakes += [f"{table}: {mistake}" for mistake in _mistakes_of_table(text, columns)]
    return mistakes


def _mistakes_of_table(text: str, columns: Rows) -> Iterator[str]:
    names = [column["column_name"] for column in columns]
    if next(csv.reader(io.StringIO(text))) != names:
        yield "the columns are not those specified"
        return
    rows = rows_of(text)
    keys = [tuple(row[c["column_name"]] for c in columns if c["primary_key"] == "Yes") for row in rows]
    if len(set(keys)) < len(keys):
        yield "a primary key stands twice"
    for column in columns:
        name = column["column_name"]
        if not SNAKE.match(name):
            yield f"{name} is not snake_case"
        must = "Yes" in (column["is_required"], column["primary_key"])
        for row in rows:
            if row[name] == "" and must:
                yield f"{name} is required and empty"
            elif row[name] != "":
                try:
                    TYPES[column["data_type"]](row[name])
                except ValueError:
                    yield f"{name}: {row[name]!r} is no {column['data_type']}"
