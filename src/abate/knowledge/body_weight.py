"""Which measurements are a body weight? LOINC codes and, where they are known, OMOP concepts."""

from __future__ import annotations

from functools import cache

from abate.knowledge.facts import read_facts


@cache
def weight_loinc_codes() -> tuple[str, ...]:
    """Return the LOINC codes of body weight, to be looked up in the records' own vocabulary."""
    return tuple(row["loinc"] for row in read_facts("weight_codes.csv"))


@cache
def weight_concepts() -> tuple[int, ...]:
    """Return the OMOP concepts of body weight that are known without a vocabulary."""
    return tuple(int(row["omop_concept"]) for row in read_facts("weight_codes.csv") if row["omop_concept"])


#: Units of body weight by OMOP concept, for records without a vocabulary; names as in the Eunomia Synthea27Nj concept table.
WEIGHT_UNITS = {9529: "kg", 8739: "lb"}
