"""Which rows of the result table does a split of the fall become?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abate.base.days import parse_length
from abate.contracts.result import Estimate
from abate.inference.attribution.checks import Checks, margin_of
from abate.inference.attribution.histories import Histories
from abate.inference.attribution.planned_day import PlannedDay, planned_day_of
from abate.inference.columns import hours_between, numbers, texts, with_person_numbers
from abate.inference.rows import LEVEL
from abate.stats.arrays import Array
from abate.stats.regression_to_mean import (
    Bracket,
    ExpectedResponse,
    FallLeft,
    ResponseRule,
    RuleKind,
    expected_response,
    expected_response_later,
)
from abate.stats.regression_to_mean_checks import Check
from abate.stats.regression_to_mean_controls import compare_with_untreated
from abate.stats.regression_to_mean_courses import RatedCourses
from abate.stats.regression_to_mean_intervals import CourseMean, mean_by_person
from abate.stats.regression_to_mean_model import HistoryModel
from abate.stats.regression_to_mean_reference import natural_fall_conditional
from abate.stats.regression_to_mean_visits import VisitFall

if TYPE_CHECKING:
    import abate.contracts.definition as definition
    from abate.contracts.definition import Study

POINTS = "{points}"
_KINDS = {"points": RuleKind.POINTS, "percent": RuleKind.PER_CENT, "at_most": RuleKind.AT_MOST}
_WHEN_NOTHING = "had nothing been done"
_HOURS_PER_DAY = 24.0
_SECONDS_PER_DAY = 86_400


def split_rows(fall: FallLeft, why: str | None, drawn_from: int | None) -> Iterator[Estimate]:
    """Give the fall, what was to be expected, and what is left, of the same courses."""
    drawn = _say_drawn(fall, drawn_from)
    more = (f"; {why}" if why else "") + drawn
    observed = "mean of first minus final rating, of the courses whose fall is split"
    yield _row("regression.fall", observed, fall.observed, POINTS, more=drawn)
    expected = f"mean rating to be expected at the end {_WHEN_NOTHING}"
    yield _row("regression.expected_final", expected, fall.expected_final, POINTS, more=more)
    natural = "fall to be expected from each person's own earlier ratings"
    yield _row("regression.natural", f"{natural}, {_WHEN_NOTHING}", fall.natural, POINTS, more=more)
    left = "fall left after regression to the mean: the treatment and everything else that comes with being there"
    yield _row("regression.left", left, fall.left, POINTS, more=more)


def _say_drawn(fall: FallLeft, drawn_from: int | None) -> str:
    """Return of how many courses these were drawn."""
    return (
        "" if drawn_from is None else f"; {fall.observed.course_count} of {drawn_from} courses, drawn by a fixed seed"
    )


def normal_scores_rows(by_scores: FallLeft, drawn_from: int | None) -> Iterator[Estimate]:
    """Give the split of the last rating on normal scores, which stands beside that of the model."""
    drawn = _say_drawn(by_scores, drawn_from)
    natural = (
        "fall to be expected by the last rating's day, from each person's own earlier ratings, taken by their rank"
    )
    yield _row("regression.normal_scores_natural", natural, by_scores.natural, POINTS, more=drawn)
    left = "fall left by the last rating, with earlier ratings taken by their rank among all"
    yield _row("regression.normal_scores_left", left, by_scores.left, POINTS, more=drawn)


def planned_day_rows(
    study: Study, planned: PlannedDay | None, main: FallLeft, last: FallLeft | None
) -> Iterator[Estimate]:
    """Give what stands beside a split of the planned day: the last rating's, and what is left if the relief of those who left had ended."""
    if planned is None:
        return
    day = planned_day_of(study)
    found, ended_fall = planned.found, planned.ended.left
    if found.reason is not None or last is None:
        quantity = f"fall left by the rating of day {day}"
        yield Estimate(
            id="regression.planned_day_left", quantity=quantity, value=None, unit=POINTS, reason=found.reason
        )
        return
    yield _row("regression.planned_day_left", f"fall left by the rating of day {day}; the main line", main.left, POINTS)
    ended = f"the same, had the relief of those who left before day {day} ended with their leaving"
    yield Estimate(
        id="regression.planned_day_relief_ended_left",
        quantity=ended,
        value=ended_fall.value,
        lower=ended_fall.lower,
        upper=ended_fall.upper,
        level=None if ended_fall.lower is None else LEVEL,
        unit=POINTS,
        n=main.left.course_count,
        person_count=main.left.person_count,
        standard_error=ended_fall.standard_error,
        method=ended_fall.method,
        reason=ended_fall.reason,
    )
    for id, words, mean in (
        ("fall", "mean fall to the last rating", last.observed),
        ("natural", "fall to be expected by the last rating's day", last.natural),
        ("left", "fall left by the last rating, which flatters", last.left),
    ):
        yield _row(f"regression.last_rating_{id}", words, mean, POINTS)
    yield Estimate(
        id="regression.planned_day_filled",
        quantity=f"courses without a rating on day {day}, filled in",
        value=float(found.gone_count + found.missed_count),
        unit="{courses}",
        n=found.gone_count + found.missed_count + found.rated_count,
        method="count",
    )


def visit_rows(found: VisitFall | None) -> Iterator[Estimate]:
    """Give the split by the model of visits that came because it was bad, beside that of planned times."""
    if found is None:
        return
    yield _row(
        "regression.visits_fall", "mean fall, of the courses whose visits are modelled", found.fall.observed, POINTS
    )
    yield _row(
        "regression.visits_natural",
        "fall to be expected, visits modelled as coming with pain",
        found.fall.natural,
        POINTS,
    )
    yield _row("regression.visits_left", "fall left, visits modelled as coming with pain", found.fall.left, POINTS)
    gamma = "by how much the log chance of a visit rises with each point of a spell; above 0 alone proves nothing"
    yield _row("regression.visits_gamma", gamma, found.gamma, "1")


def claim_row(study: Study, fall: FallLeft, by_scores: FallLeft | None) -> Estimate:
    """Return whether the lower limit of the fall left lies beyond the margin that the study declared.

    Parameters
    ----------
    study : Study
    fall : FallLeft
        The main line.
    by_scores : FallLeft or None
        The split on normal scores where it lies so far from the model's that a claim has to rest on both.
    """
    method = "declared margin" if study.attribution is not None else "margin of 0.25 points, assumed"
    of, splits = "the fall left", [fall.left]
    if by_scores is not None:
        of, splits = "the fall left and that on normal scores", [fall.left, by_scores.left]
        method += "; both have to, for they lie further apart than the margin"
    margin = margin_of(study)
    id, quantity = "regression.claim", f"1 where the lower limit of {of} exceeds the margin of {margin:g} points"
    limits = [split.lower for split in splits if split.lower is not None]
    if len(limits) < len(splits):
        reason = fall.left.reason or "the fall left has no interval"
        return Estimate(id=id, quantity=quantity, value=None, method=method, reason=reason)
    return Estimate(
        id=id,
        quantity=quantity,
        value=float(min(limits) > margin),
        n=fall.left.course_count,
        person_count=fall.left.person_count,
        method=method,
    )


def bracket_rows(bracket: Bracket, why_not: str | None) -> Iterator[Estimate]:
    """Give the two ends between which the fall left lies, which need no model."""
    lower = (
        "mean of each person's earlier ratings, three or more days before, minus the final rating: takes off too much"
    )
    yield _row("regression.history_mean_left", lower, bracket.history_mean_left, POINTS, why_not=why_not)
    upper = "mean fall of the courses with such ratings: takes off nothing"
    yield _row("regression.history_fall", upper, bracket.observed, POINTS)


def history_rows(histories: Histories) -> Iterator[Estimate]:
    """Give what was rated before: how many courses, how many ratings, and their mean."""
    courses = histories.everything
    earlier = courses.is_earlier
    has_any = earlier.any(axis=1)
    count = np.maximum(earlier.sum(axis=1), 1)
    means = (np.where(earlier, courses.rating, 0.0).sum(axis=1) / count)[has_any]
    quantity = "mean over courses of the ratings of the half year before admission"
    found = mean_by_person(means, courses.person[has_any], LEVEL)
    yield _row("regression.earlier_mean", quantity, found, POINTS)
    yield Estimate(
        id="regression.earlier_ratings",
        quantity="ratings of the half year before admission that the split rests on",
        value=float(earlier.sum()),
        unit="{ratings}",
        n=int(has_any.sum()),
        person_count=len(np.unique(courses.person[has_any])),
        method="count; at most 60 a course, the latest 30 and others spread evenly",
    )
    yield Estimate(
        id="regression.late_baseline",
        quantity="courses left out of the split because their baseline was rated after the first dose",
        value=float(histories.late_count),
        unit="{courses}",
        n=courses.course_count + histories.late_count,
        method="count",
    )


def reference_rows(study: Study, courses: RatedCourses) -> Iterator[Estimate]:
    """Give the least and the largest fall to be expected under the stated references: a range, no interval."""
    references = () if study.attribution is None else study.attribution.references
    reason = None
    if not references:
        reason = "the study file states no reference"
    elif not courses.course_count:
        reason = "no course has both ratings"
    ends = [] if reason else [end for one in references for end in _reference_ends(one, float(np.mean(courses.first)))]
    sources = "; ".join(one.source for one in references)
    for id, words, take in (("reference_low", "least", min), ("reference_high", "largest", max)):
        yield Estimate(
            id=f"regression.{id}",
            quantity=f"{words} fall to be expected under the stated references",
            value=take(ends) if ends else None,
            unit=POINTS,
            n=courses.course_count if ends else None,
            person_count=courses.person_count if ends else None,
            method=f"(1 - correlation) x (mean first rating - mean of the reference); {sources}" if sources else "",
            reason=reason,
        )


def _reference_ends(reference: definition.Reference, mean_first: float) -> list[float]:
    return [natural_fall_conditional(mean_first, mu, rho) for mu in reference.mean for rho in reference.correlation]


def untreated_rows(study: Study, outcomes: pa.Table) -> Iterator[Estimate]:
    """Give the split by untreated episodes chosen alike, where the study names them."""
    if study.attribution is None or not study.attribution.untreated or study.comparator is None:
        return
    is_asked = np.array(
        [name in (study.treatment.name, study.comparator.name) for name in texts(outcomes, "treatment")], dtype=bool
    )
    has_entered = numbers(outcomes, "is_eligible") == 1
    rows = with_person_numbers(outcomes.filter(pa.array(is_asked & has_entered)).sort_by("course_id"))
    is_treated = np.array([name == study.treatment.name for name in texts(rows, "treatment")], dtype=bool)
    found = compare_with_untreated(
        numbers(rows, "baseline"), numbers(rows, "final"), is_treated, rows["person_number"].to_numpy(), LEVEL
    )
    natural = "fall to be expected at the same first rating, by untreated episodes"
    yield _row("regression.untreated_natural", natural, found.natural, POINTS)
    left = "fall left beyond that of untreated episodes; where these were elsewhere, what the ward does is in it"
    yield _row("regression.untreated_left", left, found.left, POINTS)


def expected_rows(
    study: Study, courses: pa.Table, histories: Histories, model: HistoryModel, why_not: str | None
) -> Iterator[Estimate]:
    """Give for every rule, and for the primary one at every visit, the share that would meet it with nothing done."""
    for rule in study.response.rules:
        found = expected_response(model, _as_stats(rule), LEVEL)
        quantity = f"share that would meet {rule.id} at the end {_WHEN_NOTHING}"
        yield _expected_row(f"response.{rule.id}.expected", quantity, found, why_not)
    if study.follow_up is None:
        return
    primary = _as_stats(study.response.primary)
    for visit, window in study.follow_up.visits.items():
        days = _days_of_visit(courses, visit, window, study.follow_up.counts_from, histories)
        quantity = f"share that would meet {study.response.primary.id} on the day of {visit} {_WHEN_NOTHING}"
        found = expected_response_later(model, primary, days, LEVEL)
        yield _expected_row(f"sustained.{visit}.expected", quantity, found, why_not)


def check_rows(checks: Checks) -> Iterator[Estimate]:
    """Give each check as a flag, and its statistic beside it."""
    for check in checks.found:
        yield Estimate(
            id=f"regression.flag.{check.name.value}",
            quantity=f"1 where flagged: {check.name.value.replace('_', ' ')}",
            value=None if check.is_flagged is None else float(check.is_flagged),
            method=_say_check(check),
            reason=check.reason or "not known" if check.is_flagged is None else None,
        )
        if check.statistic is not None:
            yield Estimate(
                id=f"regression.check.{check.name.value}",
                quantity=f"{check.name.value.replace('_', ' ')}, as a t-like statistic",
                value=check.statistic,
                method="flagged beyond 1.96",
            )


def _say_check(check: Check) -> str:
    if check.size is None:
        return "from the study file" if check.name.value == "in_hindsight" else ""
    size = f"{check.size:.0f}" if check.size.is_integer() else f"{check.size:.3g}"
    return f"{size} {check.unit}"


def _expected_row(id: str, quantity: str, found: ExpectedResponse, why_not: str | None) -> Estimate:
    row = _row(id, quantity, found.expected, "1", why_not=why_not)
    if row.lower is None or row.upper is None:
        return row
    # An interval of this form does not know the ends of a share.
    return replace(row, lower=max(row.lower, 0.0), upper=min(row.upper, 1.0))


def _as_stats(rule: definition.ResponseRule) -> ResponseRule:
    return ResponseRule(kind=_KINDS[rule.kind], amount=rule.threshold)


def _days_of_visit(
    courses: pa.Table, visit: str, window: tuple[str, str], counts_from: str, histories: Histories
) -> Array:
    """Return the days from the first rating to a visit; of whoever was not seen, to the middle of its window."""
    asked = courses.take(pa.array(histories.row))
    middle = sum(parse_length(end) for end in window) / 2 / _SECONDS_PER_DAY
    opening = hours_between(asked, "baseline_time", counts_from) / _HOURS_PER_DAY
    seen = hours_between(asked, "baseline_time", f"{visit}_time") / _HOURS_PER_DAY
    usual = np.where(np.isfinite(opening), opening, np.nanmedian(opening)) if np.isfinite(opening).any() else 0.0
    return np.where(np.isfinite(seen), seen, usual + middle)


def _row(
    id: str, quantity: str, found: CourseMean, unit: str, *, more: str = "", why_not: str | None = None
) -> Estimate:
    if why_not is not None:
        return Estimate(id=id, quantity=quantity, value=None, unit=unit, reason=why_not)
    return Estimate(
        id=id,
        quantity=quantity,
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        level=found.level if found.lower is not None else None,
        unit=unit,
        n=found.course_count if found.value is not None else None,
        person_count=found.person_count if found.value is not None else None,
        standard_error=found.standard_error,
        method=f"{found.method}{more}",
        reason=found.reason,
    )
