"""How do results reach other tools? A run's folder in, a folder in the OMOP or the HADES form out, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abate.base.errors import OutputError, ParameterError, ResultsError
from abate.base.writing import writing
from abate.study.output import MARK_OF_A_RUN, check_target, staged

if TYPE_CHECKING:
    from abate.contracts.result import StudyResult
    from abate.report.exports.summary import Summary
    from abate.study.cohort_rows import CohortRows

FORMATS = ("omop", "hades")
#: Folder, inside an export, of what must not leave the house.
SITE_FOLDER = "stays-at-site"
#: Name of a database that neither the user nor the records name.
UNNAMED = "unnamed database"


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export wrote."""

    folder: Path
    number_count: int
    hidden_count: int
    cohort_row_count: int | None  # None: no cohort rows were asked for
    changed_course_count: int = 0


def export_results(
    results: str | Path,
    out: str | Path,
    *,
    format: str,
    database: str | None = None,
    smallest_count: int | None = None,
    with_cohort: bool = True,
    overwrite: bool = False,
) -> Exported:
    """Write a run's results for other tools, from the run's folder alone.

    Parameters
    ----------
    results : str or Path
        Folder that a run wrote.
    out : str or Path
        Folder to write; not the run's own.
    format : "omop" or "hades"
        A summarised result and cohort rows, or HADES tables with their specification.
    database : str, optional
        Name of the database in every row; without it, the name that the records give themselves.
    smallest_count : int, optional
        Smallest count above 0 that is shown; without it, the one that the study declares, else 5.
    with_cohort : bool
        For "omop": write the cohort rows, which are patients' data and stay at the site.
    overwrite : bool
        Replace an earlier export in ``out``.

    Raises
    ------
    ResultsError
        If ``results`` is no run, or cannot be read.
    ParameterError
        If the format is not known, or the smallest count is below 1 or below the study's own.
    OutputError
        If ``out`` cannot be written.
    """
    from abate.report.exports.result_file import read_results
    from abate.report.exports.summary import summary_of

    if format not in FORMATS:
        raise ParameterError(f"format {format!r} is not known; choose {' or '.join(FORMATS)}.")
    source, target = Path(results), Path(out)
    _check_places(source, target, overwrite)
    found = read_results(source)
    summary = summary_of(_disclosed(found, smallest_count))
    cohort = _read_cohort(source, summary) if with_cohort and format == "omop" else None
    name = database or found.provenance.source_details.get("source") or UNNAMED
    files = _files(summary, name, format)
    with staged(target) as folder, writing(target):
        _write(folder, files, cohort, _manifest(summary, format, files, cohort))
    numbers = list(summary.numbers)
    return Exported(
        folder=target,
        number_count=len(numbers),
        hidden_count=sum(not isinstance(number, int | float) for number in numbers),
        cohort_row_count=None if cohort is None else len(cohort.rows),
        changed_course_count=0 if cohort is None else cohort.changed_count,
    )


def describe_export(exported: Exported) -> list[str]:
    """Return what was written, what was hidden, and what must stay at the site, a line each."""
    hidden = f"{exported.hidden_count} of them hidden as small counts or because they would give one away"
    lines = [f"wrote {exported.folder}: {exported.number_count} numbers, {hidden}"]
    if exported.cohort_row_count is not None:
        lines.append(
            f"{exported.folder / SITE_FOLDER}: {exported.cohort_row_count} cohort rows with dates of single patients; "
            "this folder stays at the site"
        )
    if exported.changed_course_count:
        lines.append(
            f"{exported.changed_course_count} courses end earlier there, or share a row, so that no person is in a cohort twice at once"
        )
    return lines


def _check_places(source: Path, target: Path, overwrite: bool) -> None:
    """Refuse to write over the run itself, over what holds it, and over anything that is no export."""
    here, there = source.resolve(), target.resolve()
    if there == here or there in here.parents:
        raise OutputError(f"{target} is the folder of the results, or holds it; name another folder with --out.")
    check_target(target, overwrite=overwrite)
    mark = target / MARK_OF_A_RUN
    if mark.is_file() and not _is_export(mark):
        raise OutputError(f"{target} holds a run, not an earlier export; name another folder with --out.")


def _is_export(mark: Path) -> bool:
    try:
        found = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and str(found.get("schema", "")).startswith("abate-export/")


def _disclosed(result: StudyResult, asked: int | None) -> StudyResult:
    """Return the result as it may leave the site, with the smallest count as asked, never below what was declared."""
    from abate.contracts.definition import Disclosure, Study
    from abate.report.disclosure import disclose

    if result.edition.is_shared:
        declared: int | None = result.edition.smallest_count
    else:
        rule = Study.model_validate(dict(result.study)).disclosure
        declared = None if rule is None else rule.smallest_count
    if asked is not None and asked < 1:
        raise ParameterError(f"--min-cell-count must be 1 or more; got {asked}.")
    if asked is not None and declared is not None and asked < declared:
        whose = (
            "that these results were shared with"
            if result.edition.is_shared
            else "that the study declares (disclosure.smallest_count)"
        )
        raise ParameterError(f"--min-cell-count {asked} is below the {declared} {whose}.")
    if not result.edition.is_shared:
        return disclose(result, None if asked is None else Disclosure(smallest_count=asked))
    if asked is not None and asked > result.edition.smallest_count:
        raise ParameterError(
            f"--min-cell-count {asked}: these results hide counts below {declared} already; export from the site's own run."
        )
    return result


def _read_cohort(source: Path, summary: Summary) -> CohortRows:
    """Return the cohort rows, refusing courses that are not those of the results beside them."""
    from abate.report.exports.cohorts import STUDIED, find_cohorts
    from abate.study.cohort_rows import read_cohort_rows

    found = read_cohort_rows(source, {cohort.treatment: cohort.id for cohort in find_cohorts(summary)})
    entered = next(
        (estimate.numbers.get("value") for estimate in summary.estimates if estimate.id == "courses.n"), None
    )
    courses = found.course_counts.get(STUDIED, 0)
    if isinstance(entered, int | float) and courses != entered:
        raise ResultsError(
            f"{source} holds {courses} eligible courses and results of {entered:.0f}: the two are not of one run; run the study again."
        )
    return found


def _files(summary: Summary, database: str, format: str) -> dict[str, str]:
    from abate.report.exports.hades import hades_files
    from abate.report.exports.omop import cohort_definitions, summarised_result

    if format == "hades":
        return hades_files(summary, database)
    return {
        "summarised_result.csv": summarised_result(summary, database),
        "cohort_definition.csv": cohort_definitions(summary),
    }


def _manifest(summary: Summary, format: str, files: Mapping[str, str], cohort: CohortRows | None) -> dict[str, Any]:
    from abate.contracts.result import RESULTS_SCHEMA
    from abate.report.exports.hades import EXPORT_SCHEMA
    from abate.report.exports.omop import NOTICE

    found = summary.provenance
    return {
        "schema": EXPORT_SCHEMA,
        "format": format,
        "intended_use": NOTICE,
        "results_schema": RESULTS_SCHEMA,
        "study_hash": found.study_hash,
        "data_fingerprint": found.data_fingerprint,
        "abate_version": found.abate_version,
        "is_simulated": found.is_simulated,
        "min_cell_count": summary.smallest,
        "may_leave_the_site": {
            name: hashlib.sha256(text.encode("utf-8")).hexdigest() for name, text in sorted(files.items())
        },
        "stays_at_the_site": [] if cohort is None else [f"{SITE_FOLDER}/{name}" for name in _site_files(cohort)],
    }


def _site_files(cohort: CohortRows) -> dict[str, bytes]:
    """Return the files that hold patients' data, by name."""
    import pyarrow.parquet as pq

    from abate.report.exports.machine_csv import as_machine_csv
    from abate.study.cohort_rows import COHORT_COLUMNS, cohort_table

    rows = [(row.cohort_definition_id, row.subject_id, str(row.start), str(row.end)) for row in cohort.rows]
    parquet = io.BytesIO()
    pq.write_table(cohort_table(cohort.rows), parquet, compression="zstd")
    files = {
        "cohort.csv": as_machine_csv(COHORT_COLUMNS, rows).encode("utf-8"),
        "cohort.parquet": parquet.getvalue(),
    }
    if cohort.subjects:
        from abate.report.csv_text import guarded

        numbers = [(number, guarded(person)) for person, number in cohort.subjects.items()]
        files["cohort_subjects.csv"] = as_machine_csv(("subject_id", "person_id"), numbers).encode("utf-8")
    return files


def _write(folder: Path, files: Mapping[str, str], cohort: CohortRows | None, manifest: Mapping[str, Any]) -> None:
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    if cohort is not None:
        (folder / SITE_FOLDER).mkdir(mode=0o700)
        for name, content in _site_files(cohort).items():
            _write_private(folder / SITE_FOLDER / name, content)
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (folder / MARK_OF_A_RUN).write_text(text, encoding="utf-8")


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
