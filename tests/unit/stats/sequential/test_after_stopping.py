"""Estimates after a stop: the ordinary ones without looks, and by the bivariate normal with them."""

from __future__ import annotations

import math

import pytest
from scipy.stats import multivariate_normal, norm

from abate.stats.sequential import FixedBounds, SpendingRule, after_stopping, named_shape, named_spending, plan_design
from abate.stats.sequential.errors import InformationError, StageError

OBRIEN = SpendingRule(spending=named_spending("obrien-fleming"))


def plan(looks=(0.5, 1.0), **others):
    return plan_design(looks, **({"alpha": 0.025, "sided": 1, "power": 0.9, "efficacy": OBRIEN} | others))


def test_without_looks_it_is_the_ordinary_estimate():
    found = after_stopping(plan((1.0,)), look=1, z=2.1, standard_error=0.5)
    assert found.p_value == pytest.approx(norm.sf(2.1))
    assert (found.effect, found.naive_effect) == pytest.approx((1.05, 1.05))
    assert (found.effect_lower, found.effect_upper) == pytest.approx((1.05 - 0.5 * 1.959964, 1.05 + 0.5 * 1.959964))


def test_a_stop_at_the_first_look_is_as_if_there_were_no_other():
    found = after_stopping(plan(), look=1, z=3.2, standard_error=0.5)
    assert found.p_value == pytest.approx(norm.sf(3.2))
    assert found.effect == pytest.approx(1.6)


@pytest.mark.parametrize("chance", [0.025, 0.5, 0.975])
def test_the_limits_are_those_of_the_bivariate_normal(chance):
    design, z = plan(), 2.4
    found = after_stopping(design, look=2, z=z)
    drift = {0.025: found.drift_lower, 0.5: found.drift, 0.975: found.drift_upper}[chance]
    root = math.sqrt(0.5)
    neither = multivariate_normal([drift * root, drift], [[1, root], [root, 1]]).cdf([design.efficacy_z[0], z])
    assert 1 - neither == pytest.approx(chance, abs=1e-6)


@pytest.mark.parametrize("sided", [1, 2])
def test_the_interval_ends_at_no_effect_where_the_last_value_is_just_reached(sided):
    design = plan((0.3, 0.6, 1.0), alpha=0.025 * sided, sided=sided)
    found = after_stopping(design, look=3, z=design.efficacy_z[-1])
    assert found.p_value == pytest.approx(0.025, abs=1e-9)
    assert found.drift_lower == pytest.approx(0, abs=1e-8)


def test_two_sides_are_mirrored():
    design = plan((0.3, 0.6, 1.0), alpha=0.05, sided=2, efficacy=named_shape("pocock"))
    up, down = after_stopping(design, look=2, z=2.5), after_stopping(design, look=2, z=-2.5)
    assert down.drift == pytest.approx(-up.drift, abs=1e-7)
    assert (down.drift_lower, down.drift_upper) == pytest.approx((-up.drift_upper, -up.drift_lower), abs=1e-7)
    assert down.two_sided_p_value == pytest.approx(up.two_sided_p_value, abs=1e-9)


def test_a_bound_that_may_be_overruled_is_left_out_of_the_order_and_a_binding_one_is_not():
    free, held = (
        after_stopping(plan(futility=FixedBounds(z=(0.5,)), is_binding=is_binding), look=2, z=2.2)
        for is_binding in (False, True)
    )
    assert free.p_value == pytest.approx(after_stopping(plan(), look=2, z=2.2).p_value, abs=1e-12)
    assert held.p_value < free.p_value


def test_a_stop_for_futility_has_an_estimate_too():
    found = after_stopping(plan(futility=FixedBounds(z=(0.0,))), look=1, z=-0.4, standard_error=0.5)
    assert found.effect == pytest.approx(-0.2)
    assert found.p_value > 0.5


def test_information_and_values_really_used_count():
    planned = after_stopping(plan(), look=2, z=2.3)
    same = after_stopping(plan(), look=2, z=2.3, information=[0.5, 1.0], critical=plan().efficacy_z[:1])
    other = after_stopping(plan(), look=2, z=2.3, information=[0.8, 1.0], critical=[2.2])
    assert same == planned
    assert other.p_value > planned.p_value


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"look": 3, "z": 2.0}, StageError, "from 1 to 2"),
        ({"look": 1, "z": math.nan}, StageError, "finite"),
        ({"look": 1, "z": 2.0, "standard_error": 0.0}, StageError, "standard_error"),
        ({"look": 2, "z": 2.0, "information": [0.5]}, InformationError, "one value for each look"),
        ({"look": 2, "z": 2.0, "critical": []}, StageError, "critical values"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        after_stopping(plan(), **arguments)
