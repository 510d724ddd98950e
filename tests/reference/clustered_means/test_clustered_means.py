"""Repeat courses of one person: statsmodels' cluster-robust regression on a constant."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.clustered import clustered_mean_interval
from tests.reference.case import read_case

CASE = read_case(__file__)
EXPECTED, TOLERANCE = CASE["expected"], CASE["tolerance"]["absolute"]


def test_stored():
    estimate = clustered_mean_interval(CASE["change"], CASE["person"])
    assert estimate.value == pytest.approx(EXPECTED["mean"], abs=TOLERANCE)
    assert estimate.standard_error == pytest.approx(EXPECTED["standard_error"], abs=TOLERANCE)
    assert (estimate.lower, estimate.upper) == pytest.approx((EXPECTED["lower"], EXPECTED["upper"]), abs=TOLERANCE)


@pytest.mark.parametrize("seed", range(3))
def test_statsmodels(seed):
    regression = pytest.importorskip("statsmodels.regression.linear_model")
    rng = np.random.default_rng(seed)
    values, person = rng.normal(-4, 2, 90), rng.integers(0, 30, 90)
    fit = regression.OLS(values, np.ones(90)).fit(cov_type="cluster", cov_kwds={"groups": person}, use_t=True)
    estimate = clustered_mean_interval(values, person, level=0.9)
    assert (estimate.lower, estimate.upper) == pytest.approx(tuple(fit.conf_int(alpha=0.1)[0]), rel=1e-10)
