"""Differences of shares by hand, at the edges, and how often they hold the truth."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.proportion_differences import miettinen_nurminen_difference, paired_newcombe_difference
from abate.stats.proportions import newcombe_difference


@pytest.mark.parametrize("counts", [(5, 56, 0, 29), (0, 9, 9, 9), (3, 9, 4, 8)])
def test_a_difference_turns_round_with_its_groups(counts):
    here, there = miettinen_nurminen_difference(*counts), miettinen_nurminen_difference(*counts[2:], *counts[:2])
    assert (here.value, here.lower, here.upper) == pytest.approx((-there.value, -there.upper, -there.lower), abs=1e-12)


@pytest.mark.parametrize("counts", [(0, 10, 0, 20), (10, 10, 20, 20)])
def test_equal_ends_still_have_a_width(counts):
    "Its own variance is 0 there; none of 10 against none of 20 can hide a difference either way."
    difference = miettinen_nurminen_difference(*counts)
    assert -1 < difference.lower < -0.1 < 0.1 < difference.upper < 1


def test_all_against_none_touches_the_end():
    assert miettinen_nurminen_difference(9, 9, 0, 9).upper == 1
    assert miettinen_nurminen_difference(0, 9, 9, 9).lower == -1


@pytest.mark.parametrize(("counts", "group"), [((0, 0, 3, 9), 1), ((3, 9, 0, 0), 2)])
def test_an_empty_group_has_no_difference(counts, group):
    difference = miettinen_nurminen_difference(*counts)
    assert (difference.value, difference.reason) == (None, f"nobody in group {group} could be judged")


def test_pairs_that_always_disagree_by_hand():
    "Shares of 5/10 with Wilson limits 0.2366 and 0.7634, correlation -1: the two half-widths add up."
    difference = paired_newcombe_difference(0, 5, 5, 0)
    assert (difference.value, difference.lower, difference.upper) == pytest.approx((0, -0.5268, 0.5268), abs=1e-4)


def test_a_weak_correlation_is_taken_as_none():
    "Agreements less disagreements are 4 * 4 - 3 * 3 = 7 = n/2: nothing is left, as for independent groups."
    paired, independent = paired_newcombe_difference(4, 3, 3, 4), newcombe_difference(7, 14, 7, 14)
    assert (paired.lower, paired.upper) == pytest.approx((independent.lower, independent.upper))


def test_pairs_that_all_agree():
    "All of one kind: no correlation can be seen, and the interval still has a width."
    difference = paired_newcombe_difference(10, 0, 0, 0)
    assert (difference.value, difference.lower) == (0, pytest.approx(-0.2775, abs=1e-4))


def test_no_pairs():
    assert paired_newcombe_difference(0, 0, 0, 0).reason == "there are no pairs"


@pytest.mark.parametrize("counts", [(-1, 1, 1, 1), (1, 1.5, 1, 1)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ParameterError, match="count"):
        paired_newcombe_difference(*counts)


def test_impossible_numerators_are_refused():
    with pytest.raises(ParameterError, match="numerator"):
        miettinen_nurminen_difference(10, 9, 1, 9)


def chances(count: int, share: float) -> list[float]:
    return [math.comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(count + 1)]


@pytest.mark.parametrize(("share_1", "share_2"), [(0.5, 0.2), (0.7, 0.5), (0.3, 0.3)])
def test_miettinen_nurminen_holds_the_truth(share_1, share_2):
    "The exact coverage, summed over all outcomes of 15 against 20 units."
    coverage = 0.0
    for (k1, chance_1), (k2, chance_2) in product(enumerate(chances(15, share_1)), enumerate(chances(20, share_2))):
        difference = miettinen_nurminen_difference(k1, 15, k2, 20)
        coverage += chance_1 * chance_2 * (difference.lower <= share_1 - share_2 <= difference.upper)
    assert coverage == pytest.approx(0.95, abs=0.015)


def test_paired_newcombe_holds_the_truth():
    tables = np.random.default_rng(11).multinomial(50, [0.4, 0.25, 0.1, 0.25], 3000)
    held = [d.lower <= 0.15 <= d.upper for d in (paired_newcombe_difference(*table) for table in tables)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)
