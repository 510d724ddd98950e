"""How strong would something unmeasured have to be to explain a difference away?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from abate.base.errors import ParameterError

_FURTHEST_IN_SD = 20.0


@dataclass(frozen=True, kw_only=True)
class EValue:
    """The least strength, as a risk ratio with group and with outcome both, that would explain a result away.

    Attributes
    ----------
    value : float or None
        For the estimate; at least 1.
    limit : float or None
        For the end of the interval that is nearer to the true value that is asked about; 1 where the interval holds it.
        None where no interval was given.
    ratio, ratio_lower, ratio_upper : float or None
        The risk ratio that it was reckoned from, perhaps by an approximation.
    method : str
    reason : str or None
        Why there is no number, as a clause.
    """

    value: float | None = None
    limit: float | None = None
    ratio: float | None = None
    ratio_lower: float | None = None
    ratio_upper: float | None = None
    method: str
    reason: str | None = None


def e_value_of_risk_ratio(
    ratio: float, lower: float | None = None, upper: float | None = None, *, true_ratio: float = 1.0
) -> EValue:
    """Return the E-value ``R + sqrt(R (R - 1))`` of a risk ratio, with R its distance from the true ratio asked about.

    R is ``ratio / true_ratio`` or its inverse, whichever is at least 1.

    Parameters
    ----------
    ratio : float
        Above 0.
    lower, upper : float, optional
        Its interval, both or neither.
    true_ratio : float
        What the ratio would be without the confounder, above 0: 1 asks how strong it must be to leave no effect.

    Returns
    -------
    EValue

    Raises
    ------
    ParameterError
        If a ratio is not above 0 or the estimate lies outside its interval.

    References
    ----------
    VanderWeele & Ding (2017), Annals of Internal Medicine 167(4), 268-274. https://doi.org/10.7326/M16-2607

    Examples
    --------
    >>> e_value = e_value_of_risk_ratio(3.9, 1.8, 8.7)
    >>> round(e_value.value, 2), round(e_value.limit, 2)
    (7.26, 3.0)
    """
    _check_ratios(ratio, lower, upper, true_ratio)
    return EValue(
        value=_strength(ratio / true_ratio),
        limit=_limit(ratio, lower, upper, true_ratio),
        ratio=ratio,
        ratio_lower=lower,
        ratio_upper=upper,
        method="E-value of a risk ratio",
    )


def e_value_of_risk_difference(
    risk_1: float, risk_0: float, lower: float | None = None, upper: float | None = None
) -> EValue:
    """Return the E-value of a difference of risks, by way of their ratio.

    What explains the difference away explains the ratio away. The limits of the difference become ratios with the risk of
    group 0 held as it is, ``(risk_0 + limit) / risk_0``, which leaves out its own error: where the method gives an
    interval for the ratio, :func:`e_value_of_risk_ratio` of that is to be preferred.

    Parameters
    ----------
    risk_1, risk_0 : float
        Of the groups, from 0 to 1.
    lower, upper : float, optional
        Interval of ``risk_1 - risk_0``, both or neither.

    Returns
    -------
    EValue
        Without a number, and with a reason, where a risk is 0; without a limit where the interval reaches a risk of 0.

    Raises
    ------
    ParameterError
        If a risk is outside its range or the difference lies outside its interval.

    References
    ----------
    Ding & VanderWeele (2016), Epidemiology 27(3), 368-377. https://doi.org/10.1097/EDE.0000000000000457

    Examples
    --------
    >>> e_value = e_value_of_risk_difference(0.5, 0.25, lower=0.05, upper=0.45)
    >>> round(e_value.value, 3), round(e_value.limit, 3)  # ratios 2 and 1.2
    (3.414, 1.69)
    """
    method = "E-value of a risk difference, by the ratio of the risks"
    if not (0 <= risk_1 <= 1 and 0 <= risk_0 <= 1):
        raise ParameterError(f"risks must be from 0 to 1; got {risk_1!r} and {risk_0!r}.")
    _check_interval(risk_1 - risk_0, lower, upper)
    if not (risk_1 > 0 and risk_0 > 0):
        return EValue(method=method, reason=f"the risk of group {0 if risk_1 > 0 else 1} is 0, so there is no ratio")
    bounds = None if lower is None or upper is None else ((risk_0 + lower) / risk_0, (risk_0 + upper) / risk_0)
    if bounds is not None and not bounds[0] > 0:
        limit = 1.0 if bounds[1] >= 1 else None
        return EValue(value=_strength(risk_1 / risk_0), limit=limit, ratio=risk_1 / risk_0, method=method)
    found = e_value_of_risk_ratio(risk_1 / risk_0, *(bounds or (None, None)))
    return EValue(
        value=found.value,
        limit=found.limit,
        ratio=found.ratio,
        ratio_lower=found.ratio_lower,
        ratio_upper=found.ratio_upper,
        method=method,
    )


def e_value_of_mean_difference(
    difference: float,
    sd: float,
    lower: float | None = None,
    upper: float | None = None,
    *,
    true_difference: float = 0.0,
) -> EValue:
    """Return an approximate E-value of a difference of means: a difference of d standard deviations counts as ``exp(0.91 d)``.

    Parameters
    ----------
    difference : float
        In the outcome's unit.
    sd : float
        Standard deviation of the outcome within a group, above 0.
    lower, upper : float, optional
        Interval of the difference, both or neither.
    true_difference : float
        What the difference would be without the confounder.

    Returns
    -------
    EValue
        Without a number, and with a reason, where the difference is beyond 20 standard deviations.

    Raises
    ------
    ParameterError
        If a number is not finite, ``sd`` is not above 0 or the difference lies outside its interval.

    References
    ----------
    VanderWeele & Ding (2017), Annals of Internal Medicine 167(4), 268-274. https://doi.org/10.7326/M16-2607
    Chinn (2000), Statistics in Medicine 19(22), 3127-3131.

    Examples
    --------
    >>> round(e_value_of_mean_difference(-1.0, sd=2.0).value, 3)  # exp(0.455) = 1.576
    2.529
    """
    if not (math.isfinite(difference) and math.isfinite(sd) and sd > 0 and math.isfinite(true_difference)):
        raise ParameterError(f"need finite differences and sd > 0; got {difference=}, {sd=}, {true_difference=}.")
    _check_interval(difference, lower, upper)
    method = "E-value of a mean difference, by the approximate risk ratio exp(0.91 d)"
    furthest = max(abs(number) for number in (difference, true_difference, lower or 0.0, upper or 0.0))
    if furthest > _FURTHEST_IN_SD * sd:
        reason = f"a difference of more than {_FURTHEST_IN_SD:g} standard deviations has no such approximation"
        return EValue(method=method, reason=reason)

    def ratio_of(number: float) -> float:
        return math.exp(0.91 * number / sd)

    limits = (None, None) if lower is None or upper is None else (ratio_of(lower), ratio_of(upper))
    found = e_value_of_risk_ratio(ratio_of(difference), *limits, true_ratio=ratio_of(true_difference))
    return EValue(
        value=found.value,
        limit=found.limit,
        ratio=found.ratio,
        ratio_lower=found.ratio_lower,
        ratio_upper=found.ratio_upper,
        method=method,
    )


def _strength(ratio: float) -> float:
    away = max(ratio, 1 / ratio)
    return away + math.sqrt(away * (away - 1))


def _limit(ratio: float, lower: float | None, upper: float | None, true_ratio: float) -> float | None:
    if lower is None or upper is None:
        return None
    if lower <= true_ratio <= upper:
        return 1.0
    return _strength((lower if ratio > true_ratio else upper) / true_ratio)


def _check_ratios(ratio: float, lower: float | None, upper: float | None, true_ratio: float) -> None:
    given = [number for number in (ratio, lower, upper, true_ratio) if number is not None]
    if not all(math.isfinite(number) and number > 0 for number in given):
        raise ParameterError(f"ratios must be finite and above 0; got {given}.")
    _check_interval(ratio, lower, upper)


def _check_interval(value: float, lower: float | None, upper: float | None) -> None:
    if (lower is None) != (upper is None):
        raise ParameterError("give both ends of the interval or neither.")
    if lower is not None and upper is not None and not lower <= value <= upper:
        raise ParameterError(f"the estimate must lie within its interval; got {value!r} and {lower!r} to {upper!r}.")
