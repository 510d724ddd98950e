"""What harm was seen, and what had failed before? Columns that say yes or no, lists in a cell, numbers of classes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from abate.contracts.course_tables import TREATMENT_OUTCOMES
from abate.sources.border.reading import ROW_KEY
from abate.sources.border.text_cells import NO_WORDS, YES_WORDS
from abate.sources.border.words import plain_word
from abate.sources.wide.lines import Line, Notes, Row
from abate.sources.wide.mapping import EventColumns, FailedColumns, WideSheetMapping, clock_time
from abate.sources.wide.stays import read_number, read_time, time_text

_MOST_CLASSES = 50


def event_rows(plan: WideSheetMapping, line: Line, notes: Notes) -> Iterator[Row]:
    """Yield one row for each adverse event that the sheet says yes to."""
    for term, columns in plan.event_columns.items():
        answer = _yes_or_no("events", columns.column, line, notes)
        if answer is None:
            is_empty = line.cell(columns.column) is None
            notes.counts["empty events" if is_empty else "unanswered events"] += 1
        if answer:
            yield {
                "person_id": line.person,
                "time": time_text(_event_time(plan, columns, line, notes)),
                "term": term,
                "grade": line.cell(columns.grade),
                "serious": line.cell(columns.serious),
                ROW_KEY: f"{line.key}, column {columns.column}",
            }


def _event_time(plan: WideSheetMapping, columns: EventColumns, line: Line, notes: Notes) -> dt.datetime | None:
    given = read_time(line.cell(columns.date))
    if given.time is None:
        notes.counts["undated events"] += 1
        return line.stay.start
    if given.is_clocked:
        return given.time
    return line.stay.inside(dt.datetime.combine(given.time.date(), clock_time(plan.ratings.assumed_time)))


def failed_rows(failed: FailedColumns, lines: Iterable[Line], notes: Notes) -> list[Row]:
    """Return the treatments that had failed; a patient's second course does not repeat them."""
    found: dict[tuple[Any, ...], Row] = {}
    for line in lines:
        for row in _failed_of(failed, line, notes):
            found.setdefault(tuple(value for name, value in row.items() if name != ROW_KEY), row)
    return list(found.values())


def _failed_of(failed: FailedColumns, line: Line, notes: Notes) -> Iterator[Row]:
    for column, role in ((failed.preventive_drugs, "preventive"), (failed.acute_drugs, "acute")):
        for drug in (line.cell(column) or "").split(failed.separator):
            if drug.strip():
                yield _treatment(line, drug.strip().lower(), None, role, "no effect")
    for column, role in ((failed.preventive_class_count, "preventive"), (failed.acute_class_count, "acute")):
        for number in range(1, _class_count(column, line, notes) + 1):
            name = f"{role} class {number} (not named)"
            yield _treatment(line, name, name, role, "no effect")
    for drug, columns in failed.drugs.items():
        outcome = _outcome(columns.column, line, notes)
        if outcome is not None:
            yield _treatment(line, drug.lower(), columns.drug_class, columns.role, outcome)


def _class_count(column: str | None, line: Line, notes: Notes) -> int:
    text = line.cell(column)
    if text is None:
        return 0
    number = read_number(text)
    if number is None or number != int(number) or not 0 <= number <= _MOST_CLASSES:
        sentence = f"{column} is not a number of classes from 0 to {_MOST_CLASSES}"
        notes.say("treatments", sentence, "dropped", line.key)
        return 0
    notes.counts["unnamed classes"] += int(number)
    return int(number)


def _outcome(column: str, line: Line, notes: Notes) -> str | None:
    """Return how a treatment went: a word of the contract, or "no effect" for a plain yes."""
    text = line.cell(column)
    if text is not None and plain_word(text) in TREATMENT_OUTCOMES:
        return plain_word(text)
    return "no effect" if _yes_or_no("treatments", column, line, notes) else None


def _yes_or_no(table: str, column: str, line: Line, notes: Notes) -> bool | None:
    """Return what the cell says; None where it is empty, or says neither, which is remarked on."""
    text = line.cell(column)
    if text is None:
        return None
    if text.lower() in YES_WORDS or text.lower() in NO_WORDS:
        return text.lower() in YES_WORDS
    notes.say(table, f"{column} is neither yes nor no", "dropped", line.key)
    return None


def _treatment(line: Line, ingredient: str, drug_class: str | None, role: str, outcome: str) -> Row:
    return {
        "person_id": line.person,
        "ingredient": ingredient,
        "drug_class": drug_class,
        "role": role,
        "outcome": outcome,
        "basis": "recorded",
        ROW_KEY: line.key,
    }
