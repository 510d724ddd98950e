"""The fall to a planned day, whoever had gone filled in."""

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.regression_to_mean import fall_left
from abate.stats.regression_to_mean_courses import checked_courses
from abate.stats.regression_to_mean_model import fit_history_model
from abate.stats.regression_to_mean_planned_day import fall_on_planned_day, replace_final


def ward(seed, count=61, *, leaves_below=0.0):
    """Courses that vary about 6 with nothing done; whoever is rated below a limit on day 3 or 4 leaves that evening."""
    random = np.random.default_rng(seed)
    days = np.arange(-30, 6)
    spell = np.zeros((count, len(days)))
    for place in range(1, len(days)):
        spell[:, place] = 0.8 * spell[:, place - 1] + random.normal(0, 0.9, count)
    rating = np.clip(np.round(random.normal(6, 0.8, (count, 1)) + spell + random.normal(0, 0.5, spell.shape)), 0, 10)
    before, first, stay = rating[:, :30], rating[:, 30], rating[:, 31:].copy()
    truth = stay[:, -1].copy()
    last = np.full(count, 5.0)
    for day in (3, 4):
        goes = (last == 5) & (stay[:, day - 1] < leaves_below)
        last[goes] = day
        stay[goes, day:] = np.nan
    final = stay[np.arange(count), last.astype(int) - 1]
    day = np.tile(days[:30].astype(float), (count, 1))
    return checked_courses(day, before, first, final, last), stay, truth


def split(seed, **more):
    courses, daily, truth = ward(seed, **more)
    model = fit_history_model(courses)
    return model, fall_on_planned_day(model, daily, 5.0), daily, truth


def test_where_nobody_leaves_it_is_the_plain_split():
    model, found, *_ = split(1)
    plain = fall_left(model)
    assert (found.filled_count, found.rated_count) == (0, 61)
    assert found.fall.left.value == pytest.approx(plain.left.value, abs=1e-12)
    assert found.fall.left.standard_error == pytest.approx(plain.left.standard_error, abs=1e-12)
    assert found.relief_ended.left.value == pytest.approx(plain.left.value, abs=1e-12)


def test_the_parts_add_up():
    _, found, _, _ = split(2, leaves_below=5)
    fall = found.fall
    assert found.filled_count > 10
    assert fall.natural.value + fall.left.value == pytest.approx(fall.observed.value, abs=1e-9)


def test_the_last_rating_flatters_and_the_planned_day_does_not():
    """Nothing was done: what is left of the last rating is the leaving alone. Over 40 wards its mean is far from 0, the day's is near."""
    last, planned, held, wider = [], [], 0, 0
    for seed in range(40):
        model, found, _, truth = split(100 + seed, leaves_below=5)
        complete = fall_left(replace_final(model, truth)).left
        last.append(fall_left(model).left.value - complete.value)
        planned.append(found.fall.left.value - complete.value)
        held += found.fall.left.lower <= 0 <= found.fall.left.upper
        wider += found.fall.left.standard_error > complete.standard_error
    assert np.mean(last) > 6 * np.std(last) / np.sqrt(40)
    # Standard error of the mean of 40 is about 0.02.
    assert abs(np.mean(planned)) < 0.07
    assert held >= 34
    assert wider >= 38


def test_relief_that_ended_leaves_nothing_of_those_who_had_gone():
    """By hand: of a course that had gone nothing is left, so that the mean is of the others' alone, over all."""
    model, found, daily, _ = split(3, leaves_below=5)
    seen = np.isfinite(daily[:, -1])
    from abate.stats.regression_to_mean_prediction import expected_rating, predict_rating

    predicted = expected_rating(predict_rating(model, 5.0), model.courses.scale).value
    by_hand = np.sum((predicted - daily[:, -1])[seen]) / 61
    assert found.relief_ended.left.value == pytest.approx(by_hand, abs=1e-12)


def test_who_was_there_and_not_asked_did_not_lose_the_relief():
    """One course that stayed is not rated on the day: it is filled in on both lines."""
    courses, daily, _ = ward(3, leaves_below=5)
    model = fit_history_model(courses)
    gone = ~np.isfinite(daily[:, -1])
    asked = int(np.flatnonzero(~gone)[0])
    missed = daily.copy()
    missed[asked, -1] = np.nan
    left, kept = (fall_on_planned_day(model, missed, 5.0, is_gone).relief_ended.left.value for is_gone in (None, gone))
    whole = fall_on_planned_day(model, daily, 5.0).relief_ended.left.value
    assert abs(kept - whole) < 0.06
    assert left != pytest.approx(kept, abs=1e-6)


def test_the_same_seed_gives_the_same_numbers():
    courses, daily, _ = ward(4, leaves_below=5)
    model = fit_history_model(courses)
    first, second = (fall_on_planned_day(model, daily, 5.0, seed=7) for _ in range(2))
    assert first.fall.left == second.fall.left
    other = fall_on_planned_day(model, daily, 5.0, seed=8).fall.left
    assert other.value == pytest.approx(first.fall.left.value, abs=0.05)


def test_refusals_have_a_reason():
    courses, daily, _ = ward(5)
    model = fit_history_model(courses)
    few = daily.copy()
    few[9:, -1] = np.nan
    found = fall_on_planned_day(model, few, 5.0)
    assert found.fall.reason == "9 courses are rated on the planned day, fewer than 10"
    assert found.fall.left.value is None
    constant = daily.copy()
    constant[:, :] = 6.0
    constant[50:, -1] = np.nan
    assert "imputation model cannot be fitted" in fall_on_planned_day(model, constant, 5.0).fall.reason
    with pytest.raises(ParameterError, match="must have 61 rows"):
        fall_on_planned_day(model, daily[:5], 5.0)
