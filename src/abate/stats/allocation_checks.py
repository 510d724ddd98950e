"""Is a list balanced, how long does one arm follow itself, how often could the next line be guessed, and are strata filled?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from abate.base.errors import ExitCode, ParameterError
from abate.stats.arrays import Array, IntArray
from abate.stats.distributions import binomial_cdf


class StrataShareError(ParameterError):
    """Shares of strata are negative, or do not add up to 1."""

    exit_code = ExitCode.ALLOCATION


def largest_imbalance(arms: Sequence[int], ratio: Sequence[int]) -> float:
    """Return the largest spread of ``count / part of the ratio`` over arms, after any line: for 1:1, by how many one arm was ahead.

    Examples
    --------
    >>> largest_imbalance([0, 0, 1, 1], [1, 1])
    2.0
    """
    return float(_imbalances(arms, ratio).max()) if arms else 0.0


def final_imbalance(arms: Sequence[int], ratio: Sequence[int]) -> float:
    """Return the same spread after the last line.

    Examples
    --------
    >>> final_imbalance([0, 0, 1, 1], [1, 1])
    0.0
    """
    return float(_imbalances(arms, ratio)[-1]) if arms else 0.0


def longest_run(arms: Sequence[int]) -> int:
    """Return how many lines in a row have the same arm, at most.

    Examples
    --------
    >>> longest_run([0, 1, 1, 1, 0])
    3
    """
    longest = current = 0
    before: int | None = None
    for arm in arms:
        current = current + 1 if arm == before else 1
        longest, before = max(longest, current), arm
    return longest


def share_guessed(arms: Sequence[int], ratio: Sequence[int]) -> float | None:
    """Return the share of lines guessed right by the convergence strategy: always the arm that is furthest behind.

    Where several are, one of them is guessed by chance, and the expected share is taken. Without restriction two equal arms give 0.5.

    Parameters
    ----------
    arms : sequence of int
        Arm of each line, from 0; the lines that one guesser sees, such as those of a stratum.
    ratio : sequence of int

    Returns
    -------
    float or None
        From 0 to 1; None without a line.

    References
    ----------
    Blackwell & Hodges (1957), Annals of Mathematical Statistics 28(2), 449-460.

    Examples
    --------
    >>> share_guessed([0, 1, 1, 0], [1, 1])  # the first of each pair by chance, the second for sure
    0.75
    """
    if not arms:
        return None
    counts = [0] * len(ratio)
    right = 0.0
    for arm in arms:
        behind = _behind(counts, ratio)
        right += (arm in behind) / len(behind)
        counts[arm] += 1
    return right / len(arms)


def strata_without_a_block(participants: int, shares: Sequence[float], largest_block: int) -> float:
    """Return how many strata are to be expected that do not fill one block of the largest size.

    Parameters
    ----------
    participants : int
        Of the whole trial.
    shares : sequence of float
        Of the participants in each stratum, adding up to 1.
    largest_block : int

    Returns
    -------
    float
        From 0 to the number of strata; in such strata stratification does not balance.

    Raises
    ------
    StrataShareError
        If a share is negative, or they do not add up to 1.

    Examples
    --------
    >>> round(strata_without_a_block(12, [0.5, 0.5], 6), 3)
    0.774
    """
    if not shares or min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
        raise StrataShareError("shares of strata are at least 0 and add up to 1; mend them.")
    return float(sum(binomial_cdf(largest_block - 1, participants, share) for share in shares))


def _imbalances(arms: Sequence[int], ratio: Sequence[int]) -> Array:
    chosen: IntArray = np.asarray(arms, dtype=np.int64)
    counts = np.cumsum(chosen[:, None] == np.arange(len(ratio)), axis=0) / np.asarray(ratio, dtype=np.float64)
    spread: Array = counts.max(axis=1) - counts.min(axis=1)
    return spread


def _behind(counts: Sequence[int], ratio: Sequence[int]) -> list[int]:
    """Return the arms with the fewest lines for their part; compared in whole numbers, without rounding."""
    fewest = 0
    for arm in range(1, len(ratio)):
        if counts[arm] * ratio[fewest] < counts[fewest] * ratio[arm]:
            fewest = arm
    return [arm for arm in range(len(ratio)) if counts[arm] * ratio[fewest] == counts[fewest] * ratio[arm]]
