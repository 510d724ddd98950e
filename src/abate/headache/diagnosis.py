"""Which headache disorders do the answers meet, by which criteria, and which are left open?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from abate.headache.answers import Answers
from abate.headache.evaluation import Evaluation
from abate.headache.rules import parse_rule
from abate.headache.verdicts import Verdict, Verdicts, all_of, any_of, not_
from abate.knowledge.ichd3 import Disorder, disorders
from abate.knowledge.questions import questionnaire


@dataclass(frozen=True, kw_only=True, eq=False)
class Diagnoses:
    """What was found for every patient of a table.

    Attributes
    ----------
    answers : Answers
        With the assumptions in them.
    criteria : mapping of (code, letter) to array of int8, shape (patient,)
        1 met, 0 not met, -1 not known.
    met : mapping of code to array of int8
        Whether all criteria are met.
    coded : mapping of code to array of int8
        Whether it is met and no disorder is that outranks it; subtypes follow theirs.
    """

    answers: Answers
    criteria: Mapping[tuple[str, str], Verdicts]
    met: Mapping[str, Verdicts]
    coded: Mapping[str, Verdicts]

    def coded_for(self, place: int, verdict: Verdict = Verdict.MET) -> list[Disorder]:
        """Return the disorders that are coded for one patient (or those of which that is not known)."""
        return [disorders()[code] for code, verdicts in self.coded.items() if verdicts[place] == verdict]


def diagnose(answers: Answers) -> Diagnoses:
    """Return what every rule of ICHD-3 comes to for the answers.

    References
    ----------
    Headache Classification Committee (2018), Cephalalgia 38(1), 1-211. https://doi.org/10.1177/0333102417738202

    Examples
    --------
    >>> from abate.headache.answers import make_answers
    >>> answers = make_answers({"attack_count": [5], "attack_hours": [24], "location": ["unilateral"],
    ...     "quality": ["pulsating"], "nausea": ["mild"], "better_explained": ["no"]})
    >>> found = diagnose(answers)
    >>> found.met["1.1"].tolist(), found.met["2.1"].tolist(), found.met["1.2"].tolist()
    ([1], [0], [-1])
    """
    evaluation = Evaluation(answers)
    for code, disorder in disorders().items():
        for criterion in disorder.criteria:
            evaluation.found(code, criterion.letter)
    met = {code: evaluation.found(code, None) for code in disorders()}
    coded = {code: _coded(disorder, met) for code, disorder in disorders().items() if disorder.variant_of is None}
    return Diagnoses(answers=answers, criteria=evaluation.criteria, met=met, coded=coded)


def _coded(disorder: Disorder, met: Mapping[str, Verdicts]) -> Verdicts:
    if not disorder.outranked_by:
        return met[disorder.code]
    return all_of([met[disorder.code], not_(any_of([met[code] for code in disorder.outranked_by]))])


def questions_of(code: str, letter: str | None = None) -> list[str]:
    """Return the questions that a criterion, or a whole disorder, reads, those of other disorders it asks for included."""
    found: dict[str, None] = {}
    _collect(code, letter, found, set())
    return list(found)


def limits_of(question: str) -> list[float]:
    """Return every number at which an answer may change a rule, in order: its own limits and those of what it bounds."""
    partners = {question, *(name for pair in questionnaire().larger_than if question in pair for name in pair)}
    rules = (parse_rule(criterion.rule) for disorder in disorders().values() for criterion in disorder.criteria)
    limits = {limit for rule in rules for name in partners for limit in rule.limits.get(name, ())}
    return sorted(
        limits
        | {least for each in questionnaire().implications for name, least in each.least.items() if name in partners}
    )


def _collect(code: str, letter: str | None, found: dict[str, None], seen: set[tuple[str, str]]) -> None:
    for criterion in disorders()[code].criteria:
        if letter not in (None, criterion.letter) or (code, criterion.letter) in seen:
            continue
        seen.add((code, criterion.letter))
        rule = parse_rule(criterion.rule)
        found.update(dict.fromkeys(sorted(rule.questions)))
        for other in sorted(rule.references, key=str):
            _collect(*other, found, seen)


def verdict_at(verdicts: Verdicts, place: int) -> Verdict:
    """Return one patient's verdict."""
    return Verdict(int(verdicts[place]))


def count_by_verdict(verdicts: Verdicts) -> dict[Verdict, int]:
    """Return how many patients have each verdict."""
    return {verdict: int(np.count_nonzero(verdicts == verdict)) for verdict in Verdict}
