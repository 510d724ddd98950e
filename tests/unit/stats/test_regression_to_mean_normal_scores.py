"""The split on normal scores: scores by hand, back to the scale, agreement where ratings are normal, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from abate.base.errors import ParameterError
from abate.stats.regression_to_mean import fall_left, fall_without_split
from abate.stats.regression_to_mean_courses import RatingScale, checked_courses
from abate.stats.regression_to_mean_model import fit_history_model
from abate.stats.regression_to_mean_normal_scores import check_shape_of_ratings, fall_left_by_scores, normal_scores
from tests.unit.stats.simulated_ratings import simulated_courses

SCALE = RatingScale(lowest=0, highest=3)


def test_scores_by_hand():
    "Ten ratings: two of 1, five of 2, three of 3, none of 0."
    earlier = [[1, 2, 2, 3], [1, 2, 2, 2]]
    courses = checked_courses([[-9, -7, -5, -3]] * 2, earlier, [3, 3], [1, 1], [5, 5], scale=SCALE)
    scored, scale = normal_scores(courses)
    assert scale.cuts == pytest.approx(np.array([-np.inf, norm.ppf(0.2), norm.ppf(0.7)]))
    expected = {
        1: norm.expect(lb=-np.inf, ub=norm.ppf(0.2)) / 0.2,
        2: norm.expect(lb=norm.ppf(0.2), ub=norm.ppf(0.7)) / 0.5,
        3: norm.expect(lb=norm.ppf(0.7), ub=np.inf) / 0.3,
    }
    wanted = [[expected[k] for k in (3, *row)] for row in earlier]
    assert scored.rating == pytest.approx(np.array(wanted))
    assert scored.rating.mean() == pytest.approx(0, abs=1e-12)
    assert (scored.final.tolist(), scored.day.tolist()) == (courses.final.tolist(), courses.day.tolist())


def test_where_ratings_are_normal_it_is_nearly_the_plain_split():
    courses = simulated_courses(np.random.default_rng(1), chosen_at=7)
    scores, plain = fall_left_by_scores(courses), fall_left(fit_history_model(courses))
    assert scores.natural.value + scores.left.value == pytest.approx(scores.observed.value)
    assert scores.observed == plain.observed
    assert scores.left.value == pytest.approx(plain.left.value, abs=0.05)
    assert scores.left.standard_error == pytest.approx(plain.left.standard_error, rel=0.1)
    assert scores.left.method.startswith("ratings as normal scores")


def test_only_the_order_of_earlier_ratings_counts():
    "Stretching the scale moves no score."
    raw = simulated_courses(np.random.default_rng(2), course_count=20, raw=True)
    stretched = dict(raw) | {name: 2 * raw[name] for name in ("rating", "first", "final")}
    one, _ = normal_scores(checked_courses(**raw))
    other, _ = normal_scores(checked_courses(**stretched, scale=RatingScale(lowest=0, highest=20)))
    assert other.rating == pytest.approx(one.rating)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [("first", np.nan, "no courses"), ("rating", np.nan, "no ratings before"), ("all", 10, "all ratings are equal")],
)
def test_no_split_has_a_reason(name, value, reason):
    raw = simulated_courses(np.random.default_rng(1), raw=True)
    for one in ("rating", "first", "final") if name == "all" else (name,):
        raw[one].fill(value)
    fall = fall_left_by_scores(checked_courses(**raw))
    assert reason in fall.reason
    assert fall.left.value is None


def attacks(seed, course_count=60):
    """Courses of persons with pain of 6 to 9 in attacks of two days, none between them, admitted on a day of an attack."""
    draw = np.random.default_rng(seed)
    length = 61
    begins = draw.random((20 * course_count, length)) < 0.15
    in_attack = begins | np.roll(begins, 1, axis=1)
    rating = np.where(in_attack, draw.integers(6, 10, in_attack.shape), 0)[:, 1:]
    rating = rating[rating[:, -6] > 0][:course_count]
    day = np.tile(np.arange(-54.0, 0), (course_count, 1))
    return checked_courses(day, rating[:, :54], rating[:, 54], rating[:, 59], np.full(course_count, 5))


def test_attacks_with_days_without_pain_are_seen():
    courses = attacks(1)
    plain, scores = fall_left(fit_history_model(courses)), fall_left_by_scores(courses)
    check = check_shape_of_ratings(plain, scores)
    assert (check.is_flagged, check.is_alarm, check.statistic) == (True, True, None)
    # The plain model takes off too little: a normal rating would not be back at 0 within days.
    assert check.size == pytest.approx(plain.left.value - scores.left.value)
    assert check.size > 0.25


def test_the_margin_decides_and_belongs_to_what_is_near():
    courses = simulated_courses(np.random.default_rng(1), chosen_at=7)
    plain, scores = fall_left(fit_history_model(courses)), fall_left_by_scores(courses)
    apart = abs(plain.left.value - scores.left.value)
    for splits in ((plain, scores), (scores, plain)):
        assert check_shape_of_ratings(*splits, margin=0.99 * apart).is_flagged
        assert not check_shape_of_ratings(*splits, margin=apart).is_flagged


def test_without_either_split_the_check_is_not_known():
    courses = simulated_courses(np.random.default_rng(1), course_count=10)
    fall, none = fall_left(fit_history_model(courses)), fall_without_split(courses, "nobody knows", 0.95)
    check = check_shape_of_ratings(none, fall)
    assert (check.is_flagged, check.reason) == (None, "nobody knows")
    assert check_shape_of_ratings(fall, none).reason == "on normal scores: nobody knows"


@pytest.mark.parametrize("margin", [-0.1, np.nan, np.inf])
def test_a_margin_is_a_number_of_points(margin):
    courses = simulated_courses(np.random.default_rng(1), course_count=10)
    none = fall_without_split(courses, "x", 0.95)
    with pytest.raises(ParameterError, match="a margin is a number of points"):
        check_shape_of_ratings(none, none, margin)
