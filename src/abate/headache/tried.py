"""Which drugs were tried, and what came of them? One patient's list of treatments, checked against the drug table."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from abate.base.errors import AnswersError
from abate.headache.forms import TREATMENT_COLUMNS, TREATMENT_OUTCOMES
from abate.knowledge.drug_classes import drug_classes

#: Other names of an ingredient.
_OTHER_NAMES = {"paracetamol": "acetaminophen", "onabotulinumtoxina": "onabotulinumtoxinA", "dhe": "dihydroergotamine"}


def read_tried(treatments: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what came of each drug that was tried, in words, by ingredient; ``tried`` where no outcome is told.

    Raises
    ------
    AnswersError
        If a drug is not in the table, an outcome is not one of the known, or something else is told that is not read.
    """
    tried: dict[str, str] = {}
    for _, ingredient, outcome in checked_treatments(treatments):
        words = outcome or "tried"
        earlier = tried.get(ingredient)
        tried[ingredient] = words if earlier in (None, words) else f"{earlier}; {words}"
    return tried


def checked_treatments(
    treatments: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[Mapping[str, Any], str, str | None]]:
    """Yield each treatment with its ingredient, as the drug table names it, and its outcome.

    Raises
    ------
    AnswersError
        As ``read_tried``.
    """
    known = {drug.ingredient.lower(): drug.ingredient for drug in drug_classes()}
    for place, treatment in enumerate(treatments, start=1):
        for key in treatment:
            if key not in TREATMENT_COLUMNS:
                raise AnswersError(
                    f"treatment {place} tells something that is not read; it may tell {', '.join(TREATMENT_COLUMNS)}."
                )
        ingredient = _ingredient(str(treatment.get("drug", "")), known, place)
        _check_dose(treatment, place)
        outcome = str(treatment.get("outcome") or "").strip().lower() or None
        if outcome not in (*TREATMENT_OUTCOMES, None):
            raise AnswersError(
                f"the outcome of treatment {place} must be one of {', '.join(TREATMENT_OUTCOMES)}; found something else."
            )
        yield treatment, ingredient, outcome


def _ingredient(name: str, known: Mapping[str, str], place: int) -> str:
    word = name.strip().lower()
    word = _OTHER_NAMES.get(word, word).lower()
    if word in known:
        return known[word]
    near = difflib.get_close_matches(word, known, n=1)
    hint = f"; did you mean {known[near[0]]!r}?" if near else "; give the ingredient, as the drug table names it."
    raise AnswersError(f"the drug of treatment {place} is not in the drug table{hint}")


def _check_dose(treatment: Mapping[str, Any], place: int) -> None:
    dose = treatment.get("dose_mg_day")
    if dose is not None and (
        isinstance(dose, bool) or not isinstance(dose, int | float) or not 0 <= dose < float("inf")
    ):
        raise AnswersError(
            f"the dose_mg_day of treatment {place} must be a number of mg a day, 0 or more; found something else."
        )
