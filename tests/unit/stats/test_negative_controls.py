"""The distribution of systematic error and calibration by it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.negative_controls import EmpiricalNull, calibrate, fit_empirical_null


def test_equal_errors_by_hand():
    "Mean 0.3; mean square about it 0.032, of which 0.1 squared is chance."
    null = fit_empirical_null([0.1, 0.3, 0.5, 0.1, 0.5], [0.1] * 5)
    assert (null.mean, null.sd) == (pytest.approx(0.3), pytest.approx(math.sqrt(0.032 - 0.01)))
    assert null.standard_error == pytest.approx(math.sqrt(0.032 / 5))


def test_spread_that_chance_explains_is_none():
    null = fit_empirical_null([-0.1, 0.0, 0.1, 0.05, -0.05], [0.2] * 5)
    assert (null.sd, null.excluding_count, null.affected) == (0, 0, ())


def test_no_effect_at_all_changes_only_nothing():
    null = EmpiricalNull(mean=0.0, sd=0.0, count=30)
    calibrated = calibrate(0.3, 0.1, null)
    assert (calibrated.value, calibrated.standard_error) == (0.3, 0.1)
    assert calibrated.p_value == calibrated.plain_p_value == pytest.approx(0.0026998, abs=1e-7)


@pytest.mark.parametrize(("estimate", "p_value"), [(0.1, 0.0455002639), (0.3, 0.0026997961)])
def test_p_values_in_the_tests_of_r_empirical_calibration(estimate, p_value):
    "Standard errors 0.05 and 0.1, no systematic error."
    null = EmpiricalNull(mean=0.0, sd=0.0, count=30)
    assert calibrate(estimate, {0.1: 0.05, 0.3: 0.1}[estimate], null).p_value == pytest.approx(p_value, abs=1e-9)


def test_calibration_by_hand():
    "0.9 less 0.4; root of 0.3 squared and 0.4 squared is 0.5: z = 1."
    calibrated = calibrate(0.9, 0.4, EmpiricalNull(mean=0.4, sd=0.3, count=30))
    assert calibrated.value == pytest.approx(0.5)
    assert (calibrated.lower, calibrated.upper) == pytest.approx((0.5 - 0.979982, 0.5 + 0.979982), abs=1e-6)
    assert calibrated.p_value == pytest.approx(0.3173105, abs=1e-7)


def test_the_expected_size_of_a_normal_error():
    "Mean 0: sd sqrt(2 / pi). Far from 0: the mean."
    about_zero = fit_empirical_null([-1, 1, -1, 1, -1, 1], [1e-9] * 6)
    assert about_zero.expected_size == pytest.approx(math.sqrt(2 / math.pi), rel=1e-6)
    assert fit_empirical_null([9, 11, 9, 11, 9, 11], [1e-9] * 6).expected_size == pytest.approx(10)
    assert fit_empirical_null([-0.5] * 5, [0.1] * 5).expected_size == pytest.approx(0.5)


def test_too_few_have_a_reason_and_few_a_caution():
    null = fit_empirical_null([0.1] * 4, [0.1] * 4)
    assert null.reason == "there are 4 negative controls, fewer than 5"
    calibrated = calibrate(0.5, 0.1, null)
    assert (calibrated.value, calibrated.reason) == (None, null.reason)
    assert calibrated.plain_p_value == pytest.approx(5.733e-7, rel=1e-3)
    assert "few" in fit_empirical_null([0.1] * 9, [0.1] * 9).caution
    assert fit_empirical_null([0.1] * 10, [0.1] * 10).caution is None


def test_an_affected_control_is_named():
    estimates = np.random.default_rng(0).normal(0.1, 0.1, size=20)
    estimates[6] = 2.0
    null = fit_empirical_null(estimates, [0.1] * 20)
    assert null.affected == (6,)
    assert "negative control 7 lies far from the others" in null.caution


def test_the_found_maximum_is_the_highest():
    random = np.random.default_rng(8)
    for _ in range(8):
        errors = random.uniform(0.02, 0.5, size=8)
        estimates = random.normal(0.2, 0.2, size=8) + errors * random.normal(size=8)
        null = fit_empirical_null(estimates, errors)

        def height(mean, sd, estimates=estimates, errors=errors):
            total = sd**2 + errors**2
            return -float(np.sum(np.log(total) + (estimates - mean) ** 2 / total)) / 2

        best = height(null.mean, null.sd)
        grid = (height(mean, sd) for mean in np.linspace(-0.5, 1, 31) for sd in np.linspace(0, 1, 51))
        assert best >= max(grid) - 1e-12


@pytest.mark.parametrize(
    ("estimates", "errors", "least"), [([1], [0], 5), ([1, 2], [1], 5), ([np.nan], [1], 5), ([1], [1], 1)]
)
def test_what_does_not_fit_is_refused(estimates, errors, least):
    with pytest.raises(ParameterError):
        fit_empirical_null(estimates, errors, least_count=least)


def test_an_estimate_without_an_error_is_refused():
    with pytest.raises(ParameterError):
        calibrate(1.0, 0.0, EmpiricalNull(mean=0.0, sd=0.1, count=10))


def test_calibrated_intervals_cover_where_plain_ones_do_not():
    "Systematic error of mean 0.3 and sd 0.3; 30 controls; 200 studies."
    random = np.random.default_rng(2026)
    plain, calibrated = 0, 0
    for _ in range(200):
        errors = random.uniform(0.1, 0.4, size=31)
        found = random.normal(0.3, 0.3, size=31) + errors * random.normal(size=31)
        estimate = calibrate(found[0], errors[0], fit_empirical_null(found[1:], errors[1:]))
        calibrated += estimate.lower <= 0 <= estimate.upper
        plain += estimate.plain_p_value > 0.05
    assert plain / 200 < 0.75
    assert 0.90 <= calibrated / 200 <= 0.985
