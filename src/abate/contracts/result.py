"""What is a result? Estimates that carry their meaning, attrition, tables and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: Version of results.json; raised whenever a reader of an older one would misread the new one.
RESULTS_SCHEMA = "abate-results/2"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One number with its meaning. A failed estimate has ``value`` None and the ``reason``."""

    id: str  # stable, such as "response.points_2" or "daily.mean.day_3"
    quantity: str  # in words: "fall of 2 points or more, among courses with baseline and final rating"
    value: float | None
    lower: float | None = None
    upper: float | None = None
    level: float | None = None  # coverage of the interval, 0.95; None where there is no interval
    unit: str = "1"  # UCUM; "1" for a share or ratio, "{points}" for a rating
    n: int | None = None  # courses behind it
    person_count: int | None = None
    numerator: float | None = None  # k of a share, events of a rate
    denominator: float | None = None  # n of a share, infusion-days of a rate
    standard_error: float | None = None
    sd: float | None = None
    p_value: float | None = None
    method: str = ""  # "mean, paired t interval"
    group: str | None = None  # "responders", where the estimate is of a part
    reason: str | None = None  # why there is no value or no interval
    hidden: str | None = (
        None  # in an edition for sharing, what stands in the place of a hidden value or n: "<5" or "hidden"
    )


#: A count; in an edition for sharing it may be the mark that stands in its place.
Counted = int | str


@dataclass(frozen=True, kw_only=True)
class AttritionStep:
    """One rule of entry: what is left after it and what was lost at it."""

    id: str
    rule: str  # as a sentence
    is_asked: bool  # False: the study does not ask it, or the records cannot answer it; nobody is lost here
    persons: Counted
    courses: Counted
    persons_lost: Counted
    courses_lost: Counted
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class CharacteristicRow:
    """One row of Table 1: ``cells`` by column, in words; ``smd`` the standardised difference."""

    variable: str
    level: str | None
    cells: Mapping[str, str]
    missing: Mapping[str, Counted]
    smd: float | None
    smd_reason: str | None = None


#: Rule of a finding by which a row is dropped and nothing is lost with it.
SAME_ROW_TWICE = "the same row stands twice; one is kept"


@dataclass(frozen=True, kw_only=True)
class FindingCount:
    """How many rows of one table met one rule."""

    table: str
    rule: str
    action: str
    count: Counted


#: Ids of rows of the sensitivity table that change who counts as refractory begin so; the others keep the courses.
REFRACTORY_ROWS = "refractory."

#: Ids of estimates that others published begin so; nothing of the study's own courses is in them.
PUBLISHED = "published."


@dataclass(frozen=True, kw_only=True)
class SensitivityRow:
    """The headline numbers under one change of the rules."""

    id: str
    change_of_rule: str
    estimates: Mapping[str, Estimate]  # by id: baseline.mean, final.mean, change.mean, response.primary
    is_main: bool = False


@dataclass(frozen=True, kw_only=True)
class TreatmentWay:
    """How many courses went from one class of preventive drugs to the next, or from it to the course itself.

    ``step`` counts classes from the first tried (1); ``next_class`` None: the course came next, after ``skipped_count``
    further classes in all that are not followed.
    """

    step: int
    drug_class: str
    next_class: str | None
    course_count: int
    skipped_count: int = 0


class PeriodKind(StrEnum):
    """Length of a calendar period."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class PeriodRow:
    """What the courses gave whose first dose lies in one calendar period; courses are counted, not persons.

    A count that is None is hidden, and what is computed from it is not shown; nothing else is None except a mean of no value
    and a spread of fewer than two. What was not recorded is a count of 0 of those known.
    """

    kind: PeriodKind
    year: int
    number: int  # of the month or quarter in its year, from 1; 1 for a year
    is_complete: bool  # the records reach beyond its end
    is_charted: bool  # a point of the control charts
    is_compared: bool  # one of the two that are set beside each other
    course_count: int | None
    person_count: int | None
    length_count: int | None  # courses with a known length
    length_mean: float | None = None  # days
    length_sd: float | None = None
    change_count: int | None = 0  # courses with baseline and final rating
    change_mean: float | None = None  # points; a fall is negative
    change_sd: float | None = None
    judged_count: int | None = 0  # courses in which the primary rule can be judged
    responder_count: int | None = 0
    harm_known_count: int | None = 0  # courses with known events and a known length
    event_count: int | None = 0  # of these courses
    infusion_days: float | None = 0.0  # of these courses
    final_missing_count: int | None = 0
    return_known_count: int | None = (
        0  # courses of which it is known whether the person came back within `PERIOD_RETURN_DAYS`
    )
    return_count: int | None = 0


#: A return to care within so many days of discharge is counted for a period.
PERIOD_RETURN_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class DayCount:
    """How many courses ran on a day, were rated on it while they ran, and had their lowest daily value on it."""

    day: int  # 1 is the day of the first dose
    running: Counted
    rated: Counted
    lowest: Counted


@dataclass(frozen=True, kw_only=True)
class RateStep:
    """The rates running in the middle of one step of the clock of a course."""

    start_day: float  # place on the axis of days, on which day 1 reaches from 0.5 to 1.5
    end_day: float
    course_count: Counted
    lower_quartile: float  # mg/h
    median: float
    upper_quartile: float


@dataclass(frozen=True, kw_only=True)
class BalanceRow:
    """How far two groups are apart in one thing known before, in standard deviations: treatment less comparator."""

    name: str
    before: float | None  # without weights
    after: float | None  # with weights
    treated_before: float | None = None  # means, or shares from 0 to 1
    comparator_before: float | None = None
    treated_after: float | None = None
    comparator_after: float | None = None
    reason: str | None = None  # why a number is missing


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What stands beside the estimates ``comparison.…``: who was compared, how alike they are, how far scores overlap."""

    comparator: str
    attrition: Sequence[AttritionStep]  # of the comparator
    balance: Sequence[BalanceRow] = ()
    score_edges: Sequence[float] = ()  # of the bins of the preference score
    treated_shares: Sequence[float] = ()  # of each bin
    comparator_shares: Sequence[float] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)  # covariates that say nothing here, and why


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """Something that an edition for sharing does not show."""

    part: str  # "Table 1", "estimates", …
    item: str  # which number of it
    mark: str  # what stands in its place


@dataclass(frozen=True, kw_only=True)
class Edition:
    """For whom a result is: the site, or others; then also by which rule counts were hidden, and which."""

    audience: str = "site"  # or "share"
    smallest_count: int = 1  # smaller ones are hidden; 1: none
    rounding: int = 1  # counts are multiples of it
    withheld: Sequence[Withheld] = ()

    @property
    def is_shared(self) -> bool:
        """Whether it is for others than the site."""
        return self.audience != "site"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where the numbers come from; nothing of it changes from run to run on the same records."""

    abate_version: str
    study_hash: str  # SHA-256 of the study in canonical form
    data_fingerprint: (
        str  # SHA-256 over the contents of the course tables, never over files or paths; "" where not told
    )
    source_kind: str  # "OMOP CDM", "course tables", "REDCap export", "wide sheet"
    source_details: Mapping[str, str] = field(default_factory=dict)  # CDM version, vocabulary version …
    engine: str = "duckdb"
    versions: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    is_simulated: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class StudyResult:
    """All that a run found; what the report, the files and the next trial read.

    ``outcomes``, ``daily``, ``harm`` and ``doses`` hold the rows of eligible courses as Arrow tables for figures with single
    lines (the edition that stays at the site); typed Any so that the contract imports no frame library.
    """

    study: Mapping[str, Any]  # the study file as plain data
    explanation: Sequence[str]  # the methods in prose, a paragraph each
    estimates: Sequence[Estimate]
    attrition: Sequence[AttritionStep]
    characteristics: Sequence[CharacteristicRow]
    findings: Sequence[FindingCount]
    sensitivity: Sequence[SensitivityRow]
    provenance: Provenance
    ways: Sequence[TreatmentWay] | None = None  # None: no history of treatments was read
    edition: Edition = field(default_factory=Edition)
    rates: Sequence[RateStep] | None = None  # in an edition for sharing, in the place of the rows of doses
    days: Sequence[DayCount] = ()  # from day 1 to the last on which a course ran or was lowest
    compared: Compared | None = None  # None: there is no comparator, or the edition does not tell
    periods: Sequence[PeriodRow] | None = None  # empty: no calendar can be laid on the courses; None: not counted
    outcomes: Any = None
    daily: Any = None
    harm: Any = None
    doses: Any = None

    def __repr__(self) -> str:
        """Say what it is in one line: a notebook prints it, and it must hold no row of a patient."""
        courses = self.estimate("courses.n")
        count = "no" if courses is None or courses.value is None else f"{courses.value:.0f}"
        return f"StudyResult({self.study.get('title')!r}, {count} courses, {len(self.estimates)} estimates)"

    def estimate(self, id: str) -> Estimate | None:
        """Return the estimate with this id, or None."""
        return next((estimate for estimate in self.estimates if estimate.id == id), None)
