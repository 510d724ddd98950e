"""Before a run: what is there, what is missing, and are there ratings enough for the question? Counts only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from abate.contracts.definition import Study
from abate.contracts.result import AttritionStep
from abate.engine.connection import Engine, EngineName, open_engine
from abate.study.explain import questions_before_omop
from abate.study.read import read_study

if TYPE_CHECKING:
    from abate.sources.omop.describe import RecordsDescription, TreatmentDescription
    from abate.sources.sheets import SheetDescription

#: Row numbers named for one mistake of a sheet; the rest are counted.
_ROWS_NAMED = 10


def check_records(data: str, study: Study | str | None = None, *, engine: EngineName = "duckdb") -> list[str]:
    """Return what records hold and lack, in lines of plain words; no row values, row numbers at most.

    Parameters
    ----------
    data : str
        As in `abate.run`.
    study : Study, str, optional
        What the records are wanted for; without it, only what is there is said.
    engine : "duckdb" or "spark"
        Where the counting runs.

    Raises
    ------
    AbateError
        If the records or the study cannot be read at all.
    """
    from abate.sources.detect import source_kind

    wanted = read_study(study) if isinstance(study, str) else study
    kind = source_kind(data)
    with open_engine(engine) as running:
        if kind == "omop":
            return list(_check_omop(data, wanted, running))
        return list(_check_sheets(Path(data), wanted, running, is_wide=kind == "wide"))


def _check_omop(where: str, study: Study | None, engine: Engine) -> Iterator[str]:
    from abate.engine.records import open_records
    from abate.sources.omop.describe import describe_records

    questions = [] if study is None else list(questions_before_omop(study))
    # A study that still leaves codes empty cannot be searched for; what is there can be counted all the same.
    with open_records(where, engine) as store:
        found = describe_records(store, None if questions else study, engine)
    yield from _say_records(found)
    yield from (f"before a run: {question}" for question in questions)
    for treatment in found.treatments:
        yield from _say_treatment(treatment)
    yield from (f"{finding.table}: {finding.rule} ({finding.action}, {finding.rows:,})" for finding in found.findings)


def _say_records(found: RecordsDescription) -> Iterator[str]:
    details = ", ".join(f"{name} {value}" for name, value in found.details.items())
    yield found.kind + (f" ({details})" if details else "") + ("; simulated" if found.is_simulated else "")
    for table in found.tables:
        rows = "not there" if table.rows is None else f"{table.rows:,} rows"
        span = f", {table.first} to {table.last}" if table.first and table.last else ""
        yield f"  {table.name:22} {rows}{span}"
    yield from (f"missing: {sentence}" for sentence in found.missing)


def _say_treatment(found: TreatmentDescription) -> Iterator[str]:
    yield (
        f"{found.name}: {found.administrations:,} administrations in {found.persons:,} persons; {found.candidate_courses:,} courses by the "
        "gap rule alone, before the rules of entry"
    )
    if found.candidate_courses == 0:
        return
    per_day = found.ratings_per_treated_day or 0.0
    yield (
        f"  ratings: {found.ratings_in_course:,} on {found.treated_days:,} treated days ({per_day:.1f} a day); "
        f"{found.rated_days:,} of these days have one; {found.rated_before:,} courses have one in the 24 hours before the first dose; "
        f"{found.courses_without_rating:,} courses have none"
    )
    if not found.is_rated_densely:
        yield "  sparse: fewer than one rating a treated day; daily means and the day of the lowest rating will rest on few courses"


def _check_sheets(where: Path, study: Study | None, engine: Engine, *, is_wide: bool) -> Iterator[str]:
    from abate.sources.border import check_course_tables
    from abate.sources.sheets import describe_sheets, read_sheets
    from abate.sources.wide import read_wide_sheet

    source = read_wide_sheet(where, study, engine) if is_wide else read_sheets(where, study, engine)
    checked = check_course_tables(source, study, engine)
    yield source.source_kind
    for sheet in describe_sheets(source, checked, engine):
        yield from _say_sheet(sheet)
    if study is not None:
        from abate.cohort.entry import find_entry

        yield "who would enter:"
        yield from (_say_step(step) for step in find_entry(study, checked, engine).attrition)


def _say_step(step: AttritionStep) -> str:
    note = "" if step.is_asked or step.note is None else f"  ({step.note})"
    return f"  {step.courses:>6,} courses, {step.persons:,} persons: {step.rule}{note}"


def _say_sheet(sheet: SheetDescription) -> Iterator[str]:
    kept = "" if sheet.kept_count == sheet.row_count else f", {sheet.kept_count:,} kept"
    yield f"  {sheet.table:12} {sheet.row_count:,} rows{kept}; columns: {', '.join(sheet.columns)}"
    if sheet.missing_columns:
        yield f"    not there: {', '.join(sheet.missing_columns)}"
    for problem in sheet.problems:
        named = ", ".join(problem.rows[:_ROWS_NAMED])
        more = f" and {len(problem.rows) - _ROWS_NAMED} more" if len(problem.rows) > _ROWS_NAMED else ""
        yield f"    {problem.rule} ({problem.action}, {problem.count:,})" + (f": {named}{more}" if named else "")
