"""Is the size of each design what its formula says by hand, and has a size that cannot be had its reason?"""

from __future__ import annotations

import math
from typing import get_args

import pytest

from abate.contracts.plan_file import DesignKind
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sizes_of_centres import size_of_clusters, size_of_stepped_wedge, wedge_pattern
from abate.trial.designs.sizes_of_doses import size_of_doses
from abate.trial.designs.sizes_of_one_arm import size_in_two_stages
from abate.trial.designs.sizes_of_parallel import (
    size_of_non_inferiority,
    size_of_parallel,
    size_of_three_arms,
    size_with_blinded_look,
    size_with_looks,
    size_with_unblinded_look,
)
from abate.trial.designs.sizes_of_relapse import size_of_withdrawal
from abate.trial.designs.sizes_within_persons import size_of_crossover, size_of_cycles
from abate.trial.designs.sizing import SIZERS, size_designs
from tests.unit.trial.designs.plans import MADE_UP, follow_up, number, plan, share

# (z(0.975) + z(0.8))^2
BOTH_Z = (1.959964 + 0.841621) ** 2
REPEATS = {"courses_per_person": 1.2, "icc": 0.5, **MADE_UP}


def comparison(effect=1.0, **changes):
    return PlannedComparison(plan=plan(**changes), effect=effect)


def test_every_design_of_the_catalogue_has_a_formula():
    assert set(SIZERS) == set(get_args(DesignKind))


def test_two_arms_are_the_normal_formula_and_a_little_more_for_t():
    "Variance given the baseline 4 (1 - 0.25) = 3: 2 x 7.849 x 3 = 47.09 an arm by normal quantiles."
    size = size_of_parallel(comparison())
    normal = 2 * BOTH_Z * 3
    assert normal < size.parts["per_arm"] < normal + 2
    assert size.in_words == f"2 x {math.ceil(size.parts['per_arm'])}"
    assert size.total == 2 * math.ceil(size.parts["per_arm"])


def test_drop_out_enters_the_analysis_of_covariance_once():
    full = size_of_parallel(comparison(design={"analysis": "ancova"})).parts["per_arm"]
    lost = size_of_parallel(comparison(design={"analysis": "ancova"}, retention={"seen": [0.8]})).parts["per_arm"]
    assert lost == pytest.approx(full / 0.8)


def test_who_is_never_rated_counts_in_the_mixed_model_too():
    """With one rating a mixed model is an analysis of covariance of those rated: 0.8 of them give 1 / 0.8 times the size."""
    full = size_of_parallel(comparison()).parts["per_arm"]
    assert size_of_parallel(comparison(retention={"seen": [0.8]})).parts["per_arm"] == pytest.approx(
        full / 0.8, rel=2e-3
    )


def test_unequal_arms_are_written_as_they_are():
    arms = [{"name": "ketamine", "weight": 2}, {"name": "active placebo", "role": "control"}]
    size = size_of_parallel(comparison(arms=arms))
    first, second = map(int, size.in_words.split(" + "))
    assert first == pytest.approx(2 * second, abs=1)


def test_three_arms_are_held_at_dunnetts_level():
    "Two-sided 0.05 and two comparisons: bound 2.212, (2.212 + 0.8416)^2 x 6 = 55.95 an arm by normal quantiles."
    size = size_of_three_arms(comparison())
    assert (2.212128 + 0.841621) ** 2 * 6 < size.parts["per_arm"] < (2.212128 + 0.841621) ** 2 * 6 + 3
    assert size.parts["per_arm_in_order"] == math.ceil(size_of_parallel(comparison()).parts["per_arm"])


def test_looks_raise_the_largest_size_and_lower_the_expected_one():
    """One look at half, O'Brien-Fleming type, one-sided 0.025, power 0.9: rpact 3.3.4 gives an inflation of 1.00341793 and 0.87373935
    of the largest size on average at the planned effect, 0.99923734 at none."""
    looks = {"information": [0.5, 1.0], "futility": "none"}
    size = size_with_looks(comparison(looks=looks, design={"power": 0.9}))
    assert size.parts["inflation"] == pytest.approx(1.00341793, abs=1e-6)
    assert size.parts["expected_at_plan"] / size.total == pytest.approx(0.87373935, abs=1e-6)
    assert size.parts["expected_at_none"] / size.total == pytest.approx(0.99923734, abs=1e-6)
    assert size.total >= 2 * 1.00341793 * size.parts["per_arm"]


def test_without_a_look_there_is_nothing_to_inflate():
    assert size_designs_of("group-sequential", looks=None).reason.startswith("the plan has no look before the end")


def test_sizes_estimated_again_begin_with_the_fixed_size_and_end_at_the_cap():
    fixed = size_of_parallel(comparison())
    for sizer in (size_with_blinded_look, size_with_unblinded_look):
        size = sizer(comparison())
        assert size.total == fixed.total
        assert size.parts["largest"] == 2 * math.ceil(1.5 * fixed.parts["per_arm"])
        assert any("unverified" in note for note in size.notes)


def test_non_inferiority_is_one_sided_at_the_margin():
    "Margin 0.8: 2 x 7.849 x 3 / 0.64 = 73.58 an arm by normal quantiles."
    size = size_of_non_inferiority(comparison(design={"margin": number(0.8)}))
    assert 2 * BOTH_Z * 3 / 0.64 < size.parts["per_arm"] < 2 * BOTH_Z * 3 / 0.64 + 2


def test_a_crossover_counts_pairs_by_the_spread_within_persons():
    """Fall: 4 + 4 - 2 x 2 = 4 points squared; ICC 0.5: within 2, of a difference 4; 7.849 x 4 = 31.4 pairs."""
    size = size_of_crossover(comparison(repeats=REPEATS))
    assert size.parts["sd_within"] == pytest.approx(math.sqrt(2))
    assert 4 * BOTH_Z < size.parts["pairs"] < 4 * BOTH_Z + 3


def test_a_crossover_is_raised_for_both_periods_and_the_way_back():
    "0.9 rated in each period and 0.8 coming back: 0.648 of them are in both."
    size = size_of_crossover(comparison(repeats=REPEATS, retention={"seen": [0.9]}, follow_up=follow_up(lost=0.2)))
    assert size.parts["lost"] == pytest.approx(1 - 0.648)
    assert size.total >= size.parts["pairs"] / 0.648


def test_a_typed_spread_within_persons_goes_before_the_study():
    size = size_of_crossover(comparison(repeats=REPEATS, design={"within_sd": number(1.0)}))
    assert size.parts["sd_within"] == 1.0


def test_cycles_share_the_spread_within_but_not_between_persons():
    """Between 2, within 2, 3 cycles: variance 2 + 2 x 2 / 3 = 3.333; 7.849 x 3.333 = 26.2 persons by normal quantiles."""
    size = size_of_cycles(comparison(repeats=REPEATS))
    assert BOTH_Z * 10 / 3 < size.parts["persons"] < BOTH_Z * 10 / 3 + 3


def test_withdrawal_counts_relapses_and_those_who_begin():
    """HR 0.5: 4 x 7.849 / 0.4805 = 65.3 relapses. Half hold for 28 days, so placebo relapses in 0.5 and the drug in 0.293 by then:
    65.3 / 0.3964 = 164.8 randomised; three quarters respond."""
    more = {
        "follow_up": follow_up(sustained=0.5, day=28, lost=0.0),
        "response": {"rule": "points_2", "active": share(0.75)},
    }
    size = size_of_withdrawal(comparison(design={"hazard_ratio": number(0.5)}, **more))
    assert size.parts["events"] == pytest.approx(4 * BOTH_Z / math.log(2) ** 2, rel=1e-4)
    assert size.parts["event_chance.placebo"] == pytest.approx(0.5, abs=1e-6)
    assert size.total == 2 * math.ceil(4 * BOTH_Z / math.log(2) ** 2 / (0.5 + 1 - math.sqrt(0.5)))
    assert size.to_enter == math.ceil(size.total / 0.75)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "design.hazard_ratio is not given"),
        ({"design": {"hazard_ratio": number(0.5)}}, "follow_up.sustained and follow_up.day"),
        ({"design": {"hazard_ratio": number(0.5)}, "follow_up": follow_up(sustained=0.0)}, "no rate of relapse"),
        ({"design": {"hazard_ratio": number(0.5)}, "follow_up": follow_up(lost=1.0)}, "nobody would be seen"),
        ({"design": {"hazard_ratio": number(0.5)}, "follow_up": follow_up()}, "give response.active"),
        (
            {
                "design": {"hazard_ratio": number(1.2)},
                "follow_up": follow_up(),
                "response": {"rule": "points_2", "active": share(0.7)},
            },
            "must be below 1",
        ),
    ],
)
def test_withdrawal_says_what_it_lacks(changes, words):
    assert words in size_designs_of("randomised withdrawal", **changes).reason


def test_a_first_stage_of_hardly_anybody_is_none():
    "p0 0.05, p1 0.9: two or three persons would do by the formula, and show nothing."
    size = size_designs_of("single-arm two-stage", design={"p0": share(0.05), "p1": share(0.9)})
    assert size.total is None
    assert "fewer than 5 show nothing" in size.reason


def test_two_stages_are_simons():
    """p0 0.1, p1 0.3, one-sided 0.05, power 0.8: optimal 1/10 and 5/29, minimax 1/15 and 5/25 (Simon 1989, table 1)."""
    size = size_in_two_stages(
        comparison(design={"p0": share(0.1), "p1": share(0.3), "alpha": 0.05, "sided": 1, "power": 0.8})
    )
    assert (size.parts["stop_at"], size.parts["first_stage"], size.parts["fail_at"], size.total) == (1, 10, 5, 29)
    assert size.parts["minimax.total"] == 25


def test_one_arm_of_very_many_is_refused():
    reason = size_designs_of("single-arm two-stage", design={"p0": share(0.33), "p1": share(0.4)}).reason
    assert "with so many, two arms are the better trial" in reason


def test_one_arm_without_p0_says_where_it_comes_from():
    assert "study of attribution" in size_designs_of("single-arm two-stage", design={"p1": share(0.4)}).reason


def test_clusters_multiply_by_the_design_effect():
    """12 centres, ICC 0.02: 94.2 (1 + (m - 1) 0.02) <= 12 m from m = 9.14 on by normal quantiles; t with 10 degrees of freedom asks for more."""
    size = size_of_clusters(comparison(question={"centres": 12}, design={"icc": number(0.02)}))
    assert 10 <= size.parts["per_centre"] <= 13
    assert size.total == 12 * size.parts["per_centre"]


def test_without_an_icc_assumed_ones_stand_side_by_side():
    size = size_designs_of("cluster", question={"centres": 8})
    assert size.total is None
    assert "assumed ones (unverified)" in size.reason
    assert set(size.parts) == {"total.icc_0.01", "total.icc_0.05"}
    assert "0.1: no number of persons is enough" in size.reason
    assert size.parts["total.icc_0.01"] < size.parts["total.icc_0.05"]


def test_one_centre_is_no_cluster_trial():
    assert "at least two" in size_designs_of("cluster").reason
    assert "at least two" in size_designs_of("stepped wedge").reason


@pytest.mark.parametrize("kind", ["cluster", "stepped wedge"])
def test_an_icc_that_none_can_have_is_a_reason(kind):
    assert "design.icc must be from 0" in size_designs_of(kind, design={"icc": number(1.5), "clusters": 8}).reason


def test_three_centres_leave_an_arm_with_one():
    reason = size_designs_of("cluster", design={"icc": number(0.05), "clusters": 3}).reason
    assert "3 centres leave an arm with one" in reason


def test_a_wedge_starts_with_none_and_ends_with_all():
    pattern = wedge_pattern(6, 4)
    assert len(pattern) == 6
    assert {row[0] for row in pattern} == {"0"}
    assert {row[-1] for row in pattern} == {"1"}
    assert len(set(pattern)) == 4


def test_a_stepped_wedge_has_as_many_in_each_cell():
    size = size_of_stepped_wedge(comparison(question={"centres": 8}, design={"icc": number(0.05)}))
    assert size.total == 8 * 5 * size.parts["per_centre_and_period"]


def test_doses_agree_with_dosefinding():
    """DoseFinding 1.0-3: 25 at each of five ceilings, SD 2.2, largest effect 1.5: least power 0.7207 (emax), to 2e-3."""
    ratings = {"covariance": [[4.0, 0.0], [0.0, 4.84]]}
    design = {"doses": [0, 0.1, 0.2, 0.35, 0.5], "power": 0.720734}
    size = size_of_doses(comparison(effect=1.5, ratings=ratings, design=design))
    assert size.parts["per_dose.seen"] == pytest.approx(25, abs=0.15)
    assert size.parts["critical_value"] == pytest.approx(2.2687, abs=2e-3)


def test_doses_that_no_size_tells_apart_are_a_reason():
    assert "would take more than" in size_designs_of("dose-ranging", effect=1e-7).reason


def test_doses_begin_with_the_placebo():
    assert "must begin with 0" in size_designs_of("dose-ranging", design={"doses": [0.1, 0.2, 0.5]}).reason


@pytest.mark.parametrize("kind", ["parallel", "three arms", "crossover", "dose-ranging", "group-sequential", "n-of-1"])
@pytest.mark.parametrize("effect", [0.0, -1.0])
def test_an_effect_of_none_or_of_the_wrong_sign_is_a_reason(kind, effect):
    size = size_designs_of(kind, effect=effect, repeats=REPEATS)
    assert size.total is None
    assert "effect" in size.reason or "difference" in size.reason


@pytest.mark.parametrize("seen", [[0.8, 0.9], [0.0, 0.0]])
def test_shares_that_rise_or_end_before_the_primary_day_are_a_reason(seen):
    ratings = {"days": [0, 3, 5], "mean": [7, 6, 5], "covariance": [[4, 2, 2], [2, 4, 3], [2, 3, 4]]}
    assert "retention" in size_designs_of("parallel", ratings=ratings, retention={"seen": seen}).reason


def test_a_covariance_that_ratings_cannot_have_is_a_reason():
    size = size_designs_of("parallel", ratings={"covariance": [[1.0, 3.0], [3.0, 1.0]]})
    assert "not positive definite" in size.reason


def test_a_difference_between_drugs_does_not_size_a_trial_against_placebo():
    between = {"question": {"aim": "comparison"}}
    assert size_designs_of("parallel", **between).reason.startswith(
        "effect.typed is the difference from the other drug"
    )
    assert size_designs_of("parallel, other drug", **between).total == size_of_parallel(comparison()).total
    assert "difference from a placebo" in size_designs_of("parallel, other drug").reason


def test_a_plan_with_a_size_and_no_power_is_compared_at_the_usual_power():
    size = size_of_parallel(comparison(design={"power": None, "per_arm": 30}))
    assert size.total == size_of_parallel(comparison()).total
    assert "power of 0.8" in size.notes[0]


def test_all_designs_are_sized_at_once():
    sizes = size_designs(plan(repeats=REPEATS, follow_up=follow_up()), effect=1.0)
    assert list(sizes) == list(get_args(DesignKind))
    assert all((size.total is None) == (size.reason is not None) for size in sizes.values())
    assert all(size.in_words and size.method for size in sizes.values() if size.total is not None)


def size_designs_of(kind, *, effect=1.0, **changes):
    from abate.trial.designs.sizing import sized_design

    return sized_design(kind, plan(**changes), effect)
