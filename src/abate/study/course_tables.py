"""How do records become course tables? By the way in that fits them, the course rules, and one check at the border."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from abate.base.errors import RecordsNotFoundError, StudyFileError
from abate.base.logs import Progress, silent
from abate.base.writing import has_no_room, no_room_for_work
from abate.contracts.course_tables import CourseTables, SourceTables
from abate.contracts.definition import Study
from abate.engine.connection import Engine
from abate.study.explain import UNTREATED_ARE_GIVEN, questions_before_omop

if TYPE_CHECKING:
    from abate.sources.detect import SourceKind


def read_course_tables(study: Study, where: str, engine: Engine, progress: Progress = silent) -> CourseTables:
    """Return the contract's tables for every treatment that the study names, checked at the border.

    Raises
    ------
    StudyFileError
        If the study leaves a code empty that these records cannot be searched without.
    AbateError
        If the records are not there, are no records, or lack what the study needs.
    """
    from abate.sources.border import check_course_tables

    with reading():
        source = _read_source(study, where, engine, progress)
    progress("checking the course tables")
    return check_course_tables(_with_courses(source, study, engine, progress), study, engine)


@contextmanager
def reading() -> Iterator[None]:
    """Tell a failure of the disk while records are read, as one sentence.

    Raises
    ------
    RecordsNotFoundError
        If they can no longer be read.
    OutputError
        If the temporary folder is full.
    """
    try:
        yield
    except OSError as error:
        if has_no_room(error):
            raise no_room_for_work() from None
        raise RecordsNotFoundError(
            f"the records could not be read ({error.strerror or type(error).__name__}); is their place still there, and are the files whole?"
        ) from None


def _read_source(study: Study, where: str, engine: Engine, progress: Progress) -> SourceTables:
    from abate.sources.detect import source_kind

    kind = source_kind(where)
    progress(f"reading {kind} records")
    if kind == "omop":
        return _read_omop(study, where, engine, progress)
    return read_sheet_source(kind, Path(where), study, engine)


def read_sheet_source(kind: SourceKind, where: Path, study: Study | None, engine: Engine) -> SourceTables:
    """Return the tables of records that are course tables already: sheets, a wide sheet, or an export of REDCap."""
    if kind == "wide":
        from abate.sources.wide import read_wide_sheet

        return read_wide_sheet(where, study, engine)
    if kind == "redcap":
        from abate.sources.redcap import read_redcap_export

        return read_redcap_export(where, study, engine)
    from abate.sources.sheets import read_sheets

    return read_sheets(where, study, engine)


def _read_omop(study: Study, where: str, engine: Engine, progress: Progress) -> SourceTables:
    from abate.engine.records import open_records
    from abate.sources.omop import read_omop

    questions = questions_before_omop(study)
    if questions:
        raise StudyFileError(f"the study file cannot be run on an OMOP database yet: {' '.join(questions)}")
    with open_records(where, engine) as store:
        return read_omop(store, study, engine, progress)


def _with_courses(source: SourceTables, study: Study, engine: Engine, progress: Progress) -> SourceTables:
    """Return the source with courses and doses: its own, or those that its administrations and untreated visits make."""
    if source.administrations is None:
        return _with_remark_on_untreated(source, study, engine)
    from abate.courses.infusions import join_courses
    from abate.courses.untreated import find_untreated

    progress("joining doses to courses")
    made = join_courses(source.administrations, source.stays, study, engine)
    courses, findings = made.courses, source.findings.union(made.findings)
    if source.candidate_visits is not None:
        progress("looking for untreated episodes")
        untreated = find_untreated(source.candidate_visits, courses, source.other_doses, study, engine)
        courses, findings = courses.union(untreated.courses), findings.union(untreated.findings)
    return replace(source, courses=courses, doses=made.doses, findings=engine.materialise(findings, "findings"))


def _with_remark_on_untreated(source: SourceTables, study: Study, engine: Engine) -> SourceTables:
    """Say that untreated episodes are not looked for in records that hold their courses already."""
    if study.comparator is None or study.comparator.is_given:
        return source
    from abate.sources.findings import Findings

    findings = Findings(engine)
    findings.add_table(source.findings)
    findings.add_remark("courses", UNTREATED_ARE_GIVEN.format(name=study.comparator.name))
    return replace(source, findings=findings.as_table())
