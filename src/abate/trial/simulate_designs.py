"""How often would a trial of another design succeed: crossover, withdrawal, doses, centres, cycles, counts?

Each design draws its data as its closed form assumes, leaves out who is not seen, and is analysed as the plan would. Two or more arms
side by side (three arms, a margin of non-inferiority, responders) are simulated by ``abate.trial.simulate``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.proportions import Proportion
from abate.stats.trials.designs.clusters import RandomisedClusters
from abate.stats.trials.designs.counts import BoundedDays, EventRates
from abate.stats.trials.designs.doses import DoseRanging
from abate.stats.trials.designs.relapse import TimeToRelapse
from abate.stats.trials.designs.run import DesignSummary, DrawnDesign, run_design
from abate.stats.trials.designs.stages import TwoStages
from abate.stats.trials.designs.wedge import SteppedWedge, WedgeVariance
from abate.stats.trials.designs.within_persons import Crossover, Cycles
from abate.stats.trials.summaries import MeanOfTrials

__all__ = [
    "BoundedDays",
    "Crossover",
    "Cycles",
    "DesignSummary",
    "DoseRanging",
    "DrawnDesign",
    "EventRates",
    "MeanOfTrials",
    "PowerBySimulation",
    "Proportion",
    "RandomisedClusters",
    "SteppedWedge",
    "TimeToRelapse",
    "TwoStages",
    "WedgeVariance",
    "beside_closed_form",
    "simulate_design",
]


def simulate_design(
    design: DrawnDesign, *, seed: int, trials: int = 10_000, scenario: int = 0, effects: ArrayLike | None = None
) -> DesignSummary:
    """Return how often simulated trials of a design succeed, one-sided on the side of benefit.

    Parameters
    ----------
    design : DrawnDesign
        ``Crossover``, ``Cycles``, ``TimeToRelapse``, ``DoseRanging``, ``TwoStages``, ``RandomisedClusters``, ``SteppedWedge``,
        ``EventRates`` or ``BoundedDays``.
    seed, scenario : int
        Key of the random numbers, each from 0 to 2**64 - 1.
    trials : int
        1 or more; 10,000 give a share of 0.8 with a Monte Carlo standard error of 0.004.
    effects : array-like, shape (set,), optional
        True effects in the direction of benefit, one a trial: the share with success is then the assurance. 0 gives the error of the
        first kind (a two-stage design's effect is its share of responders).

    Returns
    -------
    DesignSummary
        The share with Wilson's interval and Monte Carlo standard error; failed analyses count as no success and are shown.

    Raises
    ------
    ParameterError
        A subclass for each mistake.

    Examples
    --------
    >>> found = simulate_design(Crossover(per_sequence=20, effect=1.0, sd_within=1.5), seed=1, trials=500)
    >>> 0.76 < found.success.value < 0.88, found.failed.numerator
    (True, 0)
    """
    drawn = None if effects is None else np.asarray(effects, dtype=np.float64)
    return run_design(design, trials=trials, seed=seed, scenario_number=scenario, effects=drawn)


@dataclass(frozen=True, kw_only=True)
class PowerBySimulation:
    """Power by closed form beside simulated power.

    Attributes
    ----------
    closed : float
    simulated : DesignSummary
    difference : float
        Closed form less simulated; its Monte Carlo standard error is that of ``simulated``.
    """

    closed: float
    simulated: DesignSummary
    difference: float


def beside_closed_form(
    design: DrawnDesign, closed: float, *, seed: int, trials: int = 10_000, scenario: int = 0
) -> PowerBySimulation:
    """Return closed form and simulated power side by side, and their difference.

    Examples
    --------
    >>> from abate.trial.sizes import crossover_means
    >>> closed = crossover_means(difference=1.0, sd_within=1.5, total=40).power
    >>> found = beside_closed_form(Crossover(per_sequence=20, effect=1.0, sd_within=1.5), closed, seed=1, trials=500)
    >>> abs(found.difference) < 3 * found.simulated.monte_carlo_se
    True
    """
    found = simulate_design(design, seed=seed, trials=trials, scenario=scenario)
    assert found.success.value is not None  # there is at least one trial
    return PowerBySimulation(closed=closed, simulated=found, difference=closed - found.success.value)
