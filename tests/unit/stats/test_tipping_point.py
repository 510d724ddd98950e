"""The tipping point: by hand where it is linear, and the reasons why there is none."""

from __future__ import annotations

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.imputation import impute_outcomes
from abate.stats.imputed_comparison import compare_imputed
from abate.stats.repeated_outcomes import checked_outcomes
from abate.stats.tipping_point import tipping_point, tipping_point_of_mean

NAN = np.nan


def imputed(drug_effect: float = -2.0, missing: int = 6):
    rng = np.random.default_rng(1)
    arm = np.repeat(["drug", "none"], 25)
    y = 7 + rng.normal(size=(50, 1)) + rng.normal(size=(50, 2)) + (arm == "drug")[:, None] * drug_effect
    y[:missing, 1] = NAN
    y[25:28, 1] = NAN
    return impute_outcomes(checked_outcomes(y, arm, "none"), imputation_count=30, seed=1)


def test_at_the_tip_the_interval_ends_at_zero_and_shifting_by_it_gives_the_same():
    data = imputed()
    tip = tipping_point(data, "drug", largest_delta=40)
    assert tip.is_significant
    assert tip.at_tip.upper == pytest.approx(0, abs=1e-9)
    assert tip.at_tip.p_value == pytest.approx(0.05, abs=1e-9)
    shift = np.where(data.data.arm_place == 1, tip.delta, 0.0)[:, None]
    (again,) = compare_imputed(data.shifted(shift))
    assert again.difference.upper == pytest.approx(tip.at_tip.upper, abs=1e-9)
    assert again.difference.value - tip.unshifted.value == pytest.approx(tip.delta * 6 / 25)


def test_every_smaller_shift_keeps_the_conclusion():
    data = imputed()
    tip = tipping_point(data, "drug", largest_delta=40)
    for share in (0.25, 0.5, 0.9, 0.999):
        shift = np.where(data.data.arm_place == 1, share * tip.delta, 0.0)[:, None]
        assert compare_imputed(data.shifted(shift))[0].difference.upper < 0


@pytest.mark.parametrize("largest_delta", [400, 40_000])
def test_looking_further_finds_the_same_tip_though_one_step_crosses_zero(largest_delta):
    "With a step of 200 the interval is below 0 before it and above 0 behind it."
    assert tipping_point(imputed(), "drug", largest_delta).delta == pytest.approx(
        tipping_point(imputed(), "drug", 40).delta
    )


def test_a_conclusion_that_is_not_significant_tips_the_other_way():
    tip = tipping_point(imputed(drug_effect=-0.4, missing=12), "drug", largest_delta=-40)
    assert not tip.is_significant
    assert tip.delta < 0
    assert tip.at_tip.upper == pytest.approx(0, abs=1e-9)


def test_the_same_imputations_give_the_same_tip():
    assert tipping_point(imputed(), "drug", 40) == tipping_point(imputed(), "drug", 40)


def test_a_single_arm_tips_where_its_change_is_no_longer_told_from_zero():
    change = np.random.default_rng(2).normal(-2, 1.5, (30, 1))
    change[:5] = NAN
    data = impute_outcomes(checked_outcomes(change), imputation_count=30, seed=1)
    tip = tipping_point_of_mean(data, "all", largest_delta=30)
    assert tip.at_tip.upper == pytest.approx(0, abs=1e-9)
    assert tip.at_tip.value - tip.unshifted.value == pytest.approx(tip.delta * 5 / 30)


def test_no_tip_says_why():
    robust = tipping_point(imputed(), "drug", largest_delta=0.5)
    assert (robust.delta, robust.at_tip) == (None, None)
    assert robust.reason == "the conclusion stays the same up to a shift of 0.5"
    complete = tipping_point(imputed(missing=0), "drug", largest_delta=5)
    assert complete.reason == "nothing was imputed in that arm at that visit"


def test_refused():
    with pytest.raises(ParameterError, match="arm must be one of 'drug'; got 'none'"):
        tipping_point(imputed(), "none", 5)
    with pytest.raises(ParameterError, match="arm must be one of 'none', 'drug'; got 'other'"):
        tipping_point_of_mean(imputed(), "other", 5)
    with pytest.raises(ParameterError, match="largest_delta must be a finite number other than 0"):
        tipping_point(imputed(), "drug", 0)
