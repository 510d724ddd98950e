"""At which level is each of several arms held against one control, so that any false claim stays within alpha?"""

from __future__ import annotations

from functools import cache

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array
from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.roots import crossing

# The integrand is smooth, and this many nodes give 10 digits for correlations up to 0.9.
_NODES = 96
_DIGITS = 1e-12
_MOST_CORRELATED = 0.95


def many_to_one_level(*, comparison_count: int, alpha: float, sided: int, correlation: float = 0.5) -> float:
    """Return the level of each comparison with one control, by Dunnett's joint normal law.

    With ``c`` the bound on the scale of z and equicorrelated statistics ``Z_i = sqrt(rho) X + sqrt(1 - rho) E_i``, the
    chance that none passes is the integral over x of ``P(|Z_i| < c | x)^k phi(x)``; the level is ``sided (1 - Phi(c))``.

    Parameters
    ----------
    comparison_count : int
        Arms that are compared with the control, at least 1.
    alpha : float
        Chance of any false claim, in (0, 1).
    sided : int
        1 or 2.
    correlation : float
        Between two of the statistics, from 0 to 0.95: ``1 / (1 + n_control / n_arm)``, one half where all arms are as large.

    Returns
    -------
    float
        Between ``alpha / comparison_count`` and ``alpha``, of all sides together.

    Raises
    ------
    ParameterError
        If an argument is outside its range.

    References
    ----------
    Dunnett (1955), Journal of the American Statistical Association 50(272), 1096-1121.
    https://doi.org/10.1080/01621459.1955.10501294

    Examples
    --------
    >>> round(many_to_one_level(comparison_count=2, alpha=0.05, sided=2), 5)
    0.02696
    """
    if comparison_count < 1 or not 0 < alpha < 1 or sided not in (1, 2) or not 0 <= correlation <= _MOST_CORRELATED:
        raise ParameterError(
            "need comparison_count of at least 1, alpha in (0, 1), sided 1 or 2 and correlation from 0 to "
            f"{_MOST_CORRELATED}; got {comparison_count!r}, {alpha!r}, {sided!r} and {correlation!r}."
        )
    if comparison_count == 1:
        return alpha

    def missing(bound: float) -> float:
        return _chance_of_any(bound, comparison_count, sided, correlation) - alpha

    lowest = -normal_quantile(alpha / sided)
    highest = -normal_quantile(alpha / sided / comparison_count)
    if missing(highest) >= -_DIGITS:  # statistics without correlation are as strict as Bonferroni, to the last digits
        return alpha / comparison_count
    return sided * normal_cdf(-crossing(missing, lowest, highest, _DIGITS))


def _chance_of_any(bound: float, count: int, sided: int, correlation: float) -> float:
    from scipy.special import ndtr

    x, weights = _nodes()
    shared, own = np.sqrt(correlation) * x, np.sqrt(1 - correlation)
    within = ndtr((bound - shared) / own)
    if sided == 2:
        within = within - ndtr((-bound - shared) / own)
    return float(1 - weights @ within**count)


@cache
def _nodes() -> tuple[Array, Array]:
    x, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return x, weights / weights.sum()
