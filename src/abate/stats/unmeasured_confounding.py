"""What would be left of a difference if something unmeasured of a given strength were behind it?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.stats.arrays import require_level
from abate.stats.distributions import t_quantile


@dataclass(frozen=True, kw_only=True)
class AfterConfounding:
    """A result with the worst that a confounder of a given strength could do taken off.

    Attributes
    ----------
    value : float
        Not beyond the point of no effect unless the confounder can turn the effect round.
    lower, upper : float or None
    bias : float
        The factor of a ratio, the size of a difference.
    """

    value: float
    lower: float | None = None
    upper: float | None = None
    bias: float


def bounding_factor(ratio_with_group: float, ratio_with_outcome: float) -> float:
    """Return the most by which a confounder can multiply a risk ratio: ``a b / (a + b - 1)``.

    Parameters
    ----------
    ratio_with_group : float
        How many times more common some level of the confounder is in one group than in the other, at least 1.
    ratio_with_outcome : float
        The largest risk ratio of the outcome between two levels of the confounder, at least 1.

    Returns
    -------
    float
        At least 1.

    Raises
    ------
    ParameterError
        If a ratio is below 1.

    References
    ----------
    Ding & VanderWeele (2016), Epidemiology 27(3), 368-377. https://doi.org/10.1097/EDE.0000000000000457

    Examples
    --------
    >>> round(bounding_factor(2, 3), 6)
    1.5
    """
    a, b = ratio_with_group, ratio_with_outcome
    if not (math.isfinite(a) and math.isfinite(b) and a >= 1 and b >= 1):
        raise ParameterError(f"ratios of a confounder must be at least 1; got {a!r} and {b!r}.")
    return a * b / (a + b - 1)


def ratio_after_confounding(
    ratio: float,
    ratio_with_group: float,
    ratio_with_outcome: float,
    lower: float | None = None,
    upper: float | None = None,
) -> AfterConfounding:
    """Return a risk ratio and its interval moved towards 1, and beyond it, by the bounding factor.

    Parameters
    ----------
    ratio : float
        Above 0.
    ratio_with_group, ratio_with_outcome : float
        As for :func:`bounding_factor`.
    lower, upper : float, optional
        Interval of the ratio.

    Returns
    -------
    AfterConfounding

    Raises
    ------
    ParameterError
        If a ratio is outside its range.

    References
    ----------
    Ding & VanderWeele (2016), Epidemiology 27(3), 368-377. https://doi.org/10.1097/EDE.0000000000000457

    Examples
    --------
    >>> round(ratio_after_confounding(3.0, 2, 3, lower=1.2, upper=7.5).lower, 6)  # 1.2 / 1.5
    0.8
    """
    given = [number for number in (ratio, lower, upper) if number is not None]
    if not all(math.isfinite(number) and number > 0 for number in given):
        raise ParameterError(f"ratios must be finite and above 0; got {given}.")
    factor = bounding_factor(ratio_with_group, ratio_with_outcome)
    towards = 1 / factor if ratio >= 1 else factor
    return AfterConfounding(
        value=ratio * towards,
        lower=None if lower is None else lower * towards,
        upper=None if upper is None else upper * towards,
        bias=factor,
    )


def difference_after_confounding(
    difference: float,
    effect_on_outcome: float,
    difference_of_groups: float,
    lower: float | None = None,
    upper: float | None = None,
) -> AfterConfounding:
    """Return a difference of means or risks less the bias of a confounder that acts alike in both groups.

    The bias is the change of the outcome for one unit of the confounder times the difference of its means between the
    groups, the covariates held equal.

    Parameters
    ----------
    difference : float
        In the outcome's unit.
    effect_on_outcome : float
        For one unit of the confounder (for 0 and 1: with it less without it), in the outcome's unit.
    difference_of_groups : float
        Mean or share of the confounder in group 1 less that in group 0.
    lower, upper : float, optional
        Interval of the difference.

    Returns
    -------
    AfterConfounding

    Raises
    ------
    ParameterError
        If a number is not finite.

    References
    ----------
    VanderWeele & Arah (2011), Epidemiology 22(1), 42-52. https://doi.org/10.1097/EDE.0b013e3181f74493

    Examples
    --------
    >>> difference_after_confounding(-1.5, effect_on_outcome=-2, difference_of_groups=0.3).value
    -0.9
    """
    given = [n for n in (difference, effect_on_outcome, difference_of_groups, lower, upper) if n is not None]
    if not all(math.isfinite(number) for number in given):
        raise ParameterError(f"differences must be finite; got {given}.")
    bias = effect_on_outcome * difference_of_groups
    return AfterConfounding(
        value=difference - bias,
        lower=None if lower is None else lower - bias,
        upper=None if upper is None else upper - bias,
        bias=bias,
    )


def omitted_variable_bias(
    standard_error: float, degrees_of_freedom: float, share_of_outcome: float, share_of_group: float
) -> float:
    """Return the most that leaving out a confounder can move a regression coefficient.

    It is ``se * sqrt(df * R²_Y * R²_D / (1 - R²_D))`` with the shares of variance that the confounder explains of the
    outcome (group and covariates held equal) and of the group (covariates held equal).

    Parameters
    ----------
    standard_error : float
        Of the coefficient, above 0, in the outcome's unit.
    degrees_of_freedom : float
        Of the regression's residuals, above 0.
    share_of_outcome, share_of_group : float
        Partial R²: from 0 to 1, and from 0 to below 1.

    Returns
    -------
    float
        In the outcome's unit, at least 0.

    Raises
    ------
    ParameterError
        If an argument is outside its range.

    References
    ----------
    Cinelli & Hazlett (2020), JRSS B 82(1), 39-67. https://doi.org/10.1111/rssb.12348

    Examples
    --------
    >>> round(omitted_variable_bias(0.5, 100, 0.1, 0.1), 4)  # 0.5 * sqrt(100 * 0.01 / 0.9)
    0.527
    """
    _check_regression(standard_error, degrees_of_freedom)
    if not (0 <= share_of_outcome <= 1 and 0 <= share_of_group < 1):
        raise ParameterError(f"shares must be from 0 to 1; got {share_of_outcome!r} and {share_of_group!r}.")
    return standard_error * math.sqrt(degrees_of_freedom * share_of_outcome * share_of_group / (1 - share_of_group))


def robustness_value(
    difference: float, standard_error: float, degrees_of_freedom: float, *, level: float | None = None
) -> float:
    """Return the share of variance, of group and of outcome alike, that a confounder must explain to leave no effect.

    ``(sqrt(f⁴ + 4 f²) - f²) / 2`` with ``f = |t| / sqrt(df)``; with ``level`` the confounder need only make the interval
    reach 0, and ``f`` is less by ``t quantile / sqrt(df - 1)``.

    Parameters
    ----------
    difference : float
        A regression coefficient, in the outcome's unit.
    standard_error, degrees_of_freedom : float
        Above 0, and above 1.
    level : float, optional
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ParameterError
        If an argument is outside its range.

    References
    ----------
    Cinelli & Hazlett (2020), JRSS B 82(1), 39-67. https://doi.org/10.1111/rssb.12348

    Examples
    --------
    >>> round(robustness_value(0.097, 0.023, 783), 3)
    0.14
    """
    _check_regression(standard_error, degrees_of_freedom)
    if not (math.isfinite(difference) and degrees_of_freedom > 1):
        raise ParameterError(
            f"need a finite difference and degrees_of_freedom > 1; got {difference=}, {degrees_of_freedom=}."
        )
    f = abs(difference / standard_error) / math.sqrt(degrees_of_freedom)
    if level is not None:
        require_level(level)
        f -= t_quantile((1 + level) / 2, degrees_of_freedom - 1) / math.sqrt(degrees_of_freedom - 1)
    return (math.sqrt(f**4 + 4 * f**2) - f**2) / 2 if f > 0 else 0.0


def _check_regression(standard_error: float, degrees_of_freedom: float) -> None:
    if not (math.isfinite(standard_error) and standard_error > 0 and degrees_of_freedom > 0):
        raise ParameterError(
            f"need standard_error > 0 and degrees_of_freedom > 0; got {standard_error=}, {degrees_of_freedom=}."
        )
