"""How do covariates go with the rate of an event over time, censoring and repeat courses allowed for?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import (
    Array,
    Labels,
    flag_vector,
    label_vector,
    number_vector,
    require_level,
    require_same_length,
)
from abate.stats.coefficients import Coefficients, missing_coefficients, wald_coefficients
from abate.stats.covariates import Covariates, checked_covariates
from abate.stats.distributions import chi_square_upper_tail
from abate.stats.matrices import inverse
from abate.stats.newton import Ascent, Maximum, climb

_SEPARATED = (
    "the likelihood keeps rising as the coefficient grows: all events, or none, fall where the covariate is high"
)


class Ties(StrEnum):
    """How events at the same time share their risk set."""

    EFRON = "efron"
    BRESLOW = "breslow"


@dataclass(frozen=True, kw_only=True, eq=False)
class CoxFit(Coefficients):
    """Log hazard ratios; their exponents are hazard ratios.

    Attributes
    ----------
    event_count : int
        Number of events; ``count`` is the number of rows.
    cluster_count : int or None
        Number of clusters (persons) of the robust variance; None for the model's own.
    ties : Ties
        How events at the same time were treated.
    log_likelihood, null_log_likelihood : float or None
        Partial log-likelihood at the estimates and with all coefficients 0.
    ratio_p_value : float or None
        Likelihood-ratio test that all coefficients are 0. It takes rows as independent, clusters or not.
    """

    event_count: int
    cluster_count: int | None
    ties: Ties
    log_likelihood: float | None = None
    null_log_likelihood: float | None = None
    ratio_p_value: float | None = None


def fit_cox(
    durations: ArrayLike,
    had_event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str] | None = None,
    cluster: ArrayLike | None = None,
    ties: Ties = Ties.EFRON,
    level: float = 0.95,
) -> CoxFit:
    """Return a proportional-hazards regression, its likelihood taken from ``statsmodels``.

    With ``cluster``, the variance is the sandwich of Lin & Wei: the inverse information around the sum over clusters of
    squared score residuals, which for Efron's ties give each of d events at one time a share of the risk set of
    1, 1 - 1/d, 2/d and so on. It asks for some 40 clusters; with fewer it is too small.

    Parameters
    ----------
    durations : array-like of numbers, shape (n,)
        Time to the event or to when the unit was last seen, any unit, above or equal 0.
    had_event : array-like of 0 and 1, shape (n,)
        Whether the event came at that time.
    covariates : array-like of numbers, shape (n, k) or (n,)
        Fixed at the start; without a column of ones.
    names : sequence of str, optional
        What to call the covariates.
    cluster : array-like of labels, shape (n,), optional
        Whose course it is, for a variance that allows for a person's courses being alike.
    ties : Ties
        Efron's or Breslow's likelihood.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    CoxFit
        Without coefficients, and with a reason, where there are no events or nobody is at risk beside those with the
        event; without the coefficient of a covariate that separates events from the others.

    Raises
    ------
    ParameterError
        If a value is missing, a duration is below 0, lengths differ, a covariate is constant or a combination of the
        others, or statsmodels is not installed.

    References
    ----------
    Cox (1972), Journal of the Royal Statistical Society B 34(2), 187-220.
    Efron (1977), JASA 72(359), 557-565. https://doi.org/10.1080/01621459.1977.10480613
    Lin & Wei (1989), JASA 84(408), 1074-1078. https://doi.org/10.1080/01621459.1989.10478874

    Examples
    --------
    >>> days, returned = [3, 5, 5, 8, 9, 12, 14, 14], [1, 1, 1, 0, 1, 1, 0, 0]
    >>> fit = fit_cox(days, returned, [0, 0, 1, 0, 1, 1, 1, 1], ["treated"])
    >>> round(fit.coefficient("treated").value, 4), fit.event_count
    (-1.5455, 5)
    """
    require_level(level)
    time, event = number_vector(durations, "durations"), flag_vector(had_event, "had_event")
    columns = checked_covariates(covariates, names)
    groups = None if cluster is None else label_vector(cluster, "cluster")
    require_same_length(
        durations=time, had_event=event, covariates=columns.values, cluster=event if groups is None else groups
    )
    if np.any(time < 0):
        raise ParameterError(f"durations has {int(np.sum(time < 0))} values below 0; a duration starts at 0.")
    data = _Data(time, event, columns, groups, Ties(ties), level)
    if not np.any(event):
        return _no_fit(data, "there are no events")
    if not np.any(_informative(data)):
        return _no_fit(data, "at no event is anybody at risk whose covariates differ")
    return _fit(data)


@dataclass(frozen=True, eq=False)
class _Data:
    time: Array
    event: Array
    columns: Covariates
    groups: Labels | None
    ties: Ties
    level: float

    @property
    def method(self) -> str:
        variance = "Wald interval" if self.groups is None else "cluster-robust Wald interval"
        return f"Cox regression, {self.ties.value.capitalize()}'s ties, {variance}"

    @property
    def cluster_count(self) -> int | None:
        return None if self.groups is None else int(np.unique(self.groups).size)


def _informative(data: _Data) -> list[bool]:
    """Say for each event time whether somebody at risk differs from somebody else."""
    at_risk = [data.columns.values[data.time >= time] for time in np.unique(data.time[data.event == 1])]
    return [bool(np.any(np.ptp(values, axis=0) > 0)) for values in at_risk]


def _fit(data: _Data) -> CoxFit:
    centred = data.columns.values - data.columns.values.mean(axis=0)
    model = _likelihood(data.time, data.event, centred, data.ties)

    def ascent(b: Array) -> Ascent:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return Ascent(value=float(model.loglike(b)), slope=model.score(b), information=-model.hessian(b))

    start = np.zeros(centred.shape[1])
    best = climb(ascent, start, data.columns.spread)
    if not best.converged and not np.any(best.drifts):
        return _no_fit(data, "the likelihood has no maximum that could be found")
    null = float(model.loglike(start))
    covariance = _covariance(data, centred, best)
    return CoxFit(
        coefficients=wald_coefficients(
            data.columns.names,
            best.at,
            covariance,
            data.level,
            data.method,
            reasons=[_SEPARATED if drift else None for drift in best.drifts],
        ),
        covariance=covariance if best.converged else None,
        count=data.time.size,
        converged=best.converged,
        reason=None if best.converged else _SEPARATED,
        event_count=int(data.event.sum()),
        cluster_count=data.cluster_count,
        ties=data.ties,
        log_likelihood=best.reached.value,
        null_log_likelihood=null,
        ratio_p_value=chi_square_upper_tail(max(2 * (best.reached.value - null), 0.0), start.size),
    )


def _no_fit(data: _Data, reason: str) -> CoxFit:
    return CoxFit(
        coefficients=missing_coefficients(data.columns.names, data.level, data.method, reason),
        covariance=None,
        count=data.time.size,
        converged=False,
        reason=reason,
        event_count=int(data.event.sum()),
        cluster_count=data.cluster_count,
        ties=data.ties,
    )


def _likelihood(time: Array, event: Array, covariates: Array, ties: Ties) -> Any:
    """Return statsmodels' proportional-hazards model, whose likelihood, score and Hessian are used."""
    try:
        from statsmodels.duration.hazard_regression import PHReg
    except ImportError:
        raise ParameterError(
            "Cox regression needs statsmodels, which is not installed: pip install abate[models]"
        ) from None
    return PHReg(time, covariates, status=event, ties=ties.value)


def _covariance(data: _Data, centred: Array, best: Maximum) -> Array:
    variance = inverse(best.reached.information)
    if data.groups is None:
        return variance
    residuals = score_residuals(data.time, data.event, centred, best.at, data.ties)
    clusters, place = np.unique(data.groups, return_inverse=True)
    sums = np.zeros((clusters.size, best.at.size))
    np.add.at(sums, place, residuals)
    moved = sums @ variance
    covariance: Array = moved.T @ moved
    return covariance


def score_residuals(time: Array, event: Array, covariates: Array, b: Array, ties: Ties) -> Array:
    """Return each row's part in the slope of the partial log-likelihood, shape (n, k).

    At a time with d events, the weights of those with the event are 1, 1 - 1/d, ... 1/d in d passes (Efron) or 1 in each
    (Breslow); everybody else at risk weighs 1. A row with the event gains its covariates less the passes' mean centre;
    every row at risk loses, in each pass, its weighted risk over the total, times its distance from the pass's centre.

    References
    ----------
    Therneau & Grambsch (2000), Modeling Survival Data, Springer, sections 4.6 and 7.1.
    """
    risk = np.exp(covariates @ b)
    residuals = np.zeros_like(covariates)
    for moment in np.unique(time[event == 1]):
        at_risk, dies = time >= moment, (time == moment) & (event == 1)
        tied_count = int(dies.sum())
        for j in range(tied_count):
            weight = at_risk * risk
            if ties is Ties.EFRON:
                weight = np.where(dies, weight * (1 - j / tied_count), weight)
            centre = weight @ covariates / weight.sum()
            residuals[dies] += (covariates[dies] - centre) / tied_count
            residuals -= (weight / weight.sum())[:, None] * (covariates - centre)
    return residuals
