"""What are ratings, given that visits came when pain was bad, and in which direction would they be likelier?

Given how many visits there were, those of a course fall on day t with a chance in proportion to ``exp(gamma w(t))``, where w
is its spell; its level cancels. For n visits in T watched days, long against a spell, the logarithm of that is to second order

    gamma sum over visits k of w(t_k)  -  (n/T) integral of (gamma w(t) + gamma^2 w(t)^2 / 2) dt,

and a normal w with covariance ``s2 exp(-lag / theta)`` stays normal. With ``q^2 = 1 + 2 s2 theta gamma^2 n/T`` its covariance on days
s and t up to the first rating, at the edge of the watched days, is

    C(s, t) = (s2/q) (exp(-q |s - t| / theta) + (q - 1)/(q + 1) exp(-q (|s| + |t|) / theta)),

and its mean ``gamma (sum over visits k of C(t, t_k) - (n/T) integral of C)``. The parameters of the climb are those of
``regression_to_mean_likelihood`` and gamma as the sixth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array
from abate.stats.matrices import inverse, lower_root, solved
from abate.stats.regression_to_mean_likelihood import PARAMETER_COUNT, Ascent, Layout

GAMMA = PARAMETER_COUNT
_STEP = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Visits:
    """Ratings, and at which of them a visit was asked for because it was bad.

    Attributes
    ----------
    layout : Layout
    before : array of float64, shape (n, k)
        Days before the first rating.
    unplanned : array of float64, shape (n, k)
        1 at a visit asked for because it was bad; the first rating is one.
    per_day : array of float64, shape (n,)
        Such visits a watched day.
    """

    layout: Layout
    before: Array
    unplanned: Array
    per_day: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Spells:
    """What is known of spells from the visits, for each course.

    Attributes
    ----------
    covariance : array of float64, shape (n, k, k)
        C between the days of ratings; 0 where nothing is seen.
    mean : array of float64, shape (n, k)
    """

    covariance: Array
    mean: Array


def spells_at(visits: Visits, point: Array) -> Spells:
    """Return mean and covariance of spells on the days of ratings; the first column is day 0."""
    layout, gamma = visits.layout, point[GAMMA]
    s2, theta = np.exp(point[2:4])
    q = np.sqrt(1 + 2 * s2 * theta * gamma**2 * visits.per_day)[:, None]
    fading = layout.seen * np.exp(-q * visits.before / theta)
    edge = (q - 1) / (q + 1)
    apart = layout.both * np.exp(-q[:, :, None] * layout.lag / theta)
    covariance = (s2 / q)[:, :, None] * (apart + edge[:, :, None] * fading[:, :, None] * fading[:, None, :])
    integral = s2 * theta / q**2 * (2 * layout.seen - (1 - edge) * fading)
    at_visits = np.matmul(covariance, visits.unplanned[:, :, None])[:, :, 0]
    return Spells(covariance=covariance, mean=gamma * (at_visits - visits.per_day[:, None] * integral))


@dataclass(frozen=True, kw_only=True, eq=False)
class TiltedSurface:
    """What is climbed: the log-likelihood with a visit process, and the log priors on the covariance, within bounds.

    Attributes
    ----------
    visits : Visits
    centres, precisions : array of float64, shape (4,)
        Of the priors on the logarithms of level, spell, length of spell and error.
    bounds : tuple of two arrays of float64, shape (6,)
    """

    visits: Visits
    centres: Array
    precisions: Array
    bounds: tuple[Array, Array]

    def prior_value(self, point: Array) -> float:
        """Return the log priors, but for a constant."""
        return -0.5 * float(self.precisions @ (point[1:PARAMETER_COUNT] - self.centres) ** 2)

    def value(self, point: Array) -> float:
        """Return the log-likelihood and log priors; minus infinity where a covariance is none."""
        mean, covariance = moments_at(self.visits, point)
        try:
            return float(_values(self.visits, mean, covariance)[0].sum()) + self.prior_value(point)
        except np.linalg.LinAlgError:
            return -math.inf

    def ascent(self, point: Array) -> Ascent:
        """Return the scores, and the expectation of the second derivatives; moments' derivatives are differences.

        With ``a = V^-1 (y - mean)``, a parameter's score is ``(a'V_j a - tr(V^-1 V_j)) / 2 + a'mean_j``, and the information of
        two ``tr(V^-1 V_j V^-1 V_k) / 2 + mean_j'V^-1 mean_k``. Every course carries an equal share of the priors' slope.
        """
        mean, covariance = moments_at(self.visits, point)
        values, a = _values(self.visits, mean, covariance)
        weight = weight_of(self.visits.layout, covariance)
        lifts, slopes = self._moved(point)
        pull = np.matmul(slopes, a[:, :, None])[..., 0]
        traces = np.sum(weight * slopes, axis=(2, 3))
        scores = (0.5 * (np.sum(pull * a, axis=2) - traces) + np.sum(lifts * a, axis=2)).T
        reach = np.matmul(weight, slopes)
        flat, turned = (table.reshape(len(point), -1) for table in (reach, np.swapaxes(reach, -1, -2)))
        weighted = np.matmul(weight, lifts[..., None])[..., 0].reshape(len(point), -1)
        information = 0.5 * flat @ turned.T + lifts.reshape(len(point), -1) @ weighted.T
        among = slice(1, PARAMETER_COUNT)
        information[among, among] += np.diag(self.precisions)
        scores[:, among] -= self.precisions * (point[among] - self.centres) / len(scores)
        return Ascent(value=float(values.sum()) + self.prior_value(point), scores=scores, hessian=-information)

    def _moved(self, point: Array) -> tuple[Array, Array]:
        """Return the derivatives of mean and covariance, shapes (6, n, k) and (6, n, k, k)."""
        lifts, slopes = [], []
        for step in _STEP * np.eye(len(point)):
            (mean, covariance), (mean_back, covariance_back) = (
                moments_at(self.visits, point + way * step) for way in (1, -1)
            )
            lifts.append((mean - mean_back) / (2 * _STEP))
            slopes.append((covariance - covariance_back) / (2 * _STEP))
        return np.stack(lifts), np.stack(slopes)


def moments_at(visits: Visits, point: Array) -> tuple[Array, Array]:
    """Return mean and covariance of the ratings; where nothing is seen the mean is 0 and the covariance the identity."""
    layout = visits.layout
    tau2, v = math.exp(point[1]), math.exp(point[4])
    spells = spells_at(visits, point)
    own = np.where(layout.seen > 0, v, 1.0)
    covariance = tau2 * layout.both + spells.covariance + own[:, :, None] * np.eye(layout.seen.shape[1])
    return layout.seen * point[0] + spells.mean, covariance


def weight_of(layout: Layout, covariance: Array) -> Array:
    """Return the inverse covariance, 0 where nothing is seen."""
    return inverse(covariance) * layout.both


def _values(visits: Visits, mean: Array, covariance: Array) -> tuple[Array, Array]:
    """Return each course's log-likelihood, and its residuals weighted by the inverse covariance."""
    layout = visits.layout
    residual = layout.rating - mean
    weighted = solved(covariance, residual[:, :, None])[:, :, 0]
    determinant = 2 * np.log(np.einsum("nkk->nk", lower_root(covariance))).sum(axis=1)
    counts = layout.seen.sum(axis=1)
    squares = np.sum(residual * weighted, axis=1)
    return -0.5 * (determinant + squares + counts * math.log(2 * math.pi)), weighted
