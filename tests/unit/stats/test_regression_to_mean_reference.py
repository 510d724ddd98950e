"""Reference forms: hand calculations, closed forms, simulated pairs, and what never holds otherwise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from abate.base.errors import ParameterError
from abate.stats.regression_to_mean_reference import (
    StatedValues,
    natural_fall_above_threshold,
    natural_fall_conditional,
    natural_fall_on_scale,
    natural_fall_worst_of,
    normal_shares,
    range_under_stated_values,
)
from abate.stats.regression_to_mean_tipping import tipping_curve


def test_conditional_by_hand():
    assert natural_fall_conditional(8.0, mu=6.2, rho=0.6) == pytest.approx(0.72)
    assert natural_fall_conditional(5.0, mu=6.0, rho=0.5) == pytest.approx(-0.5)


def test_sensitivity_to_mu_and_rho_is_of_the_known_size():
    "A raw fall of 1.05 at rho = 0.44 means a mean first rating of mu + 1.87: mu + 0.5 moves it by 0.28, rho + 0.15 by 0.28."
    base = natural_fall_conditional(8.07, mu=6.2, rho=0.44)
    assert base == pytest.approx(1.05, abs=0.01)
    assert base - natural_fall_conditional(8.07, mu=6.7, rho=0.44) == pytest.approx(0.28)


def test_above_threshold_is_the_mean_of_a_truncated_normal():
    "norm.expect integrates; far out in the tail the form is near the threshold itself."
    for threshold, mu, sigma in ((8, 6.2, 1.9), (3, 6, 2), (10, 2, 1)):
        z = (threshold - 0.5 - mu) / sigma
        above = norm.expect(lambda x: x, lb=z, conditional=True) if z < 5 else z + 1 / z - 2 / z**3 + 10 / z**5
        assert natural_fall_above_threshold(threshold, mu, sigma, 0.3) == pytest.approx(0.7 * sigma * above, rel=1e-3)


@pytest.mark.parametrize(
    ("days", "expected"), [(1, 0.0), (2, 1 / math.sqrt(math.pi)), (3, 1.5 / math.sqrt(math.pi)), (5, 1.162964473640519)]
)
def test_worst_of_days_has_the_known_order_statistics(days, expected):
    assert natural_fall_worst_of(days, sigma=2.0, rho=0.25) == pytest.approx(1.5 * expected, abs=1e-9)


def test_more_days_and_parts_of_days_give_more():
    falls = [natural_fall_worst_of(k, 1.0, 0.0) for k in (1, 1.5, 2, 7, 28, 365)]
    assert falls == sorted(falls)


def test_on_the_scale_two_ratings_by_hand():
    "Two ratings of one half each: P(later high | now high) = 1/2 + asin(rho)/pi (Sheppard)."
    from abate.stats.regression_to_mean_courses import RatingScale

    scale = RatingScale(lowest=0, highest=1)
    stay = 0.5 + math.asin(0.6) / math.pi
    assert natural_fall_on_scale([1], [0.5, 0.5], 0.6, scale) == pytest.approx(1 - stay, abs=1e-9)
    assert natural_fall_on_scale([0], [0.5, 0.5], 0.6, scale) == pytest.approx(-(1 - stay), abs=1e-9)


def test_on_the_scale_agrees_with_simulated_pairs():
    rng = np.random.default_rng(1)
    one = rng.normal(size=2_000_000)
    two = 0.55 * one + math.sqrt(1 - 0.55**2) * rng.normal(size=one.size)
    now, later = (np.clip(np.round(6.2 + 1.9 * z), 0, 10) for z in (one, two))
    for rating in (7, 9, 10):
        expected = rating - later[now == rating].mean()
        found = natural_fall_on_scale([rating], normal_shares(6.2, 1.9), 0.55)
        assert found == pytest.approx(expected, abs=0.015)


def test_a_rating_that_nobody_gives_stands_between_its_neighbours():
    shares = np.array([0.25, 0.25, 0, 0.25, 0.25])
    from abate.stats.regression_to_mean_courses import RatingScale

    scale = RatingScale(lowest=0, highest=4)
    assert natural_fall_on_scale([2], shares, 0.5, scale) == pytest.approx(0, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 0.98), st.lists(st.floats(0.01, 1), min_size=11, max_size=11))
def test_over_all_days_nothing_comes_back(rho, weights):
    "Weighted by how often each is given, falls and rises cancel out."
    shares = np.array(weights) / np.sum(weights)
    falls = [natural_fall_on_scale([rating], shares, rho) for rating in range(11)]
    assert shares @ np.array(falls) == pytest.approx(0, abs=1e-6)


def test_range_is_the_span_and_holds_every_value_inside():
    stated = StatedValues(mu=(5.5, 6.5), rho=(0.3, 0.6), sigma=(1.5, 2.2))
    rng = np.random.default_rng(1)
    for form in (
        lambda mu, sigma, rho: natural_fall_conditional(7.5, mu, rho),
        lambda mu, sigma, rho: natural_fall_above_threshold(8, mu, sigma, rho),
        lambda mu, sigma, rho: natural_fall_worst_of(14, sigma, rho),
        lambda mu, sigma, rho: natural_fall_on_scale([8, 9], normal_shares(mu, sigma), rho),
    ):
        span = range_under_stated_values(form, stated)
        inside = [form(*(rng.uniform(*r) for r in (stated.mu, stated.sigma, stated.rho))) for _ in range(60)]
        assert span.lower <= min(inside) <= max(inside) <= span.upper


def test_wrong_values_are_refused():
    for call in (
        lambda: natural_fall_conditional(7.5, 6, 1.2),
        lambda: natural_fall_conditional(math.nan, 6, 0.2),
        lambda: natural_fall_above_threshold(8, 6, 0, 0.5),
        lambda: natural_fall_above_threshold(math.inf, 6, 1, 0.5),
        lambda: natural_fall_worst_of(0.5, 1, 0.5),
        lambda: natural_fall_on_scale([], np.full(11, 1 / 11), 0.5),
        lambda: natural_fall_on_scale([7.5], np.full(11, 1 / 11), 0.5),
        lambda: natural_fall_on_scale([7], np.full(11, 0.2), 0.5),
        lambda: StatedValues(mu=(6, 5), rho=(0, 1)),
        lambda: StatedValues(mu=(5, 6), rho=(0, 1.1)),
    ):
        with pytest.raises(ParameterError):
            call()


# --- tipping points ---


def test_the_published_fall_needs_a_usual_level_as_low_as_at_discharge():
    "7.5 to 3.4: at rho = 0, mu 5.5 / 6.25 / 7.1 give at most 2.0 / 1.25 / 0.4, and the ward must do at least 2.1 / 2.85 / 3.7."
    curve = tipping_curve(7.5, 4.1, level=[5.5, 6.25, 7.1])
    assert curve.needed_level[0] == pytest.approx(3.4)
    assert curve.needed_ward_effect[:, 0] == pytest.approx([2.1, 2.85, 3.7])
    assert np.all(np.isnan(curve.needed_reliability))
    assert math.isnan(curve.needed_level[-1])
    assert curve.needed_ward_effect[:, -1] == pytest.approx(4.1)


def test_the_three_tipping_points_agree():
    "At mu* with rho, and at rho* with mu, the ward needs to do nothing."
    curve = tipping_curve(8.0, 1.0, level=[5.0, 6.0, 7.5], reliability=[0.0, 0.25, 0.5])
    assert curve.needed_reliability == pytest.approx([2 / 3, 0.5, math.nan], nan_ok=True)
    back = tipping_curve(8.0, 1.0, level=curve.needed_level, reliability=curve.reliability)
    assert np.diag(back.needed_ward_effect) == pytest.approx(np.zeros(3))


def test_a_level_equal_to_the_first_rating_and_wrong_values():
    assert math.isnan(tipping_curve(7.0, 1.0, level=[7.0]).needed_reliability[0])
    with pytest.raises(ParameterError, match="from 0 to 1"):
        tipping_curve(7.0, 1.0, level=[6.0], reliability=[1.5])
    with pytest.raises(ParameterError, match="must be finite"):
        tipping_curve(math.nan, 1.0, level=[6.0])
