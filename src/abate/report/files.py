"""Which files does a report leave? The page, the results for other programs, and each figure with its numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from abate.contracts.result import RESULTS_SCHEMA, Estimate, StudyResult
from abate.report.centre import has_summary, render_summary
from abate.report.csv_text import as_csv
from abate.report.drawn import DrawnFigure, draw_figures
from abate.report.html import render_page
from abate.report.plain_data import as_plain_data
from abate.report.section import Section
from abate.report.sections import build_sections
from abate.report.table_cells import table_as_csv
from abate.report.view import ResultView
from abate.report.written import write_figure, write_text

_ESTIMATE_COLUMNS = tuple(field.name for field in fields(Estimate))


def write_outputs(result: StudyResult, folder: Path) -> None:
    """Write report.html, summary.html, results.json, results.csv and figures/ into ``folder``, the same bytes on every run.

    Raises
    ------
    OSError
        If the folder cannot be written; the caller knows what was being written and says it to the user.
    """
    view = ResultView(result)
    sections = build_sections(view)
    drawn = draw_figures(view, sections)
    write_text(folder / "report.html", render_page(view, sections, drawn))
    if has_summary(view):
        write_text(folder / "summary.html", render_summary(view))
    write_text(folder / "results.json", describe_results(result))
    write_text(folder / "results.csv", estimates_as_csv(result.estimates))
    (folder / "figures").mkdir()
    for figure in drawn.values():
        write_figure(folder / "figures", figure)
    _write_for_people(folder, view, sections, drawn)


def _write_for_people(
    folder: Path, view: ResultView, sections: Sequence[Section], drawn: Mapping[str, DrawnFigure]
) -> None:
    """Write report.docx, tables.xlsx, and each table of the page as CSV."""
    from abate.report.word import render_document
    from abate.report.workbook import render_workbook

    (folder / "report.docx").write_bytes(render_document(view, sections, drawn))
    (folder / "tables.xlsx").write_bytes(render_workbook(view, sections, drawn))
    (folder / "tables").mkdir()
    for table in (table for section in sections for table in section.tables):
        write_text(folder / "tables" / f"{table.id}.csv", table_as_csv(table))


def describe_results(result: StudyResult) -> str:
    """Return results.json: valid by ``results.schema.json``, without NaN or infinity, numbers of ten digits."""
    data = {
        "schema": RESULTS_SCHEMA,
        "title": str(result.study.get("title", "")),
        "study": result.study,
        "estimates": [asdict(estimate) for estimate in result.estimates],
        "attrition": [asdict(step) for step in result.attrition],
        "characteristics": [asdict(row) for row in result.characteristics],
        "findings": [asdict(found) for found in result.findings],
        "sensitivity": [asdict(row) for row in result.sensitivity],
        "days": [asdict(day) for day in result.days],
        **({} if result.compared is None else {"compared": asdict(result.compared)}),
        "edition": asdict(result.edition),
        "provenance": asdict(result.provenance),
    }
    return json.dumps(as_plain_data(data), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def estimates_as_csv(estimates: Sequence[Estimate]) -> str:
    """Return results.csv: a row an estimate, every column of it, text cells guarded against running as formulas."""
    rows = ([as_plain_data(getattr(estimate, name)) for name in _ESTIMATE_COLUMNS] for estimate in estimates)
    return as_csv(_ESTIMATE_COLUMNS, rows)
