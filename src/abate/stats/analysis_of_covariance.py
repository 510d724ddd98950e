"""By how much do arms differ, covariates held equal, in many completed data sets at once?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray
from abate.stats.matrices import inverse
from abate.stats.repeated_outcomes import RepeatedOutcomes


@dataclass(frozen=True, kw_only=True, eq=False)
class CovarianceAnalysis:
    """Least squares on ones, a column for each arm but the reference, and the covariates.

    It has ``2 arm_count - 1`` estimates: the differences of the other arms from the reference, then the means of the
    reference and of the others at the average of the covariates.

    Attributes
    ----------
    design : array of float64, shape (n, arm_count + k)
    arm_count : int
    """

    design: Array
    arm_count: int

    @property
    def degrees_of_freedom(self) -> int:
        """Return persons less coefficients."""
        return int(self.design.shape[0] - self.design.shape[1])

    def place_of_mean(self, arm: int) -> int:
        """Return the place of an arm's mean among the estimates."""
        return self.arm_count - 1 + arm

    def place_of_difference(self, arm: int) -> int:
        """Return the place of the difference of an arm (not the reference, which is 0) among the estimates."""
        return arm - 1

    def of(self, outcomes: Array) -> tuple[Array, Array]:
        """Return estimates and their variances, each of shape (m, estimates), of outcomes of shape (m, n)."""
        xx_inverse = inverse(self.design.T @ self.design)
        coefficients = outcomes @ self.design @ xx_inverse
        residuals = outcomes - coefficients @ self.design.T
        variance = np.sum(residuals**2, axis=1) / self.degrees_of_freedom
        weights = self._weights(self.design.mean(axis=0))
        return coefficients @ weights.T, variance[:, None] * np.einsum("ea,ab,eb->e", weights, xx_inverse, weights)

    def without_each(self, persons: IntArray, outcomes: Array) -> Array:
        """Return the estimates of row j of the outcomes without person ``persons[j]``, shape (m, estimates)."""
        left = self.design[persons]
        xx = self.design.T @ self.design - left[:, :, None] * left[:, None, :]
        xy = outcomes @ self.design - left * outcomes[np.arange(len(persons)), persons][:, None]
        coefficients = (inverse(xx) @ xy[..., None])[..., 0]
        weights = self._weights((self.design.sum(axis=0) - left) / (len(self.design) - 1))
        estimates: Array = np.einsum("jea,ja->je", weights, coefficients)
        return estimates

    def _weights(self, centre: Array) -> Array:
        """Return what each coefficient weighs in each estimate, where the columns have these means (or a stack)."""
        arm_count, others = self.arm_count, np.arange(1, self.arm_count)
        weights = np.zeros((*centre.shape[:-1], 2 * arm_count - 1, centre.shape[-1]))
        weights[..., others - 1, others] = 1
        weights[..., arm_count - 1 :, 0] = 1
        weights[..., arm_count - 1 :, arm_count:] = centre[..., None, arm_count:]
        weights[..., arm_count - 1 + others, others] = 1
        return weights


def covariance_analysis(data: RepeatedOutcomes, covariates: ArrayLike | None = None) -> CovarianceAnalysis:
    """Return the analysis of some persons' outcomes at one visit.

    Parameters
    ----------
    data : RepeatedOutcomes
    covariates : array-like of numbers, shape (n, k), optional
        What to adjust for; those of ``data`` where it is not given, and none with ``np.empty((n, 0))``.

    Returns
    -------
    CovarianceAnalysis

    Raises
    ------
    ParameterError
        If the covariates do not fit, or persons are too few or too alike to tell the coefficients apart.
    """
    flags = (data.arm_place[:, None] == np.arange(1, len(data.arms))).astype(np.float64)
    adjusted = data.baseline[:, 1:] if covariates is None else np.asarray(covariates, dtype=np.float64)
    adjusted = adjusted[:, None] if adjusted.ndim == 1 else adjusted
    if adjusted.ndim != 2 or len(adjusted) != len(flags) or not np.all(np.isfinite(adjusted)):
        raise ParameterError(f"covariates must have {len(flags)} rows of finite numbers; got shape {adjusted.shape}.")
    design = np.column_stack([np.ones(len(flags)), flags, adjusted])
    if len(design) <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        raise ParameterError(
            f"{len(design)} persons cannot tell {design.shape[1]} coefficients of arms and covariates apart; "
            "leave covariates out."
        )
    return CovarianceAnalysis(design=design, arm_count=len(data.arms))
