"""Analysis of covariance of many data sets at once against least squares one by one."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.analysis_of_covariance import covariance_analysis
from abate.stats.repeated_outcomes import checked_outcomes


def least_squares(design, y):
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    variance = np.sum((y - design @ coefficients) ** 2) / (len(y) - design.shape[1])
    return coefficients, variance * np.linalg.inv(design.T @ design)


def test_estimates_variances_and_leaving_out():
    rng = np.random.default_rng(1)
    arm, x, outcomes = np.tile(["a", "b", "c"], 10), rng.normal(size=30), rng.normal(size=(4, 30))
    analysis = covariance_analysis(checked_outcomes(outcomes[0], arm, "b", x))
    design = np.column_stack([np.ones(30), arm == "a", arm == "c", x]).astype(float)
    estimates, variances = analysis.of(outcomes)
    for k, y in enumerate(outcomes):
        b, v = least_squares(design, y)
        of_a = np.array([1, 1, 0, x.mean()])
        assert estimates[k, analysis.place_of_difference(2)] == pytest.approx(b[2])
        assert variances[k, analysis.place_of_difference(2)] == pytest.approx(v[2, 2])
        assert estimates[k, analysis.place_of_mean(1)] == pytest.approx(of_a @ b)
        assert variances[k, analysis.place_of_mean(1)] == pytest.approx(of_a @ v @ of_a)
    persons = np.array([3, 7, 11, 29])
    left_out = analysis.without_each(persons, outcomes)
    for k, person in enumerate(persons):
        b, _ = least_squares(np.delete(design, person, 0), np.delete(outcomes[k], person))
        assert left_out[k, analysis.place_of_difference(1)] == pytest.approx(b[1])
        assert left_out[k, analysis.place_of_mean(0)] == pytest.approx(b[0] + b[3] * np.delete(x, person).mean())
