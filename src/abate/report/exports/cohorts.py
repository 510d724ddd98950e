"""What is a treatment called as a cohort? One number, name and description a treatment, the same in every export."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass

from abate.contracts.definition import Study, Treatment
from abate.report.exports.machine_csv import level_text
from abate.report.exports.summary import Summary

#: The cohort that the results are about; the comparator, where a study has one, is the next.
STUDIED = 1
_LONGEST_NAME = 255


@dataclass(frozen=True, kw_only=True)
class CohortDefinition:
    """One cohort: the eligible courses of one treatment."""

    id: int
    treatment: str  # as the study file and the rows have it
    name: str  # lower case, words joined by underscores
    title: str
    description: str
    syntax: str  # the study as JSON


def find_cohorts(summary: Summary) -> tuple[CohortDefinition, ...]:
    """Return the cohort of the treatment studied and, where there is one, that of the comparator."""
    study = summary.study
    rules = " ".join(step.rule for step in summary.attrition if step.is_asked)
    names = _names(study)
    return tuple(
        CohortDefinition(
            id=id,
            treatment=treatment.name,
            name=names[id - STUDIED],
            title=level_text(f"{study.title}: {treatment.name}")[:_LONGEST_NAME],
            description=level_text(_description(treatment, rules if id == STUDIED else "")),
            syntax=_as_json(study),
        )
        for id, treatment in enumerate(study.treatments, start=STUDIED)
    )


def _description(treatment: Treatment, rules: str) -> str:
    entered = f" Rules of entry: {rules}" if rules else " Rules of entry as for the treatment studied."
    what = "courses of one treatment" if treatment.is_given else "visits without the treatment"
    return f"Eligible {what}, from {treatment.clock_starts_with} to discharge.{entered}"


def _as_json(study: Study) -> str:
    return json.dumps(
        study.model_dump(mode="json", by_alias=True, exclude_none=True), sort_keys=True, ensure_ascii=True
    )


def _names(study: Study) -> tuple[str, ...]:
    found = [snake_case(treatment.name) or f"cohort_{id}" for id, treatment in enumerate(study.treatments, STUDIED)]
    if len(set(found)) < len(found):
        found = [f"{name}_{id}" for id, name in enumerate(found, STUDIED)]
    return tuple(found)


def snake_case(text: str) -> str:
    """Return a name of plain letters and figures, lower case, joined by underscores; empty where nothing plain is left.

    Examples
    --------
    >>> snake_case("Lidocaine 2 % (i.v.)")
    'lidocaine_2_i_v'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return "_".join(words)[:100]
