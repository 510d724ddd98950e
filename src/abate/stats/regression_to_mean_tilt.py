"""How likely are ratings if visits came because of pain, and in which direction would they be likelier?

The parameters of the climb are those of ``regression_to_mean_likelihood`` and gamma as the sixth. With ``C`` the covariance of
pain (level and spell, without the error of a rating) and ``u`` 1 at visits asked for because it was bad, the mean of the
ratings is ``m + gamma C u``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.regression_to_mean_likelihood import PARAMETER_COUNT, Ascent, Covariances, Layout, covariances_at

_STEP = 1e-4


def tilt_at(layout: Layout, unplanned: Array, point: Array) -> Array:
    """Return ``C u``: by how much a gamma of 1 raises each rating's mean, shape (n, k)."""
    tau2, s2, theta = np.exp(point[1:4])
    pain = layout.both * (tau2 + s2 * np.exp(-layout.lag / theta))
    return np.asarray(np.einsum("nij,nj->ni", pain, unplanned))


@dataclass(frozen=True, kw_only=True, eq=False)
class TiltedSurface:
    """What is climbed: the log-likelihood with a visit process, and the log priors on the covariance, within bounds.

    Attributes
    ----------
    layout : Layout
    unplanned : array of float64, shape (n, k)
        1 at a visit asked for because it was bad.
    centres, precisions : array of float64, shape (4,)
        Of the priors on the logarithms of level, spell, length of spell and error.
    bounds : tuple of two arrays of float64, shape (6,)
    """

    layout: Layout
    unplanned: Array
    centres: Array
    precisions: Array
    bounds: tuple[Array, Array]

    def prior_value(self, point: Array) -> float:
        """Return the log priors, but for a constant."""
        return -0.5 * float(self.precisions @ (point[1:PARAMETER_COUNT] - self.centres) ** 2)

    def value(self, point: Array) -> float:
        """Return the log-likelihood and log priors; minus infinity where a covariance is none."""
        try:
            covariances = covariances_at(self.layout, point[:PARAMETER_COUNT])
        except np.linalg.LinAlgError:
            return -math.inf
        return float(self._values(covariances, point)[0].sum()) + self.prior_value(point)

    def ascent(self, point: Array) -> Ascent:
        """Return exact scores, and second derivatives as differences of them."""
        value, scores = self._scored(point)
        steps = _STEP * np.eye(len(point))
        rows = [(self._scored(point + h)[1] - self._scored(point - h)[1]).sum(axis=0) / (2 * _STEP) for h in steps]
        bends = np.array(rows)
        return Ascent(value=value, scores=scores, hessian=(bends + bends.T) / 2)

    def _values(self, covariances: Covariances, point: Array) -> tuple[Array, Array, Array]:
        """Return each course's log-likelihood, its weighted residuals, and the tilt."""
        layout = self.layout
        pain = covariances.slopes[0] + covariances.slopes[1]
        tilt = np.einsum("nij,nj->ni", pain, self.unplanned)
        residual = layout.seen * (layout.rating - point[0] - point[PARAMETER_COUNT] * tilt)
        weighted = np.einsum("nij,nj->ni", covariances.weight, residual)
        squares = np.sum(residual * weighted, axis=1)
        counts = layout.seen.sum(axis=1)
        return -0.5 * (covariances.log_determinant + squares + counts * math.log(2 * math.pi)), weighted, tilt

    def _scored(self, point: Array) -> tuple[float, Array]:
        """Return the value and the scores, shape (n, 6); every course carries an equal share of the priors' slope.

        With ``a = V^-1 (y - mean)``, ``V_j`` the derivative of V and ``C_j`` that of C, the score of a parameter of the
        covariance is ``(a'V_j a - tr(V^-1 V_j)) / 2 + gamma a'C_j u``; V and C have the same derivatives but in the error.
        """
        covariances = covariances_at(self.layout, point[:PARAMETER_COUNT])
        values, a, tilt = self._values(covariances, point)
        slopes = covariances.slopes
        pull = np.matmul(slopes, a[:, :, None])[..., 0]  # V_j a
        traces = np.sum(covariances.weight * slopes, axis=(2, 3))
        lifted = np.sum(pull[:3] * self.unplanned, axis=2)  # a'C_j u
        of_covariance = 0.5 * (np.sum(pull * a, axis=2) - traces)
        of_covariance[:3] += point[PARAMETER_COUNT] * lifted
        scores = np.column_stack([a.sum(axis=1), *of_covariance, np.sum(a * tilt, axis=1)])
        prior_slope = np.zeros(len(point))
        prior_slope[1:PARAMETER_COUNT] = -self.precisions * (point[1:PARAMETER_COUNT] - self.centres)
        return float(values.sum()) + self.prior_value(point), scores + prior_slope / len(scores)
