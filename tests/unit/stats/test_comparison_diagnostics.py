"""Balance, overlap, what could be seen at all, and the checks that forbid a number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abate.base.errors import ParameterError
from abate.stats.balance import standardised_difference_of_flags, standardised_difference_of_numbers
from abate.stats.comparison_checks import Thresholds, failed_checks
from abate.stats.contrasts import ComparisonEstimate
from abate.stats.covariate_balance import largest_imbalance, weighted_balance
from abate.stats.detectable import detectable_by_error, detectable_mean_difference, detectable_risk_difference
from abate.stats.negative_controls import EmpiricalNull
from abate.stats.overlap import describe_overlap, preference_score

TREATED = [1, 1, 1, 0, 0, 0]


def test_without_weights_it_is_the_plain_standardised_difference():
    number, flag = [3, 5, 7, 4, 8, 12], [1, 1, 0, 1, 0, 0]
    of_number, of_flag = weighted_balance(np.column_stack([number, flag]), TREATED, [1] * 6, ["rating", "aura"])
    assert of_number.before == pytest.approx(standardised_difference_of_numbers(number[:3], number[3:]).value)
    assert of_flag.before == pytest.approx(standardised_difference_of_flags(flag[:3], flag[3:]).value)
    assert (of_number.after, of_flag.after) == pytest.approx((of_number.before, of_flag.before))
    assert of_number.name == "rating"


def test_the_unit_stays_that_of_the_groups_without_weights():
    "Weights 1, 0, 0 leave group 1 at 3 and group 0 at 4; the unit is still the root of 10."
    (line,) = weighted_balance([3, 5, 7, 4, 8, 12], TREATED, [1, 0, 0, 1, 0, 0])
    assert line.after == pytest.approx(-1 / 10**0.5)
    assert (line.mean_1_after, line.mean_0_after) == (3, 4)


def test_what_cannot_be_known_has_a_reason():
    (constant,) = weighted_balance([2, 2, 2, 1, 1, 1], TREATED, [1] * 6)
    assert (constant.before, constant.after) == (None, None)
    assert "neither group has a spread" in constant.reason
    (same,) = weighted_balance([2] * 6, TREATED, [1] * 6)
    assert (same.before, same.after, same.reason) == (0, 0, None)
    (weightless,) = weighted_balance([3, 5, 7, 4, 8, 12], TREATED, [1, 1, 1, 0, 0, 0])
    assert weightless.reason == "group 0 has no weight"
    (empty,) = weighted_balance([1, 2], [1, 1], [1, 1])
    assert empty.reason == "nobody is in group 0"
    assert largest_imbalance([constant]) is None
    with pytest.raises(ParameterError, match="below"):
        weighted_balance([1, 2], [1, 0], [1, -1])


def test_preference_by_hand():
    "A share of 20 % and a score of 20 %: undecided. Odds of 1 against odds of 1/4: 4 to 1."
    assert preference_score([0.2, 0.5, 0, 1], 0.2).tolist() == pytest.approx([0.5, 0.8, 0, 1])


@settings(deadline=None)
@given(st.floats(0.001, 0.999), st.floats(0.01, 0.99))
def test_preference_is_a_shift_of_log_odds(score, share):
    preference = preference_score([score], share)[0]
    assert np.log(preference / (1 - preference)) == pytest.approx(
        np.log(score / (1 - score)) - np.log(share / (1 - share)), abs=1e-9
    )


def test_overlap_by_hand():
    "Half are treated, so that preference is score: 2 of 3 and 1 of 3 lie from 0.3 to 0.7; 7.5 of 9 pairs are in order."
    overlap = describe_overlap(TREATED, [0.9, 0.7, 0.3, 0.3, 0.2, 0.1])
    assert (overlap.equipoise_1, overlap.equipoise_0, overlap.equipoise) == pytest.approx((2 / 3, 1 / 3, 1 / 2))
    assert overlap.c_statistic == pytest.approx(8.5 / 9)
    assert (overlap.outside_1, overlap.outside_0) == (2, 2)
    assert overlap.common_share == pytest.approx(1 / 3)
    assert overlap.share_1.sum() == pytest.approx(1)


def test_the_limits_of_equipoise_count_as_within():
    assert describe_overlap([1, 0], [0.3, 0.7]).equipoise == 1
    assert describe_overlap([1, 0], [0.2999, 0.7001]).equipoise == 0


def test_no_group_no_overlap():
    assert describe_overlap([1, 1], [0.5, 0.5]).reason == "nobody is in group 0"
    assert describe_overlap([], []).reason == "there are no rows"
    with pytest.raises(ParameterError, match="from 0 to 1"):
        describe_overlap([1, 0], [0.5, 1.2])


def test_detectable_differences_by_hand():
    "1.959964 + 0.841621 = 2.801585 standard errors."
    assert detectable_by_error(0.5) == pytest.approx(1.4007925, rel=1e-6)
    assert detectable_mean_difference(2.0, 25, 100) == pytest.approx(2.801585 * 2 * (1 / 25 + 1 / 100) ** 0.5, rel=1e-6)
    assert detectable_mean_difference(2.0, 0, 100) is None


def test_a_detectable_risk_solves_its_equation():
    rise = detectable_risk_difference(0.3, 60, 80)
    variance = (0.3 + rise) * (0.7 - rise) / 60 + 0.3 * 0.7 / 80
    assert rise == pytest.approx(2.801585 * variance**0.5, rel=1e-6)
    assert detectable_risk_difference(0.9, 5, 5) is None
    assert detectable_risk_difference(1.0, 50, 50) is None
    with pytest.raises(ParameterError, match="risk_0"):
        detectable_risk_difference(1.1, 5, 5)


def _estimate(**changes):
    kept = {
        "value": 1.0, "lower": 0.0, "upper": 2.0, "level": 0.95, "method": "by hand", "count_1": 50, "count_0": 50,
        "person_count": 100, "effective_1": 40.0, "effective_0": 10.0, "largest_share": 0.2,
    }  # fmt: skip
    return ComparisonEstimate(**{**kept, **changes})


BALANCED = weighted_balance([1, 2, 3, 1, 2, 3], TREATED, [1] * 6)
UNDECIDED = describe_overlap(TREATED, [0.5] * 6)


def test_thresholds_are_kept_on_the_edge():
    assert failed_checks(Thresholds(), _estimate(), BALANCED, UNDECIDED) == ()


def test_every_threshold_can_fail_and_says_so():
    unbalanced = weighted_balance([2, 3, 4, 1, 2, 3], TREATED, [1] * 6)
    decided = describe_overlap(TREATED, [0.9, 0.9, 0.9, 0.1, 0.1, 0.1])
    null = EmpiricalNull(mean=0.5, sd=0.1, expected_size=0.5, count=20)
    thresholds = Thresholds(largest_systematic_error=0.25)
    checks = failed_checks(thresholds, _estimate(effective_0=9.9, largest_share=0.21), unbalanced, decided, null)
    assert [check.name for check in checks] == [
        "largest_imbalance", "least_equipoise", "least_effective_persons", "largest_share", "largest_systematic_error",
    ]  # fmt: skip
    assert checks[0].sentence == "a covariate is out of balance by 1 SD, above 0.1"
    assert checks[2].sentence == "the effective number of persons of a group is 9.9, below 10"


def test_what_is_not_known_does_not_pass():
    unknown = weighted_balance([2, 2, 2, 1, 1, 1], TREATED, [1] * 6)
    (check,) = failed_checks(Thresholds(), _estimate(), unknown, UNDECIDED)
    assert (check.name, check.value) == ("largest_imbalance", None)
    assert "unknown" in check.sentence


def test_a_threshold_of_none_asks_for_nothing():
    nothing = Thresholds(largest_imbalance=None, least_equipoise=None, least_effective_persons=None, largest_share=None)
    assert failed_checks(nothing, _estimate(effective_0=0.0, largest_share=1.0), BALANCED, UNDECIDED) == ()
    with pytest.raises(ParameterError, match="at least 0"):
        Thresholds(largest_share=-0.1)
