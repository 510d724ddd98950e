"""Chances to cross bounds: by hand, by SciPy's bivariate normal, and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from abate.stats.sequential import recursion
from abate.stats.sequential.recursion import begin, chance_above, follow, lower_bound, proceed, upper_bound
from abate.stats.sequential.rising_chances import where_chance_is

NONE = -math.inf


def test_one_look_is_the_normal_distribution():
    found = follow([0.7], [-1.0], [2.0], 1.5)
    mean = 1.5 * math.sqrt(0.7)
    assert found.above[0] == pytest.approx(norm.sf(2.0 - mean), abs=1e-15)
    assert found.below[0] == pytest.approx(norm.cdf(-1.0 - mean), abs=1e-15)


@pytest.mark.parametrize("first", [0.05, 0.5, 0.95, 0.998])
def test_two_looks_are_the_bivariate_normal(first):
    "To stop above at look 2 is to be below 2.4 at look 1 and above 2 at look 2."
    drift, bound = 2.5, 2.4
    correlation = math.sqrt(first)
    both = multivariate_normal([drift * correlation, drift], [[1, correlation], [correlation, 1]])
    expected = norm.cdf(bound - drift * correlation) - both.cdf([bound, 2.0])
    assert follow([first, 1.0], [NONE, NONE], [bound, 2.0], drift).above[1] == pytest.approx(expected, abs=1e-6)


def test_only_ratios_of_information_count_without_drift():
    some = follow([0.3, 0.5, 1.0], [-3, -2.5, -2], [3, 2.5, 2], 0.0)
    other = follow([0.6, 1.0, 2.0], [-3, -2.5, -2], [3, 2.5, 2], 0.0)
    assert some.above == pytest.approx(other.above, abs=1e-14)


def test_a_look_nearly_on_top_of_another_keeps_the_digits():
    "Two looks that share a bound and 99.9 % of their information; points of four times the number say the same."
    information, upper = np.array([0.5, 0.501, 1.0]), np.full(3, 2.2)
    found = follow(information, np.full(3, NONE), upper, 0.0).above
    paths = norm.sf(2.2) + found[1]
    correlation = math.sqrt(0.5 / 0.501)
    either = 1 - multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf([2.2, 2.2])
    assert paths == pytest.approx(either, abs=1e-6)


def test_the_chances_to_leave_and_to_stay_add_up():
    information, bound = np.linspace(0.05, 1, 20), np.full(20, 2.6)
    found = follow(information, -bound, bound, 1.3)
    walk = begin(1.3)
    for k in range(19):
        walk = proceed(walk, information[k], -2.6, 2.6, information[k + 1])
    assert found.above[:19].sum() + found.below[:19].sum() + walk.mass.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("increment", [1e-14, 1e-6, 0.02, 0.5, 0.97])
def test_a_bound_is_passed_with_the_chance_asked_for(increment):
    walk = proceed(begin(0.7), 0.4, -3.0, 2.5, 0.8)
    z = upper_bound(walk, 0.8, increment)
    assert chance_above(walk, 0.8, z) == pytest.approx(increment, rel=1e-9)


def test_nothing_to_spend_has_no_bound_and_all_to_spend_stops_everybody():
    walk = proceed(begin(), 0.5, NONE, 2.0, 1.0)
    assert upper_bound(walk, 1.0, 0.0) == math.inf
    assert upper_bound(walk, 1.0, 0.99) == -math.inf
    assert lower_bound(walk, 1.0, 0.0) == -math.inf


def test_nobody_goes_on_where_the_bounds_meet():
    walk = proceed(begin(), 0.5, 1.0, 1.0, 1.0)
    assert walk.mass.size == 0
    assert chance_above(walk, 1.0, 0.0) == 0.0


def test_a_drift_far_from_the_start_is_found():
    assert where_chance_is(lambda drift: norm.cdf(drift - 20), 0.9, 0.0) == pytest.approx(20 + norm.ppf(0.9), abs=1e-8)


def test_a_chance_that_is_never_reached_has_no_drift():
    assert where_chance_is(lambda drift: 0.3, 0.9, 0.0) is None


@pytest.mark.parametrize("increment", [1e-280, 1e-100, 1e-30])
def test_a_bound_far_out_is_found(increment):
    assert norm.logsf(upper_bound(begin(), 0.5, increment)) == pytest.approx(math.log(increment), rel=1e-9)


def test_a_chance_that_no_number_holds_has_no_bound():
    assert upper_bound(begin(), 0.5, 1e-310) == math.inf


def test_finer_points_say_the_same(monkeypatch):
    plan = ([0.1, 0.15, 0.5, 0.8, 1.0], [NONE, -2.0, 0.1, 0.5, NONE], [3.9, 3.0, 2.5, 2.2, 2.0], 2.7)
    usual = follow(*plan)
    monkeypatch.setattr(recursion, "_PANEL_WIDTH", 2.0)
    monkeypatch.setattr(recursion, "_REACH", 10.0)
    finer = follow(*plan)
    assert usual.above == pytest.approx(finer.above, abs=1e-14)
    assert usual.below == pytest.approx(finer.below, abs=1e-14)
