"""How do covariates go with a yes-or-no outcome when events are few, or a covariate separates them?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, flag_vector, require_level, require_same_length
from abate.stats.coefficients import Coefficient, Coefficients, missing_coefficients
from abate.stats.covariates import INTERCEPT, checked_covariates
from abate.stats.distributions import chi_square_upper_tail, normal_quantile
from abate.stats.matrices import inverse
from abate.stats.newton import Ascent, Maximum, climb
from abate.stats.roots import crossing

METHOD = "Firth's penalised logistic regression, profile penalised likelihood"

_FURTHEST_IN_STANDARD_ERRORS = 1000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class FirthFit(Coefficients):
    """Log odds ratios, the intercept first, with profile intervals and likelihood-ratio tests.

    Attributes
    ----------
    event_count : int
        Number of rows with outcome 1.
    penalised_log_likelihood : float or None
        At the estimates.
    """

    event_count: int
    penalised_log_likelihood: float | None = None


def fit_firth(
    outcome: ArrayLike, covariates: ArrayLike, names: Sequence[str] | None = None, level: float = 0.95
) -> FirthFit:
    """Return a logistic regression that maximises Firth's penalised likelihood.

    The penalty is half the logarithm of the determinant of the information (Jeffreys' prior). It takes away the
    first-order bias of the estimates, and keeps them finite where the covariates separate events from the others,
    even completely. An interval holds the values b for which twice the penalised log-likelihood, maximised over the
    other coefficients with this one held at b, falls by no more than the chi-square quantile; the test of 0 is the
    same with b = 0.

    Parameters
    ----------
    outcome : array-like of 0 and 1, shape (n,)
        Whether the event happened.
    covariates : array-like of numbers, shape (n, k) or (n,)
        Without a column of ones: the intercept is added.
    names : sequence of str, optional
        What to call the covariates.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    FirthFit
        ``value`` is a log odds ratio, ``statistic`` the likelihood-ratio chi-square on one degree of freedom and
        ``standard_error`` the root of the inverse information, which intervals and tests do not use.

    Raises
    ------
    ParameterError
        If a value is missing, the outcome is not 0 or 1, lengths differ, or a covariate is constant or a combination
        of the others.

    References
    ----------
    Firth (1993), Biometrika 80(1), 27-38. https://doi.org/10.1093/biomet/80.1.27
    Heinze & Schemper (2002), Statistics in Medicine 21(16), 2409-2419. https://doi.org/10.1002/sim.1047
    Kosmidis & Firth (2021), Biometrika 108(1), 71-82. https://doi.org/10.1093/biomet/asaa052

    Examples
    --------
    All four treated respond and none of four others does; by Firth the odds are those of a table with 0.5 added:

    >>> fit = fit_firth([1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0], ["treated"])
    >>> treated = fit.coefficient("treated")
    >>> round(treated.value, 4), round(2 * np.log(4.5 / 0.5).item(), 4)
    (4.3944, 4.3944)
    >>> treated.lower > 0
    True
    """
    require_level(level)
    y, columns = flag_vector(outcome, "outcome"), checked_covariates(covariates, names)
    require_same_length(outcome=y, covariates=columns.values)
    design, all_names = columns.with_intercept(), (INTERCEPT, *columns.names)
    profiles = [_profile_of(y, design, k) for k in range(len(all_names))]
    if not all(profile.best.converged for profile in profiles):
        reason = "the penalised likelihood has no maximum that could be found"
        nothing = missing_coefficients(all_names, level, METHOD, reason)
        return FirthFit(
            coefficients=nothing,
            covariance=None,
            count=y.size,
            converged=False,
            reason=reason,
            event_count=int(y.sum()),
        )
    described = tuple(_describe(profile, name, level) for profile, name in zip(profiles, all_names, strict=True))
    return FirthFit(
        coefficients=described,
        covariance=_covariance(design, np.array([profile.estimate for profile in profiles])),
        count=y.size,
        converged=True,
        reason=next((coefficient.reason for coefficient in described if coefficient.reason), None),
        event_count=int(y.sum()),
        penalised_log_likelihood=_penalised_log_likelihood(profiles[0], design),
    )


class _NoMaximumError(Exception):
    """The penalised likelihood has no maximum that could be found with one coefficient held."""


@dataclass(frozen=True, eq=False)
class _Model:
    """The outcome and a design of orthonormal columns."""

    outcome: Array
    design: Array

    def ascent(self, b: Array) -> Ascent:
        """Return the penalised log-likelihood at ``b``; the slope is the sum of x (y - p + h (1/2 - p))."""
        eta = self.design @ b
        p = _logistic(eta)
        w = p * (1 - p)
        information = self.weighted(w)
        with np.errstate(divide="ignore"):
            sign, log_determinant = np.linalg.slogdet(information)
        if sign <= 0 or not math.isfinite(log_determinant):
            return Ascent(value=-math.inf, slope=np.zeros_like(b), information=information)
        variance = inverse(information)
        leverage = w * np.sum((self.design @ variance) * self.design, axis=1)  # h of the papers
        return Ascent(
            value=float(self.outcome @ eta - np.sum(np.logaddexp(0, eta)) + log_determinant / 2),
            slope=self.design.T @ (self.outcome - p + leverage * (0.5 - p)),
            information=self.curvature(p, information, variance, leverage),
        )

    def curvature(self, p: Array, information: Array, variance: Array, leverage: Array) -> Array:
        """Return minus the second derivatives, with every negative eigenvalue turned positive.

        Far from the maximum the penalty makes the surface bend upwards in places; Newton's step must still go uphill.

        Half the second derivatives of the log determinant are
        ``tr(variance d²I/db_r db_s) / 2 - tr(variance dI/db_r variance dI/db_s) / 2``.
        """
        w = p * (1 - p)
        turns = np.stack([variance @ self.weighted(w * (1 - 2 * p) * column) for column in self.design.T])
        curvature = information - self.weighted(leverage * (1 - 6 * w)) / 2 + np.einsum("rij,sji->rs", turns, turns) / 2
        eigenvalues, vectors = np.linalg.eigh(curvature)
        uphill: Array = (vectors * np.abs(eigenvalues)) @ vectors.T
        return uphill

    def weighted(self, weights: Array) -> Array:
        """Return the sum of x x' over the rows, each with its weight."""
        product: Array = self.design.T @ (self.design * weights[:, None])
        return product

    def climb(self, start: Array) -> Maximum:
        """Return the maximum over all coefficients."""
        return climb(self.ascent, start, np.max(np.abs(self.design), axis=0))

    def climb_with_last_held(self, start: Array) -> Maximum:
        """Return the maximum over all coefficients but the last, which stays where it starts."""

        def ascent(others: Array) -> Ascent:
            full = self.ascent(np.append(others, start[-1]))
            return Ascent(value=full.value, slope=full.slope[:-1], information=full.information[:-1, :-1])

        return climb(ascent, start[:-1], np.max(np.abs(self.design), axis=0)[:-1])


@dataclass(eq=False)
class _Profile:
    """The penalised likelihood along one coefficient, which is the last of the model's, divided by ``scale``."""

    model: _Model
    best: Maximum
    scale: float

    @property
    def estimate(self) -> float:
        return float(self.best.at[-1]) / self.scale

    @cached_property
    def direction(self) -> Array:
        """Return how all coefficients of the model move with the last one, to first order; its last element is 1."""
        column = inverse(self.best.reached.information)[:, -1]
        direction: Array = column / column[-1]
        return direction

    @cached_property
    def standard_error(self) -> float:
        return math.sqrt(float(_covariance(self.model.design, self.best.at)[-1, -1])) / self.scale

    def fall(self, value: float) -> float:
        """Return twice the fall of the penalised log-likelihood when the coefficient is held at ``value``."""
        start = self.best.at + self.direction * (value - self.estimate) * self.scale
        if not math.isfinite(self.model.ascent(start).value):
            start = np.append(np.zeros(start.size - 1), start[-1])
        highest = self.model.climb_with_last_held(start)
        if not highest.converged:
            raise _NoMaximumError
        return max(0.0, 2 * (self.best.reached.value - highest.reached.value))

    def limit(self, side: int, level: float) -> float:
        """Return where the root of the fall meets the normal quantile on one side."""
        z = normal_quantile((1 + level) / 2)
        distance = z * self.standard_error
        while math.sqrt(self.fall(self.estimate + side * distance)) < z:
            distance *= 1.5
            if distance > _FURTHEST_IN_STANDARD_ERRORS * self.standard_error:
                raise _NoMaximumError
        return self.estimate + side * crossing(
            lambda d: math.sqrt(self.fall(self.estimate + side * d)) - z, 0.0, distance, 1e-10 * self.standard_error
        )


def _profile_of(outcome: Array, design: Array, k: int) -> _Profile:
    """Return the profile along coefficient ``k``.

    With column k moved to the end and the design written as Q R, the coefficients of Q are R times those of the design,
    so that the last of them is coefficient k times the last element of R. Q has no columns that are nearly the same,
    and differs from the design's information by a constant factor of its determinant only.
    """
    orthonormal, triangle = np.linalg.qr(np.column_stack([np.delete(design, k, axis=1), design[:, k]]))
    last = float(triangle[-1, -1])
    orthonormal[:, -1] *= math.copysign(1.0, last)
    model = _Model(outcome, orthonormal)
    return _Profile(model=model, best=model.climb(np.zeros(design.shape[1])), scale=abs(last))


def _covariance(design: Array, b: Array) -> Array:
    """Return the inverse of the information of plain logistic regression at ``b``."""
    p = _logistic(design @ b)
    return inverse(design.T @ (design * (p * (1 - p))[:, None]))


def _penalised_log_likelihood(profile: _Profile, design: Array) -> float:
    """Return the maximum on the scale of the design: the determinants differ by that of R, squared."""
    return profile.best.reached.value + float(np.linalg.slogdet(design.T @ design)[1]) / 2


def _logistic(eta: Array) -> Array:
    p: Array = 1 / (1 + np.exp(-np.clip(eta, -700, 700)))
    return p


def _describe(profile: _Profile, name: str, level: float) -> Coefficient:
    try:
        lower, upper = (profile.limit(side, level) for side in (-1, 1))
        statistic = profile.fall(0.0)
    except _NoMaximumError:
        reason = "the profile of the penalised likelihood could not be followed to a limit"
        return Coefficient(name=name, value=profile.estimate, level=level, method=METHOD, reason=reason)
    return Coefficient(
        name=name,
        value=profile.estimate,
        lower=lower,
        upper=upper,
        level=level,
        method=METHOD,
        standard_error=profile.standard_error,
        statistic=statistic,
        p_value=chi_square_upper_tail(statistic, 1),
    )
