"""How would the planned trial go, if it were done ten thousand times?

Patients with ratings from 0 to 10 are drawn from what is assumed, leave, take rescue, come at the pace of accrual; each trial is analysed
exactly as its plan says. Out come the share that succeeds, bias, coverage, months and bed-days, and how many analyses failed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from abate.stats.arrays import Array
from abate.stats.trials.analyse import LADDER, Analysis, Response
from abate.stats.trials.calendar import Accrual
from abate.stats.trials.errors import ArmError, RunError
from abate.stats.trials.groups import Centres, RepeatedCourses
from abate.stats.trials.leaving import Leaving
from abate.stats.trials.looks import Looks
from abate.stats.trials.ratings import AsIs, Ordinal, RoundedAndClipped, cut_points_of
from abate.stats.trials.rescue import Rescue
from abate.stats.trials.run import run_trials
from abate.stats.trials.scenario import Scenario
from abate.stats.trials.streams import Purpose, Streams
from abate.stats.trials.summaries import LookSummary, MeanOfTrials, TrialResults, TrialsSummary
from abate.trial.trial_model import AssumptionSets, TrialModel, scenario_of

__all__ = [
    "LADDER",
    "Accrual",
    "Analysis",
    "AsIs",
    "AssumptionSets",
    "Centres",
    "CostOfMap",
    "Leaving",
    "LookSummary",
    "Looks",
    "MeanOfTrials",
    "Ordinal",
    "PairedDifference",
    "RepeatedCourses",
    "Rescue",
    "Response",
    "RoundedAndClipped",
    "SimulatedTrials",
    "TrialModel",
    "TrialResults",
    "TrialsSummary",
    "cost_of_map",
    "cut_points_of",
    "paired_difference",
    "simulate",
]

#: Draws one set of assumptions: from the model as planned and a generator of the trial's own to the model of that trial.
DrawModel = Callable[["TrialModel", np.random.Generator], "TrialModel"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedTrials:
    """What many simulated trials came to.

    Attributes
    ----------
    model : TrialModel
    analysis : Analysis
    looks : Looks or None
        None where there is one look, at the end.
    is_drawn : bool
        Whether each trial had its own assumptions: then the share with success is the assurance.
    seed, scenario : int
        With the number of trials all that the numbers depend on.
    summary : TrialsSummary
    each : TrialResults or None
        Each trial's result, where it was asked for.
    """

    model: TrialModel
    analysis: Analysis
    looks: Looks | None
    is_drawn: bool
    seed: int
    scenario: int
    summary: TrialsSummary
    each: TrialResults | None


def simulate(
    model: TrialModel,
    analysis: Analysis | None = None,
    *,
    seed: int,
    trials: int = 10_000,
    looks: Looks | None = None,
    draw: DrawModel | AssumptionSets | None = None,
    scenario: int = 0,
    threads: int = 1,
    keep_each: bool = False,
) -> SimulatedTrials:
    """Return what many simulated trials of one design come to.

    Two designs with the same seed and scenario meet the same patients (common random numbers). The numbers are the same on any
    number of threads. Memory does not grow with the number of trials, unless each is kept.

    Parameters
    ----------
    model : TrialModel
    analysis : Analysis, optional
        MMRM with Satterthwaite's degrees of freedom, two-sided 0.05, second arm against first on the last day, by default.
    seed, scenario : int
        Key of the random numbers, each from 0 to 2**64 - 1.
    trials : int
        1 or more; 10,000 give a share of 0.8 with a Monte Carlo standard error of 0.004.
    looks : Looks, optional
        Interim looks with their boundaries; they take the place of the analysis' alpha.
    draw : function or AssumptionSets, optional
        Assumptions that are not known: each trial draws its own. The function gets the model and a generator, and returns a
        model that differs in mean, covariance and retention only.
    threads : int
        Blocks of trials worked on at once.
    keep_each : bool
        Whether to keep each trial's result.

    Returns
    -------
    SimulatedTrials

    Raises
    ------
    ParameterError
        A subclass for each mistake, such as a look before the first outcome.

    References
    ----------
    O'Hagan, Stevens & Campbell (2005), Pharmaceutical Statistics 4(3), 187-201 (assurance).

    Examples
    --------
    >>> model = TrialModel(per_arm=(40, 40), mean=[[7.4, 6.0], [7.4, 4.7]], covariance=[[2.2, 1.6], [1.6, 4.8]])
    >>> found = simulate(model, seed=1, trials=200).summary
    >>> found.failed.numerator, found.true_value.value is not None, 0.6 < found.success.value < 0.95
    (0, True, True)
    """
    analysis = analysis if analysis is not None else Analysis()
    planned = scenario_of([model])
    visits = planned.mean.shape[2]
    run = run_trials(
        planned if draw is None else _drawing(model, planned, draw),
        analysis,
        per_arm=planned.per_arm,
        visits=visits,
        trials=trials,
        seed=seed,
        scenario_number=scenario,
        looks=looks,
        threads=threads,
        keep_each=keep_each,
    )
    return SimulatedTrials(
        model=model,
        analysis=analysis,
        looks=looks,
        is_drawn=draw is not None,
        seed=seed,
        scenario=scenario,
        summary=run.summary,
        each=run.each,
    )


def _drawing(
    model: TrialModel, planned: Scenario, draw: DrawModel | AssumptionSets
) -> Callable[[range, Streams], Scenario]:
    """Return a function from trials to a scenario with a set of assumptions for each."""
    if isinstance(draw, AssumptionSets):
        return lambda trials, _: draw.scenario(planned, trials)

    def drawn(trials: range, streams: Streams) -> Scenario:
        models = [draw(model, streams.at(Purpose.ASSUMPTIONS, trial)) for trial in trials]
        for each in models:
            if tuple(each.per_arm) != tuple(model.per_arm) or np.shape(each.mean) != np.shape(model.mean):
                raise ArmError(
                    "a drawn model must keep arms, sizes and days of the planned one; change its numbers only."
                )
        return replace(
            planned, **{name: getattr(scenario_of(models), name) for name in ("mean", "covariance", "retention")}
        )

    return drawn


@dataclass(frozen=True, kw_only=True)
class PairedDifference:
    """Share with success of the first less that of the second design, trial by trial with the same patients."""

    value: float
    monte_carlo_se: float
    trial_count: int


def paired_difference(first: SimulatedTrials, second: SimulatedTrials) -> PairedDifference:
    """Return how much more often the first design succeeds, with the Monte Carlo error that common random numbers leave.

    Raises
    ------
    RunError
        If the two were not made with the same seed, scenario and number of trials, and with ``keep_each=True``.
    """
    if first.each is None or second.each is None:
        raise RunError("to compare two designs trial by trial, simulate both with keep_each=True.")
    if (first.seed, first.scenario, len(first.each.look)) != (second.seed, second.scenario, len(second.each.look)):
        raise RunError(
            "two designs are compared with the same seed, scenario and number of trials; simulate them again."
        )
    apart = first.each.succeeded.astype(np.float64) - second.each.succeeded
    error = float(apart.std(ddof=1)) / len(apart) ** 0.5 if len(apart) > 1 else float("inf")
    return PairedDifference(value=float(apart.mean()), monte_carlo_se=error, trial_count=len(apart))


@dataclass(frozen=True, kw_only=True, eq=False)
class CostOfMap:
    """What whole ratings from 0 to 10 cost beside the latent numbers behind them.

    Attributes
    ----------
    mean, sd : array, shape (arm, visit)
        Of the ratings as mapped.
    latent_sd : array, shape (arm, visit)
        Of the latent numbers.
    power : TrialsSummary
        With the map.
    power_as_is : TrialsSummary
        With the latent numbers themselves as ratings, and the means that were asked for.
    cost : PairedDifference
        Share with success as is, less that with the map.
    """

    mean: Array
    sd: Array
    latent_sd: Array
    power: TrialsSummary
    power_as_is: TrialsSummary
    cost: PairedDifference


def cost_of_map(
    model: TrialModel, analysis: Analysis | None = None, *, seed: int, trials: int = 2_000, threads: int = 1
) -> CostOfMap:
    """Return what the model's rating map does to means, spread and the share with success.

    Examples
    --------
    >>> model = TrialModel(per_arm=(40, 40), mean=[[7.4, 6.0], [7.4, 4.7]], covariance=[[2.2, 1.6], [1.6, 4.8]])
    >>> cost = cost_of_map(model, seed=1, trials=100)
    >>> cost.mean.round(6).tolist(), cost.latent_sd[0].round(2).tolist()
    ([[7.4, 6.0], [7.4, 4.7]], [1.51, 2.25])
    """
    planned = scenario_of([model])
    sd_asked_for = np.sqrt(np.diagonal(planned.covariance, axis1=-2, axis2=-1))
    latent_mean, latent_sd = model.rating_map.latent(planned.mean, sd_asked_for)
    mean, sd = model.rating_map.moments(latent_mean, latent_sd)
    settings: dict[str, Any] = {"seed": seed, "trials": trials, "threads": threads, "keep_each": True}
    mapped = simulate(model, analysis, **settings)
    as_is = simulate(replace(model, rating_map=AsIs()), analysis, **settings)
    return CostOfMap(
        mean=mean[0],
        sd=sd[0],
        latent_sd=latent_sd[0],
        power=mapped.summary,
        power_as_is=as_is.summary,
        cost=paired_difference(as_is, mapped),
    )
