"""How do treatment and comparator differ in final rating, response and return to care?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import flags, numbers
from abate.inference.compared_courses import ComparedCourses, days_to_switch
from abate.inference.durability import find_follow, is_followed
from abate.inference.rows import failed_row
from abate.inference.weighted_outcome import Weighted, contrast_row, mean_rows, unweighted, weigh
from abate.stats.arrays import Array, is_constant
from abate.stats.balancing_weights import Population
from abate.stats.contrasts import GroupMeans, ratio_of
from abate.stats.doubly_robust import OutcomeKind, doubly_robust_means
from abate.stats.propensity import WEAK_PENALTY
from abate.stats.weighted_comparison import bootstrapped_difference, weighted_means, weighted_shares_free

if TYPE_CHECKING:
    import pyarrow as pa

    from abate.contracts.definition import Study
    from abate.contracts.target_trial import WeightMethod

POINTS = "{points}"

#: How often persons are drawn, from which seed, and above how many courses they are not.
_DRAWS, _SEED, MOST_TO_DRAW = 500, 1, 2_000
_BOOTSTRAPPED: dict[WeightMethod, Population] = {"overlap": Population.OVERLAP, "everybody": Population.EVERYBODY}

#: What is said of a group without spread.
SAME = "is the same, so its own uncertainty is not counted"
_OTHER_METHODS: tuple[WeightMethod, ...] = ("overlap", "matching", "strata", "entropy", "everybody")
_METHOD_WORDS = {
    "overlap": "overlap weights",
    "matching": "nearest neighbours",
    "strata": "strata of the score",
    "entropy": "entropy balancing",
    "everybody": "weights for everybody",
}
#: Augmented weighting is for whom the weights are; for methods that choose their own, for the overlap.
_POPULATIONS = {"everybody": Population.EVERYBODY, "entropy": Population.EVERYBODY, "strata": Population.EVERYBODY}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Outcome:
    """One outcome of the courses that have it, with weights made for these."""

    weighted: Weighted
    values: Array
    means: GroupMeans


def compare_final(courses: ComparedCourses) -> list[Estimate]:
    """Return the difference of the mean final rating: weighted, each group's mean, augmented, without weights, by other methods."""
    quantity = "difference of the mean final rating, treatment less comparator"
    return _rows_of(courses, "comparison.final", quantity, numbers(courses.rows, "final"), unit=POINTS)


def compare_response(study: Study, courses: ComparedCourses) -> list[Estimate]:
    """Return difference and ratio of the shares that meet the primary rule, with the same beside them."""
    values = response_values(study, courses)
    quantity = "difference of the shares that meet the primary rule, treatment less comparator"
    rows = _rows_of(courses, "comparison.response", quantity, values, is_flag=True)
    if not np.any(np.isfinite(values)):
        return rows
    outcome = _outcome(courses, values)
    ratio = contrast_row(
        outcome.weighted,
        "comparison.response.ratio",
        "ratio of the shares that meet the primary rule, treatment over comparator",
        outcome.means,
        contrast=ratio_of,
    )
    return [rows[0], ratio, *rows[1:]]


def response_values(study: Study, courses: ComparedCourses) -> Array:
    """Return 1 where the primary rule is met, 0 where not, and nan where it cannot be judged, unless the study says otherwise."""
    values = flags(courses.rows, f"response_{study.response.primary.id}")
    return np.nan_to_num(values, nan=0.0) if study.response.missing_final == "non-response" else values


def compare_return(study: Study, courses: ComparedCourses, outcomes: pa.Table) -> list[Estimate]:
    """Return the difference of the shares that had returned to care by each day that is asked, one minus weighted Kaplan-Meier."""
    if study.follow_up is None:
        return []
    followed = courses.where(is_followed(courses.rows))
    quantity = (
        "difference of the shares that had returned to care within {} days of discharge, treatment less comparator"
    )
    if not followed.treated.size:
        return [
            failed_row(f"comparison.return_{day}", quantity.format(day), "no course can be followed")
            for day in courses.design.return_days
        ]
    follow = find_follow(followed.rows)
    days, has_returned = follow.days, follow.has_returned
    if courses.design.intercurrent.switch == "hypothetical":
        switch = days_to_switch(followed, outcomes)
        has_returned = has_returned & (days <= switch)
        days = np.minimum(days, switch)
    weighted = weigh(followed)
    rows: list[Estimate] = []
    for day in courses.design.return_days:
        free = weighted_shares_free(days, has_returned, followed.treated, weighted.weights, day, followed.persons)
        means = _returned(free)
        id = f"comparison.return_{day}"
        found = contrast_row(weighted, id, quantity.format(day), means)
        words = f"share that had returned to care within {day} days of discharge"
        rows += [found, *mean_rows(weighted, id, words, means, found)]
    return rows


def _rows_of(
    courses: ComparedCourses,
    id: str,
    quantity: str,
    values: Array,
    *,
    unit: str = "1",
    is_flag: bool = False,
) -> list[Estimate]:
    """Return the contrast of one outcome, each group's mean, and the same contrast found in other ways."""
    first = f"{id}.difference" if is_flag else id
    if not np.any(np.isfinite(values)):
        return [failed_row(first, quantity, "no course has this outcome", unit)]
    outcome = _outcome(courses, values)
    weighted = outcome.weighted
    found = contrast_row(outcome.weighted, first, quantity, outcome.means, unit=unit)
    what = "share that meets the primary rule" if is_flag else "mean final rating"
    plain = weighted_means(outcome.values, weighted.treated, unweighted(weighted), weighted.persons)
    found = replace(found, method=found.method + say_one_sided(outcome.weighted, outcome.values))
    rows = [
        found,
        *mean_rows(weighted, id, what, outcome.means, found, unit=unit),
        contrast_row(
            weighted,
            f"{id}.augmented",
            f"{quantity}; augmented weighting",
            _augmented(outcome, courses.design.weights, is_flag),
            unit=unit,
        ),
        *_bootstrapped(
            f"{id}.bootstrap", f"{quantity}; interval by drawing persons", outcome, courses.design.weights, found
        ),
        contrast_row(weighted, f"{id}.plain", f"{quantity}; without weights", plain, unit=unit),
    ]
    for method in _OTHER_METHODS:
        if method != courses.design.weights:
            other = _outcome(courses, values, method)
            words = f"{quantity}; {_METHOD_WORDS[method]}"
            rows.append(contrast_row(other.weighted, f"{id}.by_{method}", words, other.means, unit=unit))
    return rows


def _bootstrapped(id: str, quantity: str, outcome: _Outcome, method: WeightMethod, of: Estimate) -> list[Estimate]:
    """Return the same difference with an interval by drawing persons, the score fitted anew each time; of weights that follow from a score."""
    population, weighted, unit = _BOOTSTRAPPED.get(method), outcome.weighted, of.unit
    if population is None:
        return []
    why_not = of.reason if of.value is None else None
    if why_not is None and len(outcome.values) > MOST_TO_DRAW:
        why_not = f"not drawn for more than {MOST_TO_DRAW} courses, where the interval of the weights is as good"
    if why_not is not None:
        return [failed_row(id, quantity, why_not, unit)]
    found = bootstrapped_difference(
        outcome.values,
        weighted.treated,
        weighted.covariates,
        weighted.persons,
        penalty=WEAK_PENALTY,
        seed=_SEED,
        population=population,
        replicate_count=_DRAWS,
    )
    if found.value is None or found.lower is None:
        return [failed_row(id, quantity, found.reason or "no interval was found", unit)]
    return [
        Estimate(
            id=id,
            quantity=quantity,
            value=found.value,
            lower=found.lower,
            upper=found.upper,
            level=found.level,
            unit=unit,
            n=len(outcome.values),
            person_count=found.cluster_count,
            standard_error=found.standard_error,
            method=f"{found.method}; persons drawn {found.replicate_count} times, seed {found.seed}",
        )
    ]


def say_one_sided(weighted: Weighted, values: Array) -> str:
    """Return a clause where all outcomes of one group are the same: the interval then knows of the other's spread only."""
    members = {group: (weighted.treated == group) & (weighted.weights.weight > 0) for group in (1, 0)}
    alike = [group for group, is_in in members.items() if np.any(is_in) and is_constant(values[is_in])]
    if len(alike) != 1:
        return ""
    return weighted.in_words(f"; every outcome of group {alike[0]} {SAME}")


def _outcome(courses: ComparedCourses, values: Array, method: WeightMethod | None = None) -> _Outcome:
    is_there = np.isfinite(values)
    weighted = weigh(courses.where(is_there), method)
    means = weighted_means(values[is_there], weighted.treated, weighted.weights, weighted.persons)
    return _Outcome(weighted=weighted, values=values[is_there], means=means)


def _augmented(outcome: _Outcome, method: WeightMethod, is_flag: bool) -> GroupMeans:
    weighted = outcome.weighted
    return doubly_robust_means(
        outcome.values,
        weighted.treated,
        weighted.covariates,
        weighted.persons,
        weighted.names,
        kind=OutcomeKind.FLAG if is_flag else OutcomeKind.NUMBER,
        population=_POPULATIONS.get(method, Population.OVERLAP),
    )


def _returned(free: GroupMeans) -> GroupMeans:
    """Return the shares that had the event from those that had not."""
    return replace(
        free,
        mean_1=None if free.mean_1 is None else 1 - free.mean_1,
        mean_0=None if free.mean_0 is None else 1 - free.mean_0,
        influence_1=-free.influence_1,
        influence_0=-free.influence_0,
    )
