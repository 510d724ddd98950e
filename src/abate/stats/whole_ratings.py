"""Can so many whole ratings have the mean that was printed?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from abate.base.errors import ParameterError
from abate.stats.printed_numbers import Fit, PrintedNumber


@dataclass(frozen=True, kw_only=True)
class MeanCheck:
    """What was found of a mean of whole ratings.

    Attributes
    ----------
    fit : Fit
        NOT_KNOWN where the decimals are too few to tell: every mean of so many could be printed so.
    reason : str
        In a sentence; empty where it fits.
    nearest_means : tuple of Fraction
        The means of so many whole ratings next below and next above what was printed.
    """

    fit: Fit
    reason: str = ""
    nearest_means: tuple[Fraction, ...] = ()


def check_mean_of_ratings(mean: PrintedNumber, rating_count: int, items: int = 1) -> MeanCheck:
    """Return whether so many whole ratings can have the printed mean.

    The sum of the ratings is whole, so that their mean is a whole multiple of ``1 / (rating_count items)``.

    Parameters
    ----------
    mean : PrintedNumber
        As :func:`read_printed` gives it.
    rating_count : int
        Ratings behind the mean, at least 1.
    items : int
        Where a rating is itself the mean of several whole answers, how many; at least 1.

    Returns
    -------
    MeanCheck

    Raises
    ------
    ParameterError
        If ``rating_count`` or ``items`` is below 1.

    References
    ----------
    Brown & Heathers (2017), Social Psychological and Personality Science 8(4), 363-369.
    https://doi.org/10.1177/1948550616673876

    Examples
    --------
    >>> from abate.stats.printed_numbers import read_printed
    >>> print(check_mean_of_ratings(read_printed("5.19"), 28).reason)
    28 whole ratings cannot have the mean 5.19: next to it are 5.18 and 5.21
    >>> check_mean_of_ratings(read_printed("7.5"), 61).fit.value
    'not known'
    """
    if rating_count < 1 or items < 1:
        raise ParameterError(f"rating_count and items must be at least 1; got {rating_count} and {items}.")
    size = rating_count * items
    nearest = (Fraction(math.floor(mean.value * size), size), Fraction(math.ceil(mean.value * size), size))
    if math.floor(mean.upper * size) < math.ceil(mean.lower * size):
        below, above = (f"{float(one):.{mean.decimals}f}" for one in nearest)
        reason = f"{size} whole ratings cannot have the mean {mean.text}: next to it are {below} and {above}"
        return MeanCheck(fit=Fit.DOES_NOT_FIT, reason=reason, nearest_means=nearest)
    if 2 * mean.half_unit * size >= 1:
        reason = f"with {size} ratings every mean of {mean.decimals} decimals can be: nothing is told by it"
        return MeanCheck(fit=Fit.NOT_KNOWN, reason=reason, nearest_means=nearest)
    return MeanCheck(fit=Fit.FITS, nearest_means=nearest)
