"""R's survival agrees with Cox regression: estimates, model and robust variance, tests and limits, under both ties."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.cox import Ties, fit_cox
from tests.reference.case import read_case, read_columns

CASE, DATA = read_case(__file__), read_columns(__file__)
RELATIVE = CASE["tolerance"]["relative"]


def fit(ties, cluster=None):
    covariates = np.column_stack([DATA["treated"], DATA["age"]])
    return fit_cox(DATA["days"], DATA["event"], covariates, ["treated", "age"], cluster=cluster, ties=ties)


def column(fit, field):
    return [getattr(coefficient, field) for coefficient in fit.coefficients]


@pytest.mark.parametrize("ties", list(Ties))
def test_independent_rows(ties):
    ours, expected = fit(ties), CASE[ties.value]
    assert column(ours, "value") == pytest.approx(expected["estimate"], rel=RELATIVE)
    assert column(ours, "standard_error") == pytest.approx(expected["standard_error"], rel=RELATIVE)
    assert column(ours, "p_value") == pytest.approx(expected["p"], rel=RELATIVE)
    assert np.exp(column(ours, "lower")) == pytest.approx(expected["hazard_ratio_lower"], rel=RELATIVE)
    assert np.exp(column(ours, "upper")) == pytest.approx(expected["hazard_ratio_upper"], rel=RELATIVE)
    likelihoods = (ours.null_log_likelihood, ours.log_likelihood)
    assert likelihoods == pytest.approx(tuple(expected["log_likelihood"]), rel=RELATIVE)
    assert ours.ratio_p_value == pytest.approx(expected["ratio_test_p"], rel=RELATIVE)


@pytest.mark.parametrize("ties", list(Ties))
def test_courses_of_one_person(ties):
    ours, expected = fit(ties, cluster=DATA["person"]), CASE[ties.value]
    assert column(ours, "value") == pytest.approx(expected["estimate"], rel=RELATIVE)
    assert column(ours, "standard_error") == pytest.approx(expected["robust_standard_error"], rel=RELATIVE)
    assert column(ours, "p_value") == pytest.approx(expected["robust_p"], rel=RELATIVE)
