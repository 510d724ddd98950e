"""How is a draft read for rendering? Its tables as tables of a report, numbered through the document; its items with their status in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.contracts.draft import Draft, DraftItem, DraftSection, DraftTable, ItemStatus
from abate.report.report_table import ReportTable, row, table
from abate.report.table_cells import begins_as_number

#: A table of more columns is never one of sentences.
_MOST_COLUMNS_OF_PROSE = 6


@dataclass(frozen=True, kw_only=True)
class ReadSection:
    """A section of a draft with the tables of a report."""

    id: str
    section: DraftSection
    tables: Sequence[tuple[int, ReportTable]]  # number and table


def read_sections(draft: Draft) -> Sequence[ReadSection]:
    """Return the sections, their tables numbered through the draft."""
    number, found = 0, []
    for place, section in enumerate(draft.sections, start=1):
        tables = []
        for one in section.tables:
            number += 1
            tables.append((number, report_table(f"{draft.id}-{number}", one)))
        found.append(ReadSection(id=f"part-{place}", section=section, tables=tables))
    return found


def report_table(id: str, found: DraftTable) -> ReportTable:
    """Return a table of a draft as one of a report."""
    rows = [row(*cells) for cells in found.rows]
    cells = [cell for cells in found.rows for cell in cells[1:] if cell]
    is_prose = (
        len(found.columns) <= _MOST_COLUMNS_OF_PROSE and sum(begins_as_number(cell) for cell in cells) < len(cells) / 2
    )
    notes = (found.note,) if found.note else ()
    return table(id, found.title, found.columns, rows, notes=notes, is_prose=is_prose)


def describe_origin(item: DraftItem) -> str:
    """Return where the numbers of an item come from, or why it does not apply, as a line under it."""
    if not item.origin:
        return ""
    return item.origin if item.status is ItemStatus.NOT_APPLICABLE else f"From {item.origin}."
