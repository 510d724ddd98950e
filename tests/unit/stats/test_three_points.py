"""Sums of triangular parts, by hand and against scipy."""

from __future__ import annotations

import pytest

from abate.stats.three_points import ThreePointsError, sum_of_three_points


def test_one_part_is_scipys_triangle():
    stats = pytest.importorskip("scipy.stats")
    triangle = stats.triang(c=0.25, loc=10, scale=8)  # 10, 12, 18
    total = sum_of_three_points([10], [12], [18], [1], draws=200_000)
    assert (total.value, total.standard_deviation) == pytest.approx((triangle.mean(), triangle.std()), rel=1e-12)
    assert (total.lower, total.upper) == pytest.approx(triangle.interval(0.95), abs=0.03)


def test_known_parts_have_no_width():
    total = sum_of_three_points([3, 2], [3, 2], [3, 2], [10, 1])
    assert (total.lower, total.value, total.upper) == (32, 32, 32)


def test_independent_parts_are_narrower_than_all_lows_to_all_highs():
    total = sum_of_three_points([1] * 20, [2] * 20, [4] * 20, [1] * 20)
    assert total.lowest < total.lower < total.value < total.upper < total.highest


@pytest.mark.parametrize("arguments", [([2], [1], [3], [1]), ([1], [4], [3], [1]), ([1], [2], [3], [-1])])
def test_mistakes(arguments):
    with pytest.raises(ThreePointsError):
        sum_of_three_points(*arguments)
