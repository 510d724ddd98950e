"""How often does MCP-Mod find that the outcome changes with the dose?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.sizes.checks import require_spread
from abate.stats.sizes.dose_finding import DoseTest
from abate.stats.trials.designs.checked import require_design
from abate.stats.trials.designs.judged import Moments, moments_of, normals, uniforms
from abate.stats.trials.designs.run import Verdicts
from abate.stats.trials.errors import ArmError
from abate.stats.trials.streams import Streams


@dataclass(frozen=True, kw_only=True, eq=False)
class DoseRanging:
    """As many persons at each dose; means by dose with one variance, and the contrasts of the plan.

    The largest contrast statistic is held against the plan's bound. Contrasts and bound are those of the plan, whoever was seen. The
    estimate is the difference of the highest dose from control.

    Attributes
    ----------
    per_dose : int
    effect : float
        The largest over control, in the direction of benefit.
    profile : sequence of float
        True means by dose for an effect of 1.
    sd : float
        Within a dose, above 0.
    test : DoseTest
        From ``abate.stats.sizes.dose_finding.dose_test``; its alpha is one-sided.
    seen : float
    """

    per_dose: int
    effect: float
    profile: Sequence[float]
    sd: float
    test: DoseTest
    seen: float = 1.0

    def __post_init__(self) -> None:
        require_design(alpha=self.test.alpha, effect=self.effect, seen=self.seen, per_dose=self.per_dose)
        require_spread(self.sd, "sd")
        if len(self.profile) != self.test.contrasts.shape[1]:
            raise ArmError(
                f"profile must have one mean for each of the {self.test.contrasts.shape[1]} doses of the test; "
                f"got {len(self.profile)}."
            )

    @property
    def numbers_a_trial(self) -> int:
        """An outcome a person, and whether it is seen."""
        return 2 * len(self.profile) * self.per_dose

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials."""
        shape = (self.per_dose, len(self.profile))
        outcomes = self.sd * normals(shape, trials, streams) + effect[:, None, None] * np.asarray(self.profile)
        seen = uniforms(shape, trials, streams) < self.seen
        return self._judged(moments_of(outcomes.swapaxes(1, 2), seen.swapaxes(1, 2)))

    def _judged(self, by_dose: Moments) -> Verdicts:
        df = by_dose.count.sum(axis=1) - len(self.profile)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = by_dose.squares.sum(axis=1) / df
            spread = np.sqrt(variance[:, None] * (1 / by_dose.count) @ (self.test.contrasts**2).T)
            largest = np.max(by_dose.mean @ self.test.contrasts.T / spread, axis=1)
        failed = ~np.isfinite(largest) | (df < 1)
        with np.errstate(invalid="ignore"):
            succeeded = ~failed & (largest > self.test.critical_value)
        estimate = np.where(failed, np.nan, by_dose.mean[:, -1] - by_dose.mean[:, 0])
        return Verdicts(succeeded=succeeded, failed=failed, estimate=estimate)
