"""Which covariance do visits have whose correlation falls with their distance, each subject at places of its own?"""

from __future__ import annotations

import numpy as np

from abate.stats.arrays import Array
from abate.stats.mmrm.structures import Structure


class SpatialExponential(Structure):
    """One variance, and the correlation ``rho ** distance`` with rho between 0 and 1.

    Its parameters are the logarithm of the standard deviation and the logit of rho.
    """

    def __init__(self, distances: Array) -> None:
        """Take the distances of each pattern's visits, shape (pattern, visit, visit); 0 where a visit was not seen."""
        super().__init__(distances.shape[1])
        self._distances = distances

    @property
    def parameter_count(self) -> int:
        return 2

    def start(self, covariance: Array) -> Array:
        """Return the mean variance, and the rho at which visits a median distance apart correlate by one half."""
        apart = self._distances[self._distances > 0]
        rho = 0.5 ** (1 / np.median(apart)) if apart.size else 0.5
        rho = float(np.clip(rho, 1e-6, 1 - 1e-6))
        return np.array([0.5 * np.log(np.mean(np.diag(covariance))), np.log(rho / (1 - rho))])

    def covariance(self, theta: Array) -> Array:
        rho = self._rho(theta)
        return self._variance(theta) * rho**self._distances

    def slopes(self, theta: Array) -> Array:
        rho = self._rho(theta)
        covariance = self.covariance(theta)
        # d rho / d theta = rho (1 - rho), so that d rho**d / d theta = d (1 - rho) rho**d.
        return np.stack([2 * covariance, (1 - rho) * self._distances * covariance], axis=1)

    def curvature(self, theta: Array, weight: Array) -> Array:
        return np.asarray(np.einsum("bhjac,bac->hj", self._second(theta), weight))

    def weighted_curvature(self, theta: Array, weight: Array) -> Array:
        return np.asarray(np.einsum("bhjac,hj->bac", self._second(theta), weight))

    def _second(self, theta: Array) -> Array:
        rho = self._rho(theta)
        covariance, reach = self.covariance(theta), (1 - rho) * self._distances
        mixed = 2 * reach * covariance
        bent = (reach**2 - rho * reach) * covariance
        return np.stack([np.stack([4 * covariance, mixed], axis=1), np.stack([mixed, bent], axis=1)], axis=1)

    def _rho(self, theta: Array) -> float:
        return float(1 / (1 + np.exp(-theta[1])))

    def _variance(self, theta: Array) -> float:
        return float(np.exp(2 * theta[0]))
