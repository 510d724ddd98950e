"""How do two groups compare within strata of like persons, put together again?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import Array
from abate.stats.balancing_weights import Population, Weights
from abate.stats.propensity import Propensity


def stratum_weights(
    propensity: Propensity, stratum_count: int = 5, population: Population = Population.EVERYBODY
) -> Weights:
    """Return weights under which both groups have the population's share in every stratum of the score.

    Strata end at quantiles of the population's scores. In stratum s with ``N_s`` rows of the population, of which group
    g has ``n_sg`` rows, each of these counts ``N_s / n_sg``. A stratum in which a group has nobody is left out, with its
    rows counted.

    Parameters
    ----------
    propensity : Propensity
    stratum_count : int
        At least 2; fewer come about where scores are tied.
    population : Population
        EVERYBODY, GROUP_1 or GROUP_0.

    Returns
    -------
    Weights
        Without weights, and with a reason, where there is no score or no stratum has both groups.

    Raises
    ------
    ParameterError
        If ``stratum_count`` is below 2 or the population is another.

    References
    ----------
    Rosenbaum & Rubin (1984), JASA 79(387), 516-524. https://doi.org/10.1080/01621459.1984.10478078
    Hong (2010), Journal of Educational and Behavioral Statistics 35(5), 499-531.
    https://doi.org/10.3102/1076998609359785

    Examples
    --------
    >>> from abate.stats.propensity import estimate_propensity
    >>> propensity = estimate_propensity([1, 0, 0, 0, 1, 1, 1, 0] * 3, [0, 0, 0, 0, 1, 1, 1, 1] * 3, penalty=0)
    >>> stratum_weights(propensity, stratum_count=2).weight[:2].round(4).tolist()  # 12 of 3, and 12 of 9
    [4.0, 1.3333]
    """
    if stratum_count < 2:
        raise ParameterError(f"stratum_count must be at least 2; got {stratum_count}.")
    treated, score = propensity.groups.treated, propensity.score
    method = f"{stratum_count} strata of the score, for {population.value}; {propensity.method}"
    counted = _population(treated, population)
    if propensity.reason:
        return Weights(weight=np.zeros(treated.size), method=method, reason=propensity.reason, flags=propensity.flags)
    edges = np.quantile(score[counted], np.arange(1, stratum_count) / stratum_count)
    stratum = np.searchsorted(edges, score, side="right")
    in_population = np.bincount(stratum[counted], minlength=stratum_count)
    in_group = [np.bincount(stratum[treated == group], minlength=stratum_count) for group in (0, 1)]
    is_complete = (in_group[0] > 0) & (in_group[1] > 0)
    own = np.where(treated == 1, in_group[1][stratum], in_group[0][stratum])
    weight = np.where(is_complete[stratum], in_population[stratum] / own, 0.0)
    left = [int(np.count_nonzero((treated == group) & ~is_complete[stratum])) for group in (0, 1)]
    if not np.any(weight > 0):
        reason = "no stratum of the score has rows of both groups"
        return Weights(weight=np.zeros(treated.size), method=method, reason=reason, flags=propensity.flags)
    said = f"{left[1]} rows of group 1 and {left[0]} of group 0 lie in strata without the other group"
    return Weights(
        weight=weight,
        method=method,
        left_out_1=left[1],
        left_out_0=left[0],
        population=population if not any(left) else None,
        flags=propensity.flags + ((said,) if any(left) else ()),
    )


def _population(treated: Array, population: Population) -> NDArray[np.bool_]:
    """Return which rows are of the population."""
    members: dict[Population, NDArray[np.bool_]] = {
        Population.EVERYBODY: np.ones(treated.size, dtype=bool),
        Population.GROUP_1: treated == 1,
        Population.GROUP_0: treated == 0,
    }
    if population not in members:
        raise ParameterError(f"strata are for EVERYBODY, GROUP_1 or GROUP_0; got {population.name}.")
    return members[population]
