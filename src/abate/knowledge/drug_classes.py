"""To which class and role does a drug belong? The small table by which failed classes are counted, with its sources.

Classes follow the groups of the WHO's ATC; salts and forms of one ingredient that RxNorm keeps apart (valproate, valproic
acid, divalproex) share one class. A role says what the drug is mostly given for in headache: only acute and preventive
drugs count as failed classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from abate.knowledge.facts import read_facts


@dataclass(frozen=True, kw_only=True)
class DrugClass:
    """One ingredient; ``omop_concept``, ``rxnorm`` and ``atc`` are None where they are not known."""

    ingredient: str
    drug_class: str
    role: str
    omop_concept: int | None
    rxnorm: str | None
    atc: str | None
    tag: str  # "verified", or what of the row is not
    source: str


@cache
def drug_classes() -> tuple[DrugClass, ...]:
    """Return every ingredient of the table, in its order."""
    return tuple(
        DrugClass(
            ingredient=row["ingredient"],
            drug_class=row["drug_class"],
            role=row["role"],
            omop_concept=int(row["omop_concept"]) if row["omop_concept"] else None,
            rxnorm=row["rxnorm"] or None,
            atc=row["atc"] or None,
            tag=row["tag"],
            source=row["source"],
        )
        for row in read_facts("drug_classes.csv")
    )
