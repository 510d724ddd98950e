"""Classes of change by hand, at the boundaries and where nothing can be said."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.reliable_change import (
    Better,
    ChangeClass,
    Population,
    classify_reliable_change,
    cutoff_a,
    cutoff_b,
    cutoff_c,
)

# With sd 1 and reliability one half the standard error of a difference is 1: a change above 1.96 is reliable.
UNIT_ERROR = {"reliability": 0.5, "sd": 1.0}


def classes(before, after, **arguments):
    arguments = {"cutoff": 5.0, "better": Better.LOWER} | UNIT_ERROR | arguments
    return [member.value for member in classify_reliable_change(before, after, **arguments).classes]


def test_every_class_by_hand():
    "Lower is better and the cut-off is 5: who falls from 8 to 4 recovers, from 8 to 6 improves, from 8 to 7 neither."
    assert classes([8, 8, 8, 6, 4], [4, 6, 7, 9, 8]) == ["recovered", "improved", "unchanged", "deteriorated", "harmed"]


def test_the_other_direction_is_its_mirror():
    before, after = np.array([8.0, 8, 8, 6, 4, 3]), np.array([4.0, 6, 7, 9, 8, 5])
    mirrored = classes(-before, -after, cutoff=-5.0, better=Better.HIGHER)
    assert mirrored == classes(before, after)


def test_the_cutoff_itself_is_on_neither_side():
    assert classes([8, 5], [5, 2]) == ["improved", "improved"]
    assert classes([5, 2], [8, 5]) == ["deteriorated", "deteriorated"]


def test_a_change_of_just_the_smallest_is_not_reliable():
    smallest = classify_reliable_change([8], [8], cutoff=5, better=Better.LOWER, **UNIT_ERROR).smallest_reliable_change
    assert smallest == pytest.approx(1.959964)
    assert classes([8, 8], [8 - smallest * 0.999, 8 - smallest * 1.001]) == ["unchanged", "improved"]


def test_a_worse_instrument_and_a_higher_level_ask_for_more():
    assert classes([8], [5.5], reliability=0.1) == ["unchanged"]
    assert classes([8], [5.9], level=0.99) == ["unchanged"]


def test_the_spread_before_is_taken_where_none_is_given():
    change = classify_reliable_change([1, 2, 3], [1, 2, 3], reliability=0.5, cutoff=2, better=Better.LOWER)
    assert change.standard_error == pytest.approx(1)
    assert change.counts == {member: 3 if member is ChangeClass.UNCHANGED else 0 for member in ChangeClass}


def test_cutoffs_lie_on_the_right_side_in_both_directions():
    patients, healthy = Population(mean=8, sd=1), Population(mean=2, sd=2)
    assert (cutoff_a(patients, Better.LOWER), cutoff_b(healthy, Better.LOWER)) == (6, 6)
    assert cutoff_c(patients, healthy) == pytest.approx((2 * 8 + 1 * 2) / 3)


@pytest.mark.parametrize(("before", "reason"), [([], "there is nobody"), ([4], "no spread"), ([4, 4, 4], "no spread")])
def test_without_a_spread_nobody_is_classed(before, reason):
    change = classify_reliable_change(before, before, reliability=0.5, cutoff=2, better=Better.LOWER)
    assert (change.classes, change.standard_error) == ((), None)
    assert reason in change.reason
    assert sum(change.counts.values()) == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"reliability": 1.0}, "reliability"),
        ({"reliability": -0.1}, "reliability"),
        ({"reliability": math.nan}, "reliability"),
        ({"cutoff": math.inf}, "cutoff"),
        ({"sd": 0.0}, "sd"),
        ({"level": 95}, "level"),
    ],
)
def test_impossible_arguments_are_refused(arguments, named):
    with pytest.raises(ParameterError, match=named):
        classes([8], [4], **arguments)


def test_unequal_columns_are_refused():
    with pytest.raises(ParameterError, match="same number of rows"):
        classes([8, 9], [4])


@pytest.mark.parametrize(("mean", "sd"), [(math.nan, 1), (1, 0), (1, -1)])
def test_a_population_needs_a_mean_and_a_spread(mean, sd):
    with pytest.raises(ParameterError, match="sd above 0"):
        Population(mean=mean, sd=sd)


def test_five_of_a_hundred_unchanged_persons_pass_by_error_alone():
    rng = np.random.default_rng(12)
    truth = rng.normal(0, math.sqrt(0.8), 20_000)
    before, after = (truth + rng.normal(0, math.sqrt(0.2), truth.size) for _ in range(2))
    change = classify_reliable_change(before, after, reliability=0.8, cutoff=0, better=Better.LOWER)
    assert change.counts[ChangeClass.UNCHANGED] / truth.size == pytest.approx(0.95, abs=0.006)
