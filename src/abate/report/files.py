"""Which files does a report leave? The page, the results for other programs, and each figure with its numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from abate.contracts.result import RESULTS_SCHEMA, Estimate, StudyResult
from abate.report.centre import has_summary, render_summary
from abate.report.csv_text import as_csv
from abate.report.drawn import DrawnFigure, draw_figures
from abate.report.html import render_page
from abate.report.sections import Section, build_sections
from abate.report.table_cells import table_as_csv
from abate.report.view import ResultView

#: Digits of a number that is written: two engines may add in another order and differ in the last bits, not in these.
DIGITS = 10

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
    _write(folder / "report.html", render_page(view, sections, drawn))
    if has_summary(view):
        _write(folder / "summary.html", render_summary(view))
    _write(folder / "results.json", describe_results(result))
    _write(folder / "results.csv", estimates_as_csv(result.estimates))
    (folder / "figures").mkdir()
    for figure in drawn.values():
        _write_figure(folder / "figures", figure)
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
        _write(folder / "tables" / f"{table.id}.csv", table_as_csv(table))


def describe_results(result: StudyResult) -> str:
    """Return results.json: valid by ``results.schema.json``, without NaN or infinity, numbers with `DIGITS` digits."""
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


def rounded(value: float) -> float | int | None:
    """Return a number with `DIGITS` significant digits; None where it is no number, and never a negative zero."""
    if not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}") + 0.0


def _write_figure(folder: Path, drawn: DrawnFigure) -> None:
    name = drawn.figure.id
    for table in drawn.figure.numbers:
        is_main = table is drawn.figure.numbers[0]
        _write(folder / (f"{name}.csv" if is_main else f"{table.id}.csv"), table_as_csv(table))
    if drawn.reason is None:
        _write(folder / f"{name}.svg", drawn.file)
        (folder / f"{name}.png").write_bytes(drawn.png)


def as_plain_data(value: Any) -> Any:
    """Return ``value`` as JSON has it: rounded numbers, no NaN, keys as text."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return rounded(value)
    if isinstance(value, Mapping):
        return {str(key): as_plain_data(found) for key, found in value.items()}
    if isinstance(value, Sequence):
        return [as_plain_data(found) for found in value]
    return as_plain_data(value.item())  # a number of NumPy


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", errors="replace"))
