"""Checks before the split: by hand, quiet where assumptions hold, loud where they are broken, silent where they cannot be asked."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.regression_to_mean_checks import (
    CheckName,
    check_asked_when_bad,
    check_discharge_when_better,
    check_surprise_of_first,
    check_visits_against_diary,
    checks_of_information,
    checks_of_ratings,
)
from abate.stats.regression_to_mean_courses import checked_courses
from abate.stats.regression_to_mean_model import fit_history_model
from tests.unit.stats.simulated_ratings import simulated_courses

NAN = math.nan


def courses_of(day, rating, is_visit, person=None):
    count = len(day)
    return checked_courses(day, rating, [8] * count, [5] * count, [5] * count, person=person, is_visit=is_visit)


def visits(rng, count=61, by_rating=0.0, diary_lift=0.0):
    """Return courses with six visits, each sooner after the one before the worse it is, and a diary of ten days."""
    rating = np.clip(np.round(6 + rng.normal(0, 1, (count, 1)) + rng.normal(0, 1.4, (count, 6))), 0, 10)
    gap = np.exp(np.log(20) - by_rating * (rating - 6) + rng.normal(0, 0.4, rating.shape)).round().clip(1)
    day = -30.0 - (gap.sum(axis=1, keepdims=True) - np.cumsum(gap, axis=1))  # gap j lies before visit j
    diary_day = np.tile(-np.arange(8.0, 28, 2), (count, 1))
    diary = np.clip(
        np.round(rating.mean(axis=1, keepdims=True) + diary_lift + rng.normal(0, 1.2, diary_day.shape)), 0, 10
    )
    kinds = np.column_stack([np.ones_like(rating), np.zeros_like(diary)])
    return courses_of(np.column_stack([day, diary_day]), np.column_stack([rating, diary]), kinds)


# --- asked when bad ---


def test_asked_when_bad_by_hand():
    "Three courses with gaps of 10 and 100 days: ratings fall by 2, 1 and 3 a tenfold gap, mean 2, SE 1 / sqrt(3)."
    day = [[-10, -110, -120]] * 3  # visits on -120, -110, -10: gaps 10, then 100
    rating = [[5, 7, 0], [5, 6, 0], [4, 7, 0]]
    check = check_asked_when_bad(courses_of(day, rating, np.ones((3, 3))))
    assert check.size == pytest.approx(2)
    assert check.statistic == pytest.approx(2 / math.sqrt(1 / 3))
    assert check.is_flagged
    assert check.is_alarm


def test_visits_sooner_when_bad_are_seen_and_others_are_not():
    rng = np.random.default_rng(1)
    assert all(check_asked_when_bad(visits(rng, by_rating=0.4)).is_flagged for _ in range(20))
    quiet = [check_asked_when_bad(visits(rng)).statistic for _ in range(1000)]
    assert np.mean(np.abs(quiet) > 1.96) == pytest.approx(0.055, abs=0.022)
    assert check_asked_when_bad(visits(rng, by_rating=-0.4)).is_opposite


def test_a_second_visit_on_the_same_day_has_no_gap():
    once = courses_of([[-10, -110, -120]] * 3, [[5, 7, 0], [5, 6, 0], [4, 7, 0]], np.ones((3, 3)))
    again = courses_of([[-10, -10, -110, -120]] * 3, [[5, 9, 7, 0], [5, 9, 6, 0], [4, 9, 7, 0]], np.ones((3, 4)))
    assert check_asked_when_bad(again).size == check_asked_when_bad(once).size


# --- visits against diary ---


def test_visits_against_diary_by_hand():
    "Differences 1, 2 and 3: mean 2, SE 1 / sqrt(3); diary days nearer than 7 or beyond 28 do not count."
    day = [[-60, -40, -20, -10, -3, -29]] * 3
    rating = [[6, 8, 6, 6, 0, 0], [7, 7, 4, 6, 0, 0], [8, 8, 5, 5, 0, 0]]
    kinds = np.tile([1, 1, 0, 0, 0, 0], (3, 1))
    above, rise = check_visits_against_diary(courses_of(day, rating, kinds))
    assert (above.size, rise.size) == (pytest.approx(2), pytest.approx(-2))
    assert above.statistic == pytest.approx(2 * math.sqrt(3))
    assert (above.is_flagged, above.is_alarm, rise.is_flagged, rise.is_opposite) == (True, False, False, True)


def test_a_lasting_rise_is_an_alarm():
    _, rise = check_visits_against_diary(visits(np.random.default_rng(2), diary_lift=1.0))
    assert rise.is_alarm


def test_repeat_courses_count_as_one_person():
    one = visits(np.random.default_rng(3), diary_lift=0.4)
    twice = replace(
        one,
        **{name: np.repeat(getattr(one, name), 2, axis=0) for name in ("day", "rating", "seen", "is_visit", "person")},
    )
    for check in (lambda c: check_visits_against_diary(c)[1], check_asked_when_bad):
        assert check(twice).statistic == pytest.approx(check(one).statistic)
        assert check(twice).count == check(one).count


# --- leaving ---


def test_leaving_by_hand():
    "Day 3: expected 5.75, variance 5.1875; day 4: expected 4, variance 14/3; the stopped row and the last day do not count."
    day, rating = [3] * 5 + [4] * 3 + [5] * 2, [2, 6, 7, 8, 0, 1, 5, 6, 4, 5]
    leaving, stopped = [1, 0, 0, 0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    check = check_discharge_when_better(day, rating, leaving, stopped)
    assert check.statistic == pytest.approx((3.75 + 3) / math.sqrt(5.1875 + 14 / 3))
    assert (check.size, check.count) == (pytest.approx(6.75 / 2), 2)


def test_leaving_by_chance_is_quiet_and_leaving_when_better_is_not():
    rng = np.random.default_rng(4)
    day = np.repeat(np.arange(3, 7), 60)
    quiet, loud = [], []
    for _ in range(400):
        rating = rng.normal(5, 2, day.size)
        quiet.append(check_discharge_when_better(day, rating, rng.random(day.size) < 0.25).statistic)
        loud.append(check_discharge_when_better(day, rating, rng.random(day.size) < 1 / (1 + np.exp(rating - 3.5))))
    assert np.mean(np.abs(quiet) > 1.96) == pytest.approx(0.05, abs=0.033)
    assert all(check.is_flagged and check.is_alarm for check in loud)


def test_leaving_that_cannot_be_asked():
    for rating, leaving in (([5, 5, 5], [1, 0, 0]), ([4, 5, 6], [1, 1, 1]), ([4, 5, 6], [0, 0, 0]), ([], [])):
        check = check_discharge_when_better([3] * len(rating), rating, leaving)
        assert check.is_flagged is None
        assert "on no day did some leave" in check.reason
    with pytest.raises(ParameterError, match="missing or infinite"):
        check_discharge_when_better([3, 3], [4, NAN], [1, 0])


# --- with a model ---


def test_surprise_of_the_first_rating_is_0_on_any_day_and_large_on_a_chosen_one():
    rng = np.random.default_rng(5)
    usual = check_surprise_of_first(fit_history_model(simulated_courses(rng, course_count=300)))
    chosen = check_surprise_of_first(fit_history_model(simulated_courses(rng, course_count=300, chosen_at=8)))
    assert usual.size == pytest.approx(0, abs=0.15)
    assert chosen.size > 0.4
    assert (usual.is_flagged, chosen.is_flagged) == (None, None)


def test_a_chosen_day_is_measured_and_no_alarm():
    "Any day: the diary is as expected. The first bad day of some: the days before it are better."
    rng, found = np.random.default_rng(6), {}
    for chosen_at in (None, 8):
        raw = simulated_courses(rng, course_count=150, chosen_at=chosen_at, raw=True)
        older = np.column_stack([raw["day"], -30.0 - 7 * np.arange(3) * np.ones((150, 1))])
        rating = np.column_stack([raw["rating"], np.clip(np.round(rng.normal(5.5, 1.5, (150, 3))), 0, 10)])
        courses = checked_courses(**(raw | {"day": older, "rating": rating}), is_visit=older <= -29)
        checks = {check.name: check for check in checks_of_ratings(fit_history_model(courses))}
        found[chosen_at] = checks[CheckName.CHOSEN_DAY]
    assert found[8].is_flagged
    assert not found[8].is_alarm
    assert found[8].size > found[None].size + 0.2


def test_every_check_is_there_once_and_in_order():
    model = fit_history_model(visits(np.random.default_rng(7)))
    names = [check.name for check in checks_of_ratings(model)]
    # Of leaving other ratings tell, of hindsight the study file, and of their shape a second fit.
    elsewhere = CheckName.DISCHARGE_WHEN_BETTER, CheckName.HINDSIGHT, CheckName.SHAPE_OF_RATINGS
    assert names == [name for name in CheckName if name not in elsewhere]
    ward = checks_of_ratings(model)[-1]
    assert (ward.is_flagged, ward.statistic) == (None, None)


def test_information_counts_pairs_and_names_what_ended_at_a_bound():
    few, bound, prior = checks_of_information(
        fit_history_model(courses_of([[-5, -9]] * 2, [[5, 6]] * 2, np.ones((2, 2))))
    )
    assert (few.size, few.is_flagged, few.is_alarm) == (6, True, True)
    assert (bound.is_flagged, prior.is_flagged) == (None, None)
    model = fit_history_model(simulated_courses(np.random.default_rng(8)))
    assert [check.is_flagged for check in checks_of_information(model)] == [False, False, False]
    ended = replace(model, at_bound=("spell_days",), prior_dominated=("spell_days", "error_variance"))
    assert [check.size for check in checks_of_information(ended)[1:]] == [1, 2]


@pytest.mark.parametrize(
    "courses",
    [
        checked_courses(np.empty((0, 0)), np.empty((0, 0)), [], [], []),
        checked_courses(np.empty((2, 0)), np.empty((2, 0)), [8, 9], [4, 5], [5, 5], is_visit=np.empty((2, 0))),
        courses_of([[-5, -9, -40]] * 4, [[NAN] * 3] * 4, np.ones((4, 3))),
        courses_of([[-5, -9, -40]] * 4, [[8] * 3] * 4, [[1, 0, 1]] * 4),
        courses_of([[-5, -9, -40]] * 4, [[8] * 3] * 4, [[1, 0, 1]] * 4, person=["a"] * 4),
        simulated_courses(np.random.default_rng(9), course_count=8),
    ],
)
def test_what_cannot_be_asked_has_a_reason(courses):
    for check in checks_of_ratings(fit_history_model(courses)):
        assert (check.is_flagged is None) == (check.reason is not None)
        assert check.statistic is None or math.isfinite(check.statistic)
