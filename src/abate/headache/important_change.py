"""Is a change of one patient's rating an important improvement? Met, not met or not known, by each published limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.base.errors import AnswersError
from abate.headache.scale_scores import score_total
from abate.headache.verdicts import Verdict
from abate.knowledge.scale_changes import ChangeRule, changes_of
from abate.knowledge.scales import Scale, scale

#: A fall that lies this close to a limit has met it; 7.1 - 5.1 is 1.9999999999999991 in floating point.
_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class JudgedChange:
    """One published limit, and whether the change reaches it."""

    rule: ChangeRule
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class ImportantChange:
    """Whether a change is an important improvement.

    Attributes
    ----------
    scale : Scale
    improvement : float or None
        Points in the better direction, whichever that is; below 0 where it got worse; None where a rating is missing.
    verdict : Verdict
        Of the limits that decide: verified, and meant for a person.
    decided_by : tuple of JudgedChange
        Those limits; met where one of them is met.
    others : tuple of JudgedChange
        Limits of one patient's change that do not decide: unverified, a degree of improvement, or the rule of a trial.
    reason : str
        Why the verdict is what it is, with its source.
    """

    scale: Scale
    improvement: float | None
    verdict: Verdict
    decided_by: tuple[JudgedChange, ...]
    others: tuple[JudgedChange, ...]
    reason: str


def is_important_change(name: str, before: float | None, after: float | None) -> ImportantChange:
    """Return whether the change from ``before`` to ``after`` is an important improvement of one patient.

    A change for the worse is never one. Where published limits run from one number to another, a change between them is not
    known. Of a scale that rates a change itself (PGIC) ``after`` is the answer and ``before`` is None.

    Raises
    ------
    ParameterError
        If the scale is not known.
    AnswersError
        If the scale cannot give a rating, or a scale that rates a change itself is given two.
    """
    facts = scale(name)
    before, after = _checked(facts, before), _checked(facts, after)
    if facts.rates_change and before is not None:
        raise AnswersError(f"the {facts.name} rates a change itself; give the one answer, as the rating afterwards.")
    judged = [
        JudgedChange(rule=rule, verdict=_judge(facts, rule, before, after))
        for rule in changes_of(facts.id)
        if rule.is_of_one_patient
    ]
    decided_by = tuple(one for one in judged if one.rule.decides)
    improvement = improvement_of(facts, before, after)
    verdict = _any_met([one.verdict for one in decided_by])
    return ImportantChange(
        scale=facts,
        improvement=improvement,
        verdict=verdict,
        decided_by=decided_by,
        others=tuple(one for one in judged if not one.rule.decides),
        reason=_reason(
            facts, decided_by, verdict, is_rated=after is not None and (before is not None or facts.rates_change)
        ),
    )


def improvement_of(facts: Scale, before: float | None, after: float | None) -> float | None:
    """Return the points in the better direction: a fall where lower is better, a rise where higher is."""
    if before is None or after is None:
        return None
    return before - after if facts.lower_is_better else after - before


def _checked(facts: Scale, rating: float | None) -> float | None:
    return None if rating is None or rating != rating else score_total(facts.id, rating).total


def _judge(facts: Scale, rule: ChangeRule, before: float | None, after: float | None) -> Verdict:
    if rule.low is None or after is None:
        return Verdict.NOT_KNOWN
    if rule.measure == "at_most":
        return Verdict.MET if after <= rule.low else Verdict.NOT_MET
    improvement = improvement_of(facts, before, after)
    if before is None or improvement is None or not _is_meant_for(rule, before):
        return Verdict.NOT_KNOWN
    if improvement <= 0:
        return Verdict.NOT_MET
    size = improvement if rule.measure == "points" else 100 * improvement / before if before else None
    return (
        Verdict.NOT_KNOWN
        if size is None
        else _between(size, rule.low, rule.high if rule.high is not None else rule.low)
    )


def _between(size: float, low: float, high: float) -> Verdict:
    if size >= high - _TOLERANCE:
        return Verdict.MET
    return Verdict.NOT_MET if size < low - _TOLERANCE else Verdict.NOT_KNOWN


def _is_meant_for(rule: ChangeRule, before: float) -> bool:
    is_above = rule.baseline_from is None or before >= rule.baseline_from
    return is_above and (rule.baseline_to is None or before <= rule.baseline_to)


def _any_met(verdicts: Sequence[Verdict]) -> Verdict:
    """Return met where one is, not met where all are not, and not known otherwise."""
    if Verdict.MET in verdicts:
        return Verdict.MET
    return Verdict.NOT_KNOWN if not verdicts or Verdict.NOT_KNOWN in verdicts else Verdict.NOT_MET


def _reason(facts: Scale, decided_by: Sequence[JudgedChange], verdict: Verdict, *, is_rated: bool) -> str:
    if not decided_by:
        return f"no verified limit for one patient's change on the {facts.name} was found"
    limits = " or ".join(one.rule.limit for one in decided_by)
    named = f"{limits} ({'; '.join(dict.fromkeys(one.rule.source for one in decided_by))})"
    if not is_rated:
        return f"a rating is missing; the limit is {named}"
    return f"between published limits: {named}" if verdict is Verdict.NOT_KNOWN else f"by {named}"
