"""Events per exposure, by hand and at the edges."""

from __future__ import annotations

import math

import pytest

from abate.base.errors import ParameterError
from abate.stats.rates import poisson_rate_interval, rate_ratio_interval, upper_rate_when_none_seen


def test_no_event_has_an_upper_limit():
    "exp(-m) = 0.025 at m = 3.688879."
    rate = poisson_rate_interval(0, 3.11)
    assert (rate.value, rate.lower) == (0.0, 0.0)
    assert rate.upper == pytest.approx(3.688879 / 3.11, rel=1e-6)


def test_limits_leave_their_tails():
    "At the lower limit 5 or more have probability 2.5 %, at the upper 5 or fewer: summed by hand."
    rate = poisson_rate_interval(5, 1)

    def at_most(count: int, mean: float) -> float:
        return sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(count + 1))

    assert 1 - at_most(4, rate.lower) == pytest.approx(0.025)
    assert at_most(5, rate.upper) == pytest.approx(0.025)


def test_the_rate_scales_with_the_unit_of_exposure():
    per_day, per_hundred_days = poisson_rate_interval(5, 311), poisson_rate_interval(5, 3.11)
    assert per_hundred_days.upper == pytest.approx(100 * per_day.upper)


def test_the_one_sided_bound_when_none_were_seen():
    assert upper_rate_when_none_seen(1).upper == pytest.approx(-math.log(0.05))
    assert upper_rate_when_none_seen(2, level=0.975).upper == pytest.approx(poisson_rate_interval(0, 2).upper)


@pytest.mark.parametrize("rate", [poisson_rate_interval(0, 0), upper_rate_when_none_seen(0)])
def test_no_exposure_has_no_rate(rate):
    assert (rate.value, rate.lower, rate.upper, rate.reason) == (None, None, None, "there is no exposure")


def test_events_without_exposure_are_refused():
    with pytest.raises(ParameterError, match="2 events cannot have happened in an exposure of 0"):
        poisson_rate_interval(2, 0)


@pytest.mark.parametrize(("count", "exposure"), [(-1, 5), (1.5, 5), (1, -5), (1, float("nan")), (1, float("inf"))])
def test_impossible_numbers_are_refused(count, exposure):
    with pytest.raises(ParameterError, match=r"event_count|exposure"):
        poisson_rate_interval(count, exposure)


def test_a_ratio_turns_round_with_its_groups():
    here, there = rate_ratio_interval(11, 800, 21, 3011), rate_ratio_interval(21, 3011, 11, 800)
    assert (here.value, here.lower, here.upper) == pytest.approx((1 / there.value, 1 / there.upper, 1 / there.lower))


def test_no_event_in_the_first_group_bounds_the_ratio_above():
    "Given 3 events and equal exposure, none is in group 1 with probability (1 - p)^3 = 0.025: p = 0.707598."
    ratio = rate_ratio_interval(0, 10, 3, 10)
    assert (ratio.value, ratio.lower) == (0.0, 0.0)
    assert ratio.upper == pytest.approx(0.707598 / 0.292402, rel=1e-5)


def test_no_event_in_the_second_group_leaves_a_lower_limit_only():
    ratio = rate_ratio_interval(3, 10, 0, 10)
    assert (ratio.value, ratio.upper) == (None, None)
    assert ratio.lower == pytest.approx(0.292402 / 0.707598, rel=1e-5)
    assert ratio.reason == "group 2 has no event, so the ratio has no upper limit"


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ((0, 5, 0, 5), "neither group has an event"),
        ((0, 0, 2, 5), "group 1 has no exposure"),
        ((2, 5, 0, 0), "group 2 has no exposure"),
    ],
)
def test_a_ratio_of_nothing(counts, reason):
    ratio = rate_ratio_interval(*counts)
    assert (ratio.value, ratio.lower, ratio.upper, ratio.reason) == (None, None, None, reason)
