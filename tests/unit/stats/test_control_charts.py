"""Control charts by hand, at their edges, and what always holds of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abate.base.errors import ParameterError
from abate.stats.control_charts import Limits, find_runs, mean_chart, rate_chart, share_chart, spread_between_groups

TAIL = 0.0013498980316301


def at_most(count: int, probabilities: list[float]) -> float:
    return sum(probabilities[: count + 1])


def binomial(n: int, p: float) -> list[float]:
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


def poisson(mean: float, most: int = 60) -> list[float]:
    return [math.exp(-mean) * mean**k / math.factorial(k) for k in range(most)]


def test_limits_follow_the_size_of_the_group():
    "p = 75/130; 3 sqrt(p (1 - p) / n) is 0.2343472 for 40 and 0.2096066 for 50."
    chart = share_chart([20, 24, 31], [40, 40, 50])
    assert chart.upper == pytest.approx([0.8112703, 0.8112703, 0.7865296], abs=1e-6)


def test_small_groups_have_exact_binomial_limits():
    "Of 10 at p = 1/4: 7 or more have probability 0.0035, 8 or more 0.0004; so 7 is the last count inside."
    chart = share_chart([1, 4], [10, 10])
    assert chart.limits is Limits.EXACT_BINOMIAL
    assert (chart.lower[0], chart.upper[0]) == (0.0, 0.7)
    chances = binomial(10, 0.25)
    assert 1 - at_most(7, chances) <= TAIL < 1 - at_most(6, chances)


def test_a_count_one_beyond_the_exact_limit_is_outside_and_the_limit_itself_is_not():
    "p = 10/40; with 20 of 40 in other groups the centre stays 1/4."
    inside, outside = share_chart([7, 3], [10, 30]), share_chart([8, 2], [10, 30])
    assert inside.centre == outside.centre == 0.25
    assert not inside.is_outside[0]
    assert outside.is_outside[0]


def test_small_exposures_have_exact_poisson_limits():
    "At a mean of 2: 8 or more have probability 0.0011, 7 or more 0.0045; so 7 is the last count inside."
    chart = rate_chart([2, 2, 2], [10.0, 10.0, 10.0])
    assert chart.limits is Limits.EXACT_POISSON
    assert (chart.lower[0], chart.upper[0]) == (0.0, 0.7)
    chances = poisson(2)
    assert 1 - at_most(7, chances) <= TAIL < 1 - at_most(6, chances)


def test_five_expected_are_enough_and_less_is_not():
    assert share_chart([5, 5], [10, 10]).limits is Limits.NORMAL
    assert share_chart([4, 5], [10, 10]).limits is Limits.EXACT_BINOMIAL
    assert rate_chart([5, 5], [1.0, 1.0]).limits is Limits.NORMAL
    assert rate_chart([5, 4], [1.0, 1.0]).limits is Limits.EXACT_POISSON


def test_a_thousand_units_widen_the_limits_by_what_lies_between_groups():
    "z = -2, 2, -2, 2: mean range 4, over 2/sqrt(pi) = 1.128379 is 3.544908."
    n, deviation = 10_000, math.sqrt(0.25 / 10_000)
    counts = [n * (0.5 + sign * 2 * deviation) for sign in (-1, 1, -1, 1)]
    chart = share_chart(counts, [n] * 4)
    assert chart.limits is Limits.WIDENED
    assert chart.spread == pytest.approx(3.544908, abs=1e-6)
    assert chart.upper[0] == pytest.approx(0.5 + 3 * 3.544908 * 0.005, abs=1e-6)
    assert share_chart([400, 500], [999, 1000]).limits is Limits.NORMAL


def test_limits_are_never_narrowed():
    assert share_chart([500, 500], [1000, 1000]).spread == 1.0
    assert spread_between_groups([1.0], 1.0, [1.0]) == 1.0


def test_means_use_the_spread_within_groups_without_bias():
    "d = 3 + 8; c4 of 11 degrees of freedom is 0.97756; 2 / c4 = 2.04591; 3 x that / sqrt(4) = 3.0689."
    chart = mean_chart([4, 9], [10.0, 12.0], [2.0, 2.0])
    assert chart.centre == pytest.approx(148 / 13)
    assert chart.upper - chart.centre == pytest.approx([3.0689, 2.0459], abs=1e-4)


def test_a_group_of_one_has_limits_and_adds_no_spread():
    with_one, without = (
        mean_chart([1, 5, 5], [5.0, 5.0, 5.0], [99.0, 1.0, 1.0]),
        mean_chart([5, 5], [5.0, 5.0], [1.0, 1.0]),
    )
    assert with_one.upper[1:] == pytest.approx(without.upper)
    assert with_one.upper[0] - 5 == pytest.approx(math.sqrt(5) * (without.upper[0] - 5))


def test_a_group_without_units_has_no_point():
    chart = mean_chart([3, 0, 3], [4.0, 0.0, 5.0], [1.0, 0.0, 1.0])
    assert np.isnan([chart.values[1], chart.lower[1], chart.upper[1]]).all()
    assert not chart.is_outside[1]
    assert np.isnan(share_chart([1, 0], [2, 0]).values[1])
    assert np.isnan(rate_chart([1, 0], [2.0, 0.0]).upper[1])


@pytest.mark.parametrize(
    ("chart", "reason"),
    [
        (share_chart([0], [0]), "no group has anybody to judge"),
        (share_chart([0, 0], [9, 9]), "the share is 0 in every group"),
        (share_chart([9, 9], [9, 9]), "the share is 1 in every group"),
        (rate_chart([0], [0.0]), "no group has any exposure"),
        (rate_chart([0, 0], [3.0, 3.0]), "no event was seen in any group"),
        (mean_chart([0], [0.0], [0.0]), "no group has a value"),
        (mean_chart([1, 1], [3.0, 4.0], [0.0, 0.0]), "no group has two values"),
        (mean_chart([4, 4], [3.0, 4.0], [0.0, 0.0]), "the values do not vary within groups"),
    ],
)
def test_without_limits_stands_the_reason(chart, reason):
    assert (chart.limits, chart.reason) == (None, reason)
    assert np.isnan(chart.lower).all()


def test_eight_on_one_side_are_a_run_and_seven_are_not():
    assert find_runs([1.0] * 8, 0.0).all()
    assert not find_runs([1.0] * 7, 0.0).any()
    assert find_runs([-1.0, *[1.0] * 9, -1.0], 0.0).sum() == 9


@pytest.mark.parametrize("between", [np.nan, 0.0, -1.0])
def test_a_gap_the_centre_and_the_other_side_end_a_run(between):
    assert not find_runs([*[1.0] * 5, between, *[1.0] * 5], 0.0).any()


@pytest.mark.parametrize(
    "call",
    [
        lambda: share_chart([3], [2]),
        lambda: share_chart([1.5], [2]),
        lambda: share_chart([1, 2], [2]),
        lambda: rate_chart([1], [0.0]),
        lambda: rate_chart([1], [-1.0]),
        lambda: mean_chart([2], [1.0], [-1.0]),
        lambda: mean_chart([2], [math.nan], [1.0]),
    ],
)
def test_impossible_columns_are_refused(call):
    with pytest.raises(ParameterError):
        call()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12))
def test_limits_of_a_share_hold_the_centre_and_stay_between_none_and_all(pairs):
    chart = share_chart([min(pair) for pair in pairs], [max(pair) for pair in pairs])
    known = np.isfinite(chart.lower)
    assert np.all((chart.lower[known] >= 0) & (chart.upper[known] <= 1))
    inside = known & ~chart.is_outside
    assert np.all(
        (chart.values[inside] >= chart.lower[inside] - 1e-9) & (chart.values[inside] <= chart.upper[inside] + 1e-9)
    )
    if chart.limits is Limits.NORMAL:
        assert np.all((chart.lower[known] <= chart.centre) & (chart.upper[known] >= chart.centre))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 40)), min_size=2, max_size=10), st.integers(1, 50))
def test_a_rate_in_another_unit_signals_the_same_groups(pairs, unit):
    counts, days = [k for k, _ in pairs], [float(t) for _, t in pairs]
    here, there = rate_chart(counts, days), rate_chart(counts, [t / unit for t in days])
    assert here.limits is there.limits
    if here.limits is not Limits.NORMAL:
        assert here.is_outside.tolist() == there.is_outside.tolist()
    assert there.values == pytest.approx(here.values * unit)
