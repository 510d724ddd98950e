"""What does a plan leave in its folder? Report and drafts for people, plan.json and tables for other programs, each figure with its numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from abate.contracts.draft import NOT_REVIEWED, DraftTable, PlanDrafts
from abate.contracts.plan_view import PlanView
from abate.contracts.trial_plan import TRIAL_PLAN_SCHEMA, AssumptionRow, CharacteristicsRow, TrialPlan
from abate.report.csv_text import as_csv
from abate.report.drawn import DrawnFigure, draw_with_source
from abate.report.plain_data import as_plain_data
from abate.report.plan.draft_html import render_draft_page
from abate.report.plan.draft_word import render_draft_document
from abate.report.plan.html import describe_plan_source, render_plan_page
from abate.report.plan.sections import build_plan_sections
from abate.report.plan.word import render_plan_document
from abate.report.written import write_figure, write_text

_ASSUMPTION_COLUMNS = tuple(field.name for field in fields(AssumptionRow))
_BY_LOOK = ("reject_by_look", "futility_by_look")
_CHARACTERISTICS_COLUMNS = tuple(field.name for field in fields(CharacteristicsRow) if field.name not in _BY_LOOK)


def write_plan(plan: TrialPlan, drafts: PlanDrafts, folder: Path) -> None:
    """Write all files of a plan but ``next-trial.toml`` into ``folder``, the same bytes on every run.

    Raises
    ------
    OSError
        If the folder cannot be written; the caller knows what was being written and says it to the user.
    """
    view = PlanView(plan)
    sections = build_plan_sections(view, drafts.synopsis)
    drawn = draw_with_source(sections, describe_plan_source(view))
    write_text(folder / "report.html", render_plan_page(view, sections, drawn))
    (folder / "report.docx").write_bytes(render_plan_document(view, sections, drawn))
    _write_drafts(plan, drafts, folder)
    _write_for_programs(plan, drafts, folder)
    _write_figures(drawn, folder / "figures")


def _write_drafts(plan: TrialPlan, drafts: PlanDrafts, folder: Path) -> None:
    for draft in (drafts.protocol, drafts.sap, drafts.consent_facts, drafts.committee_charter):
        (folder / f"{draft.id}.docx").write_bytes(render_draft_document(draft, plan))
        write_text(folder / f"{draft.id}.html", render_draft_page(draft, plan))
    write_text(folder / "schedule-of-activities.csv", schedule_as_csv(drafts))


def _write_for_programs(plan: TrialPlan, drafts: PlanDrafts, folder: Path) -> None:
    write_text(folder / "plan.json", describe_plan(plan))
    write_text(folder / "registration.json", as_json({"status": NOT_REVIEWED, **drafts.registration}))
    write_text(folder / "assumptions.csv", assumptions_as_csv(plan))
    write_text(folder / "operating-characteristics.csv", characteristics_as_csv(plan))


def _write_figures(drawn: Mapping[str, DrawnFigure], folder: Path) -> None:
    folder.mkdir()
    for figure in drawn.values():
        write_figure(folder, figure)


def describe_plan(plan: TrialPlan) -> str:
    """Return plan.json: valid by ``trial_plan.schema.json``, without NaN or infinity, numbers of ten digits."""
    return as_json({"schema": TRIAL_PLAN_SCHEMA, "status": NOT_REVIEWED, **asdict(plan)})


def as_json(data: Mapping[str, Any]) -> str:
    """Return data as JSON, keys in the order given."""
    return json.dumps(as_plain_data(data), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def assumptions_as_csv(plan: TrialPlan) -> str:
    """Return assumptions.csv: a row an assumption, every column of it."""
    rows = ([as_plain_data(getattr(row, name)) for name in _ASSUMPTION_COLUMNS] for row in plan.assumptions)
    return as_csv(_ASSUMPTION_COLUMNS, rows)


def characteristics_as_csv(plan: TrialPlan) -> str:
    """Return operating-characteristics.csv: a row a true difference; what happens at each look in columns of its own."""
    count = max((len(row.reject_by_look) for row in plan.characteristics), default=0)
    looks = [f"{name.removesuffix('_by_look')}_at_look_{place}" for place in range(1, count + 1) for name in _BY_LOOK]
    rows = (
        [
            *(as_plain_data(getattr(row, name)) for name in _CHARACTERISTICS_COLUMNS),
            *(as_plain_data(_at(getattr(row, name), place)) for place in range(count) for name in _BY_LOOK),
        ]
        for row in plan.characteristics
    )
    return as_csv((*_CHARACTERISTICS_COLUMNS, *looks), rows)


def _at(values: Any, place: int) -> Any:
    return values[place] if place < len(values) else None


def schedule_as_csv(drafts: PlanDrafts) -> str:
    """Return schedule-of-activities.csv: the table of the protocol."""
    table = _first_table(drafts)
    return as_csv(table.columns, table.rows)


def _first_table(drafts: PlanDrafts) -> DraftTable:
    return next(table for section in drafts.schedule.sections for table in section.tables)
