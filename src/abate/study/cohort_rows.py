"""Which rows of the CDM's table ``cohort`` do the courses of a run make? They are patients' data and stay at the site.

A row is an eligible course: it starts on the day of the first dose and ends on the day of discharge, or of the end of the last
dose where no discharge is recorded. Since a subject may have one row of a cohort at any moment, a row ends at the latest on the
day before the person's next one starts, and courses that start on the same day make one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abate.base.errors import ResultsError

if TYPE_CHECKING:
    import pyarrow as pa

COHORT_COLUMNS = ("cohort_definition_id", "subject_id", "cohort_start_date", "cohort_end_date")
_NEEDED = ("person_id", "treatment", "is_eligible", "start", "end", "discharge")


@dataclass(frozen=True, kw_only=True)
class CohortRow:
    """One span of one subject in one cohort; both days belong to it."""

    cohort_definition_id: int
    subject_id: int
    start: date
    end: date


@dataclass(frozen=True, kw_only=True)
class CohortRows:
    """All rows in order, and which number stands for which person where the person's own id is a text."""

    rows: tuple[CohortRow, ...]
    subjects: Mapping[str, int]
    course_counts: Mapping[int, int]  # eligible courses by cohort_definition_id
    changed_count: int  # courses that end earlier here, or share a row, so that no two rows overlap


def read_cohort_rows(folder: Path, cohorts: Mapping[str, int]) -> CohortRows:
    """Return the cohort rows of a run's eligible courses.

    Parameters
    ----------
    folder : Path
        The folder of a run; its ``courses/outcomes.parquet`` is read.
    cohorts : mapping of str to int
        Number of the cohort by the name of the treatment.

    Raises
    ------
    ResultsError
        If the file is not there or is not one of a run.
    """
    table = _read(folder / "courses" / "outcomes.parquet")
    courses = [row for row in table.to_pylist() if row["is_eligible"] and row["treatment"] in cohorts]
    subjects = _number_subjects(courses)
    spans = sorted(_span(course, cohorts, subjects) for course in courses)
    counts: dict[int, int] = {}
    rows: list[CohortRow] = []
    for (cohort, subject), group in groupby(spans, key=lambda span: span[:2]):
        own = [(start, end) for _, _, start, end in group]
        counts[cohort] = counts.get(cohort, 0) + len(own)
        rows += [
            CohortRow(cohort_definition_id=cohort, subject_id=subject, start=start, end=end)
            for start, end in _without_overlap(own)
        ]
    kept = {(row.cohort_definition_id, row.subject_id, row.start, row.end) for row in rows}
    changed = sum(span not in kept for span in spans) + (len(spans) - len(set(spans)))
    return CohortRows(rows=tuple(rows), subjects=subjects, course_counts=counts, changed_count=changed)


def cohort_table(rows: Sequence[CohortRow]) -> pa.Table:
    """Return the rows as an Arrow table with the CDM's columns and types."""
    import pyarrow as pa

    kinds = (pa.int32(), pa.int64(), pa.date32(), pa.date32())
    columns = zip(*((row.cohort_definition_id, row.subject_id, row.start, row.end) for row in rows), strict=True)
    values: Iterable[Sequence[Any]] = list(columns) or ((), (), (), ())
    return pa.table(
        {name: pa.array(column, kind) for name, column, kind in zip(COHORT_COLUMNS, values, kinds, strict=True)}
    )


def _read(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise ResultsError(f"{path} is not there, and cohort rows are made from it; add --no-cohort to export without.")
    try:
        schema = pq.read_schema(path)
        lacking = [name for name in _NEEDED if name not in schema.names]
        if not lacking:
            return pq.read_table(path, columns=list(_NEEDED))
    except (pa.ArrowException, OSError):
        raise ResultsError(f"{path} cannot be read as a table of courses; run the study again.") from None
    raise ResultsError(f"{path} is no table of courses: it has no {', '.join(lacking)}; run the study again.")


def _number_subjects(courses: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return a number for each person whose id is a text, in the order of the texts; nothing where ids are numbers."""
    return {
        person: number
        for number, person in enumerate(
            sorted({course["person_id"] for course in courses if isinstance(course["person_id"], str)}), start=1
        )
    }


def _span(
    course: Mapping[str, Any], cohorts: Mapping[str, int], subjects: Mapping[str, int]
) -> tuple[int, int, date, date]:
    person = course["person_id"]
    start = _day(course["start"])
    end = course["discharge"] or course["end"] or course["start"]
    subject = subjects[person] if isinstance(person, str) else int(person)
    return cohorts[course["treatment"]], subject, start, max(start, _day(end))


def _day(moment: datetime) -> date:
    return moment.date()


def _without_overlap(spans: Sequence[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """Return one person's spans, ascending, so that no day belongs to two."""
    joined: dict[date, date] = {}
    for start, end in spans:
        joined[start] = max(end, joined.get(start, end))
    starts = sorted(joined)
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        end = joined[start]
        yield start, end if following is None else min(end, following - timedelta(days=1))
