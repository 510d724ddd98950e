"""How likely is the trial to succeed, given what a look has shown?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from abate.stats.distributions import normal_cdf
from abate.stats.sequential.errors import InformationError, StageError


@dataclass(frozen=True, kw_only=True)
class ConditionalPower:
    """Chance that the last look will pass ``final_z``, under four beliefs about what is still to come."""

    information: float
    z: float
    final_z: float
    planned_drift: float
    trend_drift: float
    under_plan: float
    under_trend: float
    under_null: float
    predictive: float  # flat prior: every effect, by its likelihood after the look


def power_left(z: float, information: float, final_z: float, drift: float) -> float:
    """Return the chance that Z at information 1 passes ``final_z``, given Z at a look and a drift from there on.

    It is ``1 - Phi((final_z - z * sqrt(t) - drift * (1 - t)) / sqrt(1 - t))``, by B-values. Looks between are not counted.

    Parameters
    ----------
    z : float
        Seen at the look.
    information : float
        Share of the final information there, between 0 and 1.
    final_z : float
        To be reached at the end: ``normal_quantile(1 - alpha)`` without looks, the last critical value with them.
    drift : float
        Mean of Z at the end.

    Raises
    ------
    InformationError
        If ``information`` is not between 0 and 1.
    StageError
        If another argument is not a finite number.

    References
    ----------
    Lan & Wittes (1988), Biometrics 44(2), 579-585.

    Examples
    --------
    >>> round(power_left(1.2, 0.5, 1.959964, 2.8), 4)
    0.6584
    """
    _check(z=z, information=information, final_z=final_z, drift=drift)
    left = 1 - information
    return normal_cdf((z * math.sqrt(information) + drift * left - final_z) / math.sqrt(left))


def predictive_power(z: float, information: float, final_z: float) -> float:
    """Return conditional power averaged over the effects that agree with the look, with a flat prior.

    It is ``1 - Phi((final_z - z / sqrt(t)) * sqrt(t / (1 - t)))``.

    Raises
    ------
    InformationError, StageError
        As :func:`power_left`.

    References
    ----------
    Spiegelhalter, Freedman & Blackburn (1986), Controlled Clinical Trials 7(1), 8-17.

    Examples
    --------
    >>> round(predictive_power(1.2, 0.5, 1.959964), 4)
    0.3963
    """
    _check(z=z, information=information, final_z=final_z)
    return normal_cdf((z / math.sqrt(information) - final_z) * math.sqrt(information / (1 - information)))


def conditional_power(z: float, information: float, final_z: float, planned_drift: float) -> ConditionalPower:
    """Return conditional power under the plan, the trend and no effect, and predictive power.

    Raises
    ------
    InformationError, StageError
        As :func:`power_left`.

    Examples
    --------
    >>> found = conditional_power(1.2, 0.5, 1.959964, 2.8)
    >>> round(found.under_trend, 4), round(found.under_null, 4)
    (0.355, 0.058)
    """
    _check(z=z, information=information, final_z=final_z, planned_drift=planned_drift)
    trend = z / math.sqrt(information)
    return ConditionalPower(
        information=information,
        z=z,
        final_z=final_z,
        planned_drift=planned_drift,
        trend_drift=trend,
        under_plan=power_left(z, information, final_z, planned_drift),
        under_trend=power_left(z, information, final_z, trend),
        under_null=power_left(z, information, final_z, 0.0),
        predictive=predictive_power(z, information, final_z),
    )


def _check(*, information: float, **numbers: float) -> None:
    if not 0 < information < 1:
        raise InformationError(f"information at the look must be above 0 and below 1; got {information!r}.")
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise StageError(f"{name} must be a finite number; got {number!r}.")
