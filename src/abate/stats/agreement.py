"""How far do two raters agree beyond chance on labels without an order?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, label_vector, require_level, require_same_length
from abate.stats.distributions import normal_quantile
from abate.stats.intervals import IntervalEstimate

METHOD = "Cohen's kappa, large-sample standard error"


@dataclass(frozen=True, kw_only=True)
class Agreement(IntervalEstimate):
    """Cohen's kappa with its interval.

    Attributes
    ----------
    count : int
        Pairs of labels.
    observed, expected : float
        Share of pairs that agree, and the share to be expected if the raters were independent.
    standard_error : float or None
        Of kappa, in large samples.
    """

    count: int
    observed: float
    expected: float
    standard_error: float | None = None


def cohens_kappa(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Agreement:
    """Return Cohen's kappa of two raters' labels.

    Parameters
    ----------
    first, second : array-like of labels, shape (n,)
        What each rater said, pair by pair; without missing labels.
    level : float
        Coverage of the interval, between 0 and 1. It is cut at -1 and 1.

    Returns
    -------
    Agreement
        Without a value, and with a reason, where both say one and the same label throughout, so that chance explains all.

    Raises
    ------
    ParameterError
        If there is no pair, or lengths differ.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20(1), 37-46. https://doi.org/10.1177/001316446002000104
    Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72(5), 323-327. https://doi.org/10.1037/h0028106

    Examples
    --------
    >>> kappa = cohens_kappa(["yes"] * 25 + ["no"] * 25, ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15)
    >>> round(kappa.value, 12), round(kappa.observed, 12), round(kappa.expected, 12)
    (0.4, 0.7, 0.5)
    """
    require_level(level)
    a, b = label_vector(first, "first"), label_vector(second, "second")
    require_same_length(first=a, second=b)
    if a.size == 0:
        raise ParameterError("there is no pair of labels; give at least one.")
    labels, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    shares = np.zeros((labels.size, labels.size))
    np.add.at(shares, (codes[: a.size], codes[a.size :]), 1 / a.size)
    observed = float(np.trace(shares))
    expected = float(shares.sum(axis=1) @ shares.sum(axis=0))
    if labels.size == 1:
        reason = "both say the same label throughout; chance explains all of it"
        return Agreement(
            value=None, level=level, method=METHOD, count=a.size, observed=observed, expected=expected, reason=reason
        )
    kappa = (observed - expected) / (1 - expected)
    standard_error = math.sqrt(_variance(shares, kappa, expected) / a.size)
    half_width = normal_quantile((1 + level) / 2) * standard_error
    return Agreement(
        value=kappa,
        lower=max(-1.0, kappa - half_width),
        upper=min(1.0, kappa + half_width),
        level=level,
        method=METHOD,
        count=a.size,
        observed=observed,
        expected=expected,
        standard_error=standard_error,
    )


def _variance(p: Array, kappa: float, expected: float) -> float:
    """Return the variance for one pair, in the letters of the paper: p_ij shares, p_i. of rows, p_.j of columns."""
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    on_diagonal = float(np.sum(np.diag(p) * (1 - (rows + columns) * (1 - kappa)) ** 2))
    squared = (columns[:, None] + rows[None, :]) ** 2 * p
    off_diagonal = (1 - kappa) ** 2 * float(squared.sum() - np.trace(squared))
    return max(0.0, (on_diagonal + off_diagonal - (kappa - expected * (1 - kappa)) ** 2) / (1 - expected) ** 2)
