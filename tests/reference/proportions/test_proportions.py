"""Published intervals, Newcombe's tables, scipy.stats and statsmodels."""

from __future__ import annotations

import pytest

from abate.stats.proportions import clopper_pearson_interval, newcombe_difference, wilson_interval
from tests.reference.case import read_case

CASE = read_case(__file__)


@pytest.mark.parametrize("row", CASE["wilson"]["rows"])
def test_wilson_of_published_reviews(row):
    share = wilson_interval(row["numerator"], row["denominator"])
    assert (share.lower, share.upper) == pytest.approx((row["lower"], row["upper"]), abs=CASE["wilson"]["tolerance"])
    assert [round(100 * share.lower, 1), round(100 * share.upper, 1)] == row["per_cent"]


@pytest.mark.parametrize("row", CASE["wilson_published"]["rows"])
def test_wilson_as_newcombe_printed_it(row):
    share = wilson_interval(row["numerator"], row["denominator"])
    expected = (row["lower"], row["upper"])
    assert (share.lower, share.upper) == pytest.approx(expected, abs=CASE["wilson_published"]["tolerance"])


@pytest.mark.parametrize("row", CASE["clopper_pearson"]["rows"])
def test_clopper_pearson(row):
    share = clopper_pearson_interval(row["numerator"], row["denominator"])
    expected = (row["lower"], row["upper"])
    assert (share.lower, share.upper) == pytest.approx(expected, abs=CASE["clopper_pearson"]["tolerance"])


@pytest.mark.parametrize("row", CASE["newcombe"]["rows"])
def test_newcombe_as_he_printed_it(row):
    difference = newcombe_difference(*row["counts"])
    expected = (row["lower"], row["upper"])
    assert (difference.lower, difference.upper) == pytest.approx(expected, abs=CASE["newcombe"]["tolerance"])


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 3), (48, 61), (400, 50_000), (7, 7)])
def test_scipy(numerator, denominator, level):
    stats = pytest.importorskip("scipy.stats")
    test = stats.binomtest(numerator, denominator)
    for ours, method in ((wilson_interval, "wilson"), (clopper_pearson_interval, "exact")):
        share, theirs = ours(numerator, denominator, level), test.proportion_ci(level, method)
        assert (share.lower, share.upper) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.parametrize("counts", [(3, 9, 4, 8), (48, 61, 55, 77), (0, 61, 2, 77)])
def test_statsmodels(counts):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    theirs = proportion.confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=0.1)
    ours = newcombe_difference(*counts, level=0.9)
    assert (ours.lower, ours.upper) == pytest.approx(theirs, abs=1e-12)
