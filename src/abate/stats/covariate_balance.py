"""Are two groups alike in what was known before, without weights and with them?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, number_vector, require_same_length, rounding_width
from abate.stats.two_groups import checked_groups


@dataclass(frozen=True, kw_only=True)
class CovariateBalance:
    """One line of a love plot.

    Attributes
    ----------
    name : str
    before, after : float or None
        Group 1 less group 0 in units of the same standard deviation, without and with weights.
    mean_1_before, mean_0_before, mean_1_after, mean_0_after : float or None
        In the covariate's unit; a share for 0 and 1.
    standard_deviation : float or None
        The unit: root of the mean of the two groups' variances without weights.
    reason : str or None
        Why a number is missing.
    """

    name: str
    before: float | None = None
    after: float | None = None
    mean_1_before: float | None = None
    mean_0_before: float | None = None
    mean_1_after: float | None = None
    mean_0_after: float | None = None
    standard_deviation: float | None = None
    reason: str | None = None


def weighted_balance(
    covariates: ArrayLike, treated: ArrayLike, weight: ArrayLike, names: Sequence[str] | None = None
) -> tuple[CovariateBalance, ...]:
    """Return the standardised difference of each covariate, without and with weights.

    The unit is the same on both sides of the arrow, that of the groups without weights (``p (1 - p)`` as a variance for
    a covariate of 0 and 1): otherwise weights that shrink the spread could make a difference look larger.
    :mod:`abate.stats.balance` has the form whose spread is weighted too.

    Parameters
    ----------
    covariates : array-like of numbers, shape (n, k) or (n,)
    treated : array-like of 0 and 1, shape (n,)
    weight : array-like of numbers, shape (n,)
        At least 0.
    names : sequence of str, optional

    Returns
    -------
    tuple of CovariateBalance
        In the order of the columns. Without a number, and with a reason, where a group has nobody, a group has no
        weight, or neither group has a spread and they differ.

    Raises
    ------
    ParameterError
        If a value is missing, lengths differ or a weight is below 0.

    References
    ----------
    Stuart (2010), Statistical Science 25(1), 1-21. https://doi.org/10.1214/09-STS313
    Austin & Stuart (2015), Statistics in Medicine 34(28), 3661-3679. https://doi.org/10.1002/sim.6607

    Examples
    --------
    >>> line, = weighted_balance([3, 5, 7, 4, 8, 12], [1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0])
    >>> round(line.before, 4), round(line.after, 4)  # -3 and +1, over the root of 10
    (-0.9487, 0.3162)
    """
    groups = checked_groups(treated, covariates, names=names)
    w = number_vector(weight, "weight")
    require_same_length(treated=groups.treated, weight=w)
    if np.any(w < 0):
        raise ParameterError(f"weight must be at least 0; {int(np.count_nonzero(w < 0))} are below.")
    is_one = groups.treated == 1
    return tuple(
        _line(name, column[is_one], column[~is_one], w[is_one], w[~is_one])
        for name, column in zip(groups.names, groups.covariates.T, strict=True)
    )


def largest_imbalance(lines: Sequence[CovariateBalance]) -> float | None:
    """Return the largest standardised difference with weights, by size; None where one of them is missing.

    Examples
    --------
    >>> largest_imbalance(weighted_balance([3, 5, 7, 4, 8, 12], [1, 1, 1, 0, 0, 0], [1] * 6)) > 0.9
    True
    """
    after = [line.after for line in lines]
    return None if None in after else max((abs(value) for value in after if value is not None), default=0.0)


def _line(name: str, first: Array, second: Array, w1: Array, w0: Array) -> CovariateBalance:
    if not (first.size and second.size):
        return CovariateBalance(name=name, reason=f"nobody is in group {0 if first.size else 1}")
    unit = _unit(first, second)
    mean_1, mean_0 = float(first.mean()), float(second.mean())
    width = rounding_width(np.concatenate([first, second]))
    before, reason = _scaled(mean_1 - mean_0, unit, width)
    if not (w1.sum() > 0 and w0.sum() > 0):
        return CovariateBalance(
            name=name, before=before, mean_1_before=mean_1, mean_0_before=mean_0, standard_deviation=unit,
            reason=f"group {0 if w1.sum() > 0 else 1} has no weight",
        )  # fmt: skip
    weighted_1, weighted_0 = float(np.average(first, weights=w1)), float(np.average(second, weights=w0))
    after, reason_after = _scaled(weighted_1 - weighted_0, unit, width)
    return CovariateBalance(
        name=name,
        before=before,
        after=after,
        mean_1_before=mean_1,
        mean_0_before=mean_0,
        mean_1_after=weighted_1,
        mean_0_after=weighted_0,
        standard_deviation=unit,
        reason=reason or reason_after,
    )


def _unit(first: Array, second: Array) -> float:
    both = np.concatenate([first, second])
    if np.all((both == 0) | (both == 1)):
        variances = [float(values.mean() * (1 - values.mean())) for values in (first, second)]
    else:
        variances = [float(np.var(values, ddof=1)) if values.size > 1 else 0.0 for values in (first, second)]
    return math.sqrt(sum(variances) / 2)


def _scaled(difference: float, unit: float, width: float) -> tuple[float | None, str | None]:
    if unit > width:
        return difference / unit, None
    return (0.0, None) if abs(difference) <= width else (None, "neither group has a spread, and they differ")
