"""How does a study run? Records -> course tables -> outcomes -> estimates -> report, each arrow one call."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from abate.base.collecting import collecting_rarely
from abate.base.errors import NoCoursesError, ParameterError
from abate.base.logs import Progress, silent
from abate.base.writing import writing
from abate.contracts.course_tables import COURSE_TABLES
from abate.contracts.definition import Disclosure, Study
from abate.contracts.result import AttritionStep, Estimate, FindingCount, Provenance, StudyResult, TreatmentWay
from abate.engine.connection import Engine, EngineName, open_engine
from abate.study.course_tables import read_course_tables
from abate.study.explain import explain_run
from abate.study.output import MARK_OF_A_RUN, check_target, staged
from abate.study.provenance import fingerprint, hash_study, installed_versions, study_as_data

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from abate.cohort.entry import Entry
    from abate.contracts.course_tables import CourseTables
    from abate.outcomes.join import OutcomeTables

#: For whom a run writes: those who may see single courses, or others.
Audience = Literal["site", "share"]

#: Order of rows in what a run leaves, so that the same records give the same files.
_ORDER = {
    "patients": ("person_id",),
    "courses": ("course_id",),
    "doses": ("course_id", "start", "end", "rate_mg_h", "amount_mg", "route", "basis"),
    "ratings": ("person_id", "time", "scale", "value", "occasion"),
    "events": ("person_id", "time", "term", "grade", "serious", "related", "action"),
    "treatments": ("person_id", "ingredient", "start", "end", "role", "drug_class", "outcome", "dose_mg_day", "basis"),
    "conditions": ("person_id", "date", "code", "vocabulary", "name"),
    "contacts": ("person_id", "start", "end", "kind", "planned", "for_condition"),
    "observed": ("person_id", "start", "end"),
    "outcomes": ("course_id",),
    "limits": ("course_id",),
    "daily": ("course_id", "day"),
    "harm": ("course_id", "onset_hours", "term", "grade", "serious", "related"),
    "findings": ("table", "rule", "action", "row_key"),
}


#: The line of the study file behind each rule of entry, to say what could be changed.
_LINE_OF_RULE = {
    "length": "treatment.length",
    "first_course": "eligibility.courses",
    "condition": "the section [condition]",
    "age": "eligibility.age",
    "observed_before": "eligibility.observed_before",
    "failed_preventive_classes": "eligibility.failed_preventive_classes",
    "failed_acute_classes": "eligibility.failed_acute_classes",
    "refractory": "eligibility.refractory or refractory_unknown",
    "first_eligible": "eligibility.courses",
}


@dataclass(frozen=True, kw_only=True)
class _Work:
    """All that stands between records and estimates, as tables of the running engine."""

    tables: CourseTables
    entry: Entry
    outcomes: OutcomeTables
    limits: ir.Table | None = None


def run(
    study: Study | str | Path,
    data: str | Path,
    out: str | Path | None = None,
    *,
    engine: EngineName = "duckdb",
    audience: Audience = "site",
    disclosure: Disclosure | None = None,
    earlier: Sequence[str | Path] = (),
    overwrite: bool = False,
    progress: Progress = silent,
) -> StudyResult:
    """Run a study on records and return what was found; with ``out``, write report, results, figures and course tables.

    Parameters
    ----------
    study : Study, or str or Path
        A study, the path of a study file, or the name of a preset.
    data : str or Path
        A DuckDB file or a folder with an OMOP CDM, a ``postgresql://`` URL, a workbook or folder of course tables, or the
        mapping file (.toml) of a wide sheet. Records are only read.
    out : str or Path, optional
        Folder to write; nothing is written without it.
    engine : "duckdb" or "spark"
        Where the work on records runs.
    audience : "site" or "share"
        For whom the files and the result are. With "share" nothing of single courses is left, and small counts are hidden with
        whatever would give them away.
    disclosure : Disclosure, optional
        Which counts are small, in an edition for sharing; the study's own section without it.
    earlier : sequence of str or Path
        Folders of earlier releases that readers of an edition for sharing may have too: nothing follows from all together.
    overwrite : bool
        Replace an earlier run in ``out``.
    progress : callable
        Is given a short sentence whenever a stage begins.

    Returns
    -------
    StudyResult
        Estimates, attrition, tables, findings and provenance; rows of eligible courses as Arrow tables.

    Raises
    ------
    AbateError
        One of its subclasses, with a sentence that says what to mend: see ``abate.base.errors``.
    """
    from abate.report.disclosure import disclose
    from abate.study.read import read_study

    began = time.monotonic()
    releases = read_earlier(earlier, audience)
    checked = study if isinstance(study, Study) else read_study(study)
    target = None if out is None else Path(out)
    if target is not None:
        check_target(target, overwrite=overwrite)
    with ExitStack() as stack:
        stack.enter_context(collecting_rarely())
        running = stack.enter_context(open_engine(engine))
        # Staged inside the engine's life, outside the work: a failure of either leaves nothing behind.
        folder = None if target is None else stack.enter_context(staged(target))
        work = _with_limits(checked, _find_outcomes(checked, str(data), running, progress))
        exported = _export(work, running)
        result = _estimate(checked, work, exported, running, progress)
        if audience == "share":
            result, exported = disclose(result, disclosure, releases), {}
        if target is not None and folder is not None:
            with writing(target):
                _write(result, exported, folder, progress)
                if audience == "site":
                    _write_log(folder, began)
    return result


def read_audience(name: str) -> Audience:
    """Return the audience of this name.

    Raises
    ------
    ParameterError
        If there is none.
    """
    if name == "site" or name == "share":
        return "site" if name == "site" else "share"
    raise ParameterError(f"--audience: {name!r} is no audience; give site or share.")


def read_disclosure(name: str | None, audience: Audience) -> Disclosure | None:
    """Return the rule of this name for what may be shared; None without a name, for the study's own.

    Raises
    ------
    ParameterError
        If there is no such rule, or nothing is shared.
    """
    from abate.report.disclosure import PRESETS

    if name is None:
        return None
    if audience == "site":
        raise ParameterError(
            "--disclosure: nothing is hidden in the edition for the site; give --audience share as well."
        )
    if name not in PRESETS:
        raise ParameterError(f"--disclosure: {name!r} is no rule; give one of {', '.join(PRESETS)}.")
    return PRESETS[name]


def read_earlier(folders: Sequence[str | Path], audience: Audience) -> list[Mapping[str, Any]]:
    """Return the earlier releases in these folders.

    Raises
    ------
    ParameterError
        If nothing is shared.
    DisclosureError
        If a folder holds no release.
    """
    from abate.report.sharing.releases import read_release

    if folders and audience == "site":
        raise ParameterError(
            "--earlier: nothing is hidden in the edition for the site, whatever was released before; give --audience share as well."
        )
    return [read_release(Path(folder)) for folder in folders]


def _find_outcomes(study: Study, where: str, engine: Engine, progress: Progress) -> _Work:
    from abate.cohort.entry import find_entry
    from abate.outcomes.join import join_outcomes

    tables = read_course_tables(study, where, engine, progress)
    progress("finding who enters")
    entry = find_entry(study, tables, engine)
    refuse_without_courses(study, entry.attrition)
    progress("joining outcomes to courses")
    outcomes = join_outcomes(study, tables, entry.courses, engine)
    return _Work(tables=tables, entry=entry, outcomes=outcomes)


def _with_limits(study: Study, work: _Work) -> _Work:
    """Add how far the doses of each course kept to the limits of the drug, where any is known."""
    from abate.courses.limits import find_limit_breaches
    from abate.inference.limits import has_limits

    if not has_limits(study.treatment.name):
        return work
    return replace(work, limits=find_limit_breaches(work.tables.doses, work.tables.courses))


def refuse_without_courses(study: Study, attrition: tuple[AttritionStep, ...]) -> None:
    """Raise NoCoursesError where nothing is left to describe; the error carries the attrition."""
    if attrition and attrition[-1].courses != 0:
        return
    first = attrition[0]
    if first.courses == 0:
        sentence = f"no courses: the records hold no course of {study.treatment.name}; check treatment.concepts and routes, and 'abate check'."
    else:
        lost = next(step for step in attrition if step.courses == 0)
        sentence = (
            f"no courses: {first.courses} course{'' if first.courses == 1 else 's'} of {study.treatment.name} found, "
            f"none left after the rule {lost.id!r}; change {_LINE_OF_RULE[lost.id]} in the study file, or look at what the records hold of it."
        )
    raise NoCoursesError(sentence, attrition)


def _estimate(
    study: Study, work: _Work, exported: Mapping[str, pa.Table], engine: Engine, progress: Progress
) -> StudyResult:
    from abate.inference.attribution.estimate import estimate_attribution
    from abate.inference.characteristics import describe_characteristics
    from abate.inference.columns import eligible_courses
    from abate.inference.comparison import compare_treatments
    from abate.inference.days import count_days
    from abate.inference.dose_response import estimate_dose_response
    from abate.inference.estimate import estimate_study
    from abate.inference.periods import count_periods
    from abate.study.refractory_sensitivity import vary_the_definition
    from abate.study.sensitivity import vary_the_rules

    progress("estimating")
    rows = _rows_of_study(study, exported)
    entered = _entered_courses(work)
    failed = _find_failed(study, work, entered, engine)
    differences, compared = compare_treatments(
        study,
        exported["outcomes"],
        exported["daily"],
        failed,
        work.entry.attrition,
        work.entry.comparator_attrition,
        _find_control_exposures(study, work, entered, engine),
    )
    return StudyResult(
        study=study_as_data(study),
        explanation=explain_run(study, work.tables.source_kind, work.entry.attrition),
        estimates=(
            *estimate_study(study, rows["outcomes"], rows["daily"], rows["harm"], exported.get("limits")),
            *_estimate_failed(study, exported["outcomes"], failed),
            *estimate_attribution(study, exported["outcomes"], exported["daily"], exported.get("ratings")),
            *differences,
            *estimate_dose_response(study, eligible_courses(study, exported["outcomes"]), exported.get("doses")),
        ),
        attrition=work.entry.attrition,
        characteristics=describe_characteristics(study, rows["outcomes"]),
        findings=_count_findings(exported["findings"]),
        sensitivity=(
            *vary_the_rules(study, work.tables, rows["outcomes"], engine),
            *vary_the_definition(study, work.tables, exported["outcomes"], engine),
        ),
        provenance=_provenance(study, work.tables, exported, engine),
        ways=_find_ways(study, work, entered, engine),
        days=count_days(study, exported["outcomes"], exported["daily"]),
        periods=count_periods(study, eligible_courses(study, exported["outcomes"])),
        compared=compared,
        **rows,
    )


def _entered_courses(work: _Work) -> ir.Table:
    """Return the courses that entered, as rows of the contract."""
    entered = work.entry.courses.filter(work.entry.courses.is_eligible)
    return work.tables.courses.semi_join(entered, "course_id")


def _find_ways(study: Study, work: _Work, courses: ir.Table, engine: Engine) -> tuple[TreatmentWay, ...] | None:
    """Return the ways from class to class to the courses that entered, where the study asks for history and there is one."""
    from abate.cohort.failed_classes import find_trials
    from abate.cohort.sequences import find_sequences

    if not study.asks_for_history or work.tables.treatments is None:
        return None
    found = engine.to_arrow(find_sequences(find_trials(study, courses, work.tables.treatments))).to_pylist()
    found.sort(key=lambda way: (way["step"], -way["course_count"], way["drug_class"], way["next_class"] or ""))
    return tuple(TreatmentWay(**way) for way in found)


def _find_failed(study: Study, work: _Work, courses: ir.Table, engine: Engine) -> pa.Table | None:
    """Return what had failed before the courses that entered, where the study asks for it and there is a history."""
    from abate.cohort.failed_classes import find_failed_classes

    if not study.asks_for_history or work.tables.treatments is None:
        return None
    return engine.to_arrow(find_failed_classes(study, courses, work.tables.treatments))


def _find_control_exposures(study: Study, work: _Work, courses: ir.Table, engine: Engine) -> pa.Table | None:
    """Return at which courses a negative-control exposure was taken, where the study names some and there is a history."""
    from abate.cohort.control_exposures import find_control_exposures

    design = study.comparison
    if design is None or not design.control_exposures or work.tables.treatments is None:
        return None
    return engine.to_arrow(find_control_exposures(design, courses, work.tables.treatments, engine))


def _estimate_failed(study: Study, outcomes: pa.Table, failed: pa.Table | None) -> list[Estimate]:
    """Return what had failed before the courses of the treatment studied, where the study asks for it."""
    from abate.inference.columns import eligible_courses
    from abate.inference.failed import estimate_failed

    return estimate_failed(eligible_courses(study, outcomes), failed) if study.asks_for_history else []


def _export(work: _Work, engine: Engine) -> dict[str, pa.Table]:
    """Return every table that a run leaves, its rows in their stated order."""
    named = {field: getattr(work.tables, field) for field in (*COURSE_TABLES, "findings")}
    named |= {field: getattr(work.outcomes, field) for field in ("outcomes", "daily", "harm")}
    named["limits"] = work.limits
    return {
        name: engine.to_arrow(table.order_by([column for column in _ORDER[name] if column in table.columns]))
        for name, table in named.items()
        if table is not None
    }


def _rows_of_study(study: Study, exported: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return the rows of eligible courses of the study's treatment."""
    import pyarrow.compute as pc

    outcomes = exported["outcomes"]
    entered = outcomes.filter(
        pc.and_kleene(outcomes["is_eligible"], pc.equal(outcomes["treatment"], study.treatment.name))
    )
    rows = {"outcomes": entered}
    for name in ("daily", "harm", "doses"):
        table = exported.get(name)
        rows[name] = (
            None if table is None else table.filter(pc.is_in(table["course_id"], entered["course_id"].combine_chunks()))
        )
    return rows


def _count_findings(findings: pa.Table) -> tuple[FindingCount, ...]:
    counted = findings.group_by(["table", "rule", "action"]).aggregate([([], "count_all")])
    rows = sorted(counted.to_pylist(), key=lambda row: (row["table"], row["rule"], row["action"]))
    return tuple(
        FindingCount(table=row["table"], rule=row["rule"], action=row["action"], count=row["count_all"]) for row in rows
    )


def _provenance(study: Study, tables: CourseTables, exported: Mapping[str, pa.Table], engine: Engine) -> Provenance:
    versions = installed_versions()
    return Provenance(
        abate_version=versions["abate"],
        study_hash=hash_study(study),
        data_fingerprint=fingerprint({name: exported[name] for name in COURSE_TABLES if name in exported}),
        source_kind=tables.source_kind,
        source_details=dict(tables.source_details),
        engine=engine.name,
        versions=versions,
        is_simulated=tables.is_simulated,
    )


def _write(result: StudyResult, exported: Mapping[str, pa.Table], folder: Path, progress: Progress) -> None:
    import pyarrow.parquet as pq

    from abate.report.files import write_outputs

    if exported:
        progress("writing tables")
        (folder / "courses").mkdir()
    for name, table in exported.items():
        pq.write_table(table, folder / "courses" / f"{name}.parquet", compression="zstd")
    progress("drawing the report")
    write_outputs(result, folder)
    manifest = {"schema": "abate-manifest/1", "title": result.study["title"], **asdict(result.provenance)}
    (folder / MARK_OF_A_RUN).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _write_log(folder: Path, began: float) -> None:
    """Write what changes from run to run, and nothing else may: the date and how long it took."""
    line = (
        f"finished {datetime.now().astimezone().isoformat(timespec='seconds')} after {time.monotonic() - began:.1f} s\n"
    )
    (folder / "run.log").write_text(line, encoding="utf-8")
