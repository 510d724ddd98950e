"""What follows from a fit? Residuals, predictions with intervals, simulated outcomes, and which of two structures holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray, require_level
from abate.stats.distributions import chi_square_upper_tail, normal_quantile
from abate.stats.matrices import lower_root, solved
from abate.stats.mmrm.errors import ShapeError
from abate.stats.mmrm.fit import SPATIAL, MmrmFit
from abate.stats.mmrm.inputs import RepeatedData, choice

ResidualKind = Literal["raw", "pearson", "normalised"]


def residuals(fit: MmrmFit, kind: ResidualKind = "raw") -> Array:
    """Return the residuals of the rows that were fitted, in their order.

    Parameters
    ----------
    fit : MmrmFit
    kind : str
        ``raw`` in the outcome's unit; ``pearson`` over the standard deviation of the row; ``normalised`` by the lower triangular
        root of the subject's covariance, which makes them independent if the model holds (SAS calls them scaled).

    Returns
    -------
    array of float64, shape (row,)

    Raises
    ------
    ParameterError
        If the kind is not known.

    Examples
    --------
    >>> from abate.stats.mmrm import fit_mmrm
    >>> fit = fit_mmrm([7, 4, 8, 6, 6, 5.0], [[1, 0], [1, 1]] * 3, [1, 1, 2, 2, 3, 3], [1, 2] * 3)
    >>> residuals(fit).round(2)
    array([ 0., -1.,  1.,  1., -1.,  0.])
    """
    choice(kind, ("raw", "pearson", "normalised"), "kind")
    data = fit.data
    raw = data.outcome - data.design_matrix @ fit.estimate
    if kind == "raw":
        return np.asarray(raw)
    found = np.empty(len(raw))
    for rows, covariance in _by_subject(fit):
        if kind == "pearson":
            found[rows] = raw[rows] / np.sqrt(np.diag(covariance))
        else:
            found[rows] = solved(lower_root(covariance), raw[rows])
    return found


def simulate(fit: MmrmFit, count: int, seed: int) -> Array:
    """Return outcomes drawn from the fitted model for the rows that were fitted, shape (count, row).

    Coefficients and covariance are taken as known: their uncertainty is not drawn.

    Raises
    ------
    ParameterError
        If ``count`` is below 1.
    """
    if count < 1:
        raise ParameterError(f"count must be 1 or more; got {count}.")
    rng = np.random.default_rng(seed)
    drawn = np.tile(fit.data.design_matrix @ fit.estimate, (count, 1))
    for rows, covariance in _by_subject(fit):
        drawn[:, rows] += rng.normal(size=(count, len(rows))) @ lower_root(covariance).T
    return drawn


@dataclass(frozen=True, kw_only=True, eq=False)
class Prediction:
    """Predicted outcomes, shape (row,), in the outcome's unit.

    ``standard_error`` is that of the expected value, ``prediction_error`` that of an outcome around it; ``lower`` and ``upper`` hold
    an outcome with probability ``level``, by normal quantiles and the covariance as if it were known.
    """

    value: Array
    standard_error: Array
    prediction_error: Array
    lower: Array
    upper: Array
    level: float


def predict(
    fit: MmrmFit,
    design_matrix: ArrayLike,
    subject: ArrayLike,
    visit: ArrayLike,
    outcome: ArrayLike,
    *,
    group: ArrayLike | None = None,
    level: float = 0.95,
) -> Prediction:
    """Predict missing outcomes of subjects, new or not, given those of their outcomes that were seen.

    With ``o`` the visits seen and ``n`` those to predict, the value is ``X_n b + S_no S_oo^-1 (y_o - X_o b)``; the variance around
    it is ``S_nn - S_no S_oo^-1 S_on`` and that of the estimated coefficients, both where the outcome is missing.

    Parameters
    ----------
    fit : MmrmFit
        Converged, and not of a spatial structure.
    design_matrix : array-like, shape (row, column)
    subject, visit : array-like of labels, shape (row,)
        Visits are those of the fit.
    outcome : array-like, shape (row,)
        ``nan`` where it is to be predicted; what was seen is given back with its expected value and no conditioning.
    group : array-like of labels, shape (row,), optional
        Needed where the fit has a covariance for each group.
    level : float
        Coverage of the limits.

    Raises
    ------
    ParameterError
        If the fit cannot predict, or a visit or group is none of the fit's.
    ShapeError
        If shapes do not agree.
    """
    require_level(level)
    if not fit.converged or fit.structure == SPATIAL:
        raise ParameterError(
            "predictions need a fit that converged, and one covariance for the visits: not a spatial one."
        )
    x, y = np.asarray(design_matrix, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    who = np.unique(np.asarray(subject), return_inverse=True)[1]
    if x.ndim != 2 or x.shape != (len(y), len(fit.names)) or len(who) != len(y) or len(np.asarray(visit)) != len(y):
        raise ShapeError(
            f"there must be one row of {len(fit.names)} columns, a subject, a visit and an outcome (or nan) each."
        )
    place = _places(visit, fit.data.visits, "visit")
    of_group = np.zeros(len(y), dtype=np.int64) if group is None else _places(group, fit.data.groups, "group")
    if group is None and fit.data.is_grouped:
        raise ParameterError("the fit has a covariance for each group; name the group of every row.")
    matrices = list(fit.covariance.values()) if fit.data.is_grouped else [fit.covariance]  # type: ignore[union-attr]
    pulled, within = x.copy(), np.zeros(len(y))
    value = x @ fit.estimate
    missing = np.isnan(y)
    for number in range(int(who.max(initial=-1)) + 1):
        rows = np.flatnonzero(who == number)
        new, old = rows[missing[rows]], rows[~missing[rows]]
        if new.size == 0:
            continue
        covariance = np.asarray(matrices[of_group[rows[0]]])
        share = solved(covariance[np.ix_(place[old], place[old])], covariance[np.ix_(place[old], place[new])]).T
        value[new] += share @ (y[old] - x[old] @ fit.estimate)
        pulled[new] -= share @ x[old]
        left = covariance[np.ix_(place[new], place[new])] - share @ covariance[np.ix_(place[old], place[new])]
        within[new] = np.diag(left)
    variance = np.einsum("np,pq,nq->n", pulled, fit.coefficient_covariance, pulled)
    prediction_error = np.sqrt(variance + within)
    half_width = normal_quantile((1 + level) / 2) * prediction_error
    return Prediction(
        value=value,
        standard_error=np.sqrt(variance),
        prediction_error=prediction_error,
        lower=value - half_width,
        upper=value + half_width,
        level=level,
    )


@dataclass(frozen=True, kw_only=True)
class LikelihoodRatio:
    """A likelihood-ratio test: twice the gain in log-likelihood against a chi-square distribution."""

    statistic: float
    df: int
    p: float


def likelihood_ratio_test(smaller: MmrmFit, larger: MmrmFit) -> LikelihoodRatio:
    """Test whether the larger of two nested models fits better.

    The caller sees to the nesting: a smaller structure must be a special case of the larger. Restricted likelihoods of models
    with other columns cannot be compared and are refused. On the border of the parameters the test is conservative.

    Raises
    ------
    ParameterError
        If the fits are of other data, one by restricted likelihood and the other not, by restricted likelihood of other columns,
        unfinished, or the larger has no more parameters.

    References
    ----------
    Wilks (1938), Annals of Mathematical Statistics 9(1), 60-62.
    """
    if not (smaller.converged and larger.converged):
        raise ParameterError("a likelihood-ratio test needs two fits that converged.")
    first, second = smaller.data, larger.data
    if not np.array_equal(_laid_out(first), _laid_out(second)):
        raise ParameterError("the two fits are of other data; fit both to the same rows.")
    if smaller.reml != larger.reml:
        raise ParameterError("one fit is by restricted likelihood, the other is not; fit both alike.")
    if smaller.reml and not np.array_equal(first.design_matrix, second.design_matrix):
        raise ParameterError(
            "restricted likelihoods of models with other columns cannot be compared; fit both with reml=False."
        )
    df = larger.parameter_count - smaller.parameter_count + len(larger.names) - len(smaller.names)
    if df < 1:
        raise ParameterError("the second fit must have more parameters than the first; exchange them.")
    statistic = max(0.0, 2 * (larger.log_likelihood - smaller.log_likelihood))
    return LikelihoodRatio(statistic=statistic, df=df, p=chi_square_upper_tail(statistic, df))


def _by_subject(fit: MmrmFit) -> list[tuple[IntArray, Array]]:
    """Return each subject's rows and their covariance."""
    data = fit.data
    found: list[tuple[IntArray, Array]] = []
    order = np.argsort(data.subject_place, kind="stable")
    edges = np.searchsorted(data.subject_place[order], np.arange(len(data.subjects) + 1))
    for subject in range(len(data.subjects)):
        rows = order[edges[subject] : edges[subject + 1]]
        visits, weight = data.visit_place[rows], data.root_weight[rows]
        covariance = fit.subject_covariance(subject)[np.ix_(visits, visits)]
        found.append((rows.astype(np.int64), covariance / np.outer(weight, weight)))
    return found


def _places(labels: ArrayLike, known: Array, what: str) -> Array:
    given = np.asarray(labels)
    place = np.searchsorted(known, given)
    found = known[np.minimum(place, len(known) - 1)] == given
    if not np.all(found):
        raise ParameterError(f"{int(np.sum(~found))} rows have a {what} that the fit does not know.")
    return np.asarray(place)


def _laid_out(data: RepeatedData) -> Array:
    """Return outcomes and weights by subject and visit, 0 where there is none."""
    found = np.zeros((*data.rows.seen.shape, 2))
    found[data.subject_place, data.visit_place] = np.column_stack([data.outcome, data.root_weight])
    return found
