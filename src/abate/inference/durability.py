"""Did the relief last: what was seen at follow-up visits, and when did patients return to care?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from abate.contracts.result import Estimate
from abate.inference.columns import (
    Sample,
    commonest_reason,
    flags,
    numbers,
    persons,
    sample,
    sample_of,
    texts,
)
from abate.inference.completeness import missing_rows
from abate.inference.rows import LEVEL, NO_COURSE, count_row, failed_row, interval_of, mean_row, share_row
from abate.stats.arrays import Array, IntArray
from abate.stats.clustered_curves import clustered_survival_at
from abate.stats.curves import number_at_risk, share_at
from abate.stats.intervals import IntervalEstimate
from abate.stats.survival import kaplan_meier, median_survival

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study

#: Days after discharge at which the share that has returned to care is given.
RETURN_DAYS = (30, 90, 180)

POINTS = "{points}"

BoolArray = NDArray[np.bool_]


def estimate_visits(study: Study, courses: pa.Table) -> list[Estimate]:
    """Return for each follow-up visit who was seen, where the rating stood, and in whom the response was sustained."""
    visits = () if study.follow_up is None else tuple(study.follow_up.visits)
    return [row for visit in visits for row in _rows_of_visit(study, visit, courses)]


def estimate_return(courses: pa.Table) -> list[Estimate]:
    """Return how many had returned to care by certain days after discharge, and the median time until then.

    Only courses whose end of observation is known are followed. To follow those that returned beside them would count
    returns among courses of which the others, who did not return, cannot be followed.
    """
    follow = find_follow(courses)
    none = commonest_reason(courses, "return_missing") or "no course has a known end of observation after it"
    quantity = "courses after which a return to care was seen, however long they were observed"
    seen = np.isfinite(numbers(courses, "return_days")).astype(np.float64)
    return [
        count_row("return.seen", quantity, Sample(values=seen, persons=persons(courses))),
        *(_returned_by(day, follow, none) for day in RETURN_DAYS),
        _median_return(follow, none),
        *missing_rows(
            courses, "return", "a known time to return", np.where(is_followed(courses), 1.0, np.nan), "return_missing"
        ),
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Follow:
    """How long each course was followed after discharge.

    Attributes
    ----------
    days : array of float64, shape (n,)
        To the return to care, or to the end of observation.
    has_returned : array of bool, shape (n,)
        Whether it was a return.
    persons : array of int64, shape (n,)
        A number for each course's person.
    """

    days: Array
    has_returned: BoolArray
    persons: IntArray


def find_follow(courses: pa.Table) -> Follow:
    """Return how long the courses of :func:`is_followed` were followed."""
    returned, followed, is_kept = (
        numbers(courses, "return_days"),
        numbers(courses, "followed_days"),
        is_followed(courses),
    )
    has_returned = np.isfinite(returned)
    days = np.where(has_returned, returned, followed)
    return Follow(days=days[is_kept], has_returned=has_returned[is_kept], persons=persons(courses)[is_kept])


def is_followed(courses: pa.Table) -> BoolArray:
    """Return which courses can be followed: contacts are recorded and the end of observation is known."""
    has_no_obstacle = np.array([reason is None for reason in texts(courses, "return_missing")], dtype=bool)
    return has_no_obstacle & np.isfinite(numbers(courses, "followed_days"))


def _rows_of_visit(study: Study, visit: str, courses: pa.Table) -> list[Estimate]:
    values, whose = numbers(courses, f"{visit}_value"), persons(courses)
    seen = sample_of(np.isfinite(values).astype(np.float64), whose)
    nobody = commonest_reason(courses, f"{visit}_missing")
    none = f"nobody was seen at {visit}" + (f" ({nobody})" if nobody else "")
    change = sample_of(values - numbers(courses, "baseline"), whose)
    return [
        share_row(f"{visit}.seen", f"courses with a rating at {visit}", seen, none=NO_COURSE),
        mean_row(f"follow_up.{visit}.mean", f"mean rating at {visit}", sample_of(values, whose), POINTS, none=none),
        mean_row(f"follow_up.{visit}.change", f"mean change from baseline to {visit}", change, POINTS, none=none),
        share_row(
            f"follow_up.{visit}.response",
            f"primary rule met at {visit} against the baseline, among the courses that can be judged there",
            sample(courses, f"{visit}_response"),
            none=none,
        ),
        *_sustained_rows(study, visit, courses, none),
        *missing_rows(courses, f"follow_up.{visit}", f"a rating at {visit}", values, f"{visit}_missing"),
    ]


def _sustained_rows(study: Study, visit: str, courses: pa.Table, none: str) -> list[Estimate]:
    """Return the sustained response among those seen, among all, and its bounds if none or all of the unseen held."""
    id, whose = f"sustained.{visit}", persons(courses)
    sustained, responded = flags(courses, f"{visit}_sustained"), flags(courses, f"response_{study.response.primary.id}")
    of_responders = {
        filled: sample_of(np.where(responded == 1, np.nan_to_num(sustained, nan=filled), np.nan), whose)
        for filled in (0.0, 1.0)
    }
    all_courses = sample_of(np.nan_to_num(sustained, nan=0.0), whose)
    response = f"response at the final rating and still at {visit}"
    no_responder = "no course responded"
    seen = f"responders seen at {visit}"
    return [
        share_row(
            id, f"{response}, among {seen}", sample_of(sustained, whose), group=seen, none=_why_none(none, responded)
        ),
        share_row(
            f"{id}.of_all", f"{response}, among all courses; those not seen count as no", all_courses, none=NO_COURSE
        ),
        share_row(
            f"{id}.unseen_as_no",
            f"{response}, among all responders, if no response of those not seen had lasted",
            of_responders[0.0],
            group="responders",
            none=no_responder,
        ),
        share_row(
            f"{id}.unseen_as_yes",
            f"{response}, among all responders, if every response of those not seen had lasted",
            of_responders[1.0],
            group="responders",
            none=no_responder,
        ),
    ]


def _why_none(none: str, responded: Array) -> str:
    return none if np.any(responded == 1) else "no course responded"


def _returned_by(day: int, follow: Follow, none: str) -> Estimate:
    """Return one minus Kaplan-Meier at a day; the denominator is the number still at risk then."""
    id, quantity = f"return.day_{day}", f"return to care within {day} days of discharge"
    at_hand = Sample(values=follow.days, persons=follow.persons)
    if not at_hand.course_count:
        return failed_row(id, quantity, none)
    stayed = share_at(kaplan_meier(follow.days, follow.has_returned, LEVEL), day)
    if at_hand.has_repeats:
        stayed = clustered_survival_at(follow.days, follow.has_returned, follow.persons, day, LEVEL)
    at_risk = int(number_at_risk(follow.days, [day])[0])
    return Estimate(
        id=id,
        quantity=quantity,
        **interval_of(_complement(stayed)),
        n=at_hand.course_count,
        person_count=at_hand.person_count,
        numerator=int(np.count_nonzero(follow.has_returned & (follow.days <= day))),
        denominator=at_risk,
        method=f"1 - {stayed.method}; numerator: returns until day {day}, denominator: courses still at risk on it",
        reason=_in_words(stayed, day),
    )


def _complement(stayed: IntervalEstimate) -> IntervalEstimate:
    """Return the share that had the event from the share that had not."""
    value, lower, upper = (None if share is None else 1 - share for share in (stayed.value, stayed.upper, stayed.lower))
    return IntervalEstimate(
        value=value, lower=lower, upper=upper, level=stayed.level, method=stayed.method, reason=stayed.reason
    )


def _in_words(stayed: IntervalEstimate, day: int) -> str | None:
    if stayed.value == 1:
        return f"nobody returned within {day} days, and this interval needs a return"
    if stayed.value == 0:
        return f"everybody returned within {day} days, and this interval needs somebody who did not"
    return stayed.reason


def _median_return(follow: Follow, none: str) -> Estimate:
    id, quantity = "return.median", "median days from discharge to return to care"
    at_hand = Sample(values=follow.days, persons=follow.persons)
    if not at_hand.course_count:
        return failed_row(id, quantity, none, "d")
    found = median_survival(kaplan_meier(follow.days, follow.has_returned, LEVEL))
    row = Estimate(
        id=id,
        quantity=quantity,
        **interval_of(found),
        unit="d",
        n=at_hand.course_count,
        person_count=at_hand.person_count,
        method=found.method,
        reason=found.reason,
    )
    if not at_hand.has_repeats or row.value is None:
        return row
    reason = "persons have several courses, and the interval of this median asks for one each"
    return replace(row, lower=None, upper=None, level=None, reason=reason)
