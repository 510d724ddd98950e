"""Do drawn assumptions have the spread that the plan states?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.trial.draws import draw_assumptions, draw_covariance
from abate.trial.effect import plan_effect
from tests.unit.trial.plans import plan_data, plan_of

COUNT = 20_000


def test_the_same_seed_gives_the_same_sets():
    plan = plan_of()
    first, second = (draw_assumptions(plan, plan_effect(plan.effect), 50) for _ in range(2))
    assert np.array_equal(first.effect, second.effect)
    assert np.array_equal(first.covariance, second.covariance)
    assert np.array_equal(first.retention, second.retention)


def test_the_effect_has_its_mean_and_its_spread():
    plan = plan_of()
    effect = plan_effect(plan.effect)
    drawn = draw_assumptions(plan, effect, COUNT).effect
    assert drawn.mean() == pytest.approx(effect.mean, abs=4 * effect.sd / COUNT**0.5)
    assert drawn.std() == pytest.approx(effect.sd, rel=0.03)


def test_an_effect_that_may_be_none_is_none_that_often():
    plan = plan_of(effect={**plan_data()["effect"], "no_effect": 0.3})
    drawn = draw_assumptions(plan, plan_effect(plan.effect), COUNT).effect
    assert np.mean(drawn == 0) == pytest.approx(0.3, abs=0.015)


def test_an_inverse_wishart_has_its_mean():
    "E = Psi / (nu - p - 1), here df S / (df - 2): Gupta & Nagar (2000), Matrix Variate Distributions, theorem 3.4.3."
    covariance = np.array([[4.0, 1.0], [1.0, 2.0]])
    drawn = draw_covariance(covariance, 30, 100_000, np.random.default_rng(5))
    assert drawn.mean(axis=0) == pytest.approx(covariance * 30 / 28, rel=0.02)
    assert np.all(np.linalg.eigvalsh(drawn) > 0)


@pytest.mark.parametrize("days", [1, 6])
def test_a_drawn_spread_has_the_interval_that_is_shown_of_it_however_many_days_there_are(days):
    "SD 2 with 30 degrees of freedom: sqrt(4 x 30 / chi2), 1.598 to 2.673 (chi2 46.979 and 16.791, any table)."
    covariance = 4.0 * (0.5 * np.eye(days) + 0.5)
    drawn = np.sqrt(draw_covariance(covariance, 30, 40_000, np.random.default_rng(5))[:, -1, -1])
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([1.598, 2.673], rel=0.01)


def test_a_covariance_that_is_known_is_not_drawn():
    drawn = draw_covariance(np.eye(2), None, 3, np.random.default_rng(5))
    assert np.array_equal(drawn, np.broadcast_to(np.eye(2), (3, 2, 2)))


def test_retention_never_rises_and_keeps_a_day_on_which_nobody_left():
    plan = plan_of(retention={**plan_data()["retention"], "seen": [1.0, 1.0, 0.8]})
    drawn = draw_assumptions(plan, plan_effect(plan.effect), 2000).retention
    assert np.all(np.diff(drawn, axis=1) <= 0)
    assert np.all(drawn[:, :2] == 1.0)
    assert drawn[:, 2].mean() == pytest.approx(40.5 / 51, abs=0.01)
