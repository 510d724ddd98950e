"""How often does a trial of some design succeed? Blocks of trials are drawn, judged and counted; the same seed gives the same numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from abate.stats.arrays import Array
from abate.stats.mmrm.patterns import Flags
from abate.stats.proportions import Proportion, wilson_interval
from abate.stats.trials.errors import RunError
from abate.stats.trials.streams import Streams, require_key
from abate.stats.trials.summaries import MeanOfTrials

# Numbers of a block: memory stays small whatever the number of trials.
_NUMBERS_AT_ONCE = 400_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdicts:
    """What the analysis says of each trial, every array with shape (trial,).

    ``estimate`` counts in the direction of benefit and is ``nan`` where the analysis failed; a failed one is no success.
    """

    succeeded: Flags
    failed: Flags
    estimate: Array


class DrawnDesign(Protocol):
    """A design that can be drawn and judged; success is one-sided, on the side of benefit."""

    @property
    def effect(self) -> float:
        """The true effect as planned, in the direction of benefit."""

    @property
    def numbers_a_trial(self) -> int:
        """How many numbers one trial draws."""

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials, each with its own true effect, shape (trial,)."""


@dataclass(frozen=True, kw_only=True)
class DesignSummary:
    """What many trials of a design come to.

    Attributes
    ----------
    trial_count : int
    success : Proportion
        With Wilson's interval; a failed fit is no success.
    monte_carlo_se : float
        Of that share.
    failed : Proportion
        Trials that could not be analysed; in ``estimate`` they are left out.
    estimate : MeanOfTrials
        In the direction of benefit.
    """

    trial_count: int
    success: Proportion
    monte_carlo_se: float
    failed: Proportion
    estimate: MeanOfTrials


def run_design(
    design: DrawnDesign, *, trials: int, seed: int, scenario_number: int = 0, effects: Array | None = None
) -> DesignSummary:
    """Return what so many trials of a design come to.

    Parameters
    ----------
    design : DrawnDesign
    trials : int
        1 or more.
    seed, scenario_number : int
        Key of the random numbers, each from 0 to 2**64 - 1.
    effects : array, shape (set,), optional
        True effects, one a trial, round and round; the design's own by default.

    Raises
    ------
    RunError
        If trials or key are outside their ranges, or effects are none or not finite.
    """
    require_key(seed, scenario_number)
    if trials < 1:
        raise RunError(f"trials must be 1 or more; got {trials!r}.")
    true = np.atleast_1d(np.asarray(design.effect if effects is None else effects, dtype=np.float64))
    if true.ndim != 1 or true.size == 0 or not np.all(np.isfinite(true)):
        raise RunError(f"effects must be one or more finite numbers; got shape {true.shape}.")
    streams = Streams(seed, scenario_number)
    size = max(1, _NUMBERS_AT_ONCE // design.numbers_a_trial)
    blocks = (range(low, min(low + size, trials)) for low in range(0, trials, size))
    found = [design.verdicts(block, streams, true[np.asarray(block) % true.size]) for block in blocks]
    return _summary(
        Verdicts(
            succeeded=np.concatenate([each.succeeded for each in found]),
            failed=np.concatenate([each.failed for each in found]),
            estimate=np.concatenate([each.estimate for each in found]),
        )
    )


def _summary(verdicts: Verdicts) -> DesignSummary:
    count, succeeded = len(verdicts.succeeded), int(verdicts.succeeded.sum())
    share = succeeded / count
    known = verdicts.estimate[np.isfinite(verdicts.estimate)]
    return DesignSummary(
        trial_count=count,
        success=wilson_interval(succeeded, count),
        monte_carlo_se=math.sqrt(share * (1 - share) / count),
        failed=wilson_interval(int(verdicts.failed.sum()), count),
        estimate=MeanOfTrials(
            value=float(known.mean()) if known.size else None,
            monte_carlo_se=float(known.std(ddof=1)) / math.sqrt(known.size) if known.size > 1 else None,
            trial_count=known.size,
        ),
    )
