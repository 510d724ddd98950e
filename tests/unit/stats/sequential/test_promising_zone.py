"""The promising zone: its error and its gain by simulation, and its rivals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from abate.stats.sequential import FixedBounds, SpendingRule, named_spending, operating_characteristics, plan_design
from abate.stats.sequential.errors import ErrorRateError, ReestimationError
from abate.stats.sequential.promising_zone import PromisingZone, against_rival, size_now

OBRIEN = SpendingRule(spending=named_spending("obrien-fleming"))
ZONE = PromisingZone(lowest=0.3, highest=0.9, target=0.9, cap=1.5)


def plan(looks=(0.6, 1.0), **others):
    return plan_design(looks, **({"alpha": 0.025, "sided": 1, "power": 0.8, "efficacy": OBRIEN} | others))


def simulated(design, share, trials=200_000):
    "One rule a line, written out for whole arrays of trials: power and mean final information."
    draw = np.random.default_rng(7)
    drift, t, (first, last) = share * design.drift, design.information[0], design.efficacy_z
    z = draw.normal(drift * math.sqrt(t), 1, trials)
    needed = (last - math.sqrt(t) * z) / math.sqrt(1 - t)
    trend = z / math.sqrt(t)
    left = norm.cdf(trend * math.sqrt(1 - t) - needed)
    raised = np.clip(t + (np.maximum(needed + norm.ppf(0.9), 0) / trend) ** 2, 1, 1.5)
    end = np.where((left >= 0.3) & (left < 0.9), raised, 1.0)
    stops = (z >= first) | (z <= (design.futility_z or (-math.inf,))[0])
    later = draw.normal(drift * np.sqrt(end - t), 1)
    success = (z >= first) | (~stops & (later >= needed))
    return success.mean(), np.where(stops, t, end).mean(), np.where(stops, t, end).std() / math.sqrt(trials)


@pytest.mark.parametrize("futility", [None, FixedBounds(z=(0.0,))])
def test_power_and_information_by_simulation(futility):
    design = plan(futility=futility)
    found = against_rival(design, ZONE, shares=(0.0, 1.0))
    for k, share in enumerate((0.0, 1.0)):
        power, expected, error = simulated(design, share)
        assert found.power[k] == pytest.approx(power, abs=3 * math.sqrt(power * (1 - power) / 200_000))
        assert found.expected_information[k] == pytest.approx(expected, abs=3 * error)


def test_the_error_of_the_first_kind_is_kept_exactly():
    assert against_rival(plan(), ZONE, shares=(0.0,)).power[0] == pytest.approx(0.025, abs=1e-9)


def test_a_raised_size_gives_the_target_or_ends_at_the_cap():
    design = plan()
    capped, met = size_now(design, ZONE, 1.5), size_now(design, ZONE, 2.0)
    assert (capped.zone, capped.information) == ("promising", 1.5)
    assert capped.conditional_power < capped.conditional_power_after < 0.9
    assert met.information < 1.5
    assert met.conditional_power_after == pytest.approx(0.9)


@pytest.mark.parametrize(("z", "zone"), [(0.5, "unfavourable"), (-1.0, "unfavourable"), (2.5, "favourable")])
def test_outside_the_zone_the_plan_stands(z, zone):
    found = size_now(plan(), ZONE, z)
    assert (found.zone, found.information) == (zone, 1.0)
    assert found.conditional_power_after == found.conditional_power


def test_the_rivals_are_what_they_say():
    design = plan()
    found = against_rival(design, ZONE, shares=(0.0, 1.0))
    assert found.same_power_power[1] == pytest.approx(found.power[1], abs=1e-7)
    assert found.same_power_maximum < ZONE.cap
    assert found.same_maximum_power[1] > found.power[1]
    assert found.fixed_power == pytest.approx([row.reject for row in operating_characteristics(design, shares=(0, 1))])


@pytest.mark.parametrize(
    ("design", "zone", "error", "words"),
    [
        ({"looks": (0.3, 0.6, 1.0)}, ZONE, ReestimationError, "one interim look"),
        ({"sided": 2, "alpha": 0.05}, ZONE, ReestimationError, "2 sides"),
        ({}, PromisingZone(lowest=0.9, highest=0.3), ReestimationError, "begin below its end"),
        ({}, PromisingZone(cap=1.0), ReestimationError, "cap"),
        ({}, PromisingZone(lowest=1e-9), ReestimationError, "wrong way"),
        ({}, PromisingZone(target=1.2), ErrorRateError, "target"),
    ],
)
def test_what_does_not_fit_is_refused(design, zone, error, words):
    with pytest.raises(error, match=words):
        against_rival(plan(**design), zone)
