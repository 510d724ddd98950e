"""How do the outcomes of two groups differ when weights make them alike?"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, flag_vector, is_constant, label_vector, number_vector, require_same_length
from abate.stats.balancing_weights import TILTS, Population, Weights, cost_of_weights
from abate.stats.contrasts import GroupMeans, without_means
from abate.stats.curves import duration_vector
from abate.stats.matrices import solved
from abate.stats.propensity import Propensity
from abate.stats.resampling import BootstrapEstimate, BootstrapInterval, cluster_bootstrap
from abate.stats.ridge import fit_ridge_logistic, ridge_columns
from abate.stats.two_groups import number_matrix


def weighted_means(
    outcome: ArrayLike, treated: ArrayLike, weights: Weights, person: ArrayLike | None = None
) -> GroupMeans:
    """Return each group's weighted mean ``sum(w y) / sum(w)``, of numbers or of 0 and 1.

    Where the weights are a function of a propensity score that was fitted to all rows, the influences count the score's
    own error (M-estimation): that makes the interval narrower as a rule. Other weights are taken as known.

    Parameters
    ----------
    outcome : array-like of numbers, shape (n,)
        Any unit; 0 and 1 for a risk.
    treated : array-like of 0 and 1, shape (n,)
    weights : Weights
        From :mod:`abate.stats.balancing_weights`, ``entropy_balancing``, ``matching`` or ``stratification``.
    person : array-like of labels, shape (n,), optional
        Whose row it is; every row is a person where it is left out.

    Returns
    -------
    GroupMeans
        For :func:`abate.stats.contrasts.difference_of` and ``ratio_of``. Without means, and with a reason, where there
        are no weights or a group has none.

    Raises
    ------
    ParameterError
        If a value is missing or lengths differ.

    References
    ----------
    Lunceford & Davidian (2004), Statistics in Medicine 23(19), 2937-2960. https://doi.org/10.1002/sim.1903
    Li, Thomas & Li (2019), American Journal of Epidemiology 188(1), 250-257. https://doi.org/10.1093/aje/kwy201

    Examples
    --------
    >>> from abate.stats.contrasts import difference_of
    >>> by_hand = Weights(weight=np.array([1.0, 3.0, 2.0, 2.0]), method="by hand")
    >>> difference_of(weighted_means([4, 8, 5, 7], [1, 1, 0, 0], by_hand)).value  # 7 less 6
    1.0
    """
    y, flags = number_vector(outcome, "outcome"), flag_vector(treated, "treated")

    def of_group(group: int) -> tuple[float, Array] | str:
        w = np.where(flags == group, weights.weight, 0.0)
        if is_constant(y[w > 0]):  # no rounding that would pass for spread
            return float(y[w > 0][0]), np.zeros(y.size)
        mean = float(w @ y / w.sum())
        return mean, w * (y - mean) / w.sum()

    require_same_length(outcome=y, treated=flags, weights=weights.weight)
    return _means(of_group, flags, weights, person, "weighted means")


def weighted_shares_free(
    durations: ArrayLike,
    is_event: ArrayLike,
    treated: ArrayLike,
    weights: Weights,
    time: float,
    person: ArrayLike | None = None,
) -> GroupMeans:
    """Return each group's weighted Kaplan-Meier share free of the event just after ``time``.

    With weighted numbers at risk Y and with the event d, ``S`` is the product of ``1 - d / Y``. The influence of a row is
    how much S moves as it counts a little more (infinitesimal jackknife). Censoring must not depend on the outcome
    within a group.

    Parameters
    ----------
    durations, is_event : array-like, shape (n,)
        As for :func:`abate.stats.survival.kaplan_meier`.
    treated, weights, person
        As for :func:`weighted_means`.
    time : float
        In the unit of the durations, at least 0.

    Returns
    -------
    GroupMeans
        Shares from 0 to 1. Without them, and with a reason, where nobody of a group was observed so long.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ, a duration is below 0 or ``time`` outside its range.

    References
    ----------
    Xie & Liu (2005), Statistics in Medicine 24(20), 3089-3110. https://doi.org/10.1002/sim.2174

    Examples
    --------
    >>> even = Weights(weight=np.ones(6), method="even")
    >>> means = weighted_shares_free([1, 2, 3, 1, 1, 5], [1, 1, 0, 1, 1, 0], [1, 1, 1, 0, 0, 0], even, time=2)
    >>> round(means.mean_1, 4), round(means.mean_0, 4)
    (0.3333, 0.3333)
    """
    length, events = duration_vector(durations), flag_vector(is_event, "is_event")
    flags = flag_vector(treated, "treated")
    require_same_length(durations=length, is_event=events, treated=flags, weights=weights.weight)
    if not (math.isfinite(time) and time >= 0):
        raise ParameterError(f"time must be a finite number of at least 0; got {time!r}.")

    def of_group(group: int) -> tuple[float, Array] | str:
        rows = np.flatnonzero((flags == group) & (weights.weight > 0))
        share, influence = _share_free(length[rows], events[rows], weights.weight[rows], time)
        if share > 0 and time > length[rows].max():
            return f"nobody of group {group} was observed beyond {length[rows].max():g}"
        spread = np.zeros(flags.size)
        spread[rows] = influence
        return share, spread

    return _means(of_group, flags, weights, person, f"weighted Kaplan-Meier shares at {time:g}")


def bootstrapped_difference(
    outcome: ArrayLike,
    treated: ArrayLike,
    covariates: ArrayLike,
    person: ArrayLike,
    *,
    penalty: float,
    seed: int,
    population: Population = Population.OVERLAP,
    replicate_count: int = 2000,
    level: float = 0.95,
    interval: BootstrapInterval = BootstrapInterval.PERCENTILE,
) -> BootstrapEstimate:
    """Return the difference of weighted means with an interval that draws persons and fits the score anew each time.

    Parameters
    ----------
    outcome, treated, covariates, person
        As for :func:`weighted_means` and :func:`abate.stats.propensity.estimate_propensity`.
    penalty : float
        Of the score's fit, held in every replicate; take that of ``Propensity.fit``.
    seed, replicate_count, level, interval
        As for :func:`abate.stats.resampling.cluster_bootstrap`.
    population : Population

    Returns
    -------
    BootstrapEstimate
        Without an interval, and with a reason, where a replicate has only one group or no fit.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ or an argument is outside its range.

    References
    ----------
    Austin (2016), Statistics in Medicine 35(30), 5642-5655. https://doi.org/10.1002/sim.7084

    Examples
    --------
    >>> treated, sick = [1, 0, 0, 0, 1, 1, 1, 0] * 5, [0, 0, 0, 0, 1, 1, 1, 1] * 5
    >>> rating = [3 + 2 * s - t for t, s in zip(treated, sick)]
    >>> estimate = bootstrapped_difference(rating, treated, sick, range(40), penalty=0.1, seed=1, replicate_count=100)
    >>> -1.1 < estimate.value < -0.9
    True
    """
    matrix, tilt = number_matrix(covariates, "covariates"), TILTS[population]

    def statistic(y: Array, t: Array, x: Array) -> float:
        if not 0 < t.sum() < t.size:
            return math.nan
        fit = fit_ridge_logistic(t, x, penalty)
        if not fit.converged:
            return math.nan
        e = fit.prediction(x)
        w = tilt.height(e) / np.where(t == 1, e, 1 - e)
        return float(np.average(y[t == 1], weights=w[t == 1]) - np.average(y[t == 0], weights=w[t == 0]))

    return cluster_bootstrap(
        statistic,
        [number_vector(outcome, "outcome"), flag_vector(treated, "treated"), matrix],
        person,
        seed=seed,
        replicate_count=replicate_count,
        level=level,
        interval=interval,
    )


def _means(
    of_group: Callable[[int], tuple[float, Array] | str],
    flags: Array,
    weights: Weights,
    person: ArrayLike | None,
    what: str,
) -> GroupMeans:
    """Return what ``of_group`` finds in each group, with the influence of the score added."""
    labels = label_vector(person if person is not None else np.arange(flags.size), "person")
    require_same_length(treated=flags, person=labels)
    method = f"{what}; {weights.method}"
    if weights.reason:
        return without_means(labels, method, weights.reason, weights.flags)
    members = {group: (flags == group) & (weights.weight > 0) for group in (1, 0)}
    for group in (1, 0):
        if not np.any(members[group]):
            return without_means(labels, method, f"nobody of group {group} has a weight", weights.flags)
    found = {}
    for group in (1, 0):
        answer = of_group(group)
        if isinstance(answer, str):
            return without_means(labels, method, answer, weights.flags)
        found[group] = answer[0], answer[1] + _influence_of_score(answer[1], weights, group)
    cost = {group: cost_of_weights(weights.weight[members[group]], labels[members[group]]) for group in (1, 0)}
    return GroupMeans(
        mean_1=found[1][0],
        mean_0=found[0][0],
        influence_1=found[1][1],
        influence_0=found[0][1],
        person=labels,
        count_1=int(members[1].sum()),
        count_0=int(members[0].sum()),
        effective_1=cost[1].effective_persons,
        effective_0=cost[0].effective_persons,
        largest_share=max(cost[1].largest_share, cost[0].largest_share),
        parameter_count=2 + _parameters_of_score(weights),
        method=method,
        flags=weights.flags,
    )


def _parameters_of_score(weights: Weights) -> float:
    fit = weights.propensity.fit if weights.propensity else None
    return fit.effective_parameters if fit else 0.0


def _influence_of_score(influence: Array, weights: Weights, group: int) -> Array:
    """Return what each row adds to a group's mean by way of the fitted score.

    A weight that changes by dw moves the mean by ``influence / w * dw``, and the fit's coefficients move by
    ``A⁻¹ u_i``, with A the penalised information and u the row's share of the score equations.
    """
    propensity = weights.propensity
    if propensity is None or propensity.fit is None or propensity.is_cross_fitted or weights.population is None:
        return np.zeros_like(influence)
    design, ridge, at = _fitted_design(propensity)
    e, tilt = propensity.score, TILTS[weights.population]
    h, slope = tilt.height(e), tilt.slope(e)
    per_score = slope / e - h / e**2 if group == 1 else slope / (1 - e) + h / (1 - e) ** 2
    moved = (influence / weights.weight * per_score * e * (1 - e)) @ design
    information = design.T @ (design * (e * (1 - e))[:, None]) + np.diag(ridge)
    equations = design * (propensity.groups.treated - e)[:, None] - ridge * at / len(design)
    own: Array = equations @ solved(information, moved)
    return own


def _fitted_design(propensity: Propensity) -> tuple[Array, Array, Array]:
    """Return the turned design, the penalty of each of its coefficients and the coefficients themselves."""
    assert propensity.fit is not None
    columns = ridge_columns(propensity.groups.covariates)
    design = columns.design()
    at = np.concatenate([[0.0], columns.turn.T @ (propensity.fit.coefficients * columns.scale)])
    ridge = np.full(at.size, propensity.fit.penalty)
    ridge[0] = 0.0
    return design, ridge, at


def _share_free(durations: Array, events: Array, w: Array, time: float) -> tuple[float, Array]:
    """Return the weighted share free of the event just after ``time``, and each row's influence on it."""
    times, place = np.unique(durations, return_inverse=True)
    ending = np.bincount(place, weights=w, minlength=times.size)
    at_risk = np.cumsum(ending[::-1])[::-1]
    hazard = np.where(times <= time, np.bincount(place, weights=w * events, minlength=times.size) / at_risk, 0.0)
    hazard[hazard > 1 - 1e-12] = 1.0
    share = float(np.prod(1 - hazard))
    if share == 0:
        return 0.0, np.zeros(durations.size)
    per_risk = 1 / (at_risk * (1 - hazard))
    own = np.where((events == 1) & (durations <= time), per_risk[place], 0.0)
    influence: Array = -share * w * (own - np.cumsum(hazard * per_risk)[place])
    return share, influence
