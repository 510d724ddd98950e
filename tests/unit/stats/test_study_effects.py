"""Effects of single studies by hand, and what is refused."""

from __future__ import annotations

import math

import pytest

from abate.base.errors import ParameterError
from abate.stats.study_effects import effects_given, effects_of_means, effects_of_proportions, effects_of_rates


def test_log_odds_and_log_rates_by_hand():
    shares, rates = effects_of_proportions([3], [4]), effects_of_rates([4], [2.0])
    assert (shares.effect[0], shares.variance[0]) == pytest.approx((math.log(3), 1 / 3 + 1))
    assert (rates.effect[0], rates.variance[0]) == pytest.approx((math.log(2), 1 / 4))


def test_an_addend_touches_only_the_studies_that_need_it():
    "None of 4 with one half: log(0.5 / 4.5); 3 of 4 stays log(3)."
    effects = effects_of_proportions([0, 3], [4, 4], zero_addend=0.5)
    assert effects.effect.tolist() == pytest.approx([math.log(0.5 / 4.5), math.log(3)])
    assert (effects.corrected_count, effects.zero_addend) == (1, 0.5)


def test_means_without_spread_have_no_weight():
    effects = effects_of_means([1, 2], [0, 1], [9, 9])
    assert effects.reason == "study 1 has a standard deviation of 0, so no finite weight"
    assert effects.effect.size == 0


@pytest.mark.parametrize(
    ("make", "arguments", "named"),
    [
        (effects_given, ([1, 2], [1]), "same number of rows"),
        (effects_given, ([1, float("nan")], [1, 1]), "missing"),
        (effects_given, ([1], [0]), "variances"),
        (effects_of_means, ([1], [-1], [9]), "sds"),
        (effects_of_means, ([1], [1], [1]), "counts"),
        (effects_of_means, ([1], [1], [9.5]), "counts"),
        (effects_of_proportions, ([5], [4]), "numerators"),
        (effects_of_proportions, ([0], [0]), "denominators"),
        (effects_of_proportions, ([0.5], [4]), "numerators"),
        (effects_of_rates, ([1], [0.0]), "exposures"),
        (effects_of_rates, ([-1], [1.0]), "event_counts"),
    ],
)
def test_impossible_studies_are_refused(make, arguments, named):
    with pytest.raises(ParameterError, match=named):
        make(*arguments)


@pytest.mark.parametrize("addend", [0, -0.5, float("nan"), float("inf")])
def test_an_addend_must_be_above_0(addend):
    with pytest.raises(ParameterError, match="zero_addend"):
        effects_of_proportions([0], [4], zero_addend=addend)
