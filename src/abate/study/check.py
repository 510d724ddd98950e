"""Before a run: what is there, what is missing, and are there ratings enough for the question? Counts only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abate.base.errors import AbateError, BrokenRecordsError, MissingTableError, OutputError
from abate.contracts.definition import Study
from abate.contracts.result import AttritionStep
from abate.engine.connection import Engine, EngineName, open_engine
from abate.study.explain import questions_before_omop
from abate.study.read import read_study

if TYPE_CHECKING:
    from abate.sources.checking import Places
    from abate.sources.detect import SourceKind
    from abate.sources.omop.describe import RecordsDescription, TreatmentDescription
    from abate.sources.sheets import SheetDescription


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a check says: lines of plain words, and what would stop a run."""

    lines: tuple[str, ...]
    stops: tuple[AbateError, ...] = ()


def check_records(data: str, study: Study | str | None = None, *, engine: EngineName = "duckdb") -> list[str]:
    """Return what records hold and lack, in lines of plain words; no row values, row numbers and cell addresses at most.

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
        If the records or the study cannot be read at all, or the records would stop a run.
    """
    found = check_all(data, study, engine=engine)
    if found.stops:
        raise found.stops[0]
    return list(found.lines)


def check_all(
    data: str,
    study: Study | str | None = None,
    *,
    out: Path | None = None,
    overwrite: bool = False,
    engine: EngineName = "duckdb",
) -> Check:
    """Return what records hold and lack, and everything that would stop a run.

    Parameters
    ----------
    data, study, engine
        As in `check_records`.
    out : Path, optional
        For a workbook: writes a copy with a sheet "check" that lists the mistakes by cell, and the cells marked. The
        workbook itself is only read.
    overwrite : bool
        Replace what is at ``out``.

    Raises
    ------
    AbateError
        If the records or the study cannot be read at all, or the copy cannot be written.
    """
    from abate.sources.detect import source_kind

    wanted = read_study(study) if isinstance(study, str) else study
    kind = source_kind(data)
    target = None if out is None else _copy_target(Path(data), kind, out, overwrite=overwrite)
    with open_engine(engine) as running:
        if kind == "omop":
            return Check(lines=tuple(_check_omop(data, wanted, running)))
        return _check_sheets(Path(data), wanted, running, kind, target)


@dataclass(frozen=True, kw_only=True)
class _Copy:
    """The workbook that is looked at, and where its copy with the marks goes."""

    workbook: Path
    out: Path


def _copy_target(where: Path, kind: SourceKind, out: Path, *, overwrite: bool) -> _Copy:
    from abate.sources.checking import check_copy_target

    workbook = _workbook_of(where, kind)
    if workbook is None:
        raise OutputError(
            f"--out writes a copy of a workbook in which the cells are marked, and {where.name} is none; leave --out away."
        )
    check_copy_target(workbook, out, overwrite=overwrite)
    return _Copy(workbook=workbook, out=out)


def _workbook_of(where: Path, kind: SourceKind) -> Path | None:
    """Return the workbook in which the rows stand: the records themselves, or the sheet that a mapping names."""
    from abate.sources.sheets.workbook import WORKBOOK_ENDINGS
    from abate.sources.wide.mapping import read_mapping

    path = where.parent / read_mapping(where).file if kind == "wide" else where
    return path if kind in ("sheets", "wide") and path.suffix.lower() in WORKBOOK_ENDINGS and path.is_file() else None


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
    if found.is_given:
        what = f"{found.administrations:,} administrations in {found.persons:,} persons; {found.candidate_courses:,} courses by the gap rule alone"
    else:
        what = f"{found.administrations:,} visits for the condition in {found.persons:,} persons, treated ones included; {found.candidate_courses:,} stays"
    yield f"{found.name}: {what}, before the rules of entry"
    if found.candidate_courses == 0:
        return
    per_day = found.ratings_per_treated_day or 0.0
    begins = "the first dose" if found.is_given else "admission"
    yield (
        f"  ratings: {found.ratings_in_course:,} on {found.treated_days:,} treated days ({per_day:.1f} a day); "
        f"{found.rated_days:,} of these days have one; {found.rated_before:,} courses have one in the 24 hours before {begins}; "
        f"{found.courses_without_rating:,} courses have none"
    )
    if not found.is_rated_densely:
        yield "  sparse: fewer than one rating a treated day; daily means and the day of the lowest rating will rest on few courses"


def _check_sheets(where: Path, study: Study | None, engine: Engine, kind: SourceKind, copy: _Copy | None) -> Check:
    from abate.sources.border import check_course_tables
    from abate.sources.checking import read_places
    from abate.sources.sheets import describe_sheets
    from abate.study.course_tables import read_sheet_source

    workbook = _workbook_of(where, kind)
    stops: list[AbateError] = []
    try:
        source = read_sheet_source(kind, where, study, engine)
        checked = check_course_tables(source, study, engine, on_stop=stops.append)
    except (BrokenRecordsError, MissingTableError) as error:
        if copy is not None:
            _write_copy(copy, [], None, [error])
        raise
    places = None if workbook is None else read_places(workbook, _aliases(where, kind))
    findings = engine.to_arrow(checked.findings).to_pylist()
    if copy is not None:
        _write_copy(copy, findings, places, stops)
    lines = [source.source_kind]
    for sheet in describe_sheets(source, checked, engine):
        lines += _say_sheet(sheet, places)
    if study is not None and not stops:
        from abate.cohort.entry import find_entry

        lines += ["who would enter:", *(_say_step(step) for step in find_entry(study, checked, engine).attrition)]
    if copy is not None:
        lines.append(
            f"wrote {copy.out}: the sheet 'check' lists every cell named here; {copy.workbook.name} was only read"
        )
    return Check(lines=tuple(lines), stops=tuple(stops))


def _aliases(where: Path, kind: SourceKind) -> Mapping[str, str]:
    """Return the headings that a mapping gives to columns of the contract."""
    from abate.sources.wide.mapping import read_mapping

    if kind != "wide":
        return {}
    plan = read_mapping(where)
    named = {**plan.patient.model_dump(), **plan.course.model_dump()}
    return {
        "person_id": plan.patient.id,
        **{name: heading for name, heading in named.items() if isinstance(heading, str)},
    }


def _write_copy(
    copy: _Copy, findings: Sequence[Mapping[str, Any]], places: Places | None, stops: Sequence[AbateError]
) -> None:
    from abate.sources.checking import find_mistakes, write_checked_copy

    mistakes = [] if places is None else find_mistakes(findings, places)
    write_checked_copy(copy.workbook, copy.out, mistakes, [str(error) for error in stops])


def _say_step(step: AttritionStep) -> str:
    note = "" if step.is_asked or step.note is None else f"  ({step.note})"
    return f"  {step.courses:>6,} courses, {step.persons:,} persons: {step.rule}{note}"


def _say_sheet(sheet: SheetDescription, places: Places | None) -> Iterator[str]:
    kept = "" if sheet.kept_count == sheet.row_count else f", {sheet.kept_count:,} kept"
    counted = f" {sheet.row_count:,} rows{kept}; columns: {', '.join(sheet.columns)}" if sheet.columns else ""
    yield f"  {sheet.table:12}{counted}"
    if sheet.missing_columns:
        yield f"    not there: {', '.join(sheet.missing_columns)}"
    for problem in sheet.problems:
        named = ", ".join(_shown(places, sheet.table, problem.rule, row) for row in problem.rows)
        more = " …" if problem.rows and len(problem.rows) < problem.count else ""
        yield f"    {problem.rule} ({problem.action}, {problem.count:,})" + (f": {named}{more}" if named else "")


def _shown(places: Places | None, table: str, rule: str, row: str) -> str:
    """Return the address of the cell where the row stands in a workbook, else the key of the row."""
    found = () if places is None else places.find(table, rule, row)
    return found[0].address if found else row
