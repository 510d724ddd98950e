"""Bounds for looks that came early or late, and for trials that end with less or more than planned."""

from __future__ import annotations

import math

import pytest
from scipy.stats import multivariate_normal, norm

from abate.stats.sequential import (
    BetaSpendingRule,
    FixedBounds,
    SpendingRule,
    bounds_now,
    named_shape,
    named_spending,
    plan_design,
)
from abate.stats.sequential.errors import FutilityBoundError, InformationError, SpendingError, StageError

OBRIEN = SpendingRule(spending=named_spending("obrien-fleming"))
HWANG = SpendingRule(spending=named_spending("hwang-shih-decani", -2))


def plan(looks=(0.4, 0.7, 1.0), efficacy=OBRIEN, **others):
    return plan_design(looks, **({"alpha": 0.025, "sided": 1, "power": 0.9, "efficacy": efficacy} | others))


DESIGNS = {
    "spending": plan(),
    "two sides": plan(alpha=0.05, sided=2),
    "shape": plan(efficacy=named_shape("wang-tsiatis", 0.2)),
    "haybittle-peto": plan(efficacy=named_shape("haybittle-peto")),
    "fixed futility": plan(futility=FixedBounds(z=(0.0, 0.5)), is_binding=True),
    "beta spending": plan(
        efficacy=HWANG, futility=BetaSpendingRule(spending=named_spending("pocock")), is_binding=True
    ),
}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_where_all_came_as_planned_the_planned_bounds_hold(design):
    now = bounds_now(design, design.information, is_last=True)
    assert now.efficacy_z == pytest.approx(design.efficacy_z, abs=1e-8)
    assert now.futility_z == pytest.approx(design.futility_z, abs=1e-8)
    assert now.alpha_spent[-1] == pytest.approx(design.alpha, abs=1e-9)


@pytest.mark.parametrize("end", [0.8, 1.0, 1.3])
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_the_last_look_spends_all_that_is_left_wherever_it_falls(design, end):
    now = bounds_now(design, [0.45, end], is_last=True)
    assert now.alpha_spent[-1] == pytest.approx(design.alpha, abs=1e-9)


def test_a_short_trial_by_the_bivariate_normal():
    now = bounds_now(plan(), [0.5, 0.9], is_last=True)
    correlation = math.sqrt(0.5 / 0.9)
    neither = multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf(now.efficacy_z)
    assert 1 - neither == pytest.approx(0.025, abs=1e-6)
    assert norm.sf(now.efficacy_z[0]) == pytest.approx(2 * norm.sf(norm.isf(0.0125) / math.sqrt(0.5)), abs=1e-12)


def test_values_that_were_used_stay_and_the_last_pays_for_them():
    lenient = bounds_now(plan(), [0.4, 1.0], is_last=True, used_z=[2.3])
    strict = bounds_now(plan(), [0.4, 1.0], is_last=True, used_z=[3.5])
    assert lenient.efficacy_z[0] == 2.3
    assert lenient.efficacy_z[1] > strict.efficacy_z[1]
    assert lenient.alpha_spent[-1] == strict.alpha_spent[-1] == pytest.approx(0.025, abs=1e-12)


def test_spending_by_calendar_time_is_read_there():
    now = bounds_now(plan(), [0.4], is_last=False, spending_time=[0.5])
    assert norm.sf(now.efficacy_z[0]) == pytest.approx(2 * norm.sf(norm.isf(0.0125) / math.sqrt(0.5)), abs=1e-12)


def test_a_shape_keeps_its_constant_at_an_interim_look():
    design = plan(efficacy=named_shape("obrien-fleming"))
    now = bounds_now(design, [0.55], is_last=False)
    assert now.efficacy_z[0] == pytest.approx(design.efficacy_z[-1] / math.sqrt(0.55))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"information": [0.5, 0.4], "is_last": False}, InformationError, "Sort them"),
        ({"information": [0.5, 1.0], "is_last": False}, InformationError, "make that look the last"),
        ({"information": [0.5, 0.9], "is_last": True, "used_z": [2.5, 2.0]}, StageError, "1 looks before"),
        ({"information": [0.5, 0.9], "is_last": True, "used_z": [1.0]}, SpendingError, "nothing is left"),
        ({"information": [0.5], "is_last": False, "spending_time": [0.2, 0.4]}, StageError, "spending_time"),
        ({"information": [0.5], "is_last": False, "spending_time": [1.4]}, StageError, "at most 1"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        bounds_now(plan(), **arguments)


def test_fixed_futility_bounds_do_not_reach_an_added_look():
    with pytest.raises(FutilityBoundError, match="plan anew"):
        bounds_now(DESIGNS["fixed futility"], [0.2, 0.4, 0.6], is_last=False)
