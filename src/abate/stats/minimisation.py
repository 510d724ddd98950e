"""How well does minimisation balance, and how well can its next assignment be guessed? Simulated, as no list can be made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.base.errors import ExitCode, ParameterError
from abate.stats.arrays import Array, IntArray
from abate.stats.permuted_blocks import check_length

Flags = NDArray[np.bool_]


class MinimisationError(ParameterError):
    """Factors, their shares or the probability of a minimisation are impossible."""

    exit_code = ExitCode.ALLOCATION


@dataclass(frozen=True, kw_only=True)
class SimulatedMinimisation:
    """What minimisation did in simulated trials.

    Attributes
    ----------
    overall_mean, overall_95 : float
        Of the difference between the largest and the smallest arm at the end: mean, and what 95 of 100 trials do not exceed.
    by_level_mean, by_level_95 : tuple of tuple of float
        The same within each level of each factor.
    guessed_knowing_rule : float
        Share of assignments that is guessed right by whoever knows the rule and all participants so far.
    guessed_by_counts : float
        The same by whoever knows only how many each arm has (Blackwell & Hodges).
    by_chance : float
        What is guessed right without knowing anything.
    trials, seed : int
    """

    overall_mean: float
    overall_95: float
    by_level_mean: tuple[tuple[float, ...], ...]
    by_level_95: tuple[tuple[float, ...], ...]
    guessed_knowing_rule: float
    guessed_by_counts: float
    by_chance: float
    trials: int
    seed: int


def simulate_minimisation(
    participants: int,
    arm_count: int,
    level_shares: Sequence[Sequence[float]],
    *,
    probability: float = 0.8,
    factor_weights: Sequence[float] | None = None,
    trials: int = 1000,
    seed: int = 1,
) -> SimulatedMinimisation:
    """Return how minimisation with equal arms balances, over simulated trials.

    For each participant and arm, the counts within the participant's levels are taken as if the arm were chosen; the spread (largest less
    smallest arm) is added up over the factors with their weights. The arm with the least sum is chosen with ``probability``, each other with an equal
    part of the rest; where several have the least, one of them is taken by chance first.

    Parameters
    ----------
    participants : int
        At least 1.
    arm_count : int
        At least 2.
    level_shares : sequence of sequences of float
        For each factor, the shares of its levels, adding up to 1; factors are independent.
    probability : float
        Above ``1 / arm_count`` and at most 1.
    factor_weights : sequence of float or None
        At least 0, one a factor; None: all alike.
    trials, seed : int
        At least 1 and at least 0; the same seed gives the same numbers.

    Returns
    -------
    SimulatedMinimisation

    Raises
    ------
    MinimisationError
        If an argument is outside its range.

    References
    ----------
    Pocock & Simon (1975), Biometrics 31(1), 103-115.

    Examples
    --------
    >>> found = simulate_minimisation(60, 2, [[0.5, 0.3, 0.2], [0.5, 0.5]], trials=200)
    >>> found.overall_mean < 4 and 0.6 < found.guessed_knowing_rule < 0.8
    True
    """
    weights = _checked(participants, arm_count, level_shares, probability, factor_weights, trials, seed)
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
    levels = [_drawn_levels(rng, shares, trials, participants) for shares in level_shares]
    state = _State(trials, arm_count, [len(shares) for shares in level_shares])
    right_by_rule = right_by_counts = 0.0
    for number in range(participants):
        now = [drawn[:, number] for drawn in levels]
        is_best = _least(state.sums_if_chosen(now, weights))
        chosen = _choose(rng, is_best, probability)
        behind = _least(state.overall.astype(np.float64))
        right_by_rule += float(np.mean(_chance_right(is_best, chosen)))
        right_by_counts += float(np.mean(_chance_right(behind, chosen)))
        state.add(chosen, now)
    spreads = [_spread(counts) for counts in state.by_level]
    overall = _spread(state.overall)
    return SimulatedMinimisation(
        overall_mean=float(overall.mean()),
        overall_95=_ninety_five(overall),
        by_level_mean=tuple(tuple(float(value) for value in spread.mean(axis=0)) for spread in spreads),
        by_level_95=tuple(tuple(_ninety_five(column) for column in spread.T) for spread in spreads),
        guessed_knowing_rule=right_by_rule / participants,
        guessed_by_counts=right_by_counts / participants,
        by_chance=1 / arm_count,
        trials=trials,
        seed=seed,
    )


class _State:
    """Counts of all simulated trials so far: by arm, and by level of each factor and arm."""

    def __init__(self, trials: int, arm_count: int, level_counts: Sequence[int]) -> None:
        self._trial: IntArray = np.arange(trials)
        self.overall: IntArray = np.zeros((trials, arm_count), dtype=np.int64)
        self.by_level: list[IntArray] = [np.zeros((trials, count, arm_count), dtype=np.int64) for count in level_counts]

    def sums_if_chosen(self, now: Sequence[IntArray], weights: Sequence[float]) -> Array:
        """Return, for each trial and arm, the weighted spread within the participant's levels if that arm were chosen."""
        arm_count = self.overall.shape[1]
        sums = np.zeros(self.overall.shape)
        for counts, level, weight in zip(self.by_level, now, weights, strict=True):
            here = counts[self._trial, level]
            if_chosen = here[:, None, :] + np.eye(arm_count, dtype=np.int64)[None, :, :]
            sums += weight * _spread(if_chosen)
        return sums

    def add(self, chosen: IntArray, now: Sequence[IntArray]) -> None:
        self.overall[self._trial, chosen] += 1
        for counts, level in zip(self.by_level, now, strict=True):
            counts[self._trial, level, chosen] += 1


def _drawn_levels(rng: np.random.Generator, shares: Sequence[float], trials: int, participants: int) -> IntArray:
    levels: IntArray = rng.choice(len(shares), size=(trials, participants), p=np.asarray(shares))
    return levels


def _least(sums: Array) -> Flags:
    is_least: Flags = sums <= sums.min(axis=1, keepdims=True) + 1e-9
    return is_least


def _choose(rng: np.random.Generator, is_best: Flags, probability: float) -> IntArray:
    """Return the arm of each trial: one of the best by chance, and then that one with the probability."""
    trials, arm_count = is_best.shape
    preferred = np.argmax(np.where(is_best, rng.random((trials, arm_count)), -1.0), axis=1)
    other = (preferred + rng.integers(1, arm_count, trials)) % arm_count
    # Where all are alike, nothing is preferred: one of them by chance.
    takes_preferred = (rng.random(trials) < probability) | is_best.all(axis=1)
    chosen: IntArray = np.where(takes_preferred, preferred, other)
    return chosen


def _chance_right(guessed: Flags, chosen: IntArray) -> Array:
    """Return how likely each trial's guess is right, if one of those guessed is named by chance."""
    is_among = guessed[np.arange(chosen.size), chosen]
    share: Array = is_among / guessed.sum(axis=1)
    return share


def _spread(counts: IntArray) -> IntArray:
    spread: IntArray = counts.max(axis=-1) - counts.min(axis=-1)
    return spread


def _ninety_five(values: IntArray) -> float:
    return float(np.quantile(values, 0.95, method="inverted_cdf"))


def _checked(
    participants: int,
    arm_count: int,
    level_shares: Sequence[Sequence[float]],
    probability: float,
    factor_weights: Sequence[float] | None,
    trials: int,
    seed: int,
) -> Sequence[float]:
    check_length(participants)
    if arm_count < 2 or trials < 1 or seed < 0:
        raise MinimisationError("minimisation has two arms at least, and a simulation one trial and a seed from 0.")
    if not level_shares or any(not shares or min(shares) < 0 or abs(sum(shares) - 1) > 1e-9 for shares in level_shares):
        raise MinimisationError(
            "minimisation needs a factor at least, and shares of its levels that add up to 1; give them under [[randomisation.strata]]."
        )
    if not 1 / arm_count < probability <= 1:
        raise MinimisationError(
            f"the probability of the better arm lies above {1 / arm_count:.3g}, by chance, and is at most 1; got {probability!r}."
        )
    weights = [1.0] * len(level_shares) if factor_weights is None else list(factor_weights)
    if len(weights) != len(level_shares) or min(weights) < 0 or max(weights) == 0:
        raise MinimisationError("weights of factors are at least 0, not all 0, and one for each factor; mend them.")
    return weights
