"""How often does one arm in two stages find a response worth a trial?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.sizes.checks import require_share
from abate.stats.sizes.two_stage import TwoStageDesign
from abate.stats.trials.designs.run import Verdicts
from abate.stats.trials.errors import ArmError
from abate.stats.trials.streams import Purpose, Streams


@dataclass(frozen=True, kw_only=True)
class TwoStages:
    """Persons in two stages; its power is known exactly, and the simulation only confirms it.

    Attributes
    ----------
    design : TwoStageDesign
        From ``abate.stats.sizes.two_stage.two_stage_designs``.
    share : float
        Who truly respond, between 0 and 1; it is the effect.
    """

    design: TwoStageDesign
    share: float

    def __post_init__(self) -> None:
        require_share(self.share, "share")

    @property
    def effect(self) -> float:
        """The true share of responders."""
        return self.share

    @property
    def numbers_a_trial(self) -> int:
        """Responders of each stage."""
        return 2

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials; the estimate is the share of all who were treated."""
        if np.any((effect < 0) | (effect > 1)):
            raise ArmError("true shares of responders must be from 0 to 1; check the drawn ones.")
        first, second = self.design.first_stage, self.design.total - self.design.first_stage
        responders = np.empty((len(trials), 2))
        for place, trial in enumerate(trials):
            generator = streams.at(Purpose.PATIENTS, trial)
            responders[place] = generator.binomial((first, second), effect[place])
        goes_on = responders[:, 0] > self.design.stop_at
        found = np.where(goes_on, responders.sum(axis=1), responders[:, 0])
        return Verdicts(
            succeeded=goes_on & (found > self.design.fail_at),
            failed=np.zeros(len(trials), dtype=np.bool_),
            estimate=found / np.where(goes_on, self.design.total, first),
        )
