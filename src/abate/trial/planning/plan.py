"""How is a trial planned? Effect -> size by closed form -> simulated power -> looks, assurance, conduct -> the designs in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version

from abate.base.logs import Progress, silent
from abate.contracts.plan_file import TWO_ARM_KINDS, Design, DesignKind, PlanFile
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import (
    CharacteristicsRow,
    Curve,
    DesignRow,
    LookRow,
    PlanProvenance,
    TornadoBar,
    TrialPlan,
)
from abate.stats.sequential.design import GroupSequentialDesign
from abate.trial.assumptions import describe_assumptions, primary_place
from abate.trial.designs.estimand import describe_events
from abate.trial.designs.facts import facts_of
from abate.trial.designs.ranking import rank_designs
from abate.trial.designs.sized_design import SizedDesign
from abate.trial.designs.sizing import size_designs
from abate.trial.effect import PlannedEffect, plan_effect
from abate.trial.errors import TooLargeError
from abate.trial.planning.conduct import plan_conduct
from abate.trial.planning.curves import size_curves
from abate.trial.planning.identity import hash_plan, plan_as_data
from abate.trial.planning.other import limits_of_other, rows_of_other, size_of_other
from abate.trial.planning.power import assurance_of, closed_power, power_needed
from abate.trial.planning.rows import assurance_rows, effect_rows, planned_size_rows, power_rows
from abate.trial.planning.simulated import Simulator, settle_size, simulated_assurance, with_simulated
from abate.trial.planning.tornado import tornado_bars
from abate.trial.planning.words import (
    analysis_call,
    analysis_formula,
    limits_of,
    limits_of_allocation,
    limits_of_conduct,
    warnings_of,
)
from abate.trial.simulate import SimulatedTrials
from abate.trial.two_arms.closed import RatedTrial, mmrm_size, rated_trial
from abate.trial.two_arms.looks import TrialSize, characteristics_rows, look_rows, plan_looks
from abate.trial.two_arms.pace import pace_of

#: Of more participants no trial of such a course is planned, and simulating one would take more memory than there is.
MOST_PARTICIPANTS = 20_000


@dataclass(frozen=True, kw_only=True)
class SimulatedPlan:
    """A plan, and the simulated trials at its planned difference; None of a design that is not two arms at the same time."""

    plan: TrialPlan
    simulated: SimulatedTrials | None


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What the size of a design, and all that hangs on it, come to."""

    size: TrialSize | None
    estimates: tuple[Estimate, ...]
    curves: tuple[Curve, ...] = ()
    tornado: tuple[TornadoBar, ...] = ()
    looks: tuple[LookRow, ...] = ()
    characteristics: tuple[CharacteristicsRow, ...] = ()
    limits: tuple[str, ...] = ()
    simulated: SimulatedTrials | None = None


def plan(
    assumptions: PlanFile,
    design: Design | None = None,
    *,
    versions: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> TrialPlan:
    """Return all that planning finds of a plan file.

    Parameters
    ----------
    assumptions : PlanFile
        With a design of its own.
    design : Design, optional
        Takes the place of that design.
    versions : mapping, optional
        Of abate ("abate") and of the libraries that the numbers pass through; without it that of abate alone.
    progress : callable
        Is given a short sentence whenever a stage begins, and the closed forms as soon as they are there.

    Raises
    ------
    AbateError
        One of its subclasses: no difference to plan on, a covariance that no ratings can have, looks out of order and the like.
    """
    asked = assumptions if design is None else assumptions.model_copy(update={"design": design})
    return simulate_plan(asked, versions, progress).plan


def simulate_plan(
    plan: PlanFile, versions: Mapping[str, str] | None = None, progress: Progress = silent, *, keep_each: bool = False
) -> SimulatedPlan:
    """Return the plan and its simulated trials, each one's result kept where ``keep_each``."""
    effect = plan_effect(plan.effect)
    progress("sizing every design by closed form")
    sizes = size_designs(plan, effect.mean)
    found = (
        _of_two_arms(plan, effect, progress, keep_each)
        if _has_two_arms(plan, sizes)
        else _of_other(plan, effect, sizes, progress)
    )
    conduct = None if found.size is None else plan_conduct(plan, found.size, pace_of(plan))
    assumptions = describe_assumptions(plan)
    planned = TrialPlan(
        title=plan.title,
        plan=plan_as_data(plan),
        estimates=(*effect_rows(effect), *found.estimates, *(() if conduct is None else conduct.estimates)),
        assumptions=assumptions,
        effect_steps=effect.steps,
        designs=tuple(_as_planned(row, found) for row in rank_designs(plan, facts_of(plan), sizes)),
        estimand=plan.estimand.model_dump(include={"population", "treatment", "variable", "summary"}),
        events=describe_events(plan),
        curves=(*found.curves, *(() if conduct is None else conduct.curves)),
        tornado=found.tornado,
        looks=found.looks,
        characteristics=found.characteristics,
        harm=() if conduct is None else conduct.harm,
        budget=() if conduct is None else conduct.budget,
        warnings=warnings_of(plan, effect, assumptions),
        limits=(
            *limits_of(plan, effect),
            *found.limits,
            *(() if conduct is None else limits_of_conduct(conduct.estimates)),
            *(() if found.size is None else limits_of_allocation(plan, found.size.total)),
        ),
        model=analysis_formula(plan),
        call=analysis_call(plan),
        provenance=_provenance(plan, versions or {"abate": version("abate")}),
    )
    return SimulatedPlan(plan=planned, simulated=found.simulated)


def _has_two_arms(plan: PlanFile, sizes: Mapping[DesignKind, SizedDesign]) -> bool:
    """Return whether the trial is planned as two arms at the same time; one against another drug needs a difference from that drug."""
    if plan.design.kind == "parallel, other drug" and sizes[plan.design.kind].total is None:
        return False
    return plan.design.kind in TWO_ARM_KINDS


def _of_two_arms(plan: PlanFile, effect: PlannedEffect, progress: Progress, keep_each: bool) -> _Found:
    """Return size, power, looks and assurance of two arms at the same time, by closed form and by simulation."""
    trial, design, pace = rated_trial(plan), plan_looks(plan), pace_of(plan)
    first = _closed_size(plan, trial, effect, design)
    progress(_say_closed(plan, effect, first, trial, design))
    simulator = Simulator(plan=plan, effect=effect, design=design, pace=pace)
    progress(f"simulating {plan.simulation.trials} trials of {first.total} participants")
    size, simulated = settle_size(simulator, first, progress, keep_each=keep_each)
    power = closed_power(trial, plan, size.total, design)
    looks: tuple[LookRow, ...] = ()
    characteristics: tuple[CharacteristicsRow, ...] = ()
    if design is not None:
        progress("simulating trials with none, half and one and a half of the difference")
        looks = look_rows(design, size, pace)
        characteristics = with_simulated(
            characteristics_rows(design, size, effect.mean, pace), simulator, size, simulated
        )
    progress("simulating trials with drawn assumptions")
    return _Found(
        size=size,
        estimates=(
            *planned_size_rows(simulator, trial, size),
            *power_rows(plan, effect, power, simulated),
            *assurance_rows(power, effect),
            simulated_assurance(simulator, size),
        ),
        curves=size_curves(trial, plan, effect, size.total, design),
        tornado=tornado_bars(trial, plan, effect, size.total, design),
        looks=looks,
        characteristics=characteristics,
        limits=simulator.limits(size),
        simulated=simulated,
    )


def _of_other(
    plan: PlanFile, effect: PlannedEffect, sizes: Mapping[DesignKind, SizedDesign], progress: Progress
) -> _Found:
    """Return size, power and assurance of another design, by closed form and by simulation."""
    sized = sizes[plan.design.kind]
    rows = rows_of_other(plan, effect.mean, sized, progress)
    return _Found(
        size=size_of_other(plan, sized),
        estimates=rows,
        limits=limits_of_other(plan, sized, rows),
    )


def _as_planned(row: DesignRow, found: _Found) -> DesignRow:
    """Return the chosen design with the size that simulated trials gave it, in the place of the closed form's."""
    if not row.is_chosen or found.size is None or found.simulated is None:
        return row
    per_arm = found.size.per_arm
    in_words = f"{len(per_arm)} x {per_arm[0]}" if len(set(per_arm)) == 1 else " + ".join(map(str, per_arm))
    longer = 1.0 if not row.total else found.size.total / row.total
    months = None if row.months is None else row.months * longer
    return replace(row, total=float(found.size.total), months=months, size_in_words=in_words)


def _closed_size(
    plan: PlanFile, trial: RatedTrial, effect: PlannedEffect, design: GroupSequentialDesign | None
) -> TrialSize:
    """Return the size by closed form, or the one that the plan gives, with the standard error of the difference at the end."""
    if plan.design.per_arm is not None:
        weights = tuple(arm.weight for arm in plan.arms[:2])
        per_arm = tuple(plan.design.per_arm * weight for weight in weights)
    else:
        found = mmrm_size(trial, plan, effect=effect.mean, power=power_needed(plan, design))
        per_arm = found.per_arm_rounded
    if sum(per_arm) > MOST_PARTICIPANTS:
        raise TooLargeError(
            f"{effect.mean:g} points would take {sum(per_arm):,} participants, and no more than {MOST_PARTICIPANTS:,} are planned; "
            "look at the difference, the spread of the ratings and the power that is asked for."
        )
    at_size = closed_power(trial, plan, sum(per_arm), design)
    return TrialSize(
        per_arm=per_arm, standard_error=at_size.standard_error, degrees_of_freedom=at_size.degrees_of_freedom
    )


def _say_closed(
    plan: PlanFile, effect: PlannedEffect, size: TrialSize, trial: RatedTrial, design: GroupSequentialDesign | None
) -> str:
    """Return the closed forms in one sentence: they are there long before the simulation is."""
    power = closed_power(trial, plan, size.total, design)
    return (
        f"by closed form: {' + '.join(map(str, size.per_arm))} participants find {effect.mean:.2f} points on day "
        f"{plan.ratings.days[primary_place(plan)]:g} with {100 * float(power.at(effect.mean)):.0f} % power; "
        f"assurance {100 * assurance_of(power, effect):.0f} %"
    )


def _provenance(plan: PlanFile, versions: Mapping[str, str]) -> PlanProvenance:
    return PlanProvenance(
        abate_version=versions.get("abate", ""),
        plan_hash=hash_plan(plan),
        results_hash=plan.study.get("results_hash"),
        study_hash=plan.study.get("study_hash"),
        seed=plan.simulation.seed,
        trials=plan.simulation.trials,
        versions=dict(versions),
        is_simulated=plan.study.get("records") == "simulated",
    )
