"""Sizes with looks agree with rpact 3.3.4: means and responders to 1e-4, relapse to 1e-5 (absolute), as their files say."""

from __future__ import annotations

import pytest

from abate.stats.sequential import BetaSpendingRule, SpendingRule, named_spending, plan_design
from abate.stats.sequential.design import GroupSequentialDesign
from abate.stats.sizes.group_sequential import events_by_look, largest_hazard_ratios, least_differences, with_looks
from abate.stats.sizes.means import two_means
from abate.stats.sizes.relapse import Times, hazard_from_median, log_rank, time_of_events
from abate.stats.sizes.responders import two_shares
from tests.reference.trial_sizes.cases import Case, is_group_sequential, read_cases

TOLERANCE, TOLERANCE_OF_RELAPSE = 1e-4, 1e-5
NAMES = {"lan-demets-obrien-fleming": "obrien-fleming", "lan-demets-pocock": "pocock"}


def design_of(given: Case) -> GroupSequentialDesign:
    looks = given["looks"]
    beta = given.get("beta_spending")
    return plan_design(
        tuple((look + 1) / looks for look in range(looks)),
        alpha=given["alpha"],
        sided=given["sided"],
        power=given["power"],
        efficacy=SpendingRule(spending=named_spending(NAMES[given["spending"]])),
        futility=None if beta is None else BetaSpendingRule(spending=named_spending(NAMES[beta])),
        is_binding=given.get("binding", False),
    )


def cases_with_looks(data, name: str, count: int) -> list[Case]:
    cases = [case for case_id, case in read_cases(data, name).items() if is_group_sequential(case_id)]
    assert len(cases) == count
    return cases


def asked(given: Case) -> dict[str, float]:
    return {"power": given["power"], "alpha": given["alpha"], "sided": given["sided"]}


def test_means(abate_data):
    for case in cases_with_looks(abate_data, "sizes-means", 8):
        given, expected = case["inputs"], case["outputs"]
        design = design_of(given)
        looked = with_looks(two_means(difference=given["difference"], sd=given["sd"], **asked(given)), design)
        assert looked.total == pytest.approx(expected["max_total"], abs=TOLERANCE)
        assert list(looked.total_by_look) == pytest.approx(expected["per_look_total"], abs=TOLERANCE)
        assert looked.expected_total_at_none == pytest.approx(expected["expected_H0"], abs=TOLERANCE)
        assert looked.expected_total_at_half == pytest.approx(expected["expected_H01"], abs=TOLERANCE)
        assert looked.expected_total_at_plan == pytest.approx(expected["expected_H1"], abs=TOLERANCE)
        assert list(looked.reject_by_look) == pytest.approx(expected["reject_per_look"], abs=TOLERANCE)
        futility = expected["futility_per_look"] or [0.0] * (given["looks"] - 1)
        assert list(looked.futility_by_look) == pytest.approx(futility, abs=TOLERANCE)
        least = least_differences(looked, design, given["sd"])
        assert list(least) == pytest.approx(expected["critical_difference_scale"], abs=TOLERANCE)


def test_responders(abate_data):
    for case in cases_with_looks(abate_data, "sizes-responders", 3):
        given, expected = case["inputs"], case["outputs"]
        size = two_shares(active_share=given["p1"], control_share=given["p2"], **asked(given))
        looked = with_looks(size, design_of(given))
        assert looked.total == pytest.approx(expected["max_total"], abs=TOLERANCE)
        assert looked.expected_total_at_none == pytest.approx(expected["expected_H0"], abs=TOLERANCE)
        assert looked.expected_total_at_plan == pytest.approx(expected["expected_H1"], abs=TOLERANCE)
        assert list(looked.reject_by_look) == pytest.approx(expected["reject_per_look"], abs=TOLERANCE)


def test_relapse(abate_data):
    for case in cases_with_looks(abate_data, "sizes-relapse", 2):
        given, expected = case["inputs"], case["outputs"]
        times = Times(
            control_hazard=hazard_from_median(given["median_control_months"]),
            accrual=given["accrual_months"],
            follow_up=given["follow_up_months"],
        )
        design, ratio = design_of(given), given["hazard_ratio"]
        size = log_rank(hazard_ratio=ratio, times=times, **asked(given))
        looked, events = with_looks(size, design), events_by_look(size, design)
        reached = [time_of_events(count, looked.per_arm, ratio, times) for count in events]
        expected_share = looked.expected_total_at_plan / looked.total
        assert looked.total == pytest.approx(expected["max_total"], abs=TOLERANCE_OF_RELAPSE)
        assert events[-1] == pytest.approx(expected["max_events"], abs=TOLERANCE_OF_RELAPSE)
        assert list(events) == pytest.approx(expected["events_per_look"], abs=TOLERANCE_OF_RELAPSE)
        assert reached == pytest.approx(expected["analysis_time"], abs=TOLERANCE_OF_RELAPSE)
        assert expected_share * events[-1] == pytest.approx(expected["expected_events_H1"], abs=TOLERANCE_OF_RELAPSE)
        assert list(largest_hazard_ratios(events[-1], design)) == pytest.approx(
            expected["critical_hazard_ratio"], abs=TOLERANCE_OF_RELAPSE
        )
