"""How many patients are needed, now that the spread has been seen without knowing who had what?

The treatment is not looked at: the variance is that of all ratings taken together, less what the assumed difference adds to it. The error
of the first kind of a superiority test hardly changes; that of a test for non-inferiority may (Friede & Kieser 2003, Statistics in
Medicine 22(6), 995-1007), so it is not offered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, number_vector
from abate.stats.distributions import normal_quantile
from abate.stats.sequential.errors import PowerNotReachableError, ReestimationError
from abate.stats.sequential.looks import require_error_rate, require_sides
from abate.stats.sizes.checks import checked_covariance
from abate.stats.sizes.rated_arm import arm_leaving, variance_inflation


@dataclass(frozen=True, kw_only=True)
class BlindedSize:
    """The SD seen without arms, and the sizes that it asks for; sizes are unrounded."""

    pooled_sd: float
    adjusted_sd: float
    patients_so_far: int
    arm_1_unadjusted: float
    arm_1_adjusted: float
    arm_1: float  # to be used: adjusted, not below the planned size nor above the cap
    arm_2: float
    limited_by: str | None  # "planned size", "cap" or None


@dataclass(frozen=True, kw_only=True, eq=False)
class BlindedCovariance:
    """Covariance of the visits seen without arms, and what it does to the size."""

    pooled: Array  # shape (visits, visits), in the outcome's unit squared
    adjusted: Array  # less what the assumed differences add
    patients_so_far: int
    size_ratio: float  # size needed over planned size, before limits
    size_ratio_used: float  # between 1 and the cap
    limited_by: str | None


def adjusted_variance(
    pooled_variance: float, patients_so_far: int, difference: float, allocation: float = 1.0
) -> float:
    """Return the variance within arms: the pooled one less ``n / (n - 1) * share * (1 - share) * difference ** 2``.

    At 1:1 that is ``n / (4 (n - 1)) * difference ** 2``.

    Parameters
    ----------
    pooled_variance : float
        Of all patients together, above 0, in the outcome's unit squared.
    patients_so_far : int
        At least 2.
    difference : float
        Assumed, in the outcome's unit.
    allocation : float
        Patients in arm 1 for one in arm 2.

    Raises
    ------
    ReestimationError
        If an argument is outside its range, or nothing of the variance is left.

    References
    ----------
    Kieser & Friede (2003), Statistics in Medicine 22(23), 3571-3581.

    Examples
    --------
    >>> round(adjusted_variance(2.1**2, 60, 1.0) ** 0.5, 4)
    2.0386
    """
    _check_so_far(patients_so_far, allocation)
    if not (math.isfinite(pooled_variance) and pooled_variance > 0 and math.isfinite(difference)):
        raise ReestimationError(
            f"need a pooled variance above 0 and a finite difference; got {pooled_variance!r} and {difference!r}."
        )
    left = pooled_variance - _between(patients_so_far, allocation) * difference**2
    if left <= 0:
        raise ReestimationError(
            f"a difference of {difference:g} alone would make the pooled SD larger than the {math.sqrt(pooled_variance):g} seen; "
            "assume a smaller one."
        )
    return left


def blinded_size(
    pooled_sd: float,
    patients_so_far: int,
    *,
    difference: float,
    alpha: float = 0.05,
    sided: int = 2,
    power: float = 0.9,
    allocation: float = 1.0,
    planned_arm_1: float | None = None,
    cap: float = 2.0,
    inflation_factor: float = 1.0,
) -> BlindedSize:
    """Return the size that a blinded look at the SD asks for, of a comparison of two means.

    Parameters
    ----------
    pooled_sd : float
        Of all patients so far together, whatever their arm; above 0, in the outcome's unit.
    patients_so_far : int
        In both arms, with the outcome seen; at least 2.
    difference : float
        Planned, in the outcome's unit, not 0.
    alpha, power : float
        Between 0 and 1.
    sided : int
        1 or 2.
    allocation : float
        Patients in arm 1 for one in arm 2.
    planned_arm_1 : float, optional
        The size is not lowered below it and not raised above ``cap`` times it; without it there are no limits.
    cap : float
        At least 1; 1.5 to 2 is usual.
    inflation_factor : float
        Of a group-sequential design, at least 1.

    Raises
    ------
    ReestimationError, ErrorRateError
        If an argument is outside its range.
    PowerNotReachableError
        If the difference is 0.

    References
    ----------
    Kieser & Friede (2003), Statistics in Medicine 22(23), 3571-3581.

    Examples
    --------
    >>> found = blinded_size(2.1, 60, difference=1.0, planned_arm_1=70)
    >>> round(found.arm_1_adjusted, 1), found.limited_by
    (87.3, None)
    """
    require_error_rate(alpha, "alpha")
    require_error_rate(power, "power")
    require_sides(sided)
    _check_limits(cap, inflation_factor)
    if not (math.isfinite(pooled_sd) and pooled_sd > 0):
        raise ReestimationError(f"pooled_sd must be above 0; got {pooled_sd!r}.")
    if difference == 0:
        raise PowerNotReachableError("no number of patients gives power for a difference of 0; name the planned one.")
    within = adjusted_variance(pooled_sd**2, patients_so_far, difference, allocation)
    score = normal_quantile(1 - alpha / sided) + normal_quantile(power)
    per_variance = (1 + allocation) * (score / difference) ** 2 * inflation_factor
    wanted = per_variance * within
    arm_1, limited_by = wanted, None
    if planned_arm_1 is not None:
        if not (math.isfinite(planned_arm_1) and planned_arm_1 > 0):
            raise ReestimationError(f"planned_arm_1 must be above 0; got {planned_arm_1!r}.")
        ratio, limited_by = _limited(wanted / planned_arm_1, cap)
        arm_1 = ratio * planned_arm_1
    return BlindedSize(
        pooled_sd=pooled_sd,
        adjusted_sd=math.sqrt(within),
        patients_so_far=patients_so_far,
        arm_1_unadjusted=per_variance * pooled_sd**2,
        arm_1_adjusted=wanted,
        arm_1=arm_1,
        arm_2=arm_1 / allocation,
        limited_by=limited_by,
    )


def blinded_covariance(
    outcomes: ArrayLike,
    *,
    planned_covariance: ArrayLike,
    retention: ArrayLike,
    differences: ArrayLike,
    contrast: ArrayLike | None = None,
    baseline: ArrayLike | None = None,
    allocation: float = 1.0,
    cap: float = 2.0,
) -> BlindedCovariance:
    """Return the covariance of the visits without arm terms, and the size it asks for relative to the planned one.

    A mixed model with a mean for each visit (and a slope on the baseline at each) and an unstructured covariance takes all ratings that were
    seen. The size is in proportion to the variance of the contrast of visit means per patient, with monotone loss by ``retention``
    (Lu, Luo & Chen 2008); that of the plan and that of the blinded look are compared.

    Parameters
    ----------
    outcomes : array-like, shape (patients, visits)
        ``nan`` where not seen; patients without any rating are left out.
    planned_covariance : array-like, shape (visits, visits)
        Given the baseline where ``baseline`` is there.
    retention : array-like, shape (visits,)
        Planned share still seen at each visit; the first 1, never rising.
    differences : array-like, shape (visits,)
        Assumed between the arms at each visit.
    contrast : array-like, shape (visits,), optional
        Weights of the visits in the primary contrast; the last visit where left out.
    baseline : array-like, shape (patients,), optional
    allocation : float
        Patients in arm 1 for one in arm 2.
    cap : float
        At least 1.

    Raises
    ------
    ReestimationError
        If shapes do not fit, the model does not converge, or the adjusted covariance is not positive definite.
    SpreadError, NotPositiveDefiniteError, RetentionError
        If the planned covariance or the retention is none.

    References
    ----------
    Kieser & Friede (2003), Statistics in Medicine 22(23), 3571-3581.
    Lu, Luo & Chen (2008), International Journal of Biostatistics 4(1), 9.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> seen = rng.multivariate_normal([6, 5], [[4, 2], [2, 5]], size=60)
    >>> found = blinded_covariance(seen, planned_covariance=np.eye(2) * 3, retention=[1, 0.9], differences=[0.0, 1.0])
    >>> found.patients_so_far, found.limited_by
    (60, None)
    """
    _check_limits(cap, 1.0)
    seen = _seen_ratings(outcomes)
    visits = seen.shape[1]
    planned = checked_covariance(planned_covariance)
    if len(planned) != visits:
        raise ReestimationError(
            f"outcomes have {visits} visits and the planned covariance {len(planned)}; they must agree."
        )
    assumed = _row(differences, visits, "differences")
    weights = np.eye(visits)[-1] if contrast is None else _row(contrast, visits, "contrast")
    rated = np.isfinite(seen).any(axis=1)
    known = None if baseline is None else _row(baseline, len(seen), "baseline")[rated]
    pooled = _pooled_covariance(seen[rated], known)
    count = int(rated.sum())
    _check_so_far(count, allocation)
    adjusted = pooled - _between(count, allocation) * np.outer(assumed, assumed)
    if not _is_positive_definite(adjusted):
        raise ReestimationError(
            "less what the assumed differences add, the covariance seen is not positive definite; assume smaller differences."
        )
    ratio = _contrast_variance(adjusted, retention, weights) / _contrast_variance(planned, retention, weights)
    used, limited_by = _limited(ratio, cap)
    return BlindedCovariance(
        pooled=pooled,
        adjusted=adjusted,
        patients_so_far=count,
        size_ratio=ratio,
        size_ratio_used=used,
        limited_by=limited_by,
    )


def _between(patients: int, allocation: float) -> float:
    """Return the share of the squared difference that two arms add to a pooled variance."""
    share = allocation / (1 + allocation)
    return patients / (patients - 1) * share * (1 - share)


def _limited(ratio: float, cap: float) -> tuple[float, str | None]:
    if ratio < 1:
        return 1.0, "planned size"
    if ratio > cap:
        return cap, "cap"
    return ratio, None


def _pooled_covariance(seen: Array, baseline: Array | None) -> Array:
    """Return the visits' covariance around a mean by visit, and a slope on the baseline by visit."""
    from abate.stats.mmrm import fit_mmrm

    patient, visit = np.nonzero(np.isfinite(seen))
    means = np.eye(seen.shape[1])[visit]
    design = means if baseline is None else np.hstack([means, means * (baseline - baseline.mean())[patient, None]])
    fit = fit_mmrm(seen[patient, visit], design, patient, visit, df="residual")
    if not fit.converged:
        raise ReestimationError(f"the model without arms did not converge: {fit.message}; wait for more ratings.")
    return np.asarray(fit.covariance, dtype=np.float64)


def _contrast_variance(covariance: Array, retention: ArrayLike, contrast: Array) -> float:
    """Return the variance of a contrast of one arm's visit means, times its patients, with loss for good."""
    spread = float(contrast @ covariance @ contrast)
    return variance_inflation(arm_leaving(covariance, retention), contrast) * spread


def _seen_ratings(outcomes: ArrayLike) -> Array:
    seen = np.array(outcomes, dtype=np.float64)
    if seen.ndim != 2 or seen.shape[1] < 1:
        raise ReestimationError("outcomes need one row a patient and one column a visit; check the table.")
    if np.any(np.isinf(seen)):
        raise ReestimationError("outcomes hold infinite values; write nan where a rating was not seen.")
    return seen


def _is_positive_definite(matrix: Array) -> bool:
    return bool(np.allclose(matrix, matrix.T) and np.linalg.eigvalsh(matrix)[0] > 0)


def _row(values: ArrayLike, length: int, name: str) -> Array:
    row = number_vector(values, name)
    if len(row) != length:
        raise ReestimationError(f"{name} needs {length} values; got {len(row)}.")
    return row


def _check_so_far(patients: int, allocation: float) -> None:
    if patients < 2:
        raise ReestimationError(f"at least 2 patients must have been seen; got {patients}.")
    if not (math.isfinite(allocation) and allocation > 0):
        raise ReestimationError(f"allocation is the patients in arm 1 for one in arm 2, above 0; got {allocation!r}.")


def _check_limits(cap: float, inflation_factor: float) -> None:
    if not (math.isfinite(cap) and cap >= 1):
        raise ReestimationError(f"cap must be at least 1, such as 1.5 or 2 times the planned size; got {cap!r}.")
    if not (math.isfinite(inflation_factor) and inflation_factor >= 1):
        raise ReestimationError(f"inflation_factor must be at least 1; got {inflation_factor!r}.")
