"""Is the unstructured fit of the antidepressant trial that of R's nlme::gls? Origin, versions and tolerance stand in case.toml."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import abate
from tests.reference.case import read_case

pytestmark = pytest.mark.data
CASE = read_case(__file__)


def test_the_fit_is_that_of_gls(abate_data):
    data = pd.read_csv(abate_data / "rbmi-antidepressant" / "antidepressant_data.csv.gz")
    data["THERAPY"] = pd.Categorical(data["THERAPY"], categories=["PLACEBO", "DRUG"])
    data["VISIT"] = data["VISIT"].astype("category")
    found = abate.mmrm("CHANGE ~ BASVAL + THERAPY * VISIT", data, subject="PATIENT", visit="VISIT")
    assert list(found.names) == CASE["names"]
    assert (found.observation_count, found.subject_count) == (CASE["rows"], CASE["subjects"])
    assert found.log_likelihood == pytest.approx(CASE["log_likelihood"], rel=1e-10)
    assert found.standard_error == pytest.approx(CASE["standard_error"], rel=CASE["tolerance"])
    assert np.max(np.abs(found.estimate - CASE["estimate"]) / CASE["standard_error"]) < CASE["tolerance"]
    sd = np.sqrt(np.diag(found.covariance))
    assert sd == pytest.approx(CASE["sd"], rel=CASE["tolerance"])
    correlation = found.covariance / np.outer(sd, sd)
    assert correlation[np.triu_indices(4, 1)] == pytest.approx(CASE["correlation"], rel=CASE["tolerance"])
