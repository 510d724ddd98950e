"""How many responded, by which rule, and how soon?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.definition import ResponseRule
from abate.contracts.result import Estimate
from abate.inference.columns import Sample, flags, hours_between, numbers, persons, sample_of
from abate.inference.rows import LEVEL, NO_COURSE, failed_row, interval_of, share_row
from abate.stats.arrays import Array, IntArray
from abate.stats.clustered_curves import clustered_incidence_at
from abate.stats.competing_events import IncidenceCurve, aalen_johansen
from abate.stats.curves import share_at

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Response, Study

_HOURS_PER_DAY = 24
_HOURS_AFTER_LAST_DOSE = 24  # stands in for a discharge that is not recorded
_RESPONDED, _LEFT = 1, 2  # kinds of events

# A rating may be a mean of ratings: a fall that differs from the rule's only by rounding meets it.
_ROUNDING = 1e-9


def estimate_response(study: Study, courses: pa.Table) -> list[Estimate]:
    """Return the share of responders by every rule, among those judged and with those not judged counted as no."""
    rules, whose = study.response.rules, persons(courses)
    by_id = {"primary": study.response.primary, **{rule.id: rule for rule in rules}}
    rows = []
    for id, rule in by_id.items():
        met = flags(courses, f"response_{rule.id}")
        rows += [response_row(id, rule, met, whose), response_row_missing_as_no(id, rule, met, whose)]
    return [_main_row(study.response, rows), *rows]


def estimate_time_to_response(study: Study, courses: pa.Table) -> list[Estimate]:
    """Return by day the share that has met the primary rule, where leaving hospital first ends the wait.

    Days are 24 hours from the first dose, whatever the study's clock, up to the last day with a first response. A course
    without a recorded discharge is over 24 hours after its last dose, as for every other window.
    """
    waits = find_waits(study, courses)
    curve = aalen_johansen(waits.hours, waits.ends_by, _RESPONDED, LEVEL)
    return [
        *(_responded_by(day, curve, waits) for day in range(1, _last_day_of_first_response(waits) + 1)),
        _median_wait(study.response.primary, curve, waits),
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Waits:
    """How long each course was watched for a first response, and what ended it.

    Attributes
    ----------
    hours : array of float64, shape (n,)
        From the first dose.
    ends_by : array of int64, shape (n,)
        1 for a first response, 2 for discharge without one.
    persons : array of int64, shape (n,)
        A number for each course's person.
    """

    hours: Array
    ends_by: IntArray
    persons: IntArray


def find_waits(study: Study, courses: pa.Table) -> Waits:
    """Return the waits of those courses in which the primary rule can be judged: a fall needs a baseline."""
    responded, discharged = numbers(courses, "first_response_hours"), hours_between(courses, "start", "discharge")
    last_dose = np.nan_to_num(hours_between(courses, "start", "end"), nan=0.0)
    left = np.where(np.isfinite(discharged), discharged, last_dose + _HOURS_AFTER_LAST_DOSE)
    hours = np.where(np.isfinite(responded), responded, left)
    ends_by = np.where(np.isfinite(responded), _RESPONDED, _LEFT)
    needs_baseline = study.response.primary.kind != "at_most"
    is_watched = np.isfinite(numbers(courses, "baseline")) | (not needs_baseline)
    return Waits(hours=hours[is_watched], ends_by=ends_by[is_watched], persons=persons(courses)[is_watched])


def describe_rule(rule: ResponseRule) -> str:
    """Return a rule in words, such as "a fall of at least 2 points"."""
    if rule.kind == "points":
        return f"a fall of at least {rule.threshold:g} point{'' if rule.threshold == 1 else 's'}"
    if rule.kind == "percent":
        return f"a fall of at least {rule.threshold:g} % of the baseline"
    return f"a final rating of at most {rule.threshold:g}"


def meets_rule(rule: ResponseRule, baseline: Array, final: Array) -> Array:
    """Return 1 where a rule is met, 0 where it is not and nan where it cannot be judged.

    A fall in per cent cannot be judged at a baseline of 0; a final value needs no baseline.

    Parameters
    ----------
    rule : ResponseRule
        The rule.
    baseline, final : array of float64, shape (n,)
        In points of the scale, nan where there is none.

    Examples
    --------
    >>> meets_rule(ResponseRule(points=2), np.array([7.1, 7.0, np.nan]), np.array([5.1, 6.0, 0.0]))
    array([ 1.,  0., nan])
    """
    fall = baseline - final
    if rule.kind == "at_most":
        is_met, can_be_judged = final <= rule.threshold + _ROUNDING, np.isfinite(final)
    elif rule.kind == "points":
        is_met, can_be_judged = fall >= rule.threshold - _ROUNDING, np.isfinite(fall)
    else:
        can_be_judged = np.isfinite(fall) & (baseline != 0)
        is_met = 100 * fall / np.where(can_be_judged, baseline, 1.0) >= rule.threshold - _ROUNDING
    return np.where(can_be_judged, is_met.astype(np.float64), np.nan)


def response_row(id: str, rule: ResponseRule, met: Array, whose: IntArray) -> Estimate:
    """Return the share that met a rule, among the courses in which it could be judged.

    Parameters
    ----------
    id : str
        What follows ``response.`` in the id.
    rule : ResponseRule
        The rule.
    met : array of float64, shape (n,)
        1, 0, or nan where the rule could not be judged.
    whose : array of int64, shape (n,)
        A number for each course's person.
    """
    quantity = f"{describe_rule(rule)}, among the courses that can be judged"
    return share_row(f"response.{id}", quantity, sample_of(met, whose))


def response_row_missing_as_no(id: str, rule: ResponseRule, met: Array, whose: IntArray) -> Estimate:
    """Return the share that met a rule, among all courses; those that cannot be judged count as not meeting it.

    Parameters are those of :func:`response_row`.
    """
    quantity = f"{describe_rule(rule)}, among all courses; those that cannot be judged count as no"
    everybody = sample_of(np.nan_to_num(met, nan=0.0), whose)
    return share_row(f"response.{id}_missing_as_no", quantity, everybody, none=NO_COURSE)


def _main_row(response: Response, rows: list[Estimate]) -> Estimate:
    """Return the row that the study file makes the main one, under an id of its own."""
    chosen = "response.primary" if response.missing_final == "exclude" else "response.primary_missing_as_no"
    row = next(row for row in rows if row.id == chosen)
    return replace(row, id="response.main")


def _last_day_of_first_response(waits: Waits) -> int:
    responded = waits.hours[waits.ends_by == _RESPONDED]
    return max(1, math.ceil(float(responded.max()) / _HOURS_PER_DAY)) if responded.size else 1


def _responded_by(day: int, curve: IncidenceCurve, waits: Waits) -> Estimate:
    hour = float(day * _HOURS_PER_DAY)
    at_hand = Sample(values=waits.hours, persons=waits.persons)
    id, quantity = (
        f"time_to_response.day_{day}",
        f"first response within {_HOURS_PER_DAY * day} hours of the first dose",
    )
    if not at_hand.course_count:
        return failed_row(id, quantity, "no course can be watched for a response")
    found = share_at(curve, hour)
    if at_hand.has_repeats:
        found = clustered_incidence_at(waits.hours, waits.ends_by, waits.persons, hour, _RESPONDED, LEVEL)
    return Estimate(
        id=id,
        quantity=quantity,
        **interval_of(found),
        n=at_hand.course_count,
        person_count=at_hand.person_count,
        numerator=int(np.count_nonzero((waits.ends_by == _RESPONDED) & (waits.hours <= hour))),
        denominator=at_hand.course_count,
        method=f"cumulative incidence, discharge as competing end, {found.method}",
        reason=found.reason,
    )


def _median_wait(rule: ResponseRule, curve: IncidenceCurve, waits: Waits) -> Estimate:
    """Return the first time at which half of all courses had responded, with the times at which the limits say so."""
    at_hand = Sample(values=waits.hours, persons=waits.persons)
    id, quantity = "time_to_response.median", f"days until half of all courses had {describe_rule(rule)}"
    if not at_hand.course_count:
        return failed_row(id, quantity, "no course can be watched for a response", "d")
    value, lower, upper = (_first_day_at_half(curve.times, line) for line in (curve.share, curve.upper, curve.lower))
    reason = None
    if value is None:
        reason = "fewer than half of the courses responded"
    elif at_hand.has_repeats:
        reason = "persons have several courses, and the interval of this median asks for one each"
    elif lower is None or upper is None:
        reason = "a limit of the curve does not rise to one half"
    has_interval = reason is None
    return Estimate(
        id=id,
        quantity=quantity,
        value=value,
        lower=lower if has_interval else None,
        upper=upper if has_interval else None,
        level=LEVEL if has_interval else None,
        unit="d",
        n=at_hand.course_count,
        person_count=at_hand.person_count,
        method=f"time at which the curve and its limits reach one half, discharge as competing end, {curve.method}",
        reason=reason,
    )


def _first_day_at_half(hours: Array, line: Array) -> float | None:
    places = np.flatnonzero(line >= 0.5 - _ROUNDING)
    return float(hours[places[0]]) / _HOURS_PER_DAY if places.size else None
