"""Shares of counted units, by hand and at the edges."""

from __future__ import annotations

import pytest

from abate.base.errors import ParameterError
from abate.stats.proportions import (
    clopper_pearson_interval,
    newcombe_difference,
    upper_bound_when_none_seen,
    wilson_interval,
)

INTERVALS = [wilson_interval, clopper_pearson_interval]


@pytest.mark.parametrize("interval", INTERVALS)
def test_none_and_all_touch_the_ends_exactly(interval):
    none, everybody = interval(0, 9), interval(9, 9)
    assert (none.value, none.lower) == (0.0, 0.0)
    assert (everybody.value, everybody.upper) == (1.0, 1.0)
    assert none.upper == pytest.approx(1 - everybody.lower)
    assert 0 < none.upper < 1


def test_wilson_limits_solve_the_score_equation():
    "At a limit L, the distance |p - L| is z standard errors taken at L: the definition, not the formula."
    share = wilson_interval(15, 77)
    for limit in (share.lower, share.upper):
        assert abs(15 / 77 - limit) == pytest.approx(1.959963985 * (limit * (1 - limit) / 77) ** 0.5)


def test_exact_limits_of_one_in_one():
    "All of one: the lower limit is the share at which one success has probability 2.5 %."
    share = clopper_pearson_interval(1, 1)
    assert (share.lower, share.upper) == (pytest.approx(0.025), 1.0)


@pytest.mark.parametrize("interval", INTERVALS)
def test_nobody_has_no_share(interval):
    share = interval(0, 0)
    assert (share.value, share.lower, share.upper, share.reason) == (None, None, None, "the denominator is 0")
    assert (share.numerator, share.denominator) == (0, 0)


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize(
    ("numerator", "denominator"), [(5, 4), (-1, 4), (1.5, 4), (float("nan"), 4), (1, float("nan"))]
)
def test_impossible_counts_are_refused(interval, numerator, denominator):
    with pytest.raises(ParameterError, match=r"numerator|denominator"):
        interval(numerator, denominator)


def test_the_bound_when_none_were_seen():
    "One of one not seen: 95 %. With none of 58 the bound falls just below 5 % (0.95^58 = 0.051, 0.95^59 = 0.048)."
    assert upper_bound_when_none_seen(1).upper == pytest.approx(0.95)
    assert upper_bound_when_none_seen(58).upper > 0.05 > upper_bound_when_none_seen(59).upper


@pytest.mark.parametrize("denominator", [50, 61, 1000])
def test_the_bound_is_near_the_rule_of_three(denominator):
    assert upper_bound_when_none_seen(denominator).upper == pytest.approx(3 / denominator, rel=0.05)


def test_the_one_sided_bound_at_97_5_is_the_two_sided_upper_limit_at_95():
    assert upper_bound_when_none_seen(61, level=0.975).upper == pytest.approx(clopper_pearson_interval(0, 61).upper)


def test_nobody_looked_at_has_no_bound():
    assert upper_bound_when_none_seen(0).reason == "the denominator is 0"


def test_a_difference_turns_round_with_its_groups():
    here, there = newcombe_difference(5, 56, 0, 29), newcombe_difference(0, 29, 5, 56)
    assert (here.value, here.lower, here.upper) == pytest.approx((-there.value, -there.upper, -there.lower))


@pytest.mark.parametrize(("counts", "group"), [((0, 0, 3, 9), 1), ((3, 9, 0, 0), 2)])
def test_an_empty_group_has_no_difference(counts, group):
    difference = newcombe_difference(*counts)
    assert (difference.value, difference.lower, difference.reason) == (
        None,
        None,
        f"nobody in group {group} could be judged",
    )


@pytest.mark.parametrize("interval", INTERVALS)
def test_a_level_in_per_cent_is_refused(interval):
    with pytest.raises(ParameterError, match="level must be between 0 and 1"):
        interval(1, 2, level=95)
