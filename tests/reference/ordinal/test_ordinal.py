"""R's ordinal and MASS agree with proportional-odds regression, its predictions and the test of proportionality."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.stats.distributions import normal_quantile
from abate.stats.ordinal import fit_ordinal, predict_ordinal
from tests.reference.case import read_case, read_columns

CASE, DATA = read_case(__file__), read_columns(__file__)
RELATIVE = CASE["tolerance"]["relative"]
COVARIATES = np.column_stack([DATA["treated"], DATA["baseline"]])


@pytest.fixture(scope="module")
def fit():
    return fit_ordinal(DATA["rating"], COVARIATES, ["treated", "baseline"], scale=range(11))


def test_clm(fit):
    assert fit.thresholds == pytest.approx(CASE["thresholds"], rel=RELATIVE)
    assert [c.value for c in fit.coefficients] == pytest.approx(CASE["slopes"], rel=RELATIVE)
    errors = CASE["threshold_standard_error"] + CASE["slope_standard_error"]
    assert np.sqrt(np.diag(fit.full_covariance)) == pytest.approx(errors, rel=RELATIVE)
    assert fit.log_likelihood == pytest.approx(CASE["log_likelihood"], rel=RELATIVE)


def test_polr(fit):
    polr = CASE["tolerance"]["polr"]
    assert [c.value for c in fit.coefficients] == pytest.approx(CASE["polr"]["slopes"], rel=polr)
    assert [c.standard_error for c in fit.coefficients] == pytest.approx(CASE["polr"]["slope_standard_error"], rel=polr)


def test_shares_and_means(fit):
    predicted = predict_ordinal(fit, [pattern["covariates"] for pattern in CASE["pattern"]])
    for k, expected in enumerate(CASE["pattern"]):
        shares = np.array(expected["shares"])
        assert predicted.shares[k] == pytest.approx(shares, rel=RELATIVE)
        half_width = normal_quantile(0.975) * np.array(expected["share_standard_error"]) / (shares * (1 - shares))
        lower, upper = (1 / (1 + np.exp(-np.log(shares / (1 - shares)) - side * half_width)) for side in (-1, 1))
        assert predicted.share_lower[k] == pytest.approx(lower, rel=RELATIVE)
        assert predicted.share_upper[k] == pytest.approx(upper, rel=RELATIVE)
        mean = predicted.means[k]
        assert (mean.value, mean.standard_error) == pytest.approx(tuple(expected["mean"]), rel=RELATIVE)
    difference = predicted.difference(1, 0)
    value, error = CASE["difference_of_means"]
    assert (difference.value, difference.standard_error) == pytest.approx((value, error), rel=RELATIVE)
    assert difference.p_value == pytest.approx(math.erfc(abs(value) / error / math.sqrt(2)), rel=1e-6)


@pytest.mark.parametrize(("cuts", "expected"), [(None, "score_test"), ([2.5, 4.5, 7.5], "score_test_of_four_groups")])
def test_proportionality(cuts, expected):
    rating = DATA["rating"] if cuts is None else np.digitize(DATA["rating"], cuts)
    test = fit_ordinal(rating, COVARIATES).proportionality
    chi_square, degrees_of_freedom, p = CASE[expected]
    assert test.degrees_of_freedom == degrees_of_freedom
    assert (test.chi_square, test.p_value) == pytest.approx((chi_square, p), rel=RELATIVE)
