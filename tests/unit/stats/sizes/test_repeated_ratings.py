"""Repeated ratings: what is known without a formula of ours."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.sizes.ancova import BaselineUse, means_given_baseline, variance_factor
from abate.stats.sizes.expected_degrees import MeanModel, satterthwaite_degrees
from abate.stats.sizes.longitudinal import contrast_over_visits, difference_of_slopes
from abate.stats.sizes.rated_arm import arm_leaving, arm_with_patterns, given_baseline, variance_inflation
from abate.stats.sizes.rejection import Reference

COVARIANCE = np.array([[4.0, 2.4, 1.8], [2.4, 5.0, 3.0], [1.8, 3.0, 6.0]])


def last_visit(**changed):
    arm = arm_leaving(COVARIANCE, [1, 0.9, 0.8])
    asked = {"effect": 1.3, "weights": [0, 0, 1], "active": arm, "control": arm, "power": 0.8}
    return contrast_over_visits(**(asked | changed))


def test_two_visits_without_loss_are_an_analysis_of_covariance():
    arm = arm_leaving(given_baseline([[4, 2.5], [2.5, 6]]), [1])
    mixed = contrast_over_visits(effect=1.3, weights=[1], active=arm, control=arm, power=0.8)
    borm = means_given_baseline(difference=1.3, sd=6**0.5, correlation=2.5 / 24**0.5, power=0.8)
    assert mixed.total == pytest.approx(borm.total, rel=1e-12)


def test_leaving_is_a_pattern_of_missing_visits():
    leaving = arm_leaving(COVARIANCE, [1, 0.9, 0.8])
    patterns = arm_with_patterns(COVARIANCE, [[1, 0, 0], [1, 1, 0], [1, 1, 1]], [0.1, 0.1, 0.8])
    np.testing.assert_allclose(leaving.information(), patterns.information())


def test_ratings_without_correlation_say_nothing_of_those_that_are_missing():
    "Then phi is 1 over the share that is left."
    assert variance_inflation(arm_leaving(np.eye(3), [1, 0.9, 0.6]), [0, 0, 1]) == pytest.approx(1 / 0.6)


def test_the_variance_is_that_of_weighted_least_squares():
    "Persons of each pattern stacked, means by visit fitted by generalised least squares."
    patterns, counts = [[1, 1, 1], [1, 0, 1], [0, 1, 1]], [5, 3, 2]
    arm = arm_with_patterns(COVARIANCE, patterns, np.array(counts) / 10)
    information = np.zeros((3, 3))
    for seen, count in zip(np.array(patterns, dtype=bool), counts, strict=True):
        design = np.eye(3)[seen]
        information += count * design.T @ np.linalg.solve(COVARIANCE[np.ix_(seen, seen)], design)
    np.testing.assert_allclose(10 * arm.information(), information)


def test_complete_ratings_have_the_degrees_of_freedom_of_a_wishart():
    "Persons less the coefficients of a visit: two arms and one covariate."
    complete = arm_leaving(COVARIANCE, [1, 1, 1])
    size = last_visit(active=complete, control=complete, total=60, power=None, reference=Reference.T)
    assert size.degrees_of_freedom == pytest.approx(57)


def test_covariances_of_their_own_have_welchs_degrees_of_freedom():
    "One visit, no covariate: Satterthwaite at the expected information is Welch's formula at the expected variances."
    active, control = arm_leaving([[9.0]], [1]), arm_leaving([[4.0]], [1])
    degrees = satterthwaite_degrees(MeanModel(design=np.eye(1), weights=np.ones(1)), active, control, 0)
    a, b = 9 / 20, 4 / 30
    assert degrees((20, 30)) == pytest.approx((a + b) ** 2 / (a**2 / 19 + b**2 / 29))


def test_t_asks_for_more_than_normal_and_says_its_degrees_of_freedom():
    normal, by_t = last_visit(), last_visit(reference=Reference.T)
    assert by_t.total > normal.total
    assert by_t.degrees_of_freedom < by_t.total - 3
    assert normal.degrees_of_freedom is None
    assert "promises" in normal.notes[0]


def test_drop_out_is_said_to_be_counted():
    assert last_visit().is_dropout_counted
    assert last_visit().inflation[0] == pytest.approx(
        variance_inflation(arm_leaving(COVARIANCE, [1, 0.9, 0.8]), [0, 0, 1])
    )


def test_a_mean_over_visits_needs_fewer_than_the_last_visit():
    assert last_visit(weights=[0, 0.5, 0.5]).total < last_visit().total


def test_losses_in_a_slope_cost_persons():
    complete, leaving = arm_leaving(COVARIANCE, [1, 1, 1]), arm_leaving(COVARIANCE, [1, 0.8, 0.6])
    asked = {"slope_difference": 0.5, "times": [0, 1, 2], "power": 0.8}
    without = difference_of_slopes(active=complete, control=complete, **asked)
    with_losses = difference_of_slopes(active=leaving, control=leaving, **asked)
    assert without.inflation == (1.0, 1.0)
    assert with_losses.total / without.total == pytest.approx(with_losses.inflation[0])


def test_a_covariate_is_never_worse_than_a_change_or_than_nothing():
    for rho in np.linspace(-0.9, 0.9, 19):
        covariate = variance_factor(rho)
        assert covariate <= variance_factor(rho, baseline_use=BaselineUse.CHANGE) + 1e-12
        assert covariate <= variance_factor(rho, baseline_use=BaselineUse.IGNORED) + 1e-12


def test_means_of_final_ratings_by_hand():
    "Frison & Pocock: 0.7 among three finals is (1 + 2 * 0.7) / 3 = 0.8, less 0.6^2."
    assert variance_factor(0.6, 3, 0.7) == pytest.approx(0.8 - 0.36)
