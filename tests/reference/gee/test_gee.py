"""R agrees with the estimating equations and their bias-reduced standard errors."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.gee import OutcomeKind, WorkingCorrelation, fit_gee
from tests.reference.case import read_case, read_columns

CASE, DATA = read_case(__file__), read_columns(__file__)
OUTCOME = {OutcomeKind.BINARY: "responded", OutcomeKind.GAUSSIAN: "fall", OutcomeKind.POISSON: "events"}


def fit(kind, working_correlation):
    covariates = np.column_stack([DATA["treated"], DATA["course"]])
    return fit_gee(DATA[OUTCOME[kind]], covariates, DATA["person"], kind, working_correlation=working_correlation)


@pytest.mark.parametrize("kind", list(OutcomeKind))
@pytest.mark.parametrize("working_correlation", list(WorkingCorrelation))
def test_written_out_in_r(kind, working_correlation):
    ours, expected, relative = (
        fit(kind, working_correlation),
        CASE[working_correlation][kind],
        CASE["tolerance"]["relative"],
    )
    assert [c.value for c in ours.coefficients] == pytest.approx(expected["estimate"], rel=relative)
    assert [c.standard_error for c in ours.coefficients] == pytest.approx(expected["standard_error"], rel=relative)
    assert ours.correlation == pytest.approx(expected["correlation"], rel=relative)


@pytest.mark.parametrize("kind", list(OutcomeKind))
def test_near_geepack(kind):
    ours = fit(kind, WorkingCorrelation.EXCHANGEABLE)
    expected = CASE["geepack"][kind]["estimate"]
    assert [c.value for c in ours.coefficients] == pytest.approx(expected, abs=CASE["tolerance"]["geepack"])
