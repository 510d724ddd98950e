"""What is to be done about a finding? The rule of the column, what was done with the row, and what to do, in plain words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from types import MappingProxyType

from abate.contracts.course_tables import COURSE_TABLES
from abate.sources.sheets.text_dates import looks_like_a_date
from abate.sources.template.columns import comment_of

#: What was done, by the word that findings use.
DONE: Mapping[str, str] = MappingProxyType(
    {
        "dropped": "The row was left out.",
        "repaired": "The cell was read as empty.",
        "kept": "Read as it stands.",
        "noted": "Nothing was left out.",
    }
)

#: What to do, by what the rule says; the first that fits is taken.
_ADVICE: tuple[tuple[str, str], ...] = (
    (r"is not a (whole )?number", "Write one number. For a range such as 7-8 decide by one rule of your own, and write that rule down."),
    (r"is not a (time|date)", "Enter it as a date (2024-03-01 14:30). If it is text, choose its order on the sheet 'read me'; check the calendar."),
    (r"is before 1900", "Correct the year."),
    (r"is empty; (filled|built)", "Nothing, unless you number the courses yourself."),
    (r"^end is empty", "Fill in the end of the course, if the chart has it."),
    (r"is empty", "Fill in the cell: a row without it cannot be used. Delete the row if it is none."),
    (r"is outside|is below|is above", "Compare with the chart: a slip of the pen, another scale or another unit?"),
    (r"is none of", "Choose one of the list."),
    (r"is neither yes nor no", "Write yes or no, or leave the cell empty where it was not recorded."),
    (r"(before|after) (start|end)|follow the order|starts before", "Compare the times with the chart; day and month exchanged, or a wrong year?"),
    (r"stands in several rows that differ", "Give each its own, or leave one row."),
    (r"same row twice|alike", "Delete one of the rows, if it was entered twice."),
    (r"course is not in courses|no course in", "Write the id as in the sheet courses, or add the course there."),
    (r"time of the rating cannot be known", "Mend the first dose of the course in the sheet courses first."),
    (r"several courses", "Write the course_number, too."),
    (r"scale is not known", "Write the scale as the list has it."),
    (r"formula without a stored value", "Open and save the workbook in a spreadsheet program, or write the value itself."),
    (r"error of the spreadsheet", "Mend the formula, or write the value itself."),
    (r"merged", "Part the cells and fill in each."),
    (r"hidden", "Show the row and look whether it belongs to the review; delete it if not."),
    (r"15 digits", "Format the column as text and write the id again."),
    (r"not known and was not read|not read", "Rename it if it is meant to be read; else nothing."),
    (r"drug_class is empty", "Write the class, or the ingredient as the list has it."),
    (r"term is none that the study", "Write the term as the study file has it, if it is one of them."),
)  # fmt: skip


def what_to_do(rule: str) -> str:
    """Return what a person can do about a finding."""
    for pattern, advice in _ADVICE:
        if re.search(pattern, rule):
            return advice
    return "Compare with the chart."


def rule_of_column(table: str, column: str | None) -> str:
    """Return what a column of the contract may hold; empty for a column or table that is none of it."""
    if column is None or table not in COURSE_TABLES or column not in COURSE_TABLES[table].column_names:
        return ""
    contract = COURSE_TABLES[table].column(column)
    is_needed = contract.is_required and (table, column) != ("courses", "course_id")
    return " ".join(comment_of(contract, is_needed=is_needed).split("\n"))


def what_stands_there(value: object) -> str:
    """Return what kind of thing a cell holds, without its value.

    Examples
    --------
    >>> what_stands_there("7-8")
    'a range of two numbers'
    """
    if value is None or not str(value).strip():
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, dt.date | dt.time):
        return "a date"
    text = str(value).strip()
    if text.startswith("="):
        return "a formula"
    if re.fullmatch(r"[0-9]+([.,][0-9]+)?\s*(-|–|/|to|bis)\s*[0-9]+([.,][0-9]+)?", text):
        return "a range of two numbers"
    if re.fullmatch(r"-?[0-9]+([.,][0-9]+)?", text):
        return "a number, kept as text"
    if looks_like_a_date(text):
        return "a date, kept as text"
    return f"a text of {len(text)} character{'' if len(text) == 1 else 's'}"
