"""Can a small count be worked out from what a plan tells?"""

from __future__ import annotations

import numpy as np
import pytest

from abate.contracts.plan_file import PlanDisclosure
from abate.trial.from_study.small_counts import told_retention, told_share

RULE = PlanDisclosure()


@pytest.mark.parametrize("events", [1, 2, 3, 4])
def test_every_small_count_is_told_alike(events):
    assert told_share(events, 51, "x", RULE).value == told_share(1, 51, "x", RULE).value


@pytest.mark.parametrize("events", [47, 48, 49, 50])
def test_every_small_rest_is_told_alike(events):
    assert told_share(events, 51, "x", RULE).value == told_share(50, 51, "x", RULE).value


def test_counts_that_are_not_small_are_told():
    assert told_share(0, 50, "x", RULE).value == 0.0
    assert told_share(20, 50, "x", RULE).value == 0.4


@pytest.mark.parametrize("seen", [[50, 50, 50], [51, 49, 48], [50, 49, 47], [51, 51, 48]])
def test_a_loss_of_fewer_than_the_smallest_is_told_alike_whenever_it_was(seen):
    first = told_retention(np.array([50, 50, 50]), 51, RULE)
    assert told_retention(np.array(seen), 51, RULE).tolist() == first.tolist()


def corners(told):
    """Places at which the told line ends or turns; between them it is straight and says nothing of single days."""
    steps = np.diff(told)
    return [0, *(place for place in range(1, len(steps)) if abs(steps[place] - steps[place - 1]) > 3e-3), len(steps)]


def test_between_two_corners_of_the_told_line_nobody_or_enough_left():
    generator = np.random.default_rng(3)
    for _ in range(500):
        of = int(generator.integers(20, 80))
        seen = np.minimum.accumulate(generator.integers(of - 15, of + 1, 5))
        told = np.concatenate([[1.0], told_retention(seen, of, RULE)])
        places = corners(told)
        left = -np.diff(np.round(told[places] * of, 1))
        assert np.all((left < 0.11) | (left >= 4.9) | ((len(places) == 2) & (left == 2.5)))


def test_days_never_rise():
    told = told_retention(np.array([50, 44, 44, 40, 30]), 51, RULE)
    assert np.all(np.diff(told) <= 0)
