"""How often would chance alone, by assigning the groups or the signs anew, give a difference this large?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import (
    Array,
    IntArray,
    flag_vector,
    label_vector,
    number_vector,
    require_same_length,
    rounding_width,
)

# All assignments are looked at where they are no more than so many.
_MOST_EXACT = 65_536
_DRAWS_AT_ONCE = 2_000_000


@dataclass(frozen=True, kw_only=True)
class PermutationTest:
    """A two-sided permutation test.

    Attributes
    ----------
    difference : float or None
        What is tested, in the unit of the data; None where there is nothing to compare.
    p_value : float or None
        Share of the assignments whose difference is as far from 0 or farther. Exact, or (b + 1) / (m + 1) with b of m drawn
        assignments, which is never too small (Phipson & Smyth 2010).
    method : str
        "exact" or "Monte Carlo".
    assignment_count : int
        How many assignments there are, or were drawn.
    reason : str or None
        Why there is no p value.
    """

    difference: float | None
    p_value: float | None
    method: str
    assignment_count: int
    reason: str | None = None


def permutation_test_of_groups(
    values: ArrayLike, is_treated: ArrayLike, *, seed: int, stratum: ArrayLike | None = None, draw_count: int = 9_999
) -> PermutationTest:
    """Test the difference of two groups' means against assigning the same numbers of units anew, within strata if given.

    With strata the difference is the average of theirs, each weighted by ``n1 * n2 / (n1 + n2)``.

    Parameters
    ----------
    values : array-like of numbers, shape (n,)
    is_treated : array-like of 0 and 1, shape (n,)
        The difference is the mean of group 1 less that of group 0.
    seed : int
        For the draws, where there are too many assignments to look at all.
    stratum : array-like of labels, shape (n,), optional
        Units are exchanged within a stratum only.
    draw_count : int
        How many assignments are drawn; above 0.

    Returns
    -------
    PermutationTest
        Without numbers where no stratum has units of both groups.

    Raises
    ------
    ParameterError
        If a value is missing, a group is neither 0 nor 1, the columns differ in length, or ``draw_count`` is below 1.

    References
    ----------
    Fisher (1935), The Design of Experiments, Oliver & Boyd. Pitman (1937), Supplement to the Journal of the Royal Statistical
    Society 4(1), 119-130. Phipson & Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9(1), 39.

    Examples
    --------
    >>> test = permutation_test_of_groups([1, 2, 3, 7, 8, 9], [0, 0, 0, 1, 1, 1], seed=1)
    >>> test.difference, test.p_value, test.method
    (6.0, 0.1, 'exact')
    """
    outcome, treated = number_vector(values, "values"), flag_vector(is_treated, "is_treated")
    labels = np.zeros(outcome.size) if stratum is None else label_vector(stratum, "stratum")
    require_same_length(values=outcome, is_treated=treated, stratum=labels)
    _require_draws(draw_count)
    strata = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    strata = [rows for rows in strata if 0 < treated[rows].sum() < rows.size]
    if not strata:
        return PermutationTest(
            difference=None,
            p_value=None,
            method="exact",
            assignment_count=0,
            reason="no stratum has units of both groups",
        )
    parts = [(outcome[rows] - outcome[rows].mean(), int(treated[rows].sum())) for rows in strata]
    observed = sum(float(outcome[rows] @ treated[rows] - treated[rows].sum() * outcome[rows].mean()) for rows in strata)
    weight = sum(k * (centred.size - k) / centred.size for centred, k in parts)
    count = math.prod(math.comb(centred.size, k) for centred, k in parts)
    if count <= _MOST_EXACT:
        sums = np.zeros(1)
        for centred, k in parts:
            sums = (sums[:, None] + _all_sums(centred, k)[None, :]).ravel()
        return _exact(observed / weight, observed, sums, outcome)
    rng = np.random.default_rng(seed)
    drawn = sum(_drawn_sums(centred, k, draw_count, rng) for centred, k in parts)
    return _drawn(observed / weight, observed, np.asarray(drawn), outcome)


def permutation_test_of_changes(changes: ArrayLike, *, seed: int, draw_count: int = 9_999) -> PermutationTest:
    """Test the mean of paired changes against giving each change its sign anew.

    Parameters
    ----------
    changes : array-like of numbers, shape (n,)
        After minus before; symmetric around 0 if nothing happened.
    seed, draw_count
        As for :func:`permutation_test_of_groups`.

    Returns
    -------
    PermutationTest
        Without numbers where there is no change at all to look at.

    Raises
    ------
    ParameterError
        If a value is missing, or ``draw_count`` is below 1.

    References
    ----------
    Fisher (1935), The Design of Experiments, Oliver & Boyd, section 21.

    Examples
    --------
    >>> permutation_test_of_changes([-3, -2, -4, -1], seed=1).p_value
    0.125
    """
    values = number_vector(changes, "changes")
    _require_draws(draw_count)
    if values.size == 0:
        return PermutationTest(
            difference=None, p_value=None, method="exact", assignment_count=0, reason="there are no changes"
        )
    observed = float(values.sum())
    if 2**values.size <= _MOST_EXACT:
        sums = np.zeros(1)
        for value in values:
            sums = np.concatenate([sums + value, sums - value])
        return _exact(observed / values.size, observed, sums, values)
    rng = np.random.default_rng(seed)
    blocks = _blocks(draw_count, values.size)
    drawn = [rng.choice([-1.0, 1.0], size=(block, values.size)) @ values for block in blocks]
    return _drawn(observed / values.size, observed, np.concatenate(drawn), values)


def _require_draws(draw_count: int) -> None:
    if draw_count < 1:
        raise ParameterError(f"draw_count must be 1 or more; got {draw_count}.")


def _all_sums(centred: Array, k: int) -> Array:
    places = np.fromiter((place for chosen in combinations(range(centred.size), k) for place in chosen), dtype=np.int64)
    return np.asarray(centred[places.reshape(-1, k)].sum(axis=1))


def _drawn_sums(centred: Array, k: int, draw_count: int, rng: np.random.Generator) -> Array:
    found = []
    for block in _blocks(draw_count, centred.size):
        order: IntArray = np.argpartition(rng.random((block, centred.size)), k - 1, axis=1)[:, :k]
        found.append(centred[order].sum(axis=1))
    return np.concatenate(found)


def _blocks(draw_count: int, size: int) -> list[int]:
    each = max(1, _DRAWS_AT_ONCE // size)
    return [min(each, draw_count - done) for done in range(0, draw_count, each)]


def _is_as_far(sums: Array, observed: float, values: Array) -> int:
    """Count the sums that are as far from 0 as the observed one, or farther; rounding does not make two apart."""
    slack = values.size * rounding_width(values)
    return int(np.count_nonzero(np.abs(sums) >= abs(observed) - slack))


def _exact(difference: float, observed: float, sums: Array, values: Array) -> PermutationTest:
    return PermutationTest(
        difference=difference,
        p_value=_is_as_far(sums, observed, values) / sums.size,
        method="exact",
        assignment_count=sums.size,
    )


def _drawn(difference: float, observed: float, sums: Array, values: Array) -> PermutationTest:
    return PermutationTest(
        difference=difference,
        p_value=(_is_as_far(sums, observed, values) + 1) / (sums.size + 1),
        method="Monte Carlo",
        assignment_count=sums.size,
    )
