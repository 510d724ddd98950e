"""What do clusters, repeated courses of one person, and repeated cycles do to a size?

Centres as strata of a trial that randomises persons cost nothing; these are for trials that randomise centres, count
several courses of a person, or give one person both treatments in turn.
"""

from __future__ import annotations

import math
from dataclasses import replace

from abate.base.errors import ParameterError
from abate.stats.sizes.checks import arm_shares, require_spread
from abate.stats.sizes.errors import ClusterCountError
from abate.stats.sizes.rejection import Reference, t_power
from abate.stats.sizes.size import Size, rounded_up
from abate.stats.sizes.solving import Arms, Question, answer
from abate.stats.sizes.wald import difference_question, standard_error

_LEAST_CLUSTERS = 2
_FEW_CLUSTERS = 8
_FEW = f"fewer than {_FEW_CLUSTERS} clusters: their analysis must correct for it, and one lost cluster decides"


def design_effect(mean_cluster_size: float, icc: float, cv_of_size: float = 0.0) -> float:
    """Return by what clusters multiply a size: ``1 + ((cv^2 + 1) m - 1) icc``.

    Parameters
    ----------
    mean_cluster_size : float
        Persons in a cluster, at least 1.
    icc : float
        Correlation of two persons of one cluster, from 0 to 1.
    cv_of_size : float
        Standard deviation over mean of the cluster sizes, at least 0.

    Returns
    -------
    float

    Raises
    ------
    ParameterError
        If an argument is outside its range.

    References
    ----------
    Eldridge, Ashby & Kerry (2006), International Journal of Epidemiology 35(5), 1292-1300.
    https://doi.org/10.1093/ije/dyl129

    Examples
    --------
    >>> design_effect(6, 0.05)
    1.25
    """
    if not (math.isfinite(mean_cluster_size) and mean_cluster_size >= 1):
        raise ParameterError(f"mean_cluster_size must be at least 1; got {mean_cluster_size!r}.")
    if not (math.isfinite(cv_of_size) and cv_of_size >= 0):
        raise ParameterError(f"cv_of_size must be at least 0; got {cv_of_size!r}.")
    _require_icc(icc)
    return 1 + ((cv_of_size**2 + 1) * mean_cluster_size - 1) * icc


def information_of_repeats(courses_per_person: float, icc: float) -> float:
    """Return what a course of a person who has several is worth, in courses of different persons: ``1 / (1 + (k - 1) icc)``.

    Parameters
    ----------
    courses_per_person : float
        k, at least 1.
    icc : float
        Correlation of two courses of one person, from 0 to 1.

    Returns
    -------
    float
        Above 0, at most 1; times the courses it is the effective number of courses.

    Raises
    ------
    ParameterError
        If an argument is outside its range.

    Examples
    --------
    >>> round(information_of_repeats(1.4, 0.5), 4)
    0.8333
    """
    if not (math.isfinite(courses_per_person) and courses_per_person >= 1):
        raise ParameterError(f"courses_per_person must be at least 1; got {courses_per_person!r}.")
    _require_icc(icc)
    return 1 / (1 + (courses_per_person - 1) * icc)


def two_means_in_clusters(
    *,
    difference: float | None,
    sd: float,
    icc: float,
    mean_cluster_size: float,
    cv_of_size: float = 0.0,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    allocation: float = 1.0,
    reference: Reference = Reference.T,
) -> Size:
    """Return size, difference, power or alpha of a comparison of means where whole clusters are randomised.

    Parameters
    ----------
    difference, total, power, alpha, sided, allocation
        As for :func:`abate.stats.sizes.means.two_means`; the size counts persons.
    sd : float
        Of all persons of an arm, above 0.
    icc, mean_cluster_size, cv_of_size
        As for :func:`design_effect`.
    reference : Reference
        T with the number of clusters less 2, or normal.

    Returns
    -------
    Size
        Its notes say how many clusters that is.

    Raises
    ------
    ClusterCountError
        If ``total`` makes fewer than two clusters in an arm.
    UnknownCountError, EffectError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Eldridge, Ashby & Kerry (2006), as in :func:`design_effect`.

    Examples
    --------
    >>> size = two_means_in_clusters(difference=1.3, sd=2.4, icc=0.05, mean_cluster_size=6, power=0.8)
    >>> [round(arm, 1) for arm in size.per_arm], size.notes
    ([73.1, 73.1], ('13 and 13 clusters of 6',))
    """
    require_spread(sd, "sd")
    variance = sd**2 * design_effect(mean_cluster_size, icc, cv_of_size)
    shares = arm_shares(allocation)
    least_total = _LEAST_CLUSTERS * mean_cluster_size / min(shares)
    if total is not None and total < least_total:
        raise ClusterCountError(
            f"{total:g} persons in clusters of {mean_cluster_size:g} leave fewer than two clusters in an arm, which cannot "
            f"tell the treatment from the cluster; take at least {least_total:g} persons, or smaller clusters."
        )
    is_t = reference is Reference.T
    question = difference_question(
        lambda effect: (variance, variance),
        shares=shares,
        sided=sided,
        effect_is="difference of means",
        degrees_of_freedom=(lambda arms: math.fsum(arms) / mean_cluster_size - 2) if is_t else None,
        least_total=least_total * (1 - 1e-9),
    )
    size = answer(
        question,
        total=total,
        effect=difference,
        power=power,
        alpha=alpha,
        method=f"means in randomised clusters, {reference.value}{', clusters less 2' if is_t else ''}",
        source="Eldridge, Ashby & Kerry (2006)",
    )
    return _with_cluster_note(size, mean_cluster_size)


def two_means_in_given_clusters(
    *,
    difference: float | None,
    sd: float,
    icc: float,
    clusters_per_arm: int,
    cv_of_size: float = 0.0,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
) -> Size:
    """Return the size, and so the cluster size, where no more clusters can be had; it may not be reachable at any size.

    However many persons a cluster has, the variance of an arm's mean stays above ``sd^2 icc / clusters``.

    Parameters
    ----------
    difference, sd, icc, cv_of_size, power, alpha, sided
        As for :func:`two_means_in_clusters`; by t with the number of clusters less 2.
    clusters_per_arm : int
        At least 2.
    total : float or None
        Persons in all clusters.

    Returns
    -------
    Size

    Raises
    ------
    ClusterCountError
        If there are fewer than two clusters in an arm.
    UnreachableError
        If no cluster size gives the power.
    UnknownCountError, EffectError, SpreadError, ErrorRateError, ParameterError
        As their names say.

    References
    ----------
    Hemming, Girling, Sitch, Marsh & Lilford (2011), BMC Medical Research Methodology 11, 102.
    https://doi.org/10.1186/1471-2288-11-102

    Examples
    --------
    >>> size = two_means_in_given_clusters(difference=1.3, sd=2.4, icc=0.05, clusters_per_arm=6, power=0.8)
    >>> round(size.per_arm[0] / 6, 1)  # persons in a cluster
    23.2
    """
    require_spread(sd, "sd")
    require_clusters(clusters_per_arm)
    clusters = 2 * clusters_per_arm

    def power_of(arms: Arms, effect: float, alpha: float) -> float:
        variance = sd**2 * design_effect(max(1.0, math.fsum(arms) / clusters), icc, cv_of_size)
        error = standard_error((variance, variance), arms)
        return t_power(effect / error, clusters - 2, alpha, sided)

    question = Question(
        power_of=power_of,
        other_side_of=lambda arms, effect, alpha: power_of(arms, -effect, alpha),
        shares=(0.5, 0.5),
        sided=sided,
        effect_is="difference of means",
        least_total=clusters * (1 - 1e-9),
        size_is=f"persons in {clusters} clusters",
    )
    return answer(
        question,
        total=total,
        effect=difference,
        power=power,
        alpha=alpha,
        method=f"means in {clusters} randomised clusters, Student's t, clusters less 2",
        source="Hemming et al. (2011); Eldridge, Ashby & Kerry (2006)",
        notes=() if clusters >= _FEW_CLUSTERS else (_FEW,),
    )


def mean_effect_over_cycles(
    *,
    effect: float | None,
    cycles: float,
    effect_sd_between_persons: float,
    sd_within_period: float,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    reference: Reference = Reference.T,
) -> Size:
    """Return how many persons an aggregated n-of-1 trial needs: variance ``(s_b^2 + 2 s_w^2 / cycles) / persons``.

    Parameters
    ----------
    effect : float or None
        Mean of the persons' own effects, in the direction of benefit, above 0.
    cycles : float
        Pairs of periods of each person, at least 1.
    effect_sd_between_persons : float
        Of the persons' true effects, at least 0.
    sd_within_period : float
        Of a person's outcomes in periods of one treatment, above 0.
    total, power, alpha, sided
        As for :func:`abate.stats.sizes.means.two_means`; ``total`` counts persons.
    reference : Reference
        T with persons less 1, or normal.

    Returns
    -------
    Size

    Raises
    ------
    UnknownCountError, EffectError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Zucker, Ruthazer & Schmid (2010), Journal of Clinical Epidemiology 63(12), 1312-1323.
    https://doi.org/10.1016/j.jclinepi.2010.04.020

    Examples
    --------
    >>> size = mean_effect_over_cycles(
    ...     effect=1.3, cycles=3, effect_sd_between_persons=1, sd_within_period=2, total=12)
    >>> round(size.power, 4)
    0.5731
    """
    require_spread(sd_within_period, "sd_within_period")
    if not (math.isfinite(effect_sd_between_persons) and effect_sd_between_persons >= 0):
        raise ParameterError(f"effect_sd_between_persons must be at least 0; got {effect_sd_between_persons!r}.")
    if not (math.isfinite(cycles) and cycles >= 1):
        raise ParameterError(f"cycles must be at least 1; got {cycles!r}.")
    variance = effect_sd_between_persons**2 + 2 * sd_within_period**2 / cycles
    is_t = reference is Reference.T
    question = difference_question(
        lambda effect: (variance,),
        shares=(1.0,),
        sided=sided,
        effect_is="mean effect of persons",
        degrees_of_freedom=(lambda arms: arms[0] - 1) if is_t else None,
        least_total=2.0 * (1 - 1e-9) if is_t else 0.0,
        size_is="persons",
    )
    return answer(
        question,
        total=total,
        effect=effect,
        power=power,
        alpha=alpha,
        method=f"aggregated n-of-1, {reference.value}",
        source="Zucker, Ruthazer & Schmid (2010)",
    )


def _with_cluster_note(size: Size, mean_cluster_size: float) -> Size:
    clusters = [rounded_up(arm / mean_cluster_size) for arm in size.per_arm]
    few = () if sum(clusters) >= _FEW_CLUSTERS else (_FEW,)
    return replace(size, notes=(f"{' and '.join(map(str, clusters))} clusters of {mean_cluster_size:g}", *few))


def _require_icc(icc: float) -> None:
    if not 0 <= icc <= 1:
        raise ParameterError(f"icc must be from 0 to 1; got {icc!r}.")


def require_clusters(count: int) -> None:
    """Refuse a trial that randomises fewer than two clusters.

    Raises
    ------
    ClusterCountError
        If ``count`` is below 2.

    Examples
    --------
    >>> require_clusters(4)
    """
    if count < _LEAST_CLUSTERS:
        raise ClusterCountError(
            f"a trial of clusters needs at least two; got {count}: one alone cannot tell the treatment from the cluster."
        )
