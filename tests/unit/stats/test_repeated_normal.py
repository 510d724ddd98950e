"""The distribution of repeated outcomes: closed forms, stationarity of the likelihood, and the exact posterior."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.repeated_normal import (
    draw_repeated_normal,
    fit_repeated_normal,
    moments_of,
    moments_without_each,
    reason_against_fit,
    regression_on_seen,
)

NAN = np.nan


def incomplete(n: int = 40, seed: int = 1):
    "Three visits, one covariate; some persons drop out, some miss the middle one, one is never seen."
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    y = x @ [[5, 4, 3], [1, 0.5, 0]] + rng.normal(size=(n, 3)) @ np.linalg.cholesky([[2, 1, 1], [1, 3, 2], [1, 2, 4]]).T
    y[:8, 2] = NAN
    y[:4, 1] = NAN
    y[10:13, 1] = NAN
    y[20] = NAN
    return y, x


def restricted_log_likelihood(y, x, covariance, reml=True):
    "Person by person, from the definition."
    q, v = x.shape[1], y.shape[1]
    information, right, total = np.zeros((q * v, q * v)), np.zeros(q * v), 0.0
    for row, covariates in zip(y, x, strict=True):
        o = np.isfinite(row)
        if not o.any():
            continue
        design, s = np.kron(covariates, np.eye(v)[o]), covariance[np.ix_(o, o)]
        information += design.T @ np.linalg.solve(s, design)
        right += design.T @ np.linalg.solve(s, row[o])
        total -= (np.linalg.slogdet(s)[1] + row[o] @ np.linalg.solve(s, row[o])) / 2
    total += right @ np.linalg.solve(information, right) / 2
    return total - (np.linalg.slogdet(information)[1] / 2 if reml else 0)


@pytest.mark.parametrize("reml", [True, False])
def test_the_likelihood_is_flat_at_the_fit(reml):
    y, x = incomplete()
    fit = fit_repeated_normal(moments_of(y, x), reml)
    for i in range(3):
        for j in range(i + 1):
            step = np.zeros((3, 3))
            step[i, j] = step[j, i] = 1e-4
            rise, fall = (restricted_log_likelihood(y, x, fit.covariance + side * step, reml) for side in (1, -1))
            assert (rise - fall) / 2e-4 == pytest.approx(0, abs=2e-6)


def test_complete_outcomes_have_the_closed_form():
    y, x = incomplete()
    y = np.nan_to_num(y, nan=1.0)
    coefficients = np.linalg.lstsq(x, y, rcond=None)[0]
    squares = (y - x @ coefficients).T @ (y - x @ coefficients)
    for reml, divisor in ((True, 38), (False, 40)):
        fit = fit_repeated_normal(moments_of(y, x), reml)
        assert fit.coefficients == pytest.approx(coefficients)
        assert fit.covariance == pytest.approx(squares / divisor, rel=1e-8)


def test_two_visits_with_dropout_are_anderson_s_factored_likelihood():
    "Maximum likelihood: the first visit from all, the second by its regression on the first among the completers."
    y, _ = incomplete()
    y = y[np.isfinite(y[:, 0])][:, [0, 2]]
    fit = fit_repeated_normal(moments_of(y, np.ones((len(y), 1))), reml=False)
    seen = np.isfinite(y[:, 1])
    slope, intercept = np.polyfit(y[seen, 0], y[seen, 1], 1)
    left = np.var(y[seen, 1] - intercept - slope * y[seen, 0])
    assert fit.coefficients[0] == pytest.approx([y[:, 0].mean(), intercept + slope * y[:, 0].mean()], rel=1e-8)
    by_hand = [[y[:, 0].var(), slope * y[:, 0].var()], [slope * y[:, 0].var(), left + slope**2 * y[:, 0].var()]]
    assert fit.covariance == pytest.approx(np.array(by_hand), rel=1e-8)


def test_leaving_each_person_out_is_fitting_without_the_row():
    y, x = incomplete()
    persons = np.array([0, 3, 11, 20, 39])
    stack = fit_repeated_normal(moments_without_each(y, x, persons))
    for k, person in enumerate(persons):
        alone = fit_repeated_normal(moments_of(np.delete(y, person, 0), np.delete(x, person, 0)))
        assert stack.covariance[k] == pytest.approx(alone.covariance, rel=1e-8)
        assert stack.coefficients[k] == pytest.approx(alone.coefficients, rel=1e-8)


def test_the_posterior_of_complete_outcomes_has_its_known_moments():
    "S is inverse Wishart with mean squares / (n - q - v - 1); B has covariance E[S] times inv(x'x)."
    y, x = incomplete()
    y = np.nan_to_num(y, nan=1.0)
    coefficients = np.linalg.lstsq(x, y, rcond=None)[0]
    mean = (y - x @ coefficients).T @ (y - x @ coefficients) / (40 - 2 - 3 - 1)
    draws = draw_repeated_normal(y, x, fit_repeated_normal(moments_of(y, x)), 8000, 1, np.random.default_rng(1))
    assert draws.covariance.mean(axis=0) == pytest.approx(mean, rel=0.05)
    assert draws.coefficients.mean(axis=0) == pytest.approx(coefficients, abs=0.03)
    expected = np.sqrt(np.linalg.inv(x.T @ x).diagonal()[:, None] * mean.diagonal())
    assert draws.coefficients.std(axis=0) == pytest.approx(expected, rel=0.04)


def test_the_posterior_of_dropout_is_that_of_the_sequential_regressions():
    "Two visits, intercept only: the mean of the last visit by direct draws of the factored posterior."
    y, _ = incomplete(60, seed=3)
    y = y[np.isfinite(y[:, 0])][:, [0, 2]]
    y[30:45, 1] = NAN
    n, seen = len(y), np.isfinite(y[:, 1])
    rng = np.random.default_rng(4)
    first_variance = np.sum((y[:, 0] - y[:, 0].mean()) ** 2) / rng.chisquare(n - 2, 20_000)
    first_mean = y[:, 0].mean() + rng.normal(size=20_000) * np.sqrt(first_variance / n)
    x = np.column_stack([np.ones(seen.sum()), y[seen, 0]])
    b, squares = np.linalg.lstsq(x, y[seen, 1], rcond=None)[:2]
    variance = squares[0] / rng.chisquare(seen.sum() - 2, 20_000)
    root = np.linalg.cholesky(np.linalg.inv(x.T @ x))
    drawn = b + (rng.normal(size=(20_000, 2)) @ root.T) * np.sqrt(variance)[:, None]
    direct = drawn[:, 0] + drawn[:, 1] * first_mean
    ones = np.ones((n, 1))
    ours = draw_repeated_normal(y, ones, fit_repeated_normal(moments_of(y, ones)), 4000, 60, rng).coefficients[:, 0, 1]
    assert ours.mean() == pytest.approx(direct.mean(), abs=0.03)
    assert ours.std() == pytest.approx(direct.std(), rel=0.05)


def test_the_same_seed_gives_the_same_draws():
    y, x = incomplete()
    fit = fit_repeated_normal(moments_of(y, x))
    one, other = (draw_repeated_normal(y, x, fit, 5, 10, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one.coefficients, other.coefficients)


def test_regression_on_seen_visits_by_hand():
    covariance = np.array([[4.0, 2.0], [2.0, 5.0]])
    regression = regression_on_seen(covariance, np.array([True, False]))
    assert (regression.slopes.item(), regression.spread.item()) == (0.5, 2.0)
    nothing = regression_on_seen(covariance, np.array([False, False]))
    assert nothing.slopes.shape == (2, 0)
    assert nothing.spread @ nothing.spread.T == pytest.approx(covariance)


ONES = np.ones((6, 1))
TWO_GROUPS = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
FULL = np.array([[1.0, 2], [2, 4], [3, 5], [4, 9], [5, 9], [7, 12]])


def without(*cells):
    y = FULL.copy()
    for cell in cells:
        y[cell] = NAN
    return y


@pytest.mark.parametrize(
    ("outcomes", "design", "reason"),
    [
        (without((slice(None), 1)), ONES, "visit 2 of 2 is seen in too few persons, or in none of some group"),
        (without((slice(3, 6), 1)), TWO_GROUPS, "visit 2 of 2 is seen in too few persons, or in none of some group"),
        (without((slice(0, 3), 0), (slice(3, 6), 1)), ONES, "visits 1 and 2 are seen together in too few persons"),
        (np.where(FULL < 0, 0, [1.0, 2.0]), ONES, "the outcomes of visit 1 of 2 have no spread"),
        (FULL[:, [0, 1, 0, 1, 0, 1]], ONES, "6 persons are too few for 1 coefficients and 6 visits"),
    ],
)
def test_reasons_against_a_fit(outcomes, design, reason):
    assert reason_against_fit(outcomes, design).startswith(reason)


def test_nothing_against_ordinary_outcomes():
    assert reason_against_fit(*incomplete()) is None


def test_two_equal_visits_have_no_fit():
    assert fit_repeated_normal(moments_of(FULL[:, [0, 0]], ONES)) is None


def test_thirty_visits():
    rng = np.random.default_rng(2)
    y = rng.normal(size=(80, 1)) + rng.normal(size=(80, 30))
    y[:20, 15:] = NAN
    fit = fit_repeated_normal(moments_of(y, np.ones((80, 1))))
    assert np.isfinite(fit.covariance).all()
