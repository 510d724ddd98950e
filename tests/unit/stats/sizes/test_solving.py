"""Four numbers that belong together: whichever is left open comes back."""

from __future__ import annotations

import dataclasses

import pytest

from abate.stats.sizes.means import crossover_means, two_means
from abate.stats.sizes.rejection import Reference, t_power
from abate.stats.sizes.size import Unknown, rounded_up, with_dropout


def test_each_of_the_four_comes_back():
    size = two_means(difference=1.3, sd=2.4, power=0.8)
    assert size.solved_for is Unknown.SIZE
    assert two_means(difference=1.3, sd=2.4, total=size.total).power == pytest.approx(0.8, abs=1e-12)
    assert two_means(difference=None, sd=2.4, total=size.total, power=0.8).effect == pytest.approx(1.3, abs=1e-10)
    found = two_means(difference=1.3, sd=2.4, total=size.total, power=0.8, alpha=None)
    assert (found.alpha, found.solved_for) == (pytest.approx(0.05, abs=1e-12), Unknown.ALPHA)


def test_rounding_is_up_and_never_loses_power():
    size = two_means(difference=1.5, sd=2.2, power=0.8, allocation=2)
    assert size.per_arm_rounded == (52, 26)
    assert size.power_rounded >= 0.8
    assert size.total_rounded == 78


@pytest.mark.parametrize(("count", "whole"), [(60.00000000001, 60), (59.9999999999, 60), (60.001, 61), (0.2, 1)])
def test_a_root_that_misses_a_whole_number_by_rounding_is_that_number(count, whole):
    assert rounded_up(count) == whole


def test_dropout_raises_each_arm_and_keeps_the_power():
    size = two_means(difference=1.3, sd=2.4, power=0.8)
    raised = with_dropout(size, 0.2)
    assert raised.per_arm[0] == pytest.approx(size.per_arm[0] / 0.8)
    assert raised.per_arm_rounded == (69, 69)
    assert (raised.power, raised.is_dropout_counted) == (size.power, True)


def test_arms_with_spreads_of_their_own_as_welch():
    "By hand: n = z^2 (8.3^2 + 3.9^2) / 4.3^2 with z = 1.95996 + 0.84162 is 35.70; equal spreads give Student's size again."
    asked = {"difference": 4.3, "power": 0.8}
    assert two_means(sd=(8.3, 3.9), reference=Reference.NORMAL, **asked).per_arm[0] == pytest.approx(35.6999, abs=1e-3)
    assert two_means(sd=(8.3, 3.9), **asked).per_arm[0] > 35.7
    assert two_means(sd=(5.0, 5.0), **asked).total == pytest.approx(two_means(sd=5.0, **asked).total, rel=1e-9)


def test_a_crossover_saves_what_the_correlation_gives():
    "Parallel persons over crossover persons is 2 / (1 - correlation), with normal tests."
    correlation, sd = 0.6, 2.4
    parallel = two_means(difference=1.3, sd=sd, power=0.8, reference=Reference.NORMAL)
    crossover = crossover_means(
        difference=1.3, sd_within=sd * (1 - correlation) ** 0.5, power=0.8, reference=Reference.NORMAL
    )
    assert parallel.total / crossover.total == pytest.approx(2 / (1 - correlation), rel=1e-10)


def test_t_and_normal_meet_where_there_are_many():
    assert t_power(2.8, 2e9, 0.05, 2) == pytest.approx(t_power(2.8, 0.9e9, 0.05, 2), abs=1e-7)
    assert t_power(70.0, 5, 0.05, 2) == 1.0
    assert t_power(-9.0, 5, 0.05, 2) == 0.0


def test_a_result_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        two_means(difference=1.3, sd=2.4, power=0.8).power = 0.9
