"""How do two groups differ when either the score or the model of the outcome may be wrong, but not both?"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, IntArray, flag_vector, number_vector, require_same_length
from abate.stats.balancing_weights import TILTS, Population, Tilt, cost_of_weights
from abate.stats.contrasts import GroupMeans, without_means
from abate.stats.folds import person_folds, splits
from abate.stats.propensity import PenaltyChoice, Propensity, cross_fitted_propensity
from abate.stats.ridge import (
    PENALTIES,
    RidgeFit,
    fit_ridge_linear,
    fit_ridge_logistic,
    least_akaike,
    ridge_logistic_path,
)
from abate.stats.two_groups import TwoGroups


class OutcomeKind(Enum):
    """What the outcome is."""

    NUMBER = "a number"
    FLAG = "yes or no"


def doubly_robust_means(
    outcome: ArrayLike,
    treated: ArrayLike,
    covariates: ArrayLike,
    person: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    kind: OutcomeKind = OutcomeKind.NUMBER,
    population: Population = Population.OVERLAP,
    penalty: float | PenaltyChoice = 1.0,
    outcome_penalty: float | None = None,
    fold_count: int = 5,
    seed: int = 1,
) -> GroupMeans:
    """Return each group's mean by augmented weighting with cross-fitting (AIPW for EVERYBODY).

    Persons are dealt into folds; score ``e`` and outcome models ``m_1``, ``m_0`` (ridge regressions, one for each group)
    of a fold come from the other folds. With h the tilt of the population and h' its slope, the mean of group 1 is

        sum of c m_1 / sum of c  +  sum of w (y - m_1) / sum of w,   c = h + h' (t - e),   w = t h / e

    and that of group 0 likewise with ``w = (1 - t) h / (1 - e)``. The term in h' makes small errors of the score harmless
    for populations that depend on the score itself; for everybody it is 0. The residuals' weights are made to sum to 1,
    which keeps the estimate steady where some are large.

    Parameters
    ----------
    outcome : array-like of numbers, shape (n,)
        Any unit; 0 and 1 for FLAG. Without missing values.
    treated, covariates, person, names
        As for :func:`abate.stats.propensity.estimate_propensity`.
    kind : OutcomeKind
        Linear or logistic regression of the outcome.
    population : Population
    penalty : float or PenaltyChoice
        Of the score. The outcome models take up what a little shrinkage leaves; much of it spoils the estimate.
    outcome_penalty : float, optional
        Of the outcome models, at least 0; by generalised cross-validation (NUMBER) or Akaike's information (FLAG) where
        it is left out.
    fold_count, seed : int
        Of the cross-fitting.

    Returns
    -------
    GroupMeans
        For :func:`abate.stats.contrasts.difference_of` and ``ratio_of``. Without means, and with a reason, where there
        is no score.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ, or an argument is outside its range.

    References
    ----------
    Robins, Rotnitzky & Zhao (1994), JASA 89(427), 846-866. https://doi.org/10.1080/01621459.1994.10476818
    Hirano, Imbens & Ridder (2003), Econometrica 71(4), 1161-1189. https://doi.org/10.1111/1468-0262.00442
    Chernozhukov et al. (2018), The Econometrics Journal 21(1), C1-C68. https://doi.org/10.1111/ectj.12097
    Robins et al. (2007), Statistical Science 22(4), 544-559. https://doi.org/10.1214/07-STS227D (bounded weights)

    Examples
    --------
    >>> from abate.stats.contrasts import difference_of
    >>> treated, sick = [1, 0, 0, 0, 1, 1, 1, 0] * 5, [0, 0, 0, 0, 1, 1, 1, 1] * 5
    >>> rating = [3 + 2 * s - t for t, s in zip(treated, sick)]
    >>> round(difference_of(doubly_robust_means(rating, treated, sick, outcome_penalty=0)).value, 6)
    -1.0
    """
    y = flag_vector(outcome, "outcome") if kind is OutcomeKind.FLAG else number_vector(outcome, "outcome")
    propensity = cross_fitted_propensity(
        treated, covariates, person, names, penalty=penalty, fold_count=fold_count, seed=seed
    )
    groups = propensity.groups
    require_same_length(outcome=y, treated=groups.treated)
    method = f"augmented weighting for {population.value}; {propensity.method}"
    if propensity.reason:
        return without_means(groups.person, method, propensity.reason, propensity.flags)
    folds = person_folds(groups, fold_count, seed)
    expected, constant_count = _expected_outcomes(y, groups, folds, kind, outcome_penalty)
    return _augmented(y, propensity, expected, TILTS[population], kind, method, constant_count)


def _expected_outcomes(
    y: Array, groups: TwoGroups, folds: IntArray, kind: OutcomeKind, penalty: float | None
) -> tuple[dict[int, Array], int]:
    """Return the outcome of each row expected in each group by models of other persons, and how many are constant."""
    expected = {group: np.empty(y.size) for group in (1, 0)}
    constant_count = 0
    for learnt, held in splits(folds):
        for group in (1, 0):
            rows = learnt[groups.treated[learnt] == group]
            fit = _outcome_fit(y[rows], groups.covariates[rows], kind, penalty)
            expected[group][held] = fit.prediction(groups.covariates[held])
            constant_count += fit.reason is not None
    return expected, constant_count


def _outcome_fit(y: Array, covariates: Array, kind: OutcomeKind, penalty: float | None) -> RidgeFit:
    if kind is OutcomeKind.NUMBER:
        return fit_ridge_linear(y, covariates, penalty)
    if penalty is None:
        return least_akaike(ridge_logistic_path(y, covariates, PENALTIES))
    return fit_ridge_logistic(y, covariates, penalty)


def _augmented(
    y: Array,
    propensity: Propensity,
    expected: dict[int, Array],
    tilt: Tilt,
    kind: OutcomeKind,
    method: str,
    constant_count: int,
) -> GroupMeans:
    groups, e = propensity.groups, propensity.score
    treated = groups.treated
    h, drift = tilt.height(e), tilt.slope(e) * (treated - e)
    counted = h + drift
    weight = h / np.where(treated == 1, e, 1 - e)
    means, influences = {}, {}
    for group in (1, 0):
        m = expected[group]
        w, of_model = np.where(treated == group, weight, 0.0), float(counted @ m / counted.sum())
        of_residuals = float(w @ (y - m) / w.sum())
        means[group] = of_model + of_residuals
        influences[group] = counted * (m - of_model) / counted.sum() + w * (y - m - of_residuals) / w.sum()
    cost = {group: cost_of_weights(weight[treated == group], groups.person[treated == group]) for group in (1, 0)}
    flags = list(propensity.flags)
    if constant_count:
        flags.append(f"{constant_count} models of the outcome are constants, because all outcomes they saw are equal")
    if kind is OutcomeKind.FLAG and not all(0 <= mean <= 1 for mean in means.values()):
        flags.append("a risk lies outside 0 and 1: the weights are too uneven for this sample")
    return GroupMeans(
        mean_1=means[1],
        mean_0=means[0],
        influence_1=influences[1],
        influence_0=influences[0],
        person=groups.person,
        count_1=int(np.count_nonzero(treated == 1)),
        count_0=int(np.count_nonzero(treated == 0)),
        effective_1=cost[1].effective_persons,
        effective_0=cost[0].effective_persons,
        largest_share=max(cost[1].largest_share, cost[0].largest_share),
        parameter_count=2 + (propensity.fit.effective_parameters if propensity.fit else 0.0),
        method=method,
        flags=tuple(flags),
    )
