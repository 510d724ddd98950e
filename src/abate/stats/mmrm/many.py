"""How do the same contrasts come out in thousands of data sets of one design? All fits side by side, a step at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray
from abate.stats.matrices import lower_roots
from abate.stats.mmrm.errors import NoFreedomError, OutcomeError, ShapeError
from abate.stats.mmrm.inputs import EXACT, choice, contrast_rows
from abate.stats.mmrm.maximum import (
    LONGEST_STEP,
    MOST_HALVINGS,
    MOST_STEPS,
    ROUNDING_SHARE,
    SINGULAR,
    SMALL_GAIN,
    rough_covariance,
)
from abate.stats.mmrm.patterns import Flags, Packing
from abate.stats.mmrm.structures import STRUCTURES, Structure

#: Ways to degrees of freedom that many fits know.
MANY_DF_METHODS = ("satterthwaite", "kenward-roger", "kenward-roger-linear", "residual")
# Fits that are worked on together: so many that their sums still lie near the processor.
_NUMBERS_AT_ONCE = 2_000_000
# Squares left by least squares that are a smaller share of all squares are rounding: the outcomes are fitted exactly.
_EXACT_SHARE = 1e-12
#: Of its largest number on the diagonal a root has at least so much on it, or a matrix counts as singular.
_SMALLEST_ROOT = 1e-14


@dataclass(frozen=True, kw_only=True, eq=False)
class ManyFits:
    """The contrasts of many fits; shape (simulation,), or (simulation, contrast) where several contrasts were asked for.

    Where a fit did not converge everything but ``estimate`` is ``nan``; where it could not be begun (no more rows than
    coefficients, columns that say nothing of what was seen) ``estimate`` is too.
    """

    estimate: Array
    standard_error: Array
    df: Array
    t: Array
    p: Array
    converged: Flags
    log_likelihood: Array


def fit_mmrm_many(
    outcomes: ArrayLike,
    design_matrix: ArrayLike,
    *,
    contrast: ArrayLike,
    covariance: str = "unstructured",
    df: str = "satterthwaite",
    reml: bool = True,
) -> ManyFits:
    """Fit one model to many data sets and return a contrast of each, with the numbers that ``fit_mmrm`` gives one by one.

    Parameters
    ----------
    outcomes : array-like, shape (simulation, subject, visit)
        ``nan`` where a subject was not seen; that may differ by simulation.
    design_matrix : array-like, shape (subject, visit, column) or (simulation, subject, visit, column)
        Shared, or one a simulation; finite everywhere, also at visits that were missed.
    contrast : array-like, shape (column,) or (contrast, column)
        What each coefficient is multiplied by.
    covariance : str
        As for ``fit_mmrm``, without the spatial one.
    df : str
        satterthwaite, kenward-roger, kenward-roger-linear or residual.
    reml : bool
        Restricted likelihood; Kenward-Roger needs it.

    Returns
    -------
    ManyFits

    Raises
    ------
    ParameterError
        If shapes do not agree, a number is infinite, the structure or the method is not known, or no data set has more rows
        than coefficients.

    Examples
    --------
    >>> pain = np.random.default_rng(1).normal(5, 2, (3, 20, 4))
    >>> design = np.repeat(np.eye(4)[None], 20, axis=0)
    >>> many = fit_mmrm_many(pain, design, contrast=[-1, 0, 0, 1])
    >>> many.converged, many.df.round(6)
    (array([ True,  True,  True]), array([19., 19., 19.]))
    """
    choice(covariance, STRUCTURES, "covariance")
    choice(df, MANY_DF_METHODS, "df")
    if df.startswith("kenward-roger") and not reml:
        raise ParameterError(f"{df} is made for restricted likelihood; choose reml=True, or satterthwaite.")
    y, x = _checked(outcomes, design_matrix)
    rows = contrast_rows(contrast, x.shape[-1])
    structure = STRUCTURES[covariance](y.shape[2])
    centre = _centre(y, x)
    y = _centred(y, x, centre)
    parts = [
        _fit_block(y[low:high], x if x.ndim == 3 else x[low:high], structure, rows, rows @ centre, df, reml)
        for low, high in _blocks(len(y), y.shape[1], y.shape[2], x.shape[-1] + 1)
    ]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ManyFits.__dataclass_fields__}
    if np.ndim(contrast) == 1:
        joined |= {name: joined[name][:, 0] for name in ("estimate", "standard_error", "df", "t", "p")}
    return ManyFits(**joined)


def _checked(outcomes: ArrayLike, design_matrix: ArrayLike) -> tuple[Array, Array]:
    try:
        y, x = np.asarray(outcomes, dtype=np.float64), np.asarray(design_matrix, dtype=np.float64)
    except (TypeError, ValueError):
        raise OutcomeError("outcomes and design_matrix must be numbers only; convert them first.") from None
    if y.ndim != 3 or x.ndim not in (3, 4) or x.shape[-3:-1] != y.shape[1:] or (x.ndim == 4 and len(x) != len(y)):
        raise ShapeError(
            "outcomes must have shape (simulation, subject, visit) and design_matrix (subject, visit, column), or that with "
            f"the simulations in front; got {y.shape} and {x.shape}."
        )
    if 0 in y.shape or x.shape[-1] == 0:
        raise ShapeError(
            f"there must be one or more of simulations, subjects, visits and columns; got {y.shape} and {x.shape}."
        )
    if np.any(np.isinf(y)) or not np.all(np.isfinite(x)):
        raise OutcomeError(
            "outcomes may be missing (nan) but not infinite, and design_matrix must be finite throughout."
        )
    if int(np.max(np.sum(~np.isnan(y), axis=(1, 2)))) <= x.shape[-1]:
        raise NoFreedomError(f"no data set has more rows than the {x.shape[-1]} coefficients; leave columns out.")
    return y, x


def _centre(y: Array, x: Array) -> Array:
    """Return coefficients near those of all data sets, shape (column,): what they explain is taken out first.

    Any coefficients would do; these are those of least squares in the data set with most ratings. Without that, sums of
    squares of outcomes far from 0 lose the digits that tell them apart.
    """
    most = int(np.argmax(np.sum(~np.isnan(y), axis=(1, 2))))
    seen = ~np.isnan(y[most])
    own = x if x.ndim == 3 else x[most]
    return np.asarray(np.linalg.lstsq(own[seen], y[most][seen], rcond=None)[0])


def _centred(y: Array, x: Array, centre: Array) -> Array:
    """Return what the coefficients leave, 0 in a data set in which that is rounding only."""
    left = y - x @ centre
    is_rounding = np.nansum(left**2, axis=(1, 2)) <= EXACT**2 * np.nansum(y**2, axis=(1, 2))
    return np.where(is_rounding[:, None, None], 0 * left, left)


def _blocks(count: int, subjects: int, visits: int, values: int) -> list[tuple[int, int]]:
    patterns = min(subjects, 2**visits)
    each = patterns * visits * (visits + 1) * values * (values + 1) // 4 + subjects * visits * values
    size = max(1, _NUMBERS_AT_ONCE // each)
    return [(low, min(low + size, count)) for low in range(0, count, size)]


# ---- the block: the mathematics of likelihood.py with the fits in front ------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class _Block:
    """Several data sets: sums by pattern of visits (the same patterns for all, some without subjects)."""

    seen: Flags  # (pattern, visit)
    subject_count: Array  # (fit, pattern)
    moments: Array  # (fit, pattern * pair of visits, pair of columns)
    observation_count: IntArray  # (fit,)
    packing: Packing
    structure: Structure
    reml: bool

    @property
    def column_count(self) -> int:
        return self.packing.value_count - 1

    def of(self, chosen: IntArray) -> _Block:
        if len(chosen) == len(self.moments):
            return self
        return replace(
            self,
            subject_count=self.subject_count[chosen],
            moments=self.moments[chosen],
            observation_count=self.observation_count[chosen],
        )

    def added(self, weight: Array) -> Array:
        """Return sums of products for weights (fit, ..., pattern, visit, visit), shape (fit, ..., column + 1, column + 1)."""
        packed = self.packing.packed_visits(weight)
        flat = packed.reshape(len(packed), -1, self.moments.shape[1])
        opened = self.packing.open_values(flat @ self.moments)
        return opened.reshape(*weight.shape[:-3], *opened.shape[-2:])

    def between_visits(self, matrix: Array) -> Array:
        """Return sums over subjects of ``values @ matrix @ values.T`` for a matrix a fit, shape (fit, pattern, visit, visit)."""
        pairs = self.moments @ self.packing.packed_values(matrix)[:, :, None]
        return self.packing.open_visits(pairs.reshape(len(pairs), len(self.seen), -1))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Points:
    """Likelihoods, one a fit; ``is_there`` is False where a covariance was not positive definite, and nothing else holds."""

    theta: Array
    is_there: Flags
    value: Array
    precision: Array
    coefficients: Array
    spread: Array

    def with_rows(self, rows: IntArray, others: _Points) -> _Points:
        merged = {}
        for name in _Points.__dataclass_fields__:
            values = getattr(self, name).copy()
            values[rows] = getattr(others, name)
            merged[name] = values
        return _Points(**merged)

    def of(self, chosen: IntArray) -> _Points:
        return _Points(**{name: getattr(self, name)[chosen] for name in _Points.__dataclass_fields__})


def _make_block(y: Array, x: Array, structure: Structure, reml: bool) -> _Block:
    seen = ~np.isnan(y)
    count, subjects, visits = y.shape
    values = np.empty((count, subjects, visits, x.shape[-1] + 1))
    values[..., :-1] = x
    values[..., -1] = np.where(seen, y, 0.0)
    values *= seen[..., None]
    packing = Packing(visit_count=visits, value_count=values.shape[-1])
    keys = np.ascontiguousarray(seen.reshape(-1, visits).astype(np.int8)).view(np.dtype((np.void, visits))).ravel()
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    patterns = seen.reshape(-1, visits)[first]
    place = place.reshape(count, subjects)
    moments = np.zeros((count, len(patterns), len(packing.visits[0]), len(packing.values[0])))
    subject_count = np.zeros((count, len(patterns)))
    for fit in range(count):
        order = np.argsort(place[fit], kind="stable")
        found, starts = np.unique(place[fit][order], return_index=True)
        for pattern, own in zip(found, np.split(order, starts[1:]), strict=True):
            subject_count[fit, pattern] = len(own)
            if np.any(patterns[pattern]):
                moments[fit, pattern] = packing.moments(values[fit, own])
    return _Block(
        seen=patterns,
        subject_count=subject_count,
        moments=moments.reshape(count, -1, moments.shape[-1]),
        observation_count=seen.sum(axis=(1, 2)),
        packing=packing,
        structure=structure,
        reml=reml,
    )


def _points(block: _Block, theta: Array) -> _Points:
    with np.errstate(over="ignore", invalid="ignore"):
        covariance = block.structure.covariances(theta)
    both = block.seen[:, :, None] & block.seen[:, None, :]
    unit = np.eye(block.packing.visit_count)
    padded = np.where(both, covariance[:, None], unit)
    root, is_there = lower_roots(padded)
    is_there = np.asarray(is_there.all(axis=1))
    inverse_root = np.linalg.inv(root)
    precision = np.where(both, inverse_root.swapaxes(-1, -2) @ inverse_root, 0.0)
    determinants = 2 * np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)
    log_determinant = np.sum(block.subject_count * determinants, axis=1)
    total, p = block.added(precision), block.column_count
    information, right = total[:, :p, :p], total[:, :p, p]
    inner_root, is_regular = _roots_apart_from_zero(information)
    inner_inverse = np.linalg.inv(inner_root)
    spread = inner_inverse.swapaxes(-1, -2) @ inner_inverse
    coefficients = (spread @ right[:, :, None])[:, :, 0]
    misfit = np.maximum(total[:, p, p] - np.sum(right * coefficients, axis=1), 0.0)
    free = block.observation_count - (p if block.reml else 0)
    value = free * math.log(2 * math.pi) + log_determinant + misfit
    if block.reml:
        value = value + 2 * np.log(np.diagonal(inner_root, axis1=-2, axis2=-1)).sum(axis=-1)
    return _Points(
        theta=theta,
        is_there=is_there & is_regular,
        value=-0.5 * value,
        precision=precision,
        coefficients=coefficients,
        spread=spread,
    )


def _roots_apart_from_zero(information: Array) -> tuple[Array, Flags]:
    """Return lower roots that can be inverted: where a variance goes to 0 a matrix may have a root, but none of use."""
    root, is_there = lower_roots(information)
    diagonal = np.diagonal(root, axis1=-2, axis2=-1)
    is_regular = np.asarray(is_there & (diagonal.min(axis=-1) > _SMALLEST_ROOT * diagonal.max(axis=-1)))
    return np.where(is_regular[..., None, None], root, np.eye(root.shape[-1])), is_regular


def _slopes(block: _Block, at: _Points) -> tuple[Array, Array, Array, Array]:
    """Return gradient, Hessian, the information's slopes and the covariance's, with the fits in front."""
    p, n = block.column_count, block.subject_count[:, :, None, None]
    contrast = np.concatenate([-at.coefficients, np.ones((len(at.value), 1))], axis=1)
    matrix = contrast[:, :, None] * contrast[:, None, :]
    if block.reml:
        matrix[:, :p, :p] += at.spread
    omega = at.precision
    sandwiched = omega @ block.between_visits(matrix) @ omega
    weight = np.sum(-0.5 * (n * omega - sandwiched), axis=1)
    first = block.structure.slopes_of_each(at.theta)
    gradient = np.einsum("rhac,rac->rh", first, weight)
    left = omega[:, None] @ first[:, :, None]
    right = first[:, :, None] @ (0.5 * n * omega - sandwiched)[:, None]
    flat = left.reshape(*left.shape[:2], -1) @ right.reshape(*right.shape[:2], -1).swapaxes(1, 2)
    hessian = block.structure.curvatures(at.theta, weight) + (flat + flat.swapaxes(1, 2)) / 2
    products = block.added(left @ omega[:, None])
    information_slopes = products[:, :, :p, :p]
    pulled = products[:, :, :p, p] - (information_slopes @ at.coefficients[:, None, :, None])[..., 0]
    hessian += pulled @ at.spread @ pulled.swapaxes(1, 2)
    if block.reml:
        turned = at.spread[:, None] @ information_slopes
        one = turned.reshape(*turned.shape[:2], -1)
        other = turned.swapaxes(2, 3).reshape(*turned.shape[:2], -1)
        hessian += 0.5 * one @ other.swapaxes(1, 2)
    return gradient, hessian, information_slopes, first


# ---- the climb ---------------------------------------------------------------------------------------------------------


def _fit_block(
    y: Array, x: Array, structure: Structure, rows: Array, taken_out: Array, df: str, reml: bool
) -> ManyFits:
    block = _make_block(y, x, structure, reml)
    can_begin, is_exact, start = _starts(block)
    shape = (len(y), len(rows))
    empty = {name: np.full(shape, math.nan) for name in ("estimate", "standard_error", "df", "t", "p")}
    found = ManyFits(**empty, converged=np.zeros(len(y), dtype=np.bool_), log_likelihood=np.full(len(y), math.nan))
    chosen = np.flatnonzero(can_begin)
    if chosen.size == 0:
        return found
    own = block.of(chosen)
    at, is_top = _climb(own, start[chosen])
    described = _describe(own, at, is_top & ~is_exact[chosen], rows, taken_out, df)
    for name in ManyFits.__dataclass_fields__:
        getattr(found, name)[chosen] = described[name]
    return found


def _starts(block: _Block) -> tuple[Flags, Flags, Array]:
    """Return which fits can begin, which leave nothing to fit, and parameters to begin with: as ``starting_values``."""
    p = block.column_count
    unit = np.where(block.seen[:, :, None], np.eye(block.packing.visit_count), 0.0)
    total = block.added(np.broadcast_to(unit, (len(block.moments), *unit.shape)))
    size = np.sqrt(np.maximum(np.diagonal(total[:, :p, :p], axis1=1, axis2=2), 0.0))
    scaled = total[:, :p, :p] / np.maximum(size[:, :, None] * size[:, None, :], 1e-300)
    # As strict as the check of a single design matrix: what is left of a column once the others are taken out.
    is_regular = np.linalg.eigvalsh(scaled)[:, 0] > 1e-10
    can_begin = is_regular & (block.observation_count > p)
    safe = np.where(can_begin[:, None, None], total[:, :p, :p], np.eye(p))
    coefficients = np.linalg.solve(safe, total[:, :p, p, None])[:, :, 0]
    contrast = np.concatenate([-coefficients, np.ones((len(total), 1))], axis=1)
    products = block.between_visits(contrast[:, :, None] * contrast[:, None, :]).sum(axis=1)
    together = (block.seen[:, :, None] & block.seen[:, None, :]).astype(np.float64)
    count = np.einsum("rb,bac->rac", block.subject_count, together)
    # A visit that nobody was seen at has no parameters: such a data set is another model.
    can_begin &= np.all(np.diagonal(count, axis1=1, axis2=2) > 0, axis=1)
    rough = np.array([rough_covariance(*pair) for pair in zip(products, count, strict=True)])
    left = np.trace(products, axis1=1, axis2=2)
    return can_begin, left <= _EXACT_SHARE * total[:, p, p], block.structure.starts(rough)


def _climb(block: _Block, theta: Array) -> tuple[_Points, Flags]:
    at = _points(block, theta)
    is_top = np.zeros(len(theta), dtype=np.bool_)
    climbing = np.flatnonzero(at.is_there)
    for _ in range(MOST_STEPS):
        if climbing.size == 0:
            break
        own, here = block.of(climbing), at.of(climbing)
        gradient, hessian, _, _ = _slopes(own, here)
        step, gain = _uphill(gradient, hessian)
        there, has_moved = _best_along(own, here, step, gain)
        at = at.with_rows(climbing, there)
        small = np.where(has_moved, gain <= SMALL_GAIN, gain <= 1e-6 * (1 + np.abs(here.value)))
        is_top[climbing] = small
        climbing = climbing[has_moved & ~small]
    return at, is_top


def _uphill(gradient: Array, hessian: Array) -> tuple[Array, Array]:
    values, vectors = np.linalg.eigh(-hessian)
    floor = 1e-8 * np.maximum(values[:, -1:], 1e-300)
    along = (vectors.swapaxes(1, 2) @ gradient[:, :, None])[:, :, 0]
    step = (vectors @ (along / np.maximum(np.abs(values), floor))[:, :, None])[:, :, 0]
    longest = np.max(np.abs(step), axis=1, keepdims=True)
    step = step * np.minimum(1.0, LONGEST_STEP / np.maximum(longest, 1e-300))
    return step, 0.5 * np.sum(gradient * step, axis=1)


def _best_along(block: _Block, here: _Points, step: Array, gain: Array) -> tuple[_Points, Flags]:
    best, waiting = here, np.arange(len(step))
    rounding = ROUNDING_SHARE * (1 + np.abs(here.value))
    for halving in range(MOST_HALVINGS):
        share = 0.5**halving
        there = _points(block.of(waiting), here.theta[waiting] + share * step[waiting])
        rises = there.is_there & (there.value >= here.value[waiting] + 0.1 * share * gain[waiting] - rounding[waiting])
        best = best.with_rows(waiting[rises], there.of(np.flatnonzero(rises)))
        waiting = waiting[~rises]
        if waiting.size == 0:
            break
    has_moved = np.ones(len(step), dtype=np.bool_)
    has_moved[waiting] = False
    return best, has_moved


# ---- inference -----------------------------------------------------------------------------------------------------------


def _describe(block: _Block, at: _Points, is_top: Flags, rows: Array, taken_out: Array, df: str) -> dict[str, Array]:
    from scipy import special

    _, hessian, information_slopes, first = _slopes(block, at)
    covariance, is_regular = _parameter_covariance(-hessian)
    converged = is_top & is_regular
    estimate = at.coefficients @ rows.T + taken_out
    spread = at.spread
    if df.startswith("kenward-roger"):
        spread = _corrected(block, at, covariance, information_slopes, first, is_linear=df.endswith("linear"))
    with np.errstate(invalid="ignore", divide="ignore"):
        standard_error = np.sqrt(np.einsum("cp,rpq,cq->rc", rows, spread, rows))
        freedom = _freedom(block, at, covariance, information_slopes, rows, df)
        t = estimate / standard_error
        p = 2 * special.stdtr(freedom, -np.abs(t))
    unknown = ~converged[:, None] | ~np.isfinite(standard_error)
    told = {"standard_error": standard_error, "df": freedom, "t": t, "p": p}
    told = {name: np.where(unknown, math.nan, values) for name, values in told.items()}
    return {"estimate": estimate, **told, "converged": converged, "log_likelihood": at.value}


def _parameter_covariance(information: Array) -> tuple[Array, Flags]:
    """Return the inverse of each observed information, and where it is regular; as ``maximum`` judges it."""
    diagonal = np.diagonal(information, axis1=1, axis2=2)
    scale = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    products = scale[:, :, None] * scale[:, None, :]
    values, vectors = np.linalg.eigh(information / products)
    is_regular = np.all(diagonal > 0, axis=1) & (values[:, 0] >= SINGULAR)
    safe = np.where(is_regular[:, None], values, 1.0)
    return (vectors / safe[:, None, :]) @ vectors.swapaxes(1, 2) / products, is_regular


def _freedom(block: _Block, at: _Points, covariance: Array, information_slopes: Array, rows: Array, df: str) -> Array:
    if df == "residual":
        free = (block.observation_count - block.column_count).astype(np.float64)
        return np.repeat(free[:, None], len(rows), axis=1)
    pulled = rows @ at.spread
    variance = np.einsum("rcp,cp->rc", pulled, rows)
    slopes = np.einsum("rcp,rhpq,rcq->rch", pulled, information_slopes, pulled, optimize=True)
    noise = np.einsum("rch,rhj,rcj->rc", slopes, covariance, slopes, optimize=True)
    return np.asarray(2 * variance**2 / noise)


def _corrected(
    block: _Block, at: _Points, covariance: Array, information_slopes: Array, first: Array, *, is_linear: bool
) -> Array:
    """Return Kenward and Roger's covariance of the coefficients; as ``inference``."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    turned = np.einsum("rhk,rhpq->rkpq", root, information_slopes, optimize=True)
    mixed = np.einsum("rhk,rhac->rkac", root, first, optimize=True)
    omega = at.precision
    total = (mixed[:, None] @ omega[:, :, None] @ mixed[:, None]).sum(axis=2)
    if not is_linear:
        total = total - 0.25 * block.structure.weighted_curvatures(at.theta, covariance)[:, None]
    p = block.column_count
    inner = block.added(omega @ total @ omega)[:, :p, :p] - (turned @ at.spread[:, None] @ turned).sum(axis=1)
    return np.asarray(at.spread + 2 * at.spread @ inner @ at.spread)
