"""A first day chosen in hindsight: no rule changes nothing, the rule lowers what is left, on truth it is nearer."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.regression_to_mean import fall_left
from abate.stats.regression_to_mean_courses import checked_courses
from abate.stats.regression_to_mean_hindsight import fall_left_in_hindsight
from abate.stats.regression_to_mean_model import fit_history_model
from tests.unit.stats.simulated_ratings import _rated, simulated_courses


def worst_of_14(rng, count=61):
    """Return courses whose first day is the worst of 14, every day from ten before these on recorded; and the days after."""
    ratings = np.clip(np.round(_rated(rng, np.tile(np.arange(32.0), (count, 1)))), 0, 10)
    zero = 10 + ratings[:, 10:24].argmax(axis=1)
    day = np.arange(32)[None, :] - zero[:, None].astype(float)
    rows, final_day = np.arange(count), rng.integers(3, 8, count)
    before = np.where(day < 0, ratings, np.nan)
    courses = checked_courses(
        np.where(day < 0, day, -1.0), before, ratings[rows, zero], ratings[rows, zero + final_day], final_day
    )
    return courses, np.where((day > 0) & (np.arange(32) < 24), day, np.nan)


def test_without_days_to_look_at_it_is_the_plain_split():
    model = fit_history_model(simulated_courses(np.random.default_rng(1), effect=1))
    plain = fall_left(model)
    found = fall_left_in_hindsight(model, np.full((61, 1), np.nan), draw_count=2000)
    assert found.fall.left.value == pytest.approx(plain.left.value, abs=4 * found.chance_error)
    assert found.fall.left.standard_error == pytest.approx(plain.left.standard_error, rel=0.1)


def test_the_same_seed_gives_the_same_number():
    courses, days = worst_of_14(np.random.default_rng(2))
    model = fit_history_model(courses)
    assert fall_left_in_hindsight(model, days, 200) == fall_left_in_hindsight(model, days, 200)


def test_the_rule_takes_away_most_of_the_error():
    rng, plain, ruled = np.random.default_rng(3), [], []
    for _ in range(8):
        courses, days = worst_of_14(rng)
        model = fit_history_model(courses)
        plain.append(fall_left(model).left.value)
        ruled.append(fall_left_in_hindsight(model, days, 150).fall.left.value)
    assert np.mean(plain) > 0.2
    assert abs(np.mean(ruled)) < 0.6 * np.mean(plain)


def test_no_model_no_split():
    model = fit_history_model(checked_courses([[-5.0]], [[5.0]], [8.0], [4.0], [5.0]))
    found = fall_left_in_hindsight(model, [[1.0]])
    assert (found.fall.reason, found.fall.left.value) == (model.reason, None)


def test_a_rule_that_hardly_any_path_keeps_gives_no_number():
    "First ratings of 0 on days that are said to be the worst of forty."
    raw = simulated_courses(np.random.default_rng(4), raw=True)
    raw["first"][:] = 0
    found = fall_left_in_hindsight(fit_history_model(checked_courses(**raw)), np.tile(np.arange(1.0, 41), (61, 1)), 100)
    assert found.fall.reason == "too few of the paths drawn agree with the rule that chose the first day"
    assert found.fall.left.value is None


def test_wrong_arguments_are_refused():
    model = fit_history_model(simulated_courses(np.random.default_rng(1)))
    with pytest.raises(ParameterError, match="61 rows"):
        fall_left_in_hindsight(model, [[1.0]])
    with pytest.raises(ParameterError, match="at least 100"):
        fall_left_in_hindsight(model, np.ones((61, 1)), draw_count=10)
