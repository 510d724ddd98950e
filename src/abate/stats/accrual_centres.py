"""When will several centres together have enough, if not all consent, and how many centres does it take to be in time?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.accrual import (
    MOST_PATIENTS,
    PROBABILITIES,
    AccrualNeedError,
    GammaRate,
    MonthsForecast,
    check_month,
    check_needed,
    checked_probabilities,
    months_until,
)
from abate.stats.arrays import Array, IntArray, number_vector
from abate.stats.consent_share import ConsentShare, share_points
from abate.stats.roots import crossing

#: From so many patients on a sum is folded by Fourier transform.
_LONG = 500
#: Beyond so many months nothing is looked for: a thousand years.
_LAST_MONTH = 12_000.0


@dataclass(frozen=True, kw_only=True)
class Centre:
    """One centre: its rate, and the month of the trial in which it opens."""

    rate: GammaRate
    opens_month: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CentresNeeded:
    """How many further centres make it likely enough to finish in time.

    Attributes
    ----------
    added : int or None
        Further centres; None where not even the most that were tried are enough.
    probability : float
        To finish in time with them, or with the most that were tried.
    by_count : tuple of float
        The probability with 0, 1, 2, … further centres.
    reason : str or None
    """

    added: int | None
    probability: float
    by_count: tuple[float, ...]
    reason: str | None = None


def probability_to_finish(
    centres: Sequence[Centre], needed: int, month: float, consent: ConsentShare | None = None
) -> float:
    """Return the probability that all centres together have the number needed by a month of the trial, exactly.

    Each centre's patients are negative binomial over the time that it has been open; their distributions are folded together, and
    averaged over the share that consents, which is the same in all centres.

    Parameters
    ----------
    centres : sequence of Centre
        At least one; rates are independent.
    needed : int
        At least 1.
    month : float
        Months since the first centre could open, at least 0.
    consent : ConsentShare or None
        None: all who come are taken.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    AccrualNeedError
        If an argument is outside its range.

    References
    ----------
    Anisimov & Fedorov (2007), Statistics in Medicine 26(27), 4958-4975. https://doi.org/10.1002/sim.2956

    Examples
    --------
    >>> from abate.stats.accrual import rate_after
    >>> one = Centre(rate=rate_after(61, 36))
    >>> round(probability_to_finish([one], 120, 70.4302120970723), 6)  # its median
    0.5
    >>> round(probability_to_finish([one], 120, 180, ConsentShare(agreed=20, declined=30)), 3)
    0.521
    """
    check_needed(needed)
    check_month(month, "month")
    _check_centres(centres)
    shares, weights = share_points(consent)
    chances = [_reaches(_count_distribution(centres, month, share, needed - 1)) for share in shares]
    return float(np.dot(weights, chances))


def months_to_finish(
    centres: Sequence[Centre],
    needed: int,
    probabilities: Sequence[float] = PROBABILITIES,
    consent: ConsentShare | None = None,
) -> MonthsForecast:
    """Return the months until all centres together have the number needed.

    Parameters
    ----------
    centres, needed, consent
        As for :func:`probability_to_finish`.
    probabilities : sequence of float
        Between 0 and 1.

    Returns
    -------
    MonthsForecast
        Without a mean; ``reason`` says why.

    Raises
    ------
    AccrualNeedError
        If an argument is outside its range, or a probability is not reached within a thousand years.

    Examples
    --------
    >>> from abate.stats.accrual import rate_after
    >>> two = [Centre(rate=rate_after(61, 36)), Centre(rate=rate_after(61, 36), opens_month=6)]
    >>> [round(months, 1) for months in months_to_finish(two, 120, [0.1, 0.5, 0.9]).months]
    [32.8, 38.1, 44.4]
    """
    check_needed(needed)
    _check_centres(centres)
    months = []
    for probability in checked_probabilities(probabilities):
        upper = 12.0
        while probability_to_finish(centres, needed, upper, consent) < probability:
            upper *= 2
            if upper > _LAST_MONTH:
                raise AccrualNeedError(
                    f"{needed} are not reached with probability {probability:g} within a thousand years; add centres or ask for fewer."
                )

        def lacking(month: float, wanted: float = float(probability)) -> float:
            return probability_to_finish(centres, needed, month, consent) - wanted

        months.append(crossing(lacking, 0.0, upper, 1e-9))
    reason = "the mean is not worked out where centres or consent are several" if len(centres) > 1 or consent else None
    mean = None if reason else months_until(centres[0].rate, needed).mean
    if mean is not None:
        mean += centres[0].opens_month
    elif reason is None:
        reason = "so few were seen that the mean is infinite"
    return MonthsForecast(probabilities=tuple(probabilities), months=tuple(months), mean=mean, reason=reason)


def accrual_fan(
    centres: Sequence[Centre],
    months: ArrayLike,
    probabilities: Sequence[float] = PROBABILITIES,
    consent: ConsentShare | None = None,
) -> IntArray:
    """Return the quantiles of the patients by month, for a fan chart.

    Parameters
    ----------
    centres, consent
        As for :func:`probability_to_finish`.
    months : array-like of float, shape (k,)
        Months of the trial, at least 0.
    probabilities : sequence of float
        Between 0 and 1.

    Returns
    -------
    array of int, shape (k, len(probabilities))
        The fewest patients that are not exceeded with each probability.

    Raises
    ------
    AccrualNeedError
        If an argument is outside its range.

    Examples
    --------
    >>> from abate.stats.accrual import rate_after
    >>> accrual_fan([Centre(rate=rate_after(61, 36))], [12, 24], [0.1, 0.5, 0.9]).tolist()
    [[14, 20, 27], [31, 41, 52]]
    """
    _check_centres(centres)
    asked = checked_probabilities(probabilities)
    shares, weights = share_points(consent)
    return np.array(
        [_quantiles_at(centres, float(month), asked, shares, weights) for month in number_vector(months, "months")],
        dtype=np.int64,
    )


def centres_needed(
    centres: Sequence[Centre],
    further: GammaRate,
    needed: int,
    month: float,
    *,
    probability: float = 0.8,
    start_up_months: float = 0.0,
    months_between: float = 0.0,
    consent: ConsentShare | None = None,
    most: int = 50,
) -> CentresNeeded:
    """Return how many further centres make it likely enough to have the number needed by a month.

    Parameters
    ----------
    centres : sequence of Centre
        Those there are, at least one.
    further : GammaRate
        What is known of the rate of a centre that is not there yet; rates of centres are independent.
    needed, month, consent
        As for :func:`probability_to_finish`.
    probability : float
        Wanted, between 0 and 1.
    start_up_months, months_between : float
        The first further centre opens after ``start_up_months``, each one more ``months_between`` after the one before; at least 0.
    most : int
        Further centres that are tried.

    Returns
    -------
    CentresNeeded

    Raises
    ------
    AccrualNeedError
        If an argument is outside its range.

    Examples
    --------
    >>> from abate.stats.accrual import rate_after
    >>> own = rate_after(61, 36)
    >>> found = centres_needed([Centre(rate=own)], own, 120, 36, start_up_months=6)
    >>> found.added, [round(chance, 3) for chance in found.by_count]
    (2, [0.0, 0.314, 0.996])
    """
    check_needed(needed)
    _check_centres(centres)
    for value, name in ((month, "month"), (start_up_months, "start_up_months"), (months_between, "months_between")):
        check_month(value, name)
    wanted = float(checked_probabilities([probability])[0])
    shares, weights = share_points(consent)
    counts = [_count_distribution(centres, month, share, needed - 1) for share in shares]
    by_count = [_averaged(counts, weights)]
    while by_count[-1] < wanted and len(by_count) <= most:
        opens = start_up_months + (len(by_count) - 1) * months_between
        if opens >= month:
            break
        one_more = [Centre(rate=further, opens_month=opens)]
        counts = [
            _folded(count, _count_distribution(one_more, month, share, needed - 1))
            for count, share in zip(counts, shares, strict=True)
        ]
        by_count.append(_averaged(counts, weights))
    if by_count[-1] >= wanted:
        return CentresNeeded(added=len(by_count) - 1, probability=by_count[-1], by_count=tuple(by_count))
    reason = (
        f"{len(by_count) - 1} further centres, all that could open or were tried, finish by month {month:g} with probability "
        f"{by_count[-1]:.2f} only"
    )
    return CentresNeeded(added=None, probability=by_count[-1], by_count=tuple(by_count), reason=reason)


def _count_distribution(centres: Sequence[Centre], month: float, share: float, most: int) -> Array:
    """Return the probability of 0, 1, …, ``most`` patients of all centres together at one share that consents."""
    counts: Array | None = None
    for (rate, opens), number in _alike(centres).items():
        time = share * max(0.0, month - opens)
        if time > 0:
            # Alike centres of one and the same gamma distribution, each with a rate of its own: the sizes add up.
            theirs = _negative_binomial(number * rate.shape, rate.months, time, most)
            counts = theirs if counts is None else _folded(counts, theirs)
    return _nobody(most) if counts is None else counts


def _quantiles_at(centres: Sequence[Centre], month: float, asked: Array, shares: Array, weights: Array) -> IntArray:
    """Return the quantiles at one month, looking as far up as the highest of them lies."""
    check_month(month, "months")
    most = 16 + sum(centre.rate.mean * max(0.0, month - centre.opens_month) for centre in centres)
    while most <= MOST_PATIENTS:
        distributions = [_count_distribution(centres, month, share, math.ceil(most)) for share in shares]
        reached = np.cumsum(weights @ np.array(distributions))
        if reached[-1] >= asked.max():
            quantiles: IntArray = np.searchsorted(reached, asked)
            return quantiles
        most *= 2
    raise AccrualNeedError(
        f"more than {MOST_PATIENTS:,} patients by month {month:g} are possible; the rate is not known well enough for a fan."
    )


def _nobody(most: int) -> Array:
    counts = np.zeros(most + 1)
    counts[0] = 1.0
    return counts


def _alike(centres: Sequence[Centre]) -> dict[tuple[GammaRate, float], int]:
    groups: dict[tuple[GammaRate, float], int] = {}
    for centre in centres:
        key = (centre.rate, centre.opens_month)
        groups[key] = groups.get(key, 0) + 1
    return groups


def _negative_binomial(size: float, months: float, time: float, most: int) -> Array:
    from scipy.special import gammaln

    k = np.arange(most + 1, dtype=np.float64)
    logs = gammaln(size + k) - gammaln(size) - gammaln(k + 1) - size * np.log1p(time / months)
    chances: Array = np.exp(logs + k * math.log(time / (months + time)))
    return chances


def _folded(first: Array, second: Array) -> Array:
    """Return the distribution of a sum, as far as both reach: directly, or where that is long by Fourier transform, to 1e-15."""
    if first.size <= _LONG:
        folded: Array = np.convolve(first, second)[: first.size]
        return folded
    length = 2 * first.size
    product: Array = np.fft.irfft(np.fft.rfft(first, length) * np.fft.rfft(second, length), length)[: first.size]
    return np.maximum(product, 0.0)


def _reaches(counts: Array) -> float:
    """Return the probability of more than all these counts."""
    return min(1.0, max(0.0, 1.0 - float(counts.sum())))


def _averaged(counts: Sequence[Array], weights: Array) -> float:
    return float(np.dot(weights, [_reaches(count) for count in counts]))


def _check_centres(centres: Sequence[Centre]) -> None:
    if not centres:
        raise AccrualNeedError("there is no centre; give one at least.")
    for centre in centres:
        check_month(centre.opens_month, "opens_month")
