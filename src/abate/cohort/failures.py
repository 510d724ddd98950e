"""What had each treatment come to before a course? One row a course and trial of a drug: outcome, dose, time, basis and rule.

Nothing that begins at or after the first dose is looked at. Exposures without a recorded outcome are joined to trials where
the gap is that of a refill, and their outcome is inferred by the rules that the study declares; what no rule says stays
unknown. docs/refractory.md states the rules; `cohort.one_patient` states them a second time for one patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis

from abate.base.days import SECONDS_PER_DAY
from abate.cohort.failure_rules import FAILURES, INFERRED_ROLES, INJECTED, SWITCHED_ROLE, DrugNumbers, FailureRules
from abate.engine.texts import plain
from abate.engine.time import epoch_seconds
from abate.knowledge.drug_table import SAME_DRUG

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.engine.connection import Engine

#: What identifies a trial of a drug before a course.
_TRIAL = ("course_id", "ingredient", "drug_class", "role", "begun_seconds")
_NOTHING = ibis.null("int64")


def find_failures(courses: ir.Table, treatments: ir.Table, rules: FailureRules) -> ir.Table:
    """Return what each treatment had come to before each course.

    Parameters
    ----------
    courses : table
        With ``course_id``, ``person_id`` and ``start_seconds`` (first dose, epoch seconds).
    treatments : table TREATMENTS
        Treatments of these persons.
    rules : FailureRules
        How exposures are joined and what is inferred from them.

    Returns
    -------
    table
        ``course_id``, ``ingredient``, ``drug_class``, ``role``, ``begun_seconds``, ``ended_seconds``, ``days`` (at it, up to the
        first dose; empty where not known), ``dose_mg_day``, ``dose_reached`` (reached, below, not known), ``outcome`` (no
        effect, not tolerated, contraindicated, ongoing, unknown), ``basis`` (recorded, inferred), ``rule`` (by which the
        outcome is known), ``adequate`` (yes, no, not known), ``is_failed`` and ``may_have_failed`` (it counts for certain; it
        counts or may count).
    """
    return _judged(_joined(courses, treatments, rules), rules)


class JoinedTrials:
    """Trials of the same courses under many rules: refills are joined and switches looked for once for all rules that do it alike."""

    def __init__(self, courses: ir.Table, treatments: ir.Table, engine: Engine) -> None:
        """Take the tables of :func:`find_failures`."""
        self._courses, self._treatments, self._engine = courses, treatments, engine
        self._joined: list[tuple[FailureRules, ir.Table]] = []
        self._judged: list[tuple[FailureRules, ir.Table]] = []

    def under(self, rules: FailureRules) -> ir.Table:
        """Return what :func:`find_failures` does under these rules, held in the engine."""
        known = next((trials for others, trials in self._judged if others == rules), None)
        if known is None:
            known = self._engine.materialise(_judged(self._joined_as(rules), rules), "trials")
            self._judged.append((rules, known))
        return known

    def _joined_as(self, rules: FailureRules) -> ir.Table:
        known = next((trials for others, trials in self._joined if _join_alike(others, rules)), None)
        if known is None:
            known = self._engine.materialise(_joined(self._courses, self._treatments, rules), "joined_trials")
            self._joined.append((rules, known))
        return known


def _join_alike(one: FailureRules, other: FailureRules) -> bool:
    return (one.lasts_seconds, one.refill_gap_seconds, one.switch_within_seconds) == (
        other.lasts_seconds,
        other.refill_gap_seconds,
        other.switch_within_seconds,
    )


def _joined(courses: ir.Table, treatments: ir.Table, rules: FailureRules) -> ir.Table:
    """Return trials before anything of them is judged: refills joined, switches marked."""
    return _mark_switches(_join_refills(_rows_before(courses, treatments, rules), rules), rules)


def _judged(trials: ir.Table, rules: FailureRules) -> ir.Table:
    return _with_verdict(_with_outcome(_with_adequacy(trials, rules), rules), rules)


def _rows_before(courses: ir.Table, treatments: ir.Table, rules: FailureRules) -> ir.Table:
    """Return the treatments that began before each course, or of which it is not known when."""
    begun, ended = epoch_seconds(treatments["start"]), epoch_seconds(treatments["end"])
    given = treatments.outcome.fill_null("unknown")
    lasting = begun + drug_number(treatments, rules.lasts_seconds, "int64")
    # An injection goes on to act: an exposure without an outcome lasts as long as its dose.
    until = (given == "unknown").ifelse(ibis.greatest(ended, lasting.fill_null(ended)), ended)
    rows = treatments.select(
        "person_id", "drug_class", "role", "dose_mg_day", "basis", ingredient=_one_drug(treatments.ingredient),
        given=given, begun_seconds=begun, ended_seconds=ended.isnull().ifelse(_NOTHING, until),
    )  # fmt: skip
    pairs = courses.select("course_id", "person_id", "start_seconds").inner_join(rows, "person_id")
    return pairs.filter((pairs.begun_seconds < pairs.start_seconds).fill_null(True)).drop("person_id")


def _one_drug(ingredient: ir.StringValue) -> ir.StringValue:
    """Return the name under which salts and forms of one drug are one."""
    word = plain(ingredient)
    return ibis.cases(*((word == salt, ibis.literal(drug)) for salt, drug in SAME_DRUG.items()), else_=ingredient)


def _join_refills(rows: ir.Table, rules: FailureRules) -> ir.Table:
    """Return trials: exposures of one drug that lie near enough are one; every other row is one of its own."""
    is_dated = (rows.begun_seconds <= rows.ended_seconds).fill_null(False)
    rows = rows.mutate(is_silent=rows.given == "unknown", is_dated=is_dated)
    if rules.refill_gap_seconds is None:
        return rows
    silent = rows.filter(rows.is_silent & rows.is_dated)
    drug = ["course_id", "ingredient", "drug_class", "role"]
    order: Any = {"group_by": drug, "order_by": ["begun_seconds", "ended_seconds"]}
    # The latest end so far, not that of the row before: a short exposure may lie inside a long one.
    latest = silent.ended_seconds.max().over(ibis.window(preceding=(None, 1), **order))
    gap = silent.begun_seconds - latest
    marked = silent.mutate(is_new=(gap > rules.refill_gap_seconds).fill_null(True).cast("int64"))
    numbered = marked.mutate(trial=marked.is_new.sum().over(ibis.window(preceding=(None, 0), **order)))
    joined = numbered.group_by(*drug, "start_seconds", "trial").aggregate(
        dose_mg_day=numbered.dose_mg_day.max(),
        basis=numbered.basis.max(),
        given=ibis.literal("unknown"),
        begun_seconds=numbered.begun_seconds.min(),
        ended_seconds=numbered.ended_seconds.max(),
        is_silent=ibis.literal(True),
        is_dated=ibis.literal(True),
    )
    others = rows.filter(~(rows.is_silent & rows.is_dated))
    return others.union(joined.select(*others.columns))


def _mark_switches(trials: ir.Table, rules: FailureRules) -> ir.Table:
    """Add whether a preventive of another class was begun near the end of the trial of a preventive."""
    if rules.switch_within_seconds is None:
        return trials.mutate(is_switched=ibis.literal(False))
    preventives = trials.filter(trials.role == SWITCHED_ROLE)
    begun = preventives.select(
        "course_id", "role", other_class=preventives.drug_class, other_seconds=preventives.begun_seconds
    ).distinct()
    ended = preventives.filter(preventives.is_silent & preventives.is_dated).select(*_TRIAL, "ended_seconds").distinct()
    pairs = ended.inner_join(begun, ["course_id", "role"])
    is_near = (pairs.other_seconds - pairs.ended_seconds).abs() <= rules.switch_within_seconds
    is_switch = (pairs.other_class != pairs.drug_class) & (pairs.other_seconds > pairs.begun_seconds) & is_near
    switched = pairs.filter(is_switch.fill_null(False)).select(*_TRIAL, "ended_seconds").distinct()
    marked = trials.left_join(switched.mutate(is_switched=True), [*_TRIAL, "ended_seconds"])
    marked = marked.drop(*(name for name in marked.columns if name.endswith("_right")))
    return marked.mutate(is_switched=marked.is_switched.fill_null(False) & marked.is_silent)


def _with_adequacy(trials: ir.Table, rules: FailureRules) -> ir.Table:
    """Add the days at it, the dose against its target, and whether both were a fair trial."""
    until = ibis.least(trials.ended_seconds, trials.start_seconds)
    # An outcome that is recorded with one day only tells when it was known, and not for how long the drug was taken.
    is_a_day = trials.given.isin(FAILURES) & (trials.begun_seconds == trials.ended_seconds)
    is_lasting = trials.is_dated & ~is_a_day.fill_null(False)
    at_it = is_lasting.ifelse(until - trials.begun_seconds, _NOTHING)
    needed = drug_number(trials, rules.adequate_seconds, "int64")
    target = drug_number(trials, rules.target_mg_day, "float64")
    is_long = at_it >= needed
    reached = ibis.cases(
        (trials.dose_mg_day >= target, "reached"), (trials.dose_mg_day < target, "below"), else_="not known"
    )
    is_below = (reached == "below") & (rules.dose != "ignored")
    is_open = (reached == "not known") & (rules.dose == "required")
    adequate = ibis.cases((is_below | ~is_long, "no"), (is_long.isnull() | is_open, "not known"), else_="yes")
    return trials.mutate(
        days=at_it.cast("float64") / SECONDS_PER_DAY,
        dose_reached=reached,
        adequate=adequate,
        is_short=(~is_long).fill_null(False),
    )


def _with_outcome(trials: ir.Table, rules: FailureRules) -> ir.Table:
    """Add outcome, basis and rule: as recorded where that was known before the first dose, else as inferred."""
    # Where no date is known a recorded failure is an earlier one, since the table holds earlier treatments.
    known = trials.ended_seconds.fill_null(trials.begun_seconds)
    is_known = (known < trials.start_seconds).fill_null(True)
    is_recorded = trials.given.isin(FAILURES)
    is_guess = (trials.basis == "inferred").fill_null(False)
    has_ended = (trials.ended_seconds < trials.start_seconds).fill_null(False)
    gap = rules.refill_gap_seconds or 0
    has_stopped = has_ended & (trials.start_seconds - trials.ended_seconds > gap)
    is_inferable = trials.role.isin(INFERRED_ROLES).fill_null(False)
    is_fair = (trials.adequate == "yes") & is_inferable
    is_injected = trials.drug_class.isin(INJECTED).fill_null(False)
    is_short_switch = trials.is_short & trials.is_switched & is_inferable & ~is_injected
    ladder: list[tuple[Any, str | None, str]] = [
        (is_recorded & is_known & ~is_guess, None, "recorded"),
        (is_recorded & is_known, None, "inferred by the source"),
        (is_recorded, "ongoing", "not yet known"),
        (trials.given == "ongoing", "ongoing", "recorded"),
        (~trials.is_dated, "unknown", "no dates"),
        (~has_ended, "ongoing", "still taken"),
        (is_fair & trials.is_switched, rules.switched_after_adequate, "switched after a fair trial"),
        (is_fair & has_stopped, rules.stopped_after_adequate, "stopped after a fair trial"),
        (is_fair, "unknown", "may go on"),
        (is_short_switch, rules.switched_after_short, "switched after a short trial"),
    ]
    outcome = [(test, trials.given if said is None else ibis.literal(said)) for test, said, _ in ladder]
    rule = ibis.cases(*((test, said) for test, _, said in ladder), else_="no rule")
    return trials.mutate(
        outcome=ibis.cases(*outcome, else_="unknown"),
        rule=rule,
        basis=rule.isin(["recorded", "not yet known"]).ifelse("recorded", "inferred"),
    )


def _with_verdict(trials: ir.Table, rules: FailureRules) -> ir.Table:
    """Add whether the trial counts as failed, for certain and at most."""
    counts: Mapping[str, Any] = {
        "no effect": (trials.adequate != "no") | rules.too_short_counts | (trials.basis == "inferred"),
        "not tolerated": ibis.literal(True),
        "contraindicated": ibis.literal(rules.contraindicated_counts),
        "unknown": (trials.adequate == "yes") & (trials.rule != "may go on") & rules.unknown_counts,
    }
    is_failed = ibis.cases(*((trials.outcome == name, test) for name, test in counts.items()), else_=False)
    judged = trials.mutate(is_failed=is_failed)
    return judged.select(
        *_TRIAL, "ended_seconds", "days", "dose_mg_day", "dose_reached", "outcome", "basis", "rule", "adequate",
        "is_failed", may_have_failed=judged.is_failed | (judged.outcome == "unknown"),
    )  # fmt: skip


def drug_number(rows: ir.Table, numbers: DrugNumbers, kind: str) -> ir.Value:
    """Return the number of each row's drug, empty where none is known."""
    steps = (
        (plain(rows.ingredient), numbers.by_ingredient),
        (rows.drug_class, numbers.by_class),
        (rows.role, numbers.by_role),
    )
    tests = [
        (column.isin(names), ibis.literal(value).cast(kind))
        for column, values in steps
        for value, names in _names_by_number(values).items()
    ]
    return ibis.cases(*tests, else_=ibis.null(kind)) if tests else ibis.null(kind)


def _names_by_number(numbers: Mapping[str, float]) -> Mapping[float, list[str]]:
    found: dict[float, list[str]] = {}
    for name, number in numbers.items():
        found.setdefault(number, []).append(name)
    return found
