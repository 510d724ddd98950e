"""Who of group 0 is most like each one of group 1, and who finds nobody?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, IntArray
from abate.stats.balancing_weights import Weights
from abate.stats.propensity import Propensity


@dataclass(frozen=True, kw_only=True, eq=False)
class Matching:
    """Pairs of rows.

    Attributes
    ----------
    pairs : array of int64, shape (m, 2)
        Row of group 1 and row of group 0, both from 0, by the row of group 1.
    weights : Weights
        1 for a matched row of group 1; a row of group 0 counts 1 over the matches of its partner, summed over partners.
    caliper : float
        The largest distance allowed, in log odds of the score.
    reason : str or None
        Why there are no pairs.
    """

    pairs: IntArray
    weights: Weights
    caliper: float
    reason: str | None = None


def match_nearest(
    propensity: Propensity,
    *,
    caliper_in_sd: float = 0.2,
    ratio: int = 1,
    is_with_replacement: bool = False,
) -> Matching:
    """Return, for each row of group 1, its nearest rows of group 0 on the log odds of the score, within a caliper.

    Greedy: rows of group 1 choose in turn, the one with the highest score first, once each and then again up to
    ``ratio``. Nobody is matched to a row of the same person. Of equally near rows the one with the lower score is
    taken, then the one whose person's label sorts first, so that the order of the rows does not matter.

    Parameters
    ----------
    propensity : Propensity
    caliper_in_sd : float
        Above 0; times the root of the mean of the two groups' variances of the log odds. Austin advises 0.2.
    ratio : int
        Matches for each row of group 1, at least 1.
    is_with_replacement : bool
        Whether a row of group 0 may serve twice.

    Returns
    -------
    Matching
        Without pairs, and with a reason, where there is no score or nobody lies within the caliper. The rows left out
        are counted in ``weights``.

    Raises
    ------
    ParameterError
        If an argument is outside its range.

    References
    ----------
    Austin (2011), Pharmaceutical Statistics 10(2), 150-161. https://doi.org/10.1002/pst.433
    Stuart (2010), Statistical Science 25(1), 1-21. https://doi.org/10.1214/09-STS313

    Examples
    --------
    >>> from abate.stats.propensity import estimate_propensity
    >>> propensity = estimate_propensity([1, 1, 1, 0, 0, 0, 0], [3, 2, 6, 2, 3, 1, 4], penalty=1)
    >>> match_nearest(propensity).pairs.tolist()
    [[0, 4], [1, 3]]
    """
    if not (caliper_in_sd > 0 and ratio >= 1):
        raise ParameterError(f"need caliper_in_sd > 0 and ratio >= 1; got {caliper_in_sd=}, {ratio=}.")
    method = f"nearest neighbour on the log odds, {ratio} to 1, caliper {caliper_in_sd:g} SD; {propensity.method}"
    treated = propensity.groups.treated
    if propensity.reason:
        return _nobody(treated, 0.0, method, propensity.reason, propensity.flags)
    log_odds = np.log(propensity.score / (1 - propensity.score))
    spread = (np.var(log_odds[treated == 1], ddof=1) + np.var(log_odds[treated == 0], ddof=1)) / 2
    caliper = caliper_in_sd * float(np.sqrt(spread))
    pairs = _pairs(log_odds, propensity, caliper, ratio, is_with_replacement)
    if not len(pairs):
        return _nobody(treated, caliper, method, "nobody of group 0 lies within the caliper of anybody in group 1", ())
    weight = np.zeros(treated.size)
    weight[pairs[:, 0]] = 1.0
    np.add.at(weight, pairs[:, 1], 1 / np.bincount(pairs[:, 0], minlength=treated.size)[pairs[:, 0]])
    left_1, left_0 = (int(np.count_nonzero((treated == group) & (weight == 0))) for group in (1, 0))
    weights = Weights(
        weight=weight,
        method=method,
        left_out_1=left_1,
        left_out_0=left_0,
        flags=propensity.flags + ((f"{left_1} rows of group 1 found no match",) if left_1 else ()),
    )
    return Matching(pairs=pairs, weights=weights, caliper=caliper)


def _pairs(log_odds: Array, propensity: Propensity, caliper: float, ratio: int, is_with_replacement: bool) -> IntArray:
    groups = propensity.groups
    place = groups.person_place
    ones, zeros = np.flatnonzero(groups.treated == 1), np.flatnonzero(groups.treated == 0)
    ones = ones[np.lexsort((place[ones], -log_odds[ones]))]
    zeros = zeros[np.lexsort((place[zeros], log_odds[zeros]))]
    is_free = np.ones(zeros.size, dtype=bool)
    found: list[tuple[int, int]] = []
    taken: dict[int, list[int]] = {}
    for _ in range(ratio):
        for row in ones.tolist():
            distance = np.abs(log_odds[zeros] - log_odds[row])
            distance[~is_free | (place[zeros] == place[row])] = np.inf
            distance[taken.get(row, [])] = np.inf
            nearest = int(np.argmin(distance))
            if distance[nearest] <= caliper:
                found.append((row, int(zeros[nearest])))
                taken.setdefault(row, []).append(nearest)
                is_free[nearest] = is_with_replacement
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _nobody(treated: Array, caliper: float, method: str, reason: str, flags: tuple[str, ...]) -> Matching:
    weights = Weights(
        weight=np.zeros(treated.size),
        method=method,
        left_out_1=int(np.count_nonzero(treated == 1)),
        left_out_0=int(np.count_nonzero(treated == 0)),
        reason=reason,
        flags=flags,
    )
    return Matching(pairs=np.empty((0, 2), dtype=np.int64), weights=weights, caliper=caliper, reason=reason)
