"""What is there, what is missing, and is it enough for the study? Counts only, for ``abate check``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis

from abate.base.days import SECONDS_PER_DAY, parse_length
from abate.base.errors import AbateError, MissingTableError
from abate.engine.time import calendar_day, epoch_seconds
from abate.sources.omop.read import check_tables, read_omop

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.course_tables import SourceTables
    from abate.contracts.definition import Study, Treatment
    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore

#: Tables that abate reads, with the column that dates them.
_DATES = {
    "person": None,
    "observation_period": "observation_period_start_date",
    "visit_occurrence": "visit_start_date",
    "drug_exposure": "drug_exposure_start_date",
    "measurement": "measurement_date",
    "observation": "observation_date",
    "condition_occurrence": "condition_start_date",
    "concept": None,
    "concept_ancestor": None,
}
#: Fewer ratings than this a treated day, on average, and a course's daily values are mostly empty: a choice, not a published rule.
SPARSE_RATINGS_PER_DAY = 1.0


@dataclass(frozen=True, kw_only=True)
class TableDescription:
    """One table of the records; ``rows`` is None where it is not there."""

    name: str
    rows: int | None
    first: date | None
    last: date | None


@dataclass(frozen=True, kw_only=True)
class TreatmentDescription:
    """What the records hold of one treatment. Candidate courses are by the gap rule alone, before eligibility.

    Of untreated visits (``is_given`` is False) candidates are the visits for the condition, in whomever, treated or not.

    ``ratings_in_course`` and ``rated_days`` count on the calendar days of the courses, ``treated_days`` those days;
    ``rated_before`` the courses with a rating in the 24 hours up to the first dose.
    """

    name: str
    administrations: int
    persons: int
    candidate_courses: int
    treated_days: int
    ratings_in_course: int
    rated_days: int
    courses_without_rating: int
    rated_before: int
    is_given: bool = True

    @property
    def ratings_per_treated_day(self) -> float | None:
        """Ratings a treated person-day; None without a treated day."""
        return self.ratings_in_course / self.treated_days if self.treated_days else None

    @property
    def share_of_days_rated(self) -> float | None:
        """Share of treated days with at least one rating; None without a treated day."""
        return self.rated_days / self.treated_days if self.treated_days else None

    @property
    def is_rated_densely(self) -> bool:
        """Whether there is at least one rating a treated day, on average."""
        return (self.ratings_per_treated_day or 0.0) >= SPARSE_RATINGS_PER_DAY


@dataclass(frozen=True, kw_only=True)
class FindingDescription:
    """How many rows of one table met one rule."""

    table: str
    rule: str
    action: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class RecordsDescription:
    """What `describe_records` found; ``missing`` holds one sentence for each thing without which the study cannot be run."""

    kind: str
    details: dict[str, str]
    is_simulated: bool
    tables: tuple[TableDescription, ...]
    missing: tuple[str, ...]
    treatments: tuple[TreatmentDescription, ...]
    ratings: int | None
    findings: tuple[FindingDescription, ...]


def describe_records(store: RecordStore, study: Study | None, engine: Engine) -> RecordsDescription:
    """Return what an OMOP database holds and, for a study, whether it is enough; counts and dates, never a row.

    What is missing for the study is listed, not raised.
    """
    tables = tuple(_describe_table(store, name, column) for name, column in _DATES.items())
    missing, source = _try_to_read(store, study, engine)
    return RecordsDescription(
        kind=store.kind,
        details={} if source is None else dict(source.source_details),
        is_simulated=source is not None and source.is_simulated,
        tables=tables,
        missing=missing,
        treatments=() if source is None or study is None else _describe_treatments(source, study, engine),
        ratings=None if source is None else _count(source.ratings, engine),
        findings=() if source is None else _describe_findings(source.findings, engine),
    )


def _describe_table(store: RecordStore, name: str, date_column: str | None) -> TableDescription:
    if not store.has(name):
        return TableDescription(name=name, rows=None, first=None, last=None)
    is_dated = date_column is not None and date_column in store.columns(name)
    size = store.size(name, date_column if is_dated else None)
    return TableDescription(name=name, rows=size.rows, first=size.first, last=size.last)


def _try_to_read(
    store: RecordStore, study: Study | None, engine: Engine
) -> tuple[tuple[str, ...], SourceTables | None]:
    try:
        check_tables(store)
        return (), None if study is None else read_omop(store, study, engine)
    except MissingTableError as error:
        return (str(error),), None
    except AbateError as error:
        if study is None:
            raise
        return (str(error),), None


def _describe_treatments(source: SourceTables, study: Study, engine: Engine) -> tuple[TreatmentDescription, ...]:
    return tuple(_describe_treatment(source, treatment, engine) for treatment in study.treatments)


def _describe_treatment(source: SourceTables, treatment: Treatment, engine: Engine) -> TreatmentDescription:
    given = _given(source, treatment)
    courses = engine.materialise(_candidate_courses(given, parse_length(treatment.new_course_after)), "candidates")
    rated = engine.materialise(_rated(courses, source.ratings), "rated")
    found = engine.to_arrow(
        rated.aggregate(
            candidate_courses=rated.count(),
            persons=rated.person_id.nunique(),
            treated_days=(rated.last_day - rated.first_day + 1).sum().fill_null(0),
            ratings_in_course=rated.rating_count.sum().fill_null(0),
            rated_days=rated.rated_days.sum().fill_null(0),
            courses_without_rating=(rated.rating_count == 0).cast("int64").sum().fill_null(0),
            rated_before=(rated.before_count > 0).cast("int64").sum().fill_null(0),
        )
    ).to_pylist()[0]
    return TreatmentDescription(
        name=treatment.name,
        administrations=_count(given, engine),
        is_given=treatment.is_given,
        **{name: int(value) for name, value in found.items()},
    )


def _given(source: SourceTables, treatment: Treatment) -> ir.Table:
    """Return the doses of a treatment, or the visits that may be untreated episodes."""
    if treatment.is_given:
        administrations: Any = source.administrations
        return administrations.filter(administrations.treatment == treatment.name)
    visits: Any = source.candidate_visits
    return visits.filter(visits.diagnosed == "by admission").mutate(row_key=visits.stay_id.cast("string"))


def _candidate_courses(given: ir.Table, longest_pause: int) -> ir.Table:
    """Return ``person_id``, ``number``, start and end in seconds and days of what the gap rule makes of the doses."""
    doses = given.select(
        "person_id", "row_key", start=epoch_seconds(given["start"]), end=epoch_seconds(given["end"])
    ).mutate(end=ibis._["end"].fill_null(ibis._["start"]))
    order: dict[str, Any] = {"group_by": "person_id", "order_by": ["start", "end", "row_key"]}
    pause = doses["start"] - doses["end"].max().over(ibis.window(preceding=(None, 1), **order))
    marked = doses.mutate(is_new=(pause > longest_pause).fill_null(True).cast("int64"))
    numbered = marked.mutate(number=marked.is_new.sum().over(ibis.cumulative_window(**order)))
    courses = numbered.group_by("person_id", "number").aggregate(
        start=numbered["start"].min(), end=numbered["end"].max()
    )
    return courses.mutate(first_day=calendar_day(courses["start"]), last_day=calendar_day(courses["end"]))


def _rated(courses: ir.Table, ratings: ir.Table) -> ir.Table:
    """Add how many ratings, and days with one, lie on the days of each course, and how many in the 24 hours before it."""
    times = ratings.select("person_id", time=epoch_seconds(ratings["time"]))
    pairs = courses.inner_join(times.mutate(day=calendar_day(times.time)), "person_id")
    is_in = (pairs.day >= pairs.first_day) & (pairs.day <= pairs.last_day)
    is_before = (pairs.time <= pairs["start"]) & (pairs.time >= pairs["start"] - SECONDS_PER_DAY)
    counted = pairs.group_by("person_id", "number").aggregate(
        rating_count=is_in.cast("int64").sum(),
        rated_days=pairs.day.nunique(where=is_in),
        before_count=is_before.cast("int64").sum(),
    )
    names = ("rating_count", "rated_days", "before_count")
    joined = courses.left_join(counted, ["person_id", "number"]).select(*courses.columns, *names)
    return joined.mutate(**{name: joined[name].fill_null(0) for name in names})


def _count(table: Any, engine: Engine) -> int:
    return int(engine.to_arrow(table.aggregate(rows=table.count())).column(0)[0].as_py())


def _describe_findings(findings: Any, engine: Engine) -> tuple[FindingDescription, ...]:
    counted = findings.group_by("table", "rule", "action").aggregate(rows=findings.count())
    rows = engine.to_arrow(counted.order_by("table", "rule", "action")).to_pylist()
    return tuple(FindingDescription(**row) for row in rows)
