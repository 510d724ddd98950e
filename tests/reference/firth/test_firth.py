"""R agrees with Firth's regression where a covariate separates the outcomes."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.firth import fit_firth
from tests.reference.case import read_case, read_columns

CASE, DATA = read_case(__file__), read_columns(__file__)
TOLERANCE = CASE["tolerance"]


@pytest.mark.parametrize(
    ("field", "expected", "tolerance"),
    [
        ("value", "estimate", "estimate"),
        ("standard_error", "standard_error", "estimate"),
        ("lower", "lower", "profile"),
        ("upper", "upper", "profile"),
        ("statistic", "chi_square", "profile"),
        ("p_value", "p", "profile"),
    ],
)
def test_r(field, expected, tolerance):
    names = CASE["names"][1:]
    fit = fit_firth(DATA["responded"], np.column_stack([DATA[name] for name in names]), names)
    assert [coefficient.name for coefficient in fit.coefficients] == CASE["names"]
    ours = [getattr(coefficient, field) for coefficient in fit.coefficients]
    assert ours == pytest.approx(CASE[expected], rel=TOLERANCE[tolerance])
    assert fit.penalised_log_likelihood == pytest.approx(CASE["penalised_log_likelihood"], rel=TOLERANCE["estimate"])
