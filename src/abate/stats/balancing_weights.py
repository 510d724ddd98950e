"""With which weights do two groups stand for one population, and how much do they cost?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, flag_vector, label_vector, number_vector, require_same_length
from abate.stats.propensity import Propensity


class Population(Enum):
    """For whom the groups are compared."""

    OVERLAP = "those who might have got either"
    EVERYBODY = "everybody"
    GROUP_1 = "those in group 1"
    GROUP_0 = "those in group 0"
    MATCHING = "those whom a match could be found for"


@dataclass(frozen=True)
class Tilt:
    """How much a population counts those with score e, and how fast that changes with e.

    Weights are ``h(e) / e`` in group 1 and ``h(e) / (1 - e)`` in group 0.
    """

    height: Callable[[Array], Array]
    slope: Callable[[Array], Array]


TILTS: Mapping[Population, Tilt] = {
    Population.OVERLAP: Tilt(lambda e: e * (1 - e), lambda e: 1 - 2 * e),
    Population.EVERYBODY: Tilt(np.ones_like, np.zeros_like),
    Population.GROUP_1: Tilt(lambda e: e, np.ones_like),
    Population.GROUP_0: Tilt(lambda e: 1 - e, lambda e: -np.ones_like(e)),
    Population.MATCHING: Tilt(lambda e: np.minimum(e, 1 - e), lambda e: np.where(e < 0.5, 1.0, -1.0)),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """How much each row counts.

    Attributes
    ----------
    weight : array of float64, shape (n,)
        At least 0; 0 for a row that is left out. Only ratios within a group matter.
    method : str
        In words, with what was left out or capped.
    left_out_1, left_out_0 : int
        Rows of each group that got no weight.
    propensity : Propensity or None
        Where the weights are a function of its score, so that its own error can be counted.
    population : Population or None
        Whom they stand for; None where a method chose it (matching, trimming).
    reason : str or None
        Why there are no weights, as a clause; then all are 0.
    flags : tuple of str
    """

    weight: Array
    method: str
    left_out_1: int = 0
    left_out_0: int = 0
    propensity: Propensity | None = None
    population: Population | None = None
    reason: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WeightCost:
    """What weighting leaves of a group.

    Attributes
    ----------
    row_count, person_count : int
        With a weight above 0.
    effective_count : float
        Rows of equal weight that would give as precise a mean (Kish), taking rows as independent.
    effective_persons : float
        The same with each person's weights added up.
    largest_share : float
        Of all weight, the most that one person carries; 0 where there is none.
    """

    row_count: int
    person_count: int
    effective_count: float
    effective_persons: float
    largest_share: float


def balancing_weights(propensity: Propensity, population: Population = Population.OVERLAP) -> Weights:
    """Return the weights under which both groups stand for one population.

    ============  =================  =================
    population    group 1            group 0
    ============  =================  =================
    OVERLAP       1 - e              e
    EVERYBODY     1 / e              1 / (1 - e)
    GROUP_1       1                  e / (1 - e)
    GROUP_0       (1 - e) / e        1
    MATCHING      min(e, 1-e) / e    min(e, 1-e) / (1-e)
    ============  =================  =================

    Parameters
    ----------
    propensity : Propensity
        From :func:`abate.stats.propensity.estimate_propensity`.
    population : Population

    Returns
    -------
    Weights
        Without weights, and with its reason, where there is no score.

    References
    ----------
    Li, Morgan & Zaslavsky (2018), JASA 113(521), 390-400. https://doi.org/10.1080/01621459.2016.1260466
    Li & Greene (2013), The International Journal of Biostatistics 9(2), 215-234. https://doi.org/10.1515/ijb-2012-0030

    Examples
    --------
    >>> from abate.stats.propensity import estimate_propensity
    >>> propensity = estimate_propensity([1, 0, 0, 0, 1, 1, 1, 0] * 3, [0, 0, 0, 0, 1, 1, 1, 1] * 3, penalty=0)
    >>> balancing_weights(propensity).weight[:2].round(6).tolist()  # e = 0.25
    [0.75, 0.25]
    """
    treated, e = propensity.groups.treated, propensity.score
    method = f"weights for {population.value}; {propensity.method}"
    if propensity.reason:
        return Weights(weight=np.zeros(treated.size), method=method, reason=propensity.reason, flags=propensity.flags)
    weight = TILTS[population].height(e) / np.where(treated == 1, e, 1 - e)
    return Weights(weight=weight, method=method, propensity=propensity, population=population, flags=propensity.flags)


def capped(weights: Weights, treated: ArrayLike, quantile: float = 0.99) -> Weights:
    """Return weights of which none is above a quantile of its group's; how many were capped stands in the method.

    Capping buys precision with bias: the groups are then balanced no more for the population of the weights.

    Parameters
    ----------
    weights : Weights
    treated : array-like of 0 and 1, shape (n,)
    quantile : float
        Above 0, at most 1.

    Returns
    -------
    Weights
        With a flag where any weight was capped.

    Raises
    ------
    ParameterError
        If lengths differ or the quantile is outside its range.

    References
    ----------
    Cole & Hernán (2008), American Journal of Epidemiology 168(6), 656-664. https://doi.org/10.1093/aje/kwn164

    Examples
    --------
    >>> plain = Weights(weight=np.array([1.0, 1.0, 9.0, 2.0, 2.0]), method="by hand")
    >>> capped(plain, [1, 1, 1, 0, 0], quantile=0.5).weight
    array([1., 1., 1., 2., 2.])
    """
    flags = flag_vector(treated, "treated")
    require_same_length(weights=weights.weight, treated=flags)
    if not 0 < quantile <= 1:
        raise ParameterError(f"quantile must be above 0 and at most 1, such as 0.99; got {quantile!r}.")
    weight = weights.weight.copy()
    for group in (0, 1):
        members = (flags == group) & (weight > 0)
        if np.any(members):
            weight[members] = np.minimum(weight[members], np.quantile(weight[members], quantile))
    capped_count = int(np.count_nonzero(weight < weights.weight))
    said = f"{capped_count} weights capped at the {quantile:g} quantile of their group"
    return Weights(
        weight=weight,
        method=f"{weights.method}; {said}",
        left_out_1=weights.left_out_1,
        left_out_0=weights.left_out_0,
        propensity=None,
        population=weights.population if capped_count == 0 else None,
        reason=weights.reason,
        flags=weights.flags + ((said,) if capped_count else ()),
    )


def cost_of_weights(weight: ArrayLike, person: ArrayLike | None = None) -> WeightCost:
    """Return what weights leave of one group: Kish's effective size ``(sum w)² / sum w²``, and who carries most.

    Parameters
    ----------
    weight : array-like of numbers, shape (n,)
        Of one group; at least 0.
    person : array-like of labels, shape (n,), optional
        Whose row it is; every row is a person where it is left out.

    Returns
    -------
    WeightCost
        All 0 where there is no weight.

    Raises
    ------
    ParameterError
        If a weight is missing or below 0, or lengths differ.

    References
    ----------
    Kish (1965), Survey Sampling, Wiley, section 11.7.

    Examples
    --------
    >>> cost = cost_of_weights([1, 1, 2], person=["a", "a", "b"])
    >>> round(cost.effective_count, 4), cost.effective_persons, cost.largest_share
    (2.6667, 2.0, 0.5)
    """
    w = number_vector(weight, "weight")
    labels = label_vector(person if person is not None else np.arange(w.size), "person")
    require_same_length(weight=w, person=labels)
    if np.any(w < 0):
        raise ParameterError(f"weight must be at least 0; {int(np.count_nonzero(w < 0))} are below.")
    w, labels = w[w > 0], labels[w > 0]
    if not w.size:
        return WeightCost(row_count=0, person_count=0, effective_count=0.0, effective_persons=0.0, largest_share=0.0)
    _, place = np.unique(labels, return_inverse=True)
    by_person = np.bincount(place, weights=w / w.sum())
    return WeightCost(
        row_count=w.size,
        person_count=by_person.size,
        effective_count=float(w.sum() ** 2 / (w @ w)),
        effective_persons=float(1 / (by_person @ by_person)),
        largest_share=float(by_person.max()),
    )
