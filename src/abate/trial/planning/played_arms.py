"""How are three arms, and a margin of non-inferiority, played? Ratings by day as in two arms, analysed by the mixed model of the plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from abate.contracts.result import Estimate
from abate.stats.arrays import Array
from abate.trial.assumptions import primary_place
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign
from abate.trial.draws import draw_assumptions
from abate.trial.effect import plan_effect
from abate.trial.planning.played import PlayedDesign
from abate.trial.planning.simulated import Simulator
from abate.trial.simulate import (
    Analysis,
    AssumptionSets,
    SimulatedTrials,
    TrialModel,
    TrialResults,
    TrialsSummary,
    simulate,
)
from abate.trial.two_arms.closed import mmrm_size
from abate.trial.two_arms.looks import TrialSize
from abate.trial.two_arms.pace import pace_of

_PLANNED, _DRAWN = 1, 2
_THREADS = 2
_DOSE, _LOW_DOSE = (-1.0, 1.0, 0.0), (-1.0, 0.0, 1.0)


def play_non_inferiority(comparison: PlannedComparison, sized: SizedDesign) -> PlayedDesign:
    """Two arms without a true difference; success is an upper limit of the difference below the margin."""
    margin = comparison.plan.design.margin
    assert margin is not None  # or there would be no size
    assert sized.total is not None
    closed = mmrm_size(
        comparison.trial,
        comparison.with_design(alpha=comparison.one_sided_alpha, sided=1).plan,
        effect=margin.value,
        total=sized.total,
    )
    simulator = _simulator(comparison)
    first, second = closed.per_arm_rounded
    model = simulator.model(TrialSize(per_arm=(first, second), standard_error=closed.standard_error), 0.0)
    analysis = replace(_by_mixed_model(simulator), null=margin.value * simulator.unit)
    return PlayedDesign(
        closed=closed.power,
        power=lambda: _simulated(comparison, model, analysis).summary,
        how="ratings by day without a true difference, mixed model, difference against the margin",
        no_assurance="the design assumes no true difference between the drugs; what is believed of the difference from another control is not drawn",
    )


def play_three_arms(comparison: PlannedComparison, sized: SizedDesign) -> PlayedDesign:
    """Dose, low dose and control, both doses with the planned effect; success is the dose against control at Dunnett's level."""
    per_arm, level = int(sized.parts["per_arm"]), sized.parts["level"]
    equal = comparison.with_equal_arms().with_design(alpha=level)
    closed = mmrm_size(equal.trial, equal.plan, effect=comparison.effect, total=2.0 * per_arm)
    arms = _ThreeArms(comparison=comparison, per_arm=per_arm, level=level / comparison.sided)
    return PlayedDesign(
        closed=closed.power,
        power=lambda: arms.run(_DOSE).summary,
        assurance=arms.assurance,
        drawn="difference, covariance and retention are drawn",
        how="ratings by day, mixed model of all three arms, the dose against control at Dunnett's level",
        more=arms.more,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _ThreeArms:
    """Three arms of one size as they are simulated; the level is one-sided."""

    comparison: PlannedComparison
    per_arm: int
    level: float

    @property
    def simulator(self) -> Simulator:
        return _simulator(self.comparison.with_equal_arms())

    @property
    def model(self) -> TrialModel:
        two = TrialSize(per_arm=(self.per_arm, self.per_arm), standard_error=np.nan)
        of_two = self.simulator.model(two, self.comparison.effect)
        rescue = of_two.rescue
        return replace(
            of_two,
            rescue=rescue and replace(rescue, share=_with_low_dose(np.asarray(rescue.share), axis=0)),
            per_arm=(self.per_arm,) * 3,
            mean=_with_low_dose(np.asarray(of_two.mean), axis=0),
            covariance=_with_low_dose(np.asarray(of_two.covariance), axis=0),
        )

    def run(
        self, weights: tuple[float, ...], draw: AssumptionSets | None = None, *, keep_each: bool = False
    ) -> SimulatedTrials:
        analysis = replace(_by_mixed_model(self.simulator), arm_weights=weights, alpha=self.level)
        return _simulated(self.comparison, self.model, analysis, draw, keep_each=keep_each)

    def assurance(self) -> TrialsSummary:
        """Each trial has its own assumptions; both doses have the same drawn effect."""
        plan, simulator = self.comparison.plan, self.simulator
        last = primary_place(plan)
        drawn = draw_assumptions(plan, simulator.effect, plan.simulation.trials)
        means = simulator.means(drawn.effect)
        covariance = simulator.within_scale(drawn.covariance[:, : last + 1, : last + 1] * simulator.unit**2, means)
        sets = AssumptionSets(
            mean=_with_low_dose(means, axis=1),
            covariance=_with_low_dose(covariance, axis=1),
            retention=np.clip(drawn.retention[:, :last], 0.05, 1.0),
        )
        return self.run(_DOSE, sets).summary

    def more(self) -> tuple[Estimate, ...]:
        """Return how often either of the doses, and how often both, are shown in the same trials."""
        dose, low = (self.run(weights, keep_each=True) for weights in (_DOSE, _LOW_DOSE))
        passed = [_each(found).succeeded for found in (dose, low)]
        return tuple(
            Estimate(
                id=f"power.{id}.simulated",
                quantity=f"power to show {words} against control, at the planned difference of both, simulated",
                value=float(shown.mean()),
                numerator=float(shown.sum()),
                denominator=float(len(shown)),
                standard_error=float(np.sqrt(shown.mean() * (1 - shown.mean()) / len(shown))),
                method=f"{len(shown)} simulated trials, seed {dose.seed}; each comparison at Dunnett's level",
            )
            for id, words, shown in (
                ("either_dose", "one of the doses or both", passed[0] | passed[1]),
                ("both_doses", "both doses", passed[0] & passed[1]),
            )
        )


def _each(found: SimulatedTrials) -> TrialResults:
    assert found.each is not None  # it was asked for
    return found.each


def _with_low_dose(by_arm: Array, axis: int) -> Array:
    """Return numbers of control and dose with those of the dose once more, for the low dose."""
    return np.take(by_arm, [0, 1, 1], axis=axis)


def _simulator(comparison: PlannedComparison) -> Simulator:
    plan = comparison.plan
    return Simulator(plan=plan, effect=plan_effect(plan.effect), design=None, pace=pace_of(plan))


def _by_mixed_model(simulator: Simulator) -> Analysis:
    """Return the plan's analysis, the mixed model in the place of an analysis of covariance: the size is the mixed model's."""
    analysis = simulator.analysis
    return analysis if analysis.kind == "constrained" else replace(analysis, kind="mmrm")


def _simulated(
    comparison: PlannedComparison,
    model: TrialModel,
    analysis: Analysis,
    draw: AssumptionSets | None = None,
    *,
    keep_each: bool = False,
) -> SimulatedTrials:
    settings = comparison.plan.simulation
    return simulate(
        model,
        analysis,
        seed=settings.seed,
        trials=settings.trials,
        draw=draw,
        scenario=_PLANNED if draw is None else _DRAWN,
        threads=_THREADS,
        keep_each=keep_each,
    )
