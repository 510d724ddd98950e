"""Who takes rescue medication on which day, what does it do to the rating, and what does the analysis make of it?

The probability on a day is ``expit(intercept + slope * rating)`` with the rating felt without rescue; intercepts are found so that
each day's share is the one asked for. Rescue lowers that day's rating.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array
from abate.stats.mmrm.patterns import Flags
from abate.stats.trials.errors import RescueError
from abate.stats.trials.leaving import intercept_of_share

#: What is analysed after rescue: the rating as it was; or what it would have been without, taken as missing from there on.
RESCUE_STRATEGIES = ("treatment policy", "hypothetical")


@dataclass(frozen=True, kw_only=True, eq=False)
class Rescue:
    """Rescue medication.

    Attributes
    ----------
    share : array-like, shape (arm, day) or (day,)
        Share of all patients who take it on each day, 0 to below 1.
    slope : float
        Change of the log odds for each point of the rating; above 0 those in more pain take it more often.
    points : float
        By how much it lowers the rating of its day, 0 or more.
    strategy : str
        treatment policy or hypothetical.
    """

    share: ArrayLike
    slope: float = 0.5
    points: float = 1.0
    strategy: str = "treatment policy"

    def __post_init__(self) -> None:
        share = np.asarray(self.share, dtype=np.float64)
        if not np.all((share >= 0) & (share < 1)):
            raise RescueError(f"shares with rescue must be at least 0 and below 1; got {share.tolist()}.")
        if self.strategy not in RESCUE_STRATEGIES:
            raise RescueError(f"strategy must be one of {', '.join(RESCUE_STRATEGIES)}; got {self.strategy!r}.")
        if not (np.isfinite(self.slope) and self.points >= 0):
            raise RescueError(f"slope must be a number and points at least 0; got {self.slope!r} and {self.points!r}.")
        object.__setattr__(self, "share", share)

    def share_by_arm(self, arms: int, days: int) -> Array:
        """Return the shares, shape (arm, day).

        Raises
        ------
        RescueError
            If they do not fit arms and days.
        """
        share = np.asarray(self.share)
        if share.shape not in ((days,), (arms, days)):
            raise RescueError(f"shares with rescue must have shape ({days},) or ({arms}, {days}); got {share.shape}.")
        return np.broadcast_to(share, (arms, days))

    def intercepts(self, felt: Array, share: Array) -> Array:
        """Return intercepts (..., day) for a large sample of ratings felt without rescue, (..., patient, visit)."""
        found = [
            intercept_of_share(share[..., day], self.slope * felt[..., day + 1], np.ones(felt.shape[:-1]))
            for day in range(share.shape[-1])
        ]
        return np.stack(found, axis=-1)

    def taken(self, felt: Array, intercepts: Array, uniforms: Array) -> Flags:
        """Return who takes it on which day, (..., day)."""
        from scipy.special import expit

        return np.asarray(uniforms < expit(intercepts + self.slope * felt[..., 1:]))

    def lowered(self, latent: Array, taken: Flags) -> Array:
        """Return latent numbers (..., visit) with each day of rescue lowered."""
        after = latent.copy()
        after[..., 1:] -= self.points * taken
        return after

    def analysed(self, ratings: Array, taken: Flags) -> Array:
        """Return ratings (..., visit) as the strategy wants them: ``nan`` from the first rescue on, or as they are."""
        if self.strategy == "treatment policy":
            return ratings
        known = ratings.copy()
        known[..., 1:][np.logical_or.accumulate(taken, axis=-1)] = np.nan
        return known
