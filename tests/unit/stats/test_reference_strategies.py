"""What each strategy makes of two arms' distributions, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.reference_strategies import Joint, Strategy, joint_distribution

OWN = Joint(np.array([[[5.0, 4, 3]]]), np.array([[[4.0, 2, 2], [2, 5, 3], [2, 3, 6]]]))
REFERENCE = Joint(np.array([[[6.0, 6, 6.5]]]), np.array([[[9.0, 3, 3], [3, 8, 4], [3, 4, 7]]]))


@pytest.mark.parametrize(
    ("strategy", "first", "mean"),
    [
        (Strategy.MISSING_AT_RANDOM, 1, [5, 4, 3]),
        (Strategy.JUMP_TO_REFERENCE, 1, [5, 6, 6.5]),
        (Strategy.JUMP_TO_REFERENCE, 0, [6, 6, 6.5]),
        (Strategy.COPY_REFERENCE, 2, [6, 6, 6.5]),
        (Strategy.COPY_INCREMENTS, 1, [5, 5, 5.5]),  # 5 + 6 - 6 and 5 + 6.5 - 6
        (Strategy.COPY_INCREMENTS, 2, [5, 4, 4.5]),
        (Strategy.COPY_INCREMENTS, 0, [6, 6, 6.5]),
    ],
)
def test_means(strategy, first, mean):
    assert joint_distribution(strategy, OWN, REFERENCE, first).mean[0, 0].tolist() == mean


@pytest.mark.parametrize("strategy", [Strategy.JUMP_TO_REFERENCE, Strategy.COPY_INCREMENTS])
def test_later_visits_follow_the_reference_s_regression_on_the_own_earlier_ones(strategy):
    "K = 3/9 for both later visits: covariances 4 K; variances 8 - K² (9 - 4) and 7 - K² 5; covariance 4 - K² 5."
    k = 1 / 3
    by_hand = [[4, 4 * k, 4 * k], [4 * k, 8 - 5 * k**2, 4 - 5 * k**2], [4 * k, 4 - 5 * k**2, 7 - 5 * k**2]]
    assert joint_distribution(strategy, OWN, REFERENCE, 1).covariance[0] == pytest.approx(np.array(by_hand))


def test_covariances_of_the_other_strategies():
    assert joint_distribution(Strategy.MISSING_AT_RANDOM, OWN, REFERENCE, 1).covariance is OWN.covariance
    assert joint_distribution(Strategy.COPY_REFERENCE, OWN, REFERENCE, 1).covariance is REFERENCE.covariance
    assert joint_distribution(Strategy.JUMP_TO_REFERENCE, OWN, REFERENCE, 0).covariance is REFERENCE.covariance
