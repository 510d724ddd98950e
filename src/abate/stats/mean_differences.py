"""How much do the means of two independent groups differ, where their spreads may differ too?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.stats.arrays import require_level, whole_number
from abate.stats.distributions import t_quantile
from abate.stats.intervals import IntervalEstimate

METHOD = "Welch's t interval"


@dataclass(frozen=True, kw_only=True)
class MeanDifference(IntervalEstimate):
    """The mean of group 1 minus the mean of group 2, in their unit."""

    count_1: int
    count_2: int
    degrees_of_freedom: float | None = None


def welch_difference(
    count_1: int, mean_1: float, sd_1: float, count_2: int, mean_2: float, sd_2: float, level: float = 0.95
) -> MeanDifference:
    """Return the difference of two means with Welch's interval, from the counts, means and spreads of the groups.

    With ``v_i = sd_i² / n_i`` the interval is ``(m1 - m2) ± t sqrt(v1 + v2)``, where t has
    ``(v1 + v2)² / (v1² / (n1 - 1) + v2² / (n2 - 1))`` degrees of freedom.

    Parameters
    ----------
    count_1, mean_1, sd_1 : int, float, float
        Independent values of group 1, their mean and sample standard deviation.
    count_2, mean_2, sd_2 : int, float, float
        The same of group 2.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    MeanDifference
        Without an interval, and with a reason, where a group has fewer than two values or neither varies.

    Raises
    ------
    ParameterError
        If a count is not whole or 0, a number is not finite, a spread is below 0, or ``level`` is outside its range.

    References
    ----------
    Welch (1947), Biometrika 34(1/2), 28-35. https://doi.org/10.1093/biomet/34.1-2.28

    Examples
    --------
    >>> difference = welch_difference(15, 20.8, 2.8, 15, 23.0, 2.3)
    >>> f"{difference.value:.2f} ({difference.lower:.2f} to {difference.upper:.2f})"
    '-2.20 (-4.12 to -0.28)'
    """
    require_level(level)
    n1, n2 = whole_number(count_1, "count_1"), whole_number(count_2, "count_2")
    if not (n1 and n2 and all(map(math.isfinite, (mean_1, sd_1, mean_2, sd_2))) and sd_1 >= 0 and sd_2 >= 0):
        raise ParameterError("both groups need values, finite means and standard deviations of at least 0.")
    value = mean_1 - mean_2
    if min(n1, n2) < 2:
        reason = f"one value shows no spread in group {1 if n1 < 2 else 2}"
        return MeanDifference(value=value, level=level, method=METHOD, reason=reason, count_1=n1, count_2=n2)
    v1, v2 = sd_1**2 / n1, sd_2**2 / n2
    if v1 + v2 == 0:
        reason = "the values do not vary in either group"
        return MeanDifference(value=value, level=level, method=METHOD, reason=reason, count_1=n1, count_2=n2)
    degrees = (v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1))
    half_width = t_quantile((1 + level) / 2, degrees) * math.sqrt(v1 + v2)
    return MeanDifference(
        value=value,
        lower=value - half_width,
        upper=value + half_width,
        level=level,
        method=METHOD,
        count_1=n1,
        count_2=n2,
        degrees_of_freedom=degrees,
    )
