"""How much does one person of an arm tell about its means by visit, where ratings are missing?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector
from abate.stats.matrices import inverse
from abate.stats.sizes.checks import checked_covariance, checked_retention
from abate.stats.sizes.errors import RetentionError

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class RatedArm:
    """The covariance of an arm's ratings by visit, and which visits how many persons have.

    Attributes
    ----------
    covariance : array of float64, shape (J, J)
        Within the arm, given the baseline where the analysis adjusts for it; in the outcome's unit squared.
    patterns : array of bool, shape (m, J)
        Which visits are seen; each row differs and has at least one.
    shares : array of float64, shape (m,)
        Of the randomised with each pattern, above 0; what lacks to 1 is never seen.
    """

    covariance: Array
    patterns: NDArray[np.bool_]
    shares: Array

    @property
    def visit_count(self) -> int:
        """Return J."""
        return len(self.covariance)

    def seen_inverses(self) -> Iterator[tuple[float, NDArray[np.bool_], Array]]:
        """Yield share, seen visits and the inverse covariance of them padded with zeros, for each pattern."""
        for share, seen in zip(self.shares, self.patterns, strict=True):
            padded = np.zeros_like(self.covariance)
            padded[np.ix_(seen, seen)] = inverse(self.covariance[np.ix_(seen, seen)])
            yield float(share), seen, padded

    def information(self) -> Array:
        """Return the expected information of one randomised person about the means by visit, shape (J, J)."""
        total: Array = np.zeros_like(self.covariance)
        for share, _, padded in self.seen_inverses():
            total += share * padded
        return total

    def seen_at_each(self) -> Array:
        """Return the share of the randomised seen at each visit, shape (J,)."""
        seen: Array = self.shares @ self.patterns
        return seen


def arm_leaving(covariance: ArrayLike, retention: ArrayLike) -> RatedArm:
    """Return an arm that persons leave for good, at random given what was rated before.

    Parameters
    ----------
    covariance : array-like, shape (J, J)
        Positive definite.
    retention : array-like, shape (J,)
        Share still seen at each visit: 1 first, then falling or level.

    Returns
    -------
    RatedArm

    Raises
    ------
    SpreadError, NotPositiveDefiniteError, RetentionError, ParameterError
        As their names say.

    Examples
    --------
    >>> arm = arm_leaving([[1, 0.5], [0.5, 1]], [1, 0.8])
    >>> arm.shares.round(3).tolist(), arm.patterns.tolist()
    ([0.2, 0.8], [[True, False], [True, True]])
    """
    matrix = checked_covariance(covariance)
    seen = checked_retention(retention, len(matrix))
    leaving = seen - np.append(seen[1:], 0.0)
    some = leaving > 0
    return RatedArm(covariance=matrix, patterns=np.tri(len(matrix), dtype=np.bool_)[some], shares=leaving[some])


def arm_with_patterns(covariance: ArrayLike, patterns: ArrayLike, shares: ArrayLike) -> RatedArm:
    """Return an arm with any patterns of missing visits.

    Parameters
    ----------
    covariance : array-like, shape (J, J)
        Positive definite.
    patterns : array-like of bool, shape (m, J)
        Which visits are seen.
    shares : array-like, shape (m,)
        Of the randomised with each pattern, above 0, together at most 1.

    Returns
    -------
    RatedArm

    Raises
    ------
    RetentionError
        If the shares are not above 0, or are more than 1 together, or a visit is seen by nobody.
    SpreadError, NotPositiveDefiniteError, ParameterError
        As their names say.

    Examples
    --------
    >>> arm = arm_with_patterns([[1, 0.5], [0.5, 1]], [[1, 1], [0, 1]], [0.7, 0.2])
    >>> arm.seen_at_each().round(3).tolist()
    [0.7, 0.9]
    """
    matrix = checked_covariance(covariance)
    seen, of_all = np.asarray(patterns, dtype=np.bool_), number_vector(shares, "shares")
    if seen.ndim != 2 or seen.shape[1] != len(matrix) or len(seen) != len(of_all):
        raise ParameterError(
            f"patterns must have one row for each of {len(of_all)} shares and one column for each of {len(matrix)} visits; "
            f"got shape {seen.shape}."
        )
    if of_all.min() <= 0 or of_all.sum() > 1 + _ROUNDING:
        raise RetentionError(f"shares of patterns must be above 0 and at most 1 together; they are {of_all.sum():g}.")
    if not np.all(seen.any(axis=0)):
        raise RetentionError(f"visit {int(np.argmin(seen.any(axis=0))) + 1} is seen by nobody; leave it out.")
    some = seen.any(axis=1)
    return RatedArm(covariance=matrix, patterns=seen[some], shares=of_all[some])


def given_baseline(covariance: ArrayLike) -> Array:
    """Return the covariance of the ratings after treatment given the one before: ``S22 - S21 S12 / s11``.

    It is what counts where the baseline is a covariate by visit, and where it is a response with equal means in all arms.

    Parameters
    ----------
    covariance : array-like, shape (J + 1, J + 1)
        Baseline first.

    Returns
    -------
    array of float64, shape (J, J)

    Raises
    ------
    SpreadError, NotPositiveDefiniteError, ParameterError
        As their names say.

    References
    ----------
    Lu, Mehrotra & Liu (2009), Statistics in Medicine 28(4), 679-699; Lu (2010), Biometrics 66(3), 891-896.

    Examples
    --------
    >>> given_baseline([[4, 2], [2, 4]])
    array([[3.]])
    """
    matrix = checked_covariance(covariance)
    with_baseline = matrix[1:, 0]
    given: Array = matrix[1:, 1:] - np.outer(with_baseline, with_baseline) / matrix[0, 0]
    return given


def variance_inflation(arm: RatedArm, weights: ArrayLike) -> float:
    """Return by what drop-out multiplies the variance of a contrast: the phi of Lu, Luo and Chen.

    Parameters
    ----------
    arm : RatedArm
    weights : array-like, shape (J,)
        Of the visits' means; ``(0, ..., 0, 1)`` for the last visit.

    Returns
    -------
    float
        Between 1 and 1 over the share seen at the last visit.

    References
    ----------
    Lu, Luo & Chen (2008), International Journal of Biostatistics 4(1), article 9. https://doi.org/10.2202/1557-4679.1098

    Examples
    --------
    >>> round(variance_inflation(arm_leaving([[1, 0.5], [0.5, 1]], [1, 0.8]), [0, 1]), 4)
    1.1875
    """
    contrast = visit_weights(weights, arm.visit_count)
    return float(contrast @ inverse(arm.information()) @ contrast / (contrast @ arm.covariance @ contrast))


def visit_weights(weights: ArrayLike, visit_count: int) -> Array:
    """Return the weights of a contrast, refusing those that do not fit.

    Raises
    ------
    ParameterError
        If there is not one finite weight a visit, or all are 0.

    Examples
    --------
    >>> visit_weights([0, 0.5, 0.5], 3)
    array([0. , 0.5, 0.5])
    """
    contrast = number_vector(weights, "weights")
    if len(contrast) != visit_count or not np.any(contrast):
        raise ParameterError(f"weights must be one for each of {visit_count} visits, not all 0; got {len(contrast)}.")
    return contrast
