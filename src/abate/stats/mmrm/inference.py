"""How sure are the coefficients with few subjects? Their covariance, and degrees of freedom for one or several contrasts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from abate.stats.arrays import Array
from abate.stats.matrices import lower_root, solved
from abate.stats.mmrm.inputs import RepeatedData
from abate.stats.mmrm.likelihood import Model
from abate.stats.mmrm.maximum import Summit


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """What inference starts from: the data, the model and its maximum, with a regular Hessian."""

    data: RepeatedData
    model: Model
    summit: Summit
    parameter_covariance: Array

    @property
    def spread(self) -> Array:
        """Covariance of the coefficients if the covariance parameters were known."""
        return self.summit.point.spread

    @cached_property
    def spread_slopes(self) -> Array:
        """First derivatives of ``spread`` in the parameters, shape (parameter, column, column)."""
        return self.spread @ self.summit.slopes.information_slopes @ self.spread


class Inference(ABC):
    """A covariance of the coefficients with its way to degrees of freedom."""

    def __init__(self, covariance: Array) -> None:
        self.covariance = covariance

    @abstractmethod
    def degrees_of_freedom(self, contrasts: Array) -> Array:
        """Return those of each row of ``contrasts``, shape (contrast, column)."""

    def joint(self, contrasts: Array) -> tuple[float, float]:
        """Return what the F statistic of all rows together is multiplied by, and its denominator degrees of freedom."""
        return 1.0, float(np.min(self.degrees_of_freedom(contrasts)))


class Satterthwaite(Inference):
    """Degrees of freedom by the variance of a variance; several rows by those of their independent parts.

    Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114; Fai & Cornelius (1996), Journal of Statistical Computation and
    Simulation 54(4), 363-378.
    """

    def __init__(self, fitted: Fitted) -> None:
        super().__init__(fitted.spread)
        self._fitted = fitted

    def degrees_of_freedom(self, contrasts: Array) -> Array:
        fitted = self._fitted
        variance = np.einsum("cp,pq,cq->c", contrasts, fitted.spread, contrasts)
        # Of C D_h C' only the diagonal is asked for: one contrast at a time, all parameters together.
        slopes = np.sum((contrasts @ fitted.spread_slopes) * contrasts, axis=2).T
        noise = np.einsum("ch,hj,cj->c", slopes, fitted.parameter_covariance, slopes)
        return np.asarray(2 * variance**2 / noise)

    def joint(self, contrasts: Array) -> tuple[float, float]:
        return 1.0, joint_degrees_of_freedom(self, contrasts)


def joint_degrees_of_freedom(inference: Inference, contrasts: Array) -> float:
    """Return the denominator of F from the degrees of freedom of the contrasts' independent parts."""
    _, directions = np.linalg.eigh(contrasts @ inference.covariance @ contrasts.T)
    parts = inference.degrees_of_freedom(directions.T @ contrasts)
    if np.allclose(parts, parts[0], rtol=1e-8):
        return float(parts[0])
    if np.any(parts <= 2):
        return 2.0
    expected = float(np.sum(parts / (parts - 2)))
    return 2 * expected / (expected - len(parts))


class KenwardRoger(Inference):
    """The coefficients' covariance corrected for the estimated parameters, and F with matched moments.

    Kenward & Roger (1997), Biometrics 53(3), 983-997. https://doi.org/10.2307/2533558
    """

    def __init__(self, fitted: Fitted, *, is_linear: bool) -> None:
        self._fitted = fitted
        self._plain = Satterthwaite(fitted)
        super().__init__(_corrected(fitted, is_linear=is_linear))

    def degrees_of_freedom(self, contrasts: Array) -> Array:
        return self._plain.degrees_of_freedom(contrasts)

    def joint(self, contrasts: Array) -> tuple[float, float]:
        fitted, c = self._fitted, len(contrasts)
        root = lower_root(contrasts @ fitted.spread @ contrasts.T)
        z = solved(root, contrasts @ fitted.spread)
        f = z @ fitted.summit.slopes.information_slopes @ z.T
        w = fitted.parameter_covariance
        traces = np.trace(f, axis1=1, axis2=2)
        a1 = float(traces @ w @ traces)
        flat = f.reshape(len(f), -1)
        a2 = float(np.sum((w @ flat) * flat))
        if c == 1:
            return 1.0, 2 / a2
        return _matched_moments(a1, a2, c)


def _matched_moments(a1: float, a2: float, c: int) -> tuple[float, float]:
    """Return scale and denominator degrees of freedom; the letters are Kenward and Roger's."""
    b = (a1 + 6 * a2) / (2 * c)
    g = ((c + 1) * a1 - (c + 4) * a2) / ((c + 2) * a2)
    shared = 3 * c + 2 * (1 - g)
    c1, c2, c3 = g / shared, (c - g) / shared, (c + 2 - g) / shared
    expected = 1 / (1 - a2 / c)
    variance = 2 / c * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    rho = variance / (2 * expected**2)
    m = 4 + (c + 2) / (c * rho - 1)
    return m / (expected * (m - 2)), m


def _corrected(fitted: Fitted, *, is_linear: bool) -> Array:
    """Return ``Phi + 2 Phi (sum W_hj (Q_hj - P_h Phi P_j - R_hj / 4)) Phi``; linear without the R_hj.

    W is taken apart into its root times the root's transpose, so that each sum over pairs becomes one over parameters.
    """
    model, point = fitted.model, fitted.summit.point
    values, vectors = np.linalg.eigh(fitted.parameter_covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    turned = np.einsum("hk,hpq->kpq", root, fitted.summit.slopes.information_slopes)
    inner = np.zeros_like(point.precision)
    for group, (structure, part) in enumerate(zip(model.structures, model.parts, strict=True)):
        chosen, theta = model.of_group(group), point.theta[part]
        omega = point.precision[chosen]
        slopes = structure.slopes(theta)
        mixed = np.einsum("hk,...hac->...kac", root[part], slopes)
        bent = mixed @ (omega[:, None] @ mixed) if mixed.ndim == 3 else mixed @ omega[:, None] @ mixed
        total = bent.sum(axis=1)
        if not is_linear:
            total = total - 0.25 * structure.weighted_curvature(theta, fitted.parameter_covariance[part, part])
        inner[chosen] = omega @ total @ omega
    p = model.column_count
    added = model.patterns.added(inner)[:p, :p] - (turned @ point.spread @ turned).sum(axis=0)
    return np.asarray(point.spread + 2 * point.spread @ added @ point.spread)


class BetweenWithin(Inference):
    """Degrees of freedom by whether a column varies within subjects; a contrast has the fewest of its coefficients.

    Schluchter & Elashoff (1990), Journal of Statistical Computation and Simulation 37(1-2), 69-87.
    """

    def __init__(self, fitted: Fitted) -> None:
        super().__init__(fitted.spread)
        self._by_column = _between_within(fitted.data)

    def degrees_of_freedom(self, contrasts: Array) -> Array:
        return np.asarray(np.where(contrasts != 0, self._by_column, np.inf).min(axis=1))


def _between_within(data: RepeatedData) -> Array:
    x, subject = data.design_matrix, data.subject_place
    low, high = np.full((len(data.subjects), x.shape[1]), np.inf), np.full((len(data.subjects), x.shape[1]), -np.inf)
    np.minimum.at(low, subject, x)
    np.maximum.at(high, subject, x)
    varies = np.any(low < high, axis=0)
    is_intercept = np.ptp(x, axis=0) == 0
    has_intercept = int(np.any(is_intercept))
    between = len(data.subjects) - has_intercept - int(np.sum(~varies & ~is_intercept))
    within = data.observation_count - len(data.subjects) - int(np.sum(varies))
    return np.where(varies | is_intercept, float(within), float(between))


class Residual(Inference):
    """As many degrees of freedom as rows, less one for each coefficient."""

    def __init__(self, fitted: Fitted) -> None:
        super().__init__(fitted.spread)
        self._free = fitted.data.observation_count - fitted.model.column_count

    def degrees_of_freedom(self, contrasts: Array) -> Array:
        return np.full(len(contrasts), float(self._free))


#: Ways to degrees of freedom, by their name.
DF_METHODS: Mapping[str, Callable[[Fitted], Inference]] = {
    "satterthwaite": Satterthwaite,
    "kenward-roger": lambda fitted: KenwardRoger(fitted, is_linear=False),
    "kenward-roger-linear": lambda fitted: KenwardRoger(fitted, is_linear=True),
    "between-within": BetweenWithin,
    "residual": Residual,
}
