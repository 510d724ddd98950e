"""The fall left on a planned day: hand calculations, nobody gone, those gone, refusals, known truth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.regression_to_mean import fall_left
from abate.stats.regression_to_mean_courses import checked_courses
from abate.stats.regression_to_mean_filling import fill_planned_day
from abate.stats.regression_to_mean_model import fit_history_model
from abate.stats.regression_to_mean_planned_day import AfterLeaving, fall_left_on_planned_day
from abate.stats.regression_to_mean_prediction import expected_rating, predict_rating
from tests.unit.stats.simulated_ratings import _rated, simulated_courses

NAN = math.nan


def ward(rng, count=61, effect=0.0, leaves_at=None):
    """Return the model and the ratings of days 1 to 6 of courses rated 7 or more on the first of 16 days.

    ``leaves_at``: four in five leave after a day from the third on that is rated at or below it.
    """
    ratings = np.round(_rated(rng, np.tile(np.arange(29.0), (count, 1))))
    bad = ratings[:, 6:22] >= 7
    zero = 6 + np.where(bad.any(axis=1), bad.argmax(axis=1), 15)
    rows, day = np.arange(count), np.arange(29)[None, :] - zero[:, None].astype(float)
    daily = np.clip(ratings[rows[:, None], zero[:, None] + np.arange(1, 7)] - effect, 0, 10)
    last = np.full(count, 6)
    for number in range(5, 2, -1):
        goes = rng.random(count) < 0.8
        last[(leaves_at is not None) & goes & (daily[:, number - 1] <= (leaves_at or 0))] = number
    before = np.where(day < 0, np.clip(ratings, 0, 10), NAN)
    first = np.clip(ratings[rows, zero], 0, 10)
    courses = checked_courses(np.where(day < 0, day, -1.0), before, first, daily[rows, last - 1], last.astype(float))
    return fit_history_model(courses), np.where(np.arange(1, 7) <= last[:, None], daily, NAN)


@pytest.fixture(scope="module")
def leaving():
    return ward(np.random.default_rng(1), leaves_at=4)


# --- filling in ---


def test_draws_have_the_mean_and_variance_of_a_regressions_prediction():
    "One course gone on day 1: Student's t about the least-squares line, its variance larger by n - 2 over n - 4."
    rng = np.random.default_rng(1)
    first = np.array([4.0, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 3])
    day = 1 + 0.5 * first + rng.normal(0, 1, 13)
    day[-1] = NAN
    drawn = fill_planned_day(first, day[:, None], 40_000, np.random.default_rng(2)).planned
    slope, intercept = np.polyfit(first[:-1], day[:-1], 1)
    residual = day[:-1] - intercept - slope * first[:-1]
    spread = np.sum((first[:-1] - first[:-1].mean()) ** 2)
    variance = residual @ residual / 8 * (1 + 1 / 12 + (3 - first[:-1].mean()) ** 2 / spread)
    assert drawn[:, -1].mean() == pytest.approx(intercept + 3 * slope, abs=4 * math.sqrt(variance / 40_000))
    assert drawn[:, -1].var() == pytest.approx(variance, rel=0.03)
    assert np.array_equal(drawn[:, :-1], np.tile(day[:-1], (40_000, 1)))


def test_of_who_was_never_rated_a_day_hangs_on_the_first_rating_as_the_days_before_do():
    "Day 2 is day 1 plus 2 for everybody seen, so that the one who is gone gets draws that lie 2 above those of day 1."
    rng = np.random.default_rng(3)
    first, one = rng.integers(3, 10, 20).astype(float), rng.normal(5, 1, 20)
    two = one + 2 + rng.normal(0, 1e-3, 20)
    one[-1] = two[-1] = NAN
    both = fill_planned_day(first, np.column_stack([one, two]), 4000, np.random.default_rng(4)).planned[:, -1]
    alone = fill_planned_day(first, one[:, None], 4000, np.random.default_rng(5)).planned[:, -1]
    assert both.mean() == pytest.approx(alone.mean() + 2, abs=4 * alone.std() * math.sqrt(2 / 4000))
    assert both.std() == pytest.approx(alone.std(), rel=0.1)


def test_a_day_missed_by_some_who_stayed_blurs_nothing():
    "Day 3 is day 2 for everybody; a third of those who stayed missed day 2. Whoever left with a 9 is filled in by the line of the rest."
    rng = np.random.default_rng(6)
    first, two = rng.integers(6, 11, 60).astype(float), rng.normal(5, 1.5, 60)
    two[-1] = 9
    daily = np.column_stack([rng.normal(5, 1.5, 60), two, two + rng.normal(0, 0.1, 60)])
    line = np.polyfit(two[20:-1], daily[20:-1, 2], 1)
    daily[-1, 2] = NAN
    daily[:20, 1] = NAN
    drawn = fill_planned_day(first, daily, 200, np.random.default_rng(7)).planned[:, -1]
    assert drawn.mean() == pytest.approx(np.polyval(line, 9), abs=0.05)
    assert drawn.std() < 0.3


@pytest.mark.parametrize(
    ("rated", "days", "is_filled"), [(10, 1, True), (9, 1, False), (12, 8, True), (11, 8, False), (30, 8, True)]
)
def test_fewest_courses_rated(rated, days, is_filled):
    "Ten, or three more than the coefficients: eight days have a constant, the first rating and seven days before."
    rng = np.random.default_rng(5)
    daily = rng.normal(5, 1, (40, days))
    daily[rated:, -1] = NAN
    found = fill_planned_day(rng.normal(8, 1, 40), daily, 5, rng)
    assert (found.planned is not None) is is_filled
    assert is_filled or f"{rated} courses were rated on day {days}, fewer than the {rated + 1}" in found.reason


# --- the split ---


def test_where_nobody_is_gone_it_is_the_plain_split_of_that_day():
    model, daily = ward(np.random.default_rng(2), effect=1)
    planned = fall_left_on_planned_day(model, daily)
    courses = replace(model.courses, final=daily[:, 4], final_day=np.full(61, 5.0))
    plain = fall_left(replace(model, courses=courses))
    assert (planned.rated_count, planned.gone_count, planned.missed_count) == (61, 0, 0)
    for name in ("observed", "natural", "left"):
        found, expected = getattr(planned, name), getattr(plain, name)
        assert found.value == pytest.approx(expected.value)
        assert found.standard_error == pytest.approx(expected.standard_error)
    assert planned.left.missing_information == pytest.approx(2 / 60.0, rel=0.5)


def test_parts_add_up_and_counts_are_told_apart(leaving):
    model, daily = leaving
    daily = daily.copy()
    stays = np.flatnonzero(np.isfinite(daily[:, 5]))[:3]
    daily[stays, 4] = NAN
    found = fall_left_on_planned_day(model, daily)
    assert found.natural.value + found.left.value == pytest.approx(found.observed.value)
    assert found.missed_count == 3
    assert found.rated_count + found.gone_count + found.missed_count == 61
    assert found.left.between > 0


def test_more_gone_widen_the_interval(leaving):
    "The same ward, but for a third of those still there on day 5."
    model, daily = leaving
    fewer = daily.copy()
    there = np.flatnonzero(np.isfinite(daily[:, 4]))
    fewer[there[::3], 4:] = NAN
    one, other = (fall_left_on_planned_day(model, days).left for days in (daily, fewer))
    assert other.standard_error > one.standard_error
    assert other.missing_information > one.missing_information


def test_the_same_seed_gives_the_same_number_and_another_hardly_another(leaving):
    model, daily = leaving
    assert fall_left_on_planned_day(model, daily, seed=3) == fall_left_on_planned_day(model, daily, seed=3)
    lefts = [fall_left_on_planned_day(model, daily, seed=seed).left for seed in range(6)]
    assert 0 < np.std([left.value for left in lefts]) < 0.15 * lefts[0].standard_error


def test_those_gone_back_to_the_untreated_add_nothing(leaving):
    "The fall left is the sum over those there on the day, shared among all."
    model, daily = leaving
    found = fall_left_on_planned_day(model, daily, after_leaving=AfterLeaving.UNTREATED)
    there = np.isfinite(daily[:, 4])
    courses = replace(model.courses, final=np.where(there, daily[:, 4], 0.0), final_day=np.full(61, 5.0))
    expected = expected_rating(predict_rating(model, 5), courses.scale).value
    assert found.left.value == pytest.approx(np.sum((expected - courses.final)[there]) / 61)
    assert found.natural.value + found.left.value == pytest.approx(found.observed.value)
    assert found.left.between == pytest.approx(0, abs=1e-20)
    assert "back to what nothing done would have brought" in found.left.method


def test_courses_of_one_person_widen_the_interval():
    model, daily = ward(np.random.default_rng(6))
    pairs = np.repeat(np.arange(61), 2)
    twice = fit_history_model(
        replace(
            model.courses,
            **{name: getattr(model.courses, name)[pairs] for name in ("day", "rating", "seen", "final", "final_day")},
            person=np.arange(122),
            person_count=122,
        )
    )
    together = replace(twice, courses=replace(twice.courses, person=pairs, person_count=61))
    alone, joined = (fall_left_on_planned_day(one, daily[pairs]).left for one in (twice, together))
    assert joined.value == pytest.approx(alone.value)
    assert joined.standard_error == pytest.approx(alone.standard_error * math.sqrt(2 * 121 / 122 * 61 / 60))


def test_the_time_of_the_value_moves_the_prediction(leaving):
    "Nearer to the bad first day more pain is expected."
    model, daily = leaving
    assert fall_left_on_planned_day(model, daily, at=4.5).left.value > fall_left_on_planned_day(model, daily).left.value


# --- refusals ---


def refused(daily, model=None, **settings):
    model = model or fit_history_model(simulated_courses(np.random.default_rng(1)))
    found = fall_left_on_planned_day(model, daily, **settings)
    assert found.left.value is None
    assert found.natural.value is None
    assert found.reason == found.left.reason == found.observed.reason
    return found.reason


def test_too_few_on_the_day():
    daily = np.random.default_rng(1).integers(2, 9, (61, 6)).astype(float)
    daily[9:, 4:] = NAN
    assert refused(daily).startswith("9 courses were rated on day 5, fewer than the 10")


def test_equal_or_dependent_ratings():
    daily = np.random.default_rng(1).integers(2, 9, (61, 6)).astype(float)
    daily[40:, 4:] = NAN
    equal, dependent = daily.copy(), daily.copy()
    equal[:40, 4] = 3
    dependent[:, 3] = dependent[:, 2]
    assert refused(equal).startswith("all ratings of day 5 are equal")
    assert refused(dependent).startswith("the ratings before day 5 of those still there do not vary enough")


def test_no_model_no_split():
    model = fit_history_model(checked_courses([[-5.0]], [[5.0]], [8.0], [4.0], [5.0]))
    assert refused([[5.0] * 6], model) == model.reason


@pytest.mark.parametrize(
    ("daily", "settings", "message"),
    [
        (np.full((60, 6), 5.0), {}, "61 rows"),
        (np.full((61, 4), 5.0), {}, "a day from 1 to 4"),
        (np.full((61, 6), 11.0), {}, "366 values outside the scale"),
        (np.full((61, 6), 5.0), {"planned_day": 0}, "a day from 1 to 6"),
        (np.full((61, 6), 5.0), {"imputation_count": 1}, "at least 2"),
        (np.full((61, 6), 5.0), {"at": 0.0}, "after the first rating"),
        ([["bad"] * 6] * 61, {}, "must be numbers"),
    ],
)
def test_wrong_arguments_are_refused(daily, settings, message):
    model = fit_history_model(simulated_courses(np.random.default_rng(1)))
    with pytest.raises(ParameterError, match=message):
        fall_left_on_planned_day(model, daily, **settings)


# --- known truth ---


def test_leaving_when_better_does_no_harm():
    "With nothing done the last rating shows a fall left, the planned day does not."
    rng, last, planned = np.random.default_rng(8), [], []
    for _ in range(30):
        model, daily = ward(rng, leaves_at=5)
        last.append(fall_left(model).left)
        planned.append(fall_left_on_planned_day(model, daily, imputation_count=20).left)
    error = np.std([part.value for part in planned]) / math.sqrt(30)
    assert np.mean([part.value for part in last]) > 0.15
    assert np.mean([part.value for part in planned]) == pytest.approx(0, abs=max(0.1, 3 * error))
    assert np.mean([part.lower <= 0 <= part.upper for part in planned]) >= 0.95 - 3 * 0.04
