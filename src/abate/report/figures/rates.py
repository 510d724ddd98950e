"""What was given when? Median and quartiles of the rates that were running, on the clock of the ratings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abate.contracts.result import RateStep
from abate.report.disclosure import course_values, dose_stretches
from abate.report.figures.clock import MOST_DAYS, days_between, origins
from abate.report.view import ResultView

#: Lengths of a step of the curve in hours; the longer one where the shorter would take seconds to work out.
_SHORT_STEP, _LONG_STEP = 2, 6
_MOST_CELLS = 1_000_000
#: A gap shorter than this, in days, is none: times have microseconds, and sums of them lose some digits.
_SAME = 1e-6

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class RateCourse:
    """Rates by step, and the courses that ran at some time of each day."""

    steps: tuple[RateStep, ...]
    running_by_day: dict[int, int]


def find_rates(view: ResultView) -> RateCourse:
    """Return the rates by step; nothing where no dose row has a rate. An edition for sharing has no rows, only steps of many."""
    if view.result.rates is not None:
        return RateCourse(steps=tuple(view.result.rates), running_by_day={})
    doses, starts = dose_stretches(view.result), course_values(view.result, "start")["start"]
    rates = np.asarray(doses["rate_mg_h"], dtype=np.float64)
    if not (rates > 0).any():
        return RateCourse(steps=(), running_by_day={})
    is_running = rates > 0
    origin = origins(starts, view.study.rating.day)[doses["course"]]
    opens, closes = (24 * days_between(origin, doses[end]) for end in ("start", "end"))
    is_running &= closes > opens
    if not is_running.any():
        return RateCourse(steps=(), running_by_day={})
    course, rate, opens, closes = doses["course"][is_running], rates[is_running], opens[is_running], closes[is_running]
    hours = _SHORT_STEP if float(np.sum(closes - opens)) / _SHORT_STEP <= _MOST_CELLS else _LONG_STEP
    place, step, summed = _cells(course, rate, opens / hours, closes / hours, MOST_DAYS * 24 // hours)
    return RateCourse(
        steps=tuple(_describe_step(int(at), hours, summed[step == at]) for at in np.unique(step)),
        running_by_day=_courses_by_day(place, step * hours // 24 + 1),
    )


def count_paused_by_day(view: ResultView) -> dict[int, int]:
    """Return for each day of the figure in how many courses the infusion paused: stood still between two running stretches."""
    doses, starts = dose_stretches(view.result), course_values(view.result, "start")["start"]
    rates = np.asarray(doses["rate_mg_h"], dtype=np.float64)
    if not (rates > 0).any():
        return {}
    origin = origins(starts, view.study.rating.day)[doses["course"]]
    opens, closes = (days_between(origin, doses[end]) for end in ("start", "end"))
    is_running = (rates > 0) & (closes > opens)
    course, opens, closes = doses["course"][is_running], opens[is_running], closes[is_running]
    # Rows come by course and start. How far all earlier stretches of a course reach: the courses are moved apart first.
    apart = course * (float(closes.max(initial=0)) + 1)
    reach = np.maximum.accumulate(closes + apart) - apart
    is_pause = (course[1:] == course[:-1]) & (opens[1:] - reach[:-1] > _SAME)
    whose, begins, ends = course[1:][is_pause], reach[:-1][is_pause], opens[1:][is_pause]
    days = range(1, MOST_DAYS + 1)
    found = {day: np.unique(whose[(begins < day) & (ends > day - 1)]).size for day in days}
    return {day: count for day, count in found.items() if count}


def _cells(course: Ints, rate: Floats, opens: Floats, closes: Floats, end: int) -> tuple[Ints, Ints, Floats]:
    """Return course, step and rate wherever a course ran in the middle of a step; rates that ran side by side are added."""
    first: Ints = np.maximum(np.ceil(opens - 0.5), 0).astype(np.int64)
    past = np.minimum(np.ceil(closes - 0.5), end).astype(np.int64)
    counts = np.maximum(past - first, 0)
    places = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    key = np.repeat(course, counts) * end + np.repeat(first, counts) + places
    unique, inverse = np.unique(key, return_inverse=True)
    place: Ints = unique // end
    step: Ints = unique % end
    summed: Floats = np.bincount(inverse, weights=np.repeat(rate, counts)).astype(np.float64)
    return place, step, summed


def _describe_step(step: int, hours: int, rates: Floats) -> RateStep:
    lower, median, upper = (float(value) for value in np.quantile(rates, (0.25, 0.5, 0.75)))
    return RateStep(
        start_day=step * hours / 24 + 0.5,
        end_day=(step + 1) * hours / 24 + 0.5,
        course_count=int(rates.size),
        lower_quartile=lower,
        median=median,
        upper_quartile=upper,
    )


def _courses_by_day(course: Ints, day: Ints) -> dict[int, int]:
    pairs = np.unique(np.column_stack([day, course]), axis=0)
    days, counts = np.unique(pairs[:, 0], return_counts=True)
    return {int(day): int(count) for day, count in zip(days, counts, strict=True)}
