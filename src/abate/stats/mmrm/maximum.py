"""Where is the likelihood highest? Newton's steps with exact derivatives, held back where the surface is not a hill."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.mmrm.errors import RankError
from abate.stats.mmrm.likelihood import Model, Point, Slopes, likelihood_at, slopes_at

MOST_STEPS = 100
MOST_HALVINGS = 40
# What a full step would still gain, in log-likelihood, when the climb ends; Newton's steps square their error, so that
# the step taken from there leaves nothing.
SMALL_GAIN = 1e-9
# Parameters are logarithms and transformed correlations: a step of more than a few units leaves the region it was made for.
LONGEST_STEP = 3.0
# A value that falls by less than this share of itself has not fallen.
ROUNDING_SHARE = 1e-12
# A Hessian whose smallest eigenvalue, in units of its diagonal, is below this says nothing of some parameter.
SINGULAR = 1e-9
EXACT = "the outcomes are fitted exactly: no variance is left"
HESSIAN_IS_SINGULAR = "the Hessian is singular: the data say nothing of some covariance parameter"


@dataclass(frozen=True, kw_only=True, eq=False)
class Summit:
    """Where the climb ended.

    ``message`` says why there is no maximum, and is empty where there is one; ``parameter_covariance`` is the inverse of
    the observed information there, None where that is singular.
    """

    point: Point
    slopes: Slopes
    parameter_covariance: Array | None
    step_count: int
    message: str

    @property
    def converged(self) -> bool:
        """Whether the climb ended on a maximum."""
        return not self.message


def starting_values(model: Model) -> Array:
    """Return the parameters of a rough covariance: products of least-squares residuals, averaged by pair of visits."""
    patterns, p = model.patterns, model.column_count
    unit = np.where(patterns.seen[:, :, None], np.eye(patterns.visit_count), 0.0)
    total = patterns.added(unit)
    coefficients = np.linalg.solve(total[:p, :p], total[:p, p])
    contrast = np.append(-coefficients, 1.0)
    products = patterns.between_visits(np.outer(contrast, contrast))
    together = patterns.seen[:, :, None] & patterns.seen[:, None, :]
    starts = []
    for group, structure in enumerate(model.structures):
        chosen = model.of_group(group)
        count = np.einsum("b,bac->ac", patterns.subject_count[chosen], together[chosen])
        starts.append(structure.start(rough_covariance(products[chosen].sum(axis=0), count)))
    return np.concatenate(starts)


def rough_covariance(products: Array, count: Array) -> Array:
    """Return mean products; where a visit has no spread of its own the mean variance, where a pair was never seen 0."""
    rough = np.where(count > 0, products / np.maximum(count, 1), 0.0)
    variances = np.diagonal(rough).copy()
    mean = float(variances.sum() / max(np.count_nonzero(variances), 1))
    floor = 1e-6 * mean if mean > 0 else 1.0
    np.fill_diagonal(rough, np.where(variances > floor, variances, mean if mean > 0 else 1.0))
    return rough


def climb_to_maximum(model: Model) -> Summit:
    """Return the maximum of the likelihood, or where the climb ended and why.

    Raises
    ------
    RankError
        If weights differ so much that the columns of the design matrix cannot be told apart.
    """
    theta = starting_values(model)
    point = likelihood_at(model, theta)
    if point is None:
        raise RankError(
            "the weights differ so much that columns of the design matrix cannot be told apart; rescale them."
        )
    slopes = slopes_at(model, point)
    if model.patterns.is_fitted_exactly:
        return Summit(point=point, slopes=slopes, parameter_covariance=None, step_count=0, message=EXACT)
    for step_count in range(1, MOST_STEPS + 1):
        step, gain = _uphill(slopes)
        higher = _best_along(model, point, step, gain)
        if higher is None:
            return _summit(point, slopes, step_count, gain <= 1e-6 * (1 + abs(point.value)))
        point, slopes = higher, slopes_at(model, higher)
        if gain <= SMALL_GAIN:
            return _summit(point, slopes, step_count, is_top=True)
    return _summit(point, slopes, MOST_STEPS, is_top=False)


def _uphill(slopes: Slopes) -> tuple[Array, float]:
    """Return a step and what it should gain: Newton's where the surface is a hill, else one with curvatures made so."""
    values, vectors = np.linalg.eigh(-slopes.hessian)
    floor = 1e-8 * max(float(values[-1]), 1e-300)
    curved = np.maximum(np.abs(values), floor)
    along = vectors.T @ slopes.gradient
    step = vectors @ (along / curved)
    longest = float(np.max(np.abs(step), initial=0.0))
    if longest > LONGEST_STEP:
        step = step * (LONGEST_STEP / longest)
    return step, 0.5 * float(slopes.gradient @ step)


def _best_along(model: Model, here: Point, step: Array, gain: float) -> Point | None:
    rounding = ROUNDING_SHARE * (1 + abs(here.value))
    for halving in range(MOST_HALVINGS):
        share = 0.5**halving
        there = likelihood_at(model, here.theta + share * step)
        if there is not None and there.value >= here.value + 0.1 * share * gain - rounding:
            return there
    return None


def _summit(point: Point, slopes: Slopes, step_count: int, is_top: bool) -> Summit:
    information = -slopes.hessian
    scale = np.sqrt(np.maximum(np.diagonal(information), 0.0))
    message, covariance = "", None
    if not is_top:
        message = f"no maximum was reached in {step_count} steps"
    elif np.any(scale == 0) or not math.isfinite(float(scale.sum())):
        message = HESSIAN_IS_SINGULAR
    else:
        values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
        if values[0] < SINGULAR:
            message = HESSIAN_IS_SINGULAR
        else:
            covariance = (vectors / values) @ vectors.T / np.outer(scale, scale)
    return Summit(point=point, slopes=slopes, parameter_covariance=covariance, step_count=step_count, message=message)
