"""How large would a difference have to be for this comparison to see it?"""

from __future__ import annotations

import math

from abate.base.errors import ParameterError
from abate.stats.arrays import require_level
from abate.stats.distributions import normal_quantile
from abate.stats.roots import crossing


def detectable_by_error(standard_error: float, power: float = 0.8, level: float = 0.95) -> float:
    """Return the difference that a two-sided test finds with the given power: ``(z_level + z_power) * standard error``.

    Parameters
    ----------
    standard_error : float
        Of the difference (of a ratio: on the scale of logarithms), above 0.
    power : float
        Between 0 and 1.
    level : float
        1 less the error of the first kind, between 0 and 1.

    Returns
    -------
    float
        In the unit of the standard error.

    Raises
    ------
    ParameterError
        If an argument is outside its range.

    References
    ----------
    Bloom (1995), Evaluation Review 19(5), 547-556. https://doi.org/10.1177/0193841X9501900504

    Examples
    --------
    >>> round(detectable_by_error(1.0), 4)
    2.8016
    """
    _check(power, level)
    if not (math.isfinite(standard_error) and standard_error > 0):
        raise ParameterError(f"standard_error must be a finite number above 0; got {standard_error!r}.")
    return (normal_quantile((1 + level) / 2) + normal_quantile(power)) * standard_error


def detectable_mean_difference(
    sd: float, effective_1: float, effective_0: float, power: float = 0.8, level: float = 0.95
) -> float | None:
    """Return the least difference of means that groups of these effective sizes can show, before any outcome is seen.

    Parameters
    ----------
    sd : float
        Of the outcome within a group, above 0, in its unit.
    effective_1, effective_0 : float
        Persons of equal weight, from :func:`abate.stats.balancing_weights.cost_of_weights`; at least 0.
    power, level : float
        As for :func:`detectable_by_error`.

    Returns
    -------
    float or None
        In the outcome's unit; None where a group is empty.

    Raises
    ------
    ParameterError
        If an argument is outside its range.

    Examples
    --------
    >>> round(detectable_mean_difference(2.0, 30, 60), 3)  # 2.8016 * 2 * sqrt(1/30 + 1/60)
    1.253
    """
    if not (math.isfinite(sd) and sd > 0):
        raise ParameterError(f"sd must be a finite number above 0; got {sd!r}.")
    if not _has_groups(effective_1, effective_0):
        return None
    return detectable_by_error(sd * math.sqrt(1 / effective_1 + 1 / effective_0), power, level)


def detectable_risk_difference(
    risk_0: float, effective_1: float, effective_0: float, power: float = 0.8, level: float = 0.95
) -> float | None:
    """Return the least rise of a risk that groups of these effective sizes can show.

    It solves ``d = (z_level + z_power) * sqrt(p1 (1 - p1) / n1 + p0 (1 - p0) / n0)`` with ``p1 = p0 + d``.

    Parameters
    ----------
    risk_0 : float
        Expected in group 0, from 0 to 1.
    effective_1, effective_0, power, level
        As for :func:`detectable_mean_difference`.

    Returns
    -------
    float or None
        Above 0; None where a group is empty or even a risk of 1 in group 1 would not be seen.

    Raises
    ------
    ParameterError
        If an argument is outside its range.

    Examples
    --------
    >>> round(detectable_risk_difference(0.3, 100, 100), 3)
    0.19
    """
    if not 0 <= risk_0 <= 1:
        raise ParameterError(f"risk_0 must be from 0 to 1; got {risk_0!r}.")
    _check(power, level)
    if not _has_groups(effective_1, effective_0):
        return None

    def lacking(rise: float) -> float:
        variance = (risk_0 + rise) * (1 - risk_0 - rise) / effective_1 + risk_0 * (1 - risk_0) / effective_0
        return (normal_quantile((1 + level) / 2) + normal_quantile(power)) * math.sqrt(max(0.0, variance)) - rise

    highest = 1 - risk_0
    return None if not highest > 0 or lacking(highest) > 0 else crossing(lacking, 0.0, highest, 1e-12)


def _check(power: float, level: float) -> None:
    require_level(level)
    if not 0 < power < 1:
        raise ParameterError(f"power must be between 0 and 1, such as 0.8; got {power!r}.")


def _has_groups(effective_1: float, effective_0: float) -> bool:
    if not (math.isfinite(effective_1) and math.isfinite(effective_0) and min(effective_1, effective_0) >= 0):
        raise ParameterError(f"effective sizes must be at least 0; got {effective_1!r} and {effective_0!r}.")
    return min(effective_1, effective_0) > 0
