"""How sure are the coefficients if the covariance structure is wrong? From the subjects' own residuals.

With Omega_i = L_i L_i', X~_i = L_i' X_i and r~_i = L_i' r_i, and Phi the model's own covariance of the coefficients, the
covariance is the sum of ``Phi X~_i' A_i r~_i r~_i' A_i X~_i Phi``. A_i is 1 (cr0), the inverse root of I - H_ii (cr2) or its
inverse (cr3), with H_ii = X~_i Phi X~_i'.

Liang & Zeger (1986), Biometrika 73(1), 13-22. https://doi.org/10.1093/biomet/73.1.13
Bell & McCaffrey (2002), Survey Methodology 28(2), 169-181.
Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36(4), 672-683.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from abate.stats.arrays import Array
from abate.stats.matrices import lower_root
from abate.stats.mmrm.inference import Fitted, Inference, joint_degrees_of_freedom

#: The power of I - H_ii in each form.
SANDWICH_POWERS: Mapping[str, float] = {"cr0": 0.0, "cr2": -0.5, "cr3": -1.0}
# Eigenvalues of I - H_ii below this are 0 but for rounding: that part of a subject is fitted exactly and says nothing.
_FITTED_EXACTLY = 1e-10


class Sandwich(Inference):
    """The empirical covariance, with Satterthwaite degrees of freedom of its own."""

    def __init__(self, fitted: Fitted, form: str) -> None:
        self._pulled, self._columns, residuals = _per_subject(fitted, SANDWICH_POWERS[form])
        self._spread = fitted.spread
        scores = np.einsum("nmp,nm->np", self._pulled, residuals)
        super().__init__(np.asarray(scores.T @ scores))

    def degrees_of_freedom(self, contrasts: Array) -> Array:
        """Return ``tr(G)² / tr(G²)``, G the covariance of the subjects' contributions if the model holds."""
        return np.array([self._of_one(row) for row in contrasts])

    def _of_one(self, contrast: Array) -> float:
        own = self._pulled @ contrast
        size = np.sum(own**2, axis=1)
        shared = np.einsum("nmp,nm->np", self._columns, own)
        lost = np.einsum("np,pq,nq->n", shared, self._spread, shared)
        crossed = self._spread @ (shared.T @ shared)
        trace = float(np.sum(size - lost))
        square = float(np.sum(size**2) - 2 * np.sum(size * lost) + np.trace(crossed @ crossed))
        return trace**2 / square

    def joint(self, contrasts: Array) -> tuple[float, float]:
        return 1.0, joint_degrees_of_freedom(self, contrasts)


def _per_subject(fitted: Fitted, power: float) -> tuple[Array, Array, Array]:
    """Return A_i X~_i Phi, X~_i (subject, visit, column) and r~_i (subject, visit), 0 at visits not seen."""
    point, patterns, values = fitted.summit.point, fitted.model.patterns, fitted.data.rows.values
    n, m, q = values.shape
    pulled, columns = np.zeros((n, m, q - 1)), np.zeros((n, m, q - 1))
    residuals = np.zeros((n, m))
    for pattern, seen in enumerate(patterns.seen):
        subjects, visits = np.flatnonzero(patterns.of_subject == pattern), np.flatnonzero(seen)
        cells = np.ix_(subjects, visits)
        root = lower_root(point.precision[pattern][np.ix_(visits, visits)])
        turned = root.T @ values[cells]
        x = turned[:, :, :-1]
        hat = x @ point.spread @ x.transpose(0, 2, 1)
        columns[cells] = x
        residuals[cells] = turned[:, :, -1] - x @ point.coefficients
        pulled[cells] = _power(np.eye(len(visits)) - hat, power) @ (x @ point.spread)
    return pulled, columns, residuals


def _power(matrices: Array, power: float) -> Array:
    """Return a power of symmetric matrices, 0 in directions without any size."""
    values, vectors = np.linalg.eigh(matrices)
    has_size = values > _FITTED_EXACTLY
    raised = np.where(has_size, np.where(has_size, values, 1.0) ** power, 0.0 if power else 1.0)
    return np.asarray((vectors * raised[:, None, :]) @ vectors.transpose(0, 2, 1))
