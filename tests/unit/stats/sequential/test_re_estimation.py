"""Sizes from a blinded look: by hand, and the covariance of a made-up trial."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.stats.sequential.errors import ErrorRateError, PowerNotReachableError, ReestimationError
from abate.stats.sequential.re_estimation import adjusted_variance, blinded_covariance, blinded_size
from abate.stats.sizes.errors import NotPositiveDefiniteError, RetentionError

#: (1.959964 + 1.281552) ** 2
SCORES = 10.507423


def test_what_two_arms_add_is_taken_away():
    "Arms of 2 with values -1, 1 and 3, 5: within, SD sqrt(2); all four together, variance 20 / 3, of which 4 / (4 * 3) * 16 are between."
    assert adjusted_variance(20 / 3, 4, 4.0) == pytest.approx(20 / 3 - 16 / 3)


def test_what_unequal_arms_add():
    "Means 0 and 4 in arms of 3 and 1 with no spread within: variance 4, all of it between."
    assert adjusted_variance(5.0, 4, 4.0, allocation=3) == pytest.approx(1.0)


def test_the_size_by_hand():
    found = blinded_size(2.0, 10**9, difference=1.0)
    assert found.adjusted_sd == pytest.approx(math.sqrt(3.75))
    assert found.arm_1_adjusted == pytest.approx(2 * SCORES * 3.75, rel=1e-6)
    assert found.arm_1_unadjusted == pytest.approx(2 * SCORES * 4, rel=1e-6)


def test_unequal_arms_and_looks_make_it_larger():
    found = blinded_size(2.0, 10**9, difference=1.0, allocation=2.0, inflation_factor=1.1)
    within = 4 - 2 / 9
    assert found.arm_1 == pytest.approx(3 * SCORES * within * 1.1, rel=1e-6)
    assert found.arm_2 == pytest.approx(found.arm_1 / 2)


@pytest.mark.parametrize(
    ("planned", "used", "limited_by"), [(100, 100, "planned size"), (60, None, None), (40, 60, "cap")]
)
def test_it_is_never_lowered_and_never_raised_beyond_the_cap(planned, used, limited_by):
    found = blinded_size(2.0, 60, difference=1.0, planned_arm_1=planned, cap=1.5)
    assert found.limited_by == limited_by
    assert found.arm_1 == pytest.approx(found.arm_1_adjusted if used is None else used)


def test_one_visit_is_the_plain_variance():
    ratings = np.array([3.0, 5.0, 4.0, 7.0, 6.0])
    found = blinded_covariance(
        ratings[:, None], planned_covariance=[[1.0]], retention=[1.0], differences=[0.5], cap=3.0
    )
    assert found.pooled[0, 0] == pytest.approx(2.5)
    assert found.size_ratio == pytest.approx(2.5 - 5 / 16 * 0.25)


def test_a_lost_rating_costs_what_the_earlier_one_does_not_tell():
    "With correlation r and a share s still there the variance is 1 - r ** 2 over s, and r ** 2: the second is known from all."
    rng, covariance = np.random.default_rng(4), np.array([[1.0, 0.6], [0.6, 1.0]])
    seen = rng.normal(size=(40, 2))
    centred = seen - seen.mean(axis=0)
    seen = centred @ np.linalg.inv(np.linalg.cholesky(np.cov(centred.T))).T @ np.linalg.cholesky(covariance * 2).T
    found = blinded_covariance(
        seen, planned_covariance=np.eye(2), retention=[1.0, 0.8], differences=[0.0, 0.0], cap=5.0
    )
    assert found.pooled == pytest.approx(covariance * 2, abs=1e-6)
    assert found.size_ratio == pytest.approx(2 * ((1 - 0.36) / 0.8 + 0.36) * 0.8, abs=1e-6)


def test_a_baseline_takes_its_share_of_the_variance():
    rng = np.random.default_rng(5)
    baseline = rng.normal(size=50)
    noise = rng.normal(size=(50, 2))
    arguments = {"planned_covariance": np.eye(2), "retention": [1.0, 1.0], "differences": [0.0, 0.0], "cap": 20.0}
    alone = blinded_covariance(noise + 3 * baseline[:, None], **arguments)
    known = blinded_covariance(noise + 3 * baseline[:, None], baseline=baseline, **arguments)
    assert known.size_ratio < alone.size_ratio / 4


def test_missing_ratings_are_allowed_and_empty_patients_left_out():
    rng = np.random.default_rng(6)
    seen = rng.multivariate_normal([5, 4], [[4, 2], [2, 4]], size=30)
    seen[:5, 1] = np.nan
    seen[7] = np.nan
    found = blinded_covariance(
        seen, planned_covariance=4 * np.eye(2), retention=[1.0, 0.9], differences=[0.0, 1.0], contrast=[0.5, 0.5]
    )
    assert found.patients_so_far == 29


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"pooled_sd": 0.0}, ReestimationError, "pooled_sd"),
        ({"pooled_sd": 0.4}, ReestimationError, "assume a smaller one"),
        ({"patients_so_far": 1}, ReestimationError, "at least 2"),
        ({"difference": 0.0}, PowerNotReachableError, "difference of 0"),
        ({"cap": 0.5}, ReestimationError, "cap"),
        ({"planned_arm_1": 0.0}, ReestimationError, "planned_arm_1"),
        ({"allocation": 0.0}, ReestimationError, "allocation"),
        ({"inflation_factor": 0.9}, ReestimationError, "inflation_factor"),
        ({"alpha": 5.0}, ErrorRateError, "alpha"),
    ],
)
def test_a_size_that_cannot_be_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        blinded_size(**({"pooled_sd": 2.0, "patients_so_far": 60, "difference": 1.0} | arguments))


SEEN = np.random.default_rng(8).normal(size=(20, 2))
PLAN = {"planned_covariance": np.eye(2), "retention": [1.0, 0.9], "differences": [0.0, 0.5]}


@pytest.mark.parametrize(
    ("outcomes", "wrong", "words"),
    [
        (SEEN[:, 0], {}, "one row a patient"),
        (SEEN * np.inf, {}, "infinite"),
        (SEEN, {"planned_covariance": np.eye(3)}, "they must agree"),
        (SEEN, {"differences": [0.0, 9.0]}, "smaller differences"),
        (SEEN, {"differences": [0.5]}, "needs 2 values"),
    ],
)
def test_a_covariance_that_cannot_be_is_refused(outcomes, wrong, words):
    with pytest.raises(ReestimationError, match=words):
        blinded_covariance(outcomes, **(PLAN | wrong))


def test_a_plan_that_cannot_be_is_refused_as_for_any_size():
    with pytest.raises(NotPositiveDefiniteError):
        blinded_covariance(SEEN, **(PLAN | {"planned_covariance": np.ones((2, 2))}))
    with pytest.raises(RetentionError):
        blinded_covariance(SEEN, **(PLAN | {"retention": [1.0, 1.1]}))
