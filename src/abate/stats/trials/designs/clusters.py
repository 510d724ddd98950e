"""How often does a trial succeed that randomises whole centres, persons of one centre being alike?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array
from abate.stats.sizes.checks import require_spread
from abate.stats.sizes.clusters import require_clusters
from abate.stats.trials.designs.checked import require_design
from abate.stats.trials.designs.judged import counts_seen, judged, moments_of, normals
from abate.stats.trials.designs.run import Verdicts
from abate.stats.trials.streams import Purpose, Streams


@dataclass(frozen=True, kw_only=True)
class RandomisedClusters:
    """Centres of one size, each with one treatment.

    The means of the centres by Student's t with the number of centres less 2, each centre counting the same; a centre without anybody
    seen is left out. Given how many are seen, a centre's mean is normal, and is drawn as such.

    Attributes
    ----------
    clusters : tuple of int
        Centres with the treatment, and without.
    per_cluster : int
        Persons randomised in each.
    effect : float
        Difference of means, in the direction of benefit.
    sd : float
        Of all persons of an arm, above 0.
    icc : float
        Correlation of two persons of one centre, from 0 to below 1.
    seen : float
    alpha : float
        One-sided.
    """

    clusters: tuple[int, int]
    per_cluster: int
    effect: float
    sd: float
    icc: float
    seen: float = 1.0
    alpha: float = 0.025

    def __post_init__(self) -> None:
        require_design(
            alpha=self.alpha,
            effect=self.effect,
            seen=self.seen,
            per_cluster=self.per_cluster,
            treated=self.clusters[0],
            untreated=self.clusters[1],
        )
        require_clusters(min(self.clusters))
        require_spread(self.sd, "sd")
        require_icc(self.icc)

    @property
    def numbers_a_trial(self) -> int:
        """A centre's own level, its count and its mean."""
        return 3 * sum(self.clusters)

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials."""
        centres = sum(self.clusters)
        is_treated = np.arange(centres) < self.clusters[0]
        count = counts_seen((centres,), self.per_cluster, self.seen, trials, streams)
        means = self.sd * math.sqrt(self.icc) * normals((centres,), trials, streams, Purpose.CENTRES)
        spread = self.sd * math.sqrt(1 - self.icc) / np.sqrt(np.maximum(count, 1.0))
        means = means + spread * normals((centres,), trials, streams) + effect[:, None] * is_treated
        of_arm = [moments_of(means[:, arm], count[:, arm] > 0) for arm in (is_treated, ~is_treated)]
        df = of_arm[0].count + of_arm[1].count - 2
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = (of_arm[0].squares + of_arm[1].squares) / df
            error = np.sqrt(variance * (1 / of_arm[0].count + 1 / of_arm[1].count))
        return judged(of_arm[0].mean - of_arm[1].mean, error, df, self.alpha)


def require_icc(icc: float) -> None:
    """Refuse a correlation within centres outside its range.

    Raises
    ------
    ParameterError
        If it is not from 0 to below 1.
    """
    if not 0 <= icc < 1:
        raise ParameterError(f"icc must be from 0 to below 1; got {icc!r}.")
