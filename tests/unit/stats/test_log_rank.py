"""The log-rank test, by hand and at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats import log_rank


def test_two_groups_by_hand():
    """a fails at 1 and 2, b at 3 and is censored at 4.

    Expected in a: 2/4 + 1/3 = 5/6; variance 1/4 + 2/9 = 17/36; chi-square (7/6)^2 / (17/36) = 49/17.
    """
    result = log_rank.test_of_log_rank([1, 2, 3, 4], [1, 1, 1, 0], ["a", "a", "b", "b"])
    assert (result.groups, result.counts, result.observed) == (("a", "b"), (2, 2), (2, 1))
    assert result.expected == pytest.approx((5 / 6, 13 / 6))
    assert (result.statistic, result.degrees_of_freedom) == (pytest.approx(49 / 17), 1)


def test_tied_events_by_hand():
    "Two of four fail at once, one of each two: nothing in excess. With both in a: (2-1)^2 / (2*2/3 * 1/4) = 3."
    assert log_rank.test_of_log_rank([1, 9, 1, 9], [1, 0, 1, 0], [1, 1, 2, 2]).statistic == pytest.approx(0)
    assert log_rank.test_of_log_rank([1, 1, 9, 9], [1, 1, 0, 0], [1, 1, 2, 2]).statistic == pytest.approx(3)


def test_the_order_of_rows_and_the_names_of_groups_do_not_matter():
    rng = np.random.default_rng(3)
    durations, is_event, group = rng.integers(1, 9, 40), rng.integers(0, 2, 40), rng.integers(0, 3, 40)
    order = rng.permutation(40)
    here = log_rank.test_of_log_rank(durations, is_event, group)
    there = log_rank.test_of_log_rank(durations[order], is_event[order], np.array(["c", "a", "b"])[group][order])
    assert there.statistic == pytest.approx(here.statistic)
    assert there.degrees_of_freedom == 2


def test_groups_that_are_never_at_risk_together_lose_a_degree_of_freedom():
    "c leaves before the first event, so it expects nothing and says nothing: the test is that of a against b."
    three = log_rank.test_of_log_rank([2, 3, 4, 5, 1], [1, 1, 1, 0, 0], ["a", "a", "b", "b", "c"])
    two = log_rank.test_of_log_rank([2, 3, 4, 5], [1, 1, 1, 0], ["a", "a", "b", "b"])
    assert three.statistic == pytest.approx(two.statistic)
    assert three.degrees_of_freedom == 1


@pytest.mark.parametrize(
    ("durations", "is_event", "group", "reason"),
    [
        ([], [], [], "there are no durations"),
        ([1, 2], [1, 1], ["a", "a"], "there is one group only"),
        ([1, 2], [0, 0], ["a", "b"], "no group has an event"),
        ([1, 2], [0, 1], ["a", "b"], "no event came while several groups were at risk"),
    ],
)
def test_no_comparison_says_why(durations, is_event, group, reason):
    result = log_rank.test_of_log_rank(durations, is_event, group)
    assert (result.statistic, result.degrees_of_freedom, result.p_value, result.reason) == (None, None, None, reason)


def test_wrong_columns_are_refused():
    with pytest.raises(ParameterError, match="group has 1"):
        log_rank.test_of_log_rank([1, 2], [1, 1], ["a"])
    with pytest.raises(ParameterError, match="group has 1 missing labels"):
        log_rank.test_of_log_rank([1, 2], [1, 1], ["a", None])
