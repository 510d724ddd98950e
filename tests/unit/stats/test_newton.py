"""Climbing ends at the maximum, or says what runs off and that it did not converge."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.stats.newton import Ascent, climb


def poisson(total: float, exposure: float):
    "total * b - exposure * exp(b), highest at log(total / exposure); for total 0 there is no maximum."

    def ascent(b):
        expected = exposure * math.exp(min(b[0], 700))
        return Ascent(
            value=total * b[0] - expected, slope=np.array([total - expected]), information=np.array([[expected]])
        )

    return ascent


def test_maximum():
    found = climb(poisson(6, 2.0), np.array([-3.0]), np.ones(1))
    assert found.converged
    assert found.at == pytest.approx([math.log(3)], abs=1e-9)


def test_a_step_that_would_overshoot_is_halved():
    "From -8 the first step is 6 / (2 exp(-8)) = 8943 long; its end is far lower."
    assert climb(poisson(6, 2.0), np.array([-8.0]), np.ones(1)).at == pytest.approx([math.log(3)], abs=1e-9)


def test_a_coordinate_that_runs_off_is_named():
    found = climb(poisson(0, 2.0), np.array([0.0]), np.ones(1))
    assert not found.converged
    assert found.drifts.tolist() == [True]


def test_no_information_is_no_maximum():
    flat = Ascent(value=0.0, slope=np.ones(1), information=np.zeros((1, 1)))
    found = climb(lambda b: flat, np.zeros(1), np.ones(1))
    assert (found.converged, found.drifts.tolist()) == (False, [False])
