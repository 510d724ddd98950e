"""What is known of the burden of a condition? Periods, counts by age and sex, and estimates with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

BURDEN_SCHEMA = "abate-burden/1"

#: What stands for "of every age", "of every sex" in a row.
ALL = "all"
#: Age or sex of whom the records do not tell it.
UNKNOWN = "unknown"
SEXES = ("female", "male", "other", UNKNOWN)

#: Counts that every row has; each mark adds ``<mark>_in_period`` and ``<mark>_ever``.
COUNTS = ("persons", "recorded_in_period", "recorded_ever", "new_cases")

DAYS_PER_YEAR = 365.25
#: Incidence is given per so many person-years.
INCIDENCE_PER = 1_000


@dataclass(frozen=True, kw_only=True)
class Period:
    """Whole calendar days from ``first`` to ``last``, both included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something that is counted beside the condition, such as a chronic code or an infusion: a person has it from a day on."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class BurdenRow:
    """Counts of one period, sex and age band; ``all`` stands for every sex or age.

    A count that is None is hidden, since it is small or would give a small one away.

    Attributes
    ----------
    counts : mapping of str to int or None
        ``persons`` observed on any day of the period; of them, those with a record of the condition on a day of the period
        (``recorded_in_period``) and on any day up to its end (``recorded_ever``); ``new_cases``; and two counts a mark.
    person_years : float or None
        Observed time within the period, in years of 365.25 days.
    person_years_at_risk : float or None
        The part of it that lies after the washout and not after the first record.
    """

    period: str
    sex: str
    age: str
    counts: Mapping[str, int | None]
    person_years: float | None
    person_years_at_risk: float | None


@dataclass(frozen=True, kw_only=True)
class BurdenEstimate:
    """One number of a row with its interval, or the reason why there is none."""

    quantity: str
    period: str
    sex: str
    age: str
    value: float | None
    lower: float | None
    upper: float | None
    level: float
    unit: str
    method: str
    numerator: int | None
    denominator: float | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class RefractoryCount:
    """Of the persons with the condition, how many meet a definition by the end of the period; a count that is None is hidden."""

    id: str
    name: str
    source: str
    tag: str  # "verified", or what of it is not
    persons: int | None
    met: int | None
    not_met: int | None
    not_known: int | None


@dataclass(frozen=True, kw_only=True)
class Burden:
    """All that `abate burden` finds: rows in which small counts are hidden, estimates made of what is shown, and how it was done."""

    title: str
    condition: str
    treatment: str
    periods: Sequence[Period]
    marks: Sequence[Mark]
    rows: Sequence[BurdenRow]
    estimates: Sequence[BurdenEstimate]
    definitions: Sequence[str]
    not_known: Sequence[str]
    remarks: Sequence[str]
    published: str | None
    smallest_count: int
    rounding: int
    refractory: Sequence[RefractoryCount] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
