"""Which row of the result table does a sample become: a mean, a median, a share, a rate or a count?

Where a person has more than one course the interval is by person, and the method of the row says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import TypedDict

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import Sample
from abate.stats.arrays import Array
from abate.stats.clustered import clustered_mean_interval
from abate.stats.clustered_medians import clustered_median_interval
from abate.stats.intervals import IntervalEstimate
from abate.stats.means import MeanEstimate, mean_interval
from abate.stats.medians import median_interval
from abate.stats.proportions import Proportion, clopper_pearson_interval, wilson_interval
from abate.stats.rates import poisson_rate_interval

#: Coverage of every interval.
LEVEL = 0.95

#: Rates of events are given per this many days of infusion.
DAYS_OF_RATE = 100

NO_VALUE = "no course has a value"
NO_COURSE = "no course entered the study"
NOBODY_JUDGED = "no course can be judged"


class ShareInterval(Enum):
    """How the interval of a share is found; harm is rare and takes the exact one."""

    WILSON = "Wilson"
    EXACT = "exact"


_SHARE_INTERVALS: Mapping[ShareInterval, Callable[[int, int, float], Proportion]] = {
    ShareInterval.WILSON: wilson_interval,
    ShareInterval.EXACT: clopper_pearson_interval,
}


class Interval(TypedDict):
    """The part of an estimate that an interval fills."""

    value: float | None
    lower: float | None
    upper: float | None
    level: float | None


def mean_row(
    id: str, quantity: str, sample: Sample, unit: str, *, group: str | None = None, none: str = NO_VALUE
) -> Estimate:
    """Return the mean with Student's t interval, cluster-robust where a person has several courses.

    Parameters
    ----------
    id, quantity, unit, group
        As in ``Estimate``.
    sample : Sample
        The values, in ``unit``.
    none : str
        The reason to give where there is no value at all.
    """
    found = mean_of(sample)
    by_person = " by person" if sample.has_repeats else ""
    return Estimate(
        id=id,
        quantity=quantity,
        **interval_of(found),
        unit=unit,
        n=sample.course_count,
        person_count=sample.person_count,
        standard_error=found.standard_error,
        sd=found.sd,
        method=f"mean, {found.method}{by_person}",
        group=group,
        reason=reason_of(found, sample, none),
    )


def median_row(
    id: str, quantity: str, sample: Sample, unit: str, *, group: str | None = None, none: str = NO_VALUE
) -> Estimate:
    """Return the median between order statistics, or with Woodruff's interval where a person has several courses.

    Parameters are those of :func:`mean_row`.
    """
    if sample.has_repeats:
        found: IntervalEstimate = clustered_median_interval(sample.values, sample.persons, LEVEL)
    else:
        found = median_interval(sample.values, LEVEL)
    by_person = " by person" if sample.has_repeats else ""
    return Estimate(
        id=id,
        quantity=quantity,
        **interval_of(found),
        unit=unit,
        n=sample.course_count,
        person_count=sample.person_count,
        method=f"median, {found.method}{by_person}",
        group=group,
        reason=reason_of(found, sample, none),
    )


def share_row(
    id: str,
    quantity: str,
    sample: Sample,
    *,
    interval: ShareInterval = ShareInterval.WILSON,
    group: str | None = None,
    none: str = NOBODY_JUDGED,
) -> Estimate:
    """Return the share of flags that are 1.

    Where a person has several courses the interval is the wider, at each end, of the ordinary one and the cluster-robust
    one: the second alone is too narrow for a rare event. Where all courses are alike the second does not exist, and
    persons stand in the place of courses, as if the courses of one person told no more than one of them.

    Parameters
    ----------
    id, quantity, group
        As in ``Estimate``.
    sample : Sample
        Zeros and ones.
    interval : ShareInterval
        Wilson's or the exact one.
    none : str
        The reason to give where there is no flag at all.
    """
    numerator = int(sample.values.sum())
    found = _share_by_person(sample, numerator, interval) if sample.has_repeats else None
    found = found or _SHARE_INTERVALS[interval](numerator, sample.course_count, LEVEL)
    return Estimate(
        id=id,
        quantity=quantity,
        **interval_of(found),
        n=sample.course_count,
        person_count=sample.person_count,
        numerator=numerator,
        denominator=sample.course_count,
        method=f"share, {found.method}",
        group=group,
        reason=reason_of(found, sample, none),
    )


def rate_row(id: str, quantity: str, event_counts: Sample, days: Array, *, none: str = NO_VALUE) -> Estimate:
    """Return events per 100 days of infusion with the exact Poisson interval.

    Where a person has several courses the interval is the wider, at each end, of that one and the cluster-robust
    interval of the ratio of sums.

    Parameters
    ----------
    id, quantity : str
        As in ``Estimate``.
    event_counts : Sample
        Events of each course.
    days : array of float64, shape (n,)
        Days of infusion of the same courses.
    none : str
        The reason to give where there is no course.
    """
    total, exposure = int(event_counts.values.sum()), float(days.sum())
    if exposure == 0:
        no_days = "these courses have no length to count days of infusion by"
        return failed_row(id, quantity, no_days if event_counts.course_count else none, "{events}/(100.d)")
    found = poisson_rate_interval(total, exposure / DAYS_OF_RATE, LEVEL)
    lower, upper, method = found.lower, found.upper, found.method
    half_width = _half_width_by_person(event_counts, days) if event_counts.has_repeats else None
    if half_width is not None and found.value is not None and lower is not None and upper is not None:
        lower, upper = max(0.0, min(lower, found.value - half_width)), max(upper, found.value + half_width)
        method += ", widened to the cluster-robust interval by person (CR1) where that is wider"
    return Estimate(
        id=id,
        quantity=quantity,
        value=found.value,
        lower=lower,
        upper=upper,
        level=LEVEL,
        unit="{events}/(100.d)",
        n=event_counts.course_count,
        person_count=event_counts.person_count,
        numerator=total,
        denominator=exposure,
        method=f"events per {DAYS_OF_RATE} days of infusion, {method}",
    )


def count_row(id: str, quantity: str, sample: Sample) -> Estimate:
    """Return how many flags are 1, with the number of courses among which they were counted."""
    count = int(sample.values.sum())
    return Estimate(
        id=id,
        quantity=quantity,
        value=float(count),
        unit="{courses}",
        n=sample.course_count,
        person_count=sample.person_count,
        numerator=count,
        denominator=sample.course_count,
        method="count",
    )


def failed_row(id: str, quantity: str, reason: str, unit: str = "1", *, group: str | None = None) -> Estimate:
    """Return a row without a value, and why."""
    return Estimate(id=id, quantity=quantity, value=None, unit=unit, n=0, person_count=0, group=group, reason=reason)


def mean_of(sample: Sample) -> MeanEstimate:
    """Return the mean, cluster-robust where a person has several courses."""
    if sample.has_repeats:
        return clustered_mean_interval(sample.values, sample.persons, LEVEL)
    return mean_interval(sample.values, LEVEL)


def interval_of(found: IntervalEstimate) -> Interval:
    """Return value and limits as an estimate has them: no level where there is no interval."""
    has_interval = found.lower is not None or found.upper is not None
    return {
        "value": found.value,
        "lower": found.lower,
        "upper": found.upper,
        "level": found.level if has_interval else None,
    }


def reason_of(found: IntervalEstimate, sample: Sample, none: str = NO_VALUE) -> str | None:
    """Return why a number is missing, in words about courses."""
    if found.reason is None:
        return None
    if sample.course_count == 0:
        return none
    if sample.has_repeats and sample.person_count == 1:
        return f"all {sample.course_count} courses are of one person"
    return found.reason.replace("cluster", "person")


def check_unique_ids(estimates: Iterable[Estimate]) -> None:
    """Refuse rows that share an id.

    Raises
    ------
    ValueError
        If an id stands twice: a mistake of the program, since ids that come from a study file are kept apart.
    """
    ids = [estimate.id for estimate in estimates]
    repeated = sorted({id for id in ids if ids.count(id) > 1}) if len(set(ids)) < len(ids) else []
    if repeated:
        raise ValueError(f"these ids of estimates stand more than once: {', '.join(repeated)}")


def slug(text: str) -> str:
    """Return a text as part of an id: lower case, words joined by underscores.

    Examples
    --------
    >>> slug("Double or blurred vision (new)")
    'double_or_blurred_vision_new'
    """
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return "_".join(words) or "unnamed"


def _share_by_person(sample: Sample, numerator: int, interval: ShareInterval) -> IntervalEstimate | None:
    """Return the share with an interval by person, None where the ordinary interval is to stand."""
    find = _SHARE_INTERVALS[interval]
    persons, courses = sample.person_count, sample.course_count
    if numerator in (0, courses):
        alike = find(0 if numerator == 0 else persons, persons, LEVEL)
        return _interval(alike.value, alike.lower, alike.upper, f"{alike.method}, persons in the place of courses")
    robust, ordinary = mean_of(sample), find(numerator, courses, LEVEL)
    method = f"{ordinary.method}, widened to the cluster-robust interval by person (CR1) where that is wider"
    if persons == 1:
        return IntervalEstimate(value=robust.value, level=LEVEL, method=method, reason=robust.reason)
    if robust.lower is None or robust.upper is None or ordinary.lower is None or ordinary.upper is None:
        return _interval(ordinary.value, ordinary.lower, ordinary.upper, method)
    lower, upper = min(ordinary.lower, robust.lower), max(ordinary.upper, robust.upper)
    return _interval(ordinary.value, max(0.0, lower), min(1.0, upper), method)


def _interval(value: float | None, lower: float | None, upper: float | None, method: str) -> IntervalEstimate:
    return IntervalEstimate(value=value, lower=lower, upper=upper, level=LEVEL, method=method)


def _half_width_by_person(event_counts: Sample, days: Array) -> float | None:
    """Return half the cluster-robust interval of a rate: that of the mean residual, over the mean exposure."""
    rate = event_counts.values.sum() / days.sum()
    residuals = clustered_mean_interval(event_counts.values - rate * days, event_counts.persons, LEVEL)
    if residuals.upper is None or residuals.value is None:
        return None
    return (residuals.upper - residuals.value) / float(np.mean(days)) * DAYS_OF_RATE
