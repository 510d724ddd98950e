"""What must be known before any difference is looked at: whom is it about, how alike are they, what could have gone wrong?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import AttritionStep, Estimate
from abate.inference.columns import flags, hours_between, numbers, texts
from abate.inference.compared_courses import ComparedCourses
from abate.inference.rows import failed_row
from abate.inference.weighted_outcome import Weighted
from abate.stats.arrays import Array
from abate.stats.balancing_weights import WeightCost, cost_of_weights
from abate.stats.covariate_balance import largest_imbalance
from abate.stats.detectable import detectable_mean_difference, detectable_risk_difference

if TYPE_CHECKING:
    from abate.contracts.definition import Study

_CHECK = "comparison.check."


def count_compared(
    courses: ComparedCourses, attrition: Sequence[AttritionStep], comparator_attrition: Sequence[AttritionStep]
) -> list[Estimate]:
    """Return who is compared, and what in time or in the line of treatment could make the groups unlike."""
    treatment, comparator = courses.groups
    found: dict[str, tuple[int, str]] = {
        "treated": (int(np.sum(courses.treated == 1)), f"courses of {treatment} that are compared"),
        "comparator": (int(np.sum(courses.treated == 0)), f"courses of {comparator} that are compared"),
        "earlier_other": (courses.earlier_other, "eligible courses after an earlier course of the other treatment"),
        "after_failed": (
            courses.after_failed,
            f"eligible courses of {treatment} begun within {courses.design.recent} of a course of {comparator} without response",
        ),
        "comparator_after_failed": (
            courses.comparator_after_failed,
            f"eligible courses of {comparator} begun within {courses.design.recent} of a course of {treatment} without response",
        ),
        "baseline_after_start": (
            _rated_after_start(courses),
            "compared courses whose baseline was rated after the first dose"
            + ("" if courses.other_is_given else f"; {comparator} has none, and is not counted"),
        ),
        "lost_by_length": (
            _lost_by_length(attrition) + _lost_by_length(comparator_attrition),
            "courses that did not enter because of their length, which is known only after the first dose",
        ),
    }
    counts = [_count(id, quantity, count) for id, (count, quantity) in found.items()]
    both = Estimate(
        id=f"{_CHECK}both",
        quantity="persons with a course of each treatment in these records",
        value=float(courses.has_both),
        unit="{persons}",
        method="count",
    )
    return [*counts, both, *_waiting_rows(courses), *_final_rating_rows(courses)]


def describe_groups(study: Study, courses: ComparedCourses, weighted: Weighted) -> list[Estimate]:
    """Return how alike the groups are with weights, how far their scores overlap, and what difference could be seen."""
    balance, overlap = largest_imbalance(weighted.balance), weighted.overlap
    sides = [share for share in (overlap.equipoise_1, overlap.equipoise_0) if share is not None]
    costs = tuple(
        cost_of_weights(weighted.weights.weight[weighted.treated == group], weighted.persons[weighted.treated == group])
        for group in (1, 0)
    )
    shares = max(cost.largest_share for cost in costs)
    why = weighted.in_words(weighted.weights.reason or overlap.reason or "it cannot be known")
    weights = weighted.in_words(weighted.weights.method)
    found = {
        "largest_imbalance": (balance, "largest standardised difference of a covariate with weights", "1"),
        "equipoise": (min(sides, default=None), "smaller group's share with a preference score from 0.3 to 0.7", "1"),
        "c_statistic": (overlap.c_statistic, "chance that the score tells a course of either group apart", "1"),
        "effective_treated": (costs[0].effective_persons or None, f"effective persons of {weighted.groups[0]}", "{persons}"),
        "effective_comparator": (costs[1].effective_persons or None, f"effective persons of {weighted.groups[1]}", "{persons}"),
        "largest_share": (shares or None, "largest share of a group's weight on one person", "1"),
    }  # fmt: skip
    rows = [
        Estimate(id=f"{_CHECK}{id}", quantity=quantity, value=value, unit=unit, method=weights, n=weighted.treated.size)
        if value is not None
        else failed_row(f"{_CHECK}{id}", quantity, why, unit)
        for id, (value, quantity, unit) in found.items()
    ]
    return [*rows, *_detectable_rows(study, courses, costs)]


def _detectable_rows(study: Study, courses: ComparedCourses, costs: Sequence[WeightCost]) -> list[Estimate]:
    """Return the least differences that groups of these effective sizes can show with a chance of 80 %."""
    final = numbers(courses.rows, "final")
    sd = pooled_sd(final, courses.treated)
    effective_1, effective_0 = costs[0].effective_persons, costs[1].effective_persons
    responded = flags(courses.rows, f"response_{study.response.primary.id}")
    of_comparator = responded[(courses.treated == 0) & np.isfinite(responded)]
    mean = None if sd is None else detectable_mean_difference(sd, effective_1, effective_0)
    risk = (
        None
        if not of_comparator.size
        else detectable_risk_difference(float(of_comparator.mean()), effective_1, effective_0)
    )
    method = "from the effective persons, at 80 % power and a level of 95 %"
    rows = {
        "detectable_final": (mean, "least difference of mean final ratings that could be seen", "{points}"),
        "detectable_response": (risk, "least rise of the share that responds that could be seen", "1"),
    }
    return [
        Estimate(id=f"{_CHECK}{id}", quantity=quantity, value=value, unit=unit, method=method)
        if value is not None
        else failed_row(f"{_CHECK}{id}", quantity, "no difference that is possible could be seen", unit)
        for id, (value, quantity, unit) in rows.items()
    ]


def pooled_sd(values: Array, treated: Array) -> float | None:
    """Return the standard deviation of an outcome within the groups; None where nothing varies."""
    groups = [values[(treated == group) & np.isfinite(values)] for group in (1, 0)]
    freedom = sum(group.size - 1 for group in groups if group.size)
    if freedom < 1:
        return None
    squares = sum(float(np.sum((group - group.mean()) ** 2)) for group in groups if group.size)
    return float(np.sqrt(squares / freedom)) if squares > 0 else None


def _final_rating_rows(courses: ComparedCourses) -> list[Estimate]:
    """Return how many of each group have no final rating, and how long after the first dose it was given."""
    final, days = numbers(courses.rows, "final"), hours_between(courses.rows, "start", "final_time") / 24
    rows = []
    for id, group, name in (("treated", 1, courses.groups[0]), ("comparator", 0, courses.groups[1])):
        members = courses.treated == group
        missing = int(np.count_nonzero(~np.isfinite(final[members])))
        rows.append(_count(f"no_final_{id}", f"compared courses of {name} without a final rating", missing))
        known = days[members & np.isfinite(days)]
        quantity = f"mean days from time zero to the final rating, {name}"
        rows.append(
            Estimate(id=f"{_CHECK}days_to_final_{id}", quantity=quantity, value=float(known.mean()), unit="d", n=known.size, method="mean")
            if known.size
            else failed_row(f"{_CHECK}days_to_final_{id}", quantity, "no time of a final rating is known", "d")
        )  # fmt: skip
    return rows


def _waiting_rows(courses: ComparedCourses) -> list[Estimate]:
    """Return how long each group was in hospital before its clock started; nothing where both clocks start with a dose."""
    if courses.other_is_given:
        return []
    days = hours_between(courses.rows, "admission", "start") / 24
    rows = []
    for id, group, name in (("treated", 1, courses.groups[0]), ("comparator", 0, courses.groups[1])):
        known = days[(courses.treated == group) & np.isfinite(days)]
        quantity = f"mean days from admission to time zero, {name}"
        rows.append(
            Estimate(id=f"{_CHECK}days_waited_{id}", quantity=quantity, value=float(known.mean()), unit="d", n=known.size, method="mean")
            if known.size
            else failed_row(f"{_CHECK}days_waited_{id}", quantity, "no admission is known", "d")
        )  # fmt: skip
    return rows


def _rated_after_start(courses: ComparedCourses) -> int:
    fallback = np.isin(texts(courses.rows, "baseline_rule").astype(str), ("first in course", "last in course"))
    is_late = fallback | (hours_between(courses.rows, "start", "baseline_time") > 0)
    has_dose = (courses.treated == 1) | courses.other_is_given
    return int(np.count_nonzero(is_late & has_dose))


def _lost_by_length(attrition: Sequence[AttritionStep]) -> int:
    lost = [step.courses_lost for step in attrition if step.id == "length" and step.is_asked]
    return sum(count for count in lost if isinstance(count, int))


def _count(id: str, quantity: str, count: int) -> Estimate:
    return Estimate(id=f"{_CHECK}{id}", quantity=quantity, value=float(count), unit="{courses}", method="count")
