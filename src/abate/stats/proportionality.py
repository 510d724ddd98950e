"""Does one coefficient a covariate serve all thresholds between the ratings?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.distributions import chi_square_upper_tail


@dataclass(frozen=True, kw_only=True)
class ProportionalityTest:
    """The score test of one slope for all thresholds against a slope for each.

    Attributes
    ----------
    chi_square, p_value : float or None
        A small p speaks against proportional odds. With few ratings at some thresholds the p value is not to be trusted:
        group the ratings before asking it.
    degrees_of_freedom : int
        Covariates times (seen ratings less 2).
    reason : str or None
        Why there is no test.
    """

    chi_square: float | None = None
    p_value: float | None = None
    degrees_of_freedom: int
    reason: str | None = None


def test_of_proportionality(place: IntArray, x: Array, thresholds: Array, slopes: Array) -> ProportionalityTest:
    """Return the score test of proportional odds at the proportional fit, on the expected information.

    Let row i have share p_ij at or below no more than threshold j, ``F(a_j - x_i'b_j)`` with F logistic, density f_ij and
    shares s_ij of the ratings. Where all b_j are equal, the slope of the log-likelihood by (a_j, -b_j) is the sum of
    ``(1, x_i) f_ij (y_ij / s_ij - y_i,j+1 / s_i,j+1)``, and its covariance the information, which joins neighbouring
    thresholds only.

    Parameters
    ----------
    place : array of int64, shape (n,)
        Number of each row's rating among the seen ones, from 0.
    x : array of float64, shape (n, k)
        Covariates.
    thresholds, slopes : array of float64, shapes (r - 1,) and (k,)
        The proportional fit for r ratings, with log odds ``thresholds[j] - x @ slopes``.

    Returns
    -------
    ProportionalityTest

    References
    ----------
    Peterson & Harrell (1990), Applied Statistics 39(2), 205-217.
    """
    degrees_of_freedom = slopes.size * (thresholds.size - 1)
    if degrees_of_freedom == 0:
        reason = "two ratings have one threshold, which is always proportional"
        return ProportionalityTest(degrees_of_freedom=0, reason=reason)
    at_most = 1 / (1 + np.exp(-(thresholds - (x @ slopes)[:, None])))
    density = at_most * (1 - at_most)
    share = np.diff(at_most, axis=1, prepend=0.0, append=1.0)
    per_share = np.eye(thresholds.size + 1)[place] / share
    regressors = np.column_stack([np.ones(len(x)), x])
    slope = regressors.T @ (density * -np.diff(per_share, axis=1))
    information = _information(regressors, density, share)
    flat = slope.T.ravel()
    chi_square = float(flat @ np.linalg.solve(information, flat))
    return ProportionalityTest(
        chi_square=chi_square,
        p_value=chi_square_upper_tail(chi_square, degrees_of_freedom),
        degrees_of_freedom=degrees_of_freedom,
    )


def _information(regressors: Array, density: Array, share: Array) -> Array:
    """Return the expected information of an intercept and slopes for each threshold, threshold by threshold."""
    threshold_count, width = density.shape[1], regressors.shape[1]
    information = np.zeros((threshold_count, width, threshold_count, width))
    for j in range(threshold_count):
        own = density[:, j] ** 2 * (1 / share[:, j] + 1 / share[:, j + 1])
        information[j, :, j] = regressors.T @ (regressors * own[:, None])
        if j + 1 < threshold_count:
            shared = -density[:, j] * density[:, j + 1] / share[:, j + 1]
            information[j, :, j + 1] = regressors.T @ (regressors * shared[:, None])
            information[j + 1, :, j] = information[j, :, j + 1].T
    return information.reshape(threshold_count * width, -1)
