"""How would the planned trial go? Its power, what its looks do, and its assurance, by simulated trials analysed as the plan says."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from abate.base.logs import Progress
from abate.contracts.plan_file import PlanFile
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import CharacteristicsRow
from abate.stats.arrays import Array
from abate.stats.distributions import normal_quantile
from abate.stats.sequential.design import GroupSequentialDesign
from abate.stats.trials.ratings import RatingMap
from abate.trial.assumptions import primary_place
from abate.trial.draws import draw_assumptions
from abate.trial.effect import PlannedEffect
from abate.trial.simulate import (
    Accrual,
    Analysis,
    AsIs,
    AssumptionSets,
    Centres,
    Leaving,
    Looks,
    Ordinal,
    Rescue,
    Response,
    RoundedAndClipped,
    SimulatedTrials,
    TrialModel,
    TrialsSummary,
    simulate,
)
from abate.trial.simulate_designs import DesignSummary
from abate.trial.two_arms.looks import TrialSize
from abate.trial.two_arms.pace import Pace

_KINDS = {"mmrm": "mmrm", "constrained longitudinal": "constrained", "ancova": "ancova"}
_MAPS = {"ordinal": Ordinal, "rounded": RoundedAndClipped, "as drawn": AsIs}
#: Streams of the plan's seed: the trials of the plan, and those of drawn assumptions.
_PLANNED, _DRAWN = 1, 2
#: A mean may not lie nearer to an end of the scale than this: whole ratings could not have it with their spread.
_FROM_THE_END = 0.3
_MOST_STEPS = 4
#: Of the widest spread that ratings of a mean can have, so much is reached at most; of the narrowest, so much at least.
_WIDEST, _NARROWEST = 0.85, 1.1
_STAYS = 41
_FEW, _WORTH_A_LOOK = 50, 100
_THREADS = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulator:
    """The plan as it is simulated; the first arm is the control."""

    plan: PlanFile
    effect: PlannedEffect
    design: GroupSequentialDesign | None
    pace: Pace | None

    def responders(self, size: TrialSize, response: Response) -> SimulatedTrials:
        """Return what trials of that size come to that compare responders once, at the end."""
        design = self.plan.design
        return simulate(
            self.model(size, self.effect.mean),
            Analysis(kind="responders", response=response, alpha=design.alpha / design.sided, sides=1),
            seed=self.plan.simulation.seed,
            trials=self.plan.simulation.trials,
            scenario=_PLANNED,
            threads=_THREADS,
        )

    def run(
        self, size: TrialSize, *, multiple: float = 1.0, draw: AssumptionSets | None = None, keep_each: bool = False
    ) -> SimulatedTrials:
        """Return what simulated trials of that size come to, at a multiple of the planned difference or at drawn assumptions."""
        return simulate(
            self.model(size, multiple * self.effect.mean),
            self.analysis,
            seed=self.plan.simulation.seed,
            trials=self.plan.simulation.trials,
            looks=self.looks,
            draw=draw,
            scenario=_PLANNED if draw is None else _DRAWN,
            threads=_THREADS,
            keep_each=keep_each,
        )

    @property
    def analysis(self) -> Analysis:
        """The analysis of the plan, one-sided at the level of the side of benefit."""
        design = self.plan.design
        return Analysis(
            kind=_KINDS[design.analysis],
            df=design.df,
            alpha=design.alpha / design.sided,
            sides=1,
            with_centres=self._centres is not None,
        )

    @property
    def looks(self) -> Looks | None:
        """The looks with their bounds; None for one at the end."""
        if self.design is None:
            return None
        return Looks(
            share=self.design.information,
            efficacy=self.design.efficacy_z,
            futility=self.design.futility_z or None,
        )

    def model(self, size: TrialSize, effect: float) -> TrialModel:
        """Return the trial as it is assumed, at a difference."""
        plan = self.plan
        last = primary_place(plan)
        return TrialModel(
            per_arm=tuple(reversed(size.per_arm)),
            mean=self.means(np.array([effect]))[0],
            covariance=self.within_scale(self._covariance[None], self.means(np.array([effect])))[0],
            retention=np.asarray(plan.retention.seen)[:last],
            rating_map=self._map,
            leaving=self._leaving,
            rescue=self._rescue,
            centres=self._centres,
            accrual=self._accrual,
            stay_days=self._stay_days,
        )

    def means(self, effect: Array) -> Array:
        """Return means by arm and day at each difference, shape (effect, arm, 1 + day), on a scale from 0 to 10.

        The active arm runs as the study's courses did. The control lies above it by the difference, which grows over the days as
        the observed fall does; means stay within the scale.
        """
        ratings = self.plan.ratings
        active = (
            np.asarray(ratings.mean, dtype=np.float64)[: primary_place(self.plan) + 1] - ratings.lowest
        ) * self.unit
        fall = np.maximum(active[0] - active, 0.0)
        profile = fall / fall[-1] if fall[-1] > 0 else np.linspace(0.0, 1.0, len(active))
        above = np.asarray(effect)[:, None] * self.unit * profile
        # Half of what would leave the scale above is taken from the active arm instead.
        control = active + above
        excess = np.maximum(control - (10.0 - _FROM_THE_END), 0.0)
        both = np.stack([control - excess, active - excess], axis=1)
        return np.clip(both, _FROM_THE_END, 10.0 - _FROM_THE_END)

    @property
    def primary_means(self) -> tuple[float, float, float]:
        """Means at the baseline, and on the primary day in the active arm and in the control, on the scale of the ratings."""
        control, active = self.means(np.array([self.effect.mean]))[0] / self.unit + self.plan.ratings.lowest
        return float(active[0]), float(active[-1]), float(control[-1])

    @property
    def _covariance(self) -> Array:
        """Covariance of the ratings to the primary day, on a scale from 0 to 10."""
        last = primary_place(self.plan)
        covariance = np.asarray(self.plan.ratings.covariance, dtype=np.float64)[: last + 1, : last + 1]
        return np.asarray(covariance * self.unit**2)

    def within_scale(self, covariance: Array, means: Array) -> Array:
        """Return covariances by arm, shape (set, arm, 1 + day, 1 + day), with spreads that whole ratings of such means can have.

        Ratings from 0 to 10 with mean m have an SD below ``sqrt(m (10 - m))``; whole ones have one of at least ``sqrt(f (1 - f))``,
        with f what m is above the whole number below it.
        """
        if not self.is_whole:
            return np.broadcast_to(covariance[:, None], (*means.shape, means.shape[-1]))
        sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))[:, None]
        above = means - np.floor(means)
        possible = np.clip(sd, np.sqrt(above * (1 - above)) * _NARROWEST, np.sqrt(means * (10.0 - means)) * _WIDEST)
        factor = possible / sd
        return np.asarray(covariance[:, None] * factor[..., :, None] * factor[..., None, :])

    @property
    def is_whole(self) -> bool:
        """Whether ratings are simulated as whole numbers: those of a scale from 0 to 10 are, unless the plan says otherwise."""
        ratings = self.plan.ratings
        return (ratings.lowest, ratings.highest) == (0, 10) and self.plan.simulation.scores != "as drawn"

    def limits(self, size: TrialSize) -> tuple[str, ...]:
        """Return what the simulation cannot show, in plain words."""
        found = []
        if min(size.per_arm) < _FEW:
            found.append(
                f"With fewer than {_FEW} in an arm the degrees of freedom matter: the simulated power decides, not the closed form."
            )
        if self.design is not None and size.total < _WORTH_A_LOOK:
            found.append(
                f"A look before the end is hardly worth it with fewer than {_WORTH_A_LOOK} participants; leave the section [looks] out."
            )
        if not self.is_whole:
            found.append("Ratings are simulated as normal numbers, not as whole ones of the scale.")
        if self.plan.rescue is not None:
            found.append("Rescue is in the simulated trials only; the closed forms take no notice of it.")
        return tuple(found)

    @property
    def unit(self) -> float:
        """Points of the simulation for a point of the scale."""
        return 10.0 / (self.plan.ratings.highest - self.plan.ratings.lowest)

    @property
    def _map(self) -> RatingMap:
        return _MAPS[self.plan.simulation.scores]() if self.is_whole else AsIs()

    @property
    def _leaving(self) -> Leaving:
        slope = self.plan.retention.depends_on_pain
        return Leaving() if slope == 0 else Leaving(depends_on="last rating", slope=slope)

    @property
    def _rescue(self) -> Rescue | None:
        rescue = self.plan.rescue
        if rescue is None:
            return None
        days, last = len(self.plan.retention.seen), primary_place(self.plan)
        by_arm = [np.broadcast_to(arm.share, (days,))[:last] for arm in (rescue.in_control, rescue.in_active)]
        return Rescue(
            share=np.stack(by_arm),
            slope=0.0 if rescue.depends_on_pain is None else rescue.depends_on_pain.value / self.unit,
            points=rescue.points.value * self.unit,
            strategy=rescue.strategy,
        )

    @property
    def _centres(self) -> Centres | None:
        count, sd = self.plan.question.centres, self.plan.centre_sd
        if count < 2 or sd is None:
            return None
        return Centres(shares=(1.0,) * count, sd=sd.value * self.unit)

    @property
    def _accrual(self) -> Accrual | None:
        if self.pace is None:
            return None
        return Accrual(per_month=(self.pace.per_month,), months_to_outcome=self.pace.outcome_months)

    @property
    def _stay_days(self) -> Array | None:
        stay = self.plan.stay
        if stay is None:
            return None
        points = np.array([normal_quantile((place + 0.5) / _STAYS) for place in range(_STAYS)])
        return np.maximum(stay.mean + stay.sd * points, 0.0)


def settle_size(
    simulator: Simulator, size: TrialSize, progress: Progress, *, keep_each: bool = False
) -> tuple[TrialSize, SimulatedTrials]:
    """Return the size at which simulated trials have the power that is asked for, and those trials.

    Begins with the closed form and grows while the simulated power is below what is asked for; a size that the plan gives stays.
    """
    asked = simulator.plan.design.power
    found = simulator.run(size, keep_each=keep_each)
    if simulator.plan.design.per_arm is not None or asked is None:
        return size, found
    level = normal_quantile(1 - simulator.plan.design.alpha / simulator.plan.design.sided)
    for _ in range(_MOST_STEPS):
        power = share_of(found.summary)
        if power >= asked:
            break
        reached = level + normal_quantile(min(max(power, 0.01), 0.99))
        factor = max(((level + normal_quantile(asked)) / reached) ** 2, 1 + 1 / min(size.per_arm))
        size = grown(size, factor)
        progress(f"simulating: {100 * power:.1f} % power is too little; trying {size.total} participants")
        found = simulator.run(size, keep_each=keep_each)
    return size, found


def grown(size: TrialSize, factor: float) -> TrialSize:
    """Return a size that is larger by a factor, its standard error with it."""
    per_arm = tuple(math.ceil(count * factor - 1e-9) for count in size.per_arm)
    ratio = sum(per_arm) / size.total
    return replace(size, per_arm=per_arm, standard_error=size.standard_error / math.sqrt(ratio))


def share_of(summary: TrialsSummary | DesignSummary) -> float:
    """Return the share of trials with success."""
    assert summary.success.value is not None  # there is at least one trial
    return summary.success.value


def with_simulated(
    rows: tuple[CharacteristicsRow, ...], simulator: Simulator, size: TrialSize, planned: SimulatedTrials
) -> tuple[CharacteristicsRow, ...]:
    """Return what looks do with the simulated shares, bias and coverage beside; the planned difference has been simulated already."""
    found = []
    for row in rows:
        summary = (planned if row.multiple == 1 else simulator.run(size, multiple=row.multiple)).summary
        found.append(
            replace(
                row,
                simulated_reject=share_of(summary),
                simulated_error=summary.monte_carlo_se,
                # Lower is better: an estimate that is too favourable lies below the true difference.
                bias=None if summary.bias.value is None else -summary.bias.value / simulator.unit,
                coverage=summary.coverage.value,
                failed=int(summary.failed.numerator or 0),
                trials=summary.trial_count,
            )
        )
    return tuple(found)


def simulated_assurance(simulator: Simulator, size: TrialSize) -> Estimate:
    """Return the share of trials that succeed where each has its own assumptions, drawn from what is believed of them."""
    plan, last = simulator.plan, primary_place(simulator.plan)
    drawn = draw_assumptions(plan, simulator.effect, plan.simulation.trials)
    means = simulator.means(drawn.effect)
    sets = AssumptionSets(
        mean=means,
        covariance=simulator.within_scale(drawn.covariance[:, : last + 1, : last + 1] * simulator.unit**2, means),
        retention=np.clip(drawn.retention[:, :last], 0.05, 1.0),
    )
    found = simulator.run(size, draw=sets)
    return share_row(
        "assurance.simulated",
        "assurance: share of simulated trials that succeed, each with its own drawn assumptions",
        found.summary,
        found.seed,
    )


def share_row(id: str, quantity: str, summary: TrialsSummary | DesignSummary, seed: int, how: str = "") -> Estimate:
    """Return a share of simulated trials with its Monte Carlo error and Wilson's interval."""
    failed = summary.failed.numerator or 0
    method = f"{summary.trial_count} simulated trials, seed {seed}; {failed:g} fits failed and count as no success"
    return Estimate(
        id=id,
        quantity=quantity,
        value=summary.success.value,
        lower=summary.success.lower,
        upper=summary.success.upper,
        level=summary.success.level,
        numerator=summary.success.numerator,
        denominator=float(summary.trial_count),
        standard_error=summary.monte_carlo_se,
        method=f"{method}; {how}" if how else method,
    )


def difference_row(id: str, quantity: str, closed: float, summary: TrialsSummary | DesignSummary) -> Estimate:
    """Return the closed form less the simulated power."""
    return Estimate(
        id=id,
        quantity=quantity,
        value=closed - share_of(summary),
        standard_error=summary.monte_carlo_se,
        method="its standard error is the Monte Carlo one",
    )
