"""What is the smallest change in a rating that matters, by an anchor or by its spread?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import flag_vector, is_constant, number_vector, require_level, require_same_length
from abate.stats.distributions import normal_quantile
from abate.stats.means import MeanEstimate, mean_interval


@dataclass(frozen=True, kw_only=True)
class SpreadDifferences:
    """Candidates for a minimal important difference that need no anchor, in the unit of the rating.

    They say what is large beside the spread or the error of measurement, not what a patient would call important.

    Attributes
    ----------
    count : int
        Ratings behind the standard deviation.
    sd : float or None
        Standard deviation of the ratings (divisor n - 1).
    half_sd : float or None
        Half of it.
    standard_error_of_measurement : float or None
        ``sd sqrt(1 - reliability)``.
    smallest_detectable_change : float or None
        ``z sqrt(2)`` standard errors of measurement: what one person's change must pass to be no mere error.
    reason : str or None
        Why there are no numbers.
    """

    count: int
    sd: float | None = None
    half_sd: float | None = None
    standard_error_of_measurement: float | None = None
    smallest_detectable_change: float | None = None
    reason: str | None = None


def important_difference_by_spread(ratings: ArrayLike, reliability: float, level: float = 0.95) -> SpreadDifferences:
    """Return the differences that the spread and the reliability of a rating suggest.

    Parameters
    ----------
    ratings : array-like of numbers, shape (n,)
        Before treatment; without missing values.
    reliability : float
        Test-retest reliability, from 0 to 1.
    level : float
        Of the smallest detectable change, two-sided, between 0 and 1.

    Returns
    -------
    SpreadDifferences
        Without numbers, and with a reason, where there are fewer than two ratings or all are equal.

    Raises
    ------
    ParameterError
        If a rating is missing, or an argument outside its range.

    References
    ----------
    Norman, Sloan & Wyrwich (2003), Medical Care 41(5), 582-592.
    Wyrwich, Tierney & Wolinsky (1999), Journal of Clinical Epidemiology 52(9), 861-873.

    Examples
    --------
    >>> found = important_difference_by_spread([4, 5, 6], reliability=0.75)
    >>> found.half_sd, found.standard_error_of_measurement, round(found.smallest_detectable_change, 3)
    (0.5, 0.5, 1.386)
    """
    require_level(level)
    vector = number_vector(ratings, "ratings")
    if not 0 <= reliability <= 1:
        raise ParameterError(f"reliability must be from 0 to 1; got {reliability!r}.")
    if vector.size < 2 or is_constant(vector):
        reason = f"all {vector.size} ratings are equal" if vector.size > 1 else "fewer than two ratings show no spread"
        return SpreadDifferences(count=vector.size, reason=reason)
    sd = float(np.std(vector, ddof=1))
    error = sd * math.sqrt(1 - reliability)
    return SpreadDifferences(
        count=vector.size,
        sd=sd,
        half_sd=sd / 2,
        standard_error_of_measurement=error,
        smallest_detectable_change=normal_quantile((1 + level) / 2) * math.sqrt(2) * error,
    )


def important_difference_by_anchor(
    changes: ArrayLike, is_slightly_better: ArrayLike, level: float = 0.95
) -> MeanEstimate:
    """Return the mean change of those whom an anchor calls slightly better, with Student's t interval.

    The anchor is another question, such as a global impression of change; who answered "a little better" is marked by
    the caller. It is worth as much as the anchor's correlation with the change.

    Parameters
    ----------
    changes : array-like of numbers, shape (n,)
        After minus before; without missing values; one a person.
    is_slightly_better : array-like of bool, shape (n,)
        Who is slightly better by the anchor.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    MeanEstimate
        In the unit of the rating, with its sign; ``count`` is of those who are slightly better. Without an interval, and
        with a reason, where they are fewer than two or all changed alike.

    Raises
    ------
    ParameterError
        If the columns differ in length, a value is missing, or ``level`` is outside its range.

    References
    ----------
    Jaeschke, Singer & Guyatt (1989), Controlled Clinical Trials 10(4), 407-415.

    Examples
    --------
    >>> important_difference_by_anchor([-4, -1, -2, 0], [False, True, True, False]).value
    -1.5
    """
    vector, flags = number_vector(changes, "changes"), flag_vector(is_slightly_better, "is_slightly_better")
    require_same_length(changes=vector, is_slightly_better=flags)
    return mean_interval(vector[flags == 1], level)
