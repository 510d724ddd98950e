"""Augmented weighting: what it withstands, and its edges."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.balancing_weights import Population, Weights, balancing_weights
from abate.stats.contrasts import difference_of, ratio_of
from abate.stats.doubly_robust import OutcomeKind, doubly_robust_means
from abate.stats.propensity import estimate_propensity
from abate.stats.ridge import expit
from abate.stats.weighted_comparison import bootstrapped_difference, weighted_means

# Each test's hospital is large, so that what is left is bias.
RANDOM = np.random.default_rng(17)
SIZE = 4000
X = RANDOM.normal(size=(SIZE, 2))
IN_GROUP_1 = (RANDOM.random(SIZE) < expit(X[:, 0] - X[:, 1])).astype(int)
NOISE = RANDOM.normal(size=SIZE)
PLAIN = Weights(weight=np.ones(SIZE), method="none")


@pytest.mark.parametrize("population", Population)
def test_a_constant_effect_is_found_in_every_population(population):
    outcome = 2 * X[:, 0] + X[:, 1] - 1.5 * IN_GROUP_1 + NOISE
    estimate = difference_of(doubly_robust_means(outcome, IN_GROUP_1, X, population=population))
    assert estimate.value == pytest.approx(-1.5, abs=0.15)
    assert difference_of(weighted_means(outcome, IN_GROUP_1, PLAIN)).value > -1.1


def test_a_wrong_model_of_the_outcome_does_no_harm():
    "The score's model is right; the outcome goes by exp(x), its model by x."
    outcome = np.exp(X[:, 0] - X[:, 1]) / 2 - 1.5 * IN_GROUP_1 + NOISE
    estimate = difference_of(doubly_robust_means(outcome, IN_GROUP_1, X, outcome_penalty=1e6))
    assert estimate.value == pytest.approx(-1.5, abs=0.2)


def test_a_wrong_score_does_no_harm():
    "The score is shrunk to a constant; the outcome's model is right."
    outcome = 2 * X[:, 0] + X[:, 1] - 1.5 * IN_GROUP_1 + NOISE
    estimate = difference_of(doubly_robust_means(outcome, IN_GROUP_1, X, penalty=1e9))
    assert estimate.value == pytest.approx(-1.5, abs=0.15)


def test_with_both_wrong_the_confounding_is_back():
    outcome = 2 * X[:, 0] + X[:, 1] - 1.5 * IN_GROUP_1 + NOISE
    both = difference_of(doubly_robust_means(outcome, IN_GROUP_1, X, penalty=1e9, outcome_penalty=1e9)).value
    plain = difference_of(weighted_means(outcome, IN_GROUP_1, PLAIN)).value
    assert both == pytest.approx(plain, abs=0.02)


def test_an_effect_that_differs_is_averaged_over_the_population():
    "The effect is -1 - x; mean x is 0 for everybody and above 0 in group 1."
    outcome = X[:, 1] - (1 + X[:, 0]) * IN_GROUP_1 + NOISE
    of_all = difference_of(doubly_robust_means(outcome, IN_GROUP_1, X, population=Population.EVERYBODY)).value
    of_1 = difference_of(doubly_robust_means(outcome, IN_GROUP_1, X, population=Population.GROUP_1)).value
    assert of_all == pytest.approx(-1 - X[:, 0].mean(), abs=0.15)
    assert of_1 == pytest.approx(-1 - X[IN_GROUP_1 == 1, 0].mean(), abs=0.15)


def test_a_risk_and_its_ratio():
    with_it, without = expit(0.8 + X[:, 0] - 1), expit(X[:, 0] - 1)
    outcome = (RANDOM.random(SIZE) < np.where(IN_GROUP_1 == 1, with_it, without)).astype(int)
    means = doubly_robust_means(outcome, IN_GROUP_1, X, kind=OutcomeKind.FLAG, population=Population.EVERYBODY)
    assert difference_of(means).value == pytest.approx(with_it.mean() - without.mean(), abs=0.05)
    assert ratio_of(means).value == pytest.approx(with_it.mean() / without.mean(), rel=0.15)


def test_an_outcome_that_all_share_is_flagged_and_has_no_ratio():
    treated, x = [1, 0] * 15, np.random.default_rng(1).normal(size=30)
    means = doubly_robust_means(treated, treated, x, kind=OutcomeKind.FLAG)
    assert "constants" in means.flags[0]
    nobody = doubly_robust_means([0] * 30, treated, x, kind=OutcomeKind.FLAG, outcome_penalty=1.0)
    assert difference_of(nobody).reason == "nothing varies within the groups" or ratio_of(nobody).reason is not None


@pytest.mark.parametrize(
    ("treated", "covariate", "said"),
    [
        ([1] * 8, range(8), "nobody is in group 0"),
        ([1] * 4 + [0] * 4, range(8), "without error"),
        ([1, 1, 0, 0, 0, 0, 0, 0], range(8), "fewer than 3 persons"),
    ],
)
def test_no_comparison_has_its_reason(treated, covariate, said):
    estimate = difference_of(doubly_robust_means(np.arange(8.0), treated, list(covariate)))
    assert (estimate.value, estimate.lower) == (None, None)
    assert said in estimate.reason


def test_more_covariates_than_persons_leave_no_interval():
    wide = np.random.default_rng(6).normal(size=(16, 14))
    estimate = difference_of(doubly_robust_means(np.arange(16.0), [0, 1] * 8, wide, penalty=0.01))
    assert estimate.lower is None
    assert estimate.reason


def test_what_does_not_fit_is_refused():
    with pytest.raises(ParameterError, match="0 or 1"):
        doubly_robust_means([2.0, 1.0], [1, 0], [1, 2], kind=OutcomeKind.FLAG)
    with pytest.raises(ParameterError, match="same number of rows"):
        doubly_robust_means([2.0], [1, 0], [1, 2])


def test_the_bootstrap_agrees_with_the_sandwich():
    x = X[:150]
    treated, person = IN_GROUP_1[:150], np.arange(150) // 2
    outcome = x[:, 0] - treated + NOISE[:150] + np.repeat(RANDOM.normal(size=75), 2)
    propensity = estimate_propensity(treated, x, person, penalty=0.1)
    sandwich = difference_of(weighted_means(outcome, treated, balancing_weights(propensity), person))
    drawn = bootstrapped_difference(outcome, treated, x, person, penalty=0.1, seed=3, replicate_count=400)
    assert drawn.value == pytest.approx(sandwich.value)
    assert drawn.standard_error == pytest.approx(sandwich.standard_error, rel=0.15)


def test_a_replicate_without_a_group_is_said():
    drawn = bootstrapped_difference(
        [1.0, 2, 3, 4], [1, 0, 0, 0], [1, 2, 1, 2], range(4), penalty=1, seed=1, replicate_count=100
    )
    assert "not finite in" in drawn.reason
