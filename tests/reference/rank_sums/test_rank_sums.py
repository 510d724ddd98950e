"""R's wilcox.test of two groups: few and many values, with and without ties."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.rank_sums import EXACT, NORMAL, hodges_lehmann_shift
from abate.stats.rank_sums import test_of_rank_sums as rank_sum_test
from tests.reference.case import read_case

CASE = read_case(__file__)
NAMES = ["help_page", "large_exact", "tied", "normal"]


def groups_of(case: dict) -> tuple[np.ndarray, np.ndarray]:
    "The values themselves, or those of the formula in reference.R."
    if "formula" not in case:
        return np.array(case["values_1"]), np.array(case["values_2"])
    i, j = (np.arange(1, count + 1) for count in case["formula"])
    return np.sqrt(i) * 3 + np.sin(i), np.sqrt(j) * 3 - np.cos(7 * j)


@pytest.mark.parametrize("name", NAMES)
def test_the_test(name):
    case = CASE[name]
    result = rank_sum_test(*groups_of(case))
    assert result.u_statistic == case["numbers"][0]
    assert result.p_value == pytest.approx(case["numbers"][1], rel=CASE["p_tolerance"])
    assert result.method == {"exact": EXACT, "normal": NORMAL}[case["method"]]


@pytest.mark.parametrize("name", NAMES)
def test_the_shift(name):
    case = CASE[name]
    shift = hodges_lehmann_shift(*groups_of(case))
    assert [shift.value, shift.lower, shift.upper] == pytest.approx(case["numbers"][2:], abs=case["shift_tolerance"])
