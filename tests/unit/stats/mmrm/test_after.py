"""Do residuals, predictions, simulations and tests of structures follow from the model? Closed forms and the law of large numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.mmrm import fit_mmrm, likelihood_ratio_test, predict, residuals, simulate
from abate.stats.mmrm.errors import ShapeError
from tests.unit.stats.mmrm.trial import simulated_trial

TRIAL = simulated_trial(seed=21, subject_count=50, visit_count=3)


def fitted(**options):
    return fit_mmrm(TRIAL.outcome, TRIAL.design, TRIAL.subject, TRIAL.visit, **options)


def test_normalised_residuals_make_the_misfit():
    "Their squares add up to r' V^-1 r, which with REML and one common scale is the rows less the coefficients."
    fit = fitted(covariance="ar1")
    assert np.sum(residuals(fit, "normalised") ** 2) == pytest.approx(len(TRIAL.outcome) - 6)


def test_kinds_of_residuals_by_group_and_weight():
    weight = np.where(TRIAL.visit == 0, 4.0, 1.0)
    fit = fitted(group=TRIAL.arm, weights=weight)
    raw, pearson = residuals(fit), residuals(fit, "pearson")
    row = int(np.flatnonzero((TRIAL.arm == 1) & (TRIAL.visit == 0))[0])
    assert raw[row] == pytest.approx(TRIAL.outcome[row] - TRIAL.design[row] @ fit.estimate)
    assert pearson[row] == pytest.approx(raw[row] / math.sqrt(fit.covariance[1][0, 0] / 4))


def test_spatial_residuals_are_those_of_the_same_model_by_visit():
    spatial = fitted(covariance="spatial-exponential", coordinates=TRIAL.visit)
    assert residuals(spatial, "normalised") == pytest.approx(
        residuals(fitted(covariance="ar1"), "normalised"), abs=1e-6
    )


def test_simulated_outcomes_have_the_mean_and_covariance_of_the_fit():
    fit = fitted()
    drawn = simulate(fit, 20_000, seed=1)
    assert np.array_equal(drawn, simulate(fit, 20_000, seed=1))
    assert drawn.mean(axis=0) == pytest.approx(TRIAL.design @ fit.estimate, abs=0.06)
    first = np.flatnonzero(TRIAL.subject == TRIAL.subject[0])
    visits = TRIAL.visit[first]
    assert np.cov(drawn[:, first].T) == pytest.approx(fit.covariance[np.ix_(visits, visits)], abs=0.1)


def test_a_new_subject_is_predicted_by_the_mean_and_a_seen_visit_draws_the_next_one():
    fit = fitted()
    row = np.array([[0, 1, 0, 0, 0, 0.0]])
    alone = predict(fit, row, ["new"], [1], [np.nan])
    assert alone.value == pytest.approx([fit.estimate[1]])
    assert alone.prediction_error == pytest.approx(math.sqrt(fit.covariance[1, 1] + fit.standard_error[1] ** 2))
    assert alone.upper - alone.lower == pytest.approx(2 * 1.959964 * alone.prediction_error, rel=1e-6)
    both = np.array([[1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0.0]])
    high = predict(fit, both, ["new"] * 2, [0, 1], [fit.estimate[0] + 2, np.nan])
    share = fit.covariance[0, 1] / fit.covariance[0, 0]
    assert high.value[1] == pytest.approx(fit.estimate[1] + 2 * share)
    assert high.prediction_error[1] < alone.prediction_error[0]


def test_prediction_intervals_cover_what_was_hidden():
    "2,000 further subjects: their last visit, given the first two; 95 % within three Monte Carlo errors and the fit's own."
    more = simulated_trial(seed=22, subject_count=2000, visit_count=3, missing=0.0)
    fit = fit_mmrm(
        *(
            getattr(simulated_trial(seed=23, subject_count=400, visit_count=3), n)
            for n in ("outcome", "design", "subject", "visit")
        )
    )
    hidden = np.where(more.visit == 2, np.nan, more.outcome)
    found, last = predict(fit, more.design, more.subject, more.visit, hidden), more.visit == 2
    covered = np.mean((found.lower <= more.outcome)[last] & (more.outcome <= found.upper)[last])
    assert covered == pytest.approx(0.95, abs=0.025)


def test_the_likelihood_ratio_of_structures():
    small, large = fitted(covariance="ar1"), fitted()
    test = likelihood_ratio_test(small, large)
    assert test.df == 4
    assert test.statistic == pytest.approx(2 * (large.log_likelihood - small.log_likelihood))
    assert 0 < test.p < 1


def test_the_likelihood_ratio_of_columns_by_full_likelihood():
    less = fit_mmrm(TRIAL.outcome, TRIAL.design[:, :3], TRIAL.subject, TRIAL.visit, reml=False)
    assert likelihood_ratio_test(less, fitted(reml=False)).df == 3


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (lambda: (fitted(), fitted(covariance="ar1")), "exchange them"),
        (lambda: (fitted(covariance="ar1"), fitted(reml=False)), "fit both alike"),
        (
            lambda: (fit_mmrm(TRIAL.outcome, TRIAL.design[:, :3], TRIAL.subject, TRIAL.visit), fitted()),
            "reml=False",
        ),
        (
            lambda: (fit_mmrm(TRIAL.outcome + 1, TRIAL.design, TRIAL.subject, TRIAL.visit, covariance="ar1"), fitted()),
            "of other data",
        ),
        (lambda: (fit_mmrm([7.0, 5, 4], np.ones((3, 1)), [1, 1, 1], [0, 1, 2]), fitted()), "two fits that converged"),
    ],
)
def test_likelihoods_that_cannot_be_compared(pair, words):
    with pytest.raises(ParameterError, match=words):
        likelihood_ratio_test(*pair())


def test_mistakes_in_what_follows():
    fit, row = fitted(), np.zeros((1, 6))
    with pytest.raises(ParameterError, match="'pearso' is not known; did you mean 'pearson'"):
        residuals(fit, "pearso")
    with pytest.raises(ParameterError, match="1 or more"):
        simulate(fit, 0, seed=1)
    with pytest.raises(ParameterError, match="1 rows have a visit"):
        predict(fit, row, [1], [9], [np.nan])
    with pytest.raises(ShapeError):
        predict(fit, row[:, :3], [1], [0], [np.nan])
    with pytest.raises(ParameterError, match="name the group"):
        predict(fitted(group=TRIAL.arm), row, [1], [0], [np.nan])
    with pytest.raises(ParameterError, match="not a spatial one"):
        predict(fitted(covariance="spatial-exponential", coordinates=TRIAL.visit), row, [1], [0], [np.nan])
