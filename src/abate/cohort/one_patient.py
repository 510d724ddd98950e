"""Is one patient refractory? The same definitions and rules as for a cohort, on a list of treatments and answers, in plain Python.

For research and for preparing a decision, not a medical device. `cohort.failures` and `cohort.verdicts` state the same rules
for the records of many; generated histories are held against both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from abate.base.days import SECONDS_PER_DAY
from abate.base.errors import ParameterError
from abate.cohort.failure_rules import FAILURES, INFERRED_ROLES, INJECTED, SWITCHED_ROLE, FailureRules, declared_rules
from abate.contracts.course_tables import BASES, ROLES, TREATMENT_OUTCOMES
from abate.contracts.failure import Failure
from abate.contracts.notice import NOT_A_DEVICE
from abate.knowledge.drug_table import SAME_DRUG, Drug, classes_of_role, drugs_of, first_year_of_class
from abate.knowledge.refractory_definitions import (
    Answer,
    Definition,
    Demand,
    check_answers,
    definition,
    definitions,
    nearest_or_all,
)

Verdict = Literal["met", "not met", "not known"]
Moment = dt.date | dt.datetime
_LONG_AGO = dt.datetime.min


@dataclass(frozen=True, kw_only=True)
class PastTreatment:
    """One earlier treatment, as in the contract's table `treatments`; what is left out is not known.

    ``drug_class`` and ``role`` are taken from the drug table where they are left out.
    """

    ingredient: str
    drug_class: str | None = None
    role: str | None = None
    start: Moment | None = None
    end: Moment | None = None
    dose_mg_day: float | None = None
    outcome: str | None = None
    basis: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What one treatment came to; see `cohort.failures.find_failures` for the words."""

    ingredient: str
    drug_class: str | None
    role: str | None
    begun: dt.datetime | None
    ended: dt.datetime | None
    days: float | None
    dose_mg_day: float | None
    dose_reached: str
    outcome: str
    basis: str
    rule: str
    adequate: str
    is_failed: bool
    may_have_failed: bool


@dataclass(frozen=True, kw_only=True)
class DemandResult:
    """What one demand came to: the verdict, and what it rests on or wants, in words."""

    demand: Demand
    verdict: Verdict
    because: str


@dataclass(frozen=True, kw_only=True)
class RefractoryResult:
    """Whether a patient meets a definition, demand by demand."""

    definition: Definition
    verdict: Verdict
    demands: tuple[DemandResult, ...]
    trials: tuple[Trial, ...]
    notice: str = NOT_A_DEVICE

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the ids of the demands that are not met or not known."""
        return tuple(result.demand.id for result in self.demands if result.verdict != "met")


def judge_one(
    name: str | Definition,
    treatments: Iterable[PastTreatment | Mapping[str, Any]],
    *,
    at: Moment,
    answers: Mapping[str, Answer] | None = None,
    assumed: Sequence[str] = (),
    failure: Failure | None = None,
) -> RefractoryResult:
    """Return whether one patient meets a definition.

    Parameters
    ----------
    name : str or Definition
        Such as ``ehf-2020-resistant``, or ``3-preventive-1-acute``.
    treatments : PastTreatment or mapping
        What was taken before; mappings have the fields of `PastTreatment`.
    at : date or datetime
        The first dose, or the day of asking: what begins at or after it is not looked at.
    answers : mapping, optional
        Answers by question; see `abate.knowledge.refractory_definitions.questions`. What is not there is not known.
    assumed : sequence of str
        Demands that count as met.
    failure : Failure, optional
        Rules of inference; left out, their defaults.

    Raises
    ------
    ParameterError
        If the definition, a question or a demand is not known, or a treatment or answer is impossible.
    """
    asked = definition(name) if isinstance(name, str) else name
    rules_said = failure or Failure()
    given = dict(answers or {})
    check_answers(given)
    check_demands(asked, assumed)
    drugs = drugs_of(rules_said)
    rules = declared_rules(
        rules_said, adequate_days=asked.adequate_days, contraindicated_counts=asked.contraindicated_counts
    )
    trials = find_trials([_checked(one, drugs) for one in treatments], at=at, rules=rules)
    judge = _Judge(trials=trials, answers=given, failure=rules_said, drugs=drugs, year=at.year)
    results = tuple(
        DemandResult(demand=demand, verdict="met", because="assumed") if demand.id in assumed else judge.demand(demand)
        for demand in asked.demands
    )
    return RefractoryResult(
        definition=asked, verdict=all_verdict(result.verdict for result in results), demands=results, trials=trials
    )


def judge_grades(
    family: str, treatments: Sequence[PastTreatment | Mapping[str, Any]], **arguments: Any
) -> Mapping[int, RefractoryResult]:
    """Return what each grade of a graded definition comes to, such as ``silberstein-2010``; arguments as for `judge_one`.

    Raises
    ------
    ParameterError
        If there is no such family, or as for `judge_one`.
    """
    graded = {one.grade: one for one in definitions().values() if one.family == family and one.grade is not None}
    if not graded:
        families = {one.family for one in definitions().values() if one.family is not None}
        raise ParameterError(f"there is no graded definition {family!r}; {nearest_or_all(family, sorted(families))}")
    return {grade: judge_one(one, treatments, **arguments) for grade, one in graded.items()}


def check_demands(asked: Definition, names: Iterable[str]) -> None:
    """Raise ParameterError where a name is no demand of the definition."""
    for name in names:
        if name not in asked.demand_ids:
            raise ParameterError(f"{asked.id} has no demand {name!r}; {nearest_or_all(name, asked.demand_ids)}")


def all_verdict(verdicts: Iterable[Verdict]) -> Verdict:
    """Return whether all of several statements are met."""
    found = list(verdicts)
    if "not met" in found:
        return "not met"
    return "not known" if "not known" in found else "met"


def find_trials(treatments: Iterable[PastTreatment], *, at: Moment, rules: FailureRules) -> tuple[Trial, ...]:
    """Return what each treatment had come to at a moment; the rules of `cohort.failures`, for one patient."""
    until = _time(at)
    assert until is not None
    rows = [row for row in _lasting(treatments, rules) if row.start is None or row.start < until]
    trials = list(_joined(rows, rules))
    return tuple(_judged(row, trials, until, rules) for row in trials)


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A treatment with its times as times, and what of it is given."""

    treatment: PastTreatment
    start: dt.datetime | None
    end: dt.datetime | None
    dose: float | None

    @property
    def given(self) -> str:
        return self.treatment.outcome or "unknown"

    @property
    def is_dated(self) -> bool:
        return self.start is not None and self.end is not None and self.start <= self.end

    @property
    def drug(self) -> tuple[str, str | None, str | None]:
        ingredient = self.treatment.ingredient
        one = SAME_DRUG.get(ingredient.strip().lower(), ingredient)
        return (one, self.treatment.drug_class, self.treatment.role)


def _lasting(treatments: Iterable[PastTreatment], rules: FailureRules) -> Iterator[_Row]:
    for one in treatments:
        start, end = _time(one.start), _time(one.end)
        lasts = rules.lasts_seconds.of(one.ingredient, one.drug_class, one.role)
        if (one.outcome or "unknown") == "unknown" and start is not None and end is not None and lasts is not None:
            end = max(end, start + dt.timedelta(seconds=lasts))
        yield _Row(treatment=one, start=start, end=end, dose=one.dose_mg_day)


def _joined(rows: Sequence[_Row], rules: FailureRules) -> Iterator[_Row]:
    """Give trials: refills of one drug are one."""
    refills = [row for row in rows if row.given == "unknown" and row.is_dated]
    if rules.refill_gap_seconds is None:
        yield from rows
        return
    yield from (row for row in rows if row not in refills)
    for drug in {row.drug for row in refills}:
        current: _Row | None = None
        for row in sorted((row for row in refills if row.drug == drug), key=lambda row: (row.start, row.end)):
            assert row.start is not None
            assert row.end is not None
            if current is None or (row.start - current.end).total_seconds() > rules.refill_gap_seconds:  # type: ignore[operator]
                if current is not None:
                    yield current
                current = row
                continue
            assert current.end is not None
            doses = [dose for dose in (current.dose, row.dose) if dose is not None]
            current = replace(current, end=max(current.end, row.end), dose=max(doses, default=None))
        if current is not None:
            yield current


def _judged(row: _Row, trials: Sequence[_Row], until: dt.datetime, rules: FailureRules) -> Trial:
    days = None
    is_a_day = row.given in FAILURES and row.start == row.end
    if row.is_dated and not is_a_day:
        assert row.start is not None
        assert row.end is not None
        days = (min(row.end, until) - row.start).total_seconds() / SECONDS_PER_DAY
    reached = _dose_reached(row, rules)
    is_long, adequate = _adequacy(row, days, reached, rules)
    outcome, basis, rule = _outcome(row, trials, until, is_short=is_long is False, adequate=adequate, rules=rules)
    is_failed = _counts(outcome, basis, rule, adequate, rules)
    ingredient, drug_class, role = row.drug
    return Trial(
        ingredient=ingredient, drug_class=drug_class, role=role, begun=row.start, ended=row.end, days=days,
        dose_mg_day=row.dose, dose_reached=reached, outcome=outcome, basis=basis, rule=rule, adequate=adequate,
        is_failed=is_failed, may_have_failed=is_failed or outcome == "unknown",
    )  # fmt: skip


def _dose_reached(row: _Row, rules: FailureRules) -> str:
    target = rules.target_mg_day.of(*row.drug)
    if row.dose is None or target is None:
        return "not known"
    return "reached" if row.dose >= target else "below"


def _adequacy(row: _Row, days: float | None, reached: str, rules: FailureRules) -> tuple[bool | None, str]:
    needed = rules.adequate_seconds.of(*row.drug)
    is_long = None if days is None or needed is None else round(days * SECONDS_PER_DAY) >= needed
    if is_long is False or (reached == "below" and rules.dose != "ignored"):
        return is_long, "no"
    if is_long is None or (reached == "not known" and rules.dose == "required"):
        return is_long, "not known"
    return is_long, "yes"


def _outcome(
    row: _Row, trials: Sequence[_Row], until: dt.datetime, *, is_short: bool, adequate: str, rules: FailureRules
) -> tuple[str, str, str]:
    """Return outcome, basis and rule."""
    if row.given in FAILURES:
        known = row.end or row.start or _LONG_AGO
        if known >= until:
            return "ongoing", "recorded", "not yet known"
        if row.treatment.basis == "inferred":
            return row.given, "inferred", "inferred by the source"
        return row.given, "recorded", "recorded"
    if row.given == "ongoing":
        return "ongoing", "recorded", "recorded"
    if not row.is_dated:
        return "unknown", "inferred", "no dates"
    assert row.end is not None
    if row.end >= until:
        return "ongoing", "inferred", "still taken"
    is_inferable = row.treatment.role in INFERRED_ROLES
    is_switched = _is_switched(row, trials, rules)
    if adequate == "yes" and is_inferable:
        if is_switched:
            return rules.switched_after_adequate, "inferred", "switched after a fair trial"
        if (until - row.end).total_seconds() > (rules.refill_gap_seconds or 0):
            return rules.stopped_after_adequate, "inferred", "stopped after a fair trial"
        return "unknown", "inferred", "may go on"
    if is_short and is_switched and is_inferable and row.treatment.drug_class not in INJECTED:
        return rules.switched_after_short, "inferred", "switched after a short trial"
    return "unknown", "inferred", "no rule"


def _is_switched(row: _Row, trials: Sequence[_Row], rules: FailureRules) -> bool:
    if rules.switch_within_seconds is None or row.treatment.drug_class is None or row.treatment.role != SWITCHED_ROLE:
        return False
    assert row.start is not None
    assert row.end is not None
    return any(
        other.start is not None
        and other.treatment.role == row.treatment.role
        and other.treatment.drug_class not in (None, row.treatment.drug_class)
        and other.start > row.start
        and abs((other.start - row.end).total_seconds()) <= rules.switch_within_seconds
        for other in trials
    )


def _counts(outcome: str, basis: str, rule: str, adequate: str, rules: FailureRules) -> bool:
    match outcome:
        case "no effect":
            return adequate != "no" or rules.too_short_counts or basis == "inferred"
        case "not tolerated":
            return True
        case "contraindicated":
            return rules.contraindicated_counts
        case "unknown":
            return rules.unknown_counts and adequate == "yes" and rule != "may go on"
    return False


@dataclass(frozen=True, kw_only=True)
class _Judge:
    """What the demands of a definition are held against."""

    trials: Sequence[Trial]
    answers: Mapping[str, Answer]
    failure: Failure
    drugs: Sequence[Drug]
    year: int

    def demand(self, demand: Demand) -> DemandResult:
        if not demand.is_of_records:
            return self._answered(demand)
        found = self._all_available(demand) if demand.is_all_available else self._count(demand)
        if found.verdict == "met" or demand.or_question is None:
            return found
        other = self.answers.get(demand.or_question)
        if other is True:
            return DemandResult(demand=demand, verdict="met", because="by the answer given")
        if other is None:
            return DemandResult(
                demand=demand, verdict="not known", because=f"{found.because}; not answered: {demand.or_question}"
            )
        return found

    def _answered(self, demand: Demand) -> DemandResult:
        assert demand.question is not None
        answer = self.answers.get(demand.question)
        if answer is None:
            return DemandResult(demand=demand, verdict="not known", because=f"not answered: {demand.question}")
        is_met = answer is demand.answer if demand.answer is not None else float(answer) >= (demand.at_least or 0)
        return DemandResult(demand=demand, verdict="met" if is_met else "not met", because="by the answer given")

    def _count(self, demand: Demand) -> DemandResult:
        certain, possible = self._units(demand, "is_failed"), self._units(demand, "may_have_failed")
        at_least = demand.at_least or 0
        is_open = len(possible) >= at_least or self.failure.not_recorded == "not known"
        verdict: Verdict = "met" if len(certain) >= at_least else "not known" if is_open else "not met"
        because = f"failed: {', '.join(sorted(certain)) or 'none'}"
        if possible - certain:
            because += f"; not known: {', '.join(sorted(possible - certain))}"
        return DemandResult(demand=demand, verdict=verdict, because=because)

    def _all_available(self, demand: Demand) -> DemandResult:
        certain, possible = self._units(demand, "is_failed"), self._units(demand, "may_have_failed")
        not_failed: list[str] = []
        not_known: list[str] = []
        for drug_class in classes_of_role(self.drugs, demand.role or ""):
            year = class_year(self.failure, self.drugs, drug_class)
            if drug_class in certain or (year is not None and year > self.year):
                continue
            is_there = year is not None and year < self.year
            may_have = drug_class in possible or self.failure.not_recorded == "not known"
            (not_failed if is_there and not may_have else not_known).append(drug_class)
        verdict: Verdict = "not met" if not_failed else "not known" if not_known else "met"
        parts = [
            f"{words}: {', '.join(found)}"
            for words, found in (
                ("failed", sorted(certain)),
                ("available and not failed", not_failed),
                ("not known whether available or failed", not_known),
            )
            if found
        ]
        return DemandResult(demand=demand, verdict=verdict, because="; ".join(parts))

    def _units(self, demand: Demand, which: str) -> set[str]:
        """Return what counts: classes, drugs or groups of which a trial had failed, or may have."""
        trials = [
            trial
            for trial in self.trials
            if getattr(trial, which)
            and trial.role == demand.role
            and demand.among.holds(trial.ingredient, trial.drug_class)
        ]
        if demand.counted == "drug":
            return {trial.ingredient.strip().lower() for trial in trials}
        if demand.counted == "group":
            return {
                group.name
                for group in demand.groups
                for trial in trials
                if group.holds(trial.ingredient, trial.drug_class)
            }
        return {trial.drug_class for trial in trials if trial.drug_class is not None}


def class_year(failure: Failure, drugs: Sequence[Drug], drug_class: str) -> int | None:
    """Return since when a class could be had: as the study says, else as the drug table does."""
    return failure.available_since.get(drug_class, first_year_of_class(drugs, drug_class))


def _checked(one: PastTreatment | Mapping[str, Any], drugs: Sequence[Drug]) -> PastTreatment:
    """Return a treatment with its class and role, from the drug table where they are left out."""
    row = one if isinstance(one, PastTreatment) else _from_mapping(one)
    for name, allowed in (("role", ROLES), ("outcome", TREATMENT_OUTCOMES), ("basis", BASES)):
        value = getattr(row, name)
        if value is not None and value not in allowed:
            raise ParameterError(f"the {name} of a treatment is none of {', '.join(allowed)}.")
    start, end = _time(row.start), _time(row.end)
    if start is not None and end is not None and end < start:
        raise ParameterError("a treatment ends before it starts; exchange its dates.")
    if row.dose_mg_day is not None and row.dose_mg_day < 0:
        raise ParameterError("the dose of a treatment is below nought.")
    known = next((drug for drug in drugs if drug.ingredient.lower() == row.ingredient.strip().lower()), None)
    if known is None:
        return row
    return replace(row, drug_class=row.drug_class or known.drug_class, role=row.role or known.role)


def _from_mapping(row: Mapping[str, Any]) -> PastTreatment:
    names = [one.name for one in fields(PastTreatment)]
    for name in row:
        if name not in names:
            raise ParameterError(f"a treatment has no field {name!r}; {nearest_or_all(name, names)}")
    if not row.get("ingredient"):
        raise ParameterError("a treatment has no ingredient; name the drug.")
    return PastTreatment(**row)


def _time(moment: Moment | None) -> dt.datetime | None:
    if moment is None or isinstance(moment, dt.datetime):
        return moment
    return dt.datetime(moment.year, moment.month, moment.day)
