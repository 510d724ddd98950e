"""Does a fit do what it says, at the edges too? Closed forms where there are any."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.stats.mmrm import fit_mmrm
from tests.unit.stats.mmrm.trial import simulated_trial


def fitted(trial, **options):
    return fit_mmrm(trial.outcome, trial.design, trial.subject, trial.visit, **options)


def test_one_visit_is_least_squares():
    "Difference of two means: Student's t by hand, 3 and 4 subjects."
    outcome, arm = np.array([1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 8.0]), np.array([0, 0, 0, 1, 1, 1, 1.0])
    design = np.column_stack([np.ones(7), arm])
    found = fit_mmrm(outcome, design, np.arange(7), np.zeros(7), df="kenward-roger-linear")
    pooled = (2 + 5) / 5  # sums of squares 2 and 5 on 5 degrees of freedom
    assert found.estimate == pytest.approx([2.0, 4.5])
    assert found.standard_error[1] == pytest.approx(math.sqrt(pooled * (1 / 3 + 1 / 4)))
    assert found.df == pytest.approx([5, 5])
    assert found.covariance == pytest.approx(pooled)
    # With the logarithm of the standard deviation as parameter (R's mmrm), second derivatives take 1/df off the variance.
    shrunk = fit_mmrm(outcome, design, np.arange(7), np.zeros(7), df="kenward-roger")
    assert shrunk.standard_error[1] == pytest.approx(math.sqrt((1 - 1 / 5) * pooled * (1 / 3 + 1 / 4)))


def test_two_visits_without_gaps_are_the_paired_test():
    before, after = np.array([7.0, 8, 6, 9, 7]), np.array([4.0, 6, 5, 5, 3])
    outcome, visit = np.concatenate([before, after]), np.repeat([0, 1], 5)
    found = fit_mmrm(outcome, np.column_stack([np.ones(10), visit]), np.tile(np.arange(5), 2), visit)
    change = after - before
    assert found.estimate[1] == pytest.approx(change.mean())
    assert found.standard_error[1] == pytest.approx(change.std(ddof=1) / math.sqrt(5))
    assert found.df[1] == pytest.approx(4)
    assert found.covariance == pytest.approx(np.cov(before, after))


@pytest.mark.parametrize("covariance", ["unstructured", "ar1-h"])
def test_scale_and_order_of_rows_are_of_no_account(covariance):
    trial = simulated_trial(seed=2, subject_count=30, visit_count=4)
    plain = fitted(trial, covariance=covariance)
    order = np.random.default_rng(1).permutation(len(trial.outcome))
    large = fit_mmrm(
        trial.outcome[order] * 1e6, trial.design[order], trial.subject[order], trial.visit[order], covariance=covariance
    )
    assert large.converged
    assert large.estimate == pytest.approx(plain.estimate * 1e6, rel=1e-8)
    assert large.standard_error == pytest.approx(plain.standard_error * 1e6, rel=1e-7)
    assert large.df == pytest.approx(plain.df, rel=1e-6)


def test_columns_of_another_size_change_their_coefficients_only():
    trial = simulated_trial(seed=2, subject_count=30, visit_count=3)
    scale = np.array([1, 1e-5, 1, 1e6, 1, 1])
    large = fit_mmrm(trial.outcome, trial.design * scale, trial.subject, trial.visit)
    assert large.estimate * scale == pytest.approx(fitted(trial).estimate, rel=1e-7)


def test_a_group_each_is_a_fit_each():
    "Where nothing is shared, two groups in one fit are two fits: their likelihoods add up."
    trial = simulated_trial(seed=4, subject_count=60, visit_count=3)
    both = fitted(trial, group=trial.arm)
    apart = []
    for arm, columns in ((0, [0, 1, 2]), (1, [0, 1, 2])):
        own = trial.arm == arm
        apart.append(fit_mmrm(trial.outcome[own], trial.design[own][:, columns], trial.subject[own], trial.visit[own]))
    assert both.log_likelihood == pytest.approx(sum(fit.log_likelihood for fit in apart))
    assert list(both.covariance) == [0, 1]
    for arm in (0, 1):
        assert both.covariance[arm] == pytest.approx(apart[arm].covariance, rel=1e-6)
    assert both.estimate[3:] == pytest.approx(apart[1].estimate - apart[0].estimate, abs=1e-8)


def test_equal_weights_change_the_covariance_only():
    trial = simulated_trial(seed=5, subject_count=40, visit_count=3)
    plain, heavy = fitted(trial), fitted(trial, weights=np.full(len(trial.outcome), 4.0))
    assert heavy.log_likelihood == pytest.approx(plain.log_likelihood)
    assert heavy.standard_error == pytest.approx(plain.standard_error)
    assert heavy.covariance == pytest.approx(4 * plain.covariance, rel=1e-6)


def test_a_spatial_fit_at_whole_distances_is_autoregressive():
    trial = simulated_trial(seed=6, subject_count=60, visit_count=4)
    spatial = fitted(trial, covariance="spatial-exponential", coordinates=trial.visit)
    assert spatial.log_likelihood == pytest.approx(fitted(trial, covariance="ar1").log_likelihood)
    assert spatial.df == pytest.approx(fitted(trial, covariance="ar1").df, rel=1e-5)


# ---- unfinished fits -------------------------------------------------------------------------------------------------


def test_one_subject_says_so():
    found = fit_mmrm([7.0, 5.0, 4.0], np.ones((3, 1)), [1, 1, 1], [0, 1, 2])
    assert not found.converged
    assert found.message
    assert np.all(np.isnan(found.standard_error))
    assert np.all(np.isnan(found.p))
    assert math.isnan(found.joint_test([[1.0]]).p)


def test_visits_that_nobody_had_both_of_say_so():
    "Half of the subjects at visits 0 and 1, the others at 0 and 2: nothing tells the covariance of 1 and 2."
    rng = np.random.default_rng(1)
    subject, visit = np.repeat(np.arange(40), 2), np.array([0, 1, 0, 2] * 20)
    design = (visit[:, None] == np.arange(3)).astype(float)
    found = fit_mmrm(rng.normal(size=80) + rng.normal(size=40)[subject], design, subject, visit)
    assert not found.converged
    assert "Hessian is singular" in found.message


def test_a_correction_that_goes_below_nothing_says_so():
    "R's parametrisation takes 1/df off the variance: with one degree of freedom nothing is left."
    found = fit_mmrm([1.0, 2.0], np.ones((2, 1)), [1, 2], [0, 0], df="kenward-roger")
    assert found.converged
    assert "choose kenward-roger-linear" in found.message
    assert np.isnan(found.standard_error[0])


def test_two_identical_visits_say_so():
    trial = simulated_trial(seed=7, subject_count=20, visit_count=3, missing=0.0)
    outcome = trial.outcome.reshape(20, 3)
    outcome[:, 2] = outcome[:, 1]
    found = fit_mmrm(outcome.ravel(), trial.design, trial.subject, trial.visit)
    assert not found.converged
    assert found.message


@pytest.mark.parametrize("covariance", ["unstructured", "ar1"])
@pytest.mark.parametrize("coefficients", [[0, 0, 0], [5, 0, 0], [1e7, 2.3, 1 / 3]])
def test_outcomes_that_are_fitted_exactly_say_so(coefficients, covariance):
    trial = simulated_trial(seed=7, subject_count=20, visit_count=3, missing=0.2)
    design = trial.design[:, :3]
    found = fit_mmrm(
        design @ coefficients, design, trial.subject, trial.visit, covariance=covariance, fallback=["compound-symmetry"]
    )
    assert not found.converged
    assert [step.structure for step in found.steps] == [covariance, "compound-symmetry"]
    assert "fitted exactly" in found.message
    assert found.estimate == pytest.approx(coefficients, rel=1e-9, abs=1e-12)
    assert np.isnan(found.standard_error).all()


@pytest.mark.parametrize("far", [1e3, -1e6, 1e8])
def test_outcomes_far_from_0_lose_no_digits(far):
    trial = simulated_trial(seed=7, subject_count=30, visit_count=4)
    # Numbers of the machine that differ by `far` exactly.
    outcome = (trial.outcome + far) - far
    near = fit_mmrm(outcome, trial.design, trial.subject, trial.visit)
    moved = fit_mmrm(outcome + far, trial.design, trial.subject, trial.visit)
    assert moved.standard_error == pytest.approx(near.standard_error, rel=1e-8)
    assert moved.df == pytest.approx(near.df, rel=1e-7)
    assert moved.log_likelihood == pytest.approx(near.log_likelihood, abs=1e-6)
    shift = np.linalg.lstsq(trial.design, np.full(len(outcome), far))[0]
    assert moved.estimate == pytest.approx(near.estimate + shift, abs=1e-14 * abs(far) + 1e-11)


def test_the_ladder_takes_the_first_structure_that_holds_and_logs_every_step():
    rng = np.random.default_rng(1)
    subject, visit = np.repeat(np.arange(40), 2), np.array([0, 1, 0, 2] * 20)
    design = (visit[:, None] == np.arange(3)).astype(float)
    outcome = rng.normal(size=80) + rng.normal(size=40)[subject]
    found = fit_mmrm(outcome, design, subject, visit, fallback=["compound-symmetry-h", "compound-symmetry"])
    assert found.converged
    assert found.structure == "compound-symmetry-h"
    assert [(step.structure, bool(step.message)) for step in found.steps] == [
        ("unstructured", True),
        ("compound-symmetry-h", False),
    ]


def test_subjects_with_one_visit_count_for_the_mean():
    trial = simulated_trial(seed=8, subject_count=30, visit_count=3)
    extra = np.zeros((5, 6))
    extra[:, 0] = 1
    found = fit_mmrm(
        np.append(trial.outcome, [4, 5, 6, 5, 4.0]), np.vstack([trial.design, extra]),
        np.append(trial.subject, np.arange(100, 105)), np.append(trial.visit, np.zeros(5, int)),
    )  # fmt: skip
    assert found.converged
    assert found.subject_count == 35
    assert found.standard_error[0] < fitted(trial).standard_error[0]


def test_thirty_visits_of_five_subjects():
    trial = simulated_trial(seed=9, subject_count=5, visit_count=30, missing=0.1)
    intercept = np.ones((len(trial.outcome), 1))
    found = fit_mmrm(
        trial.outcome + trial.visit, intercept, trial.subject, trial.visit, covariance="ar1", df="kenward-roger"
    )
    assert found.converged
    assert np.all(np.isfinite(found.df))


def test_labels_of_visits_may_be_words():
    trial = simulated_trial(seed=10, subject_count=20, visit_count=3)
    words = np.array(["day 1", "day 2", "day 3"])[trial.visit]
    found = fit_mmrm(trial.outcome, trial.design, trial.subject, words)
    assert found.visits.tolist() == ["day 1", "day 2", "day 3"]
    assert found.estimate == pytest.approx(fitted(trial).estimate)


@pytest.mark.slow
@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger-linear"])
def test_intervals_cover_the_truth(df):
    "20 subjects, 3 visits, a fifth missing: 95 % intervals of the last visit's difference, 400 trials, seeds 0 to 399."
    covered = 0
    for seed in range(400):
        found = fitted(simulated_trial(seed=seed, subject_count=20, visit_count=3, effect=1.0), df=df)
        covered += bool(found.lower[5] <= 1.0 <= found.upper[5])
    assert 0.95 - 3 * math.sqrt(0.95 * 0.05 / 400) < covered / 400 < 0.95 + 3 * math.sqrt(0.95 * 0.05 / 400)
