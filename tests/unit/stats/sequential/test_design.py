"""Bounds of designs: what rests on what, by hand and by turns."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from abate.stats.sequential import (
    BetaSpendingRule,
    ConditionalPowerRule,
    FixedBounds,
    SpendingRule,
    named_shape,
    named_spending,
    operating_characteristics,
    own_table,
    plan_design,
    power_left,
    predictive_power,
)
from abate.stats.sequential.errors import SpendingError

OBRIEN = SpendingRule(spending=named_spending("obrien-fleming"))


def plan(looks=(0.5, 1.0), power=0.9, efficacy=OBRIEN, **others):
    return plan_design(looks, **({"alpha": 0.025, "sided": 1, "power": power, "efficacy": efficacy} | others))


def test_without_looks_it_is_the_ordinary_test():
    design = plan((1.0,))
    assert design.efficacy_z == pytest.approx((ndtri(0.975),))
    assert design.drift == pytest.approx(ndtri(0.975) + ndtri(0.9))
    assert design.inflation_factor == pytest.approx(1)


def test_the_first_critical_value_is_that_of_what_the_first_look_spends():
    assert plan().efficacy_z[0] == pytest.approx(-ndtri(2 * ndtr(ndtri(0.0125) / math.sqrt(0.5))), abs=1e-12)


def test_a_look_that_spends_nothing_cannot_stop():
    design = plan(efficacy=SpendingRule(spending=own_table((0.5, 1.0), (0.0, 1.0))))
    assert design.efficacy_z == (math.inf, pytest.approx(ndtri(0.975)))
    assert operating_characteristics(design)[2].reject_by_look == pytest.approx((0, 0.9))


@pytest.mark.parametrize("efficacy", ["pocock", "obrien-fleming", "haybittle-peto"])
@pytest.mark.parametrize(
    "futility",
    [
        FixedBounds(z=(0.0, 0.3)),
        BetaSpendingRule(spending=named_spending("kim-demets", 2)),
        ConditionalPowerRule(threshold=0.15, under="plan"),
        ConditionalPowerRule(threshold=0.15, under="predictive"),
    ],
    ids=lambda rule: rule.name,
)
def test_a_classic_shape_with_binding_futility_keeps_error_and_power(efficacy, futility):
    design = plan((0.4, 0.7, 1.0), efficacy=named_shape(efficacy), futility=futility, is_binding=True)
    null, planned = operating_characteristics(design, shares=(0, 1))
    assert null.reject == pytest.approx(0.025, abs=1e-9)
    assert planned.reject == pytest.approx(0.9, abs=1e-9)


def test_beta_spending_of_a_classic_shape_spends_as_told():
    rule = BetaSpendingRule(spending=named_spending("kim-demets", 2))
    design = plan((0.4, 0.7, 1.0), efficacy=named_shape("pocock"), futility=rule, is_binding=True)
    assert design.beta_spent == pytest.approx((0.1 * 0.4**2, 0.1 * 0.7**2, 0.1), abs=1e-9)


@pytest.mark.parametrize("under", ["plan", "trend", "null"])
def test_a_bound_by_conditional_power_leaves_just_the_threshold(under):
    design = plan((0.6, 1.0), futility=ConditionalPowerRule(threshold=0.2, under=under))
    (z,) = design.futility_z
    drift = {"plan": design.drift, "trend": z / math.sqrt(0.6), "null": 0.0}[under]
    assert power_left(z, 0.6, design.efficacy_z[-1], drift) == pytest.approx(0.2, abs=1e-12)


def test_a_bound_by_predictive_power_leaves_just_the_threshold():
    design = plan((0.6, 1.0), futility=ConditionalPowerRule(threshold=0.2, under="predictive"))
    assert predictive_power(design.futility_z[0], 0.6, design.efficacy_z[-1]) == pytest.approx(0.2, abs=1e-12)


def test_haybittle_and_peto_is_refused_where_its_interim_looks_spend_all():
    with pytest.raises(SpendingError, match="raise the interim"):
        plan(efficacy=named_shape("haybittle-peto", 1.9))


def test_each_side_of_two_has_half_of_alpha():
    two = plan((0.3, 0.6, 1.0), alpha=0.05, sided=2)
    one = plan((0.3, 0.6, 1.0))
    # Leaving on the other side takes away next to nothing of what can still cross here.
    assert two.efficacy_z == pytest.approx(one.efficacy_z, abs=1e-5)
    assert two.alpha_spent == pytest.approx(2 * np.array(one.alpha_spent), abs=1e-12)


def test_a_table_of_shares_is_kept_at_the_looks():
    design = plan((0.2, 0.7, 1.0), efficacy=SpendingRule(spending=own_table((0.2, 0.7, 1.0), (0.1, 0.4, 1.0))))
    assert design.alpha_spent == pytest.approx((0.0025, 0.01, 0.025), abs=1e-12)
