"""With what chance does a test reject on the side of benefit, where its statistic is shifted so far?

Power here is always that of the side of benefit: a two-sided test that rejects on the other side is no success. The chance
of any rejection is power at the shift and at minus the shift together.
"""

from __future__ import annotations

from enum import Enum

from abate.stats.distributions import normal_cdf, normal_quantile, t_quantile

# Beyond this shift every test at an alpha above 1e-300 rejects, and the noncentral t loses its digits.
_LARGEST_SHIFT = 60.0
# A statistic shifted this far is above 0 with a chance below 1e-15.
_NONE_LEFT = -8.0
# From here on Student's t is the normal to 9 digits.
_MANY_DEGREES = 1e9


class Reference(Enum):
    """Which distribution the statistic is held against."""

    T = "Student's t"
    NORMAL = "normal"


def normal_power(shift: float, alpha: float, sided: int) -> float:
    """Return the chance that a normal statistic rejects on the side of benefit: Phi(shift - z(1 - alpha/sided)).

    Parameters
    ----------
    shift : float
        True effect over its standard error.
    alpha : float
        Between 0 and 1.
    sided : int
        1 or 2.

    Examples
    --------
    >>> round(normal_power(2.8016, 0.05, 2), 4)
    0.8
    """
    return normal_cdf(shift + normal_quantile(alpha / sided))


def t_power(shift: float, degrees_of_freedom: float, alpha: float, sided: int) -> float:
    """Return the chance that a t statistic rejects on the side of benefit, by the noncentral t.

    Parameters
    ----------
    shift : float
        Noncentrality: true effect over its true standard error.
    degrees_of_freedom : float
        Above 0.
    alpha : float
        Between 0 and 1.
    sided : int
        1 or 2.

    Examples
    --------
    >>> round(t_power(2.8016, 60, 0.05, 2), 4)
    0.7871
    """
    from scipy.special import nctdtr

    if degrees_of_freedom > _MANY_DEGREES:
        return normal_power(shift, alpha, sided)
    if shift > _LARGEST_SHIFT:
        return 1.0
    if shift < _NONE_LEFT:
        return 0.0
    critical = -t_quantile(alpha / sided, degrees_of_freedom)
    return 1 - float(nctdtr(degrees_of_freedom, shift, critical))
