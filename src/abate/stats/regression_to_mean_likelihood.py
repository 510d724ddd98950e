"""How likely are a course's ratings under level, spell and error, and in which direction would they be likelier?

Rating j of course i, at time ``t``, is ``y = m + b + w(t) + e``: ``b ~ N(0, tau2)`` is the course's own level, ``w`` a spell
with covariance ``s2 exp(-lag / theta)``, ``e ~ N(0, v)`` the error of a single rating. The parameters of the climb are
``(m, log tau2, log s2, log theta, log v)``, in this order everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.stats.arrays import Array
from abate.stats.matrices import inverse, lower_root
from abate.stats.regression_to_mean_courses import RatedCourses

Flags = NDArray[np.bool_]

PARAMETER_COUNT = 5
THETA = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Ratings and the lags between them, 0 where nothing is seen.

    Attributes
    ----------
    rating : array of float64, shape (n, k)
    seen : array of float64, shape (n, k)
        Ones and zeros.
    both : array of float64, shape (n, k, k)
        1 where both of a pair are seen.
    lag : array of float64, shape (n, k, k)
        Days between them.
    """

    rating: Array
    seen: Array
    both: Array
    lag: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Ascent:
    """The log-likelihood at one point.

    Attributes
    ----------
    value : float
    scores : array of float64, shape (n, 5)
        Each course's first derivatives; their sum is the slope.
    hessian : array of float64, shape (5, 5)
        Second derivatives.
    """

    value: float
    scores: Array
    hessian: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Covariances:
    """The covariance of each course's ratings and its derivatives.

    Attributes
    ----------
    weight : array of float64, shape (n, k, k)
        The inverse of the covariance V; 0 where a rating is not seen.
    log_determinant : array of float64, shape (n,)
        Of V.
    slopes : array of float64, shape (4, n, k, k)
        Of V in (log tau2, log s2, log theta, log v).
    """

    weight: Array
    log_determinant: Array
    slopes: Array


def layout_of(courses: RatedCourses, used: Flags | None = None) -> Layout:
    """Return the ratings that the likelihood, or a prediction, may look at: all of them where ``used`` is not given."""
    seen = courses.seen if used is None else courses.seen & used
    both = (seen[:, :, None] & seen[:, None, :]).astype(np.float64)
    return Layout(
        rating=np.where(seen, courses.rating, 0.0),
        seen=seen.astype(np.float64),
        both=both,
        lag=both * np.abs(courses.day[:, :, None] - courses.day[:, None, :]),
    )


def covariances_at(layout: Layout, point: Array) -> Covariances:
    """Return covariances at a point ``(m, log tau2, log s2, log theta, log v)``.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a covariance is not positive definite; the bounds of the fit keep away from that.
    """
    tau2, s2, theta, v = np.exp(point[1:])
    slopes = _slopes(layout, tau2, s2, theta, v)
    unseen = np.eye(layout.seen.shape[1]) * (1 - layout.seen[:, :, None])
    covariance = slopes[0] + slopes[1] + slopes[3] + unseen
    diagonal = np.einsum("nkk->nk", lower_root(covariance))
    return Covariances(
        weight=inverse(covariance) * layout.both,
        log_determinant=2 * np.log(diagonal).sum(axis=1),
        slopes=slopes,
    )


def _slopes(layout: Layout, tau2: float, s2: float, theta: float, v: float) -> Array:
    """Return the derivatives of V in the logarithms of its parameters; V is the sum of the first, second and last."""
    scaled = layout.lag / theta
    spell = s2 * layout.both * np.exp(-scaled)
    error = v * np.eye(layout.seen.shape[1]) * layout.seen[:, :, None]
    return np.stack([tau2 * layout.both, spell, spell * scaled, error])


def log_likelihood_at(layout: Layout, point: Array) -> float:
    """Return the log-likelihood alone."""
    covariances = covariances_at(layout, point)
    return float(_values(layout, covariances, point[0])[0].sum())


def _values(layout: Layout, covariances: Covariances, m: float) -> tuple[Array, Array]:
    """Return each course's log-likelihood, and its residuals weighted by the inverse covariance."""
    residual = layout.seen * (layout.rating - m)
    weighted = np.einsum("nij,nj->ni", covariances.weight, residual)
    squares = np.sum(residual * weighted, axis=1)
    counts = layout.seen.sum(axis=1)
    return -0.5 * (covariances.log_determinant + squares + counts * math.log(2 * math.pi)), weighted


def ascent_at(layout: Layout, point: Array) -> Ascent:
    """Return the log-likelihood with exact first and second derivatives.

    With ``r = y - m``, ``a = V^-1 r`` and ``V_j`` the derivative of V, the score is
    ``(a'V_j a - tr(V^-1 V_j)) / 2`` for a parameter of V and ``1'a`` for m.
    """
    covariances = covariances_at(layout, point)
    weight, slopes = covariances.weight, covariances.slopes
    values, a = _values(layout, covariances, point[0])
    reach = np.matmul(weight, slopes)  # V^-1 V_j
    pull = np.einsum("jnik,nk->jni", slopes, a)  # V_j a
    scores = np.column_stack([a.sum(axis=1), *(0.5 * (np.sum(a * pull, axis=2) - np.einsum("jnii->jn", reach)))])
    weighted_pull = np.einsum("nik,jnk->jni", weight, pull)
    hessian = np.zeros((PARAMETER_COUNT, PARAMETER_COUNT))
    hessian[0, 0] = -weight.sum()
    hessian[0, 1:] = hessian[1:, 0] = -weighted_pull.sum(axis=(1, 2))
    flat = reach.reshape(4, -1)
    crossed = flat @ np.swapaxes(reach, -1, -2).reshape(4, -1).T
    hessian[1:, 1:] = 0.5 * crossed - pull.reshape(4, -1) @ weighted_pull.reshape(4, -1).T
    hessian[1:, 1:] += _bends(layout, slopes, weight, a, math.exp(point[THETA]), scores[:, 1:].sum(axis=0))
    return Ascent(value=float(values.sum()), scores=scores, hessian=hessian)


def _bends(layout: Layout, slopes: Array, weight: Array, a: Array, theta: float, slope: Array) -> Array:
    """Return what the second derivatives of V add to the Hessian.

    In logarithms V_jj is V_j again for tau2, s2 and v, and the mixed one of s2 and theta is the slope in theta.
    """
    bends = np.diag(slope)
    bends[1, 2] = bends[2, 1] = slope[2]
    second = slopes[2] * (layout.lag / theta - 1)
    bends[2, 2] = 0.5 * (np.einsum("ni,nij,nj->", a, second, a, optimize=True) - np.sum(weight * second))
    return bends
