"""Which numbers of a plan stand alone? Each with its id, its method and, where it could not be had, the reason."""

from __future__ import annotations

import math

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile
from abate.contracts.result import Estimate
from abate.stats.sizes.size import Size
from abate.trial.effect import PlannedEffect
from abate.trial.planning.power import ClosedPower, assurance_limit, assurance_of
from abate.trial.planning.responders import ResponderShares, responder_shares, response_of
from abate.trial.planning.simulated import Simulator, difference_row, share_row
from abate.trial.simulate import SimulatedTrials
from abate.trial.two_arms.closed import (
    PERSONS,
    POINTS,
    RatedTrial,
    ancova_size,
    attempted,
    mmrm_size,
    responder_size,
    size_rows,
    unadjusted_size,
)
from abate.trial.two_arms.looks import USUAL_POWER, TrialSize

_NORMAL_975 = 1.959963984540054


def effect_rows(effect: PlannedEffect) -> tuple[Estimate, ...]:
    """Return the difference that is planned on, and the one that would be measured where the arms are guessed."""
    return (
        Estimate(
            id="effect.planned",
            quantity="difference between the arms that is planned on",
            value=effect.mean,
            lower=effect.mean - _NORMAL_975 * effect.sd if effect.sd else None,
            upper=effect.mean + _NORMAL_975 * effect.sd if effect.sd else None,
            level=0.95 if effect.sd else None,
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


def planned_size_rows(simulator: Simulator, trial: RatedTrial, size: TrialSize) -> tuple[Estimate, ...]:
    """Return the planned size, and beside it that of each analysis by closed form, looks left out."""
    plan, effect, design = simulator.plan, simulator.effect, simulator.design
    asked = plan.design.power if plan.design.power is not None else USUAL_POWER
    of = f"for {100 * asked:.0f} % power without looks"
    rows: list[Estimate] = [
        Estimate(
            id="size.per_arm",
            quantity="participants an arm that are planned",
            value=float(max(size.per_arm)),
            unit=PERSONS,
            method="as the plan gives it"
            if plan.design.per_arm is not None
            else "smallest size tried whose simulated power is what is asked for",
        ),
        Estimate(
            id="size.total",
            quantity="participants in all that are planned",
            value=float(size.total),
            unit=PERSONS,
            method="sum of the arms",
        ),
    ]
    if design is not None:
        rows.append(
            Estimate(
                id="size.inflation",
                quantity="by how much looks make the trial larger",
                value=design.inflation_factor,
                method=f"{design.efficacy_rule.name}; {'no futility bounds' if design.futility_rule is None else design.futility_rule.name}",
            )
        )
    rows += _detectable_row(plan, trial, size, asked)
    for id, words, make in (
        ("mmrm", f"mixed model for repeated measures, {of}", mmrm_size),
        ("ancova", f"analysis of covariance, {of}", ancova_size),
        ("unadjusted", f"t test without the baseline, {of}", unadjusted_size),
    ):
        rows += size_rows(id, words, *attempted(make, trial, plan, effect=effect.mean, power=asked))
    return (*rows, *_responder_rows(plan, trial, simulator, asked, of))


def _detectable_row(plan: PlanFile, trial: RatedTrial, size: TrialSize, asked: float) -> list[Estimate]:
    """Return the smallest difference that the planned size finds with the power asked for, looks left out."""
    found, reason = attempted(mmrm_size, trial, plan, effect=None, power=asked, total=size.total)
    return [
        Estimate(
            id="effect.detectable",
            quantity=f"smallest difference that the planned size finds with {100 * asked:.0f} % power, without looks",
            value=None if found is None else found.effect,
            unit=POINTS,
            method="" if found is None else f"{found.method}, {found.source}",
            reason=reason,
        )
    ]


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
        *_power_of_responders(simulator, shares, found, reason),
    )


def _power_of_responders(
    simulator: Simulator, shares: ResponderShares, size: Size | None, reason: str | None
) -> tuple[Estimate, ...]:
    """Return the power at the size for responders, by closed form and by simulated ratings, and their difference."""
    closed_id, simulated_id, difference_id = (
        f"power.responders.{name}" for name in ("closed", "simulated", "difference")
    )
    closed_words = "power to show the difference of responders at their size, closed form"
    simulated_words = "power to show the difference of responders at their size, simulated"
    difference_words = "closed form less simulated power, responders"
    if size is not None:
        response, reason = attempted(response_of, simulator.plan)
        if response is not None:
            rounded = responder_size(simulator.plan, shares.active, shares.control, total=size.total_rounded)
            found = simulator.responders(TrialSize(per_arm=size.per_arm_rounded, standard_error=math.nan), response)
            how = "ratings of the day cut in two, chi-square test; who is not rated does not respond"
            method = f"{size.method}, {size.source}; at the rounded size"
            return (
                Estimate(id=closed_id, quantity=closed_words, value=rounded.power, method=method),
                share_row(simulated_id, simulated_words, found.summary, found.seed, how),
                difference_row(difference_id, difference_words, rounded.power, found.summary),
            )
    return tuple(
        Estimate(id=id, quantity=words, value=None, reason=reason)
        for id, words in (
            (closed_id, closed_words),
            (simulated_id, simulated_words),
            (difference_id, difference_words),
        )
    )


def power_rows(
    plan: PlanFile, effect: PlannedEffect, power: ClosedPower, simulated: SimulatedTrials
) -> tuple[Estimate, ...]:
    """Return power by closed form and by simulation, their difference, and power at other differences."""
    closed = float(power.at(effect.mean))
    rows = [
        Estimate(
            id="power.closed",
            quantity="power at the planned difference, closed form",
            value=closed,
            method="Lu, Luo & Chen (2008), t reference",
        ),
        share_row("power.simulated", "power at the planned difference, simulated", simulated.summary, simulated.seed),
        difference_row("power.difference", "closed form less simulated power", closed, simulated.summary),
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
                quantity=f"power at the smallest difference worth having, {_points(plan.effect.worthwhile.value)}, closed form",
                value=float(power.at(plan.effect.worthwhile.value)),
                method="Lu, Luo & Chen (2008), t reference",
            )
        )
    return tuple(rows)


def _points(value: float) -> str:
    return f"{value:g} point{'' if value == 1 else 's'}"


def assurance_rows(power: ClosedPower, effect: PlannedEffect) -> tuple[Estimate, ...]:
    """Return the assurance by closed form, and the largest that any size can reach."""
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
