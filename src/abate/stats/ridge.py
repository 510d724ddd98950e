"""Which regression predicts best when covariates are many and persons few, or covariates say the same twice?

Ridge regression: the fit pays ``penalty / 2`` for the sum of the squared coefficients of the standardised covariates,
the intercept goes free. Columns that are constant or combinations of others do no harm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, flag_vector, is_constant, number_vector, require_same_length
from abate.stats.matrices import inverse
from abate.stats.newton import Ascent, Maximum, climb
from abate.stats.two_groups import number_matrix

# From nearly none to one that leaves little but the intercept: coefficients of standardised covariates are drawn to 0
# as by a normal prior with a standard deviation of 3, 1.8, 1, ... 0.03.
PENALTIES = tuple(10 ** (half / 2) for half in range(-2, 7))

# A direction with less than this share of the largest spread says nothing of its own.
_OWN_SHARE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class RidgeFit:
    """A penalised regression.

    Attributes
    ----------
    intercept : float
        On the scale of the linear predictor, at covariates of 0.
    coefficients : array of float64, shape (k,)
        For one unit of each covariate.
    penalty : float
        In units of the log-likelihood, for standardised covariates (of squared residuals, in a linear regression).
    effective_parameters : float
        What the fit could bend, the intercept included.
    is_logistic : bool
        Whether the linear predictor is a log odds.
    log_likelihood : float or None
        Without the penalty; None in a linear regression.
    converged : bool
        Whether the highest point was found.
    reason : str or None
        Why the fit is only a constant, or not to be trusted.
    """

    intercept: float
    coefficients: Array
    penalty: float
    effective_parameters: float
    is_logistic: bool
    log_likelihood: float | None = None
    converged: bool = True
    reason: str | None = None

    def linear_predictor(self, covariates: Array) -> Array:
        """Return the linear predictor of rows of covariates, shape (n,)."""
        linear: Array = self.intercept + covariates @ self.coefficients
        return linear

    def prediction(self, covariates: Array) -> Array:
        """Return the expected outcome of rows of covariates, shape (n,): a probability where ``is_logistic``."""
        linear = self.linear_predictor(covariates)
        return expit(linear) if self.is_logistic else linear


@dataclass(frozen=True, eq=False)
class RidgeColumns:
    """Covariates, standardised and turned so that their columns are uncorrelated; none is empty.

    Attributes
    ----------
    centre, scale : array of float64, shape (k,)
        Mean and standard deviation (divisor n) of each covariate; 1 where it is constant.
    turn : array of float64, shape (k, r)
        Standardised covariates times it are the columns; its own columns are orthonormal.
    columns : array of float64, shape (n, r)
    """

    centre: Array
    scale: Array
    turn: Array
    columns: Array

    def coefficients(self, turned: Array) -> tuple[float, Array]:
        """Return what turned coefficients, the intercept first, mean for the covariates themselves."""
        own = (self.turn @ turned[1:]) / self.scale
        return float(turned[0] - self.centre @ own), own

    def design(self) -> Array:
        """Return a column of ones and the turned columns, shape (n, 1 + r)."""
        return np.column_stack([np.ones(len(self.columns)), self.columns])


def ridge_columns(covariates: Array) -> RidgeColumns:
    """Return covariates standardised and turned, for any ridge regression on them.

    Examples
    --------
    >>> ridge_columns(np.array([[1.0, 5.0, 2.0], [3.0, 5.0, 6.0]])).columns.shape  # one says all
    (2, 1)
    """
    centre = covariates.mean(axis=0)
    constant = np.array([is_constant(column) for column in covariates.T], dtype=bool)
    scale = np.where(constant, 1.0, covariates.std(axis=0))
    standard = np.where(constant, 0.0, (covariates - centre) / scale)
    _, sizes, turned = np.linalg.svd(standard, full_matrices=False)
    kept = sizes > _OWN_SHARE * max(1.0, float(sizes.max(initial=0.0)))
    turn = np.asarray(turned[kept].T, dtype=np.float64)
    return RidgeColumns(centre, scale, turn, standard @ turn)


def fit_ridge_logistic(outcome: ArrayLike, covariates: ArrayLike, penalty: float) -> RidgeFit:
    """Return the logistic regression that maximises the log-likelihood less ``penalty / 2`` times the squared coefficients.

    Parameters
    ----------
    outcome : array-like of 0 and 1, shape (n,)
    covariates : array-like of numbers, shape (n, k) or (n,)
        Without a column of ones; in any units: the penalty is on standardised covariates.
    penalty : float
        At least 0; 0 is plain logistic regression, and above 0 the fit is finite under separation too.

    Returns
    -------
    RidgeFit
        Only a constant, and a reason, where all outcomes are equal: the log odds of the table with half a row added to
        each outcome.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ, an outcome is neither 0 nor 1, there are no rows or the penalty is below 0.

    References
    ----------
    le Cessie & van Houwelingen (1992), JRSS C 41(1), 191-201. https://doi.org/10.2307/2347628

    Examples
    --------
    Without a penalty, two groups give back their own shares:

    >>> fit = fit_ridge_logistic([1, 0, 0, 0, 1, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1], penalty=0)
    >>> fit.prediction(np.array([[0.0], [1.0]])).round(6).tolist()
    [0.25, 0.75]
    """
    return ridge_logistic_path(outcome, covariates, [penalty])[0]


def ridge_logistic_path(outcome: ArrayLike, covariates: ArrayLike, penalties: Sequence[float]) -> tuple[RidgeFit, ...]:
    """Return a ridge logistic regression for each penalty, in the given order.

    Parameters
    ----------
    outcome, covariates
        As for :func:`fit_ridge_logistic`.
    penalties : sequence of float
        At least 0, finite.

    Returns
    -------
    tuple of RidgeFit

    Raises
    ------
    ParameterError
        As for :func:`fit_ridge_logistic`.

    Examples
    --------
    >>> fits = ridge_logistic_path([1, 1, 0, 0], [1, 1, 0, 0], [1, 100])
    >>> bool(fits[0].coefficients[0] > fits[1].coefficients[0] > 0)
    True
    """
    y, x = flag_vector(outcome, "outcome"), number_matrix(covariates, "covariates")
    _check(y, x, penalties)
    if is_constant(y):
        log_odds = math.log((float(y.sum()) + 0.5) / (float((1 - y).sum()) + 0.5))
        return tuple(_constant(log_odds, x.shape[1], penalty, is_logistic=True) for penalty in penalties)
    columns = ridge_columns(x)
    design = columns.design()
    at = np.zeros(design.shape[1])
    at[0] = math.log(float(y.mean()) / (1 - float(y.mean())))
    fits: dict[float, RidgeFit] = {}
    for penalty in sorted(set(penalties), reverse=True):
        maximum = _highest(y, design, penalty, at)
        fits[penalty] = _described(maximum, y, design, columns, penalty)
        at = maximum.at if maximum.converged else at
    return tuple(fits[penalty] for penalty in penalties)


def fit_ridge_linear(outcome: ArrayLike, covariates: ArrayLike, penalty: float | None = None) -> RidgeFit:
    """Return the linear regression that minimises squared residuals plus ``penalty`` times the squared coefficients.

    Parameters
    ----------
    outcome : array-like of numbers, shape (n,)
    covariates : array-like of numbers, shape (n, k) or (n,)
        As for :func:`fit_ridge_logistic`.
    penalty : float, optional
        At least 0; where it is left out, the one of ``PENALTIES`` with the least generalised cross-validation score
        ``n RSS / (n - p)²``, p the effective parameters.

    Returns
    -------
    RidgeFit
        Only the mean, and a reason, where all outcomes are equal.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ, there are no rows or the penalty is below 0.

    References
    ----------
    Golub, Heath & Wahba (1979), Technometrics 21(2), 215-223. https://doi.org/10.1080/00401706.1979.10489751

    Examples
    --------
    >>> fit = fit_ridge_linear([1, 3, 5], [0, 1, 2], penalty=0)
    >>> round(fit.intercept, 9), fit.coefficients.round(9).tolist()
    (1.0, [2.0])
    """
    y, x = number_vector(outcome, "outcome"), number_matrix(covariates, "covariates")
    _check(y, x, [] if penalty is None else [penalty])
    if is_constant(y):
        return _constant(float(y.mean()), x.shape[1], penalty or 0.0, is_logistic=False)
    columns = ridge_columns(x)
    squares = np.sum(columns.columns**2, axis=0)
    products = columns.columns.T @ (y - y.mean())
    chosen = penalty if penalty is not None else _least_gcv(y, columns.columns, squares, products)
    turned = np.concatenate([[float(y.mean())], products / (squares + chosen)])
    intercept, coefficients = columns.coefficients(turned)
    return RidgeFit(
        intercept=intercept,
        coefficients=coefficients,
        penalty=chosen,
        effective_parameters=1 + float(np.sum(squares / (squares + chosen))),
        is_logistic=False,
    )


def least_akaike(fits: Sequence[RidgeFit]) -> RidgeFit:
    """Return the logistic fit with the least Akaike information, ``-2 log-likelihood + 2 effective parameters``.

    It needs no folds. Of equal fits the one with the larger penalty is taken.

    References
    ----------
    Gray (1992), JASA 87(420), 942-951. https://doi.org/10.1080/01621459.1992.10476248 (effective parameters)

    Examples
    --------
    >>> fits = ridge_logistic_path([1, 0, 0, 1], [1, 2, 3, 4], [1, 1000])  # nothing to be learnt
    >>> least_akaike(fits).penalty
    1000
    """
    by_penalty = sorted(fits, key=lambda fit: -fit.penalty)
    return min(by_penalty, key=lambda fit: -2 * (fit.log_likelihood or 0.0) + 2 * fit.effective_parameters)


def expit(linear: Array) -> Array:
    """Return the probability of a log odds.

    Examples
    --------
    >>> expit(np.array([0.0, 1000.0])).tolist()
    [0.5, 1.0]
    """
    probability: Array = 1 / (1 + np.exp(-np.clip(linear, -700, 700)))
    return probability


def _check(y: Array, x: Array, penalties: Sequence[float]) -> None:
    require_same_length(outcome=y, covariates=x)
    if not y.size:
        raise ParameterError("outcome has no rows; a regression needs some.")
    if any(not (math.isfinite(penalty) and penalty >= 0) for penalty in penalties):
        raise ParameterError(f"a penalty must be a finite number of at least 0; got {list(penalties)}.")


def _constant(value: float, column_count: int, penalty: float, *, is_logistic: bool) -> RidgeFit:
    return RidgeFit(
        intercept=value,
        coefficients=np.zeros(column_count),
        penalty=penalty,
        effective_parameters=1.0,
        is_logistic=is_logistic,
        log_likelihood=0.0 if is_logistic else None,
        reason="all outcomes are equal",
    )


def _highest(y: Array, design: Array, penalty: float, start: Array) -> Maximum:
    """Return the maximum of the penalised log-likelihood; the first column goes free."""
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 0.0

    def ascent(b: Array) -> Ascent:
        linear = design @ b
        p = expit(linear)
        return Ascent(
            value=float(y @ linear - np.sum(np.logaddexp(0, linear)) - ridge @ b**2 / 2),
            slope=design.T @ (y - p) - ridge * b,
            information=design.T @ (design * (p * (1 - p))[:, None]) + np.diag(ridge),
        )

    return climb(ascent, start, np.concatenate([[1.0], np.ptp(design[:, 1:], axis=0)]))


def _described(maximum: Maximum, y: Array, design: Array, columns: RidgeColumns, penalty: float) -> RidgeFit:
    intercept, coefficients = columns.coefficients(maximum.at)
    linear = design @ maximum.at
    information = maximum.reached.information
    ridge = np.diag(np.concatenate([[0.0], np.full(len(information) - 1, penalty)]))
    parameters = float(len(information))
    if maximum.converged and penalty > 0:
        parameters -= float(np.trace(inverse(information) @ ridge))
    return RidgeFit(
        intercept=intercept,
        coefficients=coefficients,
        penalty=penalty,
        effective_parameters=parameters,
        is_logistic=True,
        log_likelihood=float(y @ linear - np.sum(np.logaddexp(0, linear))),
        converged=maximum.converged,
        reason=None
        if maximum.converged
        else "the likelihood has no highest point: the covariates separate the outcomes",
    )


def _least_gcv(y: Array, columns: Array, squares: Array, products: Array) -> float:
    """Return the penalty with the least generalised cross-validation score, the largest of equal ones."""
    centred = y - y.mean()
    scores: dict[float, float] = {}
    for penalty in sorted(PENALTIES, reverse=True):
        left = centred - columns @ (products / (squares + penalty))
        freedom = y.size - 1 - float(np.sum(squares / (squares + penalty)))
        scores[penalty] = y.size * float(left @ left) / freedom**2 if freedom > 0 else math.inf
    return min(scores, key=lambda penalty: scores[penalty])
