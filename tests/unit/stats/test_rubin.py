"""Rubin's rules by hand and at their edges."""

from __future__ import annotations

import math

import pytest

from abate.base.errors import ParameterError
from abate.stats.rubin import pool_estimates


def test_by_hand():
    """W = 1/4, B = 1/15, T = 1/4 + 5/4 * 1/15 = 1/3, g = 1/4.

    Rubin's degrees 3 / g² = 48; observed 61/63 * 60 * 3/4 = 43.5714; joined 1 / (1/48 + 1/43.5714) = 22.8393. The increase
    of variance is r = 1/3, the missing information (r + 2 / 25.8393) / (r + 1) = 0.3081.
    """
    pooled = pool_estimates([-2.0, -2.4, -2.2, -1.8], [0.25] * 4, complete_degrees_of_freedom=60)
    assert (pooled.value, pooled.within, pooled.between) == pytest.approx((-2.1, 0.25, 1 / 15))
    assert pooled.standard_error == pytest.approx(math.sqrt(1 / 3))
    assert pooled.degrees_of_freedom == pytest.approx(22.8393, abs=5e-5)
    assert pooled.missing_information == pytest.approx(0.3081, abs=5e-5)
    assert pooled.statistic == pytest.approx(-2.1 * math.sqrt(3))


def test_without_complete_degrees_of_freedom_they_are_rubins():
    assert pool_estimates([-2.0, -2.4, -2.2, -1.8], [0.25] * 4).degrees_of_freedom == pytest.approx(48)


def test_equal_estimates_leave_the_complete_analysis_but_for_its_finite_degrees():
    "Nothing lost: 61/63 * 60 degrees of freedom; with infinite ones, the normal distribution."
    finite, infinite = pool_estimates([3, 3], [4, 4], 60), pool_estimates([3, 3], [4, 4])
    assert (finite.standard_error, finite.degrees_of_freedom) == pytest.approx((2, 61 / 63 * 60))
    assert (infinite.degrees_of_freedom, infinite.upper) == (None, pytest.approx(3 + 1.959964 * 2, abs=1e-5))
    assert infinite.p_value == pytest.approx(0.1336, abs=5e-5)
    assert infinite.missing_information == 0


def test_estimates_without_a_variance_of_their_own():
    pooled = pool_estimates([1, 3], [0, 0], 60)
    assert (pooled.standard_error, pooled.degrees_of_freedom) == pytest.approx((math.sqrt(3), 1))
    assert pooled.missing_information == 1


@pytest.mark.parametrize(
    ("estimates", "variances", "value", "reason"),
    [
        ([], [], None, "there are no imputations"),
        ([3], [1], 3, "one imputation shows no spread between imputations"),
        ([3, 3], [0, 0], 3, "the estimates have no variance"),
    ],
)
def test_no_interval_says_why(estimates, variances, value, reason):
    pooled = pool_estimates(estimates, variances)
    assert (pooled.value, pooled.lower, pooled.reason) == (value, None, reason)


def test_refused():
    with pytest.raises(ParameterError, match="variances must be at least 0"):
        pool_estimates([1, 2], [1, -1])
    with pytest.raises(ParameterError, match="complete_degrees_of_freedom must be above 0"):
        pool_estimates([1, 2], [1, 1], 0)
    with pytest.raises(ParameterError, match="estimates has 1 missing"):
        pool_estimates([1, math.nan], [1, 1])
