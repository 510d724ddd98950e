"""Shares: the exact tests against SciPy's, the restricted shares against a search, Fleiss's correction against its formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binom, fisher_exact

from abate.stats.sizes.exact_shares import fisher_power, least_responders, one_share_exact, two_shares_exact
from abate.stats.sizes.responders import ShareTest, two_shares, two_shares_not_inferior
from abate.stats.sizes.restricted_shares import shares_at_difference, shares_at_ratio


def test_power_of_fishers_test_is_the_sum_over_all_tables():
    count_1, count_0, share_1, share_0 = 9, 7, 0.8, 0.3
    power = sum(
        binom.pmf(x, count_1, share_1) * binom.pmf(y, count_0, share_0)
        for x in range(count_1 + 1)
        for y in range(count_0 + 1)
        if fisher_exact([[x, count_1 - x], [y, count_0 - y]], alternative="greater").pvalue <= 0.05
    )
    assert fisher_power(count_1, count_0, share_1, share_0, 0.05) == pytest.approx(power, abs=1e-12)


def test_the_exact_size_is_the_smallest_with_the_power():
    size = two_shares_exact(active_share=0.8, control_share=0.3, power=0.8)
    (arm, other) = size.per_arm_rounded
    assert arm == other
    assert fisher_power(arm, arm, 0.8, 0.3, 0.025) >= 0.8
    assert all(fisher_power(fewer, fewer, 0.8, 0.3, 0.025) < 0.8 for fewer in range(10, arm))


def test_an_exact_size_keeps_its_allocation():
    size = two_shares_exact(active_share=0.8, control_share=0.3, power=0.8, allocation=2)
    assert size.per_arm_rounded[0] == 2 * size.per_arm_rounded[1]
    assert size.power >= 0.8


def test_the_other_three_of_an_exact_test():
    known = {"active_share": 0.8, "control_share": 0.3}
    power = two_shares_exact(total=40, **known).power
    effect = two_shares_exact(active_share=None, control_share=0.3, total=40, power=power).effect
    assert effect == pytest.approx(0.5, abs=1e-9)
    assert two_shares_exact(total=40, power=power - 1e-9, alpha=None, **known).alpha <= 0.05


def test_one_group_rejects_no_more_often_than_alpha():
    size = one_share_exact(share=0.4, null_share=0.2, power=0.9)
    assert size.attained_alpha <= 0.05
    assert binom.sf(size.least_responders - 1, size.total_rounded, 0.2) == pytest.approx(size.attained_alpha)
    assert binom.sf(size.least_responders - 2, size.total_rounded, 0.2) > 0.05
    assert least_responders(3, 0.5, 0.01) == 4  # even three of three are too likely


@pytest.mark.parametrize("ratio", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("difference", [-0.15, 0.0, 0.1])
def test_shares_restricted_to_a_difference_are_the_likeliest(ratio, difference):
    def minus_log_likelihood(active: float) -> float:
        control = active - difference
        return -(
            ratio * (0.6 * np.log(active) + 0.4 * np.log1p(-active))
            + 0.45 * np.log(control)
            + 0.55 * np.log1p(-control)
        )

    found = minimize_scalar(
        minus_log_likelihood,
        bounds=(max(0, difference) + 1e-9, 1 + min(0, difference) - 1e-9),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert shares_at_difference(0.6, 0.45, ratio, difference)[0] == pytest.approx(found.x, abs=1e-6)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("null_ratio", [0.8, 1.0, 1.25])
def test_shares_restricted_to_a_ratio_are_the_likeliest(ratio, null_ratio):
    def minus_log_likelihood(active: float) -> float:
        control = active / null_ratio
        return -(
            ratio * (0.6 * np.log(active) + 0.4 * np.log1p(-active))
            + 0.45 * np.log(control)
            + 0.55 * np.log1p(-control)
        )

    found = minimize_scalar(
        minus_log_likelihood, bounds=(1e-9, min(1, null_ratio) - 1e-9), method="bounded", options={"xatol": 1e-10}
    )
    assert shares_at_ratio(0.6, 0.45, ratio, null_ratio)[0] == pytest.approx(found.x, abs=1e-6)


def test_the_continuity_correction_is_fleisss():
    "n' = n/4 (1 + sqrt(1 + 4 / (n d)))^2 from the uncorrected n."
    asked = {"active_share": 0.5, "control_share": 0.3, "power": 0.8}
    plain = two_shares(**asked).per_arm[0]
    corrected = plain / 4 * (1 + (1 + 4 / (plain * 0.2)) ** 0.5) ** 2
    assert two_shares(test=ShareTest.CONTINUITY, **asked).per_arm[0] == pytest.approx(corrected, rel=1e-9)


def test_unpooled_by_hand():
    "(1.959964 + 0.841621)^2 (0.25 + 0.21) / 0.2^2 is 90.262."
    size = two_shares(active_share=0.5, control_share=0.3, power=0.8, test=ShareTest.UNPOOLED)
    assert size.per_arm[0] == pytest.approx(90.2621, abs=1e-3)


def test_a_lower_truth_needs_more_to_be_not_inferior():
    same = two_shares_not_inferior(active_share=0.7, control_share=0.7, margin=0.15, power=0.8)
    lower = two_shares_not_inferior(active_share=0.65, control_share=0.7, margin=0.15, power=0.8)
    assert lower.total > 2 * same.total
