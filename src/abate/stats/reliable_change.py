"""Did each person change by more than measurement error, and out of the range of patients?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from abate.base.errors import ParameterError
from abate.stats.arrays import Array, differences, number_vector, require_level, require_same_length
from abate.stats.distributions import normal_quantile


class Better(Enum):
    """Which end of a rating is the good one."""

    LOWER = "lower"
    HIGHER = "higher"


class ChangeClass(Enum):
    """The classes of Jacobson and Truax, and their mirror image for the worse."""

    RECOVERED = "recovered"
    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    DETERIORATED = "deteriorated"
    HARMED = "harmed"


@dataclass(frozen=True, kw_only=True)
class Population:
    """Mean and standard deviation of a rating, among patients or among the healthy.

    Attributes
    ----------
    mean, sd : float
        In the unit of the rating; ``sd`` above 0.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.sd) and self.sd > 0):
            raise ParameterError(f"need a finite mean and an sd above 0; got {self.mean!r} and {self.sd!r}.")


@dataclass(frozen=True, kw_only=True, eq=False)
class ReliableChange:
    """Every person's reliable change index and class.

    Attributes
    ----------
    index : array of float64, shape (n,)
        Change divided by ``standard_error``; negative where the rating fell.
    classes : tuple of ChangeClass, length n
        In the order of the data.
    counts : mapping of ChangeClass to int
        Every class, those of nobody too.
    standard_error : float or None
        Of the difference of two ratings of one unchanged person, in the unit of the rating.
    smallest_reliable_change : float or None
        A change must be larger than this.
    cutoff : float
        Between patients and the healthy, in the unit of the rating.
    reason : str or None
        Why nobody could be classed.
    """

    index: Array
    classes: tuple[ChangeClass, ...]
    counts: Mapping[ChangeClass, int]
    standard_error: float | None = None
    smallest_reliable_change: float | None = None
    cutoff: float
    reason: str | None = None


def cutoff_a(patients: Population, better: Better) -> float:
    """Return the cut-off two standard deviations from the patients' mean, towards the good end.

    References
    ----------
    Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59(1), 12-19.
    https://doi.org/10.1037/0022-006X.59.1.12

    Examples
    --------
    >>> cutoff_a(Population(mean=40, sd=7.5), Better.HIGHER)
    55.0
    """
    return patients.mean + _sign(better) * 2 * patients.sd


def cutoff_b(healthy: Population, better: Better) -> float:
    """Return the cut-off two standard deviations from the mean of the healthy, towards the bad end.

    References
    ----------
    As for :func:`cutoff_a`.

    Examples
    --------
    >>> cutoff_b(Population(mean=60, sd=7.5), Better.HIGHER)
    45.0
    """
    return healthy.mean - _sign(better) * 2 * healthy.sd


def cutoff_c(patients: Population, healthy: Population) -> float:
    """Return the cut-off as many standard deviations from one mean as from the other.

    With patients' mean and sd ``M1, s1`` and those of the healthy ``M0, s0`` it is ``(s0 M1 + s1 M0) / (s0 + s1)``.

    References
    ----------
    As for :func:`cutoff_a`.

    Examples
    --------
    >>> cutoff_c(Population(mean=40, sd=7.5), Population(mean=60, sd=7.5))
    50.0
    """
    return (healthy.sd * patients.mean + patients.sd * healthy.mean) / (healthy.sd + patients.sd)


def classify_reliable_change(
    before: ArrayLike,
    after: ArrayLike,
    *,
    reliability: float,
    cutoff: float,
    better: Better,
    sd: float | None = None,
    level: float = 0.95,
) -> ReliableChange:
    """Class each person's change after Jacobson and Truax.

    The index is ``(after - before) / (sd sqrt(2 (1 - reliability)))``; a change is reliable where its size is above the
    normal quantile of ``level``. Reliable for the better and over the cut-off from the patients' side is RECOVERED,
    else IMPROVED; for the worse and over it from the other side HARMED, else DETERIORATED. A rating at the cut-off is
    on neither side.

    Parameters
    ----------
    before, after : array-like of numbers, shape (n,)
        The same n persons in the same order and unit; without missing values.
    reliability : float
        Of the instrument (test-retest, or internal consistency), at least 0 and below 1.
    cutoff : float
        From :func:`cutoff_a`, :func:`cutoff_b` or :func:`cutoff_c`, or published, in the unit of the rating.
    better : Better
        Which end is the good one.
    sd : float, optional
        Standard deviation of the rating in the population, above 0; that of ``before`` where left out.
    level : float
        Two-sided, between 0 and 1.

    Returns
    -------
    ReliableChange
        Without classes, and with a reason, where there is nobody, or ``sd`` was left out and ``before`` has no spread.

    Raises
    ------
    ParameterError
        If the columns differ in length, a value is missing, or an argument is outside its range.

    References
    ----------
    As for :func:`cutoff_a`.

    Examples
    --------
    >>> change = classify_reliable_change(
    ...     [32.5, 32.5], [47.5, 36], reliability=0.8, cutoff=45, better=Better.HIGHER, sd=7.5
    ... )
    >>> round(float(change.index[0]), 2), [member.value for member in change.classes]
    (3.16, ['recovered', 'unchanged'])
    """
    require_level(level)
    first, second = number_vector(before, "before"), number_vector(after, "after")
    require_same_length(before=first, after=second)
    _check_arguments(reliability, cutoff, sd)
    if sd is None:
        sd = float(np.std(first, ddof=1)) if first.size > 1 else 0.0
    if first.size == 0 or sd == 0:
        reason = "the ratings before have no spread; give the instrument's sd" if first.size else "there is nobody"
        return ReliableChange(
            index=np.empty(0), classes=(), counts=dict.fromkeys(ChangeClass, 0), cutoff=cutoff, reason=reason
        )
    standard_error = sd * math.sqrt(2 * (1 - reliability))
    quantile = normal_quantile((1 + level) / 2)
    index = differences(second, first) / standard_error
    good = _sign(better)
    is_improved, is_worse = good * index > quantile, good * index < -quantile
    enters_health = (good * (first - cutoff) < 0) & (good * (second - cutoff) > 0)
    leaves_health = (good * (first - cutoff) > 0) & (good * (second - cutoff) < 0)
    chosen = np.select(
        [is_improved & enters_health, is_improved, is_worse & leaves_health, is_worse],
        [0, 1, 4, 3],
        default=2,
    )
    members = tuple(ChangeClass)
    classes = tuple(members[place] for place in chosen)
    return ReliableChange(
        index=index,
        classes=classes,
        counts={member: classes.count(member) for member in members},
        standard_error=standard_error,
        smallest_reliable_change=quantile * standard_error,
        cutoff=cutoff,
    )


def _sign(better: Better) -> int:
    return 1 if better is Better.HIGHER else -1


def _check_arguments(reliability: float, cutoff: float, sd: float | None) -> None:
    if not 0 <= reliability < 1:
        raise ParameterError(f"reliability must be at least 0 and below 1; got {reliability!r}.")
    if not math.isfinite(cutoff):
        raise ParameterError(f"cutoff must be a finite number; got {cutoff!r}.")
    if sd is not None and not (math.isfinite(sd) and sd > 0):
        raise ParameterError(f"sd must be above 0; got {sd!r}.")
