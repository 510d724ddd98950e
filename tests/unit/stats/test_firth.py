"""Firth's regression by hand, at complete separation, and with a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.firth import fit_firth


@pytest.mark.parametrize(("a", "b", "c", "d"), [(4, 0, 0, 4), (3, 2, 1, 5), (0, 6, 0, 3), (10, 0, 3, 2)])
def test_two_groups_are_the_table_with_half_added_to_each_cell(a, b, c, d):
    "a of a + b respond with x = 1, c of c + d with x = 0: the saturated case of Jeffreys' penalty."
    outcome = np.repeat([1, 0, 1, 0], [a, b, c, d])
    fit = fit_firth(outcome, np.repeat([1, 1, 0, 0], [a, b, c, d]), ["x"])
    by_hand = math.log((a + 0.5) / (b + 0.5)) - math.log((c + 0.5) / (d + 0.5))
    assert fit.coefficient("x").value == pytest.approx(by_hand, abs=1e-9)
    assert fit.coefficient("intercept").value == pytest.approx(math.log((c + 0.5) / (d + 0.5)), abs=1e-9)
    assert fit.event_count == a + c


def test_complete_separation_by_a_number_gives_a_finite_interval():
    x = np.arange(40.0)
    fit = fit_firth(x > 19.5, x, ["x"])
    slope = fit.coefficient("x")
    assert fit.converged
    assert 0 < slope.lower < slope.value < slope.upper
    assert slope.p_value < 1e-6


def test_the_limits_are_where_the_profile_falls_by_the_chi_square_quantile():
    "One coefficient beside the intercept: the profile by a grid over the intercept."
    outcome, x = np.array([1, 1, 0, 1, 0, 0, 0, 1]), np.array([2.0, 3, 1, 2, 1, 0, 2, 4])
    design = np.column_stack([np.ones(8), x])

    def profile(b):
        grid = np.linspace(-15, 15, 30_001)
        p = 1 / (1 + np.exp(-(grid[:, None] + b * x)))
        w = p * (1 - p)
        determinant = w.sum(1) * (w @ x**2) - (w @ x) ** 2
        with np.errstate(divide="ignore"):
            return np.max(np.log(np.where(outcome, p, 1 - p)).sum(1) + np.log(determinant) / 2)

    slope = fit_firth(outcome, x).coefficients[1]
    for limit in (slope.lower, slope.upper):
        assert 2 * (profile(slope.value) - profile(limit)) == pytest.approx(3.841459, abs=1e-5)
    assert design.shape == (8, 2)


def test_units_do_not_matter():
    rng = np.random.default_rng(1)
    x = rng.normal(size=30)
    outcome = rng.random(30) < 1 / (1 + np.exp(-x))
    plain, moved = fit_firth(outcome, x).coefficients[1], fit_firth(outcome, x * 1e6 + 3e8).coefficients[1]
    assert np.array([moved.value, moved.lower, moved.upper]) * 1e6 == pytest.approx(
        [plain.value, plain.lower, plain.upper], rel=1e-6
    )


def test_swapping_yes_and_no_turns_the_signs():
    outcome, x = np.array([1, 1, 0, 1, 0, 0, 0, 1]), [2, 3, 1, 2, 1, 0, 2, 4]
    yes, no = fit_firth(outcome, x).coefficients, fit_firth(1 - outcome, x).coefficients
    for one, other in zip(yes, no, strict=True):
        assert (one.value, one.lower, one.upper) == pytest.approx((-other.value, -other.upper, -other.lower), abs=1e-8)


def test_all_outcomes_equal_still_have_an_estimate():
    fit = fit_firth([1, 1, 1, 1], [0, 1, 2, 3])
    assert fit.converged
    assert fit.coefficients[1].value == pytest.approx(0, abs=1e-9)


def test_many_small_awkward_samples_all_have_intervals():
    rng = np.random.default_rng(2)
    for _ in range(25):
        n = int(rng.integers(8, 30))
        x = rng.normal(size=(n, 2)) * 10 ** rng.uniform(-4, 4, 2)
        x[:, 0] = x[:, 0] > np.median(x[:, 0])
        fit = fit_firth(rng.random(n) < 0.1 + 0.8 * x[:, 0], x)
        assert fit.reason is None


def test_refused():
    with pytest.raises(ParameterError, match="outcome must be 0 or 1"):
        fit_firth([0, 1, 2], [1, 2, 3])
    with pytest.raises(ParameterError, match="'covariate_1' is constant"):
        fit_firth([0, 1], [1, 1])
    with pytest.raises(ParameterError, match="same number of rows"):
        fit_firth([0, 1, 1], [1, 2])


def test_intervals_hold_the_truth_and_estimates_are_hardly_biased():
    "Forty persons, log odds ratio 1.5: plain logistic regression is infinite in some samples."
    rng = np.random.default_rng(3)
    x = np.repeat([0.0, 1.0], 20)
    fits = [fit_firth(rng.random(40) < 1 / (1 + np.exp(0.5 - 1.5 * x)), x).coefficients[1] for _ in range(250)]
    assert np.mean([fit.lower <= 1.5 <= fit.upper for fit in fits]) == pytest.approx(0.955, abs=0.03)
    assert np.mean([fit.value for fit in fits]) == pytest.approx(1.5, abs=0.12)
