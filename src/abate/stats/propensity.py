"""How likely was each one to be in group 1, given what was known before?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, IntArray
from abate.stats.folds import person_folds, splits
from abate.stats.ridge import PENALTIES, RidgeFit, expit, fit_ridge_logistic, least_akaike, ridge_logistic_path
from abate.stats.separation import Separation, find_separation
from abate.stats.two_groups import TwoGroups, checked_groups

METHOD = "ridge logistic regression"

# Hardly any: coefficients of standardised covariates are drawn to 0 as by a normal prior with a standard deviation of 3.
WEAK_PENALTY = 0.1

# Below this many persons a group has no share to speak of.
LEAST_PERSONS = 3

_LEAST_LIKELIHOOD = 1e-300

# No score is nearer to 0 or 1, so that every weight is finite.
_LEAST_CHANCE = 1e-12


class PenaltyChoice(Enum):
    """How the penalty is found."""

    CROSS_VALIDATED = "cross-validated by person"
    AKAIKE = "least Akaike information"


@dataclass(frozen=True, kw_only=True, eq=False)
class Propensity:
    """The chance of each row to be in group 1.

    Attributes
    ----------
    score : array of float64, shape (n,)
        Between 0 and 1, both excluded; empty where there is no fit.
    groups : TwoGroups
        What it was fitted to.
    fit : RidgeFit or None
        The fit to all rows.
    is_cross_fitted : bool
        Whether each row's score comes from a fit to other persons.
    separation : Separation
        Whether the covariates part the groups.
    method : str
    reason : str or None
        Why there is no score, as a clause.
    flags : tuple of str
        What to say beside everything that is made with the score.
    """

    score: Array
    groups: TwoGroups
    fit: RidgeFit | None
    is_cross_fitted: bool
    separation: Separation = Separation.NONE
    method: str = METHOD
    reason: str | None = None
    flags: tuple[str, ...] = ()


def estimate_propensity(
    treated: ArrayLike,
    covariates: ArrayLike,
    person: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    penalty: float | PenaltyChoice = WEAK_PENALTY,
    fold_count: int = 5,
    seed: int = 1,
) -> Propensity:
    """Return the propensity score of each row by ridge logistic regression on all rows.

    Without a penalty overlap weights balance the means of the covariates exactly; with one, the balance is as near as
    the penalty is small, and must be looked at (:func:`abate.stats.covariate_balance.weighted_balance`). The default is
    only as strong as it takes to keep the fit finite. A penalty chosen to predict group membership best shrinks more and
    leaves confounding: measured in docs/statistics-comparison.md, and meant for covariates as many as persons only.

    Parameters
    ----------
    treated : array-like of 0 and 1, shape (n,)
    covariates : array-like of numbers, shape (n, k) or (n,)
        What was known before, without a column of ones; squares and products are the caller's.
    person : array-like of labels, shape (n,), optional
        Whose row it is; every row is a person where it is left out.
    names : sequence of str, optional
        What to call the covariates.
    penalty : float or PenaltyChoice
        At least 0, for standardised covariates in units of the log-likelihood; or how to choose it among
        ``abate.stats.ridge.PENALTIES``: by the deviance of persons held back, or by Akaike's information.
    fold_count, seed : int
        Of the cross-validation.

    Returns
    -------
    Propensity
        Without a score, and with a reason, where a group has fewer than 3 persons, or the covariates tell the groups
        apart without error.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ, ``treated`` is not 0 or 1, or an argument is outside its range.

    References
    ----------
    Rosenbaum & Rubin (1983), Biometrika 70(1), 41-55. https://doi.org/10.1093/biomet/70.1.41
    le Cessie & van Houwelingen (1992), JRSS C 41(1), 191-201. https://doi.org/10.2307/2347628

    Examples
    --------
    >>> propensity = estimate_propensity([1, 0, 0, 0, 1, 1, 1, 0] * 3, [0, 0, 0, 0, 1, 1, 1, 1] * 3, penalty=0)
    >>> propensity.score[[0, 4]].round(6).tolist()
    [0.25, 0.75]
    >>> estimate_propensity([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], names=["age"]).reason
    'age alone tells the groups apart without error, so nobody has a counterpart'
    """
    groups = checked_groups(treated, covariates, person, names)
    nothing = _reason_and_flags(groups)
    if nothing.reason:
        return nothing
    folds = person_folds(groups, fold_count, seed)
    fit = _fit(groups.treated, groups.covariates, penalty, folds)
    return Propensity(
        score=_inside(fit.prediction(groups.covariates)),
        groups=groups,
        fit=fit,
        is_cross_fitted=False,
        separation=nothing.separation,
        method=_method(penalty, fit),
        reason=None if fit.converged else fit.reason,
        flags=nothing.flags,
    )


def cross_fitted_propensity(
    treated: ArrayLike,
    covariates: ArrayLike,
    person: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    penalty: float | PenaltyChoice = 1.0,
    fold_count: int = 5,
    seed: int = 1,
) -> Propensity:
    """Return the propensity score of each row from a fit to the other folds' persons.

    Parameters
    ----------
    treated, covariates, person, names, penalty
        As for :func:`estimate_propensity`; a penalty to be chosen is chosen anew within the rows of each fit.
    fold_count, seed : int
        Of the cross-fitting and of a cross-validated penalty.

    Returns
    -------
    Propensity
        As for :func:`estimate_propensity`; ``fit`` is that to all rows.

    Raises
    ------
    ParameterError
        As for :func:`estimate_propensity`.

    References
    ----------
    Chernozhukov et al. (2018), The Econometrics Journal 21(1), C1-C68. https://doi.org/10.1111/ectj.12097

    Examples
    --------
    >>> propensity = cross_fitted_propensity([1, 0] * 10, [0, 0, 1, 1] * 5)
    >>> propensity.is_cross_fitted, propensity.score.shape
    (True, (20,))
    """
    groups = checked_groups(treated, covariates, person, names)
    nothing = _reason_and_flags(groups)
    if nothing.reason:
        return nothing
    folds = person_folds(groups, fold_count, seed)
    linear, worst = np.empty(groups.treated.size), None
    for learnt, held in splits(folds):
        inner = _renumbered(folds[learnt])
        part = _fit(groups.treated[learnt], groups.covariates[learnt], penalty, inner)
        worst = worst or part.reason
        linear[held] = part.linear_predictor(groups.covariates[held])
    fit = _fit(groups.treated, groups.covariates, penalty, folds)
    return Propensity(
        score=_inside(expit(linear)),
        groups=groups,
        fit=fit,
        is_cross_fitted=True,
        separation=nothing.separation,
        method=f"{_method(penalty, fit)}, cross-fitted in {int(folds.max()) + 1} folds of persons",
        reason=worst,
        flags=nothing.flags,
    )


def _reason_and_flags(groups: TwoGroups) -> Propensity:
    """Return a propensity without a score, with the reason or the flags that the groups themselves give."""
    reason, separation = groups.reason_against(LEAST_PERSONS), Separation.NONE
    flags: tuple[str, ...] = ()
    if reason is None:
        found = find_separation(groups)
        separation, sentence = found.kind, found.sentence()
        if separation is Separation.COMPLETE:
            reason = sentence
        elif sentence:
            flags = (sentence,)
    return Propensity(
        score=np.empty(0),
        groups=groups,
        fit=None,
        is_cross_fitted=False,
        separation=separation,
        reason=reason,
        flags=flags,
    )


def _fit(treated: Array, covariates: Array, penalty: float | PenaltyChoice, folds: IntArray) -> RidgeFit:
    if isinstance(penalty, PenaltyChoice):
        if penalty is PenaltyChoice.AKAIKE:
            return least_akaike(ridge_logistic_path(treated, covariates, PENALTIES))
        penalty = _cross_validated_penalty(treated, covariates, folds)
    return fit_ridge_logistic(treated, covariates, penalty)


def _cross_validated_penalty(treated: Array, covariates: Array, folds: IntArray) -> float:
    """Return the penalty under which persons held back are most likely where they were, the largest of equal ones."""
    held_back = np.zeros(len(PENALTIES))
    for learnt, held in splits(folds):
        for place, fit in enumerate(ridge_logistic_path(treated[learnt], covariates[learnt], PENALTIES)):
            p = fit.prediction(covariates[held])
            likelihood = np.where(treated[held] == 1, p, 1 - p)
            held_back[place] += float(np.sum(np.log(np.maximum(likelihood, _LEAST_LIKELIHOOD))))
    best = float(held_back.max())
    return max(p for p, value in zip(PENALTIES, held_back, strict=True) if math.isclose(value, best, rel_tol=1e-12))


def _inside(score: Array) -> Array:
    return np.clip(score, _LEAST_CHANCE, 1 - _LEAST_CHANCE)


def _renumbered(folds: IntArray) -> IntArray:
    _, numbers = np.unique(folds, return_inverse=True)
    return numbers.astype(np.int64)


def _method(penalty: float | PenaltyChoice, fit: RidgeFit) -> str:
    how = penalty.value if isinstance(penalty, PenaltyChoice) else "given"
    return f"{METHOD}, penalty {fit.penalty:.3g} ({how})"
