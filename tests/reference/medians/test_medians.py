"""The interval between order statistics: by hand, and as scipy.stats.quantile_test inverts its binomial test."""

from __future__ import annotations

import pytest

from abate.stats.medians import median_interval, quartiles
from tests.reference.case import read_case

CASE = read_case(__file__)
EXPECTED = CASE["expected"]


def test_by_hand():
    estimate, found = median_interval(CASE["values"]), quartiles(CASE["values"])
    assert (estimate.value, estimate.lower, estimate.upper) == (
        EXPECTED["median"],
        EXPECTED["lower"],
        EXPECTED["upper"],
    )
    assert estimate.achieved_level == pytest.approx(EXPECTED["achieved_level"], abs=1e-14)
    assert (found.lower_quartile, found.upper_quartile) == (EXPECTED["lower_quartile"], EXPECTED["upper_quartile"])


def test_scipy():
    stats = pytest.importorskip("scipy.stats")
    theirs = stats.quantile_test(CASE["values"], p=0.5).confidence_interval(0.95)
    ours = median_interval(CASE["values"])
    assert (ours.lower, ours.upper) == (theirs.low, theirs.high)
