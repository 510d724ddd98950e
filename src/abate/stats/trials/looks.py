"""At which look does each trial stop, and with what?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.mmrm.patterns import Flags
from abate.stats.trials.analyse import Analysis, Answers
from abate.stats.trials.errors import LookError


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Interim looks with boundaries as numbers on the scale of z, above 0 in the good direction.

    Attributes
    ----------
    share : tuple of float
        Share of each arm's patients whose primary time has come at each look, rising to 1.
    efficacy : tuple of float
        The trial succeeds where z in the good direction (with two sides: in either direction) is this or more; infinity for a look
        that cannot end in success.
    futility : tuple of float, optional
        It stops without success where z in the good direction is below this; minus infinity for a look without. The last
        look has none.

    Examples
    --------
    >>> Looks(share=(0.5, 1.0), efficacy=(2.963, 1.969), futility=(0.0,))
    Looks(share=(0.5, 1.0), efficacy=(2.963, 1.969), futility=(0.0,))
    """

    share: tuple[float, ...]
    efficacy: tuple[float, ...]
    futility: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if not self.share or self.share[0] <= 0 or np.any(np.diff(self.share) <= 0) or self.share[-1] != 1:
            raise LookError(f"shares at looks must be above 0, rise, and end at 1; got {self.share}.")
        if len(self.efficacy) != len(self.share) or any(math.isnan(bound) for bound in self.efficacy):
            raise LookError(f"each of the {len(self.share)} looks needs an efficacy boundary; got {self.efficacy}.")
        if self.futility is not None and (
            len(self.futility) != len(self.share) - 1 or any(math.isnan(bound) for bound in self.futility)
        ):
            raise LookError(f"each look before the last needs a futility boundary, or none has; got {self.futility}.")
        if self.futility is not None and any(f > e for f, e in zip(self.futility, self.efficacy, strict=False)):
            raise LookError(
                "a futility boundary must not lie above the efficacy boundary of its look; check their order."
            )

    def patients(self, per_arm: IntArray) -> IntArray:
        """Return patients of each arm at each look, shape (look, arm).

        Raises
        ------
        LookError
            If an arm has fewer than two patients with an outcome at a look, or two looks have the same patients.
        """
        counts = np.rint(np.outer(self.share, per_arm) - 1e-9).astype(np.int64)
        if np.any(counts < 2):
            raise LookError(
                f"the first look, at {self.share[0]:g} of the patients, comes before two outcomes in each arm are known; "
                "move it later."
            )
        if np.any(np.diff(counts.sum(axis=1)) <= 0):
            raise LookError(f"looks at shares {self.share} fall on the same patients; leave one out.")
        return counts


def only_look(analysis: Analysis) -> Looks:
    """Return one look at the end that tests at ``analysis.alpha``.

    Examples
    --------
    >>> round(only_look(Analysis()).efficacy[0], 6)
    1.959964
    """
    from scipy.special import ndtri

    return Looks(share=(1.0,), efficacy=(float(-ndtri(analysis.alpha / analysis.sides)),))


@dataclass(frozen=True, kw_only=True, eq=False)
class Stops:
    """How each trial ended: at which look (0 is the first), and whether with success."""

    look: IntArray
    succeeded: Flags


def find_stops(looks: Looks, analysis: Analysis, answers: list[Answers]) -> Stops:
    """Return how each trial ended, from what the analysis says at every look; a failed fit stops nothing and succeeds nowhere."""
    z = np.stack([analysis.good_direction * each.z for each in answers], axis=1)
    z = np.where(np.isnan(z), -math.inf if analysis.sides == 1 else 0.0, z)
    failed = np.stack([each.failed for each in answers], axis=1)
    reached = (np.abs(z) if analysis.sides == 2 else z) >= np.array(looks.efficacy)
    reached &= ~failed
    stops = reached.copy()
    if looks.futility is not None:
        stops[:, :-1] |= (z[:, :-1] < np.array(looks.futility)) & ~failed[:, :-1]
    stops[:, -1] = True
    look = np.argmax(stops, axis=1)
    return Stops(look=look, succeeded=reached[np.arange(len(z)), look])


def at_stop(values: Array, stops: Stops) -> Array:
    """Return of (trial, look) what stood at the look at which each trial ended."""
    return np.asarray(values[np.arange(len(values)), stops.look])
