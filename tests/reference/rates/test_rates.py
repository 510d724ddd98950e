"""GraphPad, R's rate ratio and scipy.stats."""

from __future__ import annotations

import pytest

from abate.stats.rates import poisson_rate_interval, rate_ratio_interval
from tests.reference.case import read_case

CASE = read_case(__file__)


@pytest.mark.parametrize("row", CASE["garwood"]["rows"])
def test_graphpad(row):
    rate = poisson_rate_interval(row["event_count"], 1, row["level"])
    assert (rate.lower, rate.upper) == pytest.approx((row["lower"], row["upper"]), abs=CASE["garwood"]["tolerance"])


def test_r():
    case = CASE["ratio"]
    ratio = rate_ratio_interval(*case["counts_and_exposures"])
    assert ratio.value == pytest.approx(case["value"], abs=case["value_tolerance"])
    assert (ratio.lower, ratio.upper) == pytest.approx((case["lower"], case["upper"]), abs=case["limit_tolerance"])


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("event_count", [1, 5, 986])
def test_scipy(event_count, level):
    stats = pytest.importorskip("scipy.stats")
    tail = (1 - level) / 2
    expected = (stats.chi2.ppf(tail, 2 * event_count) / 2, stats.chi2.isf(tail, 2 * event_count + 2) / 2)
    rate = poisson_rate_interval(event_count, 1, level)
    assert (rate.lower, rate.upper) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("counts", [(3, 9), (40, 2), (1, 1)])
def test_scipy_ratio(counts):
    "With equal exposure the ratio's limits are the odds of the exact limits of a share."
    stats = pytest.importorskip("scipy.stats")
    low, high = stats.binomtest(counts[0], sum(counts)).proportion_ci(0.95, "exact")
    ratio = rate_ratio_interval(counts[0], 7, counts[1], 7)
    assert (ratio.lower, ratio.upper) == pytest.approx((low / (1 - low), high / (1 - high)), rel=1e-8)
