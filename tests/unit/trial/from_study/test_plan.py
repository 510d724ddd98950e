"""What does a study hand to the first plan, and what does it refuse to?"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest

from abate.contracts.result import Estimate
from abate.study.plan_file import parse_plan
from abate.study.plan_text import render_plan
from abate.trial.errors import NoDailyRatingsError, PlanFileError, TooFewCoursesError
from abate.trial.from_study.plan import plan_from_study
from tests.outcome_tables import START, daily_of
from tests.unit.trial.from_study.review import review_result, review_study, review_tables


def first_plan(persons=12, study=None, estimates=(), daily=None, **columns):
    study = study or review_study()
    outcomes, rated = review_tables(study, persons, **columns)
    return plan_from_study(study, review_result(*estimates), outcomes, rated if daily is None else daily, "0" * 64)


def test_every_assumption_says_where_it_comes_from():
    plan = first_plan()
    assert plan.ratings.basis == "study"
    assert plan.effect.observed_fall.source == "change.mean, its sign turned"
    assert plan.effect.observed_fall.value == 4.0
    assert plan.effect.context.is_unverified


def test_means_by_day_are_those_of_complete_ratings():
    "With nobody missing the mixed model's means are the plain ones."
    study = review_study()
    outcomes, daily = review_tables(study)
    days = np.array(daily["value"].to_pylist()).reshape(12, 5)
    plan = plan_from_study(study, review_result(), outcomes, daily, "0" * 64)
    assert plan.ratings.mean[1:] == pytest.approx(days.mean(axis=0), abs=1e-4)
    assert np.sqrt(plan.ratings.covariance[5][5]) == pytest.approx(days[:, 4].std(ddof=1), rel=1e-3)


def test_only_the_first_course_of_a_person_counts():
    again = [START + dt.timedelta(days=30 * k) for k in range(12)]
    plan = first_plan(person_id=[1, 1, *range(3, 13)], start=again, course_number=[1, 2, *[1] * 10])
    assert plan.ratings.n == 11


def test_accrual_counts_persons_by_the_months_between_them():
    "Twelve starts 30 days apart: eleven spaces of 30 days, and one more for the last; 360 days are 11.8 months."
    plan = first_plan()
    assert (plan.accrual.seen, plan.accrual.months) == (12, 11.8)


def test_few_persons_get_a_simpler_covariance_and_are_told_so():
    plan = first_plan(persons=8)
    assert plan.ratings.structure != "unstructured"
    assert "simplified, because there are fewer than 10 persons" in plan.ratings.source


def test_too_few_persons_cannot_give_a_plan():
    with pytest.raises(TooFewCoursesError, match="fewer than 5 persons with a baseline rating"):
        first_plan(persons=4)


def test_a_study_without_daily_ratings_cannot_give_a_curve():
    with pytest.raises(NoDailyRatingsError, match="no day of the course on which enough persons were rated"):
        first_plan(daily=daily_of((1, 1, 5.0)))


def test_a_scale_on_which_higher_is_better_is_refused(monkeypatch):
    upward = SimpleNamespace(id="well-being", lower_is_better=False, minimum=0.0, maximum=10.0)
    monkeypatch.setattr("abate.trial.from_study.plan.scale_of", lambda name: upward)
    with pytest.raises(PlanFileError, match="on the scale 'well-being' higher is better"):
        first_plan()


def test_the_split_of_the_fall_is_carried_over_with_its_errors():
    split = (
        Estimate(id="regression.fall", quantity="fall", value=4.1, standard_error=0.3, person_count=12),
        Estimate(id="regression.natural", quantity="natural", value=0.8, standard_error=0.2, person_count=12),
        Estimate(id="regression.left", quantity="left", value=3.3, standard_error=0.25, person_count=12),
    )
    effect = first_plan(estimates=split).effect
    assert (effect.observed_fall.value, effect.regression_to_mean.value, effect.fall_left.se) == (4.1, 0.8, 0.25)
    assert effect.regression_to_mean.basis == "study"


def test_without_a_split_regression_to_the_mean_is_assumed_and_marked():
    assert first_plan().effect.regression_to_mean.is_unverified


def test_a_few_repeat_courses_are_not_told_exactly():
    again = first_plan(person_id=[1, 1, *range(3, 13)]).repeats
    more = first_plan(person_id=[1, 1, 2, 2, *range(5, 13)]).repeats
    assert again.courses_per_person == pytest.approx(1 + 2.5 / 11, abs=1e-3)
    assert more.courses_per_person == pytest.approx(1 + 2.5 / 10, abs=1e-3)
    assert "exact count not told" in again.source


def test_the_file_of_a_plan_gives_the_same_plan():
    plan = first_plan()
    assert parse_plan(render_plan(plan)) == plan
