"""By how much an outcome changes with a number, others held equal."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.adjusted_slope import adjusted_slope
from abate.stats.gee import OutcomeKind, WorkingCorrelation, fit_gee


def test_an_exact_relation_has_its_slope_and_no_interval():
    "y = 1 + 2 x - 3 z"
    x, z = np.array([0.0, 1, 2, 0, 1, 2]), np.array([0.0, 0, 0, 1, 1, 2])
    found = adjusted_slope(1 + 2 * x - 3 * z, x, z, range(6))
    assert found.value == pytest.approx(2)
    assert (found.lower, found.reason) == (None, "nothing is left that varies")


def test_without_anything_to_hold_equal_it_is_the_slope_by_hand():
    "x 0 1 2 3, y 0 2 1 3: slope 4/5; residuals e and deviations d give the root of sum (d e)^2 / 25."
    found = adjusted_slope([0, 2, 1, 3], [0, 1, 2, 3], np.zeros((4, 0)), range(4))
    assert found.value == pytest.approx(0.8)
    left = np.array([0, 2, 1, 3]) - (0.3 + 0.8 * np.arange(4))
    by_hand = np.sqrt(np.sum((left * np.array([-1.5, -0.5, 0.5, 1.5])) ** 2) / 25 * 4 / 2)
    assert found.standard_error == pytest.approx(by_hand)


def test_persons_with_several_rows_are_one_each():
    "The value is that of estimating equations with working independence; both intervals go by person."
    draw = np.random.default_rng(1)
    person = np.repeat(np.arange(30), 2)
    z = draw.normal(size=60)
    x = z + draw.normal(size=60)
    y = x - z + np.repeat(draw.normal(size=30), 2) + draw.normal(size=60)
    found = adjusted_slope(y, x, z, person)
    other = fit_gee(
        y, np.column_stack([x, z]), person, OutcomeKind.GAUSSIAN, ["x", "z"], WorkingCorrelation.INDEPENDENCE
    )
    assert found.value == pytest.approx(other.coefficient("x").value)
    assert found.standard_error == pytest.approx(other.coefficient("x").standard_error, rel=0.1)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ([1, 1, 1, 1, 1], "it does not vary where the others are equal"),
        ([2, 4, 6, 8, 10], "it does not vary where the others are equal"),
    ],
)
def test_a_number_without_spread_of_its_own_has_no_slope(number, reason):
    assert adjusted_slope([1, 2, 1, 2, 1], number, [1, 2, 3, 4, 5], range(5)).reason == reason


def test_too_few_persons():
    assert adjusted_slope([1, 2, 3], [1, 2, 4], [1, 0, 1], range(3)).reason == "there are too few persons"
    assert adjusted_slope([], [], [], []).reason == "there are too few persons"
