"""How is a trial planned? Effect -> size by closed form -> simulated power -> looks, assurance, conduct -> the designs in their order."""

from __future__ import annotations

from abate.base.errors import ParameterError
from abate.base.logs import Progress, silent
from abate.contracts.plan_file import PlanFile
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import CharacteristicsRow, LookRow, PlanProvenance, TrialPlan
from abate.stats.sequential.design import GroupSequentialDesign
from abate.trial.assumptions import describe_assumptions, primary_place
from abate.trial.designs.estimand import describe_events
from abate.trial.designs.facts import facts_of
from abate.trial.designs.ranking import rank_designs
from abate.trial.designs.sizing import size_designs
from abate.trial.effect import PlannedEffect, plan_effect
from abate.trial.planning.closed import (
    POINTS,
    RatedTrial,
    ancova_size,
    attempted,
    mmrm_size,
    rated_trial,
    responder_size,
    size_rows,
    unadjusted_size,
)
from abate.trial.planning.conduct import plan_conduct
from abate.trial.planning.curves import size_curves
from abate.trial.planning.looks import TrialSize, characteristics_rows, look_rows, plan_looks
from abate.trial.planning.pace import pace_of
from abate.trial.planning.power import ClosedPower, assurance_limit, assurance_of, closed_power, power_needed
from abate.trial.planning.responders import responder_shares
from abate.trial.planning.simulated import (
    Simulator,
    settle_size,
    share_of,
    share_row,
    simulated_assurance,
    with_simulated,
)
from abate.trial.planning.tornado import tornado_bars
from abate.trial.planning.words import analysis_call, analysis_formula, limits_of, warnings_of
from abate.trial.simulate import SimulatedTrials


def plan_of(plan: PlanFile, plan_hash: str, versions: dict[str, str], progress: Progress = silent) -> TrialPlan:
    """Return all that planning finds of a plan file.

    Parameters
    ----------
    plan : PlanFile
    plan_hash : str
        Of its canonical form.
    versions : dict
        Of abate ("abate") and of the libraries that the numbers pass through.
    progress : callable
        Is given a short sentence whenever a stage begins, and the closed forms as soon as they are there.

    Raises
    ------
    AbateError
        One of its subclasses: no difference to plan on, a covariance that no ratings can have, looks out of order and the like.
    """
    effect = plan_effect(plan.effect)
    trial, design, pace = rated_trial(plan), plan_looks(plan), pace_of(plan)
    first = _closed_size(plan, trial, effect, design)
    progress(_say_closed(plan, effect, first, trial, design))
    simulator = Simulator(plan=plan, effect=effect, design=design, pace=pace)
    progress(f"simulating {plan.simulation.trials} trials of {first.total} participants")
    size, simulated = settle_size(simulator, first, progress)
    power = closed_power(trial, plan, size.total, design)
    progress("simulating trials at other differences, and with drawn assumptions")
    looks: tuple[LookRow, ...] = ()
    characteristics: tuple[CharacteristicsRow, ...] = ()
    if design is not None:
        looks = look_rows(design, size, pace)
        characteristics = with_simulated(characteristics_rows(design, size, effect.mean, pace), simulator, size)
    conduct = plan_conduct(plan, size, pace)
    assumptions = describe_assumptions(plan)
    progress("sizing the other designs")
    return TrialPlan(
        title=plan.title,
        plan=plan.model_dump(mode="json", by_alias=True, exclude_none=True),
        estimates=(
            *_effect_rows(effect),
            *_size_rows(simulator, trial, size),
            *_power_rows(plan, effect, power, simulated),
            *_assurance_rows(power, effect),
            simulated_assurance(simulator, size),
            *conduct.estimates,
        ),
        assumptions=assumptions,
        effect_steps=effect.steps,
        designs=rank_designs(plan, facts_of(plan), size_designs(plan, effect)),
        estimand=plan.estimand.model_dump(include={"population", "treatment", "variable", "summary"}),
        events=describe_events(plan),
        curves=(*size_curves(trial, plan, effect, size.total, design), *conduct.curves),
        tornado=tornado_bars(trial, plan, effect, size.total, design),
        looks=looks,
        characteristics=characteristics,
        harm=conduct.harm,
        budget=conduct.budget,
        warnings=warnings_of(plan, effect, assumptions),
        limits=limits_of(plan, effect, size, simulator),
        model=analysis_formula(plan),
        call=analysis_call(plan),
        provenance=_provenance(plan, plan_hash, versions),
    )


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


def _effect_rows(effect: PlannedEffect) -> tuple[Estimate, ...]:
    return (
        Estimate(
            id="effect.planned",
            quantity="difference between the arms that is planned on",
            value=effect.mean,
            standard_error=effect.sd or None,
            unit=POINTS,
            method="observed fall less all that a control arm has too"
            if not effect.is_pre_post
            else "change from before to after",
        ),
        Estimate(
            id="effect.measured",
            quantity="difference that would be measured if the arms were guessed as assumed",
            value=effect.measured,
            unit=POINTS,
            method="planned difference and what belief adds",
        ),
    )


def _size_rows(simulator: Simulator, trial: RatedTrial, size: TrialSize) -> tuple[Estimate, ...]:
    """Return the planned size, and beside it that of each analysis by closed form, looks left out."""
    plan, effect, design = simulator.plan, simulator.effect, simulator.design
    asked = plan.design.power if plan.design.power is not None else 0.8
    of = f"for {100 * asked:.0f} % power without looks"
    rows: list[Estimate] = [
        Estimate(
            id="size.per_arm",
            quantity="participants an arm that are planned",
            value=float(max(size.per_arm)),
            unit="{persons}",
            method="as the plan gives it"
            if plan.design.per_arm is not None
            else "smallest size tried whose simulated power is what is asked for",
        ),
        Estimate(
            id="size.total",
            quantity="participants in all that are planned",
            value=float(size.total),
            unit="{persons}",
            method="sum of the arms",
        ),
    ]
    if design is not None:
        rows.append(
            Estimate(
                id="size.inflation",
                quantity="by how much looks make the trial larger",
                value=design.inflation_factor,
                method=f"{design.efficacy_rule}, {design.futility_rule or 'no futility bounds'}",
            )
        )
    for id, words, make in (
        ("mmrm", f"mixed model for repeated measures, {of}", mmrm_size),
        ("ancova", f"analysis of covariance, {of}", ancova_size),
        ("unadjusted", f"t test without the baseline, {of}", unadjusted_size),
    ):
        rows += size_rows(id, words, *attempted(make, trial, plan, effect=effect.mean, power=asked))
    return (*rows, *_responder_rows(plan, trial, simulator, asked, of))


def _responder_rows(
    plan: PlanFile, trial: RatedTrial, simulator: Simulator, asked: float, of: str
) -> tuple[Estimate, ...]:
    words = f"responders, {of}"
    try:
        shares = responder_shares(plan, trial, simulator.primary_means)
    except ParameterError as error:
        return size_rows("responders", words, None, str(error))
    found, reason = attempted(responder_size, plan, shares.active, shares.control, power=asked)
    method = "normal ratings with the study's covariance; who is not rated does not respond"
    return (
        Estimate(
            id="response.active",
            quantity="share of the active arm to be expected to respond",
            value=shares.active,
            method=method,
        ),
        Estimate(
            id="response.control",
            quantity="share of the control arm to be expected to respond",
            value=shares.control,
            method=method,
        ),
        *size_rows("responders", words, found, reason),
    )


def _power_rows(
    plan: PlanFile, effect: PlannedEffect, power: ClosedPower, simulated: SimulatedTrials
) -> tuple[Estimate, ...]:
    closed = float(power.at(effect.mean))
    rows = [
        Estimate(
            id="power.closed",
            quantity="power at the planned difference, closed form",
            value=closed,
            method="Lu, Luo & Chen (2008), t reference",
        ),
        share_row("power.simulated", "power at the planned difference, simulated", simulated),
        Estimate(
            id="power.difference",
            quantity="closed form less simulated power",
            value=closed - share_of(simulated.summary),
            standard_error=simulated.summary.monte_carlo_se,
            method="its standard error is the Monte Carlo one",
        ),
        Estimate(
            id="power.measured",
            quantity="power if the arms were guessed as assumed, closed form",
            value=float(power.at(effect.measured)),
            method="planned difference and what belief adds",
        ),
    ]
    if plan.effect.worthwhile is not None:
        rows.append(
            Estimate(
                id="power.worthwhile",
                quantity=f"power at the smallest difference worth having, {plan.effect.worthwhile.value:g} points, closed form",
                value=float(power.at(plan.effect.worthwhile.value)),
                method="Lu, Luo & Chen (2008), t reference",
            )
        )
    return tuple(rows)


def _assurance_rows(power: ClosedPower, effect: PlannedEffect) -> tuple[Estimate, ...]:
    return (
        Estimate(
            id="assurance",
            quantity="assurance: power averaged over what is believed of the difference",
            value=assurance_of(power, effect),
            method="O'Hagan, Stevens & Campbell (2005); spread and drop-out as planned",
        ),
        Estimate(
            id="assurance.limit",
            quantity="largest assurance that any size can reach",
            value=assurance_limit(power, effect),
            method="the probability that there is a benefit at all",
        ),
    )


def _provenance(plan: PlanFile, plan_hash: str, versions: dict[str, str]) -> PlanProvenance:
    return PlanProvenance(
        abate_version=versions.get("abate", ""),
        plan_hash=plan_hash,
        results_hash=plan.study.get("results_hash"),
        study_hash=plan.study.get("study_hash"),
        seed=plan.simulation.seed,
        trials=plan.simulation.trials,
        versions=versions,
        is_simulated=plan.study.get("records") == "simulated",
    )
