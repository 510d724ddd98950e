"""How large must arms be to show a difference whose variance per person is known?

Every size for means, slopes, counts and bounded days is this question with another variance: the difference has variance
``v1/n1 + v2/n2``, and the test holds it over its standard error against a normal or a t.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from abate.stats.sizes.rejection import Reference, normal_power, t_power
from abate.stats.sizes.solving import Arms, Question

# How many degrees of freedom there are with given arms.
DegreesOfFreedom = Callable[[Arms], float]
# The variance per person in each arm, where this is the effect.
Variances = Callable[[float], tuple[float, ...]]


def difference_question(
    variances: Variances,
    *,
    shares: tuple[float, ...],
    sided: int,
    effect_is: str,
    degrees_of_freedom: DegreesOfFreedom | None = None,
    least_total: float = 0.0,
    largest_effect: float = math.inf,
    size_is: str = "persons in all arms",
) -> Question:
    """Return the question of a difference over its standard error.

    Parameters
    ----------
    variances : function of the effect
        Variance per person in each arm; the variance of the difference is the sum of variance over size.
    shares : tuple of float
        Of all persons in each arm.
    sided : int
        1 or 2.
    effect_is : str
        For a reader.
    degrees_of_freedom : function of the arms, optional
        For a t reference; without it the reference is normal.
    least_total, largest_effect, size_is
        As in :class:`~abate.stats.sizes.solving.Question`.

    Returns
    -------
    Question
    """

    def power_of(arms: Arms, effect: float, alpha: float) -> float:
        error = standard_error(variances(abs(effect)), arms)
        if degrees_of_freedom is None:
            return normal_power(effect / error, alpha, sided)
        return t_power(effect / error, degrees_of_freedom(arms), alpha, sided)

    return Question(
        power_of=power_of,
        shares=shares,
        sided=sided,
        effect_is=effect_is,
        other_side_of=lambda arms, effect, alpha: power_of(arms, -effect, alpha),
        least_total=least_total,
        largest_effect=largest_effect,
        size_is=size_is,
    )


def standard_error(variances: tuple[float, ...], arms: Arms) -> float:
    """Return the standard error of a difference of arms.

    Examples
    --------
    >>> standard_error((4.0, 4.0), (8, 8))
    1.0
    """
    return math.sqrt(math.fsum(variance / arm for variance, arm in zip(variances, arms, strict=True)))


def pooled_degrees(lost: float) -> DegreesOfFreedom:
    """Return the rule for one pooled variance: all persons less the coefficients of the model.

    Examples
    --------
    >>> pooled_degrees(2)((30, 30))
    58.0
    """
    return lambda arms: math.fsum(arms) - lost


def welch_degrees(variances: tuple[float, ...]) -> DegreesOfFreedom:
    """Return Welch's rule for variances of their own, taken at their expected values.

    References
    ----------
    Welch (1947), Biometrika 34(1-2), 28-35. https://doi.org/10.1093/biomet/34.1-2.28

    Examples
    --------
    >>> round(welch_degrees((4.0, 4.0))((30, 30)), 6)
    58.0
    """

    def degrees(arms: Arms) -> float:
        parts = [variance / arm for variance, arm in zip(variances, arms, strict=True)]
        return math.fsum(parts) ** 2 / math.fsum(part**2 / (arm - 1) for part, arm in zip(parts, arms, strict=True))

    return degrees


def least_total_of(reference: Reference, lost: float, shares: tuple[float, ...], sds_differ: bool = False) -> float:
    """Return the total above which a t reference has a degree of freedom (0 for a normal one).

    Examples
    --------
    >>> least_total_of(Reference.T, 2, (0.5, 0.5))
    3.0
    """
    if reference is Reference.NORMAL:
        return 0.0
    return max(float(lost + 1), (1 / min(shares) if sds_differ else 0.0) * 1.5)
