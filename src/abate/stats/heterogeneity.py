"""How much do studies differ beyond chance, and how sure is that?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from abate.stats.arrays import Array
from abate.stats.distributions import chi_square_upper_tail, gamma_quantile
from abate.stats.roots import crossing


class BetweenStudies(Enum):
    """How the variance between studies is estimated."""

    DERSIMONIAN_LAIRD = "DerSimonian-Laird"
    REML = "REML"
    PAULE_MANDEL = "Paule-Mandel"


@dataclass(frozen=True, kw_only=True)
class Heterogeneity:
    """How much the true effects of studies differ.

    Attributes
    ----------
    q, degrees_of_freedom, p_value : float, int, float, or None
        Cochran's Q, the studies less one, and the chance of a larger Q where all studies share one effect.
    tau_squared : float or None
        Variance of the true effects, on the scale of the effects, squared; 0 in a fixed-effect pooling.
    tau_squared_lower, tau_squared_upper : float or None
        Q-profile interval. Both None, and ``reason`` says so, where the studies are so alike that it is empty.
    i_squared : float or None
        Share, from 0 to 1, of the variability that is between studies.
    reason : str or None
        Why a number is missing.
    """

    q: float | None = None
    degrees_of_freedom: int | None = None
    p_value: float | None = None
    tau_squared: float | None = None
    tau_squared_lower: float | None = None
    tau_squared_upper: float | None = None
    i_squared: float | None = None
    reason: str | None = None


def measure_heterogeneity(
    effect: Array, variance: Array, estimator: BetweenStudies | None, level: float = 0.95
) -> Heterogeneity:
    """Return Q, tau² with its Q-profile interval, and I².

    ``I² = tau² / (tau² + s²)`` with the typical sampling variance ``s² = (k-1) Σw / ((Σw)² - Σw²)``, ``w = 1/v``. With
    DerSimonian and Laird's tau², and without any (``estimator`` None), it is ``(Q - (k-1)) / Q``, at least 0.

    Parameters
    ----------
    effect, variance : array of float64, shape (k,)
        Of k studies, the variances above 0.
    estimator : BetweenStudies or None
        None pools with a fixed effect.
    level : float
        Coverage of the interval of tau², between 0 and 1.

    Returns
    -------
    Heterogeneity
        Without numbers, and with a reason, where there are fewer than two studies.

    References
    ----------
    Cochran (1954), Biometrics 10(1), 101-129.
    Higgins & Thompson (2002), Statistics in Medicine 21(11), 1539-1558. https://doi.org/10.1002/sim.1186
    Viechtbauer (2007), Statistics in Medicine 26(1), 37-52. https://doi.org/10.1002/sim.2514

    Examples
    --------
    >>> found = measure_heterogeneity(np.array([0.0, 2.0]), np.array([0.5, 0.5]), BetweenStudies.DERSIMONIAN_LAIRD)
    >>> found.q, found.tau_squared, found.i_squared
    (4.0, 1.5, 0.75)
    """
    k = effect.size
    if k < 2:
        return Heterogeneity(reason="one study cannot show how studies differ" if k else "there are no studies")
    q = generalised_q(0.0, effect, variance)
    tau_squared = 0.0 if estimator is None else estimate_tau_squared(effect, variance, estimator)
    limits = _q_profile(effect, variance, level)
    return Heterogeneity(
        q=q,
        degrees_of_freedom=k - 1,
        p_value=chi_square_upper_tail(q, k - 1),
        tau_squared=tau_squared,
        tau_squared_lower=limits[0] if limits else None,
        tau_squared_upper=limits[1] if limits else None,
        i_squared=_i_squared(effect, variance, tau_squared if estimator else None),
        reason=None if limits else "the studies are more alike than chance lets them be, so that no tau² fits them",
    )


def _i_squared(effect: Array, variance: Array, tau_squared: float | None) -> float:
    """Return the share of variability between studies; with the tau² that Q itself suggests where none is given."""
    if tau_squared is None:
        tau_squared = estimate_tau_squared(effect, variance, BetweenStudies.DERSIMONIAN_LAIRD)
    return tau_squared / (tau_squared + _typical_variance(variance))


def estimate_tau_squared(effect: Array, variance: Array, estimator: BetweenStudies) -> float:
    """Return the variance of the true effects of two or more studies, at least 0.

    DERSIMONIAN_LAIRD equates Q with its expectation; PAULE_MANDEL finds the tau² at which the Q with weights
    ``1/(v + tau²)`` is k - 1; REML maximises the restricted likelihood, the highest of its peaks where it has several.

    References
    ----------
    DerSimonian & Laird (1986), Controlled Clinical Trials 7(3), 177-188. https://doi.org/10.1016/0197-2456(86)90046-2
    Paule & Mandel (1982), Journal of Research of the National Bureau of Standards 87(5), 377-385.
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30(3), 261-293.

    Examples
    --------
    >>> round(estimate_tau_squared(np.array([0.0, 2.0]), np.array([0.5, 0.5]), BetweenStudies.REML), 12)
    1.5
    """
    if estimator is BetweenStudies.DERSIMONIAN_LAIRD:
        excess = generalised_q(0.0, effect, variance) - (effect.size - 1)
        return max(0.0, excess * _typical_variance(variance) / (effect.size - 1))
    if estimator is BetweenStudies.PAULE_MANDEL:
        return _tau_squared_at(effect.size - 1, effect, variance)
    return _reml(effect, variance)


def generalised_q(tau_squared: float, effect: Array, variance: Array) -> float:
    """Return ``Σ w (y - m)²`` with ``w = 1/(v + tau²)`` and m their weighted mean; Cochran's Q where tau² is 0.

    Examples
    --------
    >>> generalised_q(1.5, np.array([0.0, 2.0]), np.array([0.5, 0.5]))
    1.0
    """
    w = 1 / (variance + tau_squared)
    return float(w @ (effect - w @ effect / w.sum()) ** 2)


def _typical_variance(variance: Array) -> float:
    """Return Higgins and Thompson's typical sampling variance."""
    w = 1 / variance
    return float((variance.size - 1) * w.sum() / (w.sum() ** 2 - w @ w))


def _tau_squared_at(q: float, effect: Array, variance: Array) -> float:
    """Return the tau² at which the generalised Q, which falls with it, is ``q``; 0 where it is below at once."""
    if generalised_q(0.0, effect, variance) <= q:
        return 0.0
    # Q is at most the sum of squares about the plain mean over tau², so that it is below q from here on.
    upper = float(np.sum((effect - effect.mean()) ** 2)) / q
    return crossing(lambda tau_squared: generalised_q(tau_squared, effect, variance) - q, 0.0, upper)


def _q_profile(effect: Array, variance: Array, level: float) -> tuple[float, float] | None:
    """Return every tau² whose Q is no rarer than ``1 - level`` allows, None where even 0 makes it too small."""
    shape = (effect.size - 1) / 2
    low, high = (2 * gamma_quantile(tail, shape) for tail in ((1 - level) / 2, (1 + level) / 2))
    if generalised_q(0.0, effect, variance) < low:
        return None
    return _tau_squared_at(high, effect, variance), _tau_squared_at(low, effect, variance)


def _reml(effect: Array, variance: Array) -> float:
    """Return the tau² of the highest restricted likelihood: its best place on a grid, refined by the slope's root."""
    spread = float(np.sum((effect - effect.mean()) ** 2))
    largest = max(spread, float(variance.max())) * 10
    grid = np.concatenate([[0.0], np.geomspace(float(variance.min()) * 1e-6, largest, 200)])
    best = int(np.argmax([_restricted_log_likelihood(t, effect, variance) for t in grid]))
    if best == 0 and _restricted_slope(0.0, effect, variance) <= 0:
        return 0.0
    below, above = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, grid.size - 1)])
    return crossing(lambda tau_squared: _restricted_slope(tau_squared, effect, variance), below, above)


def _restricted_log_likelihood(tau_squared: float, effect: Array, variance: Array) -> float:
    """Return the restricted log-likelihood, less its constant."""
    w = 1 / (variance + tau_squared)
    return float(np.log(w).sum() - np.log(w.sum()) - generalised_q(tau_squared, effect, variance)) / 2


def _restricted_slope(tau_squared: float, effect: Array, variance: Array) -> float:
    """Return twice the derivative of the restricted log-likelihood with respect to tau²."""
    w = 1 / (variance + tau_squared)
    deviation = effect - w @ effect / w.sum()
    return float(w**2 @ deviation**2 - w.sum() + w @ w / w.sum())
