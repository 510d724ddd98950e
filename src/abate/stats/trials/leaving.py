"""Who leaves a trial before which day, so that the share still seen is the one that was asked for?

A patient who was there on day k - 1 leaves before day k with probability ``expit(intercept + slope * rating)``. The rating is the last
one seen (missing at random), or the one that then goes unseen (informative); slope 0 is leaving by chance alone. Intercepts are
found, arm by arm and day by day, from a large fixed sample of patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.mmrm.patterns import Flags
from abate.stats.trials.errors import LeavingError

#: Which rating decides, as places from the day before which a patient leaves.
DECIDING_RATING: Mapping[str, int] = {"chance": -1, "last rating": -1, "unseen rating": 0}
_MOST_STEPS = 60


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """How drop-out comes about; how much of it there is, retention says.

    Attributes
    ----------
    depends_on : str
        chance, last rating or unseen rating.
    slope : float
        Change of the log odds of leaving for each point of the rating: above 0 those in pain leave, below 0 those who are well.
    """

    depends_on: str = "chance"
    slope: float = 0.0

    def __post_init__(self) -> None:
        if self.depends_on not in DECIDING_RATING:
            raise LeavingError(f"leaving depends on one of {', '.join(DECIDING_RATING)}; got {self.depends_on!r}.")
        if not np.isfinite(self.slope) or (self.depends_on == "chance") != (self.slope == 0):
            raise LeavingError(
                f"slope must be a number, 0 where leaving is by chance and another where it depends on a rating; "
                f"got {self.slope!r} with {self.depends_on!r}."
            )

    def deciding(self, ratings: Array) -> Array:
        """Return the ratings that decide before each day, (..., day), from those at baseline and days, (..., visit)."""
        first = 1 + DECIDING_RATING[self.depends_on]
        return ratings[..., first : first + ratings.shape[-1] - 1]

    def stays(self, ratings: Array, intercepts: Array, uniforms: Array) -> Flags:
        """Return who is still there on each day, (..., day); intercepts and uniforms broadcast to that."""
        from scipy.special import expit

        leaves = uniforms < expit(intercepts + self.slope * self.deciding(ratings))
        return ~np.logical_or.accumulate(leaves, axis=-1)


def leaving_intercepts(leaving: Leaving, ratings: Array, retention: Array) -> tuple[Array, Array]:
    """Return the intercepts that give a retention, and each sampled patient's probability of still being there at the end.

    Parameters
    ----------
    leaving : Leaving
    ratings : array, shape (..., patient, visit)
        A large sample of patients at baseline and on every day, had nobody left.
    retention : array, shape (..., day)
        Share still there, not rising.

    Returns
    -------
    (array, shape (..., day), array, shape (..., patient))
        Minus infinity where nobody leaves.

    Examples
    --------
    >>> intercepts, _ = leaving_intercepts(Leaving(), np.zeros((100, 3)), np.array([1.0, 0.8]))
    >>> intercepts.round(4)
    array([   -inf, -1.3863])
    """
    before = np.concatenate([np.ones_like(retention[..., :1]), retention[..., :-1]], axis=-1)
    share = 1 - retention / before
    deciding = leaving.slope * leaving.deciding(ratings)
    there = np.ones(ratings.shape[:-1])
    intercepts = np.full(share.shape, -np.inf)
    for day in range(share.shape[-1]):
        intercepts[..., day] = intercept_of_share(share[..., day], deciding[..., day], there)
        there = there * _stay_probability(intercepts[..., day], deciding[..., day])
    return intercepts, there


def _stay_probability(intercept: Array, score: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(-(intercept[..., None] + score)))


def intercept_of_share(share: Array, score: Array, weight: Array) -> Array:
    """Return the intercept with which the weighted mean of ``expit(intercept + score)`` is a share.

    ``share`` has shape (...), ``score`` and ``weight`` (..., patient); minus infinity where the share is 0.

    Examples
    --------
    >>> float(intercept_of_share(np.array(0.5), np.array([-1.0, 1.0]), np.ones(2)).round(9)) + 0.0
    0.0
    """
    from scipy.special import expit, logit

    total = weight.sum(axis=-1)
    wanted = np.where(share > 0, share, 0.5)
    at = logit(wanted) - (weight * score).sum(axis=-1) / total
    for _ in range(_MOST_STEPS):
        each = expit(at[..., None] + score)
        mean = (weight * each).sum(axis=-1) / total
        # Newton on the logit of the mean, which is nearly a straight line in the intercept.
        slope = (weight * each * (1 - each)).sum(axis=-1) / total / (mean * (1 - mean))
        step = (logit(wanted) - logit(mean)) / np.maximum(slope, 0.05)
        at = at + np.clip(step, -5.0, 5.0)
        if np.max(np.abs(step)) < 1e-10:
            break
    return np.asarray(np.where(share > 0, at, -np.inf))
