"""Sizes for responders agree with rpact 3.3.4, power.prop.test and pwr 1.3-0, at the file's tolerance of 1e-4 (absolute)."""

from __future__ import annotations

import pytest

from abate.stats.sizes.exact_shares import one_share_exact
from abate.stats.sizes.responders import ShareTest, two_shares, two_shares_not_inferior, two_shares_ratio
from tests.reference.trial_sizes.cases import Case, is_group_sequential, read_cases

TOLERANCE = 1e-4


def check_difference(given: Case, expected: Case) -> None:
    shares = {"active_share": given["p1"], "control_share": given["p2"], "alpha": given["alpha"]}
    size = two_shares(**shares, power=given["power"], allocation=given["allocation_arm1_to_arm2"])
    assert size.total == pytest.approx(expected["total"], abs=TOLERANCE)
    assert list(size.per_arm) == pytest.approx([expected["arm_1"], expected["arm_2"]], abs=TOLERANCE)
    if "per_arm_power_prop_test" in expected:
        assert size.per_arm[0] == pytest.approx(expected["per_arm_power_prop_test"], abs=TOLERANCE)
        check_arcsine(given, shares, expected["per_arm_arcsine_pwr"])


def check_arcsine(given: Case, shares: dict[str, float], per_arm: float) -> None:
    "pwr counts rejections on either side when it solves for n, so at its n the chance of either is the power asked for."
    at_its_size = two_shares(**shares, total=2 * per_arm, test=ShareTest.ARCSINE)
    assert at_its_size.power_either_side == pytest.approx(given["power"], abs=1e-7)
    size = two_shares(**shares, power=given["power"], test=ShareTest.ARCSINE)
    assert size.per_arm[0] == pytest.approx(per_arm, rel=TOLERANCE)


def check_non_inferiority(given: Case, expected: Case) -> None:
    size = two_shares_not_inferior(
        active_share=given["p1"],
        control_share=given["p2"],
        margin=given["margin"],
        power=given["power"],
        alpha=given["alpha"],
    )
    assert size.total == pytest.approx(expected["total"], abs=TOLERANCE)


def check_ratio(given: Case, expected: Case) -> None:
    size = two_shares_ratio(
        active_share=given["p1"], control_share=given["p2"], power=given["power"], alpha=given["alpha"]
    )
    assert size.total == pytest.approx(expected["total"], abs=TOLERANCE)


def check_one_group(given: Case, expected: Case) -> None:
    size = one_share_exact(share=given["p1"], null_share=given["p0"], power=given["power"], alpha=given["alpha"])
    assert size.total_rounded == expected["n"]


CHECKS = {
    "two proportions, difference": check_difference,
    "non-inferiority, risk difference, H0: p1 - p2 <= -margin (Farrington-Manning variance under H0)": check_non_inferiority,
    "risk ratio, H0: ratio <= 1": check_ratio,
    "one proportion, exact binomial": check_one_group,
}


def test_every_case_without_looks(abate_data):
    cases = read_cases(abate_data, "sizes-responders")
    left = {name: case for name, case in cases.items() if not is_group_sequential(name)}
    assert len(left) == 18
    for case in left.values():
        CHECKS[case["inputs"]["test"]](case["inputs"], case["outputs"])
