"""Proportional-odds regression by hand, at its edges, and with a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.ordinal import fit_ordinal, predict_ordinal


def test_two_ratings_and_two_groups_are_the_odds_ratio():
    "3 of 5 high with x = 1, 1 of 4 with x = 0: log(3/2) - log(1/3); variance the sum of the inverse counts."
    fit = fit_ordinal([9, 9, 9, 2, 2, 9, 2, 2, 2], [1, 1, 1, 1, 1, 0, 0, 0, 0], ["x"])
    x = fit.coefficient("x")
    assert x.value == pytest.approx(math.log(4.5), abs=1e-10)
    assert x.standard_error == pytest.approx(math.sqrt(1 / 3 + 1 / 2 + 1 + 1 / 3), rel=1e-8)
    assert fit.thresholds == pytest.approx([math.log(3)], abs=1e-10)
    assert fit.proportionality.reason == "two ratings have one threshold, which is always proportional"
    low, high = predict_ordinal(fit, [[0], [1]]).means
    assert (low.value, high.value) == pytest.approx((2 + 7 / 4, 2 + 7 * 3 / 5))
    assert high.standard_error == pytest.approx(7 * math.sqrt(0.6 * 0.4 / 5), rel=1e-8)


def test_ratings_that_nobody_gave_are_named_and_change_nothing():
    rating, x = [1, 1, 2, 5, 5, 7, 2, 7], [0, 1, 0, 1, 0, 1, 1, 0]
    fit, dense = fit_ordinal(rating, x, scale=range(11)), fit_ordinal(np.searchsorted([1, 2, 5, 7], rating), x)
    assert fit.seen == (1, 2, 5, 7)
    assert fit.unseen == (0, 3, 4, 6, 8, 9, 10)
    assert fit.coefficients[0].value == pytest.approx(dense.coefficients[0].value)
    assert predict_ordinal(fit, [[0]]).ratings == (1, 2, 5, 7)


def test_turning_the_scale_round_turns_the_sign():
    rng = np.random.default_rng(1)
    rating, x = rng.integers(0, 11, 50), rng.normal(size=50)
    up, down = fit_ordinal(rating, x).coefficients[0], fit_ordinal(10 - rating, x).coefficients[0]
    assert (up.value, up.lower) == pytest.approx((-down.value, -down.upper), abs=1e-9)


def test_shares_sum_to_one_and_lie_within_their_limits():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(60, 2))
    predicted = predict_ordinal(fit_ordinal(rng.integers(0, 11, 60), x), x[:5])
    assert predicted.shares.sum(axis=1) == pytest.approx(np.ones(5))
    assert np.all((predicted.share_lower > 0) & (predicted.share_lower < predicted.shares))
    assert np.all((predicted.shares < predicted.share_upper) & (predicted.share_upper < 1))


def test_a_pattern_differs_from_itself_by_nothing():
    fit = fit_ordinal([1, 1, 2, 5, 5, 7, 2, 7], [0, 1, 0, 1, 0, 1, 1, 0])
    difference = predict_ordinal(fit, [[0], [1]]).difference(1, 1)
    assert (difference.value, difference.standard_error, difference.p_value) == (0, 0, None)


def test_separation_loses_only_its_covariate():
    x = [[0, 1], [0, 0], [0, 1], [0, 0], [1, 1], [1, 0], [1, 0], [1, 1]]
    fit = fit_ordinal([1, 2, 3, 3, 5, 6, 7, 8], x, ["drug", "sex"])
    assert fit.coefficient("drug").value is None
    assert fit.coefficient("drug").reason == fit.reason
    assert fit.coefficient("sex").value is not None
    assert (fit.converged, fit.full_covariance, fit.thresholds.size) == (False, None, 0)
    with pytest.raises(ParameterError, match="separates low ratings from high"):
        predict_ordinal(fit, [[0, 1]])


def test_equal_ratings_say_why():
    fit = fit_ordinal([4, 4, 4], [0, 1, 2], scale=range(11))
    assert fit.reason == fit.coefficients[0].reason == fit.proportionality.reason == "all 3 ratings are equal"
    assert (fit.seen, len(fit.unseen)) == ((4,), 10)


def test_refused():
    with pytest.raises(ParameterError, match="1 distinct values that are not on the scale"):
        fit_ordinal([1, 11], [0, 1], scale=range(11))
    with pytest.raises(ParameterError, match="rating has 1 missing"):
        fit_ordinal([1, math.nan], [0, 1])
    with pytest.raises(ParameterError, match="patterns must have 1 columns"):
        predict_ordinal(fit_ordinal([1, 2, 2, 1, 3], [0, 1, 0, 1, 1]), [[0, 1]])


def test_units_do_not_matter():
    rng = np.random.default_rng(4)
    rating, x = rng.integers(0, 6, 60), rng.normal(size=60)
    plain, moved = fit_ordinal(rating, x), fit_ordinal(rating, x * 1e6 + 3e8)
    assert moved.coefficients[0].value * 1e6 == pytest.approx(plain.coefficients[0].value, rel=1e-6)
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-9)


def test_intervals_and_the_test_of_proportionality_hold_their_levels():
    rng = np.random.default_rng(5)
    treated = np.tile([0.0, 1.0], 45)
    held, rejected = 0, 0
    for _ in range(400):
        rating = np.digitize(rng.logistic(size=90) - treated, [-2, -1, 0, 1, 2])
        fit = fit_ordinal(rating, treated)
        held += fit.coefficients[0].lower <= -1 <= fit.coefficients[0].upper
        rejected += fit.proportionality.p_value < 0.05
    assert held / 400 == pytest.approx(0.95, abs=0.03)
    assert rejected / 400 == pytest.approx(0.05, abs=0.03)


def test_slopes_that_differ_by_threshold_are_noticed():
    "The treatment moves the low thresholds only."
    rng = np.random.default_rng(6)
    treated = np.tile([0.0, 1.0], 150)
    latent = rng.logistic(size=300)
    rating = np.where(treated == 1, np.digitize(latent, [0.5, 1.0, 1.5]), np.digitize(latent, [-1.5, 0.0, 1.5]))
    assert fit_ordinal(rating, treated).proportionality.p_value < 0.001
