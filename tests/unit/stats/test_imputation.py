"""What is imputed, by hand where that can be, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.arm_models import ImputationModel, fit_arms
from abate.stats.imputation import fill_in, impute_outcomes
from abate.stats.reference_strategies import Strategy
from abate.stats.repeated_outcomes import checked_outcomes

NAN = np.nan


def trial(n: int = 60, seed: int = 1):
    rng = np.random.default_rng(seed)
    arm = np.where(np.arange(n) % 2 == 0, "drug", "none")
    severity = rng.normal(7, 1, n)
    y = severity[:, None] + rng.normal(size=(n, 1)) + rng.normal(size=(n, 3)) - (arm == "drug")[:, None] * [1, 2, 3]
    y[: n // 4, 2] = NAN
    y[: n // 8, 1] = NAN
    y[n - 2, 1] = NAN
    y[n - 1] = NAN
    return checked_outcomes(y, arm, "none", severity)


def test_seen_outcomes_stay_and_unseen_ones_are_filled():
    data = trial()
    imputed = impute_outcomes(data, imputation_count=7, seed=1)
    assert imputed.values.shape == (7, 60, 3)
    assert np.all(imputed.values[:, data.seen] == data.outcomes[data.seen])
    assert np.all(np.isfinite(imputed.values))
    assert np.all(np.std(imputed.values[:, ~data.seen], axis=0) > 0)


@pytest.mark.parametrize("model", list(ImputationModel))
def test_the_same_seed_gives_the_same_imputations_and_another_seed_others(model):
    data = trial()
    first, second, other = (impute_outcomes(data, imputation_count=3, model=model, seed=s).values for s in (5, 5, 6))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_one_visit_by_hand():
    "Without covariates an unseen rating is the mean of the seen ones of its arm, or of the reference's."
    data = checked_outcomes([2, 4, NAN, 7, 9, NAN], ["drug"] * 3 + ["none"] * 3, "none")
    parameters = fit_arms(data).parameters()
    at_random, jump = (fill_in(data, [s] * 6, parameters, None)[0, :, 0].tolist() for s in list(Strategy)[:2])
    assert at_random == pytest.approx([2, 4, 3, 7, 9, 8])
    assert jump == pytest.approx([2, 4, 8, 7, 9, 8])
    assert parameters.covariance[0, 0].item() == pytest.approx(2)  # (1 + 1 + 1 + 1) / (4 - 2)


def test_each_person_may_have_a_strategy_and_the_reference_arm_has_none():
    data = checked_outcomes([2, 4, NAN, NAN, 7, 9, NAN], ["drug"] * 4 + ["none"] * 3, "none")
    strategies = [Strategy.JUMP_TO_REFERENCE] * 3 + [Strategy.MISSING_AT_RANDOM] + [Strategy.JUMP_TO_REFERENCE] * 3
    values = fill_in(data, strategies, fit_arms(data).parameters(), None)[0, :, 0]
    assert values.tolist() == pytest.approx([2, 4, 8, 3, 7, 9, 8])


def test_a_visit_missed_before_the_last_seen_one_is_at_random_under_every_strategy():
    data = trial()
    parameters = fit_arms(data).parameters()
    person = 58  # in the drug arm, missed the middle visit only
    values = [fill_in(data, [s] * 60, parameters, None)[0, person, 1] for s in Strategy]
    assert values == pytest.approx([values[0]] * 4)


def test_strategies_order_the_means_of_an_arm_that_did_well():
    "After dropout: at random lowest, then copied increments, the jump highest."
    data = trial(400)
    parameters = fit_arms(data).parameters()
    dropped = (data.last_seen < 2) & (data.arm_place == 1)
    means = {s: fill_in(data, [s] * 400, parameters, None)[0, dropped, 2].mean() for s in Strategy}
    assert means[Strategy.MISSING_AT_RANDOM] < means[Strategy.COPY_INCREMENTS] < means[Strategy.JUMP_TO_REFERENCE]


def test_imputations_scatter_about_the_conditional_mean():
    data = trial()
    mean = fill_in(data, [Strategy.MISSING_AT_RANDOM] * 60, fit_arms(data).parameters(), None)[0]
    imputed = impute_outcomes(data, imputation_count=800, seed=2).values.mean(axis=0)
    assert imputed == pytest.approx(mean, abs=0.25)


def test_a_shift_moves_imputed_values_only():
    data = trial()
    imputed = impute_outcomes(data, imputation_count=2, seed=1)
    moved = imputed.shifted([0, 1, 2]).values - imputed.values
    assert moved[0][~data.seen[:, 2], 2] == pytest.approx(2)
    assert np.all(moved[:, data.seen] == 0)
    with pytest.raises(ParameterError, match="delta must fit the shape"):
        imputed.shifted([1, 2])
    with pytest.raises(ParameterError, match="missing or infinite"):
        imputed.shifted(NAN)


def test_units_and_origins_do_not_matter():
    data = trial()
    moved = checked_outcomes(
        data.outcomes * 1e6 + 1e9, np.array(data.arms)[data.arm_place], "none", data.covariates.values * 1e-6 + 70
    )
    plain, other = (
        fill_in(one, [Strategy.JUMP_TO_REFERENCE] * 60, fit_arms(one).parameters(), None) for one in (data, moved)
    )
    assert (other - 1e9) / 1e6 == pytest.approx(plain, abs=1e-6)


def test_one_arm_is_enough():
    data = checked_outcomes([[7, 5], [8, NAN], [6, 4], [7, 3], [5, 4], [8, 7]])
    assert data.arms == ("all",)
    assert np.isfinite(impute_outcomes(data, imputation_count=2, seed=1).values).all()


def test_nothing_missing_is_left_as_it_is():
    outcomes = [[7.0, 5], [8, 6], [6, 4], [7, 3], [5, 4], [8, 7]]
    assert np.array_equal(impute_outcomes(checked_outcomes(outcomes), imputation_count=2, seed=1).values[1], outcomes)


def test_a_model_that_cannot_be_fitted_is_refused_with_the_reason():
    never = checked_outcomes([[7, NAN], [8, NAN], [6, NAN], [5, NAN]])
    with pytest.raises(ParameterError, match="visit 2 of 2 is seen in too few persons"):
        impute_outcomes(never, seed=1)
    twins = checked_outcomes([[7, 7], [8, 8], [6, 6], [5, NAN], [4, 4]])
    with pytest.raises(ParameterError, match="covariance of the visits is singular"):
        impute_outcomes(twins, seed=1)
    data = checked_outcomes([[7, 5], [8, 4], [6, 6], [5, 4], [7, NAN], [5, NAN]], ["a"] * 4 + ["b"] * 2, "a")
    with pytest.raises(ParameterError, match="in arm b: visit 2 of 2"):
        impute_outcomes(data, model=ImputationModel.BY_ARM, seed=1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([[1, np.inf]],), "1 infinite values"),
        (([["a"]],), "outcomes must be numbers"),
        ((np.empty((0, 3)),), "one row a person"),
        (([1, 2], ["a"], "a"), "same number of rows"),
        (([1, 2], ["a", "b"], "c"), "reference must be one of the arms 'a', 'b'; got 'c'"),
        (([1, 2], ["a", "b"], "a", [[1], [NAN]]), "covariate_1 has 1 missing"),
    ],
)
def test_outcomes_refused(arguments, sentence):
    with pytest.raises(ParameterError, match=sentence):
        checked_outcomes(*arguments)


def test_settings_refused():
    data = trial()
    with pytest.raises(ParameterError, match="imputation_count must be at least 2"):
        impute_outcomes(data, imputation_count=1, seed=1)
    with pytest.raises(ParameterError, match="one for each of 60 persons; got 2"):
        impute_outcomes(data, [Strategy.COPY_REFERENCE] * 2, seed=1)
    with pytest.raises(ParameterError, match="strategy must be one of 'missing at random'"):
        impute_outcomes(data, "last value", seed=1)
