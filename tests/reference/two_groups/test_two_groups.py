"""R agrees with the comparison of two groups: score, weights, matching, augmented weighting, curves, negative controls."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.balancing_weights import Population, Weights, balancing_weights
from abate.stats.contrasts import difference_of, ratio_of
from abate.stats.doubly_robust import OutcomeKind, doubly_robust_means
from abate.stats.entropy_balancing import entropy_weights
from abate.stats.folds import person_folds
from abate.stats.matching import match_nearest
from abate.stats.negative_controls import fit_empirical_null
from abate.stats.propensity import estimate_propensity
from abate.stats.stratification import stratum_weights
from abate.stats.two_groups import checked_groups
from abate.stats.weighted_comparison import weighted_means, weighted_shares_free
from tests.reference.case import read_case, read_columns

CASE = read_case(__file__)
DATA = {name: np.array(column) for name, column in read_columns(__file__).items()}
COVARIATES = np.column_stack([DATA["age"], DATA["female"], DATA["prior"]])
PERSON = DATA["person"].astype(int)
TOLERANCE = CASE["tolerance"]
FACTOR = ((CASE["factor"]["persons"] - 1) / (CASE["factor"]["persons"] - CASE["factor"]["parameters"])) ** 0.5


def _described(means):
    """Return means and standard errors with the factor that R was given."""
    difference, ratio = difference_of(means), ratio_of(means)
    return [means.mean_1, means.mean_0, difference.standard_error / FACTOR, ratio.standard_error / FACTOR]


@pytest.fixture(scope="module")
def propensity():
    return estimate_propensity(DATA["treated"], COVARIATES, PERSON, penalty=0)


def test_logistic(propensity):
    ours = [propensity.fit.intercept, *propensity.fit.coefficients]
    assert ours == pytest.approx(CASE["propensity"]["logistic"], rel=TOLERANCE["fit"])


def test_ridge():
    case = CASE["propensity"]
    score = estimate_propensity(DATA["treated"], COVARIATES, PERSON, penalty=case["penalty"]).score
    assert score[:8].tolist() == pytest.approx(case["ridge_scores"], rel=TOLERANCE["fit"])


@pytest.mark.parametrize("population", Population)
def test_weighted_means_with_the_error_of_the_score(propensity, population):
    means = weighted_means(DATA["rating"], DATA["treated"], balancing_weights(propensity, population), PERSON)
    assert _described(means) == pytest.approx(CASE["weighted"][population.name.lower()], rel=TOLERANCE["derivative"])


def test_entropy_balancing():
    weights = entropy_weights(DATA["treated"], COVARIATES, PERSON)
    of_0 = weights.weight[DATA["treated"] == 0]
    assert of_0[:8].tolist() == pytest.approx(CASE["entropy"]["weights"], rel=TOLERANCE["derivative"])
    means = weighted_means(DATA["rating"], DATA["treated"], weights, PERSON)
    assert means.mean_0 == pytest.approx(CASE["entropy"]["mean_0"], rel=TOLERANCE["derivative"])


def test_folds_are_those_that_r_was_given():
    groups = checked_groups(DATA["treated"], COVARIATES, PERSON)
    assert person_folds(groups, fold_count=5, seed=1).tolist() == DATA["fold"].astype(int).tolist()


@pytest.mark.parametrize("outcome", ["rating", "responded"])
def test_augmented_weighting_for_everybody(outcome):
    kind = OutcomeKind.NUMBER if outcome == "rating" else OutcomeKind.FLAG
    means = doubly_robust_means(
        DATA[outcome], DATA["treated"], COVARIATES, PERSON,
        kind=kind, population=Population.EVERYBODY, penalty=0, outcome_penalty=0,
    )  # fmt: skip
    assert _described(means) == pytest.approx(CASE["augmented"][outcome], rel=TOLERANCE["fit"])


def test_augmented_weighting_for_group_1():
    means = doubly_robust_means(
        DATA["rating"], DATA["treated"], COVARIATES, PERSON,
        population=Population.GROUP_1, penalty=0, outcome_penalty=0,
    )  # fmt: skip
    difference = difference_of(means)
    assert [difference.value, difference.standard_error / FACTOR] == pytest.approx(
        CASE["augmented"]["group_1"], rel=TOLERANCE["fit"]
    )


@pytest.fixture(scope="module")
def first_courses():
    _, first = np.unique(PERSON, return_index=True)
    return np.sort(first)


@pytest.fixture(scope="module")
def of_first(first_courses):
    return estimate_propensity(
        DATA["treated"][first_courses], COVARIATES[first_courses], PERSON[first_courses], penalty=0
    )


def test_matching(first_courses, of_first):
    pairs = PERSON[first_courses][match_nearest(of_first, caliper_in_sd=1e6).pairs]
    assert {tuple(pair) for pair in pairs.tolist()} == {tuple(pair) for pair in CASE["matching"]["pairs"]}


def test_strata(first_courses, of_first):
    weights = stratum_weights(of_first, stratum_count=4)
    means = weighted_means(DATA["rating"][first_courses], DATA["treated"][first_courses], weights)
    assert [means.mean_1, means.mean_0] == pytest.approx(CASE["matching"]["strata_means"], rel=TOLERANCE["fit"])


def test_weighted_survival(propensity):
    known = Weights(weight=balancing_weights(propensity).weight, method="known")
    means = weighted_shares_free(
        DATA["duration"], DATA["event"], DATA["treated"], known, CASE["survival"]["time"], PERSON
    )
    by_person = [np.bincount(PERSON, weights=influence) for influence in (means.influence_1, means.influence_0)]
    ours = [means.mean_1, means.mean_0, *(float(np.sqrt(sums @ sums)) for sums in by_person)]
    assert ours == pytest.approx(CASE["survival"]["shares"], rel=TOLERANCE["fit"])


@pytest.mark.parametrize(("expected", "divisor"), [("null", 1), ("null_quarter", 4)])
def test_empirical_null(expected, divisor):
    case = CASE["negative_controls"]
    null = fit_empirical_null(case["estimates"], np.array(case["standard_errors"]) / divisor)
    assert [null.mean, null.sd, null.standard_error] == pytest.approx(case[expected], rel=TOLERANCE["null"])
