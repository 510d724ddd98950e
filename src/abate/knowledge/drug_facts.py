"""What is known of a drug beside its class? Target dose, fair time, first year, what speaks against it: one row a fact.

A fact is about an ingredient or about a class ("any preventive drug" being all of them); several rows of one fact come from
several sources, or are several contraindications. What no source gave has no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from abate.knowledge.facts import read_facts

#: What a row of the file may be about.
FACTS = (
    "first_available",
    "target_dose_low",
    "target_dose_high",
    "target_dose_in_words",
    "adequate_days",
    "dose_lasts_days",
    "contraindication",
    "caution",
)
EVERY_PREVENTIVE = "any preventive drug"


@dataclass(frozen=True, kw_only=True)
class DrugFact:
    """One fact of one ingredient or of one class, with where it was read."""

    ingredient: str | None
    drug_class: str | None
    fact: str  # one of FACTS
    value: str
    unit: str
    tag: str  # "verified", or what of the row is not
    source: str

    @property
    def number(self) -> float:
        """The value of a fact that is a number."""
        return float(self.value)


@cache
def drug_facts() -> tuple[DrugFact, ...]:
    """Return every fact of the file, in its order."""
    return tuple(
        DrugFact(
            ingredient=row["ingredient"] or None,
            drug_class=row["drug_class"] or None,
            fact=row["fact"],
            value=row["value"],
            unit=row["unit"],
            tag=row["tag"],
            source=row["source"],
        )
        for row in read_facts("drug_facts.csv")
    )


def facts_of(fact: str, *, ingredient: str, drug_class: str, role: str) -> Sequence[DrugFact]:
    """Return what is known of one fact of a drug: of the ingredient itself, else of its class, else of all of its role.

    Contraindications and cautions of ingredient and class are given together.
    """
    own = [row for row in drug_facts() if row.fact == fact and row.ingredient == ingredient]
    of_class = [row for row in drug_facts() if row.fact == fact and row.drug_class == drug_class]
    if fact in ("contraindication", "caution"):
        return [*own, *of_class]
    of_role = [row for row in drug_facts() if row.fact == fact and row.drug_class == f"any {role} drug"]
    return own or of_class or of_role
