"""How does the last period compare with the one before, and what did each calendar period give?

A course belongs to the period of its first dose. Courses are counted, not persons: a person with two courses counts twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from abate.base.arrow_arrays import times_of
from abate.contracts.result import PERIOD_RETURN_DAYS, Estimate, PeriodKind, PeriodRow
from abate.inference.columns import flags, numbers, persons
from abate.inference.durability import is_followed
from abate.inference.rows import DAYS_OF_RATE, LEVEL, interval_of
from abate.stats.arrays import Array, IntArray
from abate.stats.control_charts import ControlChart, mean_chart, rate_chart, share_chart
from abate.stats.distributions import t_quantile
from abate.stats.intervals import IntervalEstimate
from abate.stats.mean_differences import welch_difference
from abate.stats.means import METHOD as STUDENT
from abate.stats.proportion_differences import miettinen_nurminen_difference
from abate.stats.proportions import wilson_interval
from abate.stats.rates import poisson_rate_interval, rate_ratio_interval

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study

#: Two periods are set beside each other in the shortest kind of period in which both have so many courses.
ENOUGH_TO_COMPARE = 20
#: With fewer courses than this in either, no difference is given.
FEWEST_TO_COMPARE = 5
#: Charts are drawn by the shortest kind of period that has so many courses on average.
ENOUGH_TO_CHART = 3
#: So many points at most stand on a chart.
MOST_CHARTED = 120
#: Years outside which dates cannot be meant as calendar dates: they were shifted.
CALENDAR_YEARS = (1950, 2099)

HIDDEN = "hidden, because few courses are behind it"

_MONTHS: Mapping[PeriodKind, int] = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One quantity in this period and in the last one, and how they differ: a difference, or a ratio of rates."""

    id: str
    now: Estimate
    before: Estimate
    difference: Estimate | None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Courses:
    """Columns of the courses that a period is counted from; ``place`` is the month of the first dose, from year 0."""

    place: IntArray
    person: IntArray
    length: Array
    change: Array
    response: Array
    events: Array
    has_final: Array
    returned: Array
    last_month: int  # the first month that the records do not cover whole


def count_periods(study: Study, courses: pa.Table) -> tuple[PeriodRow, ...]:
    """Return what the calendar periods gave: those that are charted, and the two that are compared.

    Parameters
    ----------
    study : Study
        Whose primary rule of response and whose events are counted.
    courses : Table
        The eligible courses with the columns of `outcomes` and ``person_number``.

    Returns
    -------
    tuple of PeriodRow
        In the order of time, shorter kinds first. Empty where there are no courses, or their dates were shifted.
    """
    found = _read(study, courses)
    if found is None:
        return ()
    charted, compared = _kind_to_chart(found), _kinds_to_compare(found)
    rows = []
    for kind in PeriodKind:
        pair = compared.get(kind, ())
        places = _all_places(found, kind) if kind is charted else list(pair)
        rows += [_row(found, kind, place, is_charted=kind is charted, is_compared=place in pair) for place in places]
    return tuple(rows)


def find_compared(periods: Sequence[PeriodRow]) -> tuple[PeriodRow, PeriodRow] | None:
    """Return the last complete period and the one before it, the later first; None where there are not two."""
    pair = [row for row in periods if row.is_compared]
    return (pair[1], pair[0]) if len(pair) == 2 else None


def find_charted(periods: Sequence[PeriodRow]) -> Sequence[PeriodRow]:
    """Return the points of the control charts in the order of time."""
    return [row for row in periods if row.is_charted]


def compare_periods(now: PeriodRow, before: PeriodRow) -> tuple[Comparison, ...]:
    """Return each quantity in both periods with its interval, and their difference.

    Means: Student's t interval, and Welch's for the difference. Shares: Wilson's, and Miettinen and Nurminen's score
    interval. Adverse events per 100 days of infusion: exact Poisson limits, and the ratio of the rates with exact limits. No
    difference is given where a period has fewer than `FEWEST_TO_COMPARE` courses behind it, or a count is hidden.
    """
    return (
        _compared("courses", now, before, _count_of("course_count"), None),
        _compared("persons", now, before, _count_of("person_count"), None),
        _compared("length", now, before, _mean_of("length", "d"), _mean_difference("length", "d")),
        _compared("change", now, before, _mean_of("change", "{points}"), _mean_difference("change", "{points}")),
        _compared("response", now, before, _share_of("responder_count", "judged_count"), _share_difference("responder_count", "judged_count")),
        _compared("harm", now, before, _rate, _rate_ratio),
        _compared("final_missing", now, before, _share_of("final_missing_count", "course_count"), _share_difference("final_missing_count", "course_count")),
        _compared("return", now, before, _share_of("return_count", "return_known_count"), _share_difference("return_count", "return_known_count")),
    )  # fmt: skip


def chart_changes(periods: Sequence[PeriodRow]) -> ControlChart:
    """Return the control chart of the mean fall, in points: a fall is positive here. A hidden period is a gap."""
    known = [row.change_count or 0 if row.change_mean is not None else 0 for row in periods]
    means = [-(row.change_mean or 0.0) for row in periods]
    return mean_chart(known, means, [row.change_sd or 0.0 for row in periods])


def chart_responses(periods: Sequence[PeriodRow]) -> ControlChart:
    """Return the control chart of the share of responders among those judged. A hidden period is a gap."""
    pairs = [_shown(row.responder_count, row.judged_count) for row in periods]
    return share_chart([k for k, _ in pairs], [n for _, n in pairs])


def chart_harm(periods: Sequence[PeriodRow]) -> ControlChart:
    """Return the control chart of adverse events per 100 days of infusion. A hidden period is a gap."""
    pairs = [_shown(row.event_count, row.infusion_days) for row in periods]
    return rate_chart([k for k, _ in pairs], [days / DAYS_OF_RATE for _, days in pairs])


def _shown(part: float | None, whole: float | None) -> tuple[float, float]:
    return (0.0, 0.0) if part is None or whole is None else (part, whole)


def _read(study: Study, courses: pa.Table) -> _Courses | None:
    """Return the columns; None where no calendar can be laid on the courses."""
    starts = times_of(courses["start"])
    is_dated = ~np.isnat(starts)
    if not is_dated.any():
        return None
    years = starts[is_dated].astype("datetime64[Y]").astype(np.int64) + 1970
    if years.min() < CALENDAR_YEARS[0] or years.max() > CALENDAR_YEARS[1]:
        return None
    events, length = numbers(courses, "event_count"), numbers(courses, "length_days")
    asked = np.full(events.size, study.events is not None)
    return _Courses(
        place=_month_of(starts)[is_dated],
        person=persons(courses)[is_dated],
        length=length[is_dated],
        change=numbers(courses, "change")[is_dated],
        response=flags(courses, f"response_{study.response.primary.id}")[is_dated],
        events=np.where(asked & np.isfinite(length), events, np.nan)[is_dated],
        has_final=np.isfinite(numbers(courses, "final"))[is_dated].astype(np.float64),
        returned=_returned(courses)[is_dated],
        last_month=_last_month(courses),
    )


def _month_of(times: NDArray[np.datetime64]) -> IntArray:
    months: IntArray = times.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return months


def _last_month(courses: pa.Table) -> int:
    """Return the month in which the last thing known of any course lies: those before it are complete."""
    followed = numbers(courses, "followed_days")
    discharge = times_of(courses["discharge"])
    days = np.where(np.isfinite(followed), followed, 0.0)
    ends = discharge + (days * 86_400_000_000).astype("timedelta64[us]")
    known = np.concatenate([times_of(courses["start"]), times_of(courses["end"]), discharge, ends])
    return int(_month_of(np.array([known[~np.isnat(known)].max()]))[0])


def _returned(courses: pa.Table) -> Array:
    """Return 1 for a return within the days that count, 0 where the person was watched so long without one, else nan."""
    back, watched, can_be_known = (
        numbers(courses, "return_days"),
        numbers(courses, "followed_days"),
        is_followed(courses),
    )
    came = np.isfinite(back) & (back <= PERIOD_RETURN_DAYS)
    is_known = can_be_known & (came | (watched >= PERIOD_RETURN_DAYS))
    return np.where(is_known, came.astype(np.float64), np.nan)


def _all_places(found: _Courses, kind: PeriodKind) -> list[int]:
    months = _MONTHS[kind]
    return list(range(int(found.place.min()) // months, int(found.place.max()) // months + 1))


def _kind_to_chart(found: _Courses) -> PeriodKind | None:
    """Return the shortest kind of period with enough courses on average and not too many points."""
    for kind in PeriodKind:
        count = len(_all_places(found, kind))
        if count <= MOST_CHARTED and found.place.size >= ENOUGH_TO_CHART * count:
            return kind
    return None


def _kinds_to_compare(found: _Courses) -> dict[PeriodKind, tuple[int, int]]:
    """Return the last two complete periods of the shortest kind in which both have enough courses.

    Where no kind has enough, it is the kind in which the smaller of the two has most, the longer of equals. The period of the
    first course is none of them, for the records may have begun within it.
    """
    candidates = {}
    for kind in PeriodKind:
        months = _MONTHS[kind]
        last = min(found.last_month // months, int(found.place.max()) // months + 1) - 1
        if last - 1 <= int(found.place.min()) // months:
            continue
        smaller = min(int(np.count_nonzero(found.place // months == place)) for place in (last - 1, last))
        candidates[kind] = ((last - 1, last), smaller)
    if not candidates:
        return {}
    enough = [kind for kind, (_, smaller) in candidates.items() if smaller >= ENOUGH_TO_COMPARE]
    chosen = enough[0] if enough else max(reversed(candidates), key=lambda kind: candidates[kind][1])
    pair, smaller = candidates[chosen]
    return {chosen: pair} if smaller else {}


def _row(found: _Courses, kind: PeriodKind, place: int, *, is_charted: bool, is_compared: bool) -> PeriodRow:
    months = _MONTHS[kind]
    here = found.place // months == place
    length_count, length_mean, length_sd = _described(found.length[here])
    change_count, change_mean, change_sd = _described(found.change[here])
    events, returned, response = found.events[here], found.returned[here], found.response[here]
    return PeriodRow(
        kind=kind,
        year=place * months // 12,
        number=place * months % 12 // months + 1,
        is_complete=(place + 1) * months <= found.last_month,
        is_charted=is_charted,
        is_compared=is_compared,
        course_count=int(here.sum()),
        person_count=int(np.unique(found.person[here]).size),
        length_count=length_count,
        length_mean=length_mean,
        length_sd=length_sd,
        change_count=change_count,
        change_mean=change_mean,
        change_sd=change_sd,
        judged_count=int(np.isfinite(response).sum()),
        responder_count=int((response == 1).sum()),
        harm_known_count=int(np.isfinite(events).sum()),
        event_count=int(np.nansum(events)),
        infusion_days=float(found.length[here][np.isfinite(events)].sum()),
        final_missing_count=int((found.has_final[here] == 0).sum()),
        return_known_count=int(np.isfinite(returned).sum()),
        return_count=int((returned == 1).sum()),
    )


def _described(values: Array) -> tuple[int, float | None, float | None]:
    """Return count, mean and spread of the values that are there."""
    known = values[np.isfinite(values)]
    mean = float(np.mean(known)) if known.size else None
    return int(known.size), mean, float(np.std(known, ddof=1)) if known.size > 1 else None


Describe = Callable[[PeriodRow], Estimate]
Differ = Callable[[PeriodRow, PeriodRow], Estimate]


def _compared(id: str, now: PeriodRow, before: PeriodRow, describe: Describe, differ: Differ | None) -> Comparison:
    difference = None if differ is None else differ(now, before)
    return Comparison(id=id, now=describe(now), before=describe(before), difference=difference)


def _count_of(field: str) -> Describe:
    def describe(row: PeriodRow) -> Estimate:
        count = getattr(row, field)
        return _failed(HIDDEN) if count is None else Estimate(id=field, quantity=field, value=float(count), n=count)

    return describe


def _mean_of(field: str, unit: str) -> Describe:
    def describe(row: PeriodRow) -> Estimate:
        count, mean, sd = _summary(row, field)
        if count is None:
            return _failed(HIDDEN)
        if not count or mean is None:
            return _failed("no course has a value")
        half = None if not sd else t_quantile((1 + LEVEL) / 2, count - 1) * sd / count**0.5
        return Estimate(
            id=field,
            quantity=field,
            value=mean,
            lower=None if half is None else mean - half,
            upper=None if half is None else mean + half,
            level=None if half is None else LEVEL,
            unit=unit,
            n=count,
            sd=sd,
            method=f"mean, {STUDENT}",
            reason=None if half is not None else "the values show no spread",
        )

    return describe


def _mean_difference(field: str, unit: str) -> Differ:
    def differ(now: PeriodRow, before: PeriodRow) -> Estimate:
        (n1, m1, s1), (n2, m2, s2) = _summary(now, field), _summary(before, field)
        why = _why_no_difference(n1, n2)
        if why is not None or n1 is None or n2 is None or m1 is None or m2 is None:
            return _failed(why or "no course has a value")
        return _estimate(welch_difference(n1, m1, s1 or 0.0, n2, m2, s2 or 0.0, LEVEL), unit=unit)

    return differ


def _share_of(part: str, whole: str) -> Describe:
    def describe(row: PeriodRow) -> Estimate:
        k, n = getattr(row, part), getattr(row, whole)
        if k is None or n is None:
            return _failed(HIDDEN)
        if not n:
            return _failed("not known of any course")
        return _estimate(wilson_interval(k, n, LEVEL), numerator=k, denominator=n, n=n)

    return describe


def _share_difference(part: str, whole: str) -> Differ:
    def differ(now: PeriodRow, before: PeriodRow) -> Estimate:
        k1, n1, k2, n2 = getattr(now, part), getattr(now, whole), getattr(before, part), getattr(before, whole)
        why = HIDDEN if None in (k1, k2) else _why_no_difference(n1, n2)
        return _failed(why) if why else _estimate(miettinen_nurminen_difference(k1, n1, k2, n2, LEVEL))

    return differ


def _rate(row: PeriodRow) -> Estimate:
    if row.event_count is None or row.infusion_days is None or row.harm_known_count is None:
        return _failed(HIDDEN)
    if not row.infusion_days:
        return _failed("not asked, or not recorded")
    found = poisson_rate_interval(row.event_count, row.infusion_days / DAYS_OF_RATE, LEVEL)
    return _estimate(found, unit="{events}/(100.d)", numerator=row.event_count, denominator=row.infusion_days, n=row.harm_known_count)  # fmt: skip


def _rate_ratio(now: PeriodRow, before: PeriodRow) -> Estimate:
    if None in (now.event_count, before.event_count, now.infusion_days, before.infusion_days):
        return _failed(HIDDEN)
    why = _why_no_difference(now.harm_known_count, before.harm_known_count)
    if why:
        return _failed(why)
    if not before.event_count:
        return _failed("no event in the earlier one" if now.event_count else "no event in either")
    return _estimate(
        rate_ratio_interval(
            now.event_count or 0, now.infusion_days or 0.0, before.event_count or 0, before.infusion_days or 0.0, LEVEL
        )
    )


def _summary(row: PeriodRow, field: str) -> tuple[int | None, float | None, float | None]:
    return getattr(row, f"{field}_count"), getattr(row, f"{field}_mean"), getattr(row, f"{field}_sd")


def _why_no_difference(now: int | None, before: int | None) -> str | None:
    if now is None or before is None:
        return HIDDEN
    if not now or not before:
        return "not known in one of them"
    return f"fewer than {FEWEST_TO_COMPARE} courses in one of them" if min(now, before) < FEWEST_TO_COMPARE else None


def _estimate(found: IntervalEstimate, *, unit: str = "1", numerator: float | None = None, denominator: float | None = None,
              n: int | None = None) -> Estimate:  # fmt: skip
    return Estimate(
        id="period",
        quantity="period",
        **interval_of(found),
        unit=unit,
        n=n,
        numerator=numerator,
        denominator=denominator,
        method=found.method,
        reason=found.reason,
    )


def _failed(reason: str) -> Estimate:
    return Estimate(id="period", quantity="period", value=None, reason=reason)
