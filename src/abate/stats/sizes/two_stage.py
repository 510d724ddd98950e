"""Which two-stage design of one group looks after few persons and stops for futility, after Simon?

It has no arm to compare with: it answers whether a scheme deserves a trial, never what the treatment does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray
from abate.stats.sizes.checks import require_rate, require_share
from abate.stats.sizes.errors import EffectError, ErrorRateError, UnreachableError

_LARGEST_TOTAL = 300
# The optimal design is never much larger than the minimax one; the result says how far was searched.
_BEYOND_MINIMAX = 1.5
_AND_PERSONS = 10
# Sums of binomial chances that come out of alpha or power by rounding are equal to them.
_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class TwoStageDesign:
    """Stop after stage 1 with at most ``stop_at`` responders; not promising with at most ``fail_at`` of all.

    Attributes
    ----------
    stop_at, first_stage : int
        r1 of n1.
    fail_at, total : int
        r of n.
    expected_total : float
        Where the null share is true.
    early_stop_chance : float
        Where the null share is true.
    attained_alpha, attained_power : float
    """

    stop_at: int
    first_stage: int
    fail_at: int
    total: int
    expected_total: float
    early_stop_chance: float
    attained_alpha: float
    attained_power: float


@dataclass(frozen=True, kw_only=True)
class TwoStageDesigns:
    """Simon's two designs.

    Attributes
    ----------
    optimal : TwoStageDesign
        Smallest expected size where the null share is true.
    minimax : TwoStageDesign
        Smallest size; of those the smallest expected.
    searched_to : int
        Every design up to this size was looked at.
    """

    optimal: TwoStageDesign
    minimax: TwoStageDesign
    searched_to: int


def two_stage_designs(
    *, null_share: float, share: float, alpha: float = 0.05, power: float = 0.8, largest_total: int | None = None
) -> TwoStageDesigns:
    """Return the optimal and the minimax two-stage design, by looking at every one.

    Parameters
    ----------
    null_share : float
        Share of responders that is of no interest, above 0.
    share : float
        Share that would be, above ``null_share`` and below 1.
    alpha : float
        One-sided; chance to go on where the null share is true.
    power : float
        Chance to go on where ``share`` is true.
    largest_total : int, optional
        Largest size to look at; half as much again as the minimax design, and 10, where it is not given.

    Returns
    -------
    TwoStageDesigns

    Raises
    ------
    UnreachableError
        If no design of up to ``largest_total`` (300 where it is not given) has alpha and power.
    EffectError, ErrorRateError, ParameterError
        As their names say.

    References
    ----------
    Simon (1989), Controlled Clinical Trials 10(1), 1-10. https://doi.org/10.1016/0197-2456(89)90015-9

    Examples
    --------
    >>> found = two_stage_designs(null_share=0.1, share=0.3)
    >>> found.optimal.stop_at, found.optimal.first_stage, found.optimal.fail_at, found.optimal.total
    (1, 10, 5, 29)
    """
    _check(null_share, share, alpha, power, largest_total)
    limits = _Limits(null_share=null_share, share=share, alpha=alpha, power=power)
    optimal: TwoStageDesign | None = None
    minimax: TwoStageDesign | None = None
    searched_to = largest_total or _LARGEST_TOTAL
    total = _smallest_total(limits)
    while total <= searched_to:
        for design in _designs_of(total, limits, math.inf if optimal is None else optimal.expected_total):
            if optimal is None or design.expected_total < optimal.expected_total:
                optimal = design
        if minimax is None and optimal is not None:
            minimax = optimal
            if largest_total is None:
                searched_to = math.ceil(_BEYOND_MINIMAX * total) + _AND_PERSONS
        total += 1
    if optimal is None or minimax is None:
        raise UnreachableError(
            f"no two-stage design of up to {searched_to} persons tells {share:g} from {null_share:g} with alpha {alpha:g} "
            f"and power {power:g}; allow more persons or ask for less."
        )
    return TwoStageDesigns(optimal=optimal, minimax=minimax, searched_to=searched_to)


@dataclass(frozen=True, kw_only=True)
class _Limits:
    null_share: float
    share: float
    alpha: float
    power: float


def _smallest_total(limits: _Limits) -> int:
    """Return the least size at which any test of so many persons has alpha and power, and so any design can."""
    total = 2
    while total <= _LARGEST_TOTAL and _best_power(total, limits) < limits.power - _ROUNDING:
        total += 1
    return total


def _best_power(total: int, limits: _Limits) -> float:
    """Return the power of the best test there is, one that may toss a coin to use up alpha (Neyman and Pearson)."""
    under_null, under_share = _binomial(total, limits.null_share)[::-1], _binomial(total, limits.share)[::-1]
    alphas, powers = np.cumsum(under_null), np.cumsum(under_share)
    return float(np.interp(limits.alpha, alphas, powers))


def _designs_of(total: int, limits: _Limits, best_expected: float) -> Iterator[TwoStageDesign]:
    """Yield the designs of one size that hold alpha and power and expect fewer persons than the best so far."""
    for first in range(1, total):
        if first >= best_expected:
            return
        # Whoever stops more often than 1 - power where the share is true has not the power.
        lost = np.cumsum(_binomial(first, limits.share))[:-1]
        stop_chance = np.cumsum(_binomial(first, limits.null_share))[:-1]
        expected = first + (1 - stop_chance) * (total - first)
        stops = np.flatnonzero((lost <= 1 - limits.power + _ROUNDING) & (expected < best_expected))
        if stops.size:
            yield from _designs_with(first, total, limits, stops)


def _designs_with(first: int, total: int, limits: _Limits, stops: IntArray) -> Iterator[TwoStageDesign]:
    under_null, under_share = _binomial(first, limits.null_share), _binomial(first, limits.share)
    alphas = _going_on(under_null, total - first, limits.null_share, stops)
    fail_at = np.argmax(alphas <= limits.alpha + _ROUNDING, axis=1)
    powers = _going_on(under_share, total - first, limits.share, stops)
    row = np.arange(len(stops))
    for place in np.flatnonzero(powers[row, fail_at] >= limits.power - _ROUNDING):
        chance = float(np.sum(under_null[: stops[place] + 1]))
        yield TwoStageDesign(
            stop_at=int(stops[place]),
            first_stage=first,
            fail_at=int(fail_at[place]),
            total=total,
            expected_total=first + (1 - chance) * (total - first),
            early_stop_chance=chance,
            attained_alpha=float(alphas[place, fail_at[place]]),
            attained_power=float(powers[place, fail_at[place]]),
        )


def _going_on(first_stage: Array, second: int, share: float, stops: IntArray) -> Array:
    """Return the chance to be promising, by the limit to stop (rows) and the limit to fail (columns, from 0 to all)."""
    first = len(first_stage) - 1
    more_than = np.append(np.cumsum(_binomial(second, share)[::-1])[::-1][1:], 0.0)
    # Row x of the windows: the chance that stage 2 brings more than r - x responders, for r = 0 .. all.
    above = np.concatenate([np.ones(first), more_than, np.zeros(first)])
    windows = np.lib.stride_tricks.sliding_window_view(above, first + second + 1)[::-1]
    counts = np.arange(first + 1)
    goes_on = np.where(counts > stops[:, None], first_stage, 0.0)
    chance: Array = goes_on @ windows
    return chance


@lru_cache(maxsize=4096)
def _binomial(count: int, share: float) -> Array:
    from scipy.special import gammaln

    chosen = np.arange(count + 1)
    log_ways = gammaln(count + 1) - gammaln(chosen + 1) - gammaln(count - chosen + 1)
    chance: Array = np.exp(log_ways + chosen * math.log(share) + (count - chosen) * math.log1p(-share))
    return chance


def _check(null_share: float, share: float, alpha: float, power: float, largest_total: int | None) -> None:
    require_share(null_share, "null_share")
    require_share(share, "share")
    require_rate(alpha, "alpha")
    require_rate(power, "power")
    if share <= null_share:
        raise EffectError(f"share ({share:g}) must be above null_share ({null_share:g}), or there is nothing to find.")
    if power <= alpha:
        raise ErrorRateError(f"power must be above alpha; got power {power!r} and alpha {alpha!r}.")
    if largest_total is not None and not 2 <= largest_total <= _LARGEST_TOTAL:
        raise ParameterError(f"largest_total must be from 2 to {_LARGEST_TOTAL}; got {largest_total!r}.")
