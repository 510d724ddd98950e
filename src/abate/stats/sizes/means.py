"""How many persons does a comparison of two means need?

Effects are counted in the direction of benefit: a fall in pain that is 1.3 points larger is a difference of 1.3.
"""

from __future__ import annotations

import math

from abate.stats.sizes.checks import arm_shares, require_spread
from abate.stats.sizes.errors import EffectError
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.size import Size
from abate.stats.sizes.solving import answer
from abate.stats.sizes.wald import difference_question, least_total_of, pooled_degrees, welch_degrees

_SOURCES = {
    Reference.T: "noncentral t; Chow, Shao & Wang, Sample Size Calculations in Clinical Research, ch. 3",
    Reference.NORMAL: "n2 = (1 + 1/r) (z + z)^2 sd^2 / difference^2 per arm; Chow, Shao & Wang, ch. 3",
}


def two_means(
    *,
    difference: float | None,
    sd: float | tuple[float, float],
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
    reference: Reference = Reference.T,
) -> Size:
    """Return size, difference, power or alpha of a comparison of two means, whichever is ``None``.

    Parameters
    ----------
    difference : float or None
        True difference in the direction of benefit, above 0, in the outcome's unit.
    sd : float or pair of float
        Within an arm, above 0; a pair has the arms' own, and Welch's degrees of freedom.
    total : float or None
        Persons in both arms.
    power, alpha : float or None
        Between 0 and 1.
    sided : int
        1 or 2.
    allocation : float
        Persons in arm 1 for each in arm 2.
    reference : Reference
        Student's t (exact, by the noncentral t) or normal (the textbook formula).

    Returns
    -------
    Size

    Raises
    ------
    UnknownCountError, EffectError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say; see :mod:`abate.stats.sizes.errors`.

    References
    ----------
    Chow, Shao & Wang, Sample Size Calculations in Clinical Research, chapter 3.

    Examples
    --------
    >>> size = two_means(difference=1.3, sd=2.4, power=0.8)
    >>> [round(arm, 2) for arm in size.per_arm], size.per_arm_rounded
    ([54.48, 54.48], (55, 55))
    >>> round(two_means(difference=1.3, sd=2.4, total=60).power, 3)
    0.541
    """
    return _compared_means(
        difference,
        sd=sd,
        total=total,
        power=power,
        alpha=alpha,
        sided=sided,
        allocation=allocation,
        reference=reference,
        effect_is="difference of means",
        title="difference of two means",
    )


def two_means_not_inferior(
    *,
    margin: float | None,
    true_difference: float = 0.0,
    sd: float | tuple[float, float],
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.025,
    allocation: float = 1.0,
    reference: Reference = Reference.T,
) -> Size:
    """Return the size (or margin, power, alpha) to show that a mean is worse by less than a margin, one-sided.

    It is the superiority question with the effect ``margin + true_difference``, which is what ``effect`` of the result is.

    Parameters
    ----------
    margin : float or None
        How much worse is still acceptable, above 0.
    true_difference : float
        In the direction of benefit; below 0 where the new arm is truly worse.
    sd, total, power, alpha, allocation, reference
        As for :func:`two_means`; alpha is one-sided.

    Returns
    -------
    Size

    Raises
    ------
    EffectError
        If the true difference is as bad as the margin, or worse; the others as :func:`two_means`.

    Examples
    --------
    >>> round(two_means_not_inferior(margin=0.5, true_difference=-0.2, sd=2.2, power=0.8).total, 2)
    1690.3
    """
    effect = None if margin is None else distance_to_margin(margin, true_difference)
    size = _compared_means(
        effect,
        sd=sd,
        total=total,
        power=power,
        alpha=alpha,
        sided=1,
        allocation=allocation,
        reference=reference,
        effect_is="margin plus true difference of means",
        title="non-inferiority of a mean",
    )
    return size


def distance_to_margin(margin: float, true_difference: float) -> float:
    """Return how far the truth is from the margin, refusing a truth beyond it.

    Raises
    ------
    EffectError
        If ``margin`` is not above 0, or the true difference is not above minus the margin.

    Examples
    --------
    >>> distance_to_margin(0.75, -0.25)
    0.5
    """
    if not (math.isfinite(margin) and margin > 0):
        raise EffectError(f"margin must be above 0: how much worse is still acceptable; got {margin!r}.")
    if not (math.isfinite(true_difference) and true_difference > -margin):
        raise EffectError(
            f"a true difference of {true_difference!r} is not better than minus the margin of {margin!r}, so no size can "
            "show non-inferiority; plan on a better true difference or justify a wider margin."
        )
    return margin + true_difference


def paired_means(
    *,
    difference: float | None,
    sd_of_difference: float,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    reference: Reference = Reference.T,
) -> Size:
    """Return how many persons (pairs) a comparison within persons needs; n - 1 degrees of freedom.

    Parameters
    ----------
    difference : float or None
        True mean of the within-person differences, in the direction of benefit, above 0.
    sd_of_difference : float
        Of the within-person differences, above 0.
    total, power, alpha, sided, reference
        As for :func:`two_means`; ``total`` counts persons, each measured under both.

    Returns
    -------
    Size
        With one "arm": the persons.

    Raises
    ------
    UnknownCountError, EffectError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    Examples
    --------
    >>> round(paired_means(difference=1.0, sd_of_difference=2.0, power=0.9).total, 3)
    43.995
    """
    return _within_persons(
        difference, sd_of_difference, 1, total=total, power=power, alpha=alpha, sided=sided, reference=reference
    )


def crossover_means(
    *,
    difference: float | None,
    sd_within: float,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    reference: Reference = Reference.T,
) -> Size:
    """Return how many persons a 2x2 crossover without carry-over needs.

    The within-person difference has variance ``2 sd_within^2``; the sequence costs a second degree of freedom.

    Parameters
    ----------
    difference : float or None
        Between treatments, in the direction of benefit, above 0.
    sd_within : float
        Of repeated outcomes of one person under one treatment, above 0: ``sd * sqrt(1 - correlation of periods)``.
    total, power, alpha, sided, reference
        As for :func:`two_means`; ``total`` counts persons of both sequences.

    Returns
    -------
    Size

    Raises
    ------
    UnknownCountError, EffectError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Senn (2002), Cross-over Trials in Clinical Research, chapter 9.

    Examples
    --------
    >>> round(crossover_means(difference=1.0, sd_within=1.5, power=0.8, reference=Reference.NORMAL).total, 2)
    35.32
    """
    require_spread(sd_within, "sd_within")
    return _within_persons(
        difference,
        math.sqrt(2) * sd_within,
        2,
        total=total,
        power=power,
        alpha=alpha,
        sided=sided,
        reference=reference,
    )


_WITHIN_TITLES = {1: "paired difference of means", 2: "2x2 crossover, no carry-over"}


def _within_persons(
    difference: float | None,
    sd: float,
    lost: int,
    *,
    total: float | None,
    power: float | None,
    alpha: float | None,
    sided: int,
    reference: Reference,
) -> Size:
    require_spread(sd, "sd_of_difference")
    question = difference_question(
        lambda effect: (sd**2,),
        shares=(1.0,),
        sided=sided,
        effect_is="mean within-person difference",
        degrees_of_freedom=pooled_degrees(lost) if reference is Reference.T else None,
        least_total=least_total_of(reference, lost, (1.0,)),
        size_is="persons",
    )
    return answer(
        question,
        total=total,
        effect=difference,
        power=power,
        alpha=alpha,
        method=f"{_WITHIN_TITLES[lost]}, {reference.value}",
        source="n = (z + z)^2 sd_d^2 / difference^2, by the noncentral t where t is asked for; Senn (2002), ch. 9",
    )


def _compared_means(
    difference: float | None,
    *,
    sd: float | tuple[float, float],
    total: float | None,
    power: float | None,
    alpha: float | None,
    sided: int,
    allocation: float,
    reference: Reference,
    effect_is: str,
    title: str,
) -> Size:
    differ = isinstance(sd, tuple)
    sds = sd if isinstance(sd, tuple) else (sd, sd)
    for value in sds:
        require_spread(value, "sd")
    variances = (sds[0] ** 2, sds[1] ** 2)
    shares = arm_shares(allocation)
    degrees = welch_degrees(variances) if differ else pooled_degrees(2)
    question = difference_question(
        lambda effect: variances,
        shares=shares,
        sided=sided,
        effect_is=effect_is,
        degrees_of_freedom=degrees if reference is Reference.T else None,
        least_total=least_total_of(reference, 2, shares, differ),
    )
    return answer(
        question,
        total=total,
        effect=difference,
        power=power,
        alpha=alpha,
        method=f"{title}, {reference.value}{', variances of their own (Welch)' if differ else ''}",
        source=_SOURCES[reference],
    )
