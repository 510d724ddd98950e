"""What is a result? Estimates that carry their meaning, attrition, tables and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Version of results.json; raised whenever a reader of an older one would misread the new one.
RESULTS_SCHEMA = "abate-results/1"


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


@dataclass(frozen=True, kw_only=True)
class AttritionStep:
    """One rule of entry: what is left after it and what was lost at it."""

    id: str
    rule: str  # as a sentence
    is_asked: bool  # False: the study does not ask it, or the records cannot answer it; nobody is lost here
    persons: int
    courses: int
    persons_lost: int
    courses_lost: int
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class CharacteristicRow:
    """One row of Table 1: ``cells`` by column, in words; ``smd`` the standardised difference."""

    variable: str
    level: str | None
    cells: Mapping[str, str]
    missing: Mapping[str, int]
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
    count: int


#: Ids of rows of the sensitivity table that change who counts as refractory begin so; the others keep the courses.
REFRACTORY_ROWS = "refractory."


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


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where the numbers come from; nothing of it changes from run to run on the same records."""

    abate_version: str
    study_hash: str  # SHA-256 of the study in canonical form
    data_fingerprint: str  # SHA-256 over the contents of the course tables, never over files or paths
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
