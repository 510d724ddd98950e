"""Who is left out of a comparison because nobody like them is in the other group?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abate.base.errors import ParameterError
from abate.stats.arrays import flag_vector, number_vector, require_same_length


class TrimmingRule(Enum):
    """Which scores are kept."""

    FIXED = "between fixed limits"
    COMMON_RANGE = "within the range of both groups"
    PERCENTILE = "above a percentile of group 1 and below one of group 0"


@dataclass(frozen=True, kw_only=True, eq=False)
class Trimming:
    """Whom a rule keeps; the score should be fitted anew to them.

    Attributes
    ----------
    kept : array of bool, shape (n,)
    lower, upper : float or None
        Limits of the score, both included.
    trimmed_1, trimmed_0 : int
        Rows of each group that are left out.
    sentence : str
        What was done, with its counts: to be shown with every number that follows.
    reason : str or None
        Why nobody is kept in a group.
    """

    kept: NDArray[np.bool_]
    lower: float | None
    upper: float | None
    trimmed_1: int
    trimmed_0: int
    sentence: str
    reason: str | None = None


def trim(
    treated: ArrayLike,
    score: ArrayLike,
    rule: TrimmingRule = TrimmingRule.FIXED,
    *,
    limit: float = 0.1,
) -> Trimming:
    """Return whom a trimming rule keeps.

    FIXED keeps scores from ``limit`` to ``1 - limit`` (Crump: 0.1); COMMON_RANGE those from the larger of the groups'
    least to the smaller of their largest; PERCENTILE those from the ``limit`` quantile of group 1 to the ``1 - limit``
    quantile of group 0 (Stürmer: 0.05 and less).

    Parameters
    ----------
    treated : array-like of 0 and 1, shape (n,)
    score : array-like of numbers, shape (n,)
        Propensity scores, from 0 to 1.
    rule : TrimmingRule
    limit : float
        From 0 to below 0.5; not used by COMMON_RANGE.

    Returns
    -------
    Trimming

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ, a score is outside 0 to 1, or ``limit`` outside its range.

    References
    ----------
    Crump et al. (2009), Biometrika 96(1), 187-199. https://doi.org/10.1093/biomet/asn055
    Stürmer et al. (2010), American Journal of Epidemiology 172(7), 843-854. https://doi.org/10.1093/aje/kwq198

    Examples
    --------
    >>> trim([1, 1, 0, 0], [0.95, 0.5, 0.4, 0.02]).sentence
    'left out with a score below 0.1 or above 0.9 (between fixed limits): 1 of 2 rows of group 1, 1 of 2 of group 0'
    """
    flags, e = flag_vector(treated, "treated"), number_vector(score, "score")
    require_same_length(treated=flags, score=e)
    if np.any((e < 0) | (e > 1)):
        raise ParameterError("score must be from 0 to 1 throughout; give propensity scores.")
    if not 0 <= limit < 0.5:
        raise ParameterError(f"limit must be from 0 to below 0.5, such as 0.1; got {limit!r}.")
    first, second = e[flags == 1], e[flags == 0]
    if not (first.size and second.size):
        nobody = np.zeros(e.size, dtype=bool)
        reason = f"nobody is in group {0 if first.size else 1}"
        return Trimming(
            kept=nobody, lower=None, upper=None, trimmed_1=first.size, trimmed_0=second.size,
            sentence="nobody could be kept", reason=reason,
        )  # fmt: skip
    lower, upper = {
        TrimmingRule.FIXED: (limit, 1 - limit),
        TrimmingRule.COMMON_RANGE: (max(first.min(), second.min()), min(first.max(), second.max())),
        TrimmingRule.PERCENTILE: (np.quantile(first, limit), np.quantile(second, 1 - limit)),
    }[rule]
    kept = (e >= lower) & (e <= upper)
    left_1, left_0 = (int(np.count_nonzero(~kept & (flags == group))) for group in (1, 0))
    empty = [str(group) for group in (1, 0) if not np.any(kept & (flags == group))]
    return Trimming(
        kept=kept,
        lower=float(lower),
        upper=float(upper),
        trimmed_1=left_1,
        trimmed_0=left_0,
        sentence=(
            f"left out with a score below {lower:.3g} or above {upper:.3g} ({rule.value}): "
            f"{left_1} of {first.size} rows of group 1, {left_0} of {second.size} of group 0"
        ),
        reason=f"trimming leaves nobody in group {' and '.join(empty)}" if empty else None,
    )
