"""E-values and what a confounder could do: the papers' numbers, hand calculations and edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.base.errors import ParameterError
from abate.stats.e_value import e_value_of_mean_difference, e_value_of_risk_difference, e_value_of_risk_ratio
from abate.stats.unmeasured_confounding import (
    bounding_factor,
    difference_after_confounding,
    omitted_variable_bias,
    ratio_after_confounding,
    robustness_value,
)


@pytest.mark.parametrize(
    ("ratio", "lower", "upper", "value", "limit"),
    [
        (3.9, 1.8, 8.7, 7.26, 3.0),  # VanderWeele & Ding 2017, first example
        (1 / 3.9, 1 / 8.7, 1 / 1.8, 7.26, 3.0),  # the same, turned round
        (0.80, 0.71, 0.91, 1.81, 1.43),  # there, further examples
    ],
)
def test_the_paper(ratio, lower, upper, value, limit):
    e_value = e_value_of_risk_ratio(ratio, lower, upper)
    assert (e_value.value, e_value.limit) == (pytest.approx(value, abs=0.005), pytest.approx(limit, abs=0.005))


@pytest.mark.parametrize(
    ("true_ratio", "value", "limit"),
    [
        (1.05, (1.3 + math.sqrt(1.3 * 0.25)) / 1.05, (1.1 + math.sqrt(1.1 * 0.05)) / 1.05),
        (1.1, (1.3 + math.sqrt(1.3 * 0.2)) / 1.1, 1),
        (1.35, 1.35 / 1.3 + math.sqrt(1.35 / 1.3 * (1.35 / 1.3 - 1)), 1),
        (1.5, 1.5 / 1.3 + math.sqrt(1.5 / 1.3 * (1.5 / 1.3 - 1)), 1.5 / 1.4 + math.sqrt(1.5 / 1.4 * (1.5 / 1.4 - 1))),
    ],
)
def test_other_true_values_as_in_the_tests_of_r_evalue(true_ratio, value, limit):
    e_value = e_value_of_risk_ratio(1.3, 1.1, 1.4, true_ratio=true_ratio)
    assert (e_value.value, e_value.limit) == pytest.approx((value, limit))


def test_no_effect_needs_no_confounder():
    e_value = e_value_of_risk_ratio(1.0, 0.5, 2.0)
    assert (e_value.value, e_value.limit) == (1, 1)
    assert e_value_of_risk_ratio(2.0).limit is None


def test_a_mean_difference_as_in_the_tests_of_r_evalue():
    "est 0.5, sd 0.8, se 0.2, true 0.1; R multiplies the standard error with 1.78, which is 0.91 * 1.96 rounded."
    half_width = 1.78 / 0.91 * 0.2
    found = e_value_of_mean_difference(0.5, 0.8, 0.5 - half_width, 0.5 + half_width, true_difference=0.08)
    ratio, true, low = math.exp(0.91 * 0.625), math.exp(0.91 * 0.1), math.exp(0.91 * 0.625 - 1.78 * 0.25)
    assert found.value == pytest.approx((ratio + math.sqrt(ratio * (ratio - true))) / true)
    assert found.limit == pytest.approx((low + math.sqrt(low * (low - true))) / true)


def test_a_risk_difference_goes_by_the_ratio():
    "Risks 1/3 and 1/5 as in R's EValue: a ratio of 5/3."
    found = e_value_of_risk_difference(1 / 3, 1 / 5, lower=0.02, upper=0.25)
    assert found.value == pytest.approx(5 / 3 + math.sqrt(5 / 3 * 2 / 3))
    assert found.limit == pytest.approx(1.1 + math.sqrt(1.1 * 0.1))


def test_risks_of_nothing_have_no_ratio():
    assert "group 0 is 0" in e_value_of_risk_difference(0.2, 0.0).reason
    assert "group 1 is 0" in e_value_of_risk_difference(0.0, 0.2).reason
    assert e_value_of_risk_difference(0.1, 0.2, lower=-0.3, upper=0.1).limit == 1
    assert e_value_of_risk_difference(0.1, 0.3, lower=-0.35, upper=-0.1).limit is None


def test_means_too_far_apart_have_no_approximation():
    assert "standard deviations" in e_value_of_mean_difference(1e6, 1.0).reason


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: e_value_of_risk_ratio(-1),
        lambda: e_value_of_risk_ratio(2, 2.5, 3),
        lambda: e_value_of_risk_ratio(2, lower=1),
        lambda: e_value_of_mean_difference(1, 0),
        lambda: e_value_of_risk_difference(1.2, 0.5),
        lambda: bounding_factor(0.5, 2),
        lambda: ratio_after_confounding(0, 2, 2),
        lambda: difference_after_confounding(1, math.nan, 0),
        lambda: omitted_variable_bias(0, 10, 0.1, 0.1),
        lambda: omitted_variable_bias(1, 10, 0.1, 1.0),
        lambda: robustness_value(1, 1, 1),
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(ParameterError):
        wrong()


@settings(deadline=None)
@given(st.floats(0.02, 50))
def test_a_confounder_as_strong_as_the_e_value_explains_all_and_a_weaker_one_does_not(ratio):
    e_value = e_value_of_risk_ratio(ratio).value
    assert ratio_after_confounding(ratio, e_value, e_value).value == pytest.approx(1)
    weaker = 1 + 0.9 * (e_value - 1)
    assert abs(math.log(ratio_after_confounding(ratio, weaker, weaker).value)) <= abs(math.log(ratio))
    assert (ratio_after_confounding(ratio, weaker, weaker).value - 1) * (ratio - 1) >= 0


@settings(deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_no_binary_confounder_does_more_than_the_bounding_factor(share_1, share_0, risk_with, risk_without):
    "Group does nothing; the ratio that is seen comes from the confounder alone."
    seen = (share_1 * risk_with + (1 - share_1) * risk_without) / (share_0 * risk_with + (1 - share_0) * risk_without)
    if seen < 1:
        share_1, share_0, seen = share_0, share_1, 1 / seen
    with_group = max(share_1 / share_0, (1 - share_1) / (1 - share_0))
    with_outcome = max(risk_with / risk_without, risk_without / risk_with)
    assert seen <= bounding_factor(with_group, with_outcome) * (1 + 1e-9)


def test_a_linear_confounder_left_out_moves_the_difference_by_its_bias():
    random = np.random.default_rng(1)
    treated = np.repeat([0.0, 1.0], 500)
    hidden = random.normal(size=1000) + 0.5 * treated
    outcome = 2 - 1.5 * treated - 0.8 * hidden
    shift = hidden[500:].mean() - hidden[:500].mean()
    crude = outcome[500:].mean() - outcome[:500].mean()
    moved = difference_after_confounding(crude, -0.8, shift, lower=crude - 1, upper=crude + 1)
    assert moved.value == pytest.approx(-1.5)
    assert (moved.lower, moved.upper) == pytest.approx((-2.5, -0.5))


def test_sensemakr():
    "R package sensemakr, Darfur example: 0.09732 (0.02326), 783 degrees of freedom: 13.878 % and 7.626 %."
    t_value = 4.18445
    assert robustness_value(t_value, 1.0, 783) == pytest.approx(0.13878, abs=5e-6)
    assert robustness_value(t_value, 1.0, 783, level=0.95) == pytest.approx(0.07626, abs=5e-6)
    assert robustness_value(0.5, 1.0, 783, level=0.95) == 0


@settings(deadline=None)
@given(st.floats(0.1, 30), st.integers(5, 500))
def test_a_confounder_at_the_robustness_value_takes_the_difference_away(t_value, freedom):
    share = robustness_value(t_value, 1.0, freedom)
    assert omitted_variable_bias(1.0, freedom, share, share) == pytest.approx(t_value, rel=1e-6)


def test_the_bias_is_that_of_a_regression_without_the_confounder():
    random = np.random.default_rng(4)
    x, u = random.normal(size=(2, 300))
    d = 0.4 * x + 0.6 * u + random.normal(size=300)
    y = d + x + 0.7 * u + random.normal(size=300)

    def residuals(column, *others):
        design = np.column_stack([np.ones(300), *others])
        return column - design @ np.linalg.lstsq(design, column, rcond=None)[0]

    d_x, y_x, u_x = (residuals(column, x) for column in (d, y, u))
    short = float(d_x @ y_x / (d_x @ d_x))
    long = float(residuals(d, x, u) @ y / (residuals(d, x, u) @ d))
    error = (float(np.sum((y_x - short * d_x) ** 2)) / 297 / float(d_x @ d_x)) ** 0.5
    share_d = np.corrcoef(u_x, d_x)[0, 1] ** 2
    share_y = np.corrcoef(residuals(u, x, d), residuals(y, x, d))[0, 1] ** 2
    assert omitted_variable_bias(error, 297, share_y, share_d) == pytest.approx(abs(short - long))
