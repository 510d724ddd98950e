"""Student's own data: R and scipy.stats agree with the t interval and test."""

from __future__ import annotations

import pytest

from abate.stats.means import mean_interval, paired_change
from tests.reference.case import read_case

CASE = read_case(__file__)
EXPECTED, TOLERANCE = CASE["expected"], CASE["tolerance"]


def test_r():
    change = paired_change(CASE["first"], CASE["second"])
    assert (change.mean_before, change.mean_after) == pytest.approx((EXPECTED["mean_first"], EXPECTED["mean_second"]))
    assert change.value == pytest.approx(EXPECTED["change"])
    assert (change.lower, change.upper) == pytest.approx(
        (EXPECTED["lower"], EXPECTED["upper"]), abs=TOLERANCE["limits"]
    )
    assert change.t_statistic == pytest.approx(EXPECTED["t_statistic"], abs=TOLERANCE["t_statistic"])
    assert change.degrees_of_freedom == EXPECTED["degrees_of_freedom"]
    assert change.p_value == pytest.approx(EXPECTED["p_value"], abs=TOLERANCE["p_value"])


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_scipy(level):
    stats = pytest.importorskip("scipy.stats")
    theirs = stats.ttest_1samp(CASE["second"], 0)
    ours = mean_interval(CASE["second"], level=level)
    assert (ours.lower, ours.upper) == pytest.approx(tuple(theirs.confidence_interval(level)), rel=1e-10)
