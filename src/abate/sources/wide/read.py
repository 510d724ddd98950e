"""How does the wide sheet of a chart review become course tables? Row by row, by the names in the mapping."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from abate.contracts.course_tables import COURSE_TABLES, SourceTables
from abate.contracts.definition import Study
from abate.sources.border.reading import ROW_KEY
from abate.sources.findings import remarks_as_arrow
from abate.sources.wide.assumptions import assumptions
from abate.sources.wide.columns import WideColumns, find_sheet
from abate.sources.wide.doses import dose_rows
from abate.sources.wide.history import event_rows, failed_rows
from abate.sources.wide.lines import Notes, Row, course_row, patient_rows, read_lines
from abate.sources.wide.mapping import WideSheetMapping, read_mapping
from abate.sources.wide.ratings import rating_rows

if TYPE_CHECKING:
    from abate.engine.connection import Engine

SOURCE_KIND = "wide sheet"


def read_wide_sheet(mapping: Path, study: Study | None, engine: Engine) -> SourceTables:
    """Return the course tables that a wide sheet holds; ``mapping`` is the TOML file that names its columns.

    A date without a clock time is given the mapping's; a rating of day k stands on calendar day k of the course, day 1
    being the date of the first dose. Every such assumption is a finding.

    Raises
    ------
    RecordsNotFoundError, NotRecordsError
        If mapping or sheet is not there, or is of another kind.
    MissingTableError
        If the mapping names a column that the sheet does not have.
    """
    plan = read_mapping(mapping)
    columns = WideColumns(find_sheet(mapping.parent / plan.file, plan.sheet), plan, mapping.name)
    notes = Notes(remarks=list(columns.sheet.remarks))
    rows = _take_apart(plan, columns, study, notes)
    return SourceTables(
        **{name: engine.from_arrow(_arrow(name, found), name) for name, found in rows.items()},
        findings=engine.from_arrow(remarks_as_arrow(notes.remarks), "findings"),
        source_kind=SOURCE_KIND,
    )


def _take_apart(
    plan: WideSheetMapping, columns: WideColumns, study: Study | None, notes: Notes
) -> dict[str, list[Row]]:
    """Return the rows of each table that the mapping has columns for; what it has none for is not recorded."""
    lines = read_lines(plan, columns, study, notes)
    rows = {
        "patients": patient_rows(plan, lines, notes),
        "courses": [course_row(plan, line) for line in lines],
        "ratings": [row for line in lines for row in rating_rows(plan, columns, line, study, notes)],
    }
    if plan.doses is not None:
        rows["doses"] = [row for line in lines for row in dose_rows(plan.doses, line, notes)]
    if plan.events is not None:
        rows["events"] = [row for line in lines for row in event_rows(plan, line, notes)]
    if plan.failed is not None:
        rows["treatments"] = failed_rows(plan.failed, lines, notes)
    for name, columns_of_table in plan.optional_columns.items():
        if not any(line.cell(column) is not None for line in lines for column in columns_of_table):
            del rows[name]
            notes.say(name, "no cell of its columns is filled in; it counts as not recorded", "noted")
    for table, sentence in assumptions(plan, columns, lines, rows, notes):
        notes.say(table, sentence, "noted")
    return rows


def _arrow(name: str, rows: list[Row]) -> pa.Table:
    names = (*COURSE_TABLES[name].column_names, ROW_KEY)
    return pa.table({column: pa.array([row.get(column) for row in rows], pa.string()) for column in names})
