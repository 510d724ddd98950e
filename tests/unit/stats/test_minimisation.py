"""Minimisation where its answer is known, and where it is not possible."""

from __future__ import annotations

import pytest

from abate.stats.minimisation import MinimisationError, simulate_minimisation


def test_without_chance_and_with_one_level_it_alternates():
    "Always the better arm: after an even number there is no difference, and every second assignment is known."
    found = simulate_minimisation(20, 2, [[1.0]], probability=1.0, trials=200)
    assert (found.overall_mean, found.overall_95) == (0, 0)
    assert found.guessed_knowing_rule == pytest.approx(0.75)
    assert found.guessed_by_counts == pytest.approx(0.75)


def test_one_level_is_efrons_coin():
    "Efron 1971: with probability 2/3 the chance of no difference after many pairs is 1/2, of 2 it is 3/8, of 4 3/32 ..."
    found = simulate_minimisation(100, 2, [[1.0]], probability=2 / 3, trials=4000, seed=2)
    expected = sum(d * 3 / 2 ** (d + 1) * 1.0 for d in range(2, 60, 2))
    assert found.overall_mean == pytest.approx(expected, rel=0.08)


def test_it_balances_levels_that_chance_would_not():
    found = simulate_minimisation(60, 2, [[0.4, 0.3, 0.3], [0.5, 0.5]], trials=500)
    by_chance = (60 * 2 / 3.1416) ** 0.5  # mean absolute difference of a fair coin
    assert found.overall_mean < by_chance / 2
    assert max(level for factor in found.by_level_mean for level in factor) < by_chance / 2
    assert found.by_chance < found.guessed_by_counts <= found.guessed_knowing_rule < 0.8


def test_three_arms():
    found = simulate_minimisation(90, 3, [[0.5, 0.5]], trials=300)
    assert found.by_chance == pytest.approx(1 / 3)
    assert found.overall_95 <= 5


@pytest.mark.parametrize(
    "arguments",
    [
        {"level_shares": []},
        {"level_shares": [[0.5, 0.6]]},
        {"probability": 0.5},
        {"probability": 1.1},
        {"factor_weights": [1.0, 1.0]},
        {"factor_weights": [0.0]},
        {"arm_count": 1},
        {"trials": 0},
    ],
)
def test_mistakes(arguments):
    asked = {"participants": 10, "arm_count": 2, "level_shares": [[0.5, 0.5]], **arguments}
    with pytest.raises(MinimisationError):
        simulate_minimisation(**asked)
