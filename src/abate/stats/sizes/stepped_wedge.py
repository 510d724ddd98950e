"""How many persons does a trial need in which centres change over to the treatment one after another?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array
from abate.stats.sizes.checks import require_above_zero, require_spread
from abate.stats.sizes.clusters import require_clusters
from abate.stats.sizes.rejection import Reference, normal_power, t_power
from abate.stats.sizes.size import Size
from abate.stats.sizes.solving import Arms, Question, answer

_FEW_CLUSTERS = 8
_FEW = f"fewer than {_FEW_CLUSTERS} clusters: a normal reference promises too much; take the t reference"


def stepped_wedge(
    *,
    effect: float | None,
    pattern: Sequence[str],
    sd_within: float,
    sd_between_clusters: float,
    total: float | None = None,
    power: float | None = None,
    alpha: float | None = 0.05,
    sided: int = 2,
    reference: Reference = Reference.NORMAL,
) -> Size:
    """Return size, effect, power or alpha of a cross-sectional stepped wedge, whichever is ``None``.

    Parameters
    ----------
    effect : float or None
        True effect on a person's outcome, in the direction of benefit, above 0.
    pattern : sequence of str
        One text of 0 and 1 a cluster, a character a period: ``["0111", "0011"]``.
    sd_within : float
        Of persons of one cluster in one period, above 0.
    sd_between_clusters : float
        Of the clusters' means, at least 0.
    total, power, alpha, sided
        As for :func:`abate.stats.sizes.means.two_means`; ``total`` counts persons, alike in every cluster and period.
    reference : Reference
        Normal (the published formula), or t with the number of clusters less 2.

    Returns
    -------
    Size
        With one "arm": all persons.

    Raises
    ------
    ClusterCountError
        If there are fewer than two clusters.
    UnknownCountError, EffectError, SpreadError, ErrorRateError, UnreachableError, ParameterError
        As their names say.

    References
    ----------
    Hussey & Hughes (2007), Contemporary Clinical Trials 28(2), 182-191. https://doi.org/10.1016/j.cct.2006.05.007

    Examples
    --------
    >>> size = stepped_wedge(
    ...     effect=1.3, pattern=["01111", "00111", "00011", "00001"], sd_within=5**0.5, sd_between_clusters=0.5, total=200)
    >>> round(size.power, 4)
    0.6903
    """
    treated = treated_periods(pattern)
    require_spread(sd_within, "sd_within")
    if not (math.isfinite(sd_between_clusters) and sd_between_clusters >= 0):
        raise ParameterError(f"sd_between_clusters must be at least 0; got {sd_between_clusters!r}.")
    degrees = len(treated) - 2
    if reference is Reference.T and degrees < 1:
        raise ParameterError("a t reference needs at least three clusters; found two. Add clusters.")

    def power_of(arms: Arms, effect: float, alpha: float) -> float:
        per_cell = arms[0] / treated.size
        shift = effect / math.sqrt(variance_of_effect(treated, sd_within**2 / per_cell, sd_between_clusters**2))
        return (
            normal_power(shift, alpha, sided)
            if reference is Reference.NORMAL
            else t_power(shift, degrees, alpha, sided)
        )

    question = Question(
        power_of=power_of,
        other_side_of=lambda arms, effect, alpha: power_of(arms, -effect, alpha),
        shares=(1.0,),
        sided=sided,
        effect_is="effect on a person's outcome",
        size_is="persons in all clusters and periods",
    )
    is_few = len(treated) < _FEW_CLUSTERS and reference is Reference.NORMAL
    return answer(
        question,
        total=total,
        effect=effect,
        power=power,
        alpha=alpha,
        method=f"stepped wedge, {len(treated)} clusters, {treated.shape[1]} periods, {reference.value}",
        source="Hussey & Hughes (2007)",
        notes=(_FEW,) if is_few else (),
    )


def treated_periods(pattern: Sequence[str]) -> Array:
    """Return the pattern as zeros and ones, clusters by periods.

    Raises
    ------
    ClusterCountError
        If there are fewer than two clusters.
    ParameterError
        If the texts differ in length, hold something else, or no period has both treated and untreated clusters.

    Examples
    --------
    >>> treated_periods(["01", "00"]).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    require_clusters(len(pattern))
    if len({len(row) for row in pattern}) != 1 or not pattern[0] or set("".join(pattern)) - {"0", "1"}:
        raise ParameterError(f"pattern must be texts of 0 and 1 of one length; got {list(pattern)!r}.")
    treated: Array = np.array([[float(cell) for cell in row] for row in pattern])
    if not np.any(np.ptp(treated, axis=0)):
        raise ParameterError(
            "in no period are some clusters treated and others not, so the treatment is not told from time; "
            "let clusters change over at different periods."
        )
    return treated


def variance_of_effect(treated: Array, cell_variance: float, cluster_variance: float) -> float:
    """Return the variance of the estimated effect, with periods as fixed and clusters as random effects.

    Parameters
    ----------
    treated : array of float64, shape (I, T)
        1 where cluster i is treated in period t.
    cell_variance : float
        Of the mean of one cluster in one period, given both; above 0.
    cluster_variance : float
        Of the clusters' means, at least 0.

    Returns
    -------
    float

    References
    ----------
    Hussey & Hughes (2007), equation 8.

    Examples
    --------
    >>> round(variance_of_effect(treated_periods(["01111", "00111", "00011", "00001"]), 0.5, 0.25), 10)
    0.28
    """
    require_above_zero(cell_variance, "cell_variance")
    clusters, periods = treated.shape
    U = float(treated.sum())
    W = float(np.sum(treated.sum(axis=0) ** 2))
    V = float(np.sum(treated.sum(axis=1) ** 2))
    top = clusters * cell_variance * (cell_variance + periods * cluster_variance)
    own = (clusters * U - W) * cell_variance
    between = (U**2 + clusters * periods * U - periods * W - clusters * V) * cluster_variance
    return top / (own + between)
