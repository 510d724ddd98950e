"""What does a plan say in words: the analysis as a formula and as a call, what warns, and what it cannot know?"""

from __future__ import annotations

from collections.abc import Sequence

from abate.base.errors import AbateError, ExitCode
from abate.contracts.plan_file import PlanFile
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import AssumptionRow
from abate.trial.allocation_plan import plan_allocation
from abate.trial.allocation_plan import warnings_of as warnings_of_allocation
from abate.trial.assumptions import primary_place
from abate.trial.effect import PRE_POST_WARNING, PlannedEffect

_FORMULAS = {
    "mmrm": "rating ~ baseline * day + arm * day",
    "constrained longitudinal": "rating ~ day + arm : day, baseline among the days and the same in all arms",
    "ancova": "rating on the primary day ~ baseline + arm",
}

_SPREAD_OF_CONTROL = (
    "Both arms have the spread of the treated, who lie nearer the lower end of the scale; a control arm may spread wider. In simulated hospitals "
    "the closed form promised some four points of power too much for that (docs/known-truth-of-plans.md)."
)
_NO_CONTROL = (
    "No study without a control arm knows what a control arm would do: the steps from the observed fall to the planned difference "
    "are partly assumed, and the plan is as good as they are."
)


#: Designs in which no single person is assigned to an arm.
_NOT_BY_PERSON = ("cluster", "stepped wedge", "single-arm two-stage", "n-of-1")


def analysis_formula(plan: PlanFile) -> str:
    """Return the model of the primary analysis."""
    design = plan.design
    centre = " + centre" if plan.question.centres > 1 else ""
    day = plan.ratings.days[primary_place(plan)]
    covariance = (
        ""
        if design.analysis == "ancova"
        else f"; unstructured covariance of a person's days, restricted likelihood, {design.df} degrees of freedom"
    )
    return f"{_FORMULAS[design.analysis]}{centre}{covariance}; contrast: arms on day {day:g}, alpha {design.alpha:g}, {_sides(design.sided)}"


def _sides(sided: int) -> str:
    return "two-sided" if sided == 2 else "one-sided"


def analysis_call(plan: PlanFile) -> str:
    """Return the primary analysis as a call on a table with a row a person and day."""
    return _CALLS[plan.design.analysis].format(df=plan.design.df, day=plan.ratings.days[primary_place(plan)])


_CALLS = {
    "mmrm": """import abate

# ratings: one row a person and day after the baseline; columns person, day (as text), arm (control, then others), baseline, rating
fit = abate.mmrm("rating ~ baseline * day + arm * day", ratings, subject="person", visit="day",
                 covariance="unstructured", df="{df}")
differences = fit.differences("arm", by="day")  # the primary one is that of day {day:g}
""",
    "constrained longitudinal": """import abate

# ratings: one row a person and day, the baseline (day 0) among them; columns person, day (as text), given, rating
# given: "control" at the baseline for everybody and on every day in the control, else arm and day, such as "ketamine on day 3"
fit = abate.mmrm("rating ~ day + given", ratings, subject="person", visit="day",
                 covariance="unstructured", df="{df}")  # the primary coefficient is that of the active arm on day {day:g}
""",
    "ancova": """import abate

# ratings: one row a person who was rated on day {day:g}; columns person, day (as text), arm (control, then others), baseline, rating
fit = abate.mmrm("rating ~ baseline + arm", ratings, subject="person", visit="day",
                 covariance="unstructured", df="{df}")
differences = fit.differences("arm")
""",
}


#: Analyses whose level was off by more than three Monte Carlo errors in 20,000 trials without an effect.
_REJECTS_TOO_OFTEN = frozenset(
    {
        ("mmrm", "kenward-roger"),
        ("constrained longitudinal", "kenward-roger"),
        ("constrained longitudinal", "satterthwaite"),
    }
)


def warnings_of(plan: PlanFile, effect: PlannedEffect, assumptions: tuple[AssumptionRow, ...]) -> tuple[str, ...]:
    """Return what stands on every page."""
    found = []
    if effect.is_pre_post:
        found.append(PRE_POST_WARNING)
    unverified = [row for row in assumptions if row.is_unverified]
    if unverified:
        named = "; ".join(row.quantity for row in unverified[:3])
        more = f" and {len(unverified) - 3} more" if len(unverified) > 3 else ""
        found.append(
            f"{len(unverified)} of {len(assumptions)} assumptions nobody has measured ({named}{more}): unverified, to be replaced."
        )
    return tuple(found)


#: Months after which a plan says that it is too slow.
_LONG = 60.0
#: Simulated trials under which the size hangs on chance.
_ROUGH = 1000


def limits_of_conduct(estimates: Sequence[Estimate]) -> tuple[str, ...]:
    """Return what stands against carrying the trial out, in plain words."""
    found = {row.id: row.value for row in estimates}
    months, centres = found.get("accrual.months"), found.get("accrual.centres")
    if months is None or months <= _LONG:
        return ()
    more = "" if centres is None else f" {centres:.0f} centres would make the time that was set likely."
    return (
        f"At the pace of the study this trial takes {months:.0f} months ({months / 12:.0f} years) to recruit: it cannot be done as it stands.{more}",
    )


def limits_of_allocation(plan: PlanFile, participants: int) -> tuple[str, ...]:
    """Return what stands against the allocation that the plan asks for, now that its size is known."""
    section = plan.randomisation
    if section is None or plan.design.kind in _NOT_BY_PERSON:
        return ()
    own, said = section.participants, []
    if own is not None and own < participants:
        said.append(
            f"Allocation: [randomisation] has {own} participants, and the trial needs {participants}; write that."
        )
    try:
        allocation = plan_allocation(
            section,
            title=plan.title,
            arms=[arm.name for arm in plan.arms],
            weights=[arm.weight for arm in plan.arms],
            participants=participants,
        )
    except AbateError as error:
        if error.exit_code is not ExitCode.ALLOCATION:
            raise
        return (*said, f"No allocation list can be made: {error}")
    return (*said, *(f"Allocation: {warning}" for warning in warnings_of_allocation(allocation)))


def limits_of(plan: PlanFile, effect: PlannedEffect) -> tuple[str, ...]:
    """Return what the plan cannot know, in plain words."""
    found = [
        _NO_CONTROL,
        "The spread of ratings comes from persons who were admitted because they were bad; a trial may take in others.",
        _SPREAD_OF_CONTROL,
    ]
    if effect.sd > 0 and effect.mean / effect.sd < 2:
        found.append(
            f"The difference that is planned on, {effect.mean:.2f} points, is known only to within {effect.sd:.2f} (one standard "
            "error): a trial of any size may find nothing because there is nothing."
        )
    if plan.effect.belief is not None and abs(effect.measured - effect.mean) > 0.01:
        found.append(
            f"If participants guess their arm as assumed, a difference of {effect.measured - effect.mean:.2f} points comes of that alone; "
            "it would be measured with the rest."
        )
    if (plan.design.analysis, plan.design.df) in _REJECTS_TOO_OFTEN:
        found.append(
            f"With {plan.design.df} degrees of freedom this analysis rejects a little too often where there is no effect (5.5 to 5.9 % "
            "for 5 %, docs/trial-type-one-error.md); kenward-roger-linear keeps the level."
        )
    found += _on_strategy_for_rescue(plan)
    if plan.simulation.trials < _ROUGH:
        found.append(
            f"With {plan.simulation.trials} simulated trials size and power hang on chance; plan with 2,000 or more before anything is decided."
        )
    if plan.follow_up is not None:
        found.append(
            f"The primary rating is that of day {plan.ratings.days[primary_place(plan)]:g}. Whether relief lasts is another question: "
            f"{100 * plan.follow_up.lost.value:.0f} % of the study's courses had no rating at {plan.follow_up.visit.replace('_', ' ')}."
        )
    return tuple(found)


def _on_strategy_for_rescue(plan: PlanFile) -> list[str]:
    """Say so where trials are simulated with another strategy for rescue than the estimand names."""
    if plan.rescue is None:
        return []
    named = {event.strategy for event in plan.estimand.events if "rescue" in event.event.lower()}
    if not named or plan.rescue.strategy in named:
        return []
    sentence = (
        f"The estimand takes rescue by {', '.join(sorted(named))}, and the simulated trials by {plan.rescue.strategy}: "
        "make rescue.strategy and the event in estimand.events agree."
    )
    return [sentence]
