"""Ridge regressions, by hand, by their equations and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.base.errors import ParameterError
from abate.stats.ridge import (
    PENALTIES,
    expit,
    fit_ridge_linear,
    fit_ridge_logistic,
    least_akaike,
    ridge_logistic_path,
)

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(40, 3)) * [1.0, 20.0, 0.1]
Y = (RANDOM.random(40) < expit(X[:, 0])).astype(float)


def test_logistic_solves_its_equations():
    "At the maximum the slope of every standardised coefficient is its penalty."
    fit = fit_ridge_logistic(Y, X, penalty=3.0)
    standard = (X - X.mean(axis=0)) / X.std(axis=0)
    left = Y - fit.prediction(X)
    assert left.sum() == pytest.approx(0, abs=1e-9)
    assert (standard.T @ left).tolist() == pytest.approx((3.0 * fit.coefficients * X.std(axis=0)).tolist(), abs=1e-8)


def test_linear_by_hand():
    "x = -1, 0, 1 has sd sqrt(2/3); standardised sum of squares 3; slope 3 / (3 + 3) of the plain one, which is 2."
    fit = fit_ridge_linear([1, 3, 5], [-1, 0, 1], penalty=3)
    assert fit.intercept == pytest.approx(3)
    assert fit.coefficients[0] == pytest.approx(1)
    assert fit.effective_parameters == pytest.approx(1.5)


@pytest.mark.parametrize("kind", ["linear", "logistic"])
def test_units_do_not_matter(kind):
    fit = {"linear": lambda x: fit_ridge_linear(Y, x), "logistic": lambda x: fit_ridge_logistic(Y, x, 2.0)}[kind]
    moved = X * [10, 0.5, 3] + [100, -7, 0]
    assert fit(X).prediction(X).tolist() == pytest.approx(fit(moved).prediction(moved).tolist(), rel=1e-7)


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_constant_and_repeated_columns_do_no_harm(penalty):
    "A repeated column shares its coefficient: the penalty is then less for what both say, and none stays none."
    more = np.column_stack([X, np.full(40, 7.0)])
    plain, wide = fit_ridge_logistic(Y, X, penalty), fit_ridge_logistic(Y, more, penalty)
    assert wide.coefficients.tolist() == pytest.approx([*plain.coefficients, 0], rel=1e-6, abs=1e-12)
    twice = fit_ridge_logistic(Y, np.column_stack([X, X[:, 0]]), penalty)
    assert twice.converged
    assert twice.coefficients[0] == pytest.approx(twice.coefficients[3])


def test_more_covariates_than_rows():
    wide = RANDOM.normal(size=(10, 25))
    assert fit_ridge_logistic([0, 1] * 5, wide, penalty=1).converged
    assert np.all(np.isfinite(fit_ridge_linear(np.arange(10.0), wide).coefficients))


def test_separation_is_finite_with_a_penalty_and_named_without():
    with_it, without = (fit_ridge_logistic([0, 0, 1, 1], [1, 2, 3, 4], penalty) for penalty in (0.1, 0))
    assert with_it.converged
    assert math.isfinite(with_it.coefficients[0])
    assert not without.converged
    assert "separate" in without.reason


@pytest.mark.parametrize(("outcome", "expected"), [([1, 1, 1], 3.5 / 4), ([0, 0, 0], 0.5 / 4)])
def test_equal_outcomes_give_a_constant(outcome, expected):
    fit = fit_ridge_logistic(outcome, [1, 2, 3], penalty=1)
    assert fit.prediction(np.array([[9.0]]))[0] == pytest.approx(expected)
    assert fit.reason == "all outcomes are equal"
    assert fit_ridge_linear([4, 4, 4], [1, 2, 3]).prediction(np.array([[9.0]]))[0] == 4


def test_a_larger_penalty_shrinks_and_bends_less():
    fits = ridge_logistic_path(Y, X, PENALTIES)
    lengths = [float(np.linalg.norm(fit.coefficients * X.std(axis=0))) for fit in fits]
    assert lengths == sorted(lengths, reverse=True)
    parameters = [fit.effective_parameters for fit in fits]
    assert parameters == sorted(parameters, reverse=True)
    assert 1 < parameters[-1] < parameters[0] < 4


def test_akaike_keeps_what_matters_and_drops_what_does_not():
    strong = (X[:, 0] > 0).astype(float)
    strong[:6] = 1 - strong[:6]
    assert least_akaike(ridge_logistic_path(strong, X[:, :1], PENALTIES)).penalty < 10
    assert least_akaike(ridge_logistic_path([0, 1] * 20, np.repeat(np.arange(20.0), 2), PENALTIES)).penalty == 1000


def test_cross_validation_of_a_line_without_noise_takes_the_least_penalty():
    assert fit_ridge_linear(np.arange(20.0), np.arange(20.0)).penalty == min(PENALTIES)


@pytest.mark.parametrize(
    ("outcome", "covariates", "penalty", "said"),
    [
        ([], np.empty((0, 1)), 1, "no rows"),
        ([1, 0], [1, 2], -1, "at least 0"),
        ([1, 0], [1, 2], math.inf, "finite"),
        ([1, 3], [1, 2], 1, "0 or 1"),
        ([1, 0], [1], 1, "same number of rows"),
    ],
)
def test_what_does_not_fit_is_refused(outcome, covariates, penalty, said):
    with pytest.raises(ParameterError, match=said):
        fit_ridge_logistic(outcome, covariates, penalty)


@settings(deadline=None)
@given(st.lists(st.integers(0, 1), min_size=2, max_size=30), st.floats(0.01, 100))
def test_predictions_average_to_the_share(outcome, penalty):
    "The intercept goes free, so that a fit gives back the mean."
    fit = fit_ridge_logistic(outcome, np.arange(len(outcome)) ** 1.5, penalty)
    if fit.reason is None:
        predicted = fit.prediction((np.arange(len(outcome)) ** 1.5)[:, None])
        assert predicted.mean() == pytest.approx(np.mean(outcome), abs=1e-8)
