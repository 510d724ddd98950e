"""Weights, what they cost, trimming and entropy balancing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.base.errors import ParameterError
from abate.stats.balancing_weights import TILTS, Population, Weights, balancing_weights, capped, cost_of_weights
from abate.stats.covariate_balance import weighted_balance
from abate.stats.entropy_balancing import entropy_weights
from abate.stats.propensity import Propensity, estimate_propensity
from abate.stats.ridge import expit
from abate.stats.trimming import TrimmingRule, trim
from abate.stats.two_groups import checked_groups

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(loc=[0, 50, 3], size=(120, 3))
IN_GROUP_1 = (RANDOM.random(120) < expit(X[:, 0])).astype(int)


def _scored(treated, score):
    groups = checked_groups(treated, np.zeros((len(treated), 1)))
    return Propensity(score=np.array(score), groups=groups, fit=None, is_cross_fitted=False)


@pytest.mark.parametrize(
    ("population", "expected"),
    [
        (Population.OVERLAP, [0.8, 0.2, 0.4, 0.6]),
        (Population.EVERYBODY, [5, 1.25, 1 / 0.6, 2.5]),
        (Population.GROUP_1, [1, 0.25, 1, 1.5]),
        (Population.GROUP_0, [4, 1, 0.4 / 0.6, 1]),
        (Population.MATCHING, [1, 0.25, 0.4 / 0.6, 1]),
    ],
)
def test_weights_by_hand(population, expected):
    "Scores 0.2 and 0.6, one of each group at both."
    weights = balancing_weights(_scored([1, 0, 1, 0], [0.2, 0.2, 0.6, 0.6]), population)
    assert weights.weight.tolist() == pytest.approx(expected)
    assert weights.population is population


@settings(deadline=None)
@given(st.floats(0.01, 0.99).filter(lambda e: abs(e - 0.5) > 1e-3), st.sampled_from(Population))
def test_slopes_are_those_of_the_heights(e, population):
    tilt, step = TILTS[population], 1e-6
    rise = (tilt.height(np.array([e + step])) - tilt.height(np.array([e - step])))[0] / (2 * step)
    assert tilt.slope(np.array([e]))[0] == pytest.approx(rise, abs=1e-6)


def test_overlap_weights_of_a_fit_without_penalty_balance_every_mean():
    propensity = estimate_propensity(IN_GROUP_1, X, penalty=0)
    lines = weighted_balance(X, IN_GROUP_1, balancing_weights(propensity).weight)
    assert max(abs(line.after) for line in lines) < 1e-8
    assert max(abs(line.before) for line in lines) > 0.3


def test_no_score_no_weights():
    weights = balancing_weights(estimate_propensity([1, 1, 1], [1, 2, 3]))
    assert weights.reason == "nobody is in group 0"
    assert weights.weight.tolist() == [0, 0, 0]


def test_capping_is_said():
    plain = Weights(weight=np.array([1.0, 2.0, 50.0, 1.0, 1.0]), method="plain", population=Population.EVERYBODY)
    cut = capped(plain, [1, 1, 1, 0, 0], quantile=0.5)
    assert cut.weight.tolist() == [1, 2, 2, 1, 1]
    assert cut.flags == ("1 weights capped at the 0.5 quantile of their group",)
    assert cut.population is None
    assert capped(plain, [1, 1, 1, 0, 0], quantile=1).flags == ()
    with pytest.raises(ParameterError, match="quantile"):
        capped(plain, [1, 1, 1, 0, 0], quantile=0)


def test_cost_by_person():
    "Weights 3 and 1 of one person, 4 of another: rows 64 / 26, persons 64 / 32."
    cost = cost_of_weights([3, 1, 4, 0], person=["a", "a", "b", "c"])
    assert (cost.row_count, cost.person_count) == (3, 2)
    assert cost.effective_count == pytest.approx(64 / 26)
    assert (cost.effective_persons, cost.largest_share) == (2, 0.5)
    nothing = cost_of_weights([0, 0])
    assert (nothing.effective_persons, nothing.largest_share) == (0, 0)
    with pytest.raises(ParameterError, match="1 are below"):
        cost_of_weights([1, -1])


@settings(deadline=None)
@given(st.lists(st.floats(0.001, 1000), min_size=1, max_size=20))
def test_effective_size_lies_between_one_and_all(weights):
    cost = cost_of_weights(weights)
    assert 1 - 1e-9 <= cost.effective_persons <= len(weights) + 1e-9
    assert 1 / len(weights) - 1e-9 <= cost.largest_share <= 1


@pytest.mark.parametrize(
    ("rule", "kept", "lower", "upper"),
    [
        (TrimmingRule.FIXED, [True, True, True, False, True, True], 0.1, 0.9),
        (TrimmingRule.COMMON_RANGE, [True, True, False, False, True, False], 0.3, 0.8),
        (TrimmingRule.PERCENTILE, [False, True, False, False, True, False], 0.36, 0.74),
    ],
)
def test_trimming_by_hand(rule, kept, lower, upper):
    "Group 1 at 0.3, 0.6, 0.9; group 0 at 0.05, 0.5, 0.8 (the last moved to 0.2 for the range of group 1)."
    treated, score = [1, 1, 1, 0, 0, 0], [0.3, 0.6, 0.9, 0.05, 0.5, 0.8]
    if rule is not TrimmingRule.FIXED:
        kept = [lower <= e <= upper for e in score]
    trimming = trim(treated, score, rule)
    assert trimming.kept.tolist() == kept
    assert (trimming.lower, trimming.upper) == pytest.approx((lower, upper))
    assert trimming.trimmed_1 + trimming.trimmed_0 == 6 - sum(kept)
    assert f"{trimming.trimmed_1} of 3 rows of group 1, {trimming.trimmed_0} of 3 of group 0" in trimming.sentence


def test_trimming_that_leaves_nobody_says_so():
    assert trim([1, 1, 0], [0.95, 0.99, 0.5]).reason == "trimming leaves nobody in group 1"
    assert trim([1, 1], [0.5, 0.5]).reason == "nobody is in group 0"
    assert trim([1, 0], [0.9, 0.1], TrimmingRule.COMMON_RANGE).reason == "trimming leaves nobody in group 1 and 0"
    with pytest.raises(ParameterError, match="limit"):
        trim([1, 0], [0.5, 0.5], limit=0.5)
    with pytest.raises(ParameterError, match="from 0 to 1"):
        trim([1, 0], [0.5, 1.5])


@pytest.mark.parametrize("population", [Population.GROUP_1, Population.GROUP_0, Population.EVERYBODY])
def test_entropy_balancing_gives_the_means_of_its_population(population):
    weights = entropy_weights(IN_GROUP_1, X, population=population)
    members = {Population.GROUP_1: IN_GROUP_1 == 1, Population.GROUP_0: IN_GROUP_1 == 0}.get(
        population, IN_GROUP_1 >= 0
    )
    for group in (0, 1):
        rows = np.flatnonzero(np.equal(IN_GROUP_1, group))
        own = np.average(X[rows], axis=0, weights=weights.weight[rows])
        assert own.tolist() == pytest.approx(X[members].mean(axis=0).tolist(), rel=1e-9)
        assert weights.weight[rows].mean() == pytest.approx(1)


def test_entropy_balancing_with_repeated_and_constant_columns():
    more = np.column_stack([X, 2 * X[:, 0] - X[:, 1], np.ones(120)])
    plain, wide = entropy_weights(IN_GROUP_1, X), entropy_weights(IN_GROUP_1, more)
    assert wide.weight.tolist() == pytest.approx(plain.weight.tolist(), rel=1e-6)


def test_means_out_of_reach_are_named():
    "Group 0 has no value above 3; the mean of group 1 is 5."
    weights = entropy_weights([1, 1, 0, 0], [[4], [6], [1], [3]], names=["rating"])
    assert "rating never comes so far there" in weights.reason
    assert weights.weight.tolist() == [0, 0, 0, 0]


def test_means_out_of_reach_together_are_said():
    "Each covariate of group 1 is within reach, both together are not: group 0 has x + y at most 1."
    covariates = [[0.9, 0.9], [0.9, 0.9], [1, 0], [0, 1], [0, 0]]
    assert "together never come so far" in entropy_weights([1, 1, 0, 0, 0], covariates).reason


def test_a_constant_that_differs_between_the_groups_is_out_of_reach():
    assert "covariate_1" in entropy_weights([1, 1, 0, 0], [2, 2, 1, 1]).reason


def test_entropy_balancing_is_not_for_overlap():
    with pytest.raises(ParameterError, match="OVERLAP"):
        entropy_weights(IN_GROUP_1, X, population=Population.OVERLAP)
    assert entropy_weights([1, 1], [1, 2]).reason == "nobody is in group 0"
