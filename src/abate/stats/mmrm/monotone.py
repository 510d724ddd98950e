"""How does an unstructured restricted-likelihood fit come out without a search, where visits are missed only at the end?

Where nobody comes back after a missed visit and each coefficient belongs to one visit, the restricted likelihood falls into one
ordinary regression a visit: of its outcome on the columns and on the outcomes of the visits before it, among those seen there.
Coefficients, covariance and the curvature of the likelihood are then exact, and thousands of fits take as long as a few climbs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array
from abate.stats.matrices import inverse, lower_roots
from abate.stats.mmrm.errors import NotMonotoneError, OutcomeError, ShapeError
from abate.stats.mmrm.inputs import choice
from abate.stats.mmrm.many import ManyFits
from abate.stats.mmrm.monotone_parts import ContrastParts, VisitRegressions, contrast_parts
from abate.stats.mmrm.patterns import Flags

#: Ways to degrees of freedom that the closed form knows.
MONOTONE_DF_METHODS = ("satterthwaite", "kenward-roger", "kenward-roger-linear")
# A column, or an outcome, of which others leave no more than this share of its squares says nothing of its own.
_NOTHING_LEFT = 1e-10


def is_monotone(outcomes: Array) -> bool:
    """Return whether nobody was seen again after a missed visit; ``outcomes`` (..., visit) hold ``nan`` where missed.

    Examples
    --------
    >>> is_monotone(np.array([[5.0, math.nan], [4.0, 3.0]])), is_monotone(np.array([[math.nan, 3.0]]))
    (True, False)
    """
    missed = np.isnan(outcomes)
    return not bool(np.any(missed[..., :-1] & ~missed[..., 1:]))


def fit_monotone_many(
    outcomes: ArrayLike,
    columns: ArrayLike,
    *,
    contrast: ArrayLike,
    at_visit: ArrayLike | None = None,
    df: str = "satterthwaite",
) -> ManyFits:
    """Fit one model with a coefficient for every column at every visit to many data sets: what ``fit_mmrm_many`` gives.

    The model is ``fit_mmrm_many``'s with an unstructured covariance, restricted likelihood and a design matrix that repeats
    each subject's ``columns`` at every visit, with coefficients of their own there.

    Parameters
    ----------
    outcomes : array-like, shape (simulation, subject, visit)
        ``nan`` from the first missed visit on.
    columns : array-like, shape (subject, column) or (simulation, subject, column)
        What is known of each subject before the first visit, the constant or a column for each arm among them.
    contrast : array-like, shape (visit, column)
        What each coefficient is multiplied by; 0 where a column has none.
    at_visit : array-like of bool, shape (visit, column), optional
        Which columns have a coefficient at which visit; a column that has one keeps it at all later visits. All by default.
        An arm's column that is left out at the first visit makes a constrained longitudinal analysis: the same mean there.
    df : str
        satterthwaite, kenward-roger or kenward-roger-linear.

    Returns
    -------
    ManyFits
        Shape (simulation,). Where some visit has too few subjects for its regression, or a column says nothing there,
        ``converged`` is False and every number ``nan``. A column that is 0 for all who are seen at a visit (a centre that
        everybody has left) is left out there, unless the contrast asks for it.

    Raises
    ------
    NotMonotoneError
        If somebody was seen after a missed visit.
    ParameterError
        If shapes do not agree, a column is not finite, or the method is not known.

    References
    ----------
    Anderson (1957), JASA 52(278), 200-203 (monotone samples by regressions); Kenward & Roger (1997), Biometrics 53(3), 983-997.

    Examples
    --------
    >>> pain = np.random.default_rng(1).normal(5, 2, (3, 20, 4))
    >>> many = fit_monotone_many(pain, np.ones((20, 1)), contrast=[[-1], [0], [0], [1]])
    >>> many.converged, many.df.round(6)
    (array([ True,  True,  True]), array([19., 19., 19.]))
    """
    choice(df, MONOTONE_DF_METHODS, "df")
    y, z, c, kept = _checked(outcomes, columns, contrast, at_visit)
    fits = _regress_visit_by_visit(y, z, kept)
    parts = contrast_parts(fits, c)
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = _satterthwaite(fits, parts)
        variance = parts.variance
        if df != "satterthwaite":
            from abate.stats.mmrm.monotone_correction import kenward_roger_variance

            variance = kenward_roger_variance(fits, parts, is_linear=df.endswith("linear"))
        is_asked_for = np.any(c != 0, axis=0)
        can_be_told = fits.is_there & ~np.any(fits.empty & is_asked_for, axis=1)
        return _told(fits, can_be_told, np.einsum("vc,rvc->r", c, fits.coefficients), variance, freedom)


def _checked(
    outcomes: ArrayLike, columns: ArrayLike, contrast: ArrayLike, at_visit: ArrayLike | None
) -> tuple[Array, Array, Array, Flags]:
    try:
        y, z, c = (np.asarray(each, dtype=np.float64) for each in (outcomes, columns, contrast))
    except (TypeError, ValueError):
        raise OutcomeError("outcomes, columns and contrast must be numbers only; convert them first.") from None
    if y.ndim != 3 or z.ndim not in (2, 3) or z.shape[-2] != y.shape[1] or (z.ndim == 3 and len(z) != len(y)):
        raise ShapeError(
            "outcomes must have shape (simulation, subject, visit) and columns (subject, column), or that with the simulations "
            f"in front; got {y.shape} and {z.shape}."
        )
    shape = (y.shape[2], z.shape[-1])
    kept = np.ones(shape, dtype=np.bool_) if at_visit is None else np.asarray(at_visit, dtype=np.bool_)
    if c.shape != shape or kept.shape != shape or 0 in y.shape or 0 in z.shape:
        raise ShapeError(
            f"contrast and at_visit must have shape (visit, column), here {shape}; got {c.shape}, {kept.shape}."
        )
    if np.any(kept[:-1] & ~kept[1:]) or np.any(c[~kept] != 0) or not np.all(np.isfinite(c)):
        raise ShapeError(
            "a column with a coefficient at a visit must have one at all later visits, and the contrast must be finite and 0 "
            "where there is none."
        )
    if np.any(np.isinf(y)) or not np.all(np.isfinite(z)):
        raise OutcomeError("outcomes may be missing (nan) but not infinite, and columns must be finite throughout.")
    if not is_monotone(y):
        raise NotMonotoneError("somebody was seen again after a missed visit; use fit_mmrm_many.")
    return y, np.broadcast_to(z, (len(y), *z.shape[-2:])), c, kept


def _regress_visit_by_visit(y: Array, z: Array, kept: Flags) -> VisitRegressions:
    seen = ~np.isnan(y)
    left = np.where(seen, y, 0.0)
    visits = []
    for k in range(y.shape[2]):
        seen_z = np.where(seen[:, :, k, None], z, 0.0)
        products = seen_z.swapaxes(1, 2) @ seen_z
        # What the columns alone explain is taken out first: outcomes far from 0 keep their digits.
        own = _solved(products, kept[k], (left[:, None, :, k] @ seen_z)[:, 0])
        left[:, :, k] -= (seen_z @ own[:, :, None])[:, :, 0]
        before = np.where(seen[:, :, k, None], left[:, :, : k + 1], 0.0)
        visits.append(_regress(products, own, seen_z[:, :, kept[k]], before, seen[:, :, k].sum(axis=1), kept[k]))
    return _joined(visits, kept)


def _solved(products: Array, kept: Flags, right: Array) -> Array:
    """Return coefficients of least squares, 0 for columns that are not kept and in data sets where there is no answer."""
    found = np.zeros_like(right)
    own, _ = _without_empty(products[:, kept][:, :, kept], int(kept.sum()))
    root, is_there = lower_roots(own)
    back = inverse(root)
    solved = (back.swapaxes(1, 2) @ (back @ right[:, kept, None]))[:, :, 0]
    found[:, kept] = np.where(is_there[:, None], solved, 0.0)
    return found


def _without_empty(products: Array, columns: int) -> tuple[Array, Flags]:
    """Return products of which columns of zeros, the first ``columns`` looked at, are left out: 1 stands for them; and which."""
    empty = np.diagonal(products, axis1=1, axis2=2)[:, :columns] == 0
    place = np.arange(columns)
    filled = products.copy()
    filled[:, place, place] += empty
    return filled, empty


@dataclass(frozen=True, kw_only=True, eq=False)
class _VisitRegression:
    is_there: Flags
    empty: Flags  # columns of zeros among those seen, shape (r, c)
    products: Array
    own: Array
    slopes: Array  # on the columns, shape (r, c), 0 where not kept
    earlier: Array  # on the outcomes of earlier visits
    variance: Array
    free: Array
    column_inverse: Array
    slope_root: Array
    log_root: Array  # half the log determinant of the columns' products


def _regress(products: Array, own: Array, z: Array, outcomes: Array, count: Array, kept: Flags) -> _VisitRegression:
    """Regress the last of ``outcomes`` on the columns and on the outcomes before it; all are 0 for those not seen."""
    q, k = z.shape[2], outcomes.shape[2] - 1
    rows = np.concatenate([z, outcomes], axis=2)
    gram, is_empty = _without_empty(rows.swapaxes(1, 2) @ rows, q)
    root, has_root = lower_roots(gram)
    diagonal = np.diagonal(root, axis1=1, axis2=2)
    says_something = np.all(diagonal**2 > _NOTHING_LEFT * np.diagonal(gram, axis1=1, axis2=2), axis=1)
    free = (count - q + is_empty.sum(axis=1)).astype(np.float64)
    is_there = has_root & says_something & (free > k)
    variance = np.where(is_there, diagonal[:, -1] ** 2 / np.maximum(free, 1.0), 1.0)
    back = inverse(root)
    found = (root[:, None, -1, :-1] @ back[:, :-1, :-1])[:, 0]
    slopes, column_inverse = np.zeros_like(own), np.zeros_like(products)
    empty = np.zeros(own.shape, dtype=np.bool_)
    slopes[:, kept], empty[:, kept] = found[:, :q], is_empty
    column_inverse[np.ix_(np.arange(len(z)), kept, kept)] = back[:, :q, :q].swapaxes(1, 2) @ back[:, :q, :q]
    return _VisitRegression(
        is_there=is_there,
        empty=empty,
        products=products,
        own=own,
        slopes=slopes,
        earlier=found[:, q:],
        variance=variance,
        free=free,
        column_inverse=column_inverse,
        slope_root=np.sqrt(variance)[:, None, None] * back[:, q:-1, q:-1].swapaxes(1, 2),
        log_root=np.log(diagonal[:, :q]).sum(axis=1),
    )


def _joined(visits: list[_VisitRegression], kept: Flags) -> VisitRegressions:
    r, v = len(visits[0].free), len(visits)
    unit_root, left_over = np.broadcast_to(np.eye(v), (r, v, v)).copy(), np.zeros((r, v, kept.shape[1]))
    for k, visit in enumerate(visits):
        unit_root[:, k, :k] = (visit.earlier[:, None] @ unit_root[:, :k, :k])[:, 0]
        left_over[:, k] = visit.slopes + (visit.earlier[:, None] @ left_over[:, :k])[:, 0]
    free, variance = (np.stack([getattr(each, name) for each in visits], axis=1) for name in ("free", "variance"))
    squares = free * (math.log(2 * math.pi) + 1 + np.log(variance))
    return VisitRegressions(
        is_there=np.all([each.is_there for each in visits], axis=0),
        kept=kept,
        empty=np.any([each.empty for each in visits], axis=0),
        coefficients=left_over + np.stack([each.own for each in visits], axis=1),
        unit_root=unit_root,
        variance=variance,
        free=free,
        column_products=np.stack([each.products for each in visits], axis=1),
        column_inverse=np.stack([each.column_inverse for each in visits], axis=1),
        slope_root=tuple(each.slope_root for each in visits),
        log_likelihood=-0.5 * squares.sum(axis=1) - np.sum([each.log_root for each in visits], axis=0),
    )


def _satterthwaite(fits: VisitRegressions, parts: ContrastParts) -> Array:
    """Return degrees of freedom: twice the squared variance over the variance of the variance.

    The likelihood's curvature is one block a visit: ``free / 2`` for the log variance, and that of its slopes on earlier visits.
    """
    by_log_variance = np.sum(parts.pulled * parts.spread, axis=2)
    noise = np.sum(by_log_variance**2 * 2 / fits.free, axis=1)
    for k, root in enumerate(fits.slope_root):
        by_slope = 2 * (parts.turned[:, :k] @ parts.pulled[:, k, :, None])[:, :, 0]
        noise += np.sum((by_slope[:, None] @ root)[:, 0] ** 2, axis=1)
    return np.asarray(2 * parts.variance**2 / noise)


def _told(fits: VisitRegressions, can_be_told: Flags, estimate: Array, variance: Array, freedom: Array) -> ManyFits:
    from scipy import special

    standard_error = np.sqrt(variance)
    t = estimate / standard_error
    numbers = {
        "estimate": estimate,
        "standard_error": standard_error,
        "df": freedom,
        "t": t,
        "p": 2 * special.stdtr(freedom, -np.abs(t)),
        "log_likelihood": fits.log_likelihood,
    }
    converged = can_be_told & np.isfinite(standard_error)
    return ManyFits(
        converged=converged, **{name: np.where(converged, each, math.nan) for name, each in numbers.items()}
    )
