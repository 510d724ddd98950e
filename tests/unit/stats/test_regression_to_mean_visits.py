"""Visits asked for when bad: the moments against a fine grid, derivatives, the plain model at gamma 0, refusals, known truth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.regression_to_mean import fall_left
from abate.stats.regression_to_mean_likelihood import ascent_at, layout_of, log_likelihood_at
from abate.stats.regression_to_mean_model import fit_history_model
from abate.stats.regression_to_mean_tilt import TiltedSurface, Visits, moments_at, spells_at
from abate.stats.regression_to_mean_visits import (
    VisitedCourses,
    checked_visits,
    fall_left_by_visits,
    fit_visit_model,
    predicted_final,
)
from tests.unit.stats.simulated_ratings import ERROR, LEVEL, MEAN, SPELL, SPELL_DAYS, simulated_courses

NAN = math.nan
POINT = np.array([5.2, 0.1, 0.4, 1.2, -0.7, 0.6])
WATCHED, GAMMA = 80, 0.9


def hospital(rng, count=61, raw=False, **changes):
    """Return courses of the model: some eight diary days, visits on days chosen in proportion to exp(GAMMA * spell), day 0 as one."""
    lag = np.abs(np.subtract.outer(np.arange(WATCHED + 25.0), np.arange(WATCHED + 25.0)))
    spell = rng.normal(size=(count, WATCHED + 25)) @ np.linalg.cholesky(SPELL * np.exp(-lag / SPELL_DAYS)).T
    chance = rng.random((count, WATCHED + 15)) < 0.06 * np.exp(GAMMA * spell[:, : WATCHED + 15])
    late = chance[:, WATCHED:]
    zero = WATCHED + np.where(late.any(axis=1), late.argmax(axis=1), 14)
    pain = MEAN + math.sqrt(LEVEL) * rng.normal(size=(count, 1)) + spell
    rating = np.clip(np.round(pain + math.sqrt(ERROR) * rng.normal(size=pain.shape)), 0, 10)
    rows, day = np.arange(count), np.arange(WATCHED + 25)[None, :] - zero[:, None].astype(float)
    unplanned = np.pad(chance, ((0, 0), (0, 10))) & (day < 0) & (day >= -WATCHED)
    diary = (day < 0) & (day >= -20) & (rng.random(day.shape) < 0.4) & ~unplanned
    final_day = rng.integers(3, 8, count)
    data = {
        "day": np.where(day < 0, day, -1.0),
        "rating": np.where(unplanned | diary, rating, NAN),
        "first": rating[rows, zero],
        "final": rating[rows, zero + final_day],
        "final_day": final_day.astype(float),
        "is_unplanned": unplanned,
        "watched_days": WATCHED,
    } | changes
    return data if raw else checked_visits(**data)


def small_visits():
    courses = simulated_courses(np.random.default_rng(3), course_count=15)
    unplanned = courses.seen & (np.arange(courses.seen.shape[1]) % 3 == 0)
    return VisitedCourses(courses=courses, is_unplanned=unplanned, watched_days=127.0)


def surface_of(visits, precision=0.4):
    courses = visits.courses
    laid_out = Visits(
        layout=layout_of(courses),
        before=-courses.day,
        unplanned=visits.is_unplanned.astype(float),
        per_day=visits.is_unplanned.sum(axis=1) / visits.watched_days,
    )
    infinite = np.full(6, math.inf)
    return TiltedSurface(
        visits=laid_out, centres=np.zeros(4), precisions=np.full(4, precision), bounds=(-infinite, infinite)
    )


# --- what is known of spells ---


def test_spells_are_those_of_a_fine_grid():
    "Normal numbers on 800 steps of a sixteenth of a day, weighted by the quadratic chance of the visits: matrices inverted."
    step, gamma, per_day, s2, theta = 1 / 16, 0.6, 0.2, 1.5, 3.0
    grid = -step * np.arange(800)[::-1]
    prior = s2 * np.exp(-np.abs(np.subtract.outer(grid, grid)) / theta)
    weights = np.full(800, step)
    weights[[0, -1]] /= 2
    days, is_visit = np.array([0.0, -2.0, -2.5, -9.0]), np.array([1.0, 0.0, 1.0, 1.0])
    place = np.searchsorted(grid, days)
    covariance = np.linalg.inv(np.linalg.inv(prior) + np.diag(gamma**2 * per_day * weights))
    push = -gamma * per_day * weights
    push[place] += gamma * is_visit
    seen = np.ones((1, 4))
    layout = replace(
        layout_of(simulated_courses(np.random.default_rng(1), course_count=1)),
        rating=np.zeros((1, 4)),
        seen=seen,
        both=np.ones((1, 4, 4)),
        lag=np.abs(np.subtract.outer(days, days))[None],
    )
    visits = Visits(layout=layout, before=-days[None], unplanned=is_visit[None], per_day=np.array([per_day]))
    spells = spells_at(visits, np.array([0, 0, math.log(s2), math.log(theta), 0, gamma]))
    assert spells.covariance[0] == pytest.approx(covariance[np.ix_(place, place)], rel=2e-3)
    assert spells.mean[0] == pytest.approx((covariance @ push)[place], rel=2e-3)


def test_with_a_gamma_of_0_it_is_the_plain_model():
    visits = small_visits()
    surface, point = surface_of(visits, precision=0.0), np.append(POINT[:5], 0.0)
    layout = layout_of(visits.courses)
    assert surface.value(point) == pytest.approx(log_likelihood_at(layout, point[:5]))
    assert surface.ascent(point).scores[:, :5] == pytest.approx(ascent_at(layout, point[:5]).scores, abs=1e-6)
    assert moments_at(surface.visits, point)[0] == pytest.approx(layout.seen * point[0])


def test_slopes_are_those_of_numeric_differences():
    surface = surface_of(small_visits())
    numeric = [(surface.value(POINT + h) - surface.value(POINT - h)) / 2e-5 for h in 1e-5 * np.eye(6)]
    assert surface.ascent(POINT).scores.sum(axis=0) == pytest.approx(np.array(numeric), rel=1e-5, abs=1e-5)


def test_information_is_the_variance_of_the_slope():
    "Of ratings drawn from the model, 300 times, without priors."
    surface, rng = surface_of(small_visits(), precision=0.0), np.random.default_rng(1)
    mean, covariance = moments_at(surface.visits, POINT)
    layout, root = surface.visits.layout, np.linalg.cholesky(covariance)
    slopes = np.empty((300, 6))
    for k in range(300):
        drawn = layout.seen * (mean + np.einsum("nij,nj->ni", root, rng.normal(size=mean.shape)))
        at = replace(surface, visits=replace(surface.visits, layout=replace(layout, rating=drawn)))
        slopes[k] = at.ascent(POINT).scores.sum(axis=0)
    expected = -surface.ascent(POINT).hessian
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.cov(slopes.T) / scale == pytest.approx(expected / scale, abs=0.2)


def test_slopes_of_the_prediction_are_those_of_numeric_differences():
    model = fit_visit_model(hospital(np.random.default_rng(2), count=30))
    predicted = predicted_final(model)

    def moved(h):
        m, tau2, s2, theta, v = model.mean + h[0], *np.exp(model.point[1:] + h[1:5])
        values = {"mean": m, "level_variance": tau2, "spell_variance": s2, "spell_days": theta, "error_variance": v}
        return predicted_final(replace(model, **values, gamma=model.gamma + h[5])).value

    numeric = np.column_stack([(moved(h) - moved(-h)) / 2e-3 for h in 1e-3 * np.eye(6)])
    assert predicted.slopes == pytest.approx(numeric, abs=1e-5)


# --- the split ---


def test_known_truth():
    "Nothing was done: no fall is left but by chance, less than by the plain model; gamma is found."
    rng = np.random.default_rng(4)
    visits = [hospital(rng) for _ in range(6)]
    found = [fall_left_by_visits(one) for one in visits]
    left = [one.fall.left for one in found]
    plain = np.mean([fall_left(fit_history_model(one.courses)).left.value for one in visits])
    assert plain - np.mean([one.value for one in left]) > 0.1
    assert np.mean([one.value for one in left]) == pytest.approx(0, abs=3 * left[0].standard_error / math.sqrt(6))
    assert np.mean([one.lower <= 0 <= one.upper for one in left]) >= 4 / 6
    assert np.mean([one.gamma.value for one in found]) == pytest.approx(GAMMA, abs=0.15)
    assert all(one.gamma.lower > 0 for one in found)


def test_parts_add_up_and_the_second_line_is_the_model_of_planned_ratings():
    visits = hospital(np.random.default_rng(5))
    found = fall_left_by_visits(visits)
    assert found.fall.natural.value + found.fall.left.value == pytest.approx(found.fall.observed.value)
    assert found.unplanned_count == int(visits.is_unplanned[:, 1:].sum())
    raw = hospital(np.random.default_rng(5), raw=True)
    raw["rating"] = np.where(raw["is_unplanned"], NAN, raw["rating"])
    planned = fall_left(fit_history_model(checked_visits(**raw).courses)).left
    assert found.planned_only.left.value == pytest.approx(planned.value, abs=1e-6)
    assert found.planned_only.left.standard_error == pytest.approx(planned.standard_error, abs=1e-6)


def test_courses_of_one_person_widen_the_interval():
    raw = hospital(np.random.default_rng(6), count=40, raw=True)
    twice = {name: np.concatenate([v, v]) if name != "watched_days" else v for name, v in raw.items()}
    alone = fall_left_by_visits(checked_visits(**twice))
    together = fall_left_by_visits(checked_visits(**twice, person=np.tile(np.arange(40), 2)))
    factor = math.sqrt(2 * 79 / 80 * 40 / 39)
    assert together.fall.left.value == pytest.approx(alone.fall.left.value)
    assert together.fall.left.standard_error == pytest.approx(alone.fall.left.standard_error * factor)
    assert together.gamma.standard_error == pytest.approx(alone.gamma.standard_error * factor)


# --- refusals ---


@pytest.mark.parametrize(
    ("kept", "reason"),
    [
        (lambda raw: raw["is_unplanned"], "all earlier ratings were given at visits asked for"),
        (lambda raw: ~raw["is_unplanned"], "no earlier visit was asked for because it was bad"),
        (lambda raw: np.zeros_like(raw["is_unplanned"]), "there are no ratings before the first one"),
    ],
)
def test_no_split_has_a_reason(kept, reason):
    raw = hospital(np.random.default_rng(7), raw=True)
    raw["rating"] = np.where(kept(raw), raw["rating"], NAN)
    found = fall_left_by_visits(checked_visits(**raw))
    assert reason in found.fall.reason
    assert reason in found.gamma.reason
    assert (found.fall.left.value, found.gamma.value, found.fall.observed.value is None) == (None, None, False)


@pytest.mark.parametrize(("pairs", "is_refused"), [(29, True), (30, False)])
def test_fewest_near_pairs_beside_visits(pairs, is_refused):
    "One diary rating of day -1 beside the first one is one pair, in as many courses."
    raw = hospital(np.random.default_rng(8), raw=True)
    raw["rating"] = np.where(raw["is_unplanned"], raw["rating"], NAN)
    column = np.full((61, 1), NAN)
    column[:pairs] = 6.0
    raw["day"] = np.column_stack([raw["day"], np.full(61, -0.5)])
    raw["rating"] = np.column_stack([raw["rating"], column])
    raw["is_unplanned"] = np.column_stack([raw["is_unplanned"], np.zeros(61, dtype=bool)])
    reason = fit_visit_model(checked_visits(**raw)).reason
    assert (reason is not None and reason.startswith("29 pairs of ratings in a diary")) is is_refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"is_unplanned": [[True]]}, "same shape"),
        ({"watched_days": 8.0}, "reach back to the earliest rating, 9 days"),
        ({"watched_days": math.inf}, "reach back"),
    ],
)
def test_wrong_arguments_are_refused(change, message):
    good = {"day": [[-9.0, -1.0]], "rating": [[5.0, 6.0]], "first": [8.0], "final": [4.0], "final_day": [5.0]}
    with pytest.raises(ParameterError, match=message):
        checked_visits(**(good | {"is_unplanned": [[True, False]]} | change))
