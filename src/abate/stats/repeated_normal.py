"""Which multivariate normal distribution do repeated outcomes with missing visits come from?

The outcome y of a person with covariates x has mean ``x'B`` (B of one column a visit) and covariance S, the same for
all. Missing visits are missing at random. :func:`fit_repeated_normal` finds the most likely B and S,
:func:`draw_repeated_normal` draws them from their posterior distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.stats.arrays import Array
from abate.stats.matrices import inverse, lower_root, solved

Flags = NDArray[np.bool_]

_SMALL_CHANGE = 1e-11
_MOST_STEPS = 5000
# Below this share of their variances two visits' covariance matrix counts as singular.
_SINGULAR = 1e-9
_DRAWN_AT_ONCE = 4_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class RepeatedNormal:
    """Mean and covariance of repeated outcomes, or a stack of them (fits or draws) along leading axes.

    Attributes
    ----------
    coefficients : array of float64, shape (..., q, v)
        One column a visit.
    covariance : array of float64, shape (..., v, v)
    """

    coefficients: Array
    covariance: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class Moments:
    """All that the likelihood needs to know of the persons, for each pattern of seen visits.

    Attributes
    ----------
    seen : array of bool, shape (p, v)
        The patterns; at least one visit is seen in each.
    count : array of float64, shape (..., p)
        Persons of each pattern.
    xx, xy, yy : array of float64, shapes (..., p, q, q), (..., p, q, v), (..., p, v, v)
        Sums over persons of the products of covariates and outcomes, 0 where a visit is not seen.
    """

    seen: Flags
    count: Array
    xx: Array
    xy: Array
    yy: Array


def reason_against_fit(outcomes: Array, design: Array) -> str | None:
    """Return why the distribution cannot be found, as a clause, or None.

    Examples
    --------
    >>> reason_against_fit(np.array([[1.0, np.nan], [2.0, np.nan], [4.0, np.nan]]), np.ones((3, 1)))
    'visit 2 of 2 is seen in too few persons, or in none of some group'
    """
    seen, width = np.isfinite(outcomes), design.shape[1]
    visit_count = outcomes.shape[1]
    for visit in range(visit_count):
        if np.linalg.matrix_rank(design[seen[:, visit]]) < width or seen[:, visit].sum() <= width:
            return f"visit {visit + 1} of {visit_count} is seen in too few persons, or in none of some group"
        x, y = design[seen[:, visit]], outcomes[seen[:, visit], visit]
        residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        if np.linalg.norm(residual) <= _SINGULAR * np.linalg.norm(y):
            return (
                f"the outcomes of visit {visit + 1} of {visit_count} have no spread that the covariates do not explain"
            )
    together = seen.T.astype(int) @ seen.astype(int)
    if np.any(together <= width):
        one, other = np.argwhere(together <= width)[0] + 1
        return f"visits {one} and {other} are seen together in too few persons to tell how they go together"
    person_count = int(np.any(seen, axis=1).sum())
    if person_count < width + visit_count:
        return f"{person_count} persons are too few for {width} coefficients and {visit_count} visits"
    return None


def moments_of(outcomes: Array, design: Array) -> Moments:
    """Return the moments of persons with at least one visit seen."""
    patterns, place = _patterns(outcomes)
    filled = np.where(np.isfinite(outcomes), outcomes, 0.0)
    rows = [np.flatnonzero(place == k) for k in range(len(patterns))]
    return Moments(
        seen=patterns,
        count=np.array([len(k) for k in rows], dtype=np.float64),
        xx=np.stack([design[k].T @ design[k] for k in rows]),
        xy=np.stack([design[k].T @ filled[k] for k in rows]),
        yy=np.stack([filled[k].T @ filled[k] for k in rows]),
    )


def moments_without_each(outcomes: Array, design: Array, persons: NDArray[np.int64]) -> Moments:
    """Return the moments with each of some persons left out in turn, stacked along a first axis."""
    whole = moments_of(outcomes, design)
    _, place = _patterns(outcomes)
    filled = np.where(np.isfinite(outcomes), outcomes, 0.0)

    def without(total: Array, left: Array, right: Array) -> Array:
        stack = np.repeat(total[None], len(persons), axis=0)
        for k, person in enumerate(persons):
            if place[person] >= 0:
                stack[k, place[person]] -= np.outer(left[person], right[person]).reshape(stack.shape[2:])
        return stack

    ones = np.ones((len(design), 1))
    return Moments(
        seen=whole.seen,
        count=without(whole.count[:, None], ones, ones)[..., 0],
        xx=without(whole.xx, design, design),
        xy=without(whole.xy, design, filled),
        yy=without(whole.yy, filled, filled),
    )


def fit_repeated_normal(moments: Moments, reml: bool = True, start: Array | None = None) -> RepeatedNormal | None:
    """Return the distribution of highest likelihood, for each stack of moments, by the EM algorithm.

    In each step the moments of the unseen visits are replaced by their expectation given the seen ones. Under REML the
    coefficients count as unseen too, with a flat prior: their uncertainty is added to the residuals, which takes the
    place of n - q for n.

    Parameters
    ----------
    moments : Moments
        Of data that :func:`reason_against_fit` has nothing against.
    reml : bool
        Restricted or full maximum likelihood.
    start : array of float64, shape (v, v), optional
        Covariance to start from; the mean squares of the visits where it is not given.

    Returns
    -------
    RepeatedNormal or None
        None where the coefficients cannot be told apart, or the covariance becomes singular, as with two visits that are
        always equal.

    References
    ----------
    Dempster, Laird & Rubin (1977), Journal of the Royal Statistical Society B 39(1), 1-38.
    Laird & Ware (1982), Biometrics 38(4), 963-974, for the flat prior behind REML.
    """
    covariance = _starting_covariance(moments) if start is None else start
    covariance = np.broadcast_to(covariance, (*moments.xx.shape[:-3], *covariance.shape[-2:]))
    if _is_singular(_information(moments, [_padded_inverse(covariance, seen) for seen in moments.seen])):
        return None
    for _ in range(_MOST_STEPS):
        if _is_singular(covariance):
            return None
        scale = np.sqrt(np.einsum("...ii->...i", covariance))
        coefficients, renewed = _em_step(moments, covariance, reml)
        change = np.abs(renewed - covariance) / scale[..., :, None] / scale[..., None, :]
        covariance = renewed
        if np.max(change) <= _SMALL_CHANGE:
            return RepeatedNormal(coefficients=coefficients, covariance=covariance)
    return None


def draw_repeated_normal(
    outcomes: Array,
    design: Array,
    fit: RepeatedNormal,
    draw_count: int,
    burn_in: int,
    random: np.random.Generator,
) -> RepeatedNormal:
    """Return independent draws of the distribution from its posterior, by data augmentation.

    The prior is Jeffreys', with density proportional to ``det(S) ** (-(v + 1) / 2)``. ``draw_count`` chains start from a
    fit and run side by side for ``burn_in`` steps each; in a step the unseen visits are drawn given B and S, then S
    from its inverse Wishart distribution with n - q degrees of freedom and B from its normal distribution, given the
    completed outcomes. Each chain gives its last state, so that the draws are independent of each other.

    Parameters
    ----------
    outcomes : array of float64, shape (n, v)
        nan where a visit is not seen; persons without any are left out, because they say nothing.
    design : array of float64, shape (n, q)
    fit : RepeatedNormal
        From :func:`fit_repeated_normal`.
    draw_count, burn_in : int
    random : numpy Generator

    Returns
    -------
    RepeatedNormal
        Stacked along a first axis of ``draw_count``.

    References
    ----------
    Tanner & Wong (1987), JASA 82(398), 528-540. https://doi.org/10.1080/01621459.1987.10478458
    Schafer (1997), Analysis of Incomplete Multivariate Data, Chapman & Hall, chapter 5.
    """
    used = np.any(np.isfinite(outcomes), axis=1)
    outcomes, design = outcomes[used], design[used]
    blocks = []
    block_size = max(1, _DRAWN_AT_ONCE // max(outcomes.size, 1))
    for start in range(0, draw_count, block_size):
        chain_count = min(block_size, draw_count - start)
        blocks.append(_run_chains(outcomes, design, fit, chain_count, burn_in, random))
    return RepeatedNormal(
        coefficients=np.concatenate([block.coefficients for block in blocks]),
        covariance=np.concatenate([block.covariance for block in blocks]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression:
    """What unseen visits are, given the seen ones of the same person, for each covariance of a stack.

    Attributes
    ----------
    slopes : array of float64, shape (..., unseen, seen)
        Of an unseen visit's residual on the seen visits' residuals.
    spread : array of float64, shape (..., unseen, unseen)
        Lower triangular root of what is left of their covariance.
    """

    slopes: Array
    spread: Array


def regression_on_seen(covariance: Array, seen: Flags) -> Regression:
    """Return the regression of the unseen visits on the seen ones.

    Examples
    --------
    >>> regression_on_seen(np.array([[4.0, 2.0], [2.0, 5.0]]), np.array([True, False])).slopes
    array([[0.5]])
    """
    unseen = ~seen
    across = covariance[..., unseen, :][..., seen]
    own = covariance[..., unseen, :][..., unseen]
    if not np.any(seen):
        return Regression(slopes=across, spread=lower_root(own))
    slopes = np.swapaxes(solved(covariance[..., seen, :][..., seen], np.swapaxes(across, -1, -2)), -1, -2)
    left = own - slopes @ np.swapaxes(across, -1, -2)
    return Regression(slopes=slopes, spread=lower_root((left + np.swapaxes(left, -1, -2)) / 2))


def _patterns(outcomes: Array) -> tuple[Flags, NDArray[np.int64]]:
    """Return the patterns of seen visits, and each person's place among them, -1 where none is seen."""
    seen = np.isfinite(outcomes)
    some = np.any(seen, axis=1)
    patterns, place = np.unique(seen[some], axis=0, return_inverse=True)
    everybody = np.full(len(outcomes), -1, dtype=np.int64)
    everybody[some] = place.ravel()
    return patterns, everybody


def _starting_covariance(moments: Moments) -> Array:
    """Return the mean square of what was seen at each visit, without covariances."""
    squares = np.einsum("...pvv->...v", moments.yy) / (moments.count @ moments.seen)
    start: Array = squares[..., :, None] * np.eye(squares.shape[-1])
    return start


def _em_step(moments: Moments, covariance: Array, reml: bool) -> tuple[Array, Array]:
    """Return the coefficients under a covariance, and the expected covariance of the residuals about them."""
    stack, (q, v) = covariance.shape[:-2], moments.xy.shape[-2:]
    weights = [_padded_inverse(covariance, seen) for seen in moments.seen]
    variance = inverse(_information(moments, weights))
    right = np.zeros((*stack, q, v))
    for k, weight in enumerate(weights):
        right += moments.xy[..., k, :, :] @ weight
    coefficients = (variance @ right.reshape(*stack, q * v, 1)).reshape(*stack, q, v)
    uncertainty = variance.reshape(*stack, q, v, q, v)
    total = np.zeros_like(covariance)
    for k, (seen, weight) in enumerate(zip(moments.seen, weights, strict=True)):
        squares = _residual_squares(moments, k, coefficients)
        if reml:
            squares = squares + np.einsum("...ab,...asbt->...st", moments.xx[..., k, :, :], uncertainty)
        squares = np.where(np.outer(seen, seen), squares, 0.0)
        carry = covariance @ weight  # from seen residuals to all; the identity where all visits are seen
        total = total + carry @ squares @ np.swapaxes(carry, -1, -2)
        total += moments.count[..., k, None, None] * (covariance - carry @ covariance)
    total /= moments.count.sum(axis=-1)[..., None, None]
    return coefficients, (total + np.swapaxes(total, -1, -2)) / 2


def _information(moments: Moments, weights: list[Array]) -> Array:
    """Return the information on the coefficients, covariate by covariate, shape (..., q v, q v)."""
    q, v = moments.xy.shape[-2:]
    information = sum(
        np.einsum("...ab,...st->...asbt", moments.xx[..., k, :, :], weight) for k, weight in enumerate(weights)
    )
    return np.asarray(information).reshape(*moments.xx.shape[:-3], q * v, q * v)


def _residual_squares(moments: Moments, k: int, coefficients: Array) -> Array:
    """Return the sums of products of the residuals of one pattern."""
    across = np.swapaxes(coefficients, -1, -2)
    crossed = across @ moments.xy[..., k, :, :]
    fitted = across @ moments.xx[..., k, :, :] @ coefficients
    squares: Array = moments.yy[..., k, :, :] - crossed - np.swapaxes(crossed, -1, -2) + fitted
    return squares


def _is_singular(matrix: Array) -> bool:
    """Is a symmetric matrix, or one of a stack, singular once its diagonal is brought to 1?"""
    diagonal = np.einsum("...ii->...i", matrix)
    if not np.all(diagonal > 0):
        return True
    scale = np.sqrt(diagonal)
    return bool(np.min(np.linalg.eigvalsh(matrix / scale[..., :, None] / scale[..., None, :])) < _SINGULAR)


def _padded_inverse(covariance: Array, seen: Flags) -> Array:
    """Return the inverse of the seen visits' covariance, 0 in the rows and columns of the others."""
    places = np.flatnonzero(seen)
    padded = np.zeros_like(covariance)
    padded[..., places[:, None], places] = inverse(covariance[..., places[:, None], places])
    return padded


def _run_chains(
    outcomes: Array, design: Array, fit: RepeatedNormal, chain_count: int, burn_in: int, random: np.random.Generator
) -> RepeatedNormal:
    whole = np.all(np.isfinite(outcomes), axis=1)
    x, y = design[~whole], outcomes[~whole]
    patterns, place = _patterns(y)
    fixed_xy, fixed_yy = design[whole].T @ outcomes[whole], outcomes[whole].T @ outcomes[whole]
    xx_inverse = inverse(design.T @ design)
    xx_root = lower_root(xx_inverse)
    state = RepeatedNormal(
        coefficients=np.repeat(fit.coefficients[None], chain_count, axis=0),
        covariance=np.repeat(fit.covariance[None], chain_count, axis=0),
    )
    for _ in range(burn_in):
        completed = _draw_unseen(x, y, patterns, place, state, random)
        xy = fixed_xy + x.T @ completed
        yy = fixed_yy + np.swapaxes(completed, -1, -2) @ completed
        centre = xx_inverse @ xy
        residual = yy - np.swapaxes(xy, -1, -2) @ centre
        root = _inverse_wishart_root(
            (residual + np.swapaxes(residual, -1, -2)) / 2, len(design) - design.shape[1], random
        )
        noise = random.standard_normal(centre.shape)
        root_across = np.swapaxes(root, -1, -2)
        state = RepeatedNormal(coefficients=centre + xx_root @ noise @ root_across, covariance=root @ root_across)
    return state


def _draw_unseen(
    x: Array, y: Array, patterns: Flags, place: NDArray[np.int64], state: RepeatedNormal, random: np.random.Generator
) -> Array:
    """Return completed outcomes, shape (chains, persons, visits), of persons with unseen visits."""
    mean = x @ state.coefficients
    completed = np.where(np.isfinite(y), y, 0.0) + np.zeros_like(mean)
    for k, seen in enumerate(patterns):
        rows = np.flatnonzero(place == k)
        regression = regression_on_seen(state.covariance, seen)
        residual = y[rows][:, seen] - mean[:, rows][:, :, seen]
        noise = random.standard_normal((len(mean), len(rows), int(np.sum(~seen))))
        filled = (
            mean[:, rows][:, :, ~seen]
            + residual @ np.swapaxes(regression.slopes, -1, -2)
            + noise @ np.swapaxes(regression.spread, -1, -2)
        )
        completed[:, rows[:, None], np.flatnonzero(~seen)] = filled
    return completed


def _inverse_wishart_root(scale: Array, degrees_of_freedom: int, random: np.random.Generator) -> Array:
    """Return a root R of a draw R R' of the inverse Wishart distribution, for each scale of a stack.

    With scale L L' and Bartlett's lower triangular A (roots of chi-square numbers on n, n - 1, ... degrees of freedom on
    the diagonal, normal numbers below), a Wishart draw of the inverse scale is ``inv(L)' A A' inv(L)``; its inverse has
    the root ``L inv(A)'``.
    """
    chain_count, size = scale.shape[0], scale.shape[-1]
    bartlett = np.tril(random.standard_normal((chain_count, size, size)), -1)
    diagonal = np.arange(size)
    bartlett[:, diagonal, diagonal] = np.sqrt(random.chisquare(degrees_of_freedom - diagonal, (chain_count, size)))
    return lower_root(scale) @ np.swapaxes(inverse(bartlett), -1, -2)
