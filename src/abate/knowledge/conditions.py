"""Is a study's condition the one that a row of facts speaks of? Told by its OMOP concept or its ICD-10-CM code."""

from __future__ import annotations

from abate.contracts.definition import Codes


def is_condition(codes: Codes, concept: int, icd10cm: str) -> bool:
    """Return whether the codes name the condition as a whole: its concept, or its ICD-10-CM code.

    Examples
    --------
    >>> is_condition(Codes(icd10cm=("G43",)), 318736, "G43")
    True
    >>> is_condition(Codes(icd10cm=("G43.1",)), 318736, "G43")
    False
    """
    return concept in codes.concepts or icd10cm in (code.upper() for code in codes.icd10cm)
