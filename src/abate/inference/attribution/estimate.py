"""How much of the mean fall was to be expected with nothing done, and how much is left?

What is left is the treatment and everything else that comes with being there; no number here parts the two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abate.contracts.result import Estimate
from abate.inference.attribution.checks import Checks, is_in_hindsight, looks_ahead_days, margin_of, run_checks
from abate.inference.attribution.histories import Histories, find_histories
from abate.inference.attribution.planned_day import (
    PlannedDay,
    fall_of_planned_day,
    planned_day_of,
    planned_day_since_first,
    ratings_by_day,
)
from abate.inference.attribution.rows import (
    bracket_rows,
    check_rows,
    claim_row,
    expected_rows,
    history_rows,
    normal_scores_rows,
    planned_day_rows,
    reference_rows,
    split_rows,
    untreated_rows,
    visit_rows,
)
from abate.inference.columns import eligible_courses
from abate.inference.rows import LEVEL, check_unique_ids
from abate.stats.regression_to_mean import FallLeft, fall_left, fall_without_split, history_bracket
from abate.stats.regression_to_mean_checks import CheckName
from abate.stats.regression_to_mean_hindsight import fall_left_in_hindsight
from abate.stats.regression_to_mean_model import HistoryModel, fit_history_model
from abate.stats.regression_to_mean_normal_scores import check_shape_of_ratings, fall_left_by_scores
from abate.stats.regression_to_mean_planned_day import AfterLeaving, fall_left_on_planned_day
from abate.stats.regression_to_mean_visits import VisitFall, fall_left_by_visits

if TYPE_CHECKING:
    from abate.contracts.definition import Study

_SEED = 1
#: Of more courses the model of visits, which takes a second for 61, is not asked.
MOST_FOR_VISITS = 600

#: Words in the place of a number, as clauses.
NO_RATINGS = "the records hold no ratings outside the courses"
ASKED_WHEN_BAD = "earlier ratings were taken mostly on bad days and cannot show how these patients usually are"
HINDSIGHT = "the day of admission was chosen in hindsight, and the study file does not say over how many days (attribution.index_window)"
SCORES_IN_HINDSIGHT = "the split on normal scores does not allow for a day of admission that was chosen in hindsight"
FROM_PLANNED_TIMES = "ratings at planned times and of diaries alone, because visits came when it was bad"


@dataclass(frozen=True, kw_only=True)
class _Line:
    """The main line of the split: the model it rests on, the fall, why it is not the plain one, and the planned day where it is of that."""

    model: HistoryModel
    fall: FallLeft
    why: str | None = None
    planned: PlannedDay | None = None
    of_last_rating: FallLeft | None = None


def estimate_attribution(
    study: Study, outcomes: pa.Table, daily: pa.Table, ratings: pa.Table | None
) -> tuple[Estimate, ...]:
    """Return the split of the mean fall, its checks and bracket, and the responses to be expected with nothing done.

    Parameters
    ----------
    study : Study
        Rules of response, follow-up visits, and the section ``attribution``: margin, references, how the day was chosen.
    outcomes : Table
        Columns of ``contracts.outcome.outcomes_table(study)``, one row a course, of any treatment and eligible or not.
    daily : Table
        Columns of ``contracts.outcome.DAILY``.
    ratings : Table or None
        The course table `ratings`: what was rated before admission is read from it.

    Returns
    -------
    tuple of Estimate
        Ids begin with ``regression.`` or end in ``.expected``; what the ratings cannot give has no value and a reason.
    """
    courses = eligible_courses(study, outcomes)
    treated = outcomes.select(["person_id", "start", "end", "discharge"])
    if ratings is None:
        ratings = _no_ratings(outcomes)
    histories = find_histories(study, courses, ratings, treated)
    model = fit_history_model(histories.everything)
    checks = run_checks(study, courses, daily, histories, model)
    line = _choose_line(study, histories, model, checks)
    by_scores = _by_normal_scores(study, line)
    checks = checks.joined_by(check_shape_of_ratings(line.fall, by_scores, margin_of(study)))
    if checks.is_flagged(CheckName.DISCHARGE_WHEN_BETTER):
        line = _on_planned_day(study, courses, daily, histories, line)
    is_asked_when_bad = checks.is_flagged(CheckName.ASKED_WHEN_BAD)
    bracket = history_bracket(histories.everything, LEVEL)
    estimates = (
        *split_rows(line.fall, line.why, histories.drawn_from),
        *visit_rows(_by_visits(histories, is_asked_when_bad=is_asked_when_bad)),
        *planned_day_rows(study, line.planned, line.fall, line.of_last_rating),
        *normal_scores_rows(by_scores, histories.drawn_from),
        claim_row(study, line.fall, by_scores if checks.is_flagged(CheckName.SHAPE_OF_RATINGS) else None),
        *bracket_rows(bracket, ASKED_WHEN_BAD if is_asked_when_bad else None),
        *history_rows(histories),
        *reference_rows(study, histories.everything),
        *untreated_rows(study, outcomes),
        *expected_rows(study, courses, histories, line.model, line.fall.reason),
        *check_rows(checks),
    )
    check_unique_ids(estimates)
    return estimates


def _choose_line(study: Study, histories: Histories, model: HistoryModel, checks: Checks) -> _Line:
    """Return the split that the checks allow, or the fall with the reason why it is not split."""
    if checks.is_flagged(CheckName.ASKED_WHEN_BAD):
        return _line_of_planned_times(histories, model)
    if is_in_hindsight(study):
        return _line_in_hindsight(study, model)
    return _Line(model=model, fall=fall_left(model, LEVEL))


def _on_planned_day(study: Study, courses: pa.Table, daily: pa.Table, histories: Histories, line: _Line) -> _Line:
    """Return the line with the rating of the planned day in the place of the last one, where it can be split."""
    if line.fall.reason is not None or is_in_hindsight(study):
        return line
    asked = courses.take(pa.array(histories.row))
    ratings, at = ratings_by_day(asked, daily, planned_day_of(study)), planned_day_since_first(study, asked)
    found, ended = (
        fall_left_on_planned_day(line.model, ratings, planned_day_of(study), after, at, seed=_SEED, level=LEVEL)
        for after in (AfterLeaving.OWN_COURSE, AfterLeaving.UNTREATED)
    )
    if found.reason is not None:
        return replace(line, planned=PlannedDay(found=found, ended=ended))
    fall = fall_of_planned_day(line.model, found, at, LEVEL)
    return replace(line, fall=fall, planned=PlannedDay(found=found, ended=ended), of_last_rating=line.fall)


def _by_normal_scores(study: Study, line: _Line) -> FallLeft:
    """Return the split of the last rating on normal scores of the same ratings, where the plain one has a number."""
    courses, reason = line.model.courses, line.fall.reason
    if reason is None and is_in_hindsight(study):
        reason = SCORES_IN_HINDSIGHT
    if reason is not None:
        return fall_without_split(courses, reason, LEVEL)
    return fall_left_by_scores(courses, level=LEVEL)


def _by_visits(histories: Histories, *, is_asked_when_bad: bool) -> VisitFall | None:
    """Return the split by the model of visits that came because it was bad, where they did and there are not too many courses."""
    if not is_asked_when_bad or histories.visited is None or len(histories.row) > MOST_FOR_VISITS:
        return None
    return fall_left_by_visits(histories.visited, LEVEL)


def _line_of_planned_times(histories: Histories, model: HistoryModel) -> _Line:
    planned = histories.at_planned_times
    if planned is not None:
        found = fit_history_model(planned)
        if found.refusal is None:
            return _Line(model=found, fall=fall_left(found, LEVEL), why=FROM_PLANNED_TIMES)
    hidden = replace(model, reason=ASKED_WHEN_BAD, converged=False, at_bound=())
    return _Line(model=hidden, fall=fall_without_split(histories.everything, ASKED_WHEN_BAD, LEVEL))


def _line_in_hindsight(study: Study, model: HistoryModel) -> _Line:
    ahead = looks_ahead_days(study)
    if ahead is None or ahead < 1:
        hidden = replace(model, reason=HINDSIGHT, converged=False, at_bound=())
        return _Line(model=hidden, fall=fall_without_split(model.courses, HINDSIGHT, LEVEL))
    days = np.arange(1.0, np.floor(ahead) + 1)
    window = np.tile(days, (model.courses.course_count, 1))
    fall = fall_left_in_hindsight(model, window, level=LEVEL).fall
    return _Line(model=model, fall=fall, why=f"first day taken as the worst of it and the {len(days)} days after it")


def _no_ratings(outcomes: pa.Table) -> pa.Table:
    types = {"person_id": outcomes.schema.field("person_id").type, "time": pa.timestamp("us"), "scale": pa.string()}
    types |= {"value": pa.float64(), "occasion": pa.string()}
    return pa.table({name: pa.array([], type) for name, type in types.items()})
