"""Cumulative incidence, by hand, at the edges and against what it must equal."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.competing_events import aalen_johansen
from abate.stats.survival import kaplan_meier

RNG = np.random.default_rng(7)
DURATIONS = RNG.integers(1, 12, 61)  # many ties, as days of a course have
KINDS = RNG.integers(0, 3, 61)


def test_a_curve_by_hand():
    "Times 1 (kind 1), 2 (kinds 1 and 2), 3 (0), 4 (1): 1/5; + 4/5 * 1/4 = 2/5; + 4/5 * 2/4 * 1/1 = 4/5."
    curve = aalen_johansen([1, 2, 2, 3, 4], [1, 1, 2, 0, 1])
    assert curve.share == pytest.approx([0.2, 0.4, 0.4, 0.8])
    assert curve.event_count.tolist() == [1, 1, 0, 1]
    assert curve.competing_count.tolist() == [0, 1, 0, 0]
    assert curve.censored_count.tolist() == [0, 0, 1, 0]
    assert curve.event_free == pytest.approx([0.8, 0.4, 0.4, 0.0])


def test_a_variance_by_hand():
    """At time 2 of the curve above, f = F(2) - F(1) = 0.2 at time 1 and 0 at time 2.

    Time 1: 0.04 * 1/(5*4) + 1 * 1*4/125 - 2*0.2*1/25 = 0.018. Time 2: 0 + 0.64 * 1*3/64 - 0 = 0.03. Sum 0.048.
    """
    curve = aalen_johansen([1, 2, 2, 3, 4], [1, 1, 2, 0, 1])
    assert curve.standard_error[1] ** 2 == pytest.approx(0.048)


def test_limits_by_hand():
    "F = 0.25 of 4 without censoring: se = sqrt(0.25 * 0.75 / 4); spread 1.959964 * 0.216506 / (0.25 * 1.386294) = 1.22440."
    curve = aalen_johansen([1, 2, 2, 2], [1, 2, 2, 2])
    assert curve.lower[0] == pytest.approx(0.25 ** np.exp(1.22440), rel=1e-5)
    assert curve.upper[0] == pytest.approx(0.25 ** np.exp(-1.22440), rel=1e-5)


def test_without_censoring_it_is_a_proportion_with_its_error():
    kinds = np.where(KINDS == 0, 2, KINDS)
    curve = aalen_johansen(DURATIONS, kinds)
    seen = np.array([np.mean((kinds == 1) & (time >= DURATIONS)) for time in curve.times])
    assert curve.share == pytest.approx(seen)
    assert curve.standard_error == pytest.approx(np.sqrt(seen * (1 - seen) / 61))


def test_without_a_competing_event_it_is_one_minus_kaplan_meier():
    incidence = aalen_johansen(DURATIONS, KINDS == 1)
    survival = kaplan_meier(DURATIONS, KINDS == 1)
    inner = survival.share > 0
    assert incidence.share == pytest.approx(1 - survival.share)
    assert incidence.standard_error[inner] == pytest.approx(survival.standard_error[inner])


def test_all_kinds_and_the_free_add_up_to_everybody():
    first, second = aalen_johansen(DURATIONS, KINDS, kind=1), aalen_johansen(DURATIONS, KINDS, kind=2)
    assert first.share + second.share + first.event_free == pytest.approx(1)


def test_a_competing_event_lowers_the_share():
    naive = 1 - kaplan_meier(DURATIONS, KINDS == 1).share
    assert aalen_johansen(DURATIONS, KINDS).share[-1] < naive[-1]


def test_a_kind_that_never_came_stays_at_0_without_an_interval():
    curve = aalen_johansen([1, 2, 3], [2, 2, 0])
    assert curve.share.tolist() == [0, 0, 0]
    assert np.isnan(curve.lower).all()


def test_everybody_at_once():
    curve = aalen_johansen([3, 3], [1, 1])
    assert (curve.share.tolist(), curve.standard_error.tolist()) == ([1.0], [0.0])
    assert np.isnan(curve.upper[0])


@pytest.mark.parametrize("kinds", [[1, -1], [1, 0.5]])
def test_a_kind_is_a_whole_number(kinds):
    with pytest.raises(ParameterError, match=r"event_kinds must be 0 .* found 1 other values"):
        aalen_johansen([1, 2], kinds)


@pytest.mark.parametrize("kind", [0, -1, 1.5])
def test_the_incidence_of_censoring_is_refused(kind):
    with pytest.raises(ParameterError, match="kind must be a whole number of at least 1"):
        aalen_johansen([1, 2], [1, 0], kind=kind)
