"""Which courses meet a definition of refractory, and what is missing? One row a course, by the records and by declared answers.

The same demands as in `cohort.one_patient`, in the engine.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

import ibis

from abate.cohort.failure_rules import FailureRules, declared_rules
from abate.cohort.failures import find_failures
from abate.cohort.one_patient import Verdict, check_demands, class_year
from abate.contracts.failure import Failure
from abate.engine.texts import plain
from abate.engine.time import calendar_year, time_from_seconds
from abate.knowledge.drug_table import Drug, classes_of_role, drugs_of
from abate.knowledge.refractory_definitions import Answer, Definition, Demand, DrugGroup, check_answers

if TYPE_CHECKING:
    import ibis.expr.types as ir


def find_verdicts(
    courses: ir.Table,
    treatments: ir.Table,
    definition: Definition,
    *,
    failure: Failure | None = None,
    answers: Mapping[str, Answer] | None = None,
    assumed: Sequence[str] = (),
) -> ir.Table:
    """Return whether each course's person met a definition before the first dose.

    Parameters
    ----------
    courses : table
        With ``course_id``, ``person_id`` and ``start_seconds`` (first dose, epoch seconds).
    treatments : table TREATMENTS
        Treatments of these persons.
    definition : Definition
        What is demanded.
    failure : Failure, optional
        Rules of inference; left out, their defaults.
    answers : mapping, optional
        Answers that hold for every course.
    assumed : sequence of str
        Demands that count as met.

    Returns
    -------
    table
        ``course_id``, ``verdict`` (met, not met, not known), ``demand_ID`` for each demand with the same words, ``missing``
        (ids of the demands that are not met or not known, separated by ", "), and ``inferred`` (whether without what is only
        inferred it would not be met).

    Raises
    ------
    ParameterError
        If a question or a demand is not known, or an answer is impossible.
    """
    trials = find_failures(courses, treatments, rules_of(definition, failure))
    return judge_trials(courses, trials, definition, failure=failure, answers=answers, assumed=assumed)


def rules_of(definition: Definition, failure: Failure | None) -> FailureRules:
    """Return the rules of inference by which a definition is judged."""
    return declared_rules(
        failure or Failure(),
        adequate_days=definition.adequate_days,
        contraindicated_counts=definition.contraindicated_counts,
    )


def judge_trials(
    courses: ir.Table,
    trials: ir.Table,
    definition: Definition,
    *,
    failure: Failure | None = None,
    answers: Mapping[str, Answer] | None = None,
    assumed: Sequence[str] = (),
) -> ir.Table:
    """Return what `find_verdicts` does, from trials that `find_failures` made by the rules of the definition."""
    given, said = dict(answers or {}), failure or Failure()
    check_answers(given)
    check_demands(definition, assumed)
    trials = trials.mutate(is_recorded=trials.is_failed & (trials.basis == "recorded"))
    drugs = drugs_of(said)
    of_records = [demand for demand in definition.demands if demand.is_of_records and demand.id not in assumed]
    counted = _counted(courses, trials, of_records, drugs, said)
    judged: dict[str, ir.StringValue] = {}
    recorded: list[ir.BooleanValue] = []
    for demand in definition.demands:
        if demand.id in assumed:
            judged[demand.id] = ibis.literal("met")
        elif demand.is_of_records:
            judged[demand.id] = _of_records(counted, demand, said, given)
            recorded.append(_is_met_by_record(counted, demand, said) | (given.get(demand.or_question or "") is True))
        else:
            judged[demand.id] = ibis.literal(_of_answer(demand, given))
    columns = {f"demand_{id}": verdict for id, verdict in judged.items()}
    table = counted.mutate(**columns, is_recorded=reduce(operator.and_, recorded, ibis.literal(True)))
    return _together(table, list(columns))


def _counted(
    courses: ir.Table, trials: ir.Table, demands: Sequence[Demand], drugs: Sequence[Drug], failure: Failure
) -> ir.Table:
    """Return one row a course with the numbers that the demands of records are judged by."""
    sums: dict[str, ir.Value] = {"trials": trials.count()}
    for demand in demands:
        of_demand = (trials.role == demand.role).fill_null(False) & _holds(trials, demand.among)
        for which in ("is_failed", "may_have_failed", "is_recorded"):
            sums |= _sums_of(trials, demand, of_demand & trials[which], which, drugs, failure)
    found = trials.group_by("course_id").aggregate(**sums)
    own = courses.select("course_id", year=calendar_year(time_from_seconds(courses.start_seconds)))
    joined = own.left_join(found, "course_id").drop("course_id_right")
    return joined.mutate(**{name: joined[name].fill_null(0) for name in sums})


def _sums_of(
    trials: ir.Table,
    demand: Demand,
    is_one: ir.BooleanValue,
    which: str,
    drugs: Sequence[Drug],
    failure: Failure,
) -> Mapping[str, ir.Value]:
    name = f"{demand.id}_{which}"
    if demand.is_all_available:
        dated, undated = _classes_by_year(demand, drugs, failure)
        of_undated = trials.drug_class.isin(undated).fill_null(False)
        each = {
            f"{name}_{place}": (is_one & (trials.drug_class == drug_class).fill_null(False)).cast("int64").max()
            for place, drug_class in enumerate(dated)
        }
        return {name: trials.drug_class.nunique(where=is_one & of_undated), **each}
    if demand.counted == "group":
        hits = [(is_one & _holds(trials, group)).cast("int64").max() for group in demand.groups]
        return {name: reduce(operator.add, hits)}
    unit = plain(trials.ingredient) if demand.counted == "drug" else trials.drug_class
    return {name: unit.nunique(where=is_one)}


def _classes_by_year(demand: Demand, drugs: Sequence[Drug], failure: Failure) -> tuple[Mapping[str, int], list[str]]:
    """Return the classes of a role with the year since when they could be had, and those of which it is not known."""
    years = {name: class_year(failure, drugs, name) for name in classes_of_role(drugs, demand.role or "")}
    return {name: year for name, year in years.items() if year is not None}, [
        name for name, year in years.items() if year is None
    ]


def _of_records(counted: ir.Table, demand: Demand, failure: Failure, answers: Mapping[str, Answer]) -> ir.StringValue:
    if demand.is_all_available:
        verdict = _all_available(counted, demand, failure)
    else:
        at_least = demand.at_least or 0
        may_be = counted[f"{demand.id}_may_have_failed"] >= at_least
        is_open = ibis.literal(True) if failure.not_recorded == "not known" else may_be
        verdict = ibis.cases(
            (counted[f"{demand.id}_is_failed"] >= at_least, "met"), (is_open, "not known"), else_="not met"
        )
    if demand.or_question is None:
        return verdict
    other = answers.get(demand.or_question)
    if other is None:
        return (verdict == "met").ifelse("met", "not known")
    return ibis.literal("met") if other is True else verdict


def _all_available(counted: ir.Table, demand: Demand, failure: Failure, which: str = "is_failed") -> ir.StringValue:
    """Judge class by class: one of which the year is not known, or that came in the year of the course, leaves it open."""
    dated, undated = _classes_by_year(demand, drugs_of(failure), failure)
    not_failed, not_known = [], [counted[f"{demand.id}_{which}"] < len(undated)]
    for place, year in enumerate(dated.values()):
        failed = counted[f"{demand.id}_{which}_{place}"] > 0
        may_be = (counted[f"{demand.id}_may_have_failed_{place}"] > 0) | (failure.not_recorded == "not known")
        not_failed.append((counted.year > year) & ~may_be)
        not_known.append((counted.year >= year) & ~failed)
    return ibis.cases(
        (reduce(operator.or_, not_failed, ibis.literal(False)), "not met"),
        (reduce(operator.or_, not_known), "not known"),
        else_="met",
    )


def _is_met_by_record(counted: ir.Table, demand: Demand, failure: Failure) -> ir.BooleanValue:
    """Return whether recorded outcomes alone meet a demand."""
    if demand.is_all_available:
        return _all_available(counted, demand, failure, "is_recorded") == "met"
    return counted[f"{demand.id}_is_recorded"] >= (demand.at_least or 0)


def _of_answer(demand: Demand, answers: Mapping[str, Answer]) -> Verdict:
    assert demand.question is not None
    answer = answers.get(demand.question)
    if answer is None:
        return "not known"
    is_met = answer is demand.answer if demand.answer is not None else float(answer) >= (demand.at_least or 0)
    return "met" if is_met else "not met"


def _holds(trials: ir.Table, group: DrugGroup) -> ir.BooleanValue:
    tests = []
    if group.classes:
        tests.append(trials.drug_class.isin(group.classes).fill_null(False))
    if group.ingredients:
        tests.append(plain(trials.ingredient).isin(group.ingredients))
    return reduce(operator.or_, tests) if tests else ibis.literal(True)


def _together(judged: ir.Table, columns: Sequence[str]) -> ir.Table:
    """Return the verdict on all demands together, and what is missing."""
    is_unmet = reduce(operator.or_, [judged[name] == "not met" for name in columns])
    is_open = reduce(operator.or_, [judged[name] == "not known" for name in columns])
    verdict = ibis.cases((is_unmet, "not met"), (is_open, "not known"), else_="met")
    parts = [(judged[name] == "met").ifelse("", f", {name.removeprefix('demand_')}") for name in columns]
    listed = reduce(operator.add, parts)
    return judged.select(
        "course_id",
        *columns,
        verdict=verdict,
        missing=listed.substr(2),
        inferred=(verdict == "met") & ~judged.is_recorded,
    )
