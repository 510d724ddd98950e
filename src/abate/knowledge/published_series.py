"""What did published series of infusion courses print? Rows of two data files, each number with its source and what was read of it.

Nothing is filled in: what a series does not print is empty here, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from abate.contracts.definition import Codes
from abate.knowledge.conditions import is_condition
from abate.knowledge.facts import read_facts


@dataclass(frozen=True, kw_only=True)
class PublishedNumber:
    """One number of one series: a mean rating on 0 to 10, a mean fall in points, or a count of responders."""

    quantity: str  # "baseline", "final", "fall" or "response"
    value: float | None  # in points
    sd: float | None
    n: int  # persons, admissions or encounters behind it
    count: int | None  # responders
    rule: str  # of response: "points_2", or in words where it is another
    missing: str  # why there is no number
    tag: str
    source: str
    note: str


@dataclass(frozen=True, kw_only=True)
class PublishedSeries:
    """One series of one drug, as far as it was read."""

    id: str
    label: str
    drug: str
    condition_concept: int
    condition_icd10cm: str
    condition: str  # as the series calls it
    n: int
    unit: str  # what n counts: "patients", "admissions", "encounters"
    days_mean: float | None  # length of the course
    setting: str
    tag: str
    source: str
    note: str
    numbers: tuple[PublishedNumber, ...]

    def number(self, quantity: str) -> PublishedNumber | None:
        """Return the row of this quantity; None where the file has none."""
        return next((number for number in self.numbers if number.quantity == quantity), None)


def published_series(condition: Codes, drug: str | None = None) -> tuple[PublishedSeries, ...]:
    """Return the series of a condition, and of one drug where it is given, in the order of the file.

    Examples
    --------
    >>> [series.label for series in published_series(Codes(icd10cm=("G43",)), "dihydroergotamine")]
    ['Nagy 2011', 'Raskin 1986']
    """
    return tuple(
        series
        for series in _all_series()
        if is_condition(condition, series.condition_concept, series.condition_icd10cm) and drug in (None, series.drug)
    )


@cache
def _all_series() -> tuple[PublishedSeries, ...]:
    numbers: dict[str, list[PublishedNumber]] = {}
    for row in read_facts("published_numbers.csv"):
        numbers.setdefault(row["series"], []).append(
            PublishedNumber(
                quantity=row["quantity"],
                value=_number(row["value"]),
                sd=_number(row["sd"]),
                n=int(row["n"]),
                count=int(row["count"]) if row["count"] else None,
                rule=row["rule"],
                missing=row["missing"],
                tag=row["tag"],
                source=row["source"],
                note=row["note"],
            )
        )
    return tuple(
        PublishedSeries(
            id=row["series"],
            label=row["label"],
            drug=row["drug"],
            condition_concept=int(row["condition_concept"]),
            condition_icd10cm=row["condition_icd10cm"],
            condition=row["condition"],
            n=int(row["n"]),
            unit=row["unit"],
            days_mean=_number(row["days_mean"]),
            setting=row["setting"],
            tag=row["tag"],
            source=row["source"],
            note=row["note"],
            numbers=tuple(numbers.get(row["series"], ())),
        )
        for row in read_facts("published_series.csv")
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
