"""Does a titration plan make sense in itself, does it keep to the limits of its setting, and how does it compare with what was published?

The schedule is the fastest that the plan allows: every step is taken on time, none is left out for pain that has gone or for an
adverse event. So its rates and amounts are the most that the plan can come to.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from abate.courses.titration_findings import BEYOND_LIMIT, NO_LIMIT, NOTE, REFUSED, PlanFinding, compare_with_published
from abate.courses.titration_plan import TitrationPlan
from abate.knowledge.infusion_limits import (
    BEYOND,
    BOLUS,
    DECIMALS,
    INTENSIVE,
    NOT_KNOWN,
    RATE,
    SETTINGS,
    InfusionLimit,
    combine_verdicts,
    find_limit,
)
from abate.knowledge.scales import scale

#: A plan of more steps than this is a slip of the pen in ``step`` or ``every``.
MOST_STEPS = 200


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One rate of the schedule, and what has been given in all when it ends, the bolus included.

    ``rate_mg_h`` and ``given_mg`` are None where the weight is not known.
    """

    from_hour: float
    to_hour: float
    rate_mg_kg_h: float
    rate_mg_h: float | None
    given_mg_kg: float
    given_mg: float | None


@dataclass(frozen=True, kw_only=True)
class LimitCheck:
    """The highest dose of one kind against its limit.

    ``first_hour`` is the first hour of the schedule beyond the limit; None where that does not happen within it.
    """

    dose: float
    limit: InfusionLimit
    verdict: str
    first_hour: float | None = None

    @property
    def dose_text(self) -> str:
        """The dose to four digits, or to as many as tell it from the limit."""
        short = f"{self.dose:.4g}"
        is_told = self.verdict != BEYOND or self.limit.limit is None or float(short) > self.limit.limit
        return short if is_told else f"{self.dose:.{DECIMALS + 1}g}"


@dataclass(frozen=True, kw_only=True)
class PlanCheck:
    """What a plan comes to.

    Attributes
    ----------
    plan : TitrationPlan
    verdict : str
        ``refused``, ``beyond``, ``not known`` or ``within limits``.
    findings : tuple of PlanFinding
        The gravest first.
    limits : tuple of LimitCheck
        Of the rate, and of the bolus where there is one.
    schedule : tuple of Stretch
        Empty for a plan that is refused.
    hours_to_ceiling : float or None
        When the ceiling is reached if every step is taken, also where that is after the planned end; None for a plan
        that is refused.
    """

    plan: TitrationPlan
    verdict: str
    findings: tuple[PlanFinding, ...]
    limits: tuple[LimitCheck, ...]
    schedule: tuple[Stretch, ...]
    hours_to_ceiling: float | None


def check_plan(plan: TitrationPlan) -> PlanCheck:
    """Check a plan for inner sense, against the limits of its setting, and against what was published.

    A dose of exactly a limit is within it. Where no limit is known the verdict is ``not known``, never ``within limits``.

    Examples
    --------
    >>> from abate.courses.titration_plan import make_plan
    >>> check = check_plan(make_plan({"drug": "ketamine", "setting": "ward", "start": "0.1 mg/kg/h",
    ...     "step": "0.1 mg/kg/h", "every": "4h", "ceiling": "0.5 mg/kg/h", "length": "5d"}))
    >>> check.verdict, check.hours_to_ceiling
    ('within limits', 16.0)
    """
    refused = tuple(_refusals(plan))
    schedule = () if refused else make_schedule(plan)
    limits = tuple(_limit_checks(plan, schedule))
    findings = (
        *refused,
        *_beyond_limits(limits, plan),
        *_without_limit(limits),
        *(() if refused else _notes(plan)),
        *compare_with_published(plan),
    )
    return PlanCheck(
        plan=plan,
        verdict=REFUSED if refused else combine_verdicts([check.verdict for check in limits]),
        findings=findings,
        limits=limits,
        schedule=schedule,
        hours_to_ceiling=None if refused else find_hours_to_ceiling(plan),
    )


def find_hours_to_ceiling(plan: TitrationPlan) -> float:
    """Return the hours until the ceiling is reached when every step is taken; 0 where the plan starts there."""
    return _step_count(plan) * (plan.step_hours or 0.0)


def make_schedule(plan: TitrationPlan) -> tuple[Stretch, ...]:
    """Return the stretches at one rate from the start to the planned end, every step taken and the last one cut to the ceiling."""
    starts = [number * (plan.step_hours or 0.0) for number in range(_step_count(plan) + 1)]
    starts = [start for start in starts if start < plan.length_hours]
    given = plan.bolus_mg_kg or 0.0
    stretches = []
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], plan.length_hours], strict=True)):
        rate = min(round(plan.start_mg_kg_h + number * (plan.step_mg_kg_h or 0.0), DECIMALS), plan.ceiling_mg_kg_h)
        given += rate * (end - start)
        stretches.append(
            Stretch(
                from_hour=start,
                to_hour=end,
                rate_mg_kg_h=rate,
                rate_mg_h=_in_mg(rate, plan),
                given_mg_kg=given,
                given_mg=_in_mg(given, plan),
            )
        )
    return tuple(stretches)


def _in_mg(per_kg: float, plan: TitrationPlan) -> float | None:
    return None if plan.weight_kg is None else per_kg * plan.weight_kg


def _step_count(plan: TitrationPlan) -> int:
    if plan.step_mg_kg_h is None:
        return 0
    # 0.5 - 0.1 is 0.4 and four steps of 0.1, though not quite so in binary.
    return math.ceil(round((plan.ceiling_mg_kg_h - plan.start_mg_kg_h) / plan.step_mg_kg_h, DECIMALS))


def _refusals(plan: TitrationPlan) -> Iterator[PlanFinding]:
    for is_so, reason in (*_refused_rates(plan), *_refused_target(plan)):
        if is_so:
            yield PlanFinding(severity=REFUSED, reason=reason)


def _refused_rates(plan: TitrationPlan) -> Iterator[tuple[bool, str]]:
    rises = plan.ceiling_mg_kg_h > plan.start_mg_kg_h
    yield plan.start_mg_kg_h == 0, "The start rate is 0: nothing would be given."
    yield (
        plan.ceiling_mg_kg_h < plan.start_mg_kg_h,
        f"The ceiling ({plan.ceiling_mg_kg_h:g} mg/kg/h) lies below the start ({plan.start_mg_kg_h:g} mg/kg/h).",
    )
    yield (
        plan.step_mg_kg_h == 0,
        "The step is 0: the rate would never rise; leave out step and every for one rate throughout.",
    )
    yield plan.step_hours == 0, "The time from step to step is 0: all steps would be taken at once."
    yield (
        (plan.step_mg_kg_h is None) != (plan.step_hours is None),
        "step and every belong together: one says by how much the rate rises, the other how often.",
    )
    yield (
        rises and plan.step_mg_kg_h is None and plan.step_hours is None,
        "The ceiling lies above the start, and neither step nor every says how it is reached.",
    )
    yield plan.length_hours == 0, "The planned length is 0: nothing would be given."
    has_steps = bool(plan.step_mg_kg_h) and bool(plan.step_hours) and rises
    yield (
        has_steps and _step_count(plan) > MOST_STEPS,
        f"More than {MOST_STEPS} steps lie between start and ceiling: look at the units of step and every.",
    )


def _refused_target(plan: TitrationPlan) -> Iterator[tuple[bool, str]]:
    if plan.target is None:
        return
    facts, at_most = scale(plan.target.scale), plan.target.at_most
    yield (
        not facts.minimum <= at_most <= facts.maximum,
        f"The target of at most {at_most:g} is no value of the scale {facts.id}, which goes from {facts.minimum:g} to {facts.maximum:g}.",
    )
    yield at_most == facts.maximum, "The target is the worst value of its scale: it is met before anything is given."
    yield (
        not facts.lower_is_better,
        f"On the scale {facts.id} more is better, so 'at most' is no target on it.",
    )
    held = plan.target.held_hours
    yield held == 0, "The target is to be held for 0 hours: leave out held where one rating is enough."
    yield (
        held is not None and held > plan.length_hours,
        f"The target is to be held for {held or 0:g} h, which is longer than the planned {plan.length_hours:g} h.",
    )


def _limit_checks(plan: TitrationPlan, schedule: Sequence[Stretch]) -> Iterator[LimitCheck]:
    highest = max(plan.start_mg_kg_h, plan.ceiling_mg_kg_h)
    limit = find_limit(plan.drug, plan.setting, RATE)
    beyond = [stretch.from_hour for stretch in schedule if limit.verdict(stretch.rate_mg_kg_h) == BEYOND]
    yield LimitCheck(
        dose=highest, limit=limit, verdict=limit.verdict(highest), first_hour=beyond[0] if beyond else None
    )
    if plan.bolus_mg_kg is not None:
        limit = find_limit(plan.drug, plan.setting, BOLUS)
        verdict = limit.verdict(plan.bolus_mg_kg)
        yield LimitCheck(
            dose=plan.bolus_mg_kg, limit=limit, verdict=verdict, first_hour=0.0 if verdict == BEYOND else None
        )


def _beyond_limits(checks: Sequence[LimitCheck], plan: TitrationPlan) -> Iterator[PlanFinding]:
    for check in checks:
        if check.verdict == BEYOND:
            limit = check.limit
            yield PlanFinding(
                severity=BEYOND_LIMIT,
                reason=f"The {_named(check)} of {check.dose_text} {limit.unit} is beyond {limit.limit:g} {limit.unit}, the limit for "
                f"{limit.drug} {SETTINGS[limit.setting]}{_when(check, plan)}.",
                source=limit.source,
                tag=limit.tag,
            )


def _named(check: LimitCheck) -> str:
    return "highest rate" if check.limit.kind == RATE else "bolus"


def _when(check: LimitCheck, plan: TitrationPlan) -> str:
    if check.limit.kind == BOLUS:
        return ""
    if check.first_hour is None:
        return f", although the schedule does not come to it within the planned {plan.length_hours:g} h"
    return f"; it is first passed {check.first_hour:g} h after the start"


def _without_limit(checks: Sequence[LimitCheck]) -> Iterator[PlanFinding]:
    for check in checks:
        if check.verdict == NOT_KNOWN:
            limit = check.limit
            yield PlanFinding(
                severity=NO_LIMIT,
                reason=f"No limit for the {limit.kind} of {limit.drug} {SETTINGS[limit.setting]} was found: "
                f"the {_named(check)} of {check.dose_text} {limit.unit} was not checked.",
                source=limit.source,
                tag=limit.tag,
            )


def _notes(plan: TitrationPlan) -> Iterator[PlanFinding]:
    for is_so, reason in (*_notes_on_ceiling(plan), *_notes_on_what_is_missing(plan)):
        if is_so:
            yield PlanFinding(severity=NOTE, reason=reason)


def _notes_on_ceiling(plan: TitrationPlan) -> Iterator[tuple[bool, str]]:
    to_ceiling = find_hours_to_ceiling(plan)
    reached = make_schedule(plan)[-1].rate_mg_kg_h
    yield (
        to_ceiling >= plan.length_hours,
        (
            f"The ceiling is never reached: that takes {to_ceiling:g} h, and {plan.length_hours:g} h are planned; "
            f"the highest rate is then {reached:.4g} mg/kg/h."
        ),
    )
    yield (
        plan.step_mg_kg_h is not None and plan.ceiling_mg_kg_h == plan.start_mg_kg_h,
        "Start and ceiling are equal: step and every have no effect.",
    )
    cut = plan.step_mg_kg_h is not None and plan.start_mg_kg_h + _step_count(
        plan
    ) * plan.step_mg_kg_h > plan.ceiling_mg_kg_h * (1 + 10**-DECIMALS)
    yield cut, "The last step is cut short, so that the rate does not pass the ceiling."
    limit = find_limit(plan.drug, plan.setting, RATE).limit
    fixed = plan.ceiling_mg_h
    yield (
        fixed is not None and limit is not None,
        (
            f"The ceiling is written without weight: {fixed or 0:.4g} mg/h is beyond {limit or 0:g} mg/kg/h "
            f"for anyone below {(fixed or 0) / (limit or 1):.4g} kg."
        ),
    )


def _notes_on_what_is_missing(plan: TitrationPlan) -> Iterator[tuple[bool, str]]:
    yield plan.weight_kg is None, "There is no weight, so nothing is said in mg/h and mg."
    yield plan.target is None, "There is no target: the plan does not say at which pain the rate rises no further."
    yield (
        plan.target is not None and plan.target.held_hours is None,
        "The plan does not say for how long the target pain is to be held.",
    )
    yield plan.setting == INTENSIVE, "Limits for wards without intensive monitoring are not applied."
