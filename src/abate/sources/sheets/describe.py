"""What is in the sheets, and what is wrong with them? Counts, headings and row numbers; never what stands in a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abate.contracts.course_tables import COURSE_TABLES, CourseTables, SourceTables
from abate.sources.border.reading import ROW_KEY

if TYPE_CHECKING:
    from abate.engine.connection import Engine

_MOST_NAMED_ROWS = 5


@dataclass(frozen=True, kw_only=True)
class SheetProblem:
    """One rule that rows of a table broke, or one remark on the table; ``rows`` names the first few."""

    rule: str
    action: str
    count: int
    rows: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SheetDescription:
    """One table: how many rows it has and keeps, which columns it has, and what was wrong."""

    table: str
    row_count: int
    kept_count: int
    columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    problems: tuple[SheetProblem, ...]


def describe_sheets(source: SourceTables, checked: CourseTables, engine: Engine) -> tuple[SheetDescription, ...]:
    """Return what the tables of a source hold, as read and as they passed the border.

    Parameters
    ----------
    source : SourceTables
        From ``read_sheets`` or ``read_wide_sheet``.
    checked : CourseTables
        The same after ``check_course_tables``.
    engine : Engine
        Holds both.

    Returns
    -------
    tuple of SheetDescription
        One for each table that is there, in the contract's order, and one for each other sheet that was remarked on.
    """
    problems = _problems(engine.to_arrow(checked.findings).to_pylist())
    described = [
        _describe(name, getattr(source, name), getattr(checked, name), problems.pop(name, ()), engine)
        for name in COURSE_TABLES
        if getattr(source, name) is not None
    ]
    others = [
        SheetDescription(table=name, row_count=0, kept_count=0, columns=(), missing_columns=(), problems=tuple(found))
        for name, found in problems.items()
    ]
    return (*described, *others)


def _describe(name: str, given: Any, kept: Any, problems: Sequence[SheetProblem], engine: Engine) -> SheetDescription:
    contract = COURSE_TABLES[name].column_names
    columns = tuple(column for column in given.columns if column != ROW_KEY)
    return SheetDescription(
        table=name,
        row_count=_count(given, engine),
        kept_count=_count(kept, engine),
        columns=columns,
        missing_columns=tuple(column for column in contract if column not in columns),
        problems=tuple(problems),
    )


def _count(table: Any, engine: Engine) -> int:
    return int(engine.to_arrow(table.count().name("rows").as_table())["rows"][0].as_py())


def _problems(findings: Sequence[Mapping[str, Any]]) -> dict[str, list[SheetProblem]]:
    """Return problems by table, the most frequent first."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        rows = grouped.setdefault((finding["table"], finding["rule"], finding["action"]), [])
        rows.append(finding["row_key"] or "")
    found: dict[str, list[SheetProblem]] = {}
    for (table, rule, action), rows in sorted(grouped.items(), key=lambda item: (item[0][0], -len(item[1]), item[0])):
        named = tuple(sorted((row for row in rows if row), key=_by_number)[:_MOST_NAMED_ROWS])
        found.setdefault(table, []).append(SheetProblem(rule=rule, action=action, count=len(rows), rows=named))
    return found


def _by_number(row: str) -> tuple[int, str]:
    """Order "ratings row 9" before "ratings row 17"."""
    digits = "".join(character for character in row.rpartition(" row ")[2].split(",")[0] if character.isdigit())
    return (int(digits) if digits else 0, row)
