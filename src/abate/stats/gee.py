"""How do covariates go with an outcome that the same person gives several times, when persons are few?"""

from __future__ import annotations

import warnings
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
    is_constant,
    label_vector,
    number_vector,
    require_level,
    require_same_length,
)
from abate.stats.coefficients import Coefficients, missing_coefficients, wald_coefficients
from abate.stats.covariates import INTERCEPT, Covariates, checked_covariates

#: Below this number of clusters even the bias-reduced covariance is doubtful.
FEW_CLUSTERS = 10

# Beyond this a probability or an expected count is 0 (or 1) to six digits: only separated outcomes lead there.
_FURTHEST = 15.0
_NO_SPREAD = 1e-20
_TOLERANCE = 1e-10
_MOST_STEPS = 500


class OutcomeKind(StrEnum):
    """What an outcome is, and so on which scale its coefficients are."""

    BINARY = "binary"  # log odds ratios
    GAUSSIAN = "gaussian"  # differences of means, in the outcome's unit
    POISSON = "poisson"  # log ratios of expected counts


class WorkingCorrelation(StrEnum):
    """How the outcomes of one cluster are taken to go together; a wrong guess costs precision, not validity."""

    INDEPENDENCE = "independence"
    EXCHANGEABLE = "exchangeable"


@dataclass(frozen=True, kw_only=True, eq=False)
class GeeFit(Coefficients):
    """Coefficients averaged over the population, the intercept first.

    Attributes
    ----------
    kind : OutcomeKind
        Says the scale of the coefficients.
    working_correlation : WorkingCorrelation
        As asked for.
    correlation : float or None
        Estimated correlation within a cluster; 0 under independence, None without a fit.
    cluster_count : int
        Number of clusters.
    degrees_of_freedom : int
        Of Student's t in intervals and tests: clusters less coefficients.
    caution : str or None
        What to bear in mind although there is an interval: few clusters.
    """

    kind: OutcomeKind
    working_correlation: WorkingCorrelation
    correlation: float | None = None
    cluster_count: int
    degrees_of_freedom: int
    caution: str | None = None


def fit_gee(
    outcome: ArrayLike,
    covariates: ArrayLike,
    cluster: ArrayLike,
    kind: OutcomeKind,
    names: Sequence[str] | None = None,
    working_correlation: WorkingCorrelation = WorkingCorrelation.EXCHANGEABLE,
    level: float = 0.95,
) -> GeeFit:
    """Return generalised estimating equations with the bias-reduced covariance, computed by ``statsmodels``.

    The plain sandwich is too small with fewer than some 40 clusters, because residuals are smaller than errors. Mancl &
    DeRouen multiply each cluster's residuals by the inverse of one minus its leverage; intervals and tests take
    Student's t on as many degrees of freedom as there are clusters more than coefficients. Links are the usual ones:
    log odds, identity, logarithm.

    Parameters
    ----------
    outcome : array-like of numbers, shape (n,)
        0 or 1 for ``binary``, whole numbers from 0 for ``poisson``.
    covariates : array-like of numbers, shape (n, k) or (n,)
        Without a column of ones: the intercept is added.
    cluster : array-like of labels, shape (n,)
        Whose outcome it is, in any order.
    kind : OutcomeKind
        ``binary``, ``gaussian`` or ``poisson``.
    names : sequence of str, optional
        What to call the covariates.
    working_correlation : WorkingCorrelation
        ``independence`` or ``exchangeable``.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    GeeFit
        Without coefficients, and with a reason, where all outcomes are equal, there are no more clusters than
        coefficients, a covariate separates the outcomes, or the equations have no solution that could be found. For
        separated outcomes :func:`abate.stats.firth.fit_firth` has an answer, but knows no clusters.

    Raises
    ------
    ParameterError
        If a value is missing or does not fit its kind, lengths differ, a covariate is constant or a combination of the
        others, or statsmodels is not installed.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73(1), 13-22. https://doi.org/10.1093/biomet/73.1.13
    Mancl & DeRouen (2001), Biometrics 57(1), 126-134. https://doi.org/10.1111/j.0006-341X.2001.00126.x

    Examples
    --------
    >>> fall, treated = [3, 4, 1, 2, 5, 4, 2, 1, 3, 1], [1, 1, 0, 0, 1, 1, 0, 0, 1, 0]
    >>> person = ["a", "a", "b", "b", "c", "c", "d", "d", "e", "f"]
    >>> fit = fit_gee(fall, treated, person, OutcomeKind.GAUSSIAN, ["treated"], WorkingCorrelation.INDEPENDENCE)
    >>> round(fit.coefficient("treated").value, 2), fit.degrees_of_freedom, fit.caution
    (2.4, 4, '6 clusters are few: the interval may be too narrow')
    """
    require_level(level)
    kind, working_correlation = OutcomeKind(kind), WorkingCorrelation(working_correlation)
    y, columns, labels = (
        _outcome(outcome, kind),
        checked_covariates(covariates, names),
        label_vector(cluster, "cluster"),
    )
    require_same_length(outcome=y, covariates=columns.values, cluster=labels)
    data = _Data(y, columns, labels, kind, working_correlation, level)
    reason = data.reason_against
    return _no_fit(data, reason) if reason is not None else _fit(data)


@dataclass(frozen=True, eq=False)
class _Data:
    outcome: Array
    columns: Covariates
    labels: Labels
    kind: OutcomeKind
    working_correlation: WorkingCorrelation
    level: float

    @property
    def names(self) -> tuple[str, ...]:
        return (INTERCEPT, *self.columns.names)

    @property
    def cluster_count(self) -> int:
        return int(np.unique(self.labels).size)

    @property
    def degrees_of_freedom(self) -> int:
        return self.cluster_count - len(self.names)

    @property
    def method(self) -> str:
        return f"generalised estimating equations, {self.working_correlation.value}, bias-reduced t interval"

    @property
    def reason_against(self) -> str | None:
        """Return why no fit can be given, as far as the data show before it."""
        if is_constant(self.outcome):
            return f"all {self.outcome.size} outcomes are equal"
        if self.degrees_of_freedom < 1:
            return f"{self.cluster_count} clusters are too few for {len(self.names)} coefficients"
        return None


def _outcome(outcome: ArrayLike, kind: OutcomeKind) -> Array:
    if kind is OutcomeKind.BINARY:
        return flag_vector(outcome, "outcome")
    values = number_vector(outcome, "outcome")
    if kind is OutcomeKind.POISSON and np.any((values < 0) | (values != np.floor(values))):
        raise ParameterError("outcome must be whole numbers of at least 0 for a Poisson regression; found others.")
    return values


def _no_fit(data: _Data, reason: str) -> GeeFit:
    return GeeFit(
        coefficients=missing_coefficients(data.names, data.level, data.method, reason),
        covariance=None,
        count=data.outcome.size,
        converged=False,
        reason=reason,
        kind=data.kind,
        working_correlation=data.working_correlation,
        cluster_count=data.cluster_count,
        degrees_of_freedom=data.degrees_of_freedom,
    )


def _fit(data: _Data) -> GeeFit:
    centre = data.columns.values.mean(axis=0)
    design = np.column_stack([np.ones(data.outcome.size), (data.columns.values - centre) / data.columns.spread])
    fit = _statsmodels_fit(data, design)
    if fit is None:
        return _no_fit(data, "the estimating equations have no solution that could be found")
    scaled, scaled_covariance = np.asarray(fit.params), np.asarray(fit.cov_params())
    if _runs_off(design @ scaled, data.kind):
        return _no_fit(data, "a covariate separates the outcomes, so that its coefficient runs off to infinity")
    back = np.diag(np.append(1.0, 1 / data.columns.spread))
    back[0, 1:] = -centre / data.columns.spread
    estimate, covariance = back @ scaled, back @ scaled_covariance @ back.T
    if not np.all(np.isfinite(covariance)) or np.any(np.diag(scaled_covariance) <= _NO_SPREAD * float(fit.scale)):
        return _no_fit(data, "the outcomes of the clusters show no spread")
    few = data.cluster_count < FEW_CLUSTERS
    return GeeFit(
        coefficients=wald_coefficients(
            data.names, estimate, covariance, data.level, data.method, float(data.degrees_of_freedom)
        ),
        covariance=covariance,
        count=data.outcome.size,
        converged=True,
        kind=data.kind,
        working_correlation=data.working_correlation,
        correlation=float(np.asarray(fit.cov_struct.dep_params))
        if data.working_correlation is WorkingCorrelation.EXCHANGEABLE
        else 0.0,
        cluster_count=data.cluster_count,
        degrees_of_freedom=data.degrees_of_freedom,
        caution=f"{data.cluster_count} clusters are few: the interval may be too narrow" if few else None,
    )


def _runs_off(predictor: Array, kind: OutcomeKind) -> bool:
    if kind is OutcomeKind.GAUSSIAN:
        return False
    return bool(np.any(predictor < -_FURTHEST) or (kind is OutcomeKind.BINARY and np.any(predictor > _FURTHEST)))


def _statsmodels_fit(data: _Data, design: Array) -> Any:
    """Return the converged fit of statsmodels, None where it has none."""
    try:
        from statsmodels.genmod import cov_struct, families
        from statsmodels.genmod.generalized_estimating_equations import GEE
    except ImportError:
        raise ParameterError("GEE needs statsmodels, which is not installed: pip install abate[models]") from None
    family = {
        OutcomeKind.BINARY: families.Binomial,
        OutcomeKind.GAUSSIAN: families.Gaussian,
        OutcomeKind.POISSON: families.Poisson,
    }[data.kind]()
    structure = {
        WorkingCorrelation.INDEPENDENCE: cov_struct.Independence,
        WorkingCorrelation.EXCHANGEABLE: cov_struct.Exchangeable,
    }[data.working_correlation]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what statsmodels warns of is asked for below, and becomes a reason
        model = GEE(data.outcome, design, groups=data.labels, family=family, cov_struct=structure)
        try:
            fit = model.fit(maxiter=_MOST_STEPS, ctol=_TOLERANCE, cov_type="bias_reduced")
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            return None
    return fit if fit.converged and np.all(np.isfinite(fit.params)) else None
