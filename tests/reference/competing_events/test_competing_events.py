"""First response against discharge: statsmodels agrees on shares and standard errors."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.competing_events import aalen_johansen
from tests.reference.case import read_case

CASE = read_case(__file__)
EXPECTED, TOLERANCE = CASE["expected"], CASE["tolerance"]["absolute"]


@pytest.mark.parametrize("kind", [1, 2])
def test_stored(kind):
    curve = aalen_johansen(CASE["days"], CASE["kinds"], kind=kind)
    assert curve.times.tolist() == EXPECTED["times"]
    assert curve.share == pytest.approx(np.array(EXPECTED[f"share_{kind}"]), abs=TOLERANCE)
    assert curve.standard_error == pytest.approx(np.array(EXPECTED[f"standard_error_{kind}"]), abs=TOLERANCE)


@pytest.mark.parametrize("seed", range(5))
def test_statsmodels(seed):
    duration = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(seed)
    days, kinds = np.append(rng.integers(1, 15, 80), 15), np.append(rng.integers(0, 4, 80), 0)
    theirs = duration.CumIncidenceRight(days, kinds)
    for kind in (1, 2, 3):
        ours = aalen_johansen(days, kinds, kind=kind)
        assert ours.share == pytest.approx(theirs.cinc[kind - 1], abs=TOLERANCE)
        assert ours.standard_error == pytest.approx(theirs.cinc_se[kind - 1], abs=1e-9)
