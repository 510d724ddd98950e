"""How often does a log-rank test of relapses succeed, with uniform entry and losses?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.mmrm.patterns import Flags
from abate.stats.sizes.checks import require_above_zero
from abate.stats.sizes.relapse import Times
from abate.stats.trials.designs.checked import require_design
from abate.stats.trials.designs.judged import filled, judged
from abate.stats.trials.designs.run import Verdicts
from abate.stats.trials.streams import Purpose, Streams

_ACTIVE, _CONTROL = 0, 1


@dataclass(frozen=True, kw_only=True)
class TimeToRelapse:
    """Two arms followed until relapse, loss or the end of the trial.

    Persons enter uniformly over the accrual, relapse and are lost at constant hazards. The log-rank test, normal. The estimate is
    minus the logarithm of the hazard ratio in one step (expected less observed, over the variance), a little too near to 0.

    Attributes
    ----------
    per_arm : tuple of int
        Active and control.
    hazard_ratio : float
        Active over control, above 0; below 1 is the benefit.
    times : Times
    alpha : float
        One-sided.
    """

    per_arm: tuple[int, int]
    hazard_ratio: float
    times: Times
    alpha: float = 0.025

    def __post_init__(self) -> None:
        require_above_zero(self.hazard_ratio, "hazard_ratio")
        require_design(alpha=self.alpha, effect=self.effect, active=self.per_arm[0], control=self.per_arm[1])

    @property
    def effect(self) -> float:
        """Minus the logarithm of the hazard ratio."""
        return -math.log(self.hazard_ratio)

    @property
    def numbers_a_trial(self) -> int:
        """Entry, relapse and loss of each person."""
        return 3 * sum(self.per_arm)

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials."""
        hazards = self.times.control_hazard * np.exp(-effect), np.full(len(effect), self.times.control_hazard)
        drawn = [self._arm(arm, hazards[arm], trials, streams) for arm in (_ACTIVE, _CONTROL)]
        time, relapsed = (np.concatenate([each[part] for each in drawn], axis=1) for part in (0, 1))
        is_active = np.arange(time.shape[1]) < self.per_arm[_ACTIVE]
        excess, variance = log_rank_sums(time, relapsed, is_active)
        with np.errstate(invalid="ignore", divide="ignore"):
            return judged(-excess / variance, 1 / np.sqrt(variance), np.full(len(excess), np.inf), self.alpha)

    def _arm(self, arm: int, hazard: Array, trials: range, streams: Streams) -> tuple[Array, Flags]:
        """Return how long each person was followed, and whether it ended in relapse."""
        shape = (self.per_arm[arm],)
        relapse = filled(shape, Purpose.PATIENTS, trials, streams, _exponentials, arm) / hazard[:, None]
        entry = self.times.accrual * filled(shape, Purpose.CALENDAR, trials, streams, _uniforms, arm)
        until = self.times.accrual + self.times.follow_up - entry
        if self.times.loss_hazard > 0:
            lost = filled(shape, Purpose.LEAVING, trials, streams, _exponentials, arm) / self.times.loss_hazard
            until = np.minimum(until, lost)
        return np.minimum(relapse, until), relapse <= until


def _exponentials(generator: np.random.Generator, row: Array) -> None:
    generator.standard_exponential(out=row)


def _uniforms(generator: np.random.Generator, row: Array) -> None:
    generator.random(out=row)


def log_rank_sums(time: Array, is_event: Flags, is_active: Flags) -> tuple[Array, Array]:
    """Return observed less expected events of the active arm and their variance in each trial, for times without ties.

    Parameters
    ----------
    time : array, shape (trial, person)
    is_event : array of bool, shape (trial, person)
    is_active : array of bool, shape (person,)

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports 50(3), 163-170.

    Examples
    --------
    >>> sums = log_rank_sums(np.array([[3.0, 1.0, 2.0]]), np.array([[True, True, False]]), np.array([True, False, False]))
    >>> [part.round(4).tolist() for part in sums]  # 1 - 1/3 - 1; 1/3 x 2/3
    [[-0.3333], [0.2222]]
    """
    order = np.argsort(time, axis=1)
    events, active = np.take_along_axis(is_event, order, axis=1), is_active[order]
    at_risk = np.arange(time.shape[1], 0, -1)
    share = np.cumsum(active[:, ::-1], axis=1)[:, ::-1] / at_risk
    excess: Array = np.sum(events * (active - share), axis=1)
    variance: Array = np.sum(events * share * (1 - share), axis=1)
    return excess, variance
