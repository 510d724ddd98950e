"""Does a question about a trial's size make sense, and if not, in one sentence, why?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector
from abate.stats.sizes.errors import ErrorRateError, NotPositiveDefiniteError, RetentionError, SpreadError
from abate.stats.sizes.nearest_correlation import nearest_correlation

# A smaller eigenvalue than this is no longer told from 0: sums of products lose about this much.
_LEAST_EIGENVALUE = 1e-10
_SAME = 1e-8


def require_rate(rate: float, name: str) -> None:
    """Refuse an alpha or a power that is not between 0 and 1.

    Raises
    ------
    ErrorRateError
        If ``rate`` is not above 0 and below 1.

    Examples
    --------
    >>> require_rate(0.8, "power")
    """
    if not 0 < rate < 1:
        raise ErrorRateError(f"{name} must be above 0 and below 1, such as 0.05 or 0.8; got {rate!r}.")


def require_sided(sided: int) -> None:
    """Refuse a test that is neither one- nor two-sided.

    Raises
    ------
    ParameterError
        If ``sided`` is not 1 or 2.

    Examples
    --------
    >>> require_sided(2)
    """
    if sided not in (1, 2):
        raise ParameterError(f"sided must be 1 or 2; got {sided!r}.")


def require_above_zero(value: float, name: str) -> None:
    """Refuse what is not a finite number above 0.

    Raises
    ------
    ParameterError
        If ``value`` is not finite or not above 0.

    Examples
    --------
    >>> require_above_zero(1.5, "exposure")
    """
    if not (math.isfinite(value) and value > 0):
        raise ParameterError(f"{name} must be a finite number above 0; got {value!r}.")


def require_spread(value: float, name: str) -> None:
    """Refuse a standard deviation or a variance that is not above 0.

    Raises
    ------
    SpreadError
        If ``value`` is not finite or not above 0.

    Examples
    --------
    >>> require_spread(2.4, "sd")
    """
    if not (math.isfinite(value) and value > 0):
        raise SpreadError(
            f"{name} must be a finite number above 0; got {value!r}. Without spread every trial would be large enough."
        )


def require_share(share: float, name: str) -> None:
    """Refuse a share of persons that is not between 0 and 1, both excluded.

    Raises
    ------
    ParameterError
        If ``share`` is not above 0 and below 1.

    Examples
    --------
    >>> require_share(0.3, "control_share")
    """
    if not 0 < share < 1:
        raise ParameterError(f"{name} must be a share above 0 and below 1, such as 0.3; got {share!r}.")


def arm_shares(allocation: float) -> tuple[float, float]:
    """Return the share of all persons in arm 1 and arm 2, where ``allocation`` persons are in arm 1 for each in arm 2.

    Raises
    ------
    ParameterError
        If ``allocation`` is not a finite number above 0.

    Examples
    --------
    >>> arm_shares(3)
    (0.75, 0.25)
    """
    require_above_zero(allocation, "allocation (arm 1 to arm 2)")
    return allocation / (1 + allocation), 1 / (1 + allocation)


def checked_covariance(covariance: ArrayLike, name: str = "covariance") -> Array:
    """Return a covariance matrix, refusing one that no ratings can have.

    Parameters
    ----------
    covariance : array-like of numbers, shape (k, k)
        Symmetric; a correlation matrix is one with ones on its diagonal.
    name : str
        What to call it in an error.

    Raises
    ------
    SpreadError
        If a variance is not above 0.
    NotPositiveDefiniteError
        If it is not positive definite; the nearest correlation matrix that is comes with the error.
    ParameterError
        If it is not a square, symmetric table of finite numbers.

    Examples
    --------
    >>> checked_covariance([[1, 0.5], [0.5, 1]])
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size or not np.all(np.isfinite(matrix)):
        raise ParameterError(f"{name} must be a square table of finite numbers; got shape {matrix.shape}.")
    variances = np.diag(matrix)
    require_spread(float(variances.min()), f"the smallest variance of {name}")
    sds = np.sqrt(variances)
    correlation: Array = matrix / np.outer(sds, sds)
    if not np.allclose(correlation, correlation.T, atol=_SAME, rtol=0):
        raise ParameterError(f"{name} must be the same above and below its diagonal; mend the entries that differ.")
    _require_positive_definite((correlation + correlation.T) / 2, name)
    return matrix


def _require_positive_definite(correlation: Array, name: str) -> None:
    smallest = float(np.linalg.eigvalsh(correlation).min())
    if smallest > _LEAST_EIGENVALUE:
        return
    nearest = nearest_correlation(correlation)
    moved = float(np.max(np.abs(nearest - correlation)))
    raise NotPositiveDefiniteError(
        f"{name} is not positive definite (smallest eigenvalue of its correlations {smallest:.3g}): no ratings can "
        f"have these correlations together; the nearest that they can have differ by up to {moved:.2g} and are offered "
        "as the error's .nearest, which you may pass instead.",
        nearest,
    )


def checked_retention(retention: ArrayLike, visit_count: int, name: str = "retention") -> Array:
    """Return the shares still seen by visit, refusing shares that rise.

    Parameters
    ----------
    retention : array-like of numbers, shape (visit_count,)
        Of those randomised and seen at the first visit: 1 first, then falling or level, above 0.
    visit_count : int
        How many there must be.
    name : str
        What to call them in an error.

    Raises
    ------
    RetentionError
        If they rise, are not above 0 and at most 1, do not start at 1, or are too few or too many.

    Examples
    --------
    >>> checked_retention([1, 0.9], 2)
    array([1. , 0.9])
    """
    shares = number_vector(retention, name)
    if len(shares) != visit_count:
        raise RetentionError(f"{name} must have one share for each of {visit_count} visits; found {len(shares)}.")
    if shares.min() <= 0 or shares.max() > 1 or shares[0] != 1:
        raise RetentionError(
            f"{name} must start at 1 and stay above 0 and at most 1; found {_listed(shares)}. "
            "Count those seen at the first visit as 1, and leave out visits at which nobody is left."
        )
    rising = np.flatnonzero(np.diff(shares) > 0)
    if rising.size:
        visit = int(rising[0]) + 2
        raise RetentionError(
            f"{name} rises at visit {visit} ({_listed(shares)}), but who has left does not come back; "
            "give shares that fall or stay, or give the patterns of missing visits instead."
        )
    return shares


def _listed(shares: Array) -> str:
    return ", ".join(f"{share:g}" for share in shares)
