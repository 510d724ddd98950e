"""Which definitions of resistant and refractory does one patient meet, by the answers and the treatments tried?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from abate.base.errors import AnswersError, ParameterError
from abate.cohort.one_patient import PastTreatment, RefractoryResult, judge_one
from abate.headache.answers import make_answers
from abate.headache.diagnosis import diagnose
from abate.headache.tried import checked_treatments
from abate.headache.verdicts import any_of
from abate.knowledge.refractory_definitions import definitions

if TYPE_CHECKING:
    from abate.headache.verdicts import Verdicts
    from abate.knowledge.refractory_definitions import Answer

#: Questions of the definitions by those of the form.
_NUMBERS = ("debilitating_days", "debilitating_months")
_FLAGS = {
    "interference": "interference",
    "psychiatric_care": "psychiatric_care",
    "combination_analgesic_failed": "combination_failed",
    "inpatient_or_detoxification_failed": "inpatient_care_failed",
}


def judge_answers(
    given: Mapping[str, Any], treatments: Sequence[Mapping[str, Any]], at: dt.date
) -> tuple[RefractoryResult, ...]:
    """Return every definition, held against one patient's answers and treatments before the day ``at``.

    A list of treatments is taken as complete; without one nothing is judged, and nothing returned.

    Raises
    ------
    AnswersError
        If an answer, a drug or a date is not possible.
    """
    if not treatments:
        return ()
    answers = _answers_of(given)
    past = [
        PastTreatment(
            ingredient=ingredient,
            outcome=outcome,
            dose_mg_day=treatment.get("dose_mg_day"),
            start=_day(treatment, "start"),
            end=_day(treatment, "end"),
        )
        for treatment, ingredient, outcome in checked_treatments(treatments)
    ]
    try:
        return tuple(judge_one(name, past, at=at, answers=answers) for name in definitions())
    except ParameterError as error:
        raise AnswersError(str(error)) from None


def refractory_lines(results: Sequence[RefractoryResult]) -> list[str]:
    """Return the verdicts as plain text, line by line, with what each lacks."""
    lines = ["", "Resistant or refractory, by definition"]
    if not results:
        return [*lines, "  not known: no treatments are listed (see [[treatment]] in docs/options.md)"]
    lines.append("  The list of treatments is taken as complete.")
    for result in results:
        tag = "" if result.definition.tag == "verified" else f"; {result.definition.tag}"
        lines.append(f"  {result.definition.name}: {result.verdict} [{result.definition.source}{tag}]")
        lines += [
            f"      {one.verdict}: {one.demand.says} ({one.because})" for one in result.demands if one.verdict != "met"
        ]
    return lines


def refractory_as_dict(results: Sequence[RefractoryResult]) -> list[dict[str, Any]]:
    """Return the verdicts as plain mappings, for JSON."""
    return [
        {
            "definition": result.definition.id,
            "verdict": result.verdict,
            "missing": list(result.missing),
            "demands": [
                {"id": one.demand.id, "verdict": one.verdict, "because": one.because} for one in result.demands
            ],
        }
        for result in results
    ]


def _answers_of(given: Mapping[str, Any]) -> dict[str, Answer]:
    """Return what the definitions ask, as far as the answers tell it: diagnoses by their rules, the rest as answered."""
    answers = make_answers({question: [answer] for question, answer in given.items()})
    met = diagnose(answers).met
    found: dict[str, Answer] = {
        "migraine": _truth(any_of([met["1.1"], met["1.2"], met["1.3"]])),
        "chronic_migraine": _truth(met["1.3"]),
        "medication_overuse": _truth(met["8.2"]),
    }
    for name in _NUMBERS:
        low, high = answers.bounds(name)
        if low[0] == high[0]:
            found[name] = float(low[0])
    for name, question in _FLAGS.items():
        found[name] = _truth(answers.flag(question))
    return {name: answer for name, answer in found.items() if answer is not None}


def _truth(verdicts: Verdicts) -> bool | None:
    return None if verdicts[0] < 0 else bool(verdicts[0])


def _day(treatment: Mapping[str, Any], name: str) -> dt.date | None:
    value = treatment.get(name)
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise AnswersError(
            f"the {name} of a treatment must be a date, such as 2024-03-31; found something else."
        ) from None
