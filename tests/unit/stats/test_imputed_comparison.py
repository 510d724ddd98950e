"""Differences after imputation: by hand, at the edges, and with a known truth."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.imputation import impute_outcomes
from abate.stats.imputed_comparison import compare_conditional_means, compare_imputed, imputed_means
from abate.stats.means import mean_interval
from abate.stats.reference_strategies import Strategy
from abate.stats.repeated_outcomes import checked_outcomes

NAN = np.nan
ARM = ["drug"] * 4 + ["none"] * 4
RATING = [2, 4, 3, NAN, 7, 9, NAN, 8]


def test_one_visit_by_hand():
    "At random the means 3 and 8 of those seen; after a jump three quarters of the difference."
    data = checked_outcomes(RATING, ARM, "none")
    (at_random,) = compare_conditional_means(data)
    (jump,) = compare_conditional_means(data, Strategy.JUMP_TO_REFERENCE)
    assert (at_random.difference.value, jump.difference.value) == pytest.approx((-5, -3.75))
    assert (jump.arm_mean.value, jump.reference_mean.value) == pytest.approx((4.25, 8))


def test_the_jackknife_by_hand():
    "One visit at random: leaving out a rating of 2, 4, 3 gives -4.5, -5.5, -5; of 7, 9, 8 the same; the unseen change nothing."
    (ours,) = compare_conditional_means(checked_outcomes(RATING, ARM, "none"))
    left_out = np.array([-4.5, -5.5, -5, -5, -5.5, -4.5, -5, -5])
    assert ours.difference.standard_error == pytest.approx(np.sqrt(7 / 8 * np.sum((left_out + 5) ** 2)))


def test_a_delta_moves_the_difference_by_the_share_imputed():
    data = checked_outcomes(RATING, ARM, "none")
    delta = np.array([2.0] * 4 + [0.0] * 4)[:, None]
    (plain,), (moved,) = compare_conditional_means(data), compare_conditional_means(data, delta=delta)
    assert moved.difference.value - plain.difference.value == pytest.approx(2 / 4)
    assert moved.difference.standard_error > 0


def test_nothing_missing_is_student_s_interval_but_for_the_finite_degrees():
    outcomes = np.array([[7, 5], [8, 6], [6, 4], [7, 3], [5, 4], [8, 7]])
    (ours,) = imputed_means(impute_outcomes(checked_outcomes(outcomes), imputation_count=2, seed=1))
    plain = mean_interval(outcomes[:, 1])
    assert (ours.value, ours.standard_error) == pytest.approx((plain.value, plain.standard_error))
    assert ours.degrees_of_freedom == pytest.approx(6 / 8 * 5)


def test_three_arms_are_each_compared_with_the_reference():
    rng = np.random.default_rng(1)
    arm = np.tile(["a", "b", "c"], 20)
    y = rng.normal(size=(60, 2)) + (arm == "c")[:, None] * 5.0
    y[::7, 1] = NAN
    data = checked_outcomes(y, arm, "b")
    first, second = compare_imputed(impute_outcomes(data, imputation_count=20, seed=1))
    assert (first.arm, second.arm, first.reference, first.visit) == ("a", "c", "b", 1)
    assert second.difference.value == pytest.approx(5, abs=1)
    assert second.difference.value == pytest.approx(second.arm_mean.value - second.reference_mean.value)


def test_more_imputations_of_the_same_model_come_near_the_conditional_mean():
    rng = np.random.default_rng(2)
    arm = np.tile(["drug", "none"], 40)
    y = rng.normal(size=(80, 1)) + rng.normal(size=(80, 3))
    y[:15, 2] = NAN
    data = checked_outcomes(y, arm, "none")
    (random,) = compare_imputed(impute_outcomes(data, Strategy.COPY_INCREMENTS, imputation_count=1500, seed=1))
    (mean,) = compare_conditional_means(data, Strategy.COPY_INCREMENTS)
    assert random.difference.value == pytest.approx(mean.difference.value, abs=0.02)


def test_a_model_that_cannot_be_fitted_is_a_result_with_a_reason():
    data = checked_outcomes([[7, NAN], [8, NAN], [6, NAN], [5, NAN]], ["a", "a", "b", "b"], "a")
    (ours,) = compare_conditional_means(data)
    assert ours.reason == ours.difference.reason == "visit 2 of 2 is seen in too few persons, or in none of some group"
    assert ours.difference.value is None


def test_a_model_that_hangs_on_one_person_has_an_estimate_and_no_interval():
    "Without the only one of arm b who was seen at the second visit nothing is known of that visit in b."
    y = [[7, 5], [8, 4], [6, 6], [5, 4], [7, 5], [7, 6], [5, NAN], [6, NAN]]
    (ours,) = compare_conditional_means(checked_outcomes(y, ["a"] * 5 + ["b"] * 3, "a"))
    assert ours.difference.value is not None
    assert ours.reason == ours.difference.reason == "the imputation model cannot be fitted without some person"


def test_refused():
    data = checked_outcomes(RATING, ARM, "none")
    with pytest.raises(ParameterError, match="visit must be from 0 to 0"):
        compare_conditional_means(data, visit=1)
    with pytest.raises(ParameterError, match="covariates must have 8 rows"):
        compare_conditional_means(data, covariates=[1, 2])
    with pytest.raises(ParameterError, match="8 persons cannot tell 3 coefficients"):
        compare_conditional_means(data, covariates=np.ones(8))


def dropout(rng, n=60):
    "Two arms, three visits; who does badly at a visit leaves after it more often. Returns all outcomes and those seen."
    arm = np.tile([0, 1], n // 2)
    y = rng.normal(size=(n, 1)) * 1.5 + rng.normal(size=(n, 3)) - arm[:, None] * np.array([0.5, 1.0, 1.5])
    gone = np.cumsum(rng.random((n, 2)) < 1 / (1 + np.exp(1.2 - 0.8 * y[:, :2])), axis=1) > 0
    seen = y.copy()
    seen[:, 1:][gone] = NAN
    return arm, seen


def require_honest_intervals(differences, truth, least_held):
    """Require that intervals hold the truth, and are no wider than the errors ask for: half a width is 2 standard deviations."""
    errors = np.array([one.value for one in differences]) - truth
    half_widths = np.array([(one.upper - one.lower) / 2 for one in differences])
    assert np.mean(np.abs(errors) <= half_widths) >= least_held
    # The standard deviation of 70 errors is itself known within a sixth (95%).
    assert np.mean(half_widths) / (2 * errors.std(ddof=1)) == pytest.approx(1, abs=0.2)


def test_intervals_hold_the_truth_under_dropout_at_random():
    "The completers alone are biased; imputation is not, and both intervals hold the true difference of -1.5."
    rng = np.random.default_rng(3)
    rubin, jackknife = [], []
    for seed in range(70):
        arm, seen = dropout(rng)
        data = checked_outcomes(seen, arm, 0)
        (pooled,) = compare_imputed(impute_outcomes(data, imputation_count=40, burn_in=40, seed=seed))
        (mean,) = compare_conditional_means(data)
        rubin.append(pooled.difference)
        jackknife.append(mean.difference)
    for differences in (rubin, jackknife):
        assert np.mean([one.value for one in differences]) == pytest.approx(-1.5, abs=0.2)
        require_honest_intervals(differences, [-1.5] * 70, least_held=0.89)


def test_the_jackknife_holds_the_truth_of_a_jump_to_reference():
    "Half of the drug arm leaves after the first visit, by chance, and is then as the reference: half of -2 is left."
    rng = np.random.default_rng(4)
    arm = np.tile([0, 1], 30)
    differences = []
    for _ in range(150):
        y = rng.normal(size=(60, 1)) + rng.normal(size=(60, 2)) - arm[:, None] * np.array([1.0, 2.0])
        y[(arm == 1) & (rng.random(60) < 0.5), 1] = NAN
        (ours,) = compare_conditional_means(checked_outcomes(y, arm, 0), Strategy.JUMP_TO_REFERENCE)
        differences.append(ours.difference)
    require_honest_intervals(differences, [-1.0] * 150, least_held=0.9)
