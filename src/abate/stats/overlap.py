"""Were there persons in each group who might as well have been in the other?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, flag_vector, number_vector, require_same_length

_BIN_COUNT = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Overlap:
    """How far the groups' scores lie over each other.

    Attributes
    ----------
    equipoise, equipoise_1, equipoise_0 : float or None
        Share with a preference score within the limits: of all rows, of group 1 and of group 0.
    common_share : float or None
        Area under both groups' histograms of the preference score (20 bins): 1 where they are the same.
    c_statistic : float or None
        Chance that a row of group 1 has a higher score than one of group 0, ties counted half: 0.5 where the score
        tells nothing, 1 where it tells all.
    outside_1, outside_0 : int
        Rows beyond the range of the other group's scores.
    bin_edges : array of float64, shape (21,)
        Of the preference score.
    share_1, share_0 : array of float64, shape (20,)
        Of each group, in each bin; sums to 1.
    reason : str or None
        Why there is no answer.
    """

    equipoise: float | None = None
    equipoise_1: float | None = None
    equipoise_0: float | None = None
    common_share: float | None = None
    c_statistic: float | None = None
    outside_1: int = 0
    outside_0: int = 0
    bin_edges: Array
    share_1: Array
    share_0: Array
    reason: str | None = None


def preference_score(score: ArrayLike, share_of_group_1: float) -> Array:
    """Return the score as it would be if both groups were equally large: ``logit F = logit e - logit p``.

    Parameters
    ----------
    score : array-like of numbers, shape (n,)
        Propensity scores, from 0 to 1.
    share_of_group_1 : float
        p, between 0 and 1.

    Returns
    -------
    array of float64, shape (n,)
        From 0 to 1; 0.5 where the score is p.

    Raises
    ------
    ParameterError
        If a score is missing or outside 0 to 1, or the share is not between 0 and 1.

    References
    ----------
    Walker et al. (2013), Comparative Effectiveness Research 3, 11-20. https://doi.org/10.2147/CER.S40357

    Examples
    --------
    >>> preference_score([0.2, 0.5], share_of_group_1=0.2).round(6).tolist()
    [0.5, 0.8]
    """
    e = number_vector(score, "score")
    if np.any((e < 0) | (e > 1)):
        raise ParameterError("score must be from 0 to 1 throughout; give propensity scores.")
    if not 0 < share_of_group_1 < 1:
        raise ParameterError(f"share_of_group_1 must be between 0 and 1; got {share_of_group_1!r}.")
    for_1, for_0 = e * (1 - share_of_group_1), (1 - e) * share_of_group_1
    preference: Array = for_1 / (for_1 + for_0)
    return preference


def describe_overlap(treated: ArrayLike, score: ArrayLike, lower: float = 0.3, upper: float = 0.7) -> Overlap:
    """Return how far the scores of two groups lie over each other.

    Walker calls two treatments in equipoise where at least half of each group has a preference score from 0.3 to 0.7.

    Parameters
    ----------
    treated : array-like of 0 and 1, shape (n,)
    score : array-like of numbers, shape (n,)
        Propensity scores, from 0 to 1.
    lower, upper : float
        Limits of equipoise on the preference score, both included; from 0 to 1.

    Returns
    -------
    Overlap
        Without an answer, and with a reason, where a group has nobody.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ or a number is outside its range.

    References
    ----------
    Walker et al. (2013), Comparative Effectiveness Research 3, 11-20. https://doi.org/10.2147/CER.S40357

    Examples
    --------
    >>> overlap = describe_overlap([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1])
    >>> overlap.equipoise_1, overlap.c_statistic, overlap.outside_1
    (0.5, 0.75, 1)
    """
    flags, e = flag_vector(treated, "treated"), number_vector(score, "score")
    require_same_length(treated=flags, score=e)
    if not 0 <= lower < upper <= 1:
        raise ParameterError(f"need 0 <= lower < upper <= 1; got {lower=}, {upper=}.")
    edges, nothing = np.linspace(0, 1, _BIN_COUNT + 1), np.zeros(_BIN_COUNT)
    if not 0 < flags.sum() < flags.size:
        reason = "there are no rows" if not flags.size else f"nobody is in group {0 if flags.sum() else 1}"
        return Overlap(bin_edges=edges, share_1=nothing, share_0=nothing, reason=reason)
    preference = preference_score(e, float(flags.mean()))
    is_undecided = (preference >= lower) & (preference <= upper)
    first, second = e[flags == 1], e[flags == 0]
    share_1, share_0 = (np.histogram(preference[flags == g], edges)[0] / (flags == g).sum() for g in (1, 0))
    return Overlap(
        equipoise=float(is_undecided.mean()),
        equipoise_1=float(is_undecided[flags == 1].mean()),
        equipoise_0=float(is_undecided[flags == 0].mean()),
        common_share=float(np.minimum(share_1, share_0).sum()),
        c_statistic=_c_statistic(first, second),
        outside_1=int(np.count_nonzero((first < second.min()) | (first > second.max()))),
        outside_0=int(np.count_nonzero((second < first.min()) | (second > first.max()))),
        bin_edges=edges,
        share_1=share_1,
        share_0=share_0,
    )


def _c_statistic(first: Array, second: Array) -> float:
    ordered = np.sort(second)
    below, not_above = np.searchsorted(ordered, first, "left"), np.searchsorted(ordered, first, "right")
    return float((below + not_above).sum() / (2 * first.size * second.size))
