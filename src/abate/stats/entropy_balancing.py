"""Which weights, as even as can be, give a group exactly the means of another population?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, is_constant
from abate.stats.balancing_weights import Population, Weights
from abate.stats.newton import Ascent, climb
from abate.stats.two_groups import checked_groups

METHOD = "entropy balancing"

_OWN_SHARE = 1e-9

# In standard deviations of a covariate: a mean that is further off is not balanced.
_BALANCED = 1e-6


def entropy_weights(
    treated: ArrayLike,
    covariates: ArrayLike,
    person: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    population: Population = Population.GROUP_1,
) -> Weights:
    """Return weights that balance the means of the covariates exactly and have the most entropy among those that do.

    With target means c, the weights of a group are ``exp(l' (x_i - c))`` over their sum, and l minimises the logarithm
    of that sum (Newton). The target is the mean of the population: of group 1, of group 0 or of everybody. Each group's
    weights sum to its number of rows.

    Parameters
    ----------
    treated, covariates, person, names
        As for :func:`abate.stats.propensity.estimate_propensity`; give squares to balance spreads too.
    population : Population
        GROUP_1, GROUP_0 or EVERYBODY.

    Returns
    -------
    Weights
        Without weights, and with a reason that names covariates where it can, where no weights give these means: they
        lie outside what the group's rows reach.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ or the population is another.

    References
    ----------
    Hainmueller (2012), Political Analysis 20(1), 25-46. https://doi.org/10.1093/pan/mpr025

    Examples
    --------
    Group 1 has a mean of 1.5; group 0 must count its 2 three times as much as its 0:

    >>> weights = entropy_weights([1, 1, 0, 0], [1, 2, 0, 2])
    >>> weights.weight.round(6).tolist()
    [1.0, 1.0, 0.5, 1.5]
    """
    if population not in (Population.GROUP_1, Population.GROUP_0, Population.EVERYBODY):
        raise ParameterError(f"entropy balancing is for EVERYBODY, GROUP_1 or GROUP_0; got {population.name}.")
    groups = checked_groups(treated, covariates, person, names)
    method = f"{METHOD} for {population.value}"
    weight = np.zeros(groups.treated.size)
    reason = groups.reason_against(least_persons=1)
    if reason:
        return Weights(weight=weight, method=method, reason=reason)
    counted = {Population.GROUP_1: groups.treated == 1, Population.GROUP_0: groups.treated == 0}.get(
        population, np.ones(groups.treated.size, dtype=bool)
    )
    target = groups.covariates[counted].mean(axis=0)
    for group in (0, 1):
        members = groups.treated == group
        own, beyond = _tilted(groups.covariates[members], target, groups.names)
        if own is None:
            reason = f"no weights give group {group} the means of {population.value}{beyond}"
            return Weights(weight=np.zeros(weight.size), method=method, reason=reason)
        weight[members] = own
    return Weights(weight=weight, method=method, population=population)


def _tilted(rows: Array, target: Array, names: tuple[str, ...]) -> tuple[Array | None, str]:
    """Return weights of one group with mean 1 that give it the target means, or None and what is beyond reach."""
    spread = np.array([1.0 if is_constant(column) else float(np.std(column)) for column in rows.T])
    away = (rows - target) / spread
    away[:, np.abs(away).max(axis=0, initial=0.0) <= _OWN_SHARE] = 0.0
    beyond = [
        name
        for name, column in zip(names, away.T, strict=True)
        if column.min() > _BALANCED or column.max() < -_BALANCED
    ]
    if beyond:
        return None, f": {', '.join(beyond)} never comes so far there"
    _, sizes, turned = np.linalg.svd(away, full_matrices=False)
    columns = away @ turned[sizes > _OWN_SHARE * max(1.0, float(sizes.max(initial=0.0)))].T

    def ascent(tilt: Array) -> Ascent:
        share, log_sum = _shares(columns @ tilt)
        mean = share @ columns
        spread_of = columns.T @ (columns * share[:, None]) - np.outer(mean, mean)
        return Ascent(value=-log_sum, slope=-mean, information=spread_of)

    highest = climb(ascent, np.zeros(columns.shape[1]), np.ptp(columns, axis=0))
    share, _ = _shares(columns @ highest.at)
    if not highest.converged or np.max(np.abs(share @ away), initial=0.0) > _BALANCED:
        return None, ": the covariates together never come so far there"
    own: Array = share * len(rows)
    return own, ""


def _shares(linear: Array) -> tuple[Array, float]:
    """Return weights that sum to 1 and the logarithm of the sum before."""
    highest = float(linear.max())
    raised = np.exp(linear - highest)
    total = float(raised.sum())
    return raised / total, highest + float(np.log(total))
