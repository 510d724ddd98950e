"""Which codes say that a condition is chronic? Rows of a data file, each with its source, found by the condition's own codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from abate.contracts.definition import Codes
from abate.knowledge.conditions import is_condition
from abate.knowledge.facts import read_facts


@dataclass(frozen=True, kw_only=True)
class ChronicCode:
    """One code of a chronic form; ``vocabulary`` is ICD10CM or OMOP (a concept id, with all beneath it)."""

    condition_concept: int
    condition_icd10cm: str
    vocabulary: str
    code: str
    name: str
    tag: str
    source: str


@cache
def chronic_codes() -> Sequence[ChronicCode]:
    """Return all rows of the data file."""
    return tuple(
        ChronicCode(**{**row, "condition_concept": int(row["condition_concept"])})  # type: ignore[arg-type]
        for row in read_facts("chronic_codes.csv")
    )


def chronic_codes_of(condition: Codes) -> Sequence[ChronicCode]:
    """Return the chronic codes of a condition, known by its OMOP concept or its ICD-10-CM codes; none where none are known.

    Examples
    --------
    >>> [row.code for row in chronic_codes_of(Codes(icd10cm=("G43",)))]
    ['G43.7', '4141827', '43530652']
    """
    return tuple(
        row for row in chronic_codes() if is_condition(condition, row.condition_concept, row.condition_icd10cm)
    )


def as_codes(rows: Sequence[ChronicCode]) -> Codes:
    """Return chronic codes as what is looked for in records."""
    return Codes(
        concepts=tuple(int(row.code) for row in rows if row.vocabulary == "OMOP"),
        icd10cm=tuple(row.code for row in rows if row.vocabulary == "ICD10CM"),
    )
