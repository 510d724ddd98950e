"""How many persons does a comparison of two shares of responders need?

Shares are of those who respond, so benefit is a larger share in arm 1. Whoever has no final rating counts as no response
where the rule says so: then drop-out is in the shares, and the size is not raised for it again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from abate.stats.distributions import normal_cdf, normal_quantile
from abate.stats.sizes.checks import arm_shares, require_above_zero, require_share
from abate.stats.sizes.errors import EffectError
from abate.stats.sizes.restricted_shares import shares_at_difference, shares_at_ratio
from abate.stats.sizes.size import Size
from abate.stats.sizes.solving import Arms, Question, answer


class ShareTest(Enum):
    """How two shares are compared."""

    POOLED = "score test, pooled variance"
    UNPOOLED = "Wald test, variances of their own"
    CONTINUITY = "score test, pooled variance, continuity correction"
    ARCSINE = "arcsine transform"


_SOURCES = {
    ShareTest.POOLED: "Fleiss, Levin & Paik (2003), ch. 4",
    ShareTest.UNPOOLED: "Chow, Shao & Wang, ch. 4",
    ShareTest.CONTINUITY: "Casagrande, Pike & Smith (1978); Fleiss, Tytun & Ury (1980)",
    ShareTest.ARCSINE: "Cohen (1988), ch. 6",
}


def two_shares(
    *,
    active_share: float | None,
    control_share: float,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
    test: ShareTest = ShareTest.POOLED,
) -> Size:
    """Return size, difference, power or alpha of a comparison of two shares, whichever is ``None``.

    Parameters
    ----------
    active_share : float or None
        Responders in arm 1, above ``control_share`` and below 1.
    control_share : float
        Responders in arm 2, after regression to the mean; between 0 and 1.
    total, power, alpha, sided, allocation
        As for :func:`abate.stats.sizes.means.two_means`.
    test : ShareTest
        Pooled, unpooled, with continuity correction, or by arcsines.

    Returns
    -------
    Size
        Its effect is the difference of shares.

    Raises
    ------
    EffectError
        If the active share is not above the control's.
    UnknownCountError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, chapter 4.

    Examples
    --------
    >>> round(two_shares(active_share=0.5, control_share=0.3, power=0.8).per_arm[0], 3)
    92.999
    >>> round(two_shares(active_share=0.5, control_share=0.3, power=0.8, test=ShareTest.CONTINUITY).per_arm[0], 1)
    102.8
    """
    require_share(control_share, "control_share")
    rule = _RULES[test]
    return answer(
        _share_question(
            lambda arms, difference: rule(control_share + difference, control_share, arms),
            lowest=control_share,
            allocation=allocation,
            sided=sided,
            effect_is="difference of shares",
        ),
        total=total,
        effect=difference_of_shares(active_share, control_share),
        power=power,
        alpha=alpha,
        method=f"two shares, {test.value}",
        source=_SOURCES[test],
    )


def two_shares_ratio(
    *,
    active_share: float | None,
    control_share: float,
    null_ratio: float = 1.0,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.025,
    allocation: float = 1.0,
) -> Size:
    """Return the size to show that the ratio of two shares is above ``null_ratio``, one-sided score test.

    Parameters
    ----------
    active_share, control_share : float
        As for :func:`two_shares`.
    null_ratio : float
        Ratio under the null hypothesis, above 0; below 1 for non-inferiority.
    total, power, alpha, allocation
        As for :func:`two_shares`; alpha is one-sided.

    Returns
    -------
    Size
        Its effect is ``active_share - null_ratio * control_share``.

    Raises
    ------
    EffectError
        If the active share is not above ``null_ratio * control_share``.
    UnknownCountError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Farrington & Manning (1990), Statistics in Medicine 9(12), 1447-1454. https://doi.org/10.1002/sim.4780091208

    Examples
    --------
    >>> round(two_shares_ratio(active_share=0.5, control_share=0.3, power=0.9).total, 3)
    247.997
    """
    require_share(control_share, "control_share")
    require_above_zero(null_ratio, "null_ratio")
    at_null = null_ratio * control_share

    def statistic(arms: Arms, distance: float) -> _Statistic:
        active = at_null + distance
        under_null = shares_at_ratio(active, control_share, arms[0] / arms[1], null_ratio)
        return _Statistic(
            distance, _error(under_null, arms, null_ratio), _error((active, control_share), arms, null_ratio)
        )

    return answer(
        _share_question(
            statistic,
            lowest=at_null,
            allocation=allocation,
            sided=1,
            effect_is="active share less null ratio times control share",
        ),
        total=total,
        effect=difference_of_shares(active_share, at_null),
        power=power,
        alpha=alpha,
        method=f"ratio of two shares above {null_ratio:g}, score test",
        source="Farrington & Manning (1990)",
    )


def two_shares_not_inferior(
    *,
    active_share: float | None,
    control_share: float,
    margin: float,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.025,
    allocation: float = 1.0,
) -> Size:
    """Return the size to show that a share is lower by less than a margin, one-sided, variance restricted to the null.

    Parameters
    ----------
    active_share, control_share : float
        True shares; the active one may be lower, by less than the margin.
    margin : float
        Difference of shares that is still acceptable, above 0.
    total, power, alpha, allocation
        As for :func:`two_shares`; alpha is one-sided.

    Returns
    -------
    Size
        Its effect is ``margin + active_share - control_share``.

    Raises
    ------
    EffectError
        If the margin is not above 0 or not below the control share, or the truth is beyond it.
    UnknownCountError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Farrington & Manning (1990), Statistics in Medicine 9(12), 1447-1454. https://doi.org/10.1002/sim.4780091208

    Examples
    --------
    >>> round(two_shares_not_inferior(active_share=0.75, control_share=0.7, margin=0.1, power=0.8).total, 3)
    278.996
    """
    require_share(control_share, "control_share")
    if not 0 < margin < control_share:
        raise EffectError(
            f"margin must be above 0 and below the control share of {control_share:g}; got {margin!r}: a wider one would "
            "call an arm without any responder not inferior."
        )
    at_null = control_share - margin

    def statistic(arms: Arms, distance: float) -> _Statistic:
        active = at_null + distance
        under_null = shares_at_difference(active, control_share, arms[0] / arms[1], -margin)
        return _Statistic(distance, _error(under_null, arms), _error((active, control_share), arms))

    return answer(
        _share_question(
            statistic,
            lowest=at_null,
            allocation=allocation,
            sided=1,
            effect_is="margin plus difference of shares",
        ),
        total=total,
        effect=difference_of_shares(active_share, at_null),
        power=power,
        alpha=alpha,
        method=f"non-inferiority of a share, margin {margin:g}, variance restricted to the null",
        source="Farrington & Manning (1990)",
    )


def difference_of_shares(active_share: float | None, control_share: float) -> float | None:
    """Return the effect, refusing an active share that is no better.

    Raises
    ------
    EffectError
        If the active share is not above the other.
    ParameterError
        If it is not between 0 and 1.

    Examples
    --------
    >>> difference_of_shares(0.5, 0.25)
    0.25
    """
    if active_share is None:
        return None
    require_share(active_share, "active_share")
    if active_share <= control_share:
        raise EffectError(
            f"the active share ({active_share:g}) must be above {control_share:g}; if less is better, count those who do "
            "not have the event."
        )
    return active_share - control_share


class _Statistic(NamedTuple):
    """How far the truth is from the null hypothesis, and the standard errors under the null and the truth."""

    distance: float
    null_error: float
    true_error: float
    correction: float = 0.0

    def power(self, z: float) -> float:
        return normal_cdf((self.distance - self.correction - z * self.null_error) / self.true_error)

    def power_of_other_side(self, z: float) -> float:
        return normal_cdf((-self.distance - self.correction - z * self.null_error) / self.true_error)


def _share_question(
    statistic: Callable[[Arms, float], _Statistic], *, lowest: float, allocation: float, sided: int, effect_is: str
) -> Question:
    def critical(alpha: float) -> float:
        return -normal_quantile(alpha / sided)

    return Question(
        power_of=lambda arms, effect, alpha: statistic(arms, effect).power(critical(alpha)),
        other_side_of=lambda arms, effect, alpha: statistic(arms, effect).power_of_other_side(critical(alpha)),
        shares=arm_shares(allocation),
        sided=sided,
        effect_is=effect_is,
        largest_effect=1 - lowest,
    )


def _error(shares: tuple[float, float], arms: Arms, weight: float = 1.0) -> float:
    """Return the standard error of share 1 less ``weight`` times share 2."""
    active, control = shares
    return math.sqrt(active * (1 - active) / arms[0] + weight**2 * control * (1 - control) / arms[1])


def _pooled(active: float, control: float, arms: Arms) -> _Statistic:
    pooled = (arms[0] * active + arms[1] * control) / (arms[0] + arms[1])
    return _Statistic(active - control, _error((pooled, pooled), arms), _error((active, control), arms))


def _unpooled(active: float, control: float, arms: Arms) -> _Statistic:
    error = _error((active, control), arms)
    return _Statistic(active - control, error, error)


def _continuity(active: float, control: float, arms: Arms) -> _Statistic:
    return _pooled(active, control, arms)._replace(correction=(1 / arms[0] + 1 / arms[1]) / 2)


def _arcsine(active: float, control: float, arms: Arms) -> _Statistic:
    error = math.sqrt(1 / arms[0] + 1 / arms[1])
    return _Statistic(2 * math.asin(math.sqrt(active)) - 2 * math.asin(math.sqrt(control)), error, error)


_RULES: Mapping[ShareTest, Callable[[float, float, Arms], _Statistic]] = {
    ShareTest.POOLED: _pooled,
    ShareTest.UNPOOLED: _unpooled,
    ShareTest.CONTINUITY: _continuity,
    ShareTest.ARCSINE: _arcsine,
}
