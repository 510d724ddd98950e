"""Intervals and tests of a regression's coefficients, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.coefficients import Coefficients, missing_coefficients, wald_coefficients


def test_by_hand():
    "0.5 ± 1.959964 * 0.2; with t on 4 degrees of freedom 2.776445."
    (normal,) = wald_coefficients(["x"], np.array([0.5]), np.array([[0.04]]), 0.95, "Wald")
    assert (normal.lower, normal.upper) == pytest.approx((0.1080072, 0.8919928), abs=1e-7)
    (small,) = wald_coefficients(["x"], np.array([0.5]), np.array([[0.04]]), 0.95, "Wald", degrees_of_freedom=4)
    assert (small.lower, small.upper) == pytest.approx((-0.055289, 1.055289), abs=1e-6)
    assert small.p_value == pytest.approx(0.0667, abs=1e-4)


def test_a_reason_stands_for_the_numbers():
    kept, lost = wald_coefficients(["a", "b"], np.zeros(2), np.eye(2), 0.95, "Wald", reasons=[None, "it runs off"])
    assert (kept.value, kept.reason) == (0.0, None)
    assert (lost.value, lost.p_value, lost.reason) == (None, None, "it runs off")


def test_found_by_name():
    coefficients = missing_coefficients(["a", "b"], 0.95, "Wald", "no events")
    fit = Coefficients(coefficients=coefficients, covariance=None, count=3, converged=False, reason="no events")
    assert fit.coefficient("b").name == "b"
    with pytest.raises(KeyError):
        fit.coefficient("c")
